// What tells of a new case besides the board itself: a number on the app's icon, and a sound for whoever asked for one.
// Neither says anything but that something waits.

const KEPT = "sound";
const button = document.getElementById("sound");
let context;

function wanted() {
  try {
    return localStorage.getItem(KEPT) === "on";
  } catch {
    return false;
  }
}

// Browsers make no sound before somebody touched the page, so after a reload the next touch lets it.
function tune() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
}

function tone(pitch, after) {
  const [source, volume] = [context.createOscillator(), context.createGain()];
  const at = context.currentTime + after;
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
  source.connect(volume).connect(context.destination);
  source.start(at);
  source.stop(at + 0.3);
}

function ring() {
  tune();
  tone(660, 0);
  tone(880, 0.35);
}

function show() {
  button.setAttribute("aria-pressed", String(wanted()));
}

// Called with how many wait now, and how many waited before.
export function tell(waiting, before) {
  if (waiting) navigator.setAppBadge?.(waiting).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
  if (waiting > before && wanted()) ring();
}

if (button && "AudioContext" in window) {
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(KEPT, wanted() ? "off" : "on");
    } catch {
      return;
    }
    show();
    if (wanted()) ring();
  });
  for (const touch of ["pointerdown", "keydown"]) {
    addEventListener(touch, () => wanted() && tune(), { once: true });
  }
}
