// A button [data-folds="#id"] opens and closes that part where the style sheet folds it: on a phone.
// Without scripts the part stands open and the button is not there.

export function start(root) {
  for (const button of root.querySelectorAll("[data-folds]")) {
    const part = document.querySelector(button.dataset.folds);
    button.addEventListener("click", () => {
      const open = part.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
}
