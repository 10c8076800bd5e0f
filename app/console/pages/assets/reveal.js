// What was revealed goes away by itself: out of the page, not only out of sight. Escape hides it at once.

const secrets = document.getElementById("secrets");
const hide = document.getElementById("hide");
const goneAt = performance.now() + Number(secrets.dataset.hideAfter) * 1000;

function gone() {
  clearInterval(counting);
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  words.textContent = secrets.dataset.hidden;
  const again = document.createElement("a");
  again.href = hide.href;
  again.className = "button quiet";
  again.textContent = secrets.dataset.again;
  secrets.replaceChildren(words, again);
  history.replaceState(null, "", hide.href);
  words.tabIndex = -1;
  if (document.activeElement === document.body) words.focus();
}

const counting = setInterval(() => {
  const left = Math.ceil((goneAt - performance.now()) / 1000);
  if (left <= 0) gone();
  else hide.textContent = hide.dataset.counting.replace("{seconds}", left);
}, 1000);

hide.addEventListener("click", (event) => {
  event.preventDefault();
  gone();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") gone();
});
addEventListener("pagehide", gone);
