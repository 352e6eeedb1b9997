// The graph in the live Redis, laid out and drawn as it grows.

import { onData } from "/assets/shell.js";
import { Forces } from "/assets/graph-forces.js";

const byId = (id) => document.getElementById(id);
const canvas = byId("graph");
const context = canvas.getContext("2d");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

/** How long the last frames took to compute and draw, in milliseconds, for whoever measures. */
export const frames = { last: 0, drawn: 0 };

/** As many names stand in a large picture; each needs so many pixels about it. */
const MOST_LABELS = 14;
const LABEL_ROOM = 40_000;
/** As many edges of a node are listed beside it. */
const MOST_LISTED = 14;
/** Edges are drawn in as many widths: a path each. */
const WIDTHS = 5;

let forces = new Forces();
/** By the number that the workshop gives a node: its index here. */
let indices = new Map();
let names = [];
let strengths = [];
/** By "from to": the index of the edge. */
let edges = new Map();
let weights = [];
let heaviest = 1;
let strongest = 1;

let known = { epoch: -1, version: -1 };
let asking = false;
let latest = null;

const view = { x: 0, y: 0, scale: 1, fits: true };
let selected = -1;
let hovered = -1;
let colours = {};
let waiting = 0;

// What the workshop says.

onData((summary) => {
  latest = summary;
  byId("problem").textContent = summary.problem ?? "";
  byId("problem").hidden = !summary.problem;
  ask();
});

async function ask() {
  if (asking || !latest || latest.problem) return;
  asking = true;
  try {
    while (latest.epoch !== known.epoch || latest.version !== known.version) {
      const { version, epoch } = known;
      const reply = await fetch(`/graph/changes?epoch=${epoch}&since=${version}`);
      if (!reply.ok) break;
      take(await reply.json());
      if (known.epoch === epoch && known.version === version) break;
    }
  } catch {
    // The shell says that the workshop is gone, and the next event comes when it is back.
  } finally {
    asking = false;
  }
}

function take(changes) {
  if (changes.whole) {
    forces = new Forces();
    indices = new Map();
    [names, strengths, weights] = [[], [], []];
    edges = new Map();
    selected = hovered = -1;
    select(-1);
  }
  known = { epoch: changes.epoch, version: changes.version };
  const newcomers = new Map(changes.nodes);
  const place = (node, near) => {
    if (!indices.has(node)) {
      indices.set(node, forces.addNode(near));
      names.push(newcomers.get(node) ?? "");
      strengths.push(0);
    }
    return indices.get(node);
  };
  for (const [from, to] of changes.gone) remove(`${from} ${to}`);
  for (const [from, to, weight] of changes.edges) {
    const a = place(from, indices.get(to) ?? -1);
    const b = place(to, a);
    const key = `${from} ${to}`;
    const edge = edges.get(key);
    if (edge === undefined) {
      const added = forces.addEdge(a, b);
      edges.set(key, added);
      weights[added] = weight;
      keys[added] = key;
    } else {
      weights[edge] = weight;
    }
  }
  measure();
  tell(changes);
  // Somebody may have typed before there was anything to find.
  find();
  if (still.matches) settle();
  wake();
}

let keys = [];

function remove(key) {
  const edge = edges.get(key);
  if (edge === undefined) return;
  forces.removeEdge(edge);
  const last = forces.edges;
  edges.delete(key);
  if (edge !== last) {
    weights[edge] = weights[last];
    keys[edge] = keys[last];
    edges.set(keys[edge], edge);
  }
  weights.length = last;
  keys.length = last;
}

function measure() {
  strengths.fill(0);
  heaviest = strongest = 1e-9;
  for (let edge = 0; edge < forces.edges; edge += 1) {
    const weight = Math.abs(weights[edge]);
    heaviest = Math.max(heaviest, weight);
    strengths[forces.from[edge]] += weight;
    if (forces.from[edge] !== forces.to[edge]) strengths[forces.to[edge]] += weight;
  }
  for (const strength of strengths) strongest = Math.max(strongest, strength);
  byRank = [...strengths.keys()].filter((node) => forces.degree[node] > 0).sort((a, b) => strengths[b] - strengths[a]);
}

let byRank = [];

// What is said in words.

const number = (x) => (Number.isInteger(x) ? x.toLocaleString("en") : String(Number(x.toPrecision(6))));

const many = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;

