// Keeps the board live: the server says that something changed, and the board is fetched again.
// When the line is lost the board says so, and goes on trying.

import { set } from "./countdown.js";
import { tell } from "./notice.js";

const live = document.getElementById("live");
const news = document.getElementById("news");
let version = live.dataset.edition; // of what the page was made of: something may have changed on its way here
let silence = null;
let waiting = Number(document.getElementById("board").dataset.waiting);
tell(waiting, waiting);

async function refresh() {
  const answer = await fetch("/console/board", { cache: "no-store" });
  if (answer.redirected || answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.children);
  if (focused) live.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  const board = document.getElementById("board");
  set(Number(board.dataset.now));
  document.title = board.dataset.title;
  const before = waiting;
  waiting = Number(board.dataset.waiting);
  tell(waiting, before);
  say(board.dataset.summary);
}

function say(words) {
  if (news.textContent !== words) news.textContent = words;
}

function heard(event) {
  clearTimeout(silence);
  silence = null;
  const missed = live.classList.contains("lost") || version !== event.data;
  version = event.data;
  live.classList.remove("lost");
  news.className = "unseen";
  if (missed) refresh().catch(() => {});
}

// A stream that ends is opened again within a second; only a longer silence is news.
function unheard() {
  live.classList.add("lost");
  news.className = "warn";
  say(live.dataset.lost);
}

function listen() {
  const events = new EventSource("/console/events");
  events.addEventListener("here", heard);
  events.addEventListener("changed", heard);
  events.addEventListener("error", () => {
    silence ??= setTimeout(unheard, 5000); // from the first: the browser tries again every second, and fails again
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(() => refresh().catch(() => {}).finally(listen), 5000);
    }
  });
}

listen();
