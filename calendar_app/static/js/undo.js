// Ctrl+Z undoes what this person did last to posts; never while somebody types.

import { refresh } from "./live.js";
import { notice, send } from "./talk.js";

const told = "form[action^='/undo/']";

let listening = false;

export function start(root, event) {
  if (!listening) document.addEventListener("keydown", onKey);
  listening = true;
  if (event) onKey(event);
}

function onKey(event) {
  const asked = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  if (!asked || event.shiftKey || event.altKey || types(event.target)) return;
  event.preventDefault();
  if (document.querySelector("[data-token]")) undo();
  // On a page without posts to refresh, the notice of what was done has a form of its own.
  else document.querySelector(told)?.requestSubmit();
}

export async function undo(name = "") {
  const { ok, answer } = await send(name ? `/undo/${name}` : "/undo");
  await refresh();
  notice(answer.message, { tone: ok ? "good" : "bad" });
}

function types(element) {
  return element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}
