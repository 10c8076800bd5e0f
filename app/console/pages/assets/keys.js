// By keyboard: Alt and a letter leads to what is done most on a case. Where the place is folded, it unfolds.

const PLACES = { KeyS: "step", KeyA: "attempt", KeyN: "notes", KeyV: "reveal", KeyP: "release", KeyJ: "fit", KeyH: "senior" };

addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.code === "KeyB") location.assign("/console/");
  const place = document.getElementById(PLACES[event.code]);
  if (!place) return;
  event.preventDefault();
  if (place instanceof HTMLDetailsElement) place.open = true;
  const first = place.closest("section, details").querySelector("button, input:not([type=hidden]), textarea, select, a[href]");
  (first ?? place).focus();
  place.scrollIntoView({ block: "start" });
});
