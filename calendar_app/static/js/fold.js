// A button [data-folds="#id"] opens and closes that part where the style sheet folds it: on a phone.
// Without scripts the part stands open and the button is not there.

let listening = false;

export function start(root, event) {
  if (!listening) document.addEventListener("click", turn);
  listening = true;
  if (event) turn(event);
}

function turn(event) {
  const button = event.target.closest?.("[data-folds]");
  if (!button) return;
  const part = document.querySelector(button.dataset.folds);
  const open = part.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(open));
}
