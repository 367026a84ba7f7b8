// A link with data-inserts="#text" and data-into="#field" puts that text at the end of what is typed in the field.
// Without scripts the link shows the page with the text in the field.

const bound = new WeakSet();

export function start(root) {
  for (const link of root.querySelectorAll("[data-inserts]")) {
    if (bound.has(link)) continue;
    bound.add(link);
    link.addEventListener("click", (event) => insert(event, link));
    // It is a button for who hears the page, so the blank works as on a button.
    link.addEventListener("keydown", (event) => event.key === " " && insert(event, link));
  }
}

function insert(event, link) {
  const text = document.querySelector(link.dataset.inserts)?.textContent.trim();
  const field = document.querySelector(link.dataset.into);
  if (!text || !field) return;
  event.preventDefault();
  field.value = [field.value.trim(), text].filter(Boolean).join("\n\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}
