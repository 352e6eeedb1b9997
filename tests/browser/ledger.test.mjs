// Ledger: the life of each message of the last check.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";
import { leaveRecord } from "./records.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(2, "--rate", "1");
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

test("without a check it says what to do", async () => {
  const page = await open(`${url}/ledger`);
  await page.getByText("Nothing has been checked yet").waitFor();
  await assertAccessible(page);
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
  const page = await open(`${url}/ledger`);
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
  for (const message of [3, 4, 5, 6]) {
    for (const size of [SIZES[0], SIZES[1]]) {
      const page = await open(`${url}/ledger?scenario=ordinary&message=${message}`, size);
      await page.locator("#life").waitFor();
      assert.equal(await page.title(), "Ledger · workshop");
      assert.equal(await page.locator("main script").count(), 0);
      const shown = await page.locator("main").textContent();
      assert.ok(!/[\u0000\u001b\u202e\u2066\u200b]/.test(shown), "what commands or reorders is made visible");
      assert.ok(shown.length < 10_000, `${shown.length}`);
      await assertAccessible(page);
      assertQuiet(page);
      await page.context().close();
    }
  }
});

test("what is searched for is text, too", async () => {
  const page = await open(`${url}/ledger?find=${encodeURIComponent('"><script>document.title="x"</script>\u202e')}&page=99999999&message=zzz&fate=nonsense&scenario=%ff`);
  await page.getByText("None is like that").waitFor();
  assert.equal(await page.title(), "Ledger · workshop");
  assert.equal(await page.locator("main script").count(), 0);
  await page.context().close();
});
