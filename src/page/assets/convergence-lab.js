// Two ways to the variance, on the same numbers: a sum of squares, and Welford's.

import { count, plot, short, symmetric, whenResized } from "/assets/plot.js";

const MOST = 1_000_000;
const byId = (id) => document.getElementById(id);
const chart = byId("variances");
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** The same numbers for the same seed: mulberry32, made normal by the method of Box and Muller. */
function normal(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

let run = null;
let playing = false;
let waiting = 0;

function begin() {
  const offset = Number(document.querySelector("input[name=offset]:checked").value);
  const next = normal(Math.floor(Math.random() * 2 ** 32));
  run = { offset, next, n: 0, sum: 0, squares: 0, mean: 0, m2: 0, naive: [], welford: [], due: 2 };
}

function take(upTo) {
  while (run.n < upTo) {
    const x = run.offset + run.next();
    run.n += 1;
    run.sum += x;
    run.squares += x * x;
    const before = x - run.mean;
    run.mean += before / run.n;
    run.m2 += before * (x - run.mean);
    if (run.n >= run.due) {
      run.naive.push([run.n, naive()]);
      run.welford.push([run.n, welford()]);
      run.due = Math.max(run.n + 1, Math.floor(run.n * 1.03));
    }
  }
}

const naive = () => (run.squares - run.sum ** 2 / run.n) / (run.n - 1);
const welford = () => run.m2 / (run.n - 1);

/** How far it is from `x` to the next number that 64 bits can hold. */
const gap = (x) => 2 ** (Math.floor(Math.log2(Math.abs(x))) - 52);

function draw() {
  const reach = run.naive.reduce((most, [, y]) => Math.max(most, Math.abs(y)), 2.5) * 1.6;
  plot(chart, {
    lines: [
      { name: "naive", points: run.naive },
      { name: "welford", points: run.welford },
    ],
    rule: 1,
    low: run.naive.some(([, y]) => y < 0) ? -reach : 0,
    high: reach,
    most: MOST,
    scale: symmetric,
  });
  byId("lab-n").textContent = count(run.n);
  const known = run.n > 1;
  byId("lab-welford").textContent = known ? short(welford()) : "–";
  byId("lab-naive").textContent = known ? short(naive()) : "–";
  byId("lab-squares").textContent = known ? short(run.squares) : "–";
  byId("lab-gap").textContent = known ? short(gap(run.squares)) : "–";
}

function frame() {
  if (!playing) return;
  // As many as makes the axis advance evenly.
  take(Math.min(MOST, Math.max(run.n + 1, Math.floor(run.n * 1.035))));
  draw();
  if (run.n >= MOST) finish();
  else waiting = requestAnimationFrame(frame);
}

function finish() {
  playing = false;
  label();
  const wrong = Math.abs(naive() - 1) > 0.05;
  byId("lab-spoken").textContent =
    `After ${count(run.n)} numbers the true variance is 1. Welford's method says ${short(welford())}, ` +
    `the sum of squares ${short(naive())}${wrong ? ", which is nonsense" : ""}.`;
}

function label() {
  byId("play").textContent = playing ? "Pause" : run.n >= MOST ? "Again, with other numbers" : run.n > 0 ? "Go on" : "Start";
}

function play() {
  if (run.n >= MOST) begin();
  playing = !playing;
  if (playing && still.matches) {
    take(MOST);
    draw();
    finish();
    return;
  }
  cancelAnimationFrame(waiting);
  label();
  frame();
}

byId("play").addEventListener("click", play);
for (const choice of document.querySelectorAll("input[name=offset]")) {
  choice.addEventListener("change", () => {
    playing = false;
    begin();
    draw();
    play();
  });
}
begin();
label();
draw();
whenResized(chart, draw);
byId("controls").hidden = false;
