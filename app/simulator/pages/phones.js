// The phones on the page: asks how they are, shows it, and does what the buttons say.

const EVERY_MS = 700
const OTHER = 'other'
const KEYS = '123456789*0#'
const languages = new Intl.DisplayNames(['en'], { type: 'language' })
const STATES = {
  idle: 'Idle', ringing: 'Ringing', calling: 'Calling …', 'in call': 'In a call',
  'waiting for keys': 'Waiting for keys', bridged: 'Talking'
}
const ENDS = {
  completed: 'Call ended', busy: 'Busy', failed: 'The call failed', 'no-answer': 'Not answered', canceled: 'Call cancelled'
}

const cards = new Map()
let network = { lines: [], callers: [], handlers: [], behaviours: [] }

const find = (card, selector) => card.querySelector(selector)

async function act(deed) {
  const answer = await fetch('/phones.json', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(deed)
  })
  if (!answer.ok) complain(await reason(answer))
  await look()
  return answer.ok
}

async function reason(answer) {
  const { detail } = await answer.json().catch(() => ({}))
  return typeof detail === 'string' ? detail : 'That did not work.'
}

function complain(words) {
  document.querySelector('#trouble').textContent = words
  if (words) setTimeout(() => complain(''), 5000)
}

async function look() {
  try {
    const answer = await fetch('/phones.json')
    network = await answer.json()
    showCaller()
    network.handlers.forEach(showHandler)
    showWhoseRings()
  } catch {
    complain('The telephone exchange does not answer.')
  }
}

async function keepLooking() {
  await look()
  setTimeout(keepLooking, EVERY_MS)
}

function newCard(holder, numberOf) {
  const card = document.querySelector('#phone').content.firstElementChild.cloneNode(true)
  const does = (selector, event, deed) => find(card, selector).addEventListener(event, deed)
  const one = (doing, more = {}) => act({ phone: numberOf(card), do: doing, ...more })
  addKeys(card, one)
  nameFields(card, holder)
  does('.call', 'click', () => one('call', { to: find(card, '.line').value, hidden: find(card, '.hidden-number').checked }))
  does('.answer', 'click', () => one('answer'))
  does('.decline', 'click', () => one('decline'))
  does('.hang-up', 'click', () => one('hang up'))
  does('.behaviour', 'change', event => one('behave', { behaviour: event.target.value }))
  does('.speak', 'submit', event => submit(event, words => one('say', { words })))
  does('.write', 'submit', event => submit(event, words => one('text', { to: find(card, '.line').value, words })))
  does('.write textarea', 'keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); event.target.form.requestSubmit() }
  })
  document.querySelector(holder).append(card)
  return card
}

function nameFields(card, holder) {
  for (const field of card.querySelectorAll('.words')) {
    field.id = `${holder.slice(1)}-${cards.size}-${field.form.className}`
    field.form.querySelector('label').htmlFor = field.id
  }
}

function addKeys(card, one) {
  const keys = find(card, '.keys')
  for (const key of KEYS) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = key
    button.setAttribute('aria-label', { '*': 'Star', '#': 'Hash' }[key] ?? key)
    button.addEventListener('click', () => one('press', { words: key }))
    keys.append(button)
  }
  card.addEventListener('keydown', event => {
    const isMeant = !event.target.matches('input, textarea, select') && !event.ctrlKey && !event.metaKey && !event.altKey
    if (isMeant && KEYS.includes(event.key) && !keys.hidden) one('press', { words: event.key })
  })
}

async function submit(event, deed) {
  event.preventDefault()
  const field = find(event.target, '.words')
  const words = field.value
  if (!words.trim()) return
  field.value = ''
  if (!await deed(words)) field.value = words
}

function callerNumber(card) {
  const chosen = find(card, '.number').value
  return chosen === OTHER ? find(card, '.free').value.trim() : chosen
}

function showCaller() {
  const card = cards.get('caller') ?? newCard('#callers', callerNumber)
  cards.set('caller', card)
  card.classList.add('caller')
  offer(find(card, '.number'), [...network.callers.map(phone => [phone.number, phone.number]), [OTHER, 'Another number …']])
  offer(find(card, '.line'), network.lines.map(line => [line, line]))
  find(card, '.other').hidden = find(card, '.number').value !== OTHER
  find(card, '.behaviour-row').hidden = true
  const nobody = { number: '', label: '', state: 'idle', talk: [], texts: [], with: [], ended: '', behaviour: 'by hand' }
  show(card, network.callers.find(phone => phone.number === callerNumber(card)) ?? nobody, 'The caller')
  find(card, '.choose').disabled = card.dataset.state !== 'idle'
}

