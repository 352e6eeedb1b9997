// The graph in the live Redis, laid out and drawn as it grows.

import { onData } from "./shell.js";
import "./graph-gestures.js";
import { graph } from "./graph-model.js";
import { move } from "./graph-picture.js";
import { marked } from "./graph-view.js";
import { select, tell } from "./graph-words.js";

const problem = document.getElementById("problem");
const empty = document.getElementById("empty");
let asking = false;
let latest = null;

onData((summary) => {
  latest = summary;
  problem.textContent = summary.problem ?? "";
  problem.hidden = !summary.problem;
  empty.hidden = summary.total > 0;
  ask();
});

async function ask() {
  if (asking || !latest || latest.problem) return;
  asking = true;
  try {
    while (latest.epoch !== graph.known.epoch || latest.version !== graph.known.version) {
      const { version, epoch } = graph.known;
      const reply = await fetch(`/graph/changes?epoch=${epoch}&since=${version}`);
      if (!reply.ok) break;
      take(await reply.json());
      if (graph.known.epoch === epoch && graph.known.version === version) break;
    }
  } catch {
    // The shell says that the workshop is gone, and the next event comes when it is back.
  } finally {
    asking = false;
  }
}

function take(changes) {
  graph.take(changes);
  if (changes.whole) {
    // Nodes have other numbers now.
    marked.hovered = marked.dragged = -1;
    select(-1);
  }
  tell(changes.total);
  move();
}
