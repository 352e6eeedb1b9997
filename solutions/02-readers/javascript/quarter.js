// Print a quarter of the stream. A sample, such as one draws where all of it would be too much.

const { read } = require("./simplequeue.js");

read(({ number }) => {
  // By chance, so that no pattern in the stream can hide from the sample, as it could from every fourth message.
  if (Math.random() < 0.25) console.log(JSON.stringify({ number }));
  return true;
}, 100);
