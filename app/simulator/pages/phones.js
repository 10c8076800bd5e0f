// The phones on the page: asks how they are, shows it, and does what the buttons say.

import { capital, clock, copyOf, find, keepLooking, offer, plain, refill, send, setText } from '/pages/page.js'
import { BEHAVIOURS, ENDS, measure, SOUNDS, STATES } from '/pages/words.js'

const EVERY_MS = 700
const OTHER = 'other'
const KEYS = '123456789*0#'
const NOBODY = {
  number: '', label: '', state: 'idle', talk: [], texts: [], with: [], opted_out: [], ended: '', behaviour: 'by hand', sounds_like: ''
}
const languages = new Intl.DisplayNames(['en'], { type: 'language' })
const cards = new Map()
let network = { lines: [], take_texts: [], callers: [], handlers: [], behaviours: [], spellings: [] }

async function act(deed) {
  const done = await send('POST', '/phones.json', deed)
  await look()
  return done
}

async function look() {
  network = await (await fetch('/phones.json')).json()
  showCaller()
  network.handlers.forEach(showHandler)
  showWhoseRings()
}

function newCard(holder, numberOf) {
  const card = copyOf('#phone')
  const does = (selector, event, deed) => find(card, selector).addEventListener(event, deed)
  const one = (doing, more = {}) => act({ phone: numberOf(card), do: doing, ...more })
  addKeys(card, one)
  addTexting(card, one)
  nameFields(card, holder)
  does('.call', 'click', () => one('call', callAsked(card)))
  does('.answer', 'click', () => one('answer'))
  does('.decline', 'click', () => one('decline'))
  does('.hang-up', 'click', () => one('hang up'))
  does('.behaviour', 'change', event => one('behave', { behaviour: event.target.value }))
  does('.sounds-like', 'change', event => one('sound', { sounds_like: event.target.value }))
  does('.speak', 'submit', event => submit(event, words => one('say', { words })))
  document.querySelector(holder).append(card)
  return card
}

function nameFields(card, holder) {
  for (const field of card.querySelectorAll('.words')) {
    field.id = `${holder.slice(1)}-${cards.size}-${field.form.className}`
    find(field.form, 'label').htmlFor = field.id
  }
}

function callAsked(card) {
  const shown = find(card, '.spelling').value
  return {
    to: find(card, '.line').value,
    hidden: shown !== 'number',
    spelling: shown.startsWith('as ') ? shown.slice(3) : null,
    by_switchboard: find(card, '.by-switchboard').checked
  }
}

function addKeys(card, one) {
  const keys = find(card, '.keys')
  for (const key of KEYS) {
    const button = plain('button', '', key)
    button.type = 'button'
    button.setAttribute('aria-label', { '*': 'Star', '#': 'Hash' }[key] ?? key)
    button.addEventListener('click', () => one('press', { words: key }))
    keys.append(button)
  }
  card.addEventListener('keydown', event => {
    const isMeant = !event.target.matches('input, textarea, select') && !event.ctrlKey && !event.metaKey && !event.altKey
    if (isMeant && KEYS.includes(event.key) && !keys.hidden) one('press', { words: event.key })
  })
}

function addTexting(card, one) {
  const attach = find(card, '.attach')
  const area = find(card, '.write .words')
  const text = (words, pictures = 0) => one('text', { to: find(card, '.texted').value, words, pictures })
  find(card, '.write').addEventListener('submit', event => submit(event, async words => {
    const sent = await text(words, Number(isPressed(attach)))
    if (sent) press(attach, false)
    return sent
  }, () => isPressed(attach)))
  area.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); area.form.requestSubmit() }
  })
  area.addEventListener('input', () => showLength(card))
  attach.addEventListener('click', () => press(attach, !isPressed(attach)))
  for (const word of card.querySelectorAll('.opt')) {
    word.setAttribute('aria-label', `Text ${word.textContent}`)
    word.addEventListener('click', () => text(word.textContent))
  }
}

const isPressed = button => button.getAttribute('aria-pressed') === 'true'
const press = (button, pressed) => button.setAttribute('aria-pressed', String(pressed))

async function submit(event, deed, mayBeEmpty = () => false) {
  event.preventDefault()
  const field = find(event.target, '.words')
  const words = field.value
  if (!words.trim() && !mayBeEmpty()) return
  field.value = ''
  if (!await deed(words)) field.value = words
  field.dispatchEvent(new Event('input'))
}

function showLength(card) {
  const text = find(card, '.write .words').value
  const { length, parts } = measure(text)
  setText(find(card, '.length'), text ? `${length} character${length > 1 ? 's' : ''}, ${parts} part${parts > 1 ? 's' : ''}` : '')
}

function callerNumber(card) {
  const chosen = find(card, '.number').value
  return chosen === OTHER ? find(card, '.free').value.trim() : chosen
}

function showCaller() {
  const card = cards.get('caller') ?? newCard('#callers', callerNumber)
  cards.set('caller', card)
  card.id = 'the-caller'
  card.classList.add('caller')
  offer(find(card, '.number'), [...network.callers.map(phone => [phone.number, phone.number]), [OTHER, 'Another number …']])
  offer(find(card, '.line'), network.lines.map(line => [line, line]))
  offer(find(card, '.spelling'), spellings())
  find(card, '.other').hidden = find(card, '.number').value !== OTHER
  show(card, network.callers.find(phone => phone.number === callerNumber(card)) ?? NOBODY, 'The caller')
}

