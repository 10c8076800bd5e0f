const way = document.getElementById("exit");
const said = document.getElementById("exit-said");
let pressed = 0, alone = false, last = 0;

function leave() {
  fetch(way.dataset.door, { keepalive: true, redirect: "manual" }).catch(() => {});
  document.title = "";
  for (const form of document.forms) form.reset();
  document.body.replaceChildren();
  location.replace(way.href);
}

way.addEventListener("click", (click) => {
  click.preventDefault();
  leave();
});

// Three times Shift and nothing else, also in the middle of a word; a capital letter does not count.
addEventListener("keydown", (key) => {
  alone = key.key === "Shift";
  if (!alone) pressed = 0;
}, true);

addEventListener("keyup", (key) => {
  if (key.key !== "Shift" || !alone) return;
  pressed = key.timeStamp - last < 5000 ? pressed + 1 : 1;
  last = key.timeStamp;
  if (pressed === 3) leave();
  else said.textContent = said.dataset[pressed === 1 ? "two" : "one"];
}, true);

// A page that the browser kept in memory is not shown again.
addEventListener("pagehide", () => { for (const form of document.forms) form.reset(); });
addEventListener("pageshow", (shown) => {
  if (!shown.persisted) return;
  document.body.replaceChildren();
  location.reload();
});

const keys = document.getElementById("exit-keys");
keys.textContent = keys.dataset.said;
