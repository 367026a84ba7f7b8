// The command palette: Ctrl+K, a field, and below it what fits. A combobox with a listbox (ARIA
// Authoring Practices): the field keeps the focus, the arrows move aria-activedescendant.
// Pages and actions come once from the server and are filtered here; what the team has is looked
// for there, 150 ms after the last letter, and an answer to older letters is dropped.
// A popover that covers the window, and no modal dialog: to make the rest of a full calendar inert,
// and back, costs a browser more than everything else here.

import { recentPages, rememberPage } from "./recent.js";

const patience = 150;
const mostRecent = 5;
const mostOfAKind = 12;

let dialog;
let field;
let list;
let said;
let commands = null;
let results = { query: "", total: 0, found: [] };
let options = [];
let active = -1;
let waiting = 0;
let asking = null;

export function start() {
  if (!dialog) bind();
  for (const button of document.querySelectorAll("[data-palette-open]")) {
    button.setAttribute("aria-haspopup", "dialog");
  }
}

function bind() {
  dialog = document.querySelector("[data-palette]");
  field = dialog.querySelector("[role=combobox]");
  list = dialog.querySelector("[role=listbox]");
  said = dialog.querySelector("[role=status]");
  document.addEventListener("keydown", openByKey);
  document.addEventListener("click", openByButton);
  dialog.addEventListener("click", closeByClick);
  dialog.addEventListener("keydown", stayInside);
  field.addEventListener("input", typed);
  field.addEventListener("keydown", chooseByKey);
  // A click takes the focus from the field, and with it what a screen reader follows.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose(options[place(event.target)]));
  rememberPage();
}

function openByKey(event) {
  const asked = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!asked || event.key.toLowerCase() !== "k" || event.defaultPrevented) return;
  event.preventDefault();
  if (isOpen()) dialog.hidePopover();
  else if (!document.querySelector("dialog[open]")) open();
}

function openByButton(event) {
  const button = event.target.closest?.("[data-palette-open]");
  if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
}

function isOpen() {
  return dialog.matches(":popover-open");
}

function open() {
  dialog.showPopover();
  field.value = "";
  typed();
  field.focus();
  if (commands === null) bringCommands();
}

function closeByClick(event) {
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.hidePopover();
}

// What lies behind is covered: Tab goes from the field to the button that closes, and back.
function stayInside(event) {
  if (event.key !== "Tab") return;
  event.preventDefault();
  const closer = dialog.querySelector("[data-close]");
  (document.activeElement === field ? closer : field).focus();
}

async function bringCommands() {
  commands = [];
  const found = await ask("/search/commands");
  if (found === null) commands = null;
  else commands = found.map(readable);
  show();
}

// As letters to look in: its names in both languages, and those with all other words.
function readable(command) {
  const names = folded(command.names.join(" "));
  return { ...command, names, haystack: `${names} ${folded(command.words)}` };
}

function typed() {
  clearTimeout(waiting);
  asking?.abort();
  if (query() === "") results = { query: "", total: 0, found: [] };
  else waiting = setTimeout(search, patience);
  show();
}

async function search() {
  const asked = query();
  asking = new AbortController();
  const answer = await ask(`/search/found?q=${encodeURIComponent(asked)}`, asking.signal);
  if (answer === null || asked !== query()) return;
  results = answer;
  show();
}

// The answer as data; null when there is none, and then the dialog says why.
async function ask(address, signal) {
  try {
    const answer = await fetch(address, { signal, headers: { "HX-Request": "true" } });
    if (answer.ok) return await answer.json();
    said.textContent = answer.status === 401 ? await answer.text() : dialog.dataset.lost;
  } catch (refused) {
    if (refused.name !== "AbortError") said.textContent = dialog.dataset.lost;
  }
  return null;
}

function query() {
  return field.value.trim();
}

function show() {
  const groups = query() === "" ? beforeTyping() : fitting();
  options = groups.flatMap(([, found]) => found);
  list.replaceChildren(...groups.map(drawGroup));
  list.hidden = options.length === 0;
  field.setAttribute("aria-expanded", String(options.length > 0));
  if (commands !== null) {
    said.textContent = options.length ? `${dialog.dataset.count} ${options.length}` : dialog.dataset.none;
  }
  activate(options.length ? 0 : -1);
}

