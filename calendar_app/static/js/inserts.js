// A button with data-inserts="#text" and data-into="#field" puts that text at the end of what is typed in the field.
// Without scripts it sends the form of that field, and the server does the same.

const bound = new WeakSet();

export function start(root) {
  for (const button of root.querySelectorAll("[data-inserts]")) {
    if (bound.has(button)) continue;
    bound.add(button);
    button.addEventListener("click", (event) => insert(event, button));
  }
}

function insert(event, button) {
  const text = document.querySelector(button.dataset.inserts)?.textContent.trim();
  const field = document.querySelector(button.dataset.into);
  if (!text || !field) return;
  event.preventDefault();
  field.value = [field.value.trim(), text].filter(Boolean).join("\n\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
