// method: node without packages; a failed message goes back as it came, and a set remembers it

const queue = process.env.SIMPLEQUEUE_URL ?? "http://localhost:8081";
const failed = new Set();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function numberIn(message) {
  try {
    const number = JSON.parse(message)?.number;
    return typeof number === "number" ? number : null;
  } catch {
    return null;
  }
}

async function read() {
  for (;;) {
    const message = await (await fetch(`${queue}/get`)).text();
    if (message === "") {
      await sleep(100);
      continue;
    }
    const number = numberIn(message);
    if (number === null || number < 0) continue;
    if (number < 0.1 && !failed.has(number)) {
      failed.add(number);
      await (await fetch(`${queue}/put?data=${encodeURIComponent(message)}`)).text();
      continue;
    }
    console.log(JSON.stringify({ number }));
  }
}

read();
