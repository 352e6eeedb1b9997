import { onData } from "./shell.js";

onData((now) => {
  document.getElementById("published").textContent = now.pubsub.published;
  document.getElementById("depth").textContent = now.queue.depth;
});
