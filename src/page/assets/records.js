// Which records of checks a page was made from, and whether there are newer ones.

const known = JSON.parse(document.getElementById("records")?.dataset.known ?? "[]");

/**
 * Whether the last check of `section` is another one by now, or has ended. What a page hears first may be older than the
 * page itself; the name of a record begins with its time.
 */
export function isNewer(records, section) {
  const [name, hasEnded] = known[section - 1] ?? ["", false];
  const [nameNow, hasEndedNow] = records[section - 1] ?? ["", false];
  return nameNow > name || (nameNow === name && hasEndedNow && !hasEnded);
}
