// Live: adds the rows that the server sends; takes up where it left off after an interruption.
"use strict";

const MOST_ROWS = 200;
const RETRY_MS = 3000;

const watch = (box) => {
  const rows = box.querySelector("tbody");
  const state = document.getElementById("live-state");
  const button = document.getElementById("live-pause");
  const empty = document.getElementById("live-empty");
  let mark = box.dataset.mark;
  let held = [];
  let isPaused = false;

  const tell = (text, tone) => { state.textContent = text; state.className = `badge ${tone}`; };
  const tellPause = () => {
    button.textContent = isPaused ? `Resume${held.length ? ` (${held.length} new)` : ""}` : "Pause";
    button.setAttribute("aria-pressed", String(isPaused));
  };
  const add = (html) => {
    rows.insertAdjacentHTML("afterbegin", html);
    while (rows.rows.length > MOST_ROWS) rows.lastElementChild.remove();
    empty.hidden = true;
  };
  const take = (event) => {
    mark = event.lastEventId;
    if (!isPaused) { add(event.data); return; }
    held.push(event.data);
    if (held.length > MOST_ROWS) held.shift();
    tellPause();
  };
  const connect = () => {
    const source = new EventSource(`${box.dataset.stream}&after=${mark}`);
    source.onopen = () => tell(isPaused ? "Paused" : "Live", isPaused ? "warn" : "good");
    source.onmessage = take;
    source.onerror = () => {
      // The browser tries again by itself, except after an answer that was no stream.
      if (source.readyState === EventSource.CLOSED) {
        tell("Waiting to reconnect", "warn");
        setTimeout(connect, RETRY_MS);
      } else {
        tell("Reconnecting", "warn");
      }
    };
    window.addEventListener("pagehide", () => source.close());
  };
  button.addEventListener("click", () => {
    isPaused = !isPaused;
    if (!isPaused) { held.forEach(add); held = []; }
    tell(isPaused ? "Paused" : "Live", isPaused ? "warn" : "good");
    tellPause();
  });
  state.hidden = false;
  button.hidden = false;
  tell("Connecting", "quiet");
  connect();
};

document.addEventListener("DOMContentLoaded", () => watch(document.getElementById("live")));
