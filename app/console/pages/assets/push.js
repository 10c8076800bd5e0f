// Asks this browser to let us push to it, and sends what it answers. Without a service worker there is no button.

const form = document.getElementById("push");

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function written(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// A worker can be pushed to once it is active. `serviceWorker.ready` waits for one that governs this page; ours does not.
function active(registration) {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "activated") resolve(registration);
      if (worker.state === "redundant") reject(new Error("the worker was not taken in"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

async function subscribed() {
  const { pushManager } = await active(await navigator.serviceWorker.register("/console/assets/push-worker.js"));
  const key = bytes(form.dataset.key);
  const earlier = await pushManager.getSubscription();
  if (earlier && written(earlier.options.applicationServerKey) !== form.dataset.key) await earlier.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function say(why) {
  delete form.dataset.sent;
  const status = form.querySelector("[role=status]");
  status.textContent = status.dataset[why];
}

async function ask(event) {
  event.preventDefault();
  try {
    // First of all: some browsers ask only while the finger is still on the button.
    if ((await Notification.requestPermission()) !== "granted") return say("refused");
    const subscription = await subscribed();
    form.elements.endpoint.value = subscription.endpoint;
    form.elements.p256dh.value = written(subscription.getKey("p256dh"));
    form.elements.auth.value = written(subscription.getKey("auth"));
    form.submit();
  } catch {
    say("failed");
  }
}

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  document.getElementById("no-push").hidden = true;
  form.addEventListener("submit", ask);
}
