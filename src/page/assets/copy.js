// A button at each code block that copies it: of a terminal session the commands alone, without the signs before them.

export function copied(pre) {
  if (!pre.classList.contains("session")) return pre.textContent;
  const commands = [...pre.querySelectorAll(".command")].map((command) => command.textContent);
  return commands.length ? `${commands.join("\n")}\n` : pre.textContent;
}

export function copyButtons(root = document) {
  for (const figure of root.querySelectorAll("figure.code")) {
    const pre = figure.querySelector("pre");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy plain";
    const what = pre.querySelector(".command") ? "Copy commands" : "Copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", what);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(copied(pre));
        button.textContent = "Copied";
      } catch {
        // Without the clipboard, what would be copied is marked, for the keyboard to copy.
        getSelection().selectAllChildren(pre);
        button.textContent = "Marked";
      }
      setTimeout(() => (button.textContent = "Copy"), 1500);
    });
    figure.append(button);
  }
}
