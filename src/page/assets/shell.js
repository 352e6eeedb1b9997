// What every page has: the connection to the workshop, and a way to act.

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
const status = document.getElementById("connection");
// What stands there until something is known.
const waiting = document.getElementById("waiting");
if (waiting) waiting.hidden = false;
const handlers = [];
let source = null;
let retry = 0;

/** Calls `handler` with each document of the page's feed. */
export function onData(handler) {
  handlers.push(handler);
}

/** Posts `fields` to `path` with the token of this page; gives the reply. */
export function act(path, fields = {}) {
  return fetch(path, {
    method: "POST",
    headers: { "x-workshop-token": meta("token") },
    body: new URLSearchParams(fields),
  });
}

// On a phone the navigation is wider than the window.
document.querySelector(".bar nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

function say(text) {
  if (status.textContent !== text) status.textContent = text;
  document.documentElement.classList.toggle("gone", text !== "");
}

function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(meta("feed"));
  source.addEventListener("workshop", (event) => {
    // A new workshop at the same address knows nothing of this page's token.
    if (JSON.parse(event.data).instance !== meta("instance")) location.reload();
    say("");
  });
  source.addEventListener("message", (event) => {
    const data = JSON.parse(event.data);
    waiting?.remove();
    for (const handler of handlers) handler(data);
  });
  source.addEventListener("error", () => {
    say("The workshop does not answer. This page goes on by itself when it is back: workshop start");
    // A browser gives up after some errors; this page does not.
    if (source?.readyState === EventSource.CLOSED) retry = setTimeout(connect, 1000);
  });
}

function disconnect() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

// Nobody looks at a hidden page, and a browser has only six connections for all windows.
document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
addEventListener("pagehide", disconnect);
addEventListener("pageshow", () => {
  if (!source && !document.hidden) connect();
});
if (!document.hidden) connect();
