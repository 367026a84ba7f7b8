// A filter form sends itself: a choice at once, a list of boxes when it closes.
// Text waits for Enter. Without this script the form's own button does it.

const bound = new WeakSet();

export function start(root) {
  const forms = root.matches?.("[data-autosubmit]") ? [root] : root.querySelectorAll("[data-autosubmit]");
  for (const form of forms) {
    if (bound.has(form)) continue;
    bound.add(form);
    form.addEventListener("change", (event) => sendChoice(form, event.target));
    form.addEventListener("submit", leaveOutEmpty);
    for (const list of form.querySelectorAll("details")) sendWhenClosed(form, list);
  }
}

function sendChoice(form, control) {
  const chosenAtOnce = control.matches("select, [type=radio], [type=date], [type=month]");
  if (chosenAtOnce && !control.closest("details")) form.requestSubmit();
}

function sendWhenClosed(form, list) {
  let before = chosen(list);
  list.addEventListener("toggle", () => {
    if (list.open) before = chosen(list);
    else if (chosen(list) !== before) form.requestSubmit();
  });
}

function chosen(list) {
  return [...list.querySelectorAll(":checked")].map((box) => box.value).join("\n");
}

// An address with only the filters that are set is one that people can read and share.
function leaveOutEmpty(event) {
  for (const control of event.target.elements) {
    if (control.name && !control.value) control.disabled = true;
  }
  addEventListener("pageshow", () => {
    for (const control of event.target.elements) control.disabled = false;
  }, { once: true });
}
