// What surrounds every view: the navigation, and a workshop that goes and comes back.

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

/** The addresses in the navigation. */
async function views() {
  const page = await open(url);
  const found = await page.$$eval("nav[aria-label=Views] a", (links) => links.map((link) => link.href));
  await page.context().close();
  assert.ok(found.length > 0);
  return found;
}

test("every view is accessible at every size, light and dark", async () => {
  for (const view of await views()) {
    for (const size of SIZES) {
      for (const dark of [false, true]) {
        const page = await open(view, { ...size, dark });
        await page.waitForFunction(() => document.getElementById("connection").textContent === "");
        await assertAccessible(page).catch((error) => {
          throw new Error(`${view} at ${size.width}, ${dark ? "dark" : "light"}: ${error.message}`);
        });
        assertQuiet(page);
        await page.context().close();
      }
    }
  }
});

test("every view says something without JavaScript", async () => {
  for (const view of await views()) {
    const page = await open(view, { script: false });
    assert.equal(await page.locator("main h1").count(), 1, view);
    assert.equal(await page.locator("nav[aria-label=Views] [aria-current=page]").count(), 1, view);
    await page.context().close();
  }
});

test("a page says that the workshop is gone, and goes on when it is back", async () => {
  await student.movesPage(3);
  const page = await open(`${await student.url()}/pipeline`);
  const status = page.locator("#connection");
  process.kill((await student.live()).pid, "SIGKILL");
  await status.filter({ hasText: "does not answer" }).waitFor();
  await assertAccessible(page);
  const before = await page.locator("meta[name=instance]").getAttribute("content");
  await student.types("start", "3");
  await page.waitForFunction(
    (before) => document.querySelector("meta[name=instance]")?.content !== before,
    before,
  );
  await page.waitForFunction(() => document.getElementById("connection").textContent === "");
  await page.context().close();
});
