// What surrounds every view: the navigation, and a workshop that goes and comes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertAccessibleAtAllSizes, assertQuiet, browser } from "./harness.mjs";

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
  await Promise.all((await views()).map(async (view) => {
    const page = await open(view);
    await page.waitForFunction(() => document.getElementById("connection").textContent === "");
    await assertAccessibleAtAllSizes(page);
    assertQuiet(page);
    await page.context().close();
  }));
});

test("on a phone the navigation shows where one is", async () => {
  const page = await open(`${url}/checks`, SIZES[0]);
  await page.waitForFunction(() => {
    const nav = document.querySelector(".bar nav").getBoundingClientRect();
    const current = document.querySelector(".bar nav [aria-current]").getBoundingClientRect();
    return current.left >= nav.left && current.right <= nav.right;
  });
  await page.context().close();
});

test("every view says something without JavaScript", async () => {
  await Promise.all((await views()).map(async (view) => {
    const page = await open(view, { script: false });
    assert.equal(await page.locator("main h1").count(), 1, view);
    assert.equal(await page.locator("nav[aria-label=Views] [aria-current=page]").count(), 1, view);
    await page.context().close();
  }));
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
