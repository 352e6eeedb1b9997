// The forces that lay a graph out: all nodes push one another away, edges pull. Numbers in typed arrays, and the push of
// far nodes taken together in a quadtree (Barnes and Hut, Nature 324, 1986), so that a thousand nodes take a millisecond
// or two.

const PUSH = -260;
const LENGTH = 46;
const CENTRE = 0.03;
/** From about here on a push fades fast, so that parts without a connection stay near. */
const FAR = 260;
const FRICTION = 0.6;
/** A cell is taken as one where it looks no wider than this from the node: its width over its distance. */
const WIDE = 0.9;
const COOLING = 0.018;
/** Below this nothing moves that could be seen. */
const COLD = 0.004;

export class Forces {
  constructor() {
    this.nodes = 0;
    this.edges = 0;
    this.heat = 0;
    this.x = new Float64Array(256);
    this.y = new Float64Array(256);
    this.vx = new Float64Array(256);
    this.vy = new Float64Array(256);
    this.held = new Uint8Array(256);
    this.degree = new Uint32Array(256);
    this.from = new Uint32Array(512);
    this.to = new Uint32Array(512);
    this.tree = new Tree();
  }

  /** A node beside node `near`, or anywhere where that is -1. Returns its index. */
  addNode(near) {
    if (this.nodes === this.x.length) {
      for (const name of ["x", "y", "vx", "vy", "held", "degree"]) this[name] = grown(this[name]);
    }
    const index = this.nodes;
    this.nodes += 1;
    // A spiral: no two of them at one place.
    const angle = index * 2.399963;
    const away = near < 0 ? 12 * Math.sqrt(index + 0.5) : LENGTH;
    this.x[index] = (near < 0 ? 0 : this.x[near]) + away * Math.cos(angle);
    this.y[index] = (near < 0 ? 0 : this.y[near]) + away * Math.sin(angle);
    this.warm(0.5);
    return index;
  }

  addEdge(from, to) {
    if (this.edges === this.from.length) {
      for (const name of ["from", "to"]) this[name] = grown(this[name]);
    }
    this.from[this.edges] = from;
    this.to[this.edges] = to;
    this.edges += 1;
    this.degree[from] += 1;
    this.degree[to] += 1;
    this.warm(0.3);
    return this.edges - 1;
  }

  /** The last edge takes the place of edge `index`. */
  removeEdge(index) {
    this.degree[this.from[index]] -= 1;
    this.degree[this.to[index]] -= 1;
    this.edges -= 1;
    this.from[index] = this.from[this.edges];
    this.to[index] = this.to[this.edges];
    this.warm(0.1);
  }

  warm(heat) {
    this.heat = Math.max(this.heat, heat);
  }

  get isMoving() {
    return this.heat > COLD;
  }

  /** A step in time. */
  step() {
    const { nodes, x, y, vx, vy, held, heat } = this;
    this.pull();
    this.tree.build(x, y, nodes);
    for (let node = 0; node < nodes; node += 1) {
      this.tree.push(node, this);
      vx[node] -= x[node] * CENTRE * heat;
      vy[node] -= y[node] * CENTRE * heat;
    }
    for (let node = 0; node < nodes; node += 1) {
      if (held[node]) {
        vx[node] = vy[node] = 0;
        continue;
      }
      vx[node] *= FRICTION;
      vy[node] *= FRICTION;
      x[node] += vx[node];
      y[node] += vy[node];
    }
    this.heat -= this.heat * COOLING;
  }

  pull() {
    const { edges, from, to, x, y, vx, vy, degree, heat } = this;
    for (let edge = 0; edge < edges; edge += 1) {
      const [a, b] = [from[edge], to[edge]];
      if (a === b) continue;
      const dx = x[b] + vx[b] - x[a] - vx[a] || 1e-6;
      const dy = y[b] + vy[b] - y[a] - vy[a] || 1e-6;
      const length = Math.sqrt(dx * dx + dy * dy);
      // An edge of a hub is weak, or its neighbours would drag it about.
      const strength = (((length - LENGTH) / length) * heat) / Math.min(degree[a], degree[b]);
      const share = degree[a] / (degree[a] + degree[b]);
      vx[b] -= dx * strength * share;
      vy[b] -= dy * strength * share;
      vx[a] += dx * strength * (1 - share);
      vy[a] += dy * strength * (1 - share);
    }
  }
}

function grown(array) {
  const larger = new array.constructor(array.length * 2);
  larger.set(array);
  return larger;
}

/** No two nodes that are nearer than 1/2^24 of the whole are told apart. */
const DEEPEST = 24;

/** A quadtree. Cell 0 is the whole; a cell has four children in a row, or one node and those at its place. */
class Tree {
  constructor() {
    this.reserve(1024);
    this.next = new Int32Array(256);
    this.stack = new Int32Array(4 * DEEPEST + 8);
  }

