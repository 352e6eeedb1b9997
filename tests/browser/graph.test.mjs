// Graph: the zsets of the live Redis, as they grow.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";

import { Student, assertAccessible, assertAccessibleAtAllSizes, assertQuiet, browser } from "./harness.mjs";

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

test("before anything is known it does not say that there is nothing", async () => {
  const page = await open(`${url}/graph`, { script: false });
  await page.locator("noscript").waitFor({ state: "attached" });
  assert.equal(await page.locator("#empty").isVisible(), false);
  await page.context().close();
});

test("an empty graph says what to do, and edges appear as they are counted", async () => {
  const page = await open(`${url}/graph`);
  await page.locator("#empty").filter({ hasText: "workshop run" }).waitFor();
  assert.equal(await page.locator("#stage").isVisible(), false, "no empty picture beside it");
  assert.equal(await page.locator("#waiting").count(), 0, "it is known that there is none");
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
  await page.locator("#search").waitFor();
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

test("the pointer finds a node, moves it and selects it, and moves and zooms the picture", async () => {
  const page = await open(`${url}/graph`);
  await page.locator("#figures").filter({ hasText: "2 nodes" }).waitFor();
  const canvas = page.locator("#graph");
  const { x, y } = await canvas.boundingBox();
  /** Where the picture has it, once it lies still. */
  const place = (name) => page.evaluate(async (name) => {
    const { graph } = await import("/assets/graph-model.js");
    const { across, down } = await import("/assets/graph-view.js");
    while (graph.forces.isMoving) await new Promise(requestAnimationFrame);
    const node = graph.names.indexOf(name);
    return [across(node), down(node)];
  }, name);
  const [left, top] = await place("from-a");
  await page.mouse.move(x + left, y + top);
  await page.locator("#hovered").filter({ hasText: "from-a: 10 in and out" }).waitFor();
  await page.mouse.down();
  await page.mouse.move(x + left + 20, y + top + 15, { steps: 3 });
  await page.mouse.move(x + left + 60, y + top + 40, { steps: 3 });
  const [dragged] = await place("from-a").then(([left, top]) => [[Math.round(left), Math.round(top)]]);
  assert.deepEqual(dragged, [Math.round(left + 60), Math.round(top + 40)], "it is where the pointer is");
  assert.equal(await page.locator("#selected").isVisible(), false, "what is dragged is not selected");
  await page.mouse.up();
  const before = await place("from-a");
  await page.mouse.move(x + before[0], y + before[1]);
  await page.mouse.wheel(0, -300);
  await page.mouse.click(x + before[0], y + before[1]);
  await page.locator("#selected-name").filter({ hasText: "from-a" }).waitFor();
  const zoomed = await place("to-c");
  const width = await canvas.evaluate((canvas) => canvas.clientWidth);
  await page.mouse.move(x + width - 5, y + 5);
  await page.mouse.down();
  await page.mouse.move(x + width - 35, y + 25, { steps: 3 });
  await page.mouse.up();
  const moved = await place("to-c");
  assert.deepEqual(moved.map((at, axis) => Math.round(at - zoomed[axis])), [-30, 20], "the picture is moved");
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
  await assertAccessibleAtAllSizes(page);
  assert.equal(await page.title(), "Graph · workshop");
  const shown = await page.locator("main").textContent();
  assert.ok(!/[\u0000\u001b\u202e]/.test(shown) && shown.includes("<U+202E>"), "made visible");
  assert.ok(shown.length < 10_000, `${shown.length}`);
  assert.equal(await redis(["DBSIZE"], ["ZSCORE", "from-a", "to-c"]), before);
  assertQuiet(page);
  await page.context().close();
});
