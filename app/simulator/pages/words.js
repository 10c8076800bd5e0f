// What things are called on the page, and how long a text is.

export const STATES = {
  idle: 'Idle', ringing: 'Ringing', calling: 'Calling …', 'in call': 'In a call',
  'waiting for keys': 'Waiting for keys', bridged: 'Talking'
}
export const ENDS = {
  completed: 'Call ended', busy: 'Busy', failed: 'The call failed', 'no-answer': 'Not answered', canceled: 'Call cancelled'
}
export const BEHAVIOURS = {
  'by hand': 'it rings for you', answers: 'it is answered at once', 'says nothing': 'it answers in a pocket',
  'rings out': 'it rings, nobody comes', busy: 'it is busy', voicemail: 'voicemail answers', fax: 'a fax answers',
  'switched off': 'it is switched off', 'out of coverage': 'it has no coverage, texts wait',
  landline: 'it is a landline, no texts', 'opted out': 'it rings, texts are refused'
}
export const SOUNDS = [
  ['', 'what it is'], ['human', 'a human'], ['machine_start', 'a machine'], ['machine_end_beep', 'a machine, after its tone'],
  ['machine_end_silence', 'a machine, after silence'], ['machine_end_other', 'a machine, somehow'], ['fax', 'a fax'], ['unknown', 'nobody knows']
]

const GSM = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
const GSM_TWICE = new Set('^{}\\[~]|€\f')

// How a text is sent: its length, and in how many parts.
export function measure(text) {
  const letters = [...text]
  const isGsm = letters.every(letter => GSM.has(letter) || GSM_TWICE.has(letter))
  const length = isGsm ? letters.length + letters.filter(letter => GSM_TWICE.has(letter)).length : text.length
  const [single, part] = isGsm ? [160, 153] : [70, 67]
  return { length, parts: length <= single ? 1 : Math.ceil(length / part) }
}
