// What the form asks for is shown as soon as it is chosen; j and k lead through the messages; and the list of the live
// workshop keeps up with what happens, unless it is held.

import { isNewer } from "./records.js";
import { onData } from "./shell.js";

addEventListener("change", (event) => {
  if (event.target.matches("form.asks select")) event.target.form.requestSubmit();
});

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key];
  const links = [...document.querySelectorAll(".messages th a")];
  if (!step || links.length === 0) return;
  const at = links.findIndex((link) => link === document.activeElement || (link.ariaCurrent === "true" && !links.includes(document.activeElement)));
  const next = links[Math.min(links.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  next.focus();
});

const hold = document.getElementById("hold");
let happened = null;
let asking = false;

/** Whether somebody is about to use what would be exchanged. */
function inUse() {
  const lives = document.getElementById("lives");
  return hold.ariaPressed === "true" || lives.contains(document.activeElement) || lives.matches(":has(details[open])") || !getSelection().isCollapsed;
}

async function keepUp() {
  if (asking || inUse()) return;
  asking = true;
  try {
    const reply = await fetch(location.pathname + location.search);
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").getElementById("lives");
    // A click may have come meanwhile.
    if (fresh && !inUse()) document.getElementById("lives").replaceChildren(...fresh.childNodes);
  } catch {
    // The shell says that the workshop does not answer.
  } finally {
    asking = false;
  }
}

if (hold) {
  document.getElementById("following").hidden = false;
  hold.addEventListener("click", () => {
    hold.ariaPressed = String(hold.ariaPressed !== "true");
    if (hold.ariaPressed === "false") keepUp();
  });
}

onData((now) => {
  // What the last check came to changes with the next check alone.
  if (now.records) {
    if (now.records.some((_, index) => isNewer(now.records, index + 1))) location.reload();
    return;
  }
  const first = happened === null;
  if (now.happened === undefined || now.happened === happened) return;
  happened = now.happened;
  if (hold) keepUp();
  else if (!first || now.happened > 0) location.reload();
});
