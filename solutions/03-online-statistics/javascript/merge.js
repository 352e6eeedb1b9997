// Merge the results of several readers into one, as Chan, Golub and LeVeque do.
// Every line of standard input is one partial result, {"n": 3, "mean": 2.0, "m2": 2.0}; the merged one is printed.

const { createInterface } = require("node:readline");

// What one reader would know that had seen the numbers of both.
function merge(a, b) {
  const n = a.n + b.n;
  if (n === 0) return a; // nobody has seen anything, and there is nothing to divide by
  const distance = b.mean - a.mean;
  return {
    n,
    // From a's mean, go towards b's as far as b's share of the numbers says.
    mean: a.mean + (distance * b.n) / n,
    // Each m2 is measured from its own mean. The last term is what moving all to the common mean adds.
    m2: a.m2 + b.m2 + (distance ** 2 * a.n * b.n) / n,
  };
}

let total = { n: 0, mean: 0, m2: 0 };
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line.trim() !== "") total = merge(total, JSON.parse(line));
  })
  .on("close", () => console.log(JSON.stringify(total)));
