// Ledger: the life of each message, of the live workshop and of the last check.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";
import { leaveRecord } from "./records.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(1);
  url = await student.url();
});
after(() => student?.close());

const text = (number) => JSON.stringify({ time: 1.5, number });
const scenario = "ordinary";
const published = (message, text) => ({ scenario, event: "published", message, text });
const got = (reader, ...messages) => ({ scenario, reader, event: "got", messages });
const put = (reader, text) => ({ scenario, reader, event: "put", text });
const printed = (reader, number) => ({ scenario, reader, event: "printed", line: JSON.stringify({ number }) });

const HOSTILE = [
  '<script>document.title = "hostile"</script>',
  "x".repeat(1 << 20),
  "\ufffd\u0000\u001b[2J",
  "\u202eright to left \u2066 and \u200b unseen",
];

test("where nothing has happened yet it says what to do, and shows the first message when it comes", async () => {
  const page = await open(`${url}/ledger`);
  await page.getByText("Nothing has been published yet").waitFor();
  await assertAccessible(page);
  const checked = await open(`${url}/ledger?of=check`);
  await checked.getByText("Nothing has been checked yet").waitFor();
  await assertAccessible(checked);
  await checked.context().close();

  const { pubsub } = await student.live();
  await fetch(`http://${pubsub}/pub`, { method: "POST", body: "the first" });
  await page.locator(".messages td.text", { hasText: "the first" }).waitFor();
  assertQuiet(page);
  await page.context().close();
});

test("the life of a live message is told as it goes on", async () => {
  const { pubsub, simplequeue } = await student.live();
  const queue = (path) => fetch(`http://${simplequeue}/${path}`).then((reply) => reply.text());
  const message = text(0.25);
  const envelope = JSON.stringify({ data: JSON.parse(message), tries: 1, started: 5, retry_on: 95 });
  const page = await open(`${url}/ledger?find=0.25`);
  await fetch(`http://${pubsub}/pub`, { method: "POST", body: message });
  await page.locator(".messages .fate", { hasText: "published" }).waitFor();
  await page.locator(".messages th a").click();
  await page.locator("#life-of", { hasText: "published" }).waitFor();

  for (const [path, fate] of [
    [`put?data=${encodeURIComponent(message)}`, "waits"],
    ["get", "in hand"],
    [`put?data=${encodeURIComponent(envelope)}`, "waits again"],
    ["get", "in hand"],
    ["get", "taken"],
  ]) {
    await queue(path);
    await page.locator("#life-of").filter({ hasText: new RegExp(`${fate}$`) }).waitFor();
  }
  const steps = await page.locator("ol.life > li").allTextContents();
  for (const [index, words] of ["published", "put into the queue", "got by reader", "put it back into the queue after try 1, to be tried again 90 s", "got by reader"].entries()) {
    assert.ok(steps[index].includes(words), `${steps[index]} / ${words}`);
  }
  await assertAccessible(page);

  // A list that is held stays as it is, though the page hears of the next message.
  await page.locator("#hold").click();
  const kept = await page.locator("#lives").innerHTML();
  const told = page.evaluate(async () => {
    const { onData } = await import("/assets/shell.js");
    return new Promise((resolve) => onData(() => setTimeout(resolve)));
  });
  await fetch(`http://${pubsub}/pub`, { method: "POST", body: text(0.2501) });
  await told;
  assert.equal(await page.locator("#lives").innerHTML(), kept);
  await page.locator("#hold").click();
  await page.locator(".messages td.text", { hasText: "0.2501" }).waitFor();
  assertQuiet(page);
  await page.context().close();
});

test("a hostile message of the live workshop is text and nothing else", async () => {
  const { pubsub } = await student.live();
  const bodies = [HOSTILE[0], HOSTILE[1], new Uint8Array([255, 254, 0, 27, 91, 50, 74]), HOSTILE[3]];
  for (const body of bodies) await fetch(`http://${pubsub}/pub`, { method: "POST", body });
  const page = await open(`${url}/ledger?of=live`, SIZES[0]);
  const newest = page.locator(".messages th a");
  for (const index of bodies.keys()) {
    await page.goto(new URL(await newest.nth(index).getAttribute("href"), url).href);
    await page.locator("#life").waitFor();
    assert.equal(await page.title(), "Ledger · workshop");
    assert.equal(await page.locator("main script").count(), 0);
    const shown = await page.locator("#life").textContent();
    assert.ok(!/[\u0000\u001b\u202e\u2066\u200b]/.test(shown), "what commands or reorders is made visible");
    assert.ok(shown.length < 10_000, `${shown.length}`);
    await assertAccessible(page);
  }
  assertQuiet(page);
  await page.context().close();
});

