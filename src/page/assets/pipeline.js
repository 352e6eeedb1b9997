// Keeps the picture of the pipeline true: figures, rates over the last two seconds, the queue's depth over a minute.

import { onData } from "./shell.js";

const WINDOW_MS = 2000;
const DEPTH_MS = 60_000;
const DEPTH_STEP_MS = 500;
/** A reader that has not asked for so long is shown to be quiet. */
const QUIET_MS = 2000;

const numbers = new Intl.NumberFormat("en");
const element = (id) => document.getElementById(id);
const news = element("news");
const readers = element("readers");
let samples = [];
let depths = [];
let before = null;

function say(id, value) {
  const place = element(id);
  if (!place || value === null || value === undefined) return;
  const text = typeof value === "number" ? numbers.format(value) : value;
  if (place.textContent !== text) place.textContent = text;
}

/** How much `count` grows in a second. */
function rate(count) {
  const [first, last] = [samples[0], samples.at(-1)];
  const seconds = (last.at_ms - first.at_ms) / 1000;
  const [from, to] = [count(first), count(last)];
  if (seconds < 0.25 || from === undefined || to === undefined) return null;
  return Math.max(0, to - from) / seconds;
}

const shown = (rate) => (rate === null ? "" : `${numbers.format(rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate))}/s`);

function flow(id, rate) {
  const place = element(`flow-${id}`);
  if (!place) return;
  place.querySelector(".rate").textContent = shown(rate);
  place.classList.toggle("flows", rate > 0);
}

function depth(now) {
  const last = depths.at(-1);
  if (!last || now.at_ms - last.at >= DEPTH_STEP_MS) depths.push({ at: now.at_ms, depth: now.queue.depth });
  depths = depths.filter(({ at }) => now.at_ms - at <= DEPTH_MS);
  const most = Math.max(1, ...depths.map(({ depth }) => depth));
  const points = depths.map(({ at, depth }) => {
    const x = 120 - ((now.at_ms - at) / DEPTH_MS) * 120;
    return `${x.toFixed(1)},${(31 - (depth / most) * 29).toFixed(1)}`;
  });
  document.querySelector("#depth polyline").setAttribute("points", points.join(" "));
}

function reader({ number, messages, quiet_ms }) {
  let item = readers.querySelector(`[data-number="${number}"]`);
  if (!item) {
    item = document.createElement("li");
    item.dataset.number = number;
    for (const [name, text] of [["name", `reader ${number}`], ["rate", ""], ["count", ""]]) {
      const span = item.appendChild(document.createElement("span"));
      span.className = name;
      span.textContent = text;
    }
    item.classList.add("new");
    readers.append(item);
    news.textContent = `Reader ${number} has got its first message.`;
  }
  const quiet = quiet_ms > QUIET_MS;
  const now = rate((sample) => sample.readers.find((one) => one.number === number)?.messages);
  item.classList.toggle("quiet", quiet);
  item.querySelector(".rate").textContent = quiet ? `quiet for ${Math.round(quiet_ms / 1000)} s` : shown(now);
  item.querySelector(".count").textContent = `${numbers.format(messages)} ${messages === 1 ? "message" : "messages"}`;
}

function allReaders(now) {
  const there = new Set(now.readers.map(({ number }) => String(number)));
  for (const item of [...readers.children]) if (!there.has(item.dataset.number)) item.remove();
  now.readers.forEach(reader);
  element("no-readers").hidden = there.size > 0;
  element("more-readers").hidden = now.more_readers === 0;
  element("more-readers").querySelector("span").textContent = now.more_readers;
}

onData((now) => {
  // A workshop that stood still, or a page that was hidden: what was before says nothing of the rate now.
  if (before && (now.at_ms < before.at_ms || now.at_ms - before.at_ms > WINDOW_MS)) samples = [];
  samples = [...samples.filter((sample) => now.at_ms - sample.at_ms <= WINDOW_MS), now];

  const published = rate((sample) => sample.stream ?? undefined);
  say("stream-rate", published === null ? null : numbers.format(Math.round(published)));
  say("published", now.stream);
  say("pubsub-subscribers", now.pubsub.subscribers);
  say("pubsub-in", now.pubsub.published);
  say("pubsub-pending", now.pubsub.pending.reduce((sum, bytes) => sum + bytes, 0));
  say("pubsub-kicked", now.pubsub.kicked);
  if (now.bridge) {
    say("bridge-state", now.bridge.connected ? "connected" : "reconnecting");
    say("bridge-in", now.bridge.received);
    say("bridge-out", now.bridge.delivered);
    say("bridge-pending", now.bridge.pending);
  }
  say("queue-depth", now.queue.depth);
  say("queue-in", now.queue.puts);
  say("queue-out", now.queue.taken);
  say("queue-dropped", now.queue.dropped);
  if (now.redis) {
    say("redis-keys", now.redis.keys);
    say("redis-commands", now.redis.commands);
    say("redis-state", now.redis.state);
  }
  flow("stream", rate((sample) => sample.pubsub.published));
  flow("bridge", rate((sample) => sample.pubsub.sent));
  flow("queue", rate((sample) => sample.queue.puts));
  flow("readers", rate((sample) => sample.queue.taken));
  flow("redis", rate((sample) => sample.redis?.commands ?? undefined));
  depth(now);
  allReaders(now);
  if (before && now.pubsub.kicked > before.pubsub.kicked) news.textContent = "A subscriber was too slow, and was kicked.";
  before = now;
});
