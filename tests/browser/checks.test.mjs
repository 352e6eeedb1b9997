// A check, run and read in the browser.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(3);
  url = await student.url();
  const hostile = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>";
  await writeFile(
    join(student.workspace, "03-online-statistics", "reader.py"),
    `import sys\nsys.stderr.buffer.write(${JSON.stringify(hostile)}.encode() + b'\\xff\\xfe' + b'y' * 1_000_000)\nsys.exit(3)\n`,
  );
});
after(() => student?.close());

test("the button runs the check, and its report appears by itself", async () => {
  const page = await open(`${url}/checks/3`);
  await page.getByText("There was no check of this section yet").waitFor();
  await page.getByRole("button", { name: "Check section 3" }).click();
  await page.locator(".verdict.fail").waitFor();
  assert.ok((await page.locator(".claims .fail").count()) > 0);
  assert.match(await page.title(), /^Checks/);
  assert.equal(await page.locator("#report img, #report script").count(), 0);
  assertQuiet(page);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await assertAccessible(page);
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await assertAccessible(page);
  await page.context().close();
});

test("a check in the terminal is shown too", async () => {
  const page = await open(`${url}/checks/3`);
  await page.locator(".verdict.fail").waitFor();
  await student.types("check", "3", "--seed", "12345").catch(() => {});
  await page.getByText("--seed 12345").waitFor();
  await page.context().close();
});

test("a form runs the check where there is no JavaScript", async () => {
  const page = await open(`${url}/checks/3`, { script: false });
  await page.getByRole("button", { name: "Check section 3" }).click();
  await page.waitForURL(/\/checks\/3$/);
  await page.getByText("The check of section 3 is running").waitFor();
  await page.context().close();
});
