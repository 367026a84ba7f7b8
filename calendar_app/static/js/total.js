// [data-total] says what the [data-share] fields of its form add up to, while somebody types.
// Its words stand in the page; the server wrote the first ones and writes them again after each send.

const whole = 100;
const bound = new WeakSet();

export function start(root) {
  for (const total of root.querySelectorAll("[data-total]")) {
    const form = total.closest("form");
    if (bound.has(form)) continue;
    bound.add(form);
    form.addEventListener("input", () => show(total, form));
    // Somebody may have begun to type before this came.
    if (shares(form).some((field) => field.value !== field.defaultValue)) show(total, form);
  }
}

function show(total, form) {
  const sum = shares(form).reduce((all, field) => all + (Number(field.value) || 0), 0);
  total.textContent = words(total, sum).replace("{total}", sum).replace("{rest}", Math.abs(whole - sum));
  const note = total.closest(".note");
  note.classList.toggle("note-good", sum === whole);
  note.classList.toggle("note-warn", sum !== whole);
}

function shares(form) {
  return [...form.querySelectorAll("[data-share]")];
}

function words(total, sum) {
  if (sum === whole) return total.dataset.exact;
  return sum < whole ? total.dataset.less : total.dataset.more;
}
