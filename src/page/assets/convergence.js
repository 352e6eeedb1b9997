// The estimates of the program that runs, and the band in which they should be.

import { onData } from "/assets/shell.js";
import { count, plot, short, whenResized } from "/assets/plot.js";

const byId = (id) => document.getElementById(id);
const charts = { mean: byId("mean"), variance: byId("variance") };
let data = null;
let said = 0;

/** Where an estimate from n numbers should be: 95 times in 100 within two standard errors. */
function expected() {
  const { points, truth } = data;
  const last = points.findLast(([, , variance]) => variance !== null && variance > 0);
  const [mean, variance] = truth ? [truth.mean, truth.variance] : last ? [last[1], last[2]] : [null, null];
  // Of a distribution that nobody knows the fourth moment is not known; that of a normal one stands for it.
  const fourth = truth ? truth.fourth : 3 * variance ** 2;
  return {
    mean: { centre: mean, error: (n) => Math.sqrt(variance / n) },
    variance: {
      centre: variance,
      error: (n) => Math.sqrt(Math.max(0, (fourth - (variance ** 2 * (n - 3)) / (n - 1)) / n)),
    },
  };
}

function draw() {
  if (!data || data.points.length === 0) return;
  const { points, truth } = data;
  const most = Math.max(100, points.reduce((most, [n]) => Math.max(most, n), 1) * 1.1);
  const where = expected();
  for (const [index, which] of ["mean", "variance"].entries()) {
    const line = points.filter((point) => point[index + 1] !== null).map((point) => [point[0], point[index + 1]]);
    const { centre, error } = where[which];
    const middle = centre ?? line.at(-1)?.[1] ?? 0;
    const band = [];
    if (centre !== null) {
      for (let n = index === 0 ? 1 : 2; n <= most; n = Math.max(n + 1, n * 1.05)) {
        const far = 2 * error(n);
        band.push([n, centre - far, centre + far]);
      }
    }
    // The first few are anywhere; the picture is of what comes then.
    const later = line.filter(([n]) => n >= 8);
    const spread = (later.length > 0 ? later : line).map(([, y]) => Math.abs(y - middle));
    const reach = 1.15 * Math.max(...spread, centre === null ? 0 : 2 * error(Math.min(most, 30)), Math.abs(middle) * 1e-9, 1e-12);
    plot(charts[which], {
      bands: [{ name: truth ? "truth" : "own", points: band }],
      lines: [{ name: which, points: line, dots: line.length < 60 }],
      rule: centre,
      low: middle - reach,
      high: middle + reach,
      most,
    });
  }
}

function tell() {
  const { points, truth } = data;
  byId("nothing").hidden = points.length > 0;
  byId("something").hidden = points.length === 0;
  byId("before").hidden = truth !== null;
  byId("after").hidden = truth === null;
  if (points.length === 0) return;
  const [n, mean, variance] = points.at(-1);
  byId("n").textContent = count(n);
  byId("mean-now").textContent = short(mean);
  byId("variance-now").textContent = variance === null ? "none yet" : short(variance);
  const where = expected();
  for (const which of ["mean", "variance"]) {
    const { centre, error } = where[which];
    byId(`${which}-error`).textContent = centre === null || n < 2 ? "" : `± ${short(Number((2 * error(n)).toPrecision(2)))}`;
  }
  // A reader of screens hears of it every few seconds, not with every line.
  if (performance.now() - said > 10_000) {
    said = performance.now();
    byId("spoken").textContent = `After ${count(n)} numbers: mean ${short(mean)}, variance ${variance === null ? "none yet" : short(variance)}`;
  }
  const rows = byId("values");
  const wanted = points.filter(([n], at) => at === points.length - 1 || Math.floor(Math.log10(n) * 3) !== Math.floor(Math.log10(points[at + 1][0]) * 3));
  rows.replaceChildren(
    ...wanted.slice(-40).map((point) => {
      const row = document.createElement("tr");
      for (const [index, value] of point.entries()) {
        const cell = document.createElement(index === 0 ? "th" : "td");
        if (index === 0) cell.scope = "row";
        cell.textContent = value === null ? "–" : index === 0 ? count(value) : short(value);
        row.append(cell);
      }
      return row;
    }),
  );
}

onData((document) => {
  data = document;
  tell();
  draw();
});
for (const chart of Object.values(charts)) whenResized(chart, draw);
