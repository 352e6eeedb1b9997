// Draws the graph: edges, nodes above them, and the names of the strongest.

import { graph } from "./graph-model.js";
import { across, down, marked, radius, size, view } from "./graph-view.js";

/** As many names stand in a large picture; each needs so many pixels about it. */
const MOST_LABELS = 14;
const LABEL_ROOM = 40_000;
/** A longer name is cut in its middle, in characters. */
const LONGEST_LABEL = 32;
/** Edges are drawn in as many widths: a path each. */
const WIDTHS = 5;

let context;
let colours = {};

/** Draws on `drawn` from here on, with the colours and the type of the page as they are now. */
export function drawWith(drawn) {
  context = drawn;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  colours = {
    ink: read("--ink"), quiet: read("--quiet"), accent: read("--accent"), card: read("--card"), bad: read("--bad"),
    sans: read("--sans"),
  };
  size.letters = parseFloat(style.fontSize);
}

export function draw() {
  const focus = marked.hovered >= 0 ? marked.hovered : marked.selected;
  context.clearRect(0, 0, size.width, size.height);
  drawEdges(focus);
  drawNodes(focus);
  drawNames(focus);
}

function drawEdges(focus) {
  const { forces, weights, heaviest } = graph;
  const buckets = Array.from({ length: WIDTHS }, () => []);
  const touched = [];
  for (let edge = 0; edge < forces.edges; edge += 1) {
    if (forces.from[edge] === focus || forces.to[edge] === focus) touched.push(edge);
    else buckets[Math.min(WIDTHS - 1, Math.floor(WIDTHS * Math.sqrt(Math.abs(weights[edge]) / heaviest)))].push(edge);
  }
  context.strokeStyle = colours.quiet;
  for (const [rank, bucket] of buckets.entries()) {
    if (bucket.length === 0) continue;
    context.globalAlpha = (focus >= 0 ? 0.15 : 0.4) + 0.1 * rank * (focus >= 0 ? 0.3 : 1);
    context.lineWidth = (0.7 + rank * 0.8 * Math.min(1, view.scale)) * (size.letters / 16);
    trace(bucket);
  }
  context.strokeStyle = colours.accent;
  context.globalAlpha = touched.length > 100 ? 0.5 : 1;
  context.lineWidth = touched.length > 100 ? 1 : 2;
  trace(touched);
  context.globalAlpha = 1;
}

function trace(bucket) {
  const { forces } = graph;
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
  for (let rank = graph.byRank.length - 1; rank >= 0; rank -= 1) {
    const node = graph.byRank[rank];
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
  context.font = `${0.8 * size.letters}px ${colours.sans}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 4;
  const half = 0.56 * size.letters;
  const taken = [];
  const wanted = focus >= 0 ? [focus, ...graph.byRank] : graph.byRank;
  let left = Math.min(MOST_LABELS, Math.max(4, Math.floor((size.width * size.height) / LABEL_ROOM)));
  for (const node of wanted) {
    if (left === 0) break;
    const text = short(graph.names[node]);
    const [x, y] = [across(node) + radius(node) + 5, down(node)];
    if (x < 0 || y < half || y > size.height - half || x > size.width) continue;
    const width = context.measureText(text).width;
    const start = Math.max(4, x + width > size.width - 4 ? across(node) - radius(node) - 5 - width : x);
    const box = [start, y - half, start + width, y + half];
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
  const half = Math.floor((LONGEST_LABEL - 1) / 2);
  return plain.length <= LONGEST_LABEL ? plain : `${plain.slice(0, half)}…${plain.slice(-half)}`;
}
