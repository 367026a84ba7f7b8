// One key does something, while nobody types: it presses the link or button [data-shortcut~="c"]
// that the page has for it, or goes to that field; else it goes to the address that the body names.
// With Ctrl, Alt or Meta a key is the browser's own. Off for who switched it off (WCAG 2.1.4).

const fields = "input, textarea, select, [contenteditable], [role=textbox], [role=combobox]";
const patience = 1500;

let listening = false;
let first = "";
let forgetting = 0;

export function start() {
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", press);
}

function press(event) {
  if (isForSomethingElse(event)) return;
  const keys = first ? `${first} ${event.key}` : event.key;
  forget();
  if (obey(keys)) event.preventDefault();
  else if (begins(event.key)) wait(event.key);
}

function isForSomethingElse(event) {
  const { target } = event;
  return (
    event.defaultPrevented ||
    event.repeat ||
    event.isComposing ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    (event.shiftKey && /^[a-z]$/i.test(event.key)) ||
    event.getModifierState("AltGraph") ||
    target.closest?.(fields) !== null ||
    document.querySelector("dialog:is([open], :popover-open)") !== null ||
    (event.key.startsWith("Arrow") && !isNowhere())
  );
}

// Arrows belong to whatever has the focus: only with none they turn the calendar's pages.
function isNowhere() {
  const focused = document.activeElement;
  return focused === null || focused === document.body || focused.id === "content";
}

function obey(keys) {
  if (keys === "?") return help();
  const element = elementOf(keys);
  const address = addresses()[keys];
  if (element) use(element);
  else if (keys === "i" && noteIdea()) return true;
  else if (address) location.assign(address);
  return Boolean(element || address);
}

// In the page itself before in the frame around it; what is folded away is not there.
function elementOf(keys) {
  if (keys.includes(" ")) return null;
  const selector = `[data-shortcut~="${CSS.escape(keys)}"]`;
  const found = [...document.querySelectorAll(`main ${selector}`), ...document.querySelectorAll(selector)];
  return found.find((element) => element.checkVisibility()) ?? null;
}

function use(element) {
  if (!element.matches(fields)) {
    element.click();
    return;
  }
  element.focus();
  element.select?.();
}

function addresses() {
  return JSON.parse(document.body.dataset.keys);
}

function begins(key) {
  return Object.keys(addresses()).some((keys) => keys.startsWith(`${key} `));
}

function wait(key) {
  first = key;
  forgetting = setTimeout(forget, patience);
}

function forget() {
  first = "";
  clearTimeout(forgetting);
}

// An idea in one line, over this page; its key makes that sending it twice makes one.
function noteIdea() {
  const template = document.querySelector("template[data-idea]");
  if (!template) return false;
  const dialog = template.content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  dialog.onclick = (event) => closeByClick(dialog, event);
  dialog.addEventListener("close", () => dialog.remove());
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  dialog.querySelector("[name=creation_key]").value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  dialog.showModal();
  return true;
}

// The tables of the page of shortcuts, over this page.
function help() {
  const dialog = document.querySelector("[data-shortcut-help]");
  if (!dialog.onclick) dialog.onclick = (event) => closeByClick(dialog, event);
  bringTables(dialog.querySelector(".shortcut-tables"));
  return true;
}

async function bringTables(place) {
  const page = "/shortcuts";
  if (!place.hasChildNodes()) {
    const tables = await tablesOf(page);
    if (!tables) {
      location.assign(page);
      return;
    }
    place.replaceChildren(...tables.childNodes);
  }
  place.closest("dialog").showModal();
}

async function tablesOf(page) {
  try {
    const answer = await fetch(page);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    return found.querySelector("[data-shortcut-tables]");
  } catch {
    return null;
  }
}

function closeByClick(dialog, event) {
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
}
