// Passkeys: the server asks, the authenticator signs, and a form of ours carries the answer. What the authenticator
// makes of the server's question (PRF) goes along by itself; it is no part of what was signed.

const encode = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const canSign = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

async function asked(form, purpose) {
  const fields = new URLSearchParams({ purpose, csrf: form.elements.csrf?.value ?? "" });
  const answer = await fetch(form.dataset.ask, { method: "POST", body: fields });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function signed(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked(form, "prove"));
  return navigator.credentials.get({ publicKey });
}

async function made(form) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await asked(form, "register"));
  return navigator.credentials.create({ publicKey });
}

function written(credential) {
  const json = credential.toJSON();
  json.clientExtensionResults = {};
  return JSON.stringify(json);
}

function madeOfIt(credential) {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? encode(first) : "";
}

async function fill(form) {
  const makes = form.dataset.makes;
  const credential = await (makes ? made(form) : signed(form));
  form.elements[form.dataset.into ?? "credential"].value = written(credential);
  if (!form.elements.prf) return;
  const opens = credential.getClientExtensionResults().prf?.enabled && makes === "a key";
  form.elements.prf.value = madeOfIt(opens ? await signed(form) : credential);
}

for (const form of document.querySelectorAll("form.passkey")) {
  const mistake = form.querySelector(".mistake");
  const say = (words) => {
    mistake.textContent = words;
    mistake.hidden = !words;
  };
  form.hidden = false;
  if (!canSign) {
    form.querySelector("button").disabled = true;
    say(form.dataset.cannot);
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation(); // it is sent below, once it is filled in
    say("");
    try {
      await fill(form);
      form.submit();
    } catch {
      say(form.dataset.failed);
    }
  });
}

const print = document.getElementById("print");
if (print) {
  print.parentElement.hidden = false;
  print.addEventListener("click", () => window.print());
}
