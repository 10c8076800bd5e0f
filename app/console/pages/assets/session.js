// Says two minutes before the end that the session ends, and keeps it when asked to. What was typed stays where it is.
// Alt+L locks at once: this tab and, by what they tell each other, every other one of this browser.

const WARN = 120;
const bar = document.getElementById("stay");
const [stay, signIn] = [bar.querySelector("button"), bar.querySelector("a")];
const words = bar.querySelector("p");
const lock = document.getElementById("lock");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
let endsAt = performance.now() + Number(bar.dataset.left) * 1000;
let asleepAt = Date.now();

addEventListener("keydown", (event) => {
  if (event.altKey && event.code === "KeyL") {
    event.preventDefault();
    lock.requestSubmit();
  }
});

// Whoever locks wants nothing left to be read, and what is half typed is as secret as what is shown. The other tabs are
// empty at once, and go to the door when the session is over: before that it would lead them in again.
lock.addEventListener("submit", () => tabs?.postMessage("over"));
tabs?.addEventListener("message", () => {
  document.body.replaceChildren();
  leave();
});

async function leave() {
  const answer = await fetch("/console/account/left", { cache: "no-store" }).catch(() => null);
  if (answer?.redirected || answer?.status === 401) location.replace("/console/sign-in");
  else setTimeout(leave, 300);
}

function left() {
  return Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
}

function say(text, { over = false } = {}) {
  if (words.textContent !== text) words.textContent = text;
  bar.hidden = false;
  stay.hidden = over;
  signIn.hidden = !over;
}

function hear(seconds) {
  endsAt = performance.now() + seconds * 1000;
  if (seconds > WARN) bar.hidden = true;
}

async function ask(address, how) {
  const answer = await fetch(address, { cache: "no-store", ...how });
  if (answer.redirected || answer.status === 401) return hear(0);
  if (!answer.ok) throw new Error(String(answer.status));
  hear(Number(await answer.text()));
}

// Another tab may have kept the session, so the server is asked before anything is said.
let asking = false;
async function look() {
  if (Date.now() - asleepAt > 10_000) endsAt = Math.min(endsAt, performance.now()); // a lid was shut meanwhile
  asleepAt = Date.now();
  if (asking || left() > WARN || !signIn.hidden) return;
  asking = true;
  try {
    if (bar.hidden || left() === 0) await ask("/console/account/left");
    if (left() === 0) say(bar.dataset.over, { over: true });
    else if (left() <= WARN) say(bar.dataset.soon.replace("{minutes}", Math.ceil(left() / 60)));
  } catch {
    if (left() === 0) say(bar.dataset.failed);
  } finally {
    asking = false;
  }
}

stay.addEventListener("click", async () => {
  const form = new URLSearchParams({ csrf: lock.elements.csrf.value });
  try {
    await ask("/console/account/stay", { method: "POST", body: form });
    await look();
  } catch {
    say(bar.dataset.failed);
  }
});

setInterval(look, 1000);
