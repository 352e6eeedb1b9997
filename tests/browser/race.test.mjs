// Race: the interleaving of the last check of section 4.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";
import { beginCheck, endRecord, leaveRecord, writePart } from "./records.mjs";

const open = browser();
let student;
let url;

before(async () => {
  // Section 1 needs no Redis; the view shows records, whatever is live.
  student = await Student.with(1);
  url = await student.url();
});
after(() => student?.close());

const scenario = "four-readers";
const MESSAGES = [1, 2, 3].map((message) => ({
  scenario, event: "published", message: message - 1, text: JSON.stringify({ distribution: "d", number: 5 }),
}));

const command = (reader, words, reply, more = {}) => {
  const name = words[0];
  const reads = ["GET", "INCR"].includes(name) ? [words[1]] : [];
  const writes = ["SET", "INCR"].includes(name) ? [words[1]] : [];
  return {
    scenario, reader, event: "redis-command", connection: reader, database: 1,
    command: words, arguments: words.length, reads, writes, reply, round_trip: 1, ...more,
  };
};

/** A check of three messages in which `commands` keep the counter, which is `messages` in the end. */
function check(commands, messages) {
  const entries = [
    { scenario: "check", event: "check", section: 4, seed: 7, command: ["reader"] },
    ...MESSAGES,
    ...[1, 2, 1].map((reader, message) => ({ scenario, reader, event: "got", messages: [message] })),
    ...commands,
    { scenario, event: "redis-contents", database: 1, complete: true, keys: {
      messages: { type: "string", value: messages }, "histogram:d": { type: "hash", value: { 5: "3" } },
    } },
  ];
  return entries.map((entry, at) =>
    entry.event === "redis-command" ? { ...entry, sent_us: (at + 1) * 1000 - 900 } : entry);
}

test("without a check of section 4 it says what to do", async () => {
  const page = await open(`${url}/race`);
  await page.getByText("workshop check 4").waitFor();
  await assertAccessible(page);
  await page.context().close();
});

test("the step that loses the update is marked and told, forwards and backwards", async () => {
  const hostile = "<script>document.title='x'</script>\u202e\u001b[2J";
  await leaveRecord(student, 4, check([
    command(1, ["GET", "messages"], null), command(1, ["SET", "messages", "1"], "OK"),
    command(1, ["GET", "messages"], "1"), command(2, ["GET", "messages"], "1"),
    command(1, ["SET", "messages", "2"], "OK"), command(2, ["SET", "messages", "2"], "OK"),
    command(2, ["SET", "messages", hostile], "OK"),
  ], "2"));
  const page = await open(`${url}/race`);
  await page.getByText("An update was lost.").waitFor();
  await page.getByText("Remedy: INCRBY").waitFor();
  const place = page.locator("#place");
  await place.filter({ hasText: "Step 1 of 7" }).waitFor();
  for (let step = 2; step <= 6; step += 1) await page.keyboard.press("ArrowRight");
  await place.filter({ hasText: "Step 6 of 7" }).waitFor();
  assert.equal(await page.locator("#value").textContent(), "2");
  assert.match(await page.locator("#told").textContent(), /reader 1's update is gone/);
  assert.equal(await page.locator("#steps .now.loses").count(), 1);
  await page.locator("#back").click();
  await page.keyboard.press("ArrowLeft");
  await place.filter({ hasText: "Step 4 of 7" }).waitFor();
  assert.equal(await page.locator("#value").textContent(), "1");
  await page.locator("#to-loss").click();
  await place.filter({ hasText: "Step 6 of 7" }).waitFor();
  await page.keyboard.press("End");
  assert.equal(await page.locator("#forward").isDisabled(), true);
  assert.equal(await page.locator("main script").count(), 0);
  assert.equal(await page.title(), "Race · workshop");
  assert.ok(!/[\u001b\u202e]/.test(await page.locator("main").textContent()));
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await assertAccessible(page);
  }
  assertQuiet(page);
  await page.context().close();
});

test("where no update was lost it shows what was survived", async () => {
  await leaveRecord(student, 4, check([1, 2, 1].map((reader, at) => command(reader, ["INCR", "messages"], at + 1)), "3"));
  const page = await open(`${url}/race`);
  await page.getByText("No update was lost.").waitFor();
  await page.locator("#place").filter({ hasText: "Step 1 of 3" }).waitFor();
  await page.keyboard.press("End");
  assert.equal(await page.locator("#value").textContent(), "3");
  assert.equal(await page.locator("#steps .loses").count(), 0);
  await assertAccessible(page);
  await page.context().close();
});

test("a check that begins while the page is open is shown when it has ended, and not before", async () => {
  const atomic = [1, 2, 1].map((reader, at) => command(reader, ["INCR", "messages"], at + 1));
  await leaveRecord(student, 4, check(atomic, "3"));
  const page = await open(`${url}/race`);
  await page.locator("#place").filter({ hasText: "Step 1 of 3" }).waitFor();

  // It has made its folder, and nothing in it yet.
  const folder = await beginCheck(student, 4);
  await page.getByText("is running, or it was interrupted: it has left no record yet").waitFor();
  await assertAccessible(page);
  // It has written a part, which ends in the middle of what the readers do.
  const lost = check([
    command(1, ["GET", "messages"], null), command(2, ["GET", "messages"], null),
    command(1, ["SET", "messages", "1"], "OK"), command(2, ["SET", "messages", "1"], "OK"),
  ], "1");
  await writePart(folder, lost);
  await page.reload();
  await page.getByText("is running, or it was interrupted, or its record was changed since").waitFor();
  assert.equal(await page.locator("#steps").count(), 0, "half of a record is not told as the whole");
  await assertAccessible(page);
  await endRecord(folder, lost.length);
  await page.locator("#place").filter({ hasText: "Step 1 of 4" }).waitFor();

  // A check of another section leaves the reader where they are.
  await page.keyboard.press("End");
  await leaveRecord(student, 3, [{ scenario: "check", event: "check", section: 3, seed: 7, command: ["reader"] }]);
  const told = page.evaluate(async () => {
    const { onData } = await import("/assets/shell.js");
    return new Promise((resolve) => onData(({ records }) => records[2] && resolve()));
  });
  await told;
  await page.locator("#place").filter({ hasText: "Step 4 of 4" }).waitFor();
  await page.context().close();
});
