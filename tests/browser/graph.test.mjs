// Graph: the zsets of the live Redis, as they grow.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(5, "--rate", "1");
  url = await student.url();
});
after(() => student?.close());

/** Sends commands, lists of texts or bytes, to the live Redis; waits until all are answered. */
async function redis(...commands) {
  const { redis } = await student.live();
  const { hostname, port } = new URL(redis.url);
  const socket = connect(Number(port), hostname);
  const parts = [["SELECT", "1"], ...commands, ["QUIT"]].map((words) => {
    const bytes = words.map((word) => Buffer.from(word));
    const frames = bytes.flatMap((word) => [Buffer.from(`$${word.length}\r\n`), word, Buffer.from("\r\n")]);
    return Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...frames]);
  });
  socket.write(Buffer.concat(parts));
  let said = "";
  socket.on("data", (data) => (said += data));
  await once(socket, "close");
  assert.ok(!said.includes("-ERR"), said);
  return said;
}

test("an empty graph says what to do, and edges appear as they are counted", async () => {
  const page = await open(`${url}/graph`);
  await page.locator("#empty").filter({ hasText: "workshop run" }).waitFor();
  await assertAccessible(page);
  await redis(["ZINCRBY", "from-a", "3", "to-b"], ["ZINCRBY", "from-a", "1", "to-c"]);
  await page.locator("#figures").filter({ hasText: "3 nodes, 2 edges" }).waitFor();
  const rows = page.locator("#heaviest tr");
  assert.deepEqual(await rows.first().locator("td").allTextContents(), ["from-a", "to-b", "3"]);
  await redis(["ZINCRBY", "from-a", "9", "to-c"], ["ZREM", "from-a", "to-b"]);
  await page.locator("#figures").filter({ hasText: "2 nodes, 1 edge" }).waitFor();
  assert.deepEqual(await rows.first().locator("td").allTextContents(), ["from-a", "to-c", "10"]);
  // Something was drawn: not all of the picture is one colour.
  const colours = await page.evaluate(() => {
    const canvas = document.getElementById("graph");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(colours > 10, `${colours} colours`);
  assertQuiet(page);
  await page.context().close();
});

test("a node is found, and its weights are told, with the keyboard alone", async () => {
  const page = await open(`${url}/graph`);
  await page.locator("#search").focus();
  await page.keyboard.type("TO-C");
  await page.locator("#found-count").filter({ hasText: "1 found" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#selected-name").filter({ hasText: "to-c" }).waitFor();
  assert.match(await page.locator("#selected-into").textContent(), /10 from-a/);
  await page.locator("#graph").focus();
  for (const key of ["n", "n", "p", "+", "-", "ArrowLeft", "0"]) await page.keyboard.press(key);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#selected").isVisible(), false);
  await page.keyboard.press("n");
  await page.locator("#hovered").filter({ hasText: "10 in and out" }).waitFor();
  assertQuiet(page);
  await page.context().close();
});

test("names from anywhere are text, and the student's data is only read", async () => {
  await redis(
    ["ZADD", "<script>document.title='x'</script>", "5", "\u202eright to left\u0000\u001b[2J"],
    ["ZADD", Buffer.from([0xff, 0xfe, 0x00]), "4", "y".repeat(1 << 20)],
    ["SET", "a string", "that is no node"],
  );
  const before = await redis(["DBSIZE"], ["ZSCORE", "from-a", "to-c"]);
  const page = await open(`${url}/graph`);
  await page.locator("#figures").filter({ hasText: "6 nodes, 3 edges" }).waitFor();
  for (const size of SIZES) {
    for (const dark of [false, true]) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
      await assertAccessible(page);
    }
  }
  assert.equal(await page.title(), "Graph · workshop");
  const shown = await page.locator("main").textContent();
  assert.ok(!/[\u0000\u001b\u202e]/.test(shown) && shown.includes("<U+202E>"), "made visible");
  assert.ok(shown.length < 10_000, `${shown.length}`);
  assert.equal(await redis(["DBSIZE"], ["ZSCORE", "from-a", "to-c"]), before);
  assertQuiet(page);
  await page.context().close();
});
