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
// So does what somebody typed before this script came.
function guard(form) {
  const isUnsaved = form.matches("[data-unsaved]") || form.querySelector("[aria-invalid=true], [data-unsaved]");
  const wasTyped = isUnsaved || isTouched(form);
  const before = wasTyped ? null : typed(form);
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  // Coming back by the browser's back button finds the page as it was left.
  addEventListener("pageshow", () => {
    sending = false;
  });
  addEventListener("beforeunload", (event) => {
    // What the server keeps is there when the person comes back.
    if (!sending && typed(form) !== before && !("isKept" in form.dataset)) event.preventDefault();
  });
}

function typed(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf_token");
  return JSON.stringify(fields.map(([name, value]) => [name, value.name ?? value]));
}

// Whether a field holds anything else than it was sent with.
export function isTouched(form) {
  return [...form.elements].some(({ value, defaultValue, checked, defaultChecked, type }) =>
    type === "checkbox" || type === "radio"
      ? checked !== defaultChecked
      : type !== "file" && defaultValue !== undefined && value !== defaultValue,
  );
}
