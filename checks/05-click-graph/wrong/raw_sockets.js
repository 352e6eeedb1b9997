// claim: graph-race-free
// mistake: ZSCORE and ZADD, in node
const net = require("net");

const redis = new URL(process.env.REDIS_URL);
const socket = net.connect(Number(redis.port), redis.hostname);
const waiting = [];
let buffer = Buffer.alloc(0);

// One reply to one command: +OK, -ERR, :1, $-1 and $5 are all that is needed here.
socket.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n");
    if (end < 0) return;
    const line = buffer.toString("utf8", 1, end);
    let reply = line;
    let used = end + 2;
    if (buffer[0] === 36) {
      const length = Number(line);
      if (length >= 0 && buffer.length < used + length + 2) return;
      reply = length < 0 ? null : buffer.toString("utf8", used, used + length);
      used += length < 0 ? 0 : length + 2;
    }
    buffer = buffer.subarray(used);
    waiting.shift()(reply);
  }
});

function command(...words) {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  socket.write(`*${words.length}\r\n${parts.join("")}`);
  return new Promise((resolve) => waiting.push(resolve));
}

async function main() {
  await command("SELECT", redis.pathname.slice(1));
  for (;;) {
    const answer = await fetch(process.env.SIMPLEQUEUE_URL + "/mget?items=50");
    const lines = (await answer.text()).split("\n").filter(Boolean);
    if (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    for (const line of lines) {
      const { r, u } = JSON.parse(line);
      if (!r || !u) continue;
      const count = Number((await command("ZSCORE", r, u)) ?? 0);
      await command("ZADD", r, String(count + 1), u);
    }
  }
}

main();
