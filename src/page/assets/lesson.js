// Copying code, and where in the lesson one is.

import { copyButtons } from "./copy.js";

copyButtons();

const links = new Map(
  [...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]),
);
const parts = [...document.querySelectorAll("article > section")];

function place() {
  const line = innerHeight / 4;
  let current = null;
  for (const part of parts) {
    if (part.getBoundingClientRect().top > line) break;
    const link = links.get(part.id);
    if (link) current = link;
  }
  for (const link of links.values()) {
    if (link === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let asked = 0;
addEventListener("scroll", () => {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(place);
}, { passive: true });
place();
