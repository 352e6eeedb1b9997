// What the three programs of this section have in common: they take messages from the queue until they are stopped, and
// put back what has failed. It needs node 18 or newer, and no packages.

const queue = process.env.SIMPLEQUEUE_URL ?? "http://localhost:8081";

// How often a message is tried before it is given up. With two readers, each with a memory of its own, a low number fails
// once at each.
const MAX_TRIES = 3;

// Seconds until its second try; twice that until its third.
const REQUEUE_DELAY = 0.2;

// Ctrl-C or SIGTERM: finish what is in hand, put back the rest. A second one ends the program on the spot.
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => (stopped = true));

const now = () => Date.now() / 1000;
const pause = (seconds) => new Promise((over) => setTimeout(over, 1000 * seconds));

async function ask(path, options) {
  const reply = await fetch(queue + path, { ...options, signal: AbortSignal.timeout(5_000) });
  if (!reply.ok) throw new Error(`${queue} answered ${reply.status}`);
  return reply.text();
}

// Up to so many messages, one a line. None where the queue is empty or does not answer, and then it has waited a little.
async function fetched(items) {
  try {
    const messages = (await ask(`/mget?items=${items}`)).split("\n").filter((line) => line !== "");
    if (messages.length === 0) await pause(0.1);
    return messages;
  } catch (error) {
    console.error(error.cause?.message ?? error.message);
    await pause(1);
    return [];
  }
}

// The message is nowhere else now, so there is no giving up, but for the wish to stop.
async function putBack(message) {
  for (;;) {
    const last = stopped;
    try {
      return await ask("/put", { method: "POST", body: message });
    } catch (error) {
      console.error(`${error.cause?.message ?? error.message}; not put back yet: ${message}`);
      if (last) return;
      await pause(1);
    }
  }
}

// A message that has failed comes back in an envelope, which says how often, and before when it is not to be tried.
function opened(text) {
  const message = JSON.parse(text);
  if (message === null || typeof message !== "object") throw new Error("no object");
  const enveloped = ["data", "tries", "retry_on", "started"].every((field) => field in message);
  if (enveloped) return message;
  return { data: message, tries: 0, retry_on: null, started: now(), tasks_left: ["handle"] };
}

// Whether `handle` has done it. That it throws is a failure like any other.
function done(handle, data) {
  try {
    return handle(data);
  } catch (error) {
    console.error(`failed on ${JSON.stringify(data)}: ${error.message}`);
    return false;
  }
}

// One try. `handle` is given what was published, and says whether it is done.
async function attempt(handle, text) {
  let envelope;
  try {
    envelope = opened(text);
  } catch {
    console.error(`dropped what is no message: ${text}`);
    return;
  }
  if (envelope.retry_on > now()) {
    await putBack(text);
    await pause(0.02); // there may be nothing else in the queue, and it need not be asked a thousand times a second
    return;
  }
  if (done(handle, envelope.data)) return;
  const tries = envelope.tries + 1;
  if (tries >= MAX_TRIES) {
    console.error(`given up after ${tries} tries: ${JSON.stringify(envelope.data)}`);
    return;
  }
  await putBack(JSON.stringify({ ...envelope, tries, retry_on: now() + REQUEUE_DELAY * tries }));
}

// Gives every message to `handle`, until the program is asked to stop. `items` of them are fetched with one request: many
// are faster, and more to lose.
async function read(handle, items = 1) {
  while (!stopped) {
    const messages = await fetched(items);
    while (messages.length > 0 && !stopped) await attempt(handle, messages.shift());
    for (const message of messages) await putBack(message);
  }
}

module.exports = { read };