  reserve(cells) {
    this.child = new Int32Array(cells);
    this.node = new Int32Array(cells);
    this.size = new Float64Array(cells);
    this.mass = new Float64Array(cells);
    this.cx = new Float64Array(cells);
    this.cy = new Float64Array(cells);
  }

  build(x, y, nodes) {
    // Four cells a level for each node, at the very worst; commonly five or so for a node in all.
    if (this.child.length < nodes * 12 + 64) this.reserve(nodes * 24 + 64);
    if (this.next.length < nodes) this.next = new Int32Array(nodes * 2);
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let node = 0; node < nodes; node += 1) {
      left = Math.min(left, x[node]);
      right = Math.max(right, x[node]);
      top = Math.min(top, y[node]);
      bottom = Math.max(bottom, y[node]);
    }
    this.cells = 1;
    this.left = left;
    this.top = top;
    this.size[0] = Math.max(right - left, bottom - top, 1) * 1.0001;
    this.child[0] = -1;
    this.node[0] = -1;
    this.next.fill(-1, 0, nodes);
    for (let node = 0; node < nodes; node += 1) this.insert(node, x, y);
    this.sum(x, y);
  }

  insert(node, x, y) {
    let cell = 0;
    let [left, top] = [this.left, this.top];
    for (let depth = 0; ; depth += 1) {
      const half = this.size[cell] / 2;
      if (this.child[cell] < 0) {
        const other = this.node[cell];
        if (other < 0 || depth >= DEEPEST || this.cells + 4 > this.child.length) {
          this.next[node] = other;
          this.node[cell] = node;
          return;
        }
        this.divide(cell);
        const there = this.child[cell] + (x[other] >= left + half ? 1 : 0) + (y[other] >= top + half ? 2 : 0);
        this.node[there] = other;
        this.node[cell] = -1;
      }
      const right = x[node] >= left + half;
      const below = y[node] >= top + half;
      cell = this.child[cell] + (right ? 1 : 0) + (below ? 2 : 0);
      if (right) left += half;
      if (below) top += half;
    }
  }

  divide(cell) {
    this.child[cell] = this.cells;
    for (let at = this.cells; at < this.cells + 4; at += 1) {
      this.child[at] = -1;
      this.node[at] = -1;
      this.size[at] = this.size[cell] / 2;
    }
    this.cells += 4;
  }

  /** Children stand behind their parents, so one way back through the cells sums them up. */
  sum(x, y) {
    for (let cell = this.cells - 1; cell >= 0; cell -= 1) {
      let [mass, cx, cy] = [0, 0, 0];
      if (this.child[cell] >= 0) {
        for (let at = this.child[cell]; at < this.child[cell] + 4; at += 1) {
          mass += this.mass[at];
          cx += this.cx[at] * this.mass[at];
          cy += this.cy[at] * this.mass[at];
        }
      } else {
        for (let node = this.node[cell]; node >= 0; node = this.next[node]) {
          mass += 1;
          cx += x[node];
          cy += y[node];
        }
      }
      this.mass[cell] = mass;
      this.cx[cell] = mass > 0 ? cx / mass : 0;
      this.cy[cell] = mass > 0 ? cy / mass : 0;
    }
  }

  /** What all others do to `node`. */
  push(node, { x, y, vx, vy, heat }) {
    const { stack, child, mass, cx, cy, size } = this;
    const [nx, ny] = [x[node], y[node]];
    let [fx, fy] = [0, 0];
    let depth = 0;
    stack[depth++] = 0;
    while (depth > 0) {
      const cell = stack[--depth];
      if (mass[cell] === 0) continue;
      let dx = cx[cell] - nx;
      let dy = cy[cell] - ny;
      const distance = dx * dx + dy * dy;
      if (child[cell] >= 0 && size[cell] * size[cell] > WIDE * WIDE * distance) {
        for (let at = 0; at < 4; at += 1) stack[depth++] = child[cell] + at;
        continue;
      }
      let weight = mass[cell];
      if (child[cell] < 0) {
        for (let other = this.node[cell]; other >= 0; other = this.next[other]) {
          if (other === node) weight -= 1;
        }
        if (weight <= 0) continue;
      }
      if (distance < 1e-6) {
        // At one place, they go apart in a direction of their own.
        dx = Math.cos(node) * 1e-3;
        dy = Math.sin(node) * 1e-3;
      }
      const force = ((PUSH * weight * heat) / Math.max(distance, 30)) * ((FAR * FAR) / (FAR * FAR + distance));
      fx += dx * force;
      fy += dy * force;
    }
    vx[node] += fx;
    vy[node] += fy;
  }
}
