// Convergence: estimates as they are printed, the truth only once it is no secret, and the lab.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { SIZES, Student, assertAccessible, assertQuiet, browser } from "./harness.mjs";

const open = browser();
let student;
let url;

before(async () => {
  student = await Student.with(3, "--rate", "1");
  url = await student.url();
});
after(() => student?.close());

/** Runs a program that prints these lines. */
async function prints(...lines) {
  const file = join(student.folder, "printed");
  await writeFile(file, Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from("\n")]))));
  await student.types("run", "--", "cat", file);
}

const estimate = (n) => JSON.stringify({ n, mean: 5 + 1 / n, variance: n > 1 ? 2 + 1 / n : null });

test("before anything was run it says what to do", async () => {
  const page = await open(`${url}/convergence`);
  await page.locator("#nothing").filter({ hasText: "workshop run" }).waitFor();
  await assertAccessible(page);
  assertQuiet(page);
  await page.context().close();
});

test("estimates appear as they are printed, whatever is printed beside them", async () => {
  const page = await open(`${url}/convergence`);
  await page.locator("#nothing").waitFor();
  await prints(
    ...[1, 2, 10, 100].map(estimate),
    '<script>document.title = "hostile"</script>',
    '{"n": 5, "mean": "<img src=x onerror=alert(1)>", "variance": 1}',
    Buffer.from([0xff, 0xfe, 0x00, 0x1b, 0x5b]),
    "x".repeat(1 << 20),
    "\u202e{\"n\": 7, \"mean\": 1, \"variance\": 1}",
    estimate(1000),
  );
  await page.locator("#n").filter({ hasText: "1,000" }).waitFor({ state: "attached" });
  assert.equal(await page.locator("#mean-now").textContent(), "5.001");
  assert.equal(await page.locator("#variance-now").textContent(), "2.001");
  assert.equal(await page.locator("#mean polyline.line").count(), 1);
  const points = await page.locator("#mean polyline.line").getAttribute("points");
  assert.equal(points.split(" ").length, 5, "a point for each estimate, and for nothing else");
  assert.equal(await page.locator("#mean .band.own").count(), 1, "the band is around the student's own estimate");
  assert.equal(await page.title(), "Convergence · workshop");
  await page.locator("details summary").click();
  await page.locator("#values tr").filter({ hasText: "1,000" }).waitFor();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await assertAccessible(page);
  }
  assertQuiet(page);
  await page.context().close();
});

test("the truth comes when the secret is revealed, and not before", async () => {
  const page = await open();
  const heard = [];
  page.on("response", async (response) => {
    if (!response.url().endsWith("/events")) heard.push(await response.text().catch(() => ""));
  });
  await page.goto(`${url}/convergence`);
  await page.locator("#mean .band.own").waitFor({ state: "attached" });
  const secret = await student.types("reveal-secret-stream", "--yes");
  const mean = secret.match(/^mean: (.*)$/m)[1];
  await page.locator("#mean .band.truth").waitFor({ state: "attached" });
  assert.ok(await page.locator("#after").isVisible());
  assert.ok(!heard.join("").includes(mean), "no page or script holds it");
  assertQuiet(page);
  await page.context().close();
});

test("in the lab a sum of squares collapses where Welford holds", async () => {
  const page = await open(`${url}/convergence/lab`);
  await page.emulateMedia({ reducedMotion: "reduce" });
  const value = async (id) => {
    const [factor, power] = (await page.locator(id).textContent()).replace("−", "-").replaceAll(",", "").split(" × ");
    return Number(factor) * (power ? 1e6 : 1);
  };
  await page.getByLabel("a thousand million").focus();
  await page.locator("#play").click();
  await page.locator("#lab-spoken").filter({ hasText: "nonsense" }).waitFor({ state: "attached" });
  assert.ok(Math.abs((await value("#lab-welford")) - 1) < 0.02, "a million numbers: 10 standard errors are 0.014");
  assert.ok(Math.abs((await value("#lab-naive")) - 1) > 0.5);
  await page.getByLabel("0", { exact: true }).check();
  await page.locator("#lab-spoken").filter({ hasText: /squares (1\.00|0\.99)/ }).waitFor({ state: "attached" });
  assert.ok(Math.abs((await value("#lab-naive")) - 1) < 0.02);
  await assertAccessible(page);
  assertQuiet(page);
  await page.context().close();
});
