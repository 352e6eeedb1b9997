// What the form asks for is shown as soon as it is chosen; and j and k lead through the messages.

const form = document.querySelector("form.asks");
for (const choice of form?.querySelectorAll("select") ?? []) choice.addEventListener("change", () => form.requestSubmit());

const links = [...document.querySelectorAll(".messages th a")];
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step || links.length === 0) return;
  const at = links.findIndex((link) => link === document.activeElement || (link.ariaCurrent === "true" && !links.includes(document.activeElement)));
  const next = links[Math.min(links.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
  next.focus();
});