test("a message is found by its number or by what is in it, and its life is told", async () => {
  await leaveRecord(student, 2, [
    { scenario: "check", event: "check", section: 2, seed: 7, command: ["reader"] },
    ...[0.5, 0.05, -0.3].map((number, message) => published(message, text(number))),
    ...HOSTILE.map((text, index) => published(3 + index, text)),
    got(1, 0), printed(1, 0.5),
    got(1, 1), put(1, JSON.stringify({ data: JSON.parse(text(0.05)), tries: 1, started: 5, retry_on: 95 })),
    got(2, JSON.stringify({ data: JSON.parse(text(0.05)), tries: 1 })), printed(2, 0.05),
    got(1, 2), put(1, text(-0.3)), got(1, 2), got(1, 3, 4), got(1),
    { scenario: "other", event: "published", message: 0, text: "elsewhere" },
  ]);
  const page = await open(`${url}/ledger?of=check`);
  const fates = await page.locator("table.messages tbody tr .fate").allTextContents();
  assert.deepEqual(fates, ["handled", "handled", "given up", "passed over", "passed over", "waits", "waits"]);

  await page.locator("table.messages th a").filter({ hasText: "1" }).click();
  const steps = await page.locator("ol.life > li").allTextContents();
  assert.equal(steps.length, 5);
  for (const [index, words] of ["published", "got by reader 1", "failed: reader 1 put it back into the queue after try 1, to be tried again 90 s", "got by reader 2", "handled: reader 2"].entries()) {
    assert.ok(steps[index].includes(words), `${steps[index]} / ${words}`);
  }

  // With the keyboard alone: a number that is typed, and what stands in a message.
  await page.locator("input[name=find]").focus();
  await page.keyboard.type("#2");
  await page.keyboard.press("Enter");
  await page.locator("#life-of").filter({ hasText: "Message 2 given up" }).waitFor();
  await page.locator("input[name=find]").fill("0.05");
  await page.keyboard.press("Enter");
  await page.waitForURL(/find=0\.05/);
  assert.deepEqual(await page.locator("table.messages th a").allTextContents(), ["1"]);

  await page.locator("select[name=scenario]").selectOption("other");
  await page.waitForURL(/scenario=other/);
  await page.getByText("None is like that").waitFor();
  assertQuiet(page);
  await page.context().close();
});

test("a hostile message is text and nothing else", async () => {
  const page = await open();
  for (const message of [3, 4, 5, 6]) {
    await page.goto(`${url}/ledger?of=check&scenario=ordinary&message=${message}`);
    for (const size of [SIZES[0], SIZES[1]]) {
      await page.setViewportSize(size);
      await page.locator("#life").waitFor();
      assert.equal(await page.title(), "Ledger · workshop");
      assert.equal(await page.locator("main script").count(), 0);
      const shown = await page.locator("main").textContent();
      assert.ok(!/[\u0000\u001b\u202e\u2066\u200b]/.test(shown), "what commands or reorders is made visible");
      assert.ok(shown.length < 10_000, `${shown.length}`);
      await assertAccessible(page);
    }
  }
  assertQuiet(page);
  await page.context().close();
});

test("what is searched for is text, too", async () => {
  const page = await open(`${url}/ledger?of=check&find=${encodeURIComponent('"><script>document.title="x"</script>\u202e')}&page=99999999&message=zzz&fate=nonsense&scenario=%ff`);
  await page.getByText("None is like that").waitFor();
  assert.equal(await page.title(), "Ledger · workshop");
  assert.equal(await page.locator("main script").count(), 0);
  await page.context().close();
});

test("beside a message stands what its reader asked of Redis meanwhile, but not how it connected", async () => {
  const command = (...words) => ({
    scenario, reader: 1, event: "redis-command", connection: 1, database: 1, command: words, arguments: words.length,
    reads: [], writes: words[0] === "INCR" ? [words[1]] : [], reply: 1, round_trip: 1, sent_us: 1,
  });
  await leaveRecord(student, 4, [
    { scenario: "check", event: "check", section: 4, seed: 7, command: ["reader"] },
    published(0, text(0.5)), published(1, text(0.25)), got(1, 0),
    command("HELLO", "3"), command("CLIENT", "SETINFO", "LIB-NAME", "redis-py"), command("SELECT", "1"),
    command("INCR", "messages"), got(1, 1), command("INCR", "others"),
  ]);
  const page = await open(`${url}/ledger?of=check&message=0`);
  assert.deepEqual(await page.locator(".commands code").allTextContents(), ["INCR messages  -> 1"]);
  await assertAccessible(page);
  await page.context().close();
});
