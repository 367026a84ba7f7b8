// A <details data-popover> closes on Escape and on a click elsewhere. Opening needs no script.

let listening = false;

export function start(root, event) {
  if (event?.type === "keydown") closeOnEscape(event);
  if (listening) return;
  listening = true;
  document.addEventListener("click", closeOthers);
  document.addEventListener("keydown", closeOnEscape);
}

function open() {
  return document.querySelectorAll("details[data-popover][open]");
}

function closeOthers(event) {
  for (const popover of open()) {
    if (!popover.contains(event.target)) popover.open = false;
  }
}

function closeOnEscape(event) {
  if (event.key !== "Escape") return;
  for (const popover of open()) {
    const held = popover.contains(document.activeElement);
    popover.open = false;
    if (held) popover.querySelector("summary").focus();
  }
}
