// A filter form sends itself: a choice at once, a list of boxes when it closes.
// Text waits for Enter. Without this script the form's own button does it.

import { isChosen } from "./early.js";

const bound = new WeakSet();

export function start(root) {
  const forms = root.matches?.("[data-autosubmit]") ? [root] : root.querySelectorAll("[data-autosubmit]");
  for (const form of forms) {
    if (bound.has(form)) continue;
    bound.add(form);
    form.addEventListener("change", (event) => sendChoice(form, event.target));
    form.addEventListener("submit", leaveOutEmpty);
    const lists = [...form.querySelectorAll("details")];
    for (const list of lists) list.addEventListener("toggle", () => sendWhenClosed(form, list));
    // Who was faster than this script has chosen, and perhaps closed the list, already.
    if (lists.some(isChanged)) lists.filter(isChanged).forEach((list) => sendWhenClosed(form, list));
    else [...form.elements].filter(isChosen).forEach((control) => sendChoice(form, control));
  }
}

function sendChoice(form, control) {
  const chosenAtOnce = control.matches("select, [type=radio], [type=date], [type=month]");
  if (chosenAtOnce && !control.closest("details")) form.requestSubmit();
}

function sendWhenClosed(form, list) {
  if (!list.open && isChanged(list)) form.requestSubmit();
}

// The page itself says what was chosen when it was asked for; an event that comes late cannot.
function isChanged(list) {
  return [...list.querySelectorAll("[type=checkbox], [type=radio]")].some(isChosen);
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
