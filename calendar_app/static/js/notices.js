// Shows one sentence at the foot of the page, with a button that undoes what it tells.
// It stays longer than ten seconds, and as long as somebody points at it; what went wrong stays.

import { announce } from "./announce.js";
import { undo } from "./undo.js";

const stays = 12000;

export function notice(message, { tone = "good", undoes = "" } = {}) {
  const place = document.querySelector("[data-toasts]");
  const template = document.querySelector("template[data-notice]");
  if (!place || !template || !message) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.add(`note-${tone}`);
  toast.querySelector("[data-message]").textContent = message;
  toast.querySelector("[data-close]").addEventListener("click", () => close(toast));
  const button = toast.querySelector("[data-undo]");
  button.hidden = !undoes;
  button.addEventListener("click", () => {
    close(toast);
    undo(undoes);
  });
  place.replaceChildren(toast);
  if (tone === "bad") toast.setAttribute("role", "alert");
  else {
    announce(message);
    leave(toast);
  }
}

// Who closed it with the keyboard goes on from the page's content.
function close(toast) {
  const held = toast.contains(document.activeElement);
  toast.remove();
  if (held) document.querySelector("#content")?.focus({ preventScroll: true });
}

function leave(toast) {
  let timer = setTimeout(() => toast.remove(), stays);
  const hold = () => clearTimeout(timer);
  const letGo = () => {
    hold();
    timer = setTimeout(() => toast.remove(), stays);
  };
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, letGo);
}
