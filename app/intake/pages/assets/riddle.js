// During a flood: pays this form's way past the line in computing, while its owner still writes. A form that is sent
// before that stands in line; so does one from a browser that cannot.
const form = document.querySelector("form[data-riddle]");
const zeros = 32 - Number(form.dataset.riddle), mark = form.elements.nonce.value, bytes = new TextEncoder();

async function solves(answer) {
  const digest = await crypto.subtle.digest("SHA-256", bytes.encode(`${mark}|${answer}`));
  return new DataView(digest).getUint32(0) >>> zeros === 0;
}

async function answer() {
  for (let number = 0; ; number += 1) if (await solves(number)) return number;
}

if (globalThis.crypto?.subtle) answer().then((number) => { form.elements.solved.value = number; });
