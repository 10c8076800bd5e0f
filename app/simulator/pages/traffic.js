// What the carrier posted and was answered, the latest first.

import { keepLooking, plain, setText, watch } from '/pages/page.js'

const EVERY_MS = 1000
const KEPT = 200
const TELLING = [
  'CallStatus', 'DialCallStatus', 'Digits', 'AnsweredBy', 'StatusCallbackEvent', 'ReasonParticipantLeft', 'CallDuration',
  'MessageStatus', 'OptOutType', 'NumMedia', 'Body', 'ErrorCode', 'status', 'result', 'state', 'message'
]
const list = document.querySelector('#traffic')
const sieve = document.querySelector('#sieve')
const hold = document.querySelector('#hold')
const tokens = new Set()
let latest = 0
let isHeld = false

async function look() {
  if (isHeld) return
  const entries = await (await fetch(`/traffic.json?after=${latest}`)).json()
  if (!entries.length) return
  latest = entries.at(-1).number
  list.prepend(...entries.map(entry => entry.kind === 'alert' ? warning(entry) : item(entry)).reverse())
  while (list.children.length > KEPT) list.lastElementChild.remove()
  document.querySelector('#nothing').hidden = true
  sift()
}

function item(webhook) {
  const made = plain('li', 'webhook')
  const details = document.createElement('details')
  details.append(summary(webhook))
  details.addEventListener('toggle', () => { if (details.open && details.children.length < 2) details.append(whole(webhook)) })
  made.dataset.words = JSON.stringify([webhook.url, webhook.params, webhook.status, webhook.body]).toLowerCase()
  made.append(details)
  return made
}

function warning(alert) {
  const made = plain('li', 'warning')
  made.append(plain('time', '', watch(alert.at)), ' ', plain('span', 'wrong', `Error ${alert.code}: ${alert.text}`))
  if (alert.url) made.append(plain('span', 'told', new URL(alert.url).pathname))
  made.dataset.words = JSON.stringify(alert).toLowerCase()
  return made
}

function summary(webhook) {
  const made = document.createElement('summary')
  made.append(plain('time', '', watch(webhook.at)), ' ', plain('span', 'path', new URL(webhook.url).pathname), ' ', status(webhook))
  if (webhook.token && tokens.has(webhook.token)) made.append(' ', plain('span', 'again', 'again'))
  tokens.add(webhook.token)
  const told = TELLING.filter(name => webhook.params[name] && webhook.params[name] !== '0').map(name => `${name} ${shortened(webhook.params[name])}`)
  made.append(plain('span', 'told', [...told, ...answered(webhook)].join(' · ')))
  return made
}

const shortened = words => words.length > 60 ? `${words.slice(0, 60)} …` : words

function status(webhook) {
  const isGood = webhook.status >= 200 && webhook.status < 300
  return plain('span', isGood ? 'good' : 'bad', webhook.status ? String(webhook.status) : 'no answer')
}

function answered(webhook) {
  const verbs = [...webhook.body.matchAll(/<([A-Z][a-z]+)/g)].map(([, verb]) => verb).filter(verb => verb !== 'Response')
  return verbs.length ? [`answered ${[...new Set(verbs)].join(', ')}`] : []
}

function whole(webhook) {
  const made = plain('div', 'whole')
  const blank = Object.keys(webhook.params).filter(name => webhook.params[name] === '')
  made.append(plain('p', 'url', webhook.url))
  made.append(params(webhook.params))
  if (blank.length) made.append(plain('p', 'blank', `Blank: ${blank.join(', ')}`))
  made.append(plain('p', 'blank', webhook.signed ? 'Signed.' : 'Not signed.'))
  if (webhook.body) made.append(answer(webhook.body))
  return made
}

function params(told) {
  const made = document.createElement('dl')
  for (const [name, value] of Object.entries(told)) {
    if (value !== '') made.append(plain('dt', '', name), plain('dd', '', value))
  }
  return made
}

function answer(body) {
  const made = plain('pre', '', body.replaceAll('><', '>\n<'))
  made.tabIndex = 0
  made.setAttribute('role', 'region')
  made.setAttribute('aria-label', 'The answer')
  return made
}

function sift() {
  const wanted = sieve.value.trim().toLowerCase()
  for (const each of list.children) each.hidden = !each.dataset.words.includes(wanted)
}

sieve.addEventListener('input', sift)
hold.addEventListener('click', () => {
  isHeld = !isHeld
  hold.setAttribute('aria-pressed', String(isHeld))
  setText(hold, isHeld ? 'Go on' : 'Hold')
})
keepLooking(look, EVERY_MS)
