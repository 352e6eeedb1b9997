// A chart against n, on a logarithmic axis: lines, bands and a rule, as SVG whose colours are the style sheet's.

const SVG = "http://www.w3.org/2000/svg";
/** In letters' size, as the style sheet has it: a projector's are larger. */
const MARGIN = { left: 4.5, right: 0.9, top: 0.75, bottom: 2.75 };

const raised = (power) => [...String(power)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])).join("");

/** As people write it: 1.342 × 10⁸, and a true minus. */
function scientific(x, digits) {
  const [factor, power] = x.toExponential(digits).split("e");
  return `${Number(factor)} × 10${raised(Number(power))}`.replace(/^1 × /, "").replace("-", "−");
}

/** A whole number with its thousands apart, a large one with its power of ten. */
export const count = (n) => (n < 1e7 ? n.toLocaleString("en") : scientific(n, 2));

/** A number with as many digits as tell something. */
export const short = (x) => {
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-4) return scientific(x, 3);
  return x.toLocaleString("en", { maximumSignificantDigits: 6 }).replace("-", "−");
};

/** Even steps on a linear axis. */
export const linear = {
  place: (y) => y,
  ticks: (low, high) => {
    const rough = (high - low) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
    const ticks = [];
    for (let i = Math.ceil(low / step); i * step <= high && ticks.length < 12; i += 1) ticks.push(i * step);
    return ticks.map((tick) => Number(tick.toPrecision(12)));
  },
};

/** Linear about zero, and beyond 1 a step for each power of ten, on both sides. */
export const symmetric = {
  place: (y) => Math.sign(y) * (Math.abs(y) <= 1 ? Math.abs(y) : 1 + Math.log10(Math.abs(y))),
  ticks: (low, high) => {
    const powers = [-1e12, -1e9, -1e6, -1e3, -10, -1, 0, 1, 10, 1e3, 1e6, 1e9, 1e12];
    return powers.filter((tick) => tick >= low && tick <= high);
  },
};

function add(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/**
 * Draws into `svg`, which keeps its title and its description.
 * `bands`: {name, points: [[n, low, high]]}; `lines`: {name, points: [[n, y]], dots}; `rule`: a height, or null.
 */
export function plot(svg, { bands = [], lines = [], rule = null, low, high, most, scale = linear }) {
  const width = Math.max(280, svg.clientWidth);
  const height = Math.max(200, svg.clientHeight);
  for (const old of [...svg.children]) {
    if (old.tagName !== "title" && old.tagName !== "desc") old.remove();
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const margin = Object.fromEntries(Object.entries(MARGIN).map(([side, letters]) => [side, letters * rem]));
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const decades = Math.max(1, Math.log10(most));
  const [bottom, top] = [scale.place(low), scale.place(high)];
  const x = (n) => margin.left + (Math.log10(n) / decades) * inner.width;
  // What is far off must not come to numbers that SVG cannot hold.
  const y = (value) => {
    const share = (scale.place(value) - bottom) / (top - bottom);
    return margin.top + (1 - Math.min(3, Math.max(-2, share))) * inner.height;
  };
  const clip = `${svg.id}-clip`;
  add(add(add(svg, "defs", {}), "clipPath", { id: clip }), "rect", {
    x: margin.left, y: margin.top, width: inner.width, height: inner.height,
  });

  const axes = add(svg, "g", { class: "axes", "aria-hidden": "true" });
  for (let power = 0; power <= decades + 1e-9; power += 1) {
    const at = x(10 ** power);
    add(axes, "line", { x1: at, x2: at, y1: margin.top, y2: margin.top + inner.height });
    const tooNarrow = inner.width / decades < 2.9 * rem && power % 2 === 1;
    if (!tooNarrow) {
      const label = power < 4 ? count(10 ** power) : `10${raised(power)}`;
      add(axes, "text", { x: at, y: height - 1.45 * rem, "text-anchor": power === 0 ? "start" : "middle" }, label);
    }
  }
  add(axes, "text", { x: margin.left + inner.width, y: height - 0.25 * rem, "text-anchor": "end", class: "name" }, "n, numbers read");
  for (const tick of scale.ticks(low, high)) {
    const at = y(tick);
    add(axes, "line", { x1: margin.left, x2: margin.left + inner.width, y1: at, y2: at });
    add(axes, "text", { x: margin.left - rem / 2, y: at + rem / 4, "text-anchor": "end" }, short(tick));
  }

  const shapes = add(svg, "g", { "clip-path": `url(#${clip})`, "aria-hidden": "true" });
  const at = ([n, value]) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`;
  for (const { name, points } of bands) {
    if (points.length < 2) continue;
    const upper = points.map(([n, , high]) => at([n, high]));
    const lower = points.map(([n, low]) => at([n, low])).reverse();
    add(shapes, "polygon", { class: `band ${name}`, points: [...upper, ...lower].join(" ") });
  }
  if (rule !== null) {
    add(shapes, "line", { class: "rule", x1: margin.left, x2: width - margin.right, y1: y(rule), y2: y(rule) });
  }
  for (const { name, points, dots } of lines) {
    if (points.length > 1) add(shapes, "polyline", { class: `line ${name}`, points: points.map(at).join(" ") });
    for (const [n, value] of dots ? points : points.slice(-1)) {
      add(shapes, "circle", { class: `dot ${name}`, cx: x(n), cy: y(value), r: dots && points.length > 1 ? 2 : 4 });
    }
  }
}

/** Calls `draw` whenever `element` has got another size, and when the colours change. */
export function whenResized(element, draw) {
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(element);
}
