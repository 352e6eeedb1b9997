// What a pointer, a wheel and a keyboard do to the picture of the graph.

import { graph } from "./graph-model.js";
import { canvas, centre, moveNode, pan, wake, whole, zoom } from "./graph-picture.js";
import { marked, nodeAt } from "./graph-view.js";
import { mention, select } from "./graph-words.js";

/** Where the pointers are that are down, by their ids. */
const pointers = new Map();

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: false });
  marked.dragged = pointers.size === 1 ? nodeAt(event.offsetX, event.offsetY) : -1;
  if (marked.dragged >= 0) graph.forces.held[marked.dragged] = 1;
});

canvas.addEventListener("pointermove", (event) => {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) return hover(nodeAt(event.offsetX, event.offsetY));
  const [dx, dy] = [event.offsetX - pointer.x, event.offsetY - pointer.y];
  if (Math.hypot(dx, dy) < 3 && !pointer.moved) return;
  if (pointers.size === 2) pinch(event, pointer);
  else if (marked.dragged >= 0) moveNode(marked.dragged, dx, dy);
  else pan(dx, dy);
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: true });
});

function hover(node) {
  if (node === marked.hovered) return;
  marked.hovered = node;
  canvas.classList.toggle("on-node", node >= 0);
  mention(node);
  wake();
}

function pinch(event, pointer) {
  const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)[1];
  const before = Math.hypot(pointer.x - other.x, pointer.y - other.y);
  const after = Math.hypot(event.offsetX - other.x, event.offsetY - other.y);
  if (before > 0) zoom(after / before, other.x, other.y);
}

for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    const pointer = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (end === "pointerup" && pointer && !pointer.moved) select(nodeAt(event.offsetX, event.offsetY));
    if (marked.dragged >= 0) graph.forces.held[marked.dragged] = 0;
    marked.dragged = -1;
  });
}

canvas.addEventListener("pointerleave", () => {
  marked.hovered = -1;
  wake();
});

canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.offsetX, event.offsetY);
  },
  { passive: false },
);

/** To the node that comes next in weight. */
function along(step) {
  const { byRank } = graph;
  if (byRank.length === 0) return;
  const at = byRank.indexOf(marked.selected);
  const node = byRank[at < 0 ? 0 : (at + step + byRank.length) % byRank.length];
  select(node);
  centre(node);
  mention(node);
}

const STEP = 60;
const KEYS = {
  ArrowLeft: () => pan(STEP, 0), ArrowRight: () => pan(-STEP, 0),
  ArrowUp: () => pan(0, STEP), ArrowDown: () => pan(0, -STEP),
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: whole,
  n: () => along(1), p: () => along(-1), Escape: () => select(-1),
};

canvas.addEventListener("keydown", (event) => {
  const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

for (const [id, act] of [["zoom-in", () => zoom(1.4)], ["zoom-out", () => zoom(1 / 1.4)], ["fit", whole]]) {
  document.getElementById(id).addEventListener("click", act);
}