function tell(changes) {
  byId("empty").hidden = forces.edges > 0;
  byId("stage").hidden = forces.edges === 0;
  const more = changes.total > forces.edges ? `; the ${number(forces.edges)} heaviest are drawn` : "";
  byId("figures").textContent = `${many(byRank.length, "node")}, ${many(changes.total, "edge")}${more}`;
  const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a]).slice(0, 20);
  const rows = order.map((edge) => {
    const row = document.createElement("tr");
    for (const node of [forces.from[edge], forces.to[edge]]) {
      const cell = document.createElement("td");
      cell.append(nodeButton(node));
      row.append(cell);
    }
    const cell = document.createElement("td");
    cell.className = "number";
    cell.textContent = number(weights[edge]);
    row.append(cell);
    return row;
  });
  const table = byId("heaviest");
  const focused = [...table.querySelectorAll("button")].indexOf(document.activeElement);
  table.replaceChildren(...rows);
  table.querySelectorAll("button")[focused]?.focus();
  if (selected >= 0) select(selected);
}

function nodeButton(node) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain node";
  button.textContent = names[node] || "(empty)";
  button.addEventListener("click", () => {
    select(node);
    centre(node);
  });
  return button;
}

/** Shows `node` and its edges; none where it is -1. */
function select(node) {
  selected = node;
  const panel = byId("selected");
  panel.hidden = node < 0;
  if (node < 0) return wake();
  byId("selected-name").textContent = names[node] || "(empty)";
  const out = [];
  const into = [];
  for (let edge = 0; edge < forces.edges; edge += 1) {
    if (forces.from[edge] === node) out.push([forces.to[edge], weights[edge]]);
    else if (forces.to[edge] === node) into.push([forces.from[edge], weights[edge]]);
  }
  fill(byId("selected-out"), out);
  fill(byId("selected-into"), into);
  byId("selected-figures").textContent = `${number(out.length)} out, ${number(into.length)} in`;
  wake();
}

function fill(list, neighbours) {
  neighbours.sort((a, b) => b[1] - a[1]);
  const items = neighbours.slice(0, MOST_LISTED).map(([other, weight]) => {
    const item = document.createElement("li");
    const label = document.createElement("span");
    label.className = "number";
    label.textContent = number(weight);
    item.append(label, " ", nodeButton(other));
    return item;
  });
  if (neighbours.length > MOST_LISTED) {
    const item = document.createElement("li");
    item.textContent = `and ${number(neighbours.length - MOST_LISTED)} more`;
    items.push(item);
  }
  if (items.length === 0) {
    const item = document.createElement("li");
    item.textContent = "none";
    items.push(item);
  }
  list.replaceChildren(...items);
}

byId("close").addEventListener("click", () => {
  select(-1);
  canvas.focus();
});

const search = byId("search");
/** What is found, as it stands on the page. */
let shown = "";

function find() {
  const wanted = search.value.trim().toLowerCase();
  const found = wanted === "" ? [] : byRank.filter((node) => names[node].toLowerCase().includes(wanted));
  const now = JSON.stringify([wanted, found.length, found.slice(0, 6)]);
  // Whoever has come to one of the nodes with the keyboard stays there while the graph grows elsewhere.
  if (now === shown) return;
  shown = now;
  byId("found").replaceChildren(
    ...found.slice(0, 6).map((node) => {
      const item = document.createElement("li");
      item.append(nodeButton(node));
      return item;
    }),
  );
  byId("found-count").textContent = wanted === "" ? "" : `${number(found.length)} found`;
}

search.addEventListener("input", find);
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("found").querySelector("button")?.click();
});

// The picture.

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  colours = {
    ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), accent: read("--accent"),
    card: read("--card"), bad: read("--bad"), sans: read("--sans"), rem: parseFloat(style.fontSize),
  };
}

const size = { width: 0, height: 0 };

function resize() {
  const density = Math.min(2, devicePixelRatio || 1);
  // A larger window may have larger letters.
  readColours();
  size.width = canvas.clientWidth;
  size.height = canvas.clientHeight;
  canvas.width = Math.round(size.width * density);
  canvas.height = Math.round(size.height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  wake();
}

/** The whole of it in view. */
function fit() {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const node of byRank) {
    left = Math.min(left, forces.x[node]);
    right = Math.max(right, forces.x[node]);
    top = Math.min(top, forces.y[node]);
    bottom = Math.max(bottom, forces.y[node]);
  }
  if (left > right || size.width === 0) return;
  const room = 36;
  view.scale = Math.min(2.5, (size.width - 2 * room) / Math.max(right - left, 1), (size.height - 2 * room) / Math.max(bottom - top, 1));
  view.scale = Math.max(view.scale, 0.02);
  view.x = size.width / 2 - (view.scale * (left + right)) / 2;
  view.y = size.height / 2 - (view.scale * (top + bottom)) / 2;
}

