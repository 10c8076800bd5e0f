// A finger that taps twice sends one form.

addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// What has to be read first gets the focus, also where the browser passes over `autofocus`.
document.querySelector("[autofocus]")?.focus();
