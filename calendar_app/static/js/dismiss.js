// Closes a message, and keeps the keyboard's place.

const bound = new WeakSet();

export function start(root) {
  for (const button of root.querySelectorAll("[data-dismiss]")) {
    if (bound.has(button)) continue;
    bound.add(button);
    button.addEventListener("click", () => close(button));
  }
}

function close(button) {
  button.closest(".note")?.remove();
  document.querySelector("#content")?.focus({ preventScroll: true });
}
