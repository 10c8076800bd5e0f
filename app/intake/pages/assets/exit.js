// Leaves at once: what was typed is gone before the next page loads, and Back does not find this page again.
// Without script the same link still leads away.

const exit = document.getElementById("exit");

function wipe() {
  document.title = "";
  document.body.replaceChildren();
}

exit.addEventListener("click", (click) => {
  click.preventDefault();
  wipe();
  location.replace(exit.href);
});

addEventListener("pageshow", (shown) => {
  if (!shown.persisted) return;
  wipe(); // the browser brought back a page it had kept in memory
  location.reload();
});
