// The pipeline with data flowing through it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Student, assertAccessibleAtAllSizes, assertQuiet, browser } from "./harness.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(3, "--rate", "100");
  url = await student.url();
});
after(() => student?.close());

test("figures move, and a reader appears with its first message", async () => {
  const page = await open(`${url}/pipeline`);
  const count = async (id) => Number((await page.locator(`#${id}`).textContent()).replaceAll(",", ""));
  const first = await count("queue-in");
  await page.waitForFunction(
    (first) => Number(document.getElementById("queue-in").textContent.replaceAll(",", "")) > first + 50,
    first,
  );
  await page.waitForFunction(() => /\d\/s/.test(document.querySelector("#flow-queue .rate").textContent));
  assert.ok((await page.locator("#depth polyline").getAttribute("points")).length > 3);
  assert.equal(await page.locator("#readers li").count(), 0);
  assert.equal(await page.locator("#no-readers").isVisible(), true);
  assert.equal((await page.locator("#flow-readers.flows").count()), 0);

  const queue = `http://${(await student.live()).simplequeue}`;
  await (await fetch(`${queue}/mget?items=3`)).text();
  await page.locator("#readers li", { hasText: "reader 1" }).waitFor();
  assert.equal(await page.locator("#news").textContent(), "Reader 1 has got its first message.");
  assert.equal(await page.locator("#no-readers").isVisible(), false);
  assertQuiet(page);
  await assertAccessibleAtAllSizes(page);
  await page.context().close();
});

test("a hostile message does nothing here", async () => {
  const page = await open(`${url}/pipeline`);
  const { pubsub } = await student.live();
  for (const body of ["<script>document.title='hacked'</script>", "x".repeat(1 << 20), new Uint8Array([255, 254, 10])]) {
    assert.equal((await fetch(`http://${pubsub}/pub`, { method: "POST", body })).status, 200);
  }
  const before = Number((await page.locator("#queue-in").textContent()).replaceAll(",", ""));
  await page.waitForFunction(
    (before) => Number(document.getElementById("queue-in").textContent.replaceAll(",", "")) > before + 20,
    before,
  );
  assert.match(await page.title(), /^Pipeline/);
  assertQuiet(page);
  await page.context().close();
});
