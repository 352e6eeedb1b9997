// method: node without packages: pipelines over a socket

const net = require("node:net");

const address = new URL(process.env.REDIS_URL);
const redis = net.connect(Number(address.port), address.hostname);
let answered = () => {};
let waiting = 0;

// Every answer to these commands is one line.
redis.on("data", (data) => {
  const text = data.toString();
  if (text.startsWith("-")) throw new Error(text);
  waiting -= text.split("\r\n").length - 1;
  if (waiting === 0) answered();
});

function send(...commands) {
  waiting = commands.length;
  const resp = (words) => `*${words.length}\r\n` + words.map((word) => `$${word.length}\r\n${word}\r\n`).join("");
  return new Promise((resolve) => {
    answered = resolve;
    redis.write(commands.map(resp).join(""));
  });
}

async function main() {
  await send(["SELECT", address.pathname.slice(1)]);
  while (true) {
    const message = await (await fetch(process.env.SIMPLEQUEUE_URL + "/get")).text();
    if (message === "") {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    const data = JSON.parse(message);
    await send(["HINCRBY", `histogram:${data.distribution}`, String(data.number), "1"], ["INCR", "messages"]);
  }
}

main();
