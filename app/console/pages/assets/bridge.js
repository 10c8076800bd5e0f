// Keeps the panel of a call live while telephones ring and people talk. When people begin to talk, or it is over, the
// whole page is fetched: more than the panel has changed then. Not while somebody writes down what they were told.

let version = null;
let isWriting = false;
document.getElementById("asked")?.addEventListener("input", () => (isWriting = true));

async function refresh() {
  const panel = document.getElementById("bridge");
  const answer = await fetch(`/console/cases/${panel.dataset.case}/bridge`, { cache: "no-store" });
  if ((answer.redirected || !answer.ok) && !isWriting) return location.reload();
  if (answer.redirected || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("bridge");
  const moved = fresh.dataset.stage !== panel.dataset.stage;
  if (!isWriting && (!fresh.dataset.live || (moved && fresh.dataset.stage === "talking"))) return location.reload();
  if (fresh.innerHTML === panel.innerHTML) return; // and whoever stands on a button of it goes on standing there
  if (!moved && panel.querySelector("details[open]")) {
    // Somebody is choosing a colleague: only what is said above the choice changes.
    panel.querySelector("[role=status]").replaceChildren(...fresh.querySelector("[role=status]").childNodes);
  } else {
    panel.dataset.stage = fresh.dataset.stage ?? "";
    panel.replaceChildren(...fresh.childNodes);
  }
}

// Also at the first word: a telephone may have been answered while this page was on its way.
function heard(event) {
  if (version !== event.data) refresh().catch(() => {});
  version = event.data;
}

function listen() {
  const events = new EventSource("/console/events");
  events.addEventListener("here", heard);
  events.addEventListener("changed", heard);
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}

listen();
