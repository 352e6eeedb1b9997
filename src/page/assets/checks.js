// Shows a new report as soon as there is one, wherever the check was run.

import { onData } from "./shell.js";

const { section, known } = document.getElementById("report").dataset;
/** What is shown is of this time: whether a check was running, and which record was the last. */
let shown = JSON.stringify(JSON.parse(known));
let asked = 0;

/** Puts what the server says now in place of what is shown, and leaves the rest of the page as it is. */
async function renew() {
  const mine = ++asked;
  const reply = await fetch(location.pathname).catch(() => null);
  if (!reply?.ok || mine !== asked) return;
  const now = new DOMParser().parseFromString(await reply.text(), "text/html");
  const report = now.getElementById("report");
  const nav = now.querySelector("nav.sections");
  if (!report || !nav) return;
  const focused = document.activeElement?.matches("form.run button");
  document.getElementById("report").replaceWith(document.adoptNode(report));
  document.querySelector("nav.sections").replaceWith(document.adoptNode(nav));
  if (focused) document.querySelector("form.run button").focus();
}

onData(({ running, records }) => {
  const now = JSON.stringify([running, records[section - 1]]);
  if (shown !== now) renew();
  shown = now;
});

// The page stays where it is, and so does the reader's place in it.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("form.run")) return;
  event.preventDefault();
  event.target.querySelector("button").disabled = true;
  const { action } = event.target;
  const reply = await fetch(action, {
    method: "POST",
    body: new URLSearchParams(new FormData(event.target)),
    redirect: "manual",
  }).catch(() => null);
  const failed = reply && reply.type !== "opaqueredirect" && !reply.ok;
  if (failed) event.target.querySelector("[role=status]").textContent = await reply.text();
  else renew();
});
