// Records of checks, as a check leaves them, for views that show the last one.

import { appendFile, mkdir, symlink, writeFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Leaves `entries` as the record of the last check, of `section`, which has ended. */
export async function leaveRecord(student, section, entries) {
  const folder = await beginCheck(student, section);
  await writePart(folder, entries);
  await endRecord(folder, entries.length);
}

/** Makes the folder of a check of `section`, which has not written anything. */
export async function beginCheck(student, section) {
  const runs = join(student.workspace, ".workshop", "runs");
  const name = `2030-01-01-${String(begun++).padStart(6, "0")}.000-0${section}`;
  await mkdir(join(runs, name), { recursive: true });
  await rm(join(runs, "latest"), { force: true });
  await symlink(name, join(runs, "latest"));
  return join(runs, name);
}
let begun = 0;

/** Writes what a check has recorded until now: `entries`, all of them whole. */
export const writePart = (folder, entries) =>
  writeFile(join(folder, "record.jsonl"), entries.map((entry, at) => line(at, entry)).join(""));

/** Writes the end of a check that has had so many events. */
export const endRecord = (folder, events) =>
  appendFile(join(folder, "record.jsonl"), line(events, { scenario: "check", event: "finished", events }));

const line = (at, entry) => `${JSON.stringify({ at_us: (at + 1) * 1000, ...entry })}\n`;
