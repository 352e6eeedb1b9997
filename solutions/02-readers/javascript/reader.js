// A reader that handles numbers. It fails on a low one the first time, and on a negative one always.

const { read } = require("./simplequeue.js");

// The low numbers that have failed here once and have not come back yet.
const failedOnce = new Set();

function handle(data) {
  const number = data.number;
  if (typeof number !== "number") {
    console.error(`skipped, for want of a number: ${JSON.stringify(data)}`);
    return true; // trying it again would not make it better
  }
  if (number < 0) return false;
  // `delete` says whether it was there, that is, whether this is its second time.
  if (number < 0.1 && !failedOnce.delete(number)) {
    failedOnce.add(number);
    return false;
  }
  // Printing comes last: what fails after it would print again on the next try.
  console.log(JSON.stringify({ number }));
  return true;
}

read(handle);
