// Where on the screen each node of the graph is, and how large.

import { graph } from "./graph-model.js";

/** The picture's size, and that of the page's letters, in pixels of the style sheet. */
export const size = { width: 0, height: 0, letters: 16 };

/** A node is at `x + scale * its place`. While it `fits`, all of the graph is kept in view. */
export const view = { x: 0, y: 0, scale: 1, fits: true };

/** The nodes that somebody points at; -1 for none. */
export const marked = { selected: -1, hovered: -1, dragged: -1 };

/** The closest and the farthest that one can look. */
const [NEAREST, FARTHEST] = [20, 0.02];
/** So many pixels stay free at each side of a graph that fits. */
const MARGIN = 36;
/** A pointer is on a node that is no farther from it, in pixels. */
const NEAR = 8;

/** Its area is its strength. What is seen from afar is smaller, but a hub stays to be seen, and all of it on a projector. */
export function radius(node) {
  const seen = Math.min(1.3, Math.max(0.6, Math.sqrt(view.scale)));
  return ((2 + 10 * Math.sqrt(graph.strengths[node] / graph.strongest)) * seen * size.letters) / 16;
}

export const across = (node) => view.x + graph.forces.x[node] * view.scale;
export const down = (node) => view.y + graph.forces.y[node] * view.scale;

/** The whole of it in view. */
export function fit() {
  const { forces, byRank } = graph;
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const node of byRank) {
    left = Math.min(left, forces.x[node]);
    right = Math.max(right, forces.x[node]);
    top = Math.min(top, forces.y[node]);
    bottom = Math.max(bottom, forces.y[node]);
  }
  if (left > right || size.width === 0) return;
  const room = (length, extent) => (length - 2 * MARGIN) / Math.max(extent, 1);
  view.scale = Math.max(FARTHEST, Math.min(2.5, room(size.width, right - left), room(size.height, bottom - top)));
  view.x = size.width / 2 - (view.scale * (left + right)) / 2;
  view.y = size.height / 2 - (view.scale * (top + bottom)) / 2;
}

/** Closer by `factor`, while the point at `x` and `y` stays where it is. */
export function scaleAbout(factor, x, y) {
  const scale = Math.min(NEAREST, Math.max(FARTHEST, view.scale * factor));
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
}

/** With `node` in the middle. */
export function lookAt(node) {
  view.scale = Math.max(view.scale, 1);
  view.x = size.width / 2 - graph.forces.x[node] * view.scale;
  view.y = size.height / 2 - graph.forces.y[node] * view.scale;
}

/** The node at a point of the picture; -1 where there is none. */
export function nodeAt(x, y) {
  let [best, distance] = [-1, Infinity];
  for (const node of graph.byRank) {
    const d = Math.hypot(across(node) - x, down(node) - y) - radius(node);
    if (d < distance) [best, distance] = [node, d];
  }
  return distance <= NEAR ? best : -1;
}
