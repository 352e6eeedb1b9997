// The picture of the graph: drawn anew whenever something in it moves, and at rest otherwise.

import { draw, drawWith } from "./graph-drawing.js";
import { graph } from "./graph-model.js";
import { fit, lookAt, marked, scaleAbout, size, view } from "./graph-view.js";

export const canvas = document.getElementById("graph");
const context = canvas.getContext("2d");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

/** The frame that was asked for; 0 where none was. */
let waiting = 0;

/** Something is to be drawn anew. */
export function wake() {
  if (waiting === 0) waiting = requestAnimationFrame(frame);
}

function frame() {
  waiting = 0;
  const moves = () => graph.forces.isMoving && !still.matches;
  if (moves()) graph.forces.step();
  if (view.fits) fit();
  draw();
  if (moves() || marked.dragged >= 0) wake();
}

/** The graph has changed: its nodes find their places. */
export function move() {
  if (still.matches) settle();
  wake();
}

/** Lays it out without showing how: for whoever wants no motion. */
function settle() {
  const until = performance.now() + 150;
  while (graph.forces.isMoving && performance.now() < until) graph.forces.step();
  if (graph.forces.isMoving) setTimeout(settle, 0);
  else wake();
}

export function zoom(factor, x = size.width / 2, y = size.height / 2) {
  scaleAbout(factor, x, y);
  view.fits = false;
  wake();
}

export function pan(dx, dy) {
  view.x += dx;
  view.y += dy;
  view.fits = false;
  wake();
}

export function centre(node) {
  lookAt(node);
  view.fits = false;
  wake();
}

export function whole() {
  view.fits = true;
  wake();
}

/** Moves `node` by so many pixels, and the others follow. */
export function moveNode(node, dx, dy) {
  graph.forces.x[node] += dx / view.scale;
  graph.forces.y[node] += dy / view.scale;
  graph.forces.warm(0.25);
  view.fits = false;
  wake();
}

function resize() {
  const density = Math.min(2, devicePixelRatio || 1);
  size.width = canvas.clientWidth;
  size.height = canvas.clientHeight;
  canvas.width = Math.round(size.width * density);
  canvas.height = Math.round(size.height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  restyle();
}

/** The letters and the colours of the page may be others now. */
function restyle() {
  drawWith(context);
  wake();
}

dark.addEventListener("change", restyle);
still.addEventListener("change", wake);
restyle();
new ResizeObserver(resize).observe(canvas);
