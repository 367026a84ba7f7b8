// Asks before a page with unsaved words is left.

const bound = new WeakSet();

export function start(root) {
  const forms = root.matches?.("[data-leave-guard]") ? [root] : root.querySelectorAll("[data-leave-guard]");
  for (const form of forms) {
    if (bound.has(form)) continue;
    bound.add(form);
    guard(form);
  }
}

// A form that came back with messages or a proposal was never saved: what it holds counts as typed.
function guard(form) {
  const before = form.querySelector("[aria-invalid=true], [data-unsaved]") ? null : typed(form);
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  // Coming back by the browser's back button finds the page as it was left.
  addEventListener("pageshow", () => {
    sending = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!sending && typed(form) !== before) event.preventDefault();
  });
}

function typed(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  return JSON.stringify(fields.map(([name, value]) => [name, value.name ?? value]));
}
