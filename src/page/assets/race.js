// Steps through the interleaving, forwards and backwards; and shows the next check of section 4 when it comes.

import { isNewer } from "./records.js";
import { onData } from "./shell.js";

const steps = [...document.querySelectorAll("#steps > li")];
const byId = (id) => document.getElementById(id);
let at = 0;

function show(wanted, spoken = true) {
  at = Math.min(steps.length - 1, Math.max(0, wanted));
  for (const [index, step] of steps.entries()) {
    step.classList.toggle("now", index === at);
    step.classList.toggle("to-come", index > at);
    if (index === at) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
  const step = steps[at];
  byId("place").textContent = `Step ${at + 1} of ${steps.length}`;
  byId("value").textContent = step.dataset.value;
  byId("told").textContent = step.dataset.told;
  byId("told").classList.toggle("bad", step.classList.contains("loses"));
  byId("first").disabled = byId("back").disabled = at === 0;
  byId("forward").disabled = byId("last").disabled = at === steps.length - 1;
  if (spoken) byId("spoken").textContent = `${byId("place").textContent}: ${step.dataset.told} Value: ${step.dataset.value}`;
  const [top, bottom] = [step.offsetTop, step.offsetTop + step.offsetHeight];
  const lanes = byId("lanes");
  if (top < lanes.scrollTop) lanes.scrollTop = top - 48;
  else if (bottom > lanes.scrollTop + lanes.clientHeight) lanes.scrollTop = bottom - lanes.clientHeight + 8;
}

onData(({ records }) => {
  if (isNewer(records, 4)) location.reload();
});

if (steps.length > 0) {
  byId("first").addEventListener("click", () => show(0));
  byId("back").addEventListener("click", () => show(at - 1));
  byId("forward").addEventListener("click", () => show(at + 1));
  byId("last").addEventListener("click", () => show(steps.length - 1));
  const loses = steps.findIndex((step) => step.classList.contains("loses"));
  byId("to-loss")?.addEventListener("click", () => show(loses));
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const go = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: steps.length - 1 }[event.key];
    if (go === undefined) return;
    event.preventDefault();
    show(go);
  });
  for (const [index, step] of steps.entries()) step.addEventListener("click", () => show(index));
  byId("stepping").hidden = false;
  show(0, false);
}