function showHandler(phone) {
  const card = cards.get(phone.number) ?? newCard('#handlers', () => phone.number)
  card.id ||= `phone-${cards.size}`
  cards.set(phone.number, card)
  find(card, '.choose').hidden = true
  find(card, '.call').hidden = true
  offer(find(card, '.behaviour'), network.behaviours.map(behaviour => [behaviour, capital(behaviour)]))
  if (document.activeElement !== find(card, '.behaviour')) find(card, '.behaviour').value = phone.behaviour
  offer(find(card, '.line'), network.lines.map(line => [line, line]))
  show(card, phone, phone.label)
}

function showWhoseRings() {
  const ringing = network.handlers.filter(phone => phone.state === 'ringing')
  refill(document.querySelector('#ringing'), ringing.map(phone => phone.number), () => ringing.map(phone => {
    const link = plain('a', '', `${capital(phone.label)}’s phone rings`)
    link.href = `#${cards.get(phone.number).id}`
    return link
  }))
}

function offer(select, options) {
  const wanted = JSON.stringify(options)
  if (select.dataset.options === wanted) return
  const chosen = select.value
  select.replaceChildren(...options.map(([value, words]) => new Option(words, value)))
  select.dataset.options = wanted
  if (options.some(([value]) => value === chosen)) select.value = chosen
}

function show(card, phone, name) {
  const focused = document.activeElement
  const isIdle = phone.state === 'idle'
  const rings = phone.state === 'ringing'
  card.dataset.state = phone.state
  card.dataset.behaviour = phone.behaviour
  write(find(card, '.who'), name, phone.label ? phone.number : '')
  setText(find(card, '.state'), stateOf(phone))
  find(card, '.call').hidden = !isIdle || !card.classList.contains('caller')
  find(card, '.answer').hidden = find(card, '.decline').hidden = !rings
  find(card, '.hang-up').hidden = isIdle || rings
  find(card, '.calling').hidden = [...find(card, '.calling').children].every(button => button.hidden)
  find(card, '.keys').hidden = isIdle || rings || phone.state === 'calling'
  find(card, '.speak').hidden = phone.state !== 'bridged'
  keepFocus(card, focused)
  showTalk(find(card, '.screen'), phone, rings)
  showTexts(find(card, '.inbox'), phone)
}

function keepFocus(card, focused) {
  if (card.contains(focused) && focused.closest('[hidden], :disabled')) find(card, '.screen').focus({ preventScroll: true })
}

function stateOf(phone) {
  if (phone.behaviour !== 'by hand' && phone.state === 'idle') return capital(phone.behaviour)
  if (phone.state === 'bridged') return `Talking with ${phone.with.join(', ')}`
  return STATES[phone.state]
}

function showTalk(screen, phone, rings) {
  screen.dataset.empty = rings ? `${phone.from} calls` : 'What is heard on the phone is written here.'
  refill(screen, [phone.number, phone.call, phone.talk, phone.ended], () => {
    const items = phone.talk.map(each => bubble(each, each.text, each.mine ? 'Said' : speaker(each)))
    return phone.ended ? [...items, plain('p', 'end', ENDS[phone.ended])] : items
  })
}

function showTexts(inbox, phone) {
  refill(inbox, [phone.number, phone.texts], () => phone.texts.map(each =>
    bubble(each, each.body, `${each.mine ? `To ${each.to}` : each.sender} · ${clock(each.at)}`, 'li')))
}

function refill(place, wanted, make) {
  const shown = JSON.stringify(wanted)
  if (place.dataset.shown === shown) return
  place.dataset.shown = shown
  place.replaceChildren(...make())
  place.scrollTop = place.scrollHeight
}

function speaker(heard) {
  if (heard.sound) return 'Sound file'
  return heard.language ? languages.of(heard.language.split('-')[0]) : 'The other end'
}

function bubble(said, words, small, tag = 'p') {
  const made = plain(tag, said.mine ? 'bubble mine' : 'bubble', '')
  const text = plain('span', '', words)
  text.dir = 'auto'
  if (said.language) text.lang = said.language
  made.append(plain('small', '', small), text)
  return made
}

function plain(tag, className, words) {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = words
  return made
}

function write(element, words, small) {
  if (element.dataset.shown === words + small) return
  element.dataset.shown = words + small
  element.replaceChildren(words, ...small ? [plain('small', '', small)] : [])
}

function setText(element, words) {
  if (element.textContent !== words) element.textContent = words
}

const capital = words => words[0].toUpperCase() + words.slice(1)
const clock = moment => new Date(moment).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

keepLooking()
