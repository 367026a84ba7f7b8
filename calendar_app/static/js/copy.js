// A button with data-copy="#field" puts the field's text on the clipboard and says so.

import { announce } from "./talk.js";

const shownFor = 2000;
const bound = new WeakSet();
const confirming = new WeakSet();

export function start(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    if (bound.has(button)) continue;
    bound.add(button);
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  if (await toClipboard(source)) confirm(button);
}

// The clipboard exists on https and localhost alone; elsewhere the text is selected and copied the old way.
async function toClipboard(source) {
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    return true;
  } catch (refused) {
    if (!(refused instanceof DOMException || refused instanceof TypeError)) throw refused;
    select(source);
    return document.execCommand("copy");
  }
}

function select(source) {
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
}

function confirm(button) {
  const words = button.dataset.copied;
  if (!words || confirming.has(button)) return;
  const before = [...button.childNodes];
  confirming.add(button);
  button.replaceChildren(words);
  announce(words);
  setTimeout(() => {
    button.replaceChildren(...before);
    confirming.delete(button);
  }, shownFor);
}
