// Mean and variance of a stream of numbers, by Welford's algorithm. It needs node 18 or newer, and no packages.

const http = require("node:http");

const queue = process.env.SIMPLEQUEUE_URL ?? "http://localhost:8081";

// What is known of all numbers so far: three values, however long the stream is.
let n = 0;
let mean = 0;
let m2 = 0; // sum of the squared distances from the mean

function add(x) {
  n += 1;
  const distanceBefore = x - mean;
  mean += distanceBefore / n;
  m2 += distanceBefore * (x - mean); // one distance from the old mean, one from the new
}

function report() {
  // The sample variance; a single number says nothing about how far they scatter.
  const variance = n > 1 ? m2 / (n - 1) : null;
  console.log(JSON.stringify({ n, mean, variance }));
}

function handle(message) {
  add(JSON.parse(message).number);
  // Printing costs more than calculating, so after the first ten only every 50th number is reported.
  if (n <= 10 || n % 50 === 0) report();
}

// Ctrl-C or SIGTERM: finish what has been fetched. The queue has forgotten it already.
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => (stopped = true));

const pause = (seconds) => new Promise((over) => setTimeout(over, 1000 * seconds));

// One connection for all requests. (The global fetch does as much, but leaves ten times the garbage behind.)
const agent = new http.Agent({ keepAlive: true });

function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, timeout: 10_000 }, (reply) => {
      let body = "";
      reply.setEncoding("utf8");
      reply.on("data", (piece) => (body += piece));
      reply.on("error", reject);
      reply.on("end", () => {
        if (reply.statusCode === 200) resolve(body);
        else reject(new Error(`${url} answered ${reply.statusCode}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer from ${url}`)));
    request.on("error", reject);
  });
}

async function main() {
  while (!stopped) {
    try {
      // Up to a hundred messages with one request, one a line.
      const messages = (await get(`${queue}/mget?items=100`)).split("\n").filter((line) => line !== "");
      messages.forEach(handle);
      // An empty queue: do not ask again and again at full speed.
      if (messages.length === 0) await pause(0.1);
    } catch (error) {
      console.error(error.message);
      await pause(1);
    }
  }
  agent.destroy(); // an open connection would keep node running
  // The best estimate is the one with all the numbers in it.
  if (n > 0) report();
}

main();
