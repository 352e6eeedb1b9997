// The lessons as a reader and a presenter use them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(3);
  url = await student.url();
});
after(() => student?.close());

test("every section can be read, the live one first", async () => {
  const page = await open(`${url}/lesson`);
  assert.equal(new URL(page.url()).pathname, "/lesson/3");
  const sections = await page.$$eval(".schedule a", (links) => links.map((link) => link.href));
  assert.equal(sections.length, 5);
  for (const section of sections) {
    await page.goto(section);
    await page.locator("article h1").waitFor();
    await assertAccessible(page);
    assert.equal(await page.locator("merror").count(), 0, section);
    // A formula has a size: the browser knows it as one.
    for (const formula of await page.locator("math").all()) assert.ok((await formula.boundingBox()).width > 3);
  }
  assertQuiet(page);
  await page.context().close();
});

test("the commands of a session are copied without their prompts", async () => {
  const page = await open(`${url}/lesson/3`);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const session = page.locator("figure.code", { hasText: "workshop env" }).first();
  await session.getByRole("button", { name: "Copy commands" }).click();
  await session.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^eval "\$\(workshop env\)"\n/);
  assert.ok(!copied.includes("$ ") && !copied.includes('{"'), copied);
  await page.context().close();
});

test("slides are turned by the keyboard, and fit", async () => {
  await Promise.all(SIZES.map(async (size) => {
    const page = await open(`${url}/lesson/3/slides`, size);
    const shown = page.locator(".slides section.shown");
    await shown.waitFor();
    const place = page.locator("#place");
    const count = Number((await place.textContent()).split(" of ")[1]);
    assert.ok(count > 10);
    for (const [key, expected] of [["ArrowRight", 2], [" ", 3], ["ArrowLeft", 2], ["End", count], ["Home", 1], ["ArrowLeft", 1]]) {
      await page.keyboard.press(key);
      assert.equal(await place.textContent(), `${expected} of ${count}`, key);
    }
    for (let slide = 1; slide <= count; slide += 1) {
      assert.equal(await shown.locator("h1, h2, h3").count(), 1);
      if (size.width > 600) {
        const [hidden, font] = await shown.evaluate((section) => [
          section.scrollHeight - section.clientHeight,
          Number.parseFloat(getComputedStyle(section).fontSize) / innerHeight,
        ]);
        assert.ok(hidden <= 1, `slide ${slide} at ${size.width} hides ${hidden} px`);
        assert.ok(font > 0.02, `slide ${slide} at ${size.width} is too small to be read from afar: ${font}`);
      }
      await page.keyboard.press("ArrowRight");
    }
    await assertAccessible(page);
    assertQuiet(page);
    await page.keyboard.press("Escape");
    await page.waitForURL(/\/lesson\/3#/);
    await page.context().close();
  }));
});
