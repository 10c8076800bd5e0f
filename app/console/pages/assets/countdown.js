// Counts down between two answers of the server, on the server's clock, which may run fast in a demo.
// Only the numbers move; nothing is announced.

const TEN_MINUTES = 600, TWO_DAYS = 172800;
let loaded = performance.now();
let began = Number(document.body.dataset.now);
const speed = Number(document.body.dataset.speed);

export function now() {
  return began + (performance.now() - loaded) * speed;
}

export function set(milliseconds) {
  began = milliseconds;
  loaded = performance.now();
  tick();
}

// The same as `length` in times.py.
function length(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(seconds / 3600);
  if (seconds >= TWO_DAYS) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours) return `${hours} h ${minutes % 60} min`;
  if (seconds >= TEN_MINUTES) return `${minutes} min`;
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

function tick() {
  const at = now();
  for (const time of document.querySelectorAll("time[data-due]")) {
    const left = time.dataset.due - at;
    const words = left <= 0 ? document.body.dataset.over : document.body.dataset.left;
    const text = words.replace("{left}", length(Math.floor(Math.abs(left) / 1000)));
    if (time.textContent !== text) time.textContent = text;
    time.classList.toggle("over", left <= 0);
  }
  for (const bar of document.querySelectorAll("progress[data-opened]")) {
    bar.value = Math.min(Math.max((at - bar.dataset.opened) / 1000, 0), bar.max);
  }
}

setInterval(tick, 1000);
tick();