function spellings() {
  const odd = network.spellings.filter(each => each.includes(':'))
  const hidden = network.spellings.filter(each => !each.includes(':'))
  const all = each => [`as ${each}`, each || '(nothing)']
  return [['number', 'the number'], ['hidden', 'nothing: a hidden number'], ['Hidden, spelled', hidden.map(all)], ['No telephone', odd.map(all)]]
}

function showHandler(phone) {
  const card = cards.get(phone.number) ?? newCard('#handlers', () => phone.number)
  card.id ||= `phone-${cards.size}`
  cards.set(phone.number, card)
  find(card, '.choose').hidden = find(card, '.taken-for').hidden = true
  find(card, '.call').hidden = true
  show(card, phone, phone.label)
}

function showWhoseRings() {
  const handlers = network.handlers.filter(phone => phone.state === 'ringing').map(phone => [`${capital(phone.label)}’s phone rings`, cards.get(phone.number)])
  const callers = network.callers.filter(phone => phone.state === 'ringing').map(phone => [`${phone.number} rings`, cards.get('caller'), phone.number])
  const ringing = [...handlers, ...callers]
  refill(document.querySelector('#ringing'), ringing.map(([words]) => words), () => ringing.map(([words, card, number]) => {
    const link = plain('a', '', words)
    link.href = `#${card.id}`
    if (number) link.addEventListener('click', () => pickCaller(card, number))
    return link
  }))
}

function pickCaller(card, number) {
  find(card, '.number').value = number
  showCaller()
}

function show(card, phone, name) {
  const focused = document.activeElement
  const isIdle = phone.state === 'idle'
  const rings = phone.state === 'ringing'
  card.dataset.state = phone.state
  card.dataset.behaviour = phone.behaviour
  write(find(card, '.who'), name, phone.label ? phone.number : '')
  setText(find(card, '.state'), stateOf(phone))
  choose(find(card, '.behaviour'), network.behaviours.map(each => [each, BEHAVIOURS[each] ?? each]), phone.behaviour)
  choose(find(card, '.sounds-like'), SOUNDS, phone.sounds_like)
  for (const each of card.querySelectorAll('.while-idle')) each.hidden = !isIdle
  find(card, '.call').hidden = !isIdle || !card.classList.contains('caller')
  find(card, '.answer').hidden = find(card, '.decline').hidden = !rings
  find(card, '.hang-up').hidden = isIdle || rings
  find(card, '.calling').hidden = [...find(card, '.calling').children].every(button => button.hidden)
  find(card, '.keys').hidden = isIdle || rings || phone.state === 'calling'
  find(card, '.speak').hidden = phone.state !== 'bridged'
  keepFocus(card, focused)
  showTalk(find(card, '.screen'), phone, rings)
  showTexts(card, phone)
}

function choose(select, options, value) {
  offer(select, options)
  if (document.activeElement !== select) select.value = value
}

function keepFocus(card, focused) {
  if (card.contains(focused) && focused.closest('[hidden], :disabled')) find(card, '.screen').focus({ preventScroll: true })
}

function stateOf(phone) {
  if (phone.state === 'bridged') return `Talking with ${phone.with.join(', ')}`
  return STATES[phone.state]
}

function showTalk(screen, phone, rings) {
  const by = phone.carrier ? ` by ${phone.carrier}` : ''
  screen.dataset.empty = rings ? `${phone.from} calls${by}` : 'What is heard on the phone is written here.'
  refill(screen, [phone.number, phone.call, phone.talk, phone.ended], () => {
    const items = phone.talk.map(each => bubble(each, each.text, each.mine ? 'Said' : speaker(each)))
    return phone.ended ? [...items, plain('p', 'end', ENDS[phone.ended])] : items
  })
}

function showTexts(card, phone) {
  const optedOut = find(card, '.opted-out')
  optedOut.hidden = !phone.opted_out.length
  setText(optedOut, `Wants no texts from ${phone.opted_out.join(', ')}`)
  offer(find(card, '.texted'), network.take_texts.map(number => [number, number]))
  find(card, '.text-to').hidden = network.take_texts.length < 2
  const count = phone.texts.length
  refill(find(card, '.inbox'), [phone.number, phone.texts], () => phone.texts.map(text => bubble(text, words(text), origin(text), 'li')))
  if (card.dataset.texts !== `${phone.number} ${count}`) answerTo(card, phone.texts.findLast(text => !text.mine))
  card.dataset.texts = `${phone.number} ${count}`
}

function answerTo(card, text) {
  if (text && network.take_texts.includes(text.sender)) find(card, '.texted').value = text.sender
}

const words = text => text.pictures ? `${text.body} [picture]`.trim() : text.body

function origin(text) {
  const where = text.mine ? `To ${text.to}` : text.sender
  return [where, text.brought_by && `by ${text.brought_by}`, clock(text.at)].filter(Boolean).join(' · ')
}

function speaker(heard) {
  if (heard.sound) return 'Sound file'
  return heard.language ? languages.of(heard.language.split('-')[0]) : 'The other end'
}

function bubble(said, words, small, tag = 'p') {
  const made = plain(tag, said.mine ? 'bubble mine' : 'bubble')
  const text = plain('span', '', words)
  text.dir = 'auto'
  if (said.language) text.lang = said.language
  made.append(plain('small', '', small), text)
  return made
}

function write(element, words, small) {
  if (element.dataset.shown === words + small) return
  element.dataset.shown = words + small
  element.replaceChildren(words, ...small ? [plain('small', '', small)] : [])
}

keepLooking(look, EVERY_MS)
