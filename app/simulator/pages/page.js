// What every part of the page needs: making elements, asking the exchange, saying what went wrong.

export const find = (place, selector) => place.querySelector(selector)
export const capital = words => words[0].toUpperCase() + words.slice(1)

const hours = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
export const clock = moment => new Date(moment).toLocaleTimeString([], hours)
export const watch = moment => new Date(moment).toLocaleTimeString([], { ...hours, second: '2-digit' })

export function plain(tag, className, words = '') {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = words
  return made
}

export function copyOf(template) {
  return document.querySelector(template).content.firstElementChild.cloneNode(true)
}

export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words
}

// Fills a place anew when what it shows has changed, and scrolls to the latest.
export function refill(place, wanted, make) {
  const shown = JSON.stringify(wanted)
  if (place.dataset.shown === shown) return
  place.dataset.shown = shown
  place.replaceChildren(...make())
  place.scrollTop = place.scrollHeight
}

// Offers [value, words] or [group, [[value, words], ...]], keeping what was chosen.
export function offer(select, options) {
  const wanted = JSON.stringify(options)
  if (select.dataset.options === wanted) return
  const chosen = select.value
  select.replaceChildren(...options.map(([value, words]) => Array.isArray(words) ? group(value, words) : new Option(words, value)))
  select.dataset.options = wanted
  if ([...select.options].some(option => option.value === chosen)) select.value = chosen
}

function group(label, options) {
  const made = document.createElement('optgroup')
  made.label = label
  made.append(...options.map(([value, words]) => new Option(words, value)))
  return made
}

// True when the exchange did it; says why not, otherwise.
export async function send(method, address, body) {
  const answer = await fetch(address, {
    method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body)
  })
  if (!answer.ok) complain(await reason(answer))
  return answer.ok
}

async function reason(answer) {
  const { detail } = await answer.json().catch(() => ({}))
  return typeof detail === 'string' ? detail : 'That did not work.'
}

let silence = 0

export function complain(words) {
  clearTimeout(silence)
  setText(document.querySelector('#trouble'), words)
  if (words) silence = setTimeout(() => complain(''), 5000)
}

// Looks again and again, each time a while after the last look was over.
export async function keepLooking(look, everyMs) {
  try {
    await look()
  } catch {
    complain('The telephone exchange does not answer.')
  }
  setTimeout(keepLooking, everyMs, look, everyMs)
}
