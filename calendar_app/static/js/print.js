// A button with data-print opens the browser's own window to print the page.

const bound = new WeakSet();

export function start(root) {
  for (const button of root.querySelectorAll("[data-print]")) {
    if (bound.has(button)) continue;
    bound.add(button);
    button.addEventListener("click", () => print());
  }
}
