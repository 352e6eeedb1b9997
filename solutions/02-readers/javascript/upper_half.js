// Print only the numbers between 0.5 and 1, the ends not among them.

const { read } = require("./simplequeue.js");

read(({ number }) => {
  if (0.5 < number && number < 1) console.log(JSON.stringify({ number }));
  return true;
});
