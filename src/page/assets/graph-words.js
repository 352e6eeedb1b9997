// The graph in words: its figures, its heaviest edges, the node that is selected, and those that are searched for.

import { graph } from "./graph-model.js";
import { centre, wake } from "./graph-picture.js";
import { marked } from "./graph-view.js";

const byId = (id) => document.getElementById(id);

/** As many edges of a node are listed beside it, as many nodes that are found, and as many of the heaviest edges. */
const MOST_LISTED = 14;
const MOST_FOUND = 6;
const MOST_HEAVIEST = 20;

const number = (x) => (Number.isInteger(x) ? x.toLocaleString("en") : String(Number(x.toPrecision(6))));
const many = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;
const nameOf = (node) => graph.names[node] || "(empty)";

/** What is known of a graph that has `total` edges, of which those in the model are drawn. */
export function tell(total) {
  const drawn = graph.forces.edges;
  byId("stage").hidden = drawn === 0;
  const more = total > drawn ? `; the ${number(drawn)} heaviest are drawn` : "";
  byId("figures").textContent = `${many(graph.byRank.length, "node")}, ${many(total, "edge")}${more}`;
  listHeaviest();
  if (marked.selected >= 0) select(marked.selected);
  // What somebody searches for may have come.
  find();
}

function listHeaviest() {
  const { forces, weights } = graph;
  const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a]).slice(0, MOST_HEAVIEST);
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
}

function nodeButton(node) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain node";
  button.textContent = nameOf(node);
  button.addEventListener("click", () => {
    select(node);
    centre(node);
  });
  return button;
}

/** Says in a line what `node` is; nothing where it is -1. */
export function mention(node) {
  byId("hovered").textContent = node < 0 ? "" : `${graph.names[node]}: ${number(graph.strengths[node])} in and out`;
}

// The node that is selected.

/** Shows `node` and its edges; none where it is -1. */
export function select(node) {
  marked.selected = node;
  byId("selected").hidden = node < 0;
  if (node >= 0) describe(node);
  wake();
}

function describe(node) {
  const { forces, weights } = graph;
  byId("selected-name").textContent = nameOf(node);
  const out = [];
  const into = [];
  for (let edge = 0; edge < forces.edges; edge += 1) {
    if (forces.from[edge] === node) out.push([forces.to[edge], weights[edge]]);
    else if (forces.to[edge] === node) into.push([forces.from[edge], weights[edge]]);
  }
  fill(byId("selected-out"), out);
  fill(byId("selected-into"), into);
  byId("selected-figures").textContent = `${number(out.length)} out, ${number(into.length)} in`;
}

function fill(list, neighbours) {
  neighbours.sort((a, b) => b[1] - a[1]);
  const line = (...parts) => {
    const item = document.createElement("li");
    item.append(...parts);
    return item;
  };
  const items = neighbours.slice(0, MOST_LISTED).map(([other, weight]) => {
    const label = document.createElement("span");
    label.className = "number";
    label.textContent = number(weight);
    return line(label, " ", nodeButton(other));
  });
  if (neighbours.length > MOST_LISTED) items.push(line(`and ${number(neighbours.length - MOST_LISTED)} more`));
  if (items.length === 0) items.push(line("none"));
  list.replaceChildren(...items);
}

byId("close").addEventListener("click", () => {
  select(-1);
  byId("graph").focus();
});

// The nodes that are searched for.

const search = byId("search");
/** What is found, as it stands on the page. */
let shown = "";

function find() {
  const wanted = search.value.trim().toLowerCase();
  const found = wanted === "" ? [] : graph.byRank.filter((node) => graph.names[node].toLowerCase().includes(wanted));
  const first = found.slice(0, MOST_FOUND);
  const now = JSON.stringify([wanted, found.length, first]);
  // Whoever has come to one of the nodes with the keyboard stays there while the graph grows elsewhere.
  if (now === shown) return;
  shown = now;
  byId("found").replaceChildren(
    ...first.map((node) => {
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
