// A tick that the server did not take is none: the box goes back, and its line says so.

import { announce } from "./talk.js";

export function start() {
  // Adding it again changes nothing.
  for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failed, takeBack);
  }
}

function takeBack({ target }) {
  const list = target.closest?.("[data-ticks]");
  if (!list || target.name !== "ticked") return;
  target.checked = !target.checked;
  const line = document.getElementById(`ticked-${target.value}`);
  line.querySelector("[data-said]")?.remove();
  // Gone with the line once a tick is taken.
  const said = Object.assign(document.createElement("p"), { className: "field-error", textContent: list.dataset.ticks });
  said.dataset.said = "";
  line.append(said);
  announce(list.dataset.ticks);
}
