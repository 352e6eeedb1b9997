// Slides: what stands below a heading is spread over as many slides as it takes to be read from the last row.

const holder = document.querySelector(".slides");
const parts = [...holder.children].map((part) => ({
  anchor: part.dataset.anchor,
  blocks: [...part.children],
}));
const place = document.getElementById("place");
const [back, next] = document.querySelectorAll("[data-turn]");
let slides = [];
let shown = 0;

// A list goes on over several slides, item by item; everything else stays in one piece.
function pieces(blocks) {
  return blocks.flatMap((block) => {
    if (!block.matches("ul, ol")) return [{ block }];
    const first = block.start ?? 1;
    return [...block.children].map((item, index) => ({ item, list: block, number: first + index }));
  });
}

function put(slide, piece) {
  if (piece.block) return slide.appendChild(piece.block.cloneNode(true));
  let list = slide.lastElementChild;
  if (list?.source !== piece.list) {
    list = slide.appendChild(piece.list.cloneNode(false));
    list.source = piece.list;
    if (list.matches("ol")) list.start = piece.number;
  }
  return list.appendChild(piece.item.cloneNode(true));
}

const overflows = (slide) => slide.scrollHeight > slide.clientHeight + 1 || tooWide(slide);
const tooWide = (slide) =>
  [...slide.querySelectorAll("pre, .wide, .formula")].some((box) => box.scrollWidth > box.clientWidth + 1);

// What is too much for one slide by itself is written smaller, as far as it can still be read.
function shrink(slide) {
  for (const size of ["smaller", "small", "smallest"]) {
    if (!overflows(slide)) return;
    slide.dataset.size = size;
  }
}

function lay() {
  const here = slides[shown]?.dataset.anchor;
  holder.replaceChildren();
  slides = [];
  for (const { anchor, blocks } of parts) {
    const [heading, ...rest] = blocks;
    let count = 0;
    const begin = () => {
      const slide = holder.appendChild(document.createElement("section"));
      slide.dataset.anchor = anchor;
      slide.tabIndex = -1;
      const head = slide.appendChild(heading.cloneNode(true));
      if (count > 0) head.append(" (continued)");
      count += 1;
      slides.push(slide);
      return slide;
    };
    let slide = begin();
    let empty = true;
    for (const piece of pieces(rest)) {
      const added = put(slide, piece);
      if (!overflows(slide)) {
        empty = false;
        continue;
      }
      if (!empty) {
        const list = added.parentElement;
        added.remove();
        if (list !== slide && list.children.length === 0) list.remove();
        slide = begin();
        put(slide, piece);
      }
      shrink(slide);
      empty = false;
    }
  }
  const kept = slides.findIndex((slide) => slide.dataset.anchor === here);
  const asked = Number.parseInt(location.hash.slice(1), 10) - 1;
  show(kept >= 0 ? kept : asked >= 0 ? asked : 0);
}

function show(number) {
  shown = Math.max(0, Math.min(number, slides.length - 1));
  slides.forEach((slide, index) => slide.classList.toggle("shown", index === shown));
  place.textContent = `${shown + 1} of ${slides.length}`;
  back.disabled = shown === 0;
  next.disabled = shown === slides.length - 1;
  history.replaceState(null, "", `#${shown + 1}`);
  slides[shown]?.focus({ preventScroll: true });
}

function leave() {
  location.href = `${holder.dataset.back}#${slides[shown]?.dataset.anchor ?? ""}`;
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  // A button that has the focus is pressed by the space bar, as everywhere.
  if (event.key === " " && event.target.matches("button, a")) return;
  const turn = {
    ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": event.shiftKey ? -1 : 1, Enter: 1,
    ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1,
    Home: -Infinity, End: Infinity,
  }[event.key];
  if (event.key === "Escape") leave();
  else if (event.key === "f" && !document.fullscreenElement) document.documentElement.requestFullscreen();
  else if (turn && !(event.key === "Enter" && event.target.matches("button, a"))) show(shown + turn);
  else return;
  event.preventDefault();
});
for (const button of [back, next]) {
  button.hidden = false;
  button.addEventListener("click", () => show(shown + Number(button.dataset.turn)));
}

let resized = 0;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(lay, 100);
});
document.documentElement.classList.add("turning");
lay();