function beforeTyping() {
  const recent = recentPages().slice(0, mostRecent);
  return grouped([
    ...recent.map(({ name, href }) => ({ name, href, group: dialog.dataset.recent })),
    ...(commands ?? []),
  ]);
}

function fitting() {
  const wanted = words(query());
  const listed = (commands ?? []).filter(({ haystack }) => holds(haystack, wanted));
  const here = buttonsOfPage().filter(({ name }) => holds(folded(name), wanted));
  // While a newer answer is awaited the older one stays, unless it is of other words altogether.
  const fresh = results.query !== "" && query().startsWith(results.query);
  const found = fresh ? results.found.map(asOption) : [];
  const all = {
    name: dialog.dataset.all,
    href: `/search?q=${encodeURIComponent(query())}`,
    group: dialog.dataset.found,
  };
  return grouped([
    ...byName(listed, wanted).slice(0, mostOfAKind),
    ...here.slice(0, mostOfAKind),
    ...found,
    all,
  ]);
}

function asOption({ title, kind, detail, href }) {
  const detailed = [kind, detail].filter(Boolean).join(" · ");
  return { pieces: title, detail: detailed, href, group: dialog.dataset.found };
}

// What is called so stands before what only has to do with it.
function byName(found, wanted) {
  const isCalledSo = ({ names }) => holds(names, wanted);
  return [...found.filter(isCalledSo), ...found.filter((one) => !isCalledSo(one))];
}

// The page's own buttons and links that look like one, where a person can see them.
function buttonsOfPage() {
  const names = new Set();
  return [...document.querySelectorAll("main :is(a.button, button.button)")]
    .filter((element) => element.checkVisibility() && !element.disabled)
    .map((element) => ({
      name: (element.ariaLabel ?? element.textContent).replace(/\s+/g, " ").trim(),
      element,
      group: dialog.dataset.here,
    }))
    .filter(({ name }) => name && !names.has(name) && names.add(name));
}

function grouped(found) {
  const groups = new Map();
  for (const option of found) {
    if (!groups.has(option.group)) groups.set(option.group, []);
    groups.get(option.group).push(option);
  }
  return [...groups];
}

function drawGroup([name, found], number) {
  const group = made("div", "palette-group", { role: "group", "aria-labelledby": `palette-group-${number}` });
  const label = made("div", "palette-label", { id: `palette-group-${number}`, role: "presentation" });
  label.textContent = name;
  group.append(label, ...found.map(drawOption));
  return group;
}

function drawOption(option) {
  const row = made("div", "palette-option", {
    role: "option",
    id: `palette-option-${options.indexOf(option)}`,
    "aria-selected": "false",
  });
  const name = made("span", "palette-name");
  for (const [text, found] of option.pieces ?? [[option.name, false]]) {
    const piece = found ? document.createElement("mark") : document.createTextNode("");
    piece.textContent = text;
    name.append(piece);
  }
  row.append(name);
  if (option.detail) row.append(" ", made("span", "palette-detail", {}, option.detail));
  if (option.keys) row.append(" ", made("kbd", "", {}, option.keys));
  return row;
}

function made(tag, name, attributes = {}, text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

function place(element) {
  return options.findIndex((_, number) => element.closest(`#palette-option-${number}`));
}

function activate(number) {
  row(active)?.setAttribute("aria-selected", "false");
  active = number;
  const chosen = row(active);
  if (!chosen) {
    field.removeAttribute("aria-activedescendant");
    return;
  }
  chosen.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function row(number) {
  return list.querySelector(`#palette-option-${number}`);
}

function chooseByKey(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    activate((active + step + options.length) % options.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    choose(options[active]);
  }
}

function choose(option) {
  if (!option) return;
  clearTimeout(waiting);
  asking?.abort();
  dialog.hidePopover();
  const button = option.element ?? document.querySelector(`[data-command="${option.presses}"]`);
  if (option.href) location.assign(option.href);
  else button?.click();
}

function words(text) {
  return folded(text).split(" ").filter(Boolean);
}

// Every word of `wanted` begins a word of `haystack`.
function holds(haystack, wanted) {
  return wanted.every((word) => ` ${haystack}`.includes(` ${word}`));
}

function folded(text) {
  const plain = text.toLowerCase().normalize("NFD").replace(/([a-z])[\u0300-\u036f]+/g, "$1");
  return plain.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