/** Its area is its strength. What is seen from afar is smaller, but a hub stays to be seen. */
const radius = (node) => (2 + 10 * Math.sqrt(strengths[node] / strongest)) * Math.min(1.3, Math.max(0.6, Math.sqrt(view.scale)));
const across = (node) => view.x + forces.x[node] * view.scale;
const down = (node) => view.y + forces.y[node] * view.scale;

function draw() {
  context.clearRect(0, 0, size.width, size.height);
  const focus = hovered >= 0 ? hovered : selected;
  drawEdges(focus);
  drawNodes(focus);
  drawNames(focus);
}

function drawEdges(focus) {
  const buckets = Array.from({ length: WIDTHS }, () => []);
  const touched = [];
  for (let edge = 0; edge < forces.edges; edge += 1) {
    const [from, to] = [forces.from[edge], forces.to[edge]];
    if (from === focus || to === focus) touched.push(edge);
    else buckets[Math.min(WIDTHS - 1, Math.floor(WIDTHS * Math.sqrt(Math.abs(weights[edge]) / heaviest)))].push(edge);
  }
  context.strokeStyle = colours.quiet;
  for (const [rank, bucket] of buckets.entries()) {
    if (bucket.length === 0) continue;
    context.globalAlpha = (focus >= 0 ? 0.12 : 0.28) + 0.1 * rank * (focus >= 0 ? 0.3 : 1);
    context.lineWidth = 0.6 + rank * 0.8 * Math.min(1, view.scale);
    trace(bucket);
  }
  context.strokeStyle = colours.accent;
  context.globalAlpha = touched.length > 100 ? 0.5 : 1;
  context.lineWidth = touched.length > 100 ? 1 : 2;
  trace(touched);
  context.globalAlpha = 1;
}

function trace(bucket) {
  context.beginPath();
  for (const edge of bucket) {
    const [from, to] = [forces.from[edge], forces.to[edge]];
    const [x, y] = [across(from), down(from)];
    if (from === to) {
      const r = radius(from) + 3;
      context.moveTo(x + r, y - r);
      context.arc(x, y - r, r, 0, 2 * Math.PI);
      continue;
    }
    context.moveTo(x, y);
    context.lineTo(across(to), down(to));
  }
  context.stroke();
}

function drawNodes(focus) {
  context.fillStyle = colours.accent;
  context.strokeStyle = colours.card;
  context.lineWidth = 1;
  context.beginPath();
  // The strong ones last, above the others.
  for (let rank = byRank.length - 1; rank >= 0; rank -= 1) {
    const node = byRank[rank];
    const [x, y, r] = [across(node), down(node), radius(node)];
    if (x < -r || y < -r || x > size.width + r || y > size.height + r) continue;
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  }
  // A rim tells neighbours apart, where there is room for one.
  if (view.scale > 0.7) context.stroke();
  context.fill();
  if (focus < 0) return;
  context.fillStyle = colours.bad;
  context.beginPath();
  context.arc(across(focus), down(focus), radius(focus) + 2, 0, 2 * Math.PI);
  context.fill();
}

