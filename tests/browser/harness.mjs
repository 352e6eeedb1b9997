// A student with a live workshop, and a browser that looks at its page.
//
// tests/page.rs starts these tests and says where everything is: WORKSHOP_COMMAND (the command under test),
// WORKSHOP_CHROMIUM (the browser) and WORKSHOP_PACKAGES (the folder whose node_modules has what package.json names).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

function told(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; \`cargo test --test suite -- page::\` sets it`);
  return value;
}

const require = createRequire(join(told("WORKSHOP_PACKAGES"), "package.json"));
const { chromium } = require("playwright-core");
const axe = readFile(require.resolve("axe-core/axe.min.js"), "utf8");

/** No single step takes longer, however busy the machine. */
export const DEADLINE = 60_000;

/** The sizes at which every view must be fit to be seen: a phone, a laptop, a projector. */
export const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];

/** A workspace in a folder of its own, and the commands that are typed there. */
export class Student {
  static async with(section, ...options) {
    const student = new Student();
    student.folder = await mkdtemp(join(tmpdir(), "workshop-page-"));
    student.workspace = join(student.folder, "realtime-workshop");
    await student.types("start", String(section), ...options);
    return student;
  }

  /** Runs `workshop` with these arguments; its standard output. Another exit code than `expected` fails. */
  async types(...words) {
    const { stdout } = await run(told("WORKSHOP_COMMAND"), words, {
      cwd: this.folder,
      maxBuffer: 64 << 20,
    });
    return stdout;
  }

  /** What the live workshop says of itself on disk. */
  async live() {
    return JSON.parse(await readFile(join(this.workspace, ".workshop", "live.json"), "utf8"));
  }

  /** Stops the workshop and starts it again, with its page at a port that no other test takes meanwhile. */
  async movesPage(section) {
    await this.types("stop");
    const listening = createServer().listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address();
    listening.close();
    await once(listening, "close");
    await writeFile(join(this.workspace, ".workshop", "page-port"), String(port));
    await this.types("start", String(section));
  }

  /** The address of the page, without a slash at its end. */
  async url() {
    const { page } = await this.live();
    return `http://localhost:${page.split(":").at(-1)}`;
  }

  async close() {
    await this.types("stop").catch(() => {});
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * A browser for the tests of one file, and what they open with it: `open(url, { width, height, dark, script })` gives a
 * page of playwright's. A page that reports an error of any kind fails the test that opened it: `allowed` may say which
 * messages are meant to be.
 */
export function browser() {
  let launched;
  before(async () => {
    launched = await chromium.launch({
      executablePath: told("WORKSHOP_CHROMIUM"),
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
      timeout: DEADLINE,
    });
  });
  after(() => launched?.close());
  return async (url, { width = 1280, height = 800, dark = false, script = true } = {}) => {
    const context = await launched.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: script,
    });
    context.setDefaultTimeout(DEADLINE);
    const page = await context.newPage();
    page.errors = [];
    page.on("pageerror", (error) => page.errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") page.errors.push(message.text());
    });
    if (url) await page.goto(url);
    return page;
  };
}

/** Accessible at every size, light and dark. Between light and dark only colours differ, so only they are asked for. */
export async function assertAccessibleAtAllSizes(page) {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const [colorScheme, rules] of [["light", undefined], ["dark", ["color-contrast"]]]) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page, rules).catch((error) => {
        throw new Error(`${page.url()} at ${size.width}, ${colorScheme}: ${error.message}`);
      });
    }
  }
}

/** Nothing went wrong in the page that a developer would see in its console. */
export function assertQuiet(page) {
  assert.deepEqual(page.errors, []);
}

/**
 * axe finds nothing, and the page is not wider than its window. `rules` are those that are asked, where it is not all of
 * them.
 */
export async function assertAccessible(page, rules = undefined) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(await axe);
  const { violations } = await page.evaluate(
    (rules) => globalThis.axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) }),
    rules,
  );
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `    ${node.html}`).join("\n")}`,
  );
  assert.deepEqual(found, [], found.join("\n"));
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(overflow <= 0, `the page is ${overflow} px wider than its window`);
}
