// The carriers' days: what goes wrong on each, set by hand.

import { copyOf, find, keepLooking, send, setText } from '/pages/page.js'

const EVERY_MS = 3000
const places = new Map()

async function look() {
  const { carriers } = await (await fetch('/carriers.json')).json()
  carriers.forEach(showCarrier)
  showSum(carriers)
}

function newPlace(carrier) {
  const place = copyOf('#carrier')
  const form = find(place, 'form')
  setText(find(place, 'h3'), carrier.name)
  form.setAttribute('aria-label', carrier.name)
  for (const field of form.elements) {
    if (field.name && !carrier.can.includes(field.name)) field.closest('label').hidden = true
  }
  form.addEventListener('input', event => showSeconds(event.target))
  form.addEventListener('change', () => begin(carrier.name, dayOf(form)))
  form.addEventListener('reset', event => { event.preventDefault(); begin(carrier.name, {}) })
  form.addEventListener('submit', event => event.preventDefault())
  document.querySelector('#carriers').append(place)
  return place
}

async function begin(name, day) {
  await send('PUT', `/carriers/${encodeURIComponent(name)}.json`, day)
  await look()
}

function dayOf(form) {
  const fields = [...form.elements].filter(field => field.name)
  return Object.fromEntries(fields.map(field => [field.name, valueOf(field)]))
}

function valueOf(field) {
  if (field.type === 'checkbox') return field.checked
  return field.name === 'rest' ? field.value : Number(field.value)
}

function showCarrier(carrier) {
  const place = places.get(carrier.name) ?? newPlace(carrier)
  const form = find(place, 'form')
  const faults = faultsOf(carrier.day)
  places.set(carrier.name, place)
  place.dataset.bad = String(faults > 0)
  setText(find(place, '.how'), faults ? `has ${faults} fault${faults > 1 ? 's' : ''}` : 'is in order')
  find(form, 'button').disabled = !faults
  for (const [name, value] of Object.entries(carrier.day)) {
    const field = form.elements[name]
    if (field === document.activeElement) continue
    if (field.type === 'checkbox') field.checked = value
    else field.value = value
    showSeconds(field)
  }
}

function showSeconds(field) {
  if (field.type !== 'range') return
  setText(find(field.closest('label'), 'output'), field.value === '0' ? 'at once' : `${field.value} s`)
  field.setAttribute('aria-valuetext', field.value === '0' ? 'at once' : `${field.value} seconds`)
}

const faultsOf = day => Object.values(day).filter(value => value && value !== 'works').length

function showSum(carriers) {
  const bad = carriers.filter(carrier => faultsOf(carrier.day)).map(carrier => carrier.name)
  const sum = document.querySelector('#day')
  sum.className = bad.length ? 'bad' : ''
  setText(sum, bad.length ? `bad at ${bad.join(' and ')}` : 'in order')
}

keepLooking(look, EVERY_MS)