function drawNames(focus) {
  context.font = `${0.8 * colours.rem}px ${colours.sans}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  const taken = [];
  const wanted = focus >= 0 ? [focus, ...byRank] : byRank;
  let left = Math.min(MOST_LABELS, Math.max(4, Math.floor((size.width * size.height) / LABEL_ROOM)));
  for (const node of wanted) {
    if (left === 0) break;
    const text = short(names[node]);
    const [x, y] = [across(node) + radius(node) + 5, down(node)];
    if (x < 0 || y < 0 || y > size.height || x > size.width) continue;
    const width = context.measureText(text).width;
    const start = Math.max(4, x + width > size.width - 4 ? across(node) - radius(node) - 5 - width : x);
    const box = [start, y - 9, start + width, y + 9];
    const meets = (other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
    if (node !== focus && taken.some(meets)) continue;
    taken.push(box);
    left -= 1;
    context.strokeStyle = colours.card;
    context.strokeText(text, start, y);
    context.fillStyle = node === focus ? colours.bad : colours.ink;
    context.fillText(text, start, y);
  }
}

/** Of an address what tells it apart. */
function short(name) {
  const plain = name.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "") || name || "(empty)";
  return plain.length <= 32 ? plain : `${plain.slice(0, 15)}…${plain.slice(-15)}`;
}

function frame() {
  waiting = 0;
  const begun = performance.now();
  if (forces.isMoving && !still.matches) forces.step();
  if (view.fits) fit();
  draw();
  frames.last = performance.now() - begun;
  frames.drawn += 1;
  if ((forces.isMoving && !still.matches) || dragged >= 0) wake();
}

/** Something is to be drawn anew. */
function wake() {
  if (waiting === 0) waiting = requestAnimationFrame(frame);
}

/** Lays it out without showing how: for whoever wants no motion. */
function settle() {
  const until = performance.now() + 150;
  while (forces.isMoving && performance.now() < until) forces.step();
  if (forces.isMoving) setTimeout(settle, 0);
  else wake();
}

// Pointer and keyboard.

let dragged = -1;
const pointers = new Map();

function nodeAt(x, y) {
  let [best, distance] = [-1, Infinity];
  for (const node of byRank) {
    const d = Math.hypot(across(node) - x, down(node) - y) - radius(node);
    if (d < distance) [best, distance] = [node, d];
  }
  return distance <= 8 ? best : -1;
}

function zoom(factor, x = size.width / 2, y = size.height / 2) {
  const scale = Math.min(20, Math.max(0.02, view.scale * factor));
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  view.fits = false;
  wake();
}

function pan(dx, dy) {
  view.x += dx;
  view.y += dy;
  view.fits = false;
  wake();
}

function centre(node) {
  view.scale = Math.max(view.scale, 1);
  view.x = size.width / 2 - forces.x[node] * view.scale;
  view.y = size.height / 2 - forces.y[node] * view.scale;
  view.fits = false;
  wake();
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: false });
  dragged = pointers.size === 1 ? nodeAt(event.offsetX, event.offsetY) : -1;
  if (dragged >= 0) forces.held[dragged] = 1;
});
canvas.addEventListener("pointermove", (event) => {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) {
    const node = nodeAt(event.offsetX, event.offsetY);
    if (node !== hovered) {
      hovered = node;
      canvas.classList.toggle("on-node", node >= 0);
      byId("hovered").textContent = node < 0 ? "" : `${names[node]}: ${number(strengths[node])} in and out`;
      wake();
    }
    return;
  }
  const [dx, dy] = [event.offsetX - pointer.x, event.offsetY - pointer.y];
  if (Math.hypot(dx, dy) < 3 && !pointer.moved) return;
  if (pointers.size === 2) {
    const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)[1];
    const before = Math.hypot(pointer.x - other.x, pointer.y - other.y);
    const after = Math.hypot(event.offsetX - other.x, event.offsetY - other.y);
    if (before > 0) zoom(after / before, other.x, other.y);
  } else if (dragged >= 0) {
    forces.x[dragged] += dx / view.scale;
    forces.y[dragged] += dy / view.scale;
    forces.warm(0.25);
    view.fits = false;
    wake();
  } else {
    pan(dx, dy);
  }
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: true });
});
for (const end of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(end, (event) => {
    const pointer = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (end === "pointerup" && pointer && !pointer.moved) select(nodeAt(event.offsetX, event.offsetY));
    if (dragged >= 0) forces.held[dragged] = 0;
    dragged = -1;
  });
}
canvas.addEventListener("pointerleave", () => {
  hovered = -1;
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

function whole() {
  view.fits = true;
  wake();
}

/** To the node that comes next in weight. */
function along(step) {
  if (byRank.length === 0) return;
  const at = byRank.indexOf(selected);
  const node = byRank[at < 0 ? 0 : (at + step + byRank.length) % byRank.length];
  select(node);
  centre(node);
  byId("hovered").textContent = `${names[node]}: ${number(strengths[node])} in and out`;
}

canvas.addEventListener("keydown", (event) => {
  const step = 60;
  const keysOf = {
    ArrowLeft: () => pan(step, 0), ArrowRight: () => pan(-step, 0),
    ArrowUp: () => pan(0, step), ArrowDown: () => pan(0, -step),
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: whole,
    n: () => along(1), p: () => along(-1), Escape: () => select(-1),
  };
  const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keysOf[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

byId("zoom-in").addEventListener("click", () => zoom(1.4));
byId("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
byId("fit").addEventListener("click", whole);

dark.addEventListener("change", () => {
  readColours();
  wake();
});
still.addEventListener("change", wake);
readColours();
new ResizeObserver(resize).observe(canvas);
