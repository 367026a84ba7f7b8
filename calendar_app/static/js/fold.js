// A button [data-folds="#id"] opens and closes that part where the style sheet folds it: on a phone.
// Without scripts the part stands open and the button is not there.

const bound = new WeakSet();

export function start(root) {
  for (const button of root.querySelectorAll("[data-folds]")) {
    if (bound.has(button)) continue;
    bound.add(button);
    button.addEventListener("click", () => {
      const part = document.querySelector(button.dataset.folds);
      const open = part.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
}
