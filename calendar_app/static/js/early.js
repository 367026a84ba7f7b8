// Who is faster than the scripts has typed or chosen already. The page itself says what stood there
// when it was asked for; an event that comes late cannot.

export function isChosen(control) {
  if (control.matches("select")) return control.selectedIndex !== askedIndex([...control.options]);
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
  return control.value !== control.defaultValue;
}

function askedIndex(options) {
  return Math.max(options.findIndex((one) => one.defaultSelected), 0);
}

// Lets htmx, which has just come, hear of what its triggers wait for and happened before.
export function tellAgain(root) {
  for (const one of root.querySelectorAll("select[hx-trigger=change], input[hx-trigger=change]")) {
    if (isChosen(one)) one.dispatchEvent(new Event("change", { bubbles: true }));
  }
  for (const one of root.querySelectorAll("[hx-trigger^='input from:']")) {
    const form = root.querySelector(one.getAttribute("hx-trigger").match(/from:(\S+)/)[1]);
    const typed = [...(form?.elements ?? [])].find((control) => control.matches("textarea, input:not([type=hidden])") && isChosen(control));
    typed?.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
