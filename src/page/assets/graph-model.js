// The graph as the workshop tells it: nodes and weighted edges, kept up with its changes, and where they lie.

import { Forces } from "./graph-forces.js";

class Graph {
  /** The epoch and version of the last changes. */
  known = { epoch: -1, version: -1 };

  constructor() {
    this.clear();
  }

  clear() {
    this.forces = new Forces();
    /** By the index of a node: its name, and the weight of all its edges. */
    this.names = [];
    this.strengths = [];
    /** By the index of an edge. */
    this.weights = [];
    /** The nodes that have edges, the strongest first. */
    this.byRank = [];
    this.heaviest = 1;
    this.strongest = 1;
    /** By the number that the workshop gives a node: its index here. */
    this.indices = new Map();
    /** By "from to": the index of the edge; and the other way round. */
    this.edges = new Map();
    this.keys = [];
  }

  take(changes) {
    if (changes.whole) this.clear();
    this.known = { epoch: changes.epoch, version: changes.version };
    const newcomers = new Map(changes.nodes);
    for (const [from, to] of changes.gone) this.remove(`${from} ${to}`);
    for (const [from, to, weight] of changes.edges) this.put(from, to, weight, newcomers);
    this.measure();
  }

  put(from, to, weight, newcomers) {
    const a = this.place(from, this.indices.get(to) ?? -1, newcomers);
    const b = this.place(to, a, newcomers);
    const key = `${from} ${to}`;
    let edge = this.edges.get(key);
    if (edge === undefined) {
      edge = this.forces.addEdge(a, b);
      this.edges.set(key, edge);
      this.keys[edge] = key;
    }
    this.weights[edge] = weight;
  }

  place(node, near, newcomers) {
    if (!this.indices.has(node)) {
      this.indices.set(node, this.forces.addNode(near));
      this.names.push(newcomers.get(node) ?? "");
      this.strengths.push(0);
    }
    return this.indices.get(node);
  }

  remove(key) {
    const edge = this.edges.get(key);
    if (edge === undefined) return;
    // The last one takes its place.
    this.forces.removeEdge(edge);
    const last = this.forces.edges;
    this.edges.delete(key);
    if (edge !== last) {
      this.weights[edge] = this.weights[last];
      this.keys[edge] = this.keys[last];
      this.edges.set(this.keys[edge], edge);
    }
    this.weights.length = last;
    this.keys.length = last;
  }

  measure() {
    const { forces, strengths, weights } = this;
    strengths.fill(0);
    this.heaviest = this.strongest = 1e-9;
    for (let edge = 0; edge < forces.edges; edge += 1) {
      const weight = Math.abs(weights[edge]);
      this.heaviest = Math.max(this.heaviest, weight);
      strengths[forces.from[edge]] += weight;
      if (forces.from[edge] !== forces.to[edge]) strengths[forces.to[edge]] += weight;
    }
    for (const strength of strengths) this.strongest = Math.max(this.strongest, strength);
    this.byRank = [...strengths.keys()].filter((node) => forces.degree[node] > 0).sort((a, b) => strengths[b] - strengths[a]);
  }
}

export const graph = new Graph();
