// Shows what colleagues change: asks how often the calendar has changed, and brings the view anew.
// A page with other parts than the calendar's names them by data-live-parts.

import { notice } from "./talk.js";

const pause = 1200;
const longest = 30000;
// What is brought each time, and what more when the address is another one.
const parts = () =>
  (document.querySelector("[data-live-parts]")?.dataset.liveParts ?? "#calendar-view #calendar-aside").split(" ");
const around = [".bar h1", ".bar-extra", ".bar-actions", "#filters", "#selection"];
const inside = () => parts().map((part) => `${part} details`).join();

let watching = false;
let holders = 0;
let bringing = null;

export function start() {
  if (watching) return;
  watching = true;
  // What htmx is about to put in place must still be there when its answer comes.
  document.addEventListener("htmx:beforeRequest", () => {
    holders += 1;
  });
  document.addEventListener("htmx:afterRequest", () => {
    holders -= 1;
  });
  watch(pause);
}

// While something is in somebody's hand the view stays as it is.
export function hold() {
  holders += 1;
  let held = true;
  return () => {
    if (held) holders -= 1;
    held = false;
  };
}

// Brings the view (of another address, if given) without a reload; answers whether it came.
export async function refresh(address = location.href, isWanted = () => true) {
  if (bringing?.address === address) return bringing.promise;
  await bringing?.promise;
  const promise = bring(address, isWanted).finally(() => {
    if (bringing?.promise === promise) bringing = null;
  });
  bringing = { address, promise };
  return promise;
}

async function watch(wait) {
  await new Promise((resolve) => {
    setTimeout(resolve, wait);
  });
  if (document.visibilityState !== "visible") {
    document.addEventListener("visibilitychange", () => watch(0), { once: true });
    return;
  }
  const next = await look(wait);
  if (next) watch(next);
}

async function look(wait) {
  try {
    const asked = document.querySelector("[data-live-asks]")?.dataset.liveAsks ?? "/calendar/revision";
    const response = await fetch(asked, { headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (response.status === 401) {
      notice(answer.message, { tone: "bad" });
      return 0;
    }
    const shown = document.querySelector("[data-live]")?.dataset.live;
    const isFree = () => !holders;
    if (response.ok && String(answer.revision) !== shown && isFree()) await refresh(location.href, isFree);
    return response.ok ? pause : Math.min(wait * 2, longest);
  } catch {
    return Math.min(wait * 2, longest);
  }
}

async function bring(address, isWanted) {
  let fresh;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return false;
    fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return false;
  }
  if (!fresh.querySelector(parts()[0]) || !isWanted()) return false;
  const kept = keep();
  const isElsewhere = address !== location.href;
  for (const selector of isElsewhere ? [...parts(), ...around] : parts()) bringPart(selector, fresh);
  if (isElsewhere) leadBackTo(address);
  document.title = fresh.title;
  putBack(kept);
  document.dispatchEvent(new CustomEvent("kapstok:fresh"));
  return true;
}

function bringPart(selector, fresh) {
  const [here, there] = [document.querySelector(selector), fresh.querySelector(selector)];
  if (!here || !there) return;
  // What somebody types in goes on as it is.
  for (const kept of here.querySelectorAll("[data-live-keeps]")) {
    const fresh = there.querySelector(`#${CSS.escape(kept.id)}`);
    if (fresh) fresh.replaceWith(kept);
    else if (isFilled(kept)) sameRoom(kept, there).append(kept);
  }
  here.replaceWith(document.adoptNode(there));
}

// Whether somebody typed something in a form.
function isFilled(form) {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  return fields.some((field) => field.value !== field.defaultValue);
}

// Where a form that is no part of the fresh page any more goes on: in what it stood in, if that is there.
function sameRoom(form, there) {
  const room = form.parentElement.closest("[id]");
  return there.querySelector(`#${CSS.escape(room.id)}`) ?? there;
}

// Forms that lead back to this page lead back to what it shows now.
function leadBackTo(address) {
  const { pathname, search } = new URL(address);
  for (const field of document.querySelectorAll("main input[name=next]")) field.value = pathname + search;
}

// What a person has in view and cannot be read from the server: focus, ticks, choices, what is folded open.
function keep() {
  const folds = [...document.querySelectorAll(inside())];
  return {
    focus: nameOfFocus(document.activeElement),
    open: new Map(folds.map((details) => [nameOfFold(details), details.open])),
    ticks: new Map([...document.querySelectorAll("#calendar-view [type=checkbox]")].map((box) => [idOf(box), box.checked])),
    chosen: new Map([...document.querySelectorAll("select[data-live-holds]")].filter(isChanged).map((list) => [list.id, list.value])),
  };
}

function putBack(kept) {
  for (const details of document.querySelectorAll(inside())) {
    details.open = kept.open.get(nameOfFold(details)) ?? details.open;
  }
  for (const box of document.querySelectorAll("#calendar-view [type=checkbox]")) {
    box.checked = kept.ticks.get(idOf(box)) ?? box.checked;
  }
  for (const [id, value] of kept.chosen) {
    const list = document.getElementById(id);
    if ([...(list?.options ?? [])].some((option) => option.value === value)) list.value = value;
  }
  kept.focus?.();
}

function isChanged(list) {
  const first = [...list.options].find((option) => option.defaultSelected) ?? list.options[0];
  return list.value !== first?.value;
}

// How to find again what has the focus; nothing for what stays on the page anyway.
function nameOfFocus(focused) {
  if (!focused?.closest([...parts(), ".bar-extra", ".bar-actions", "#filters"].join())) return null;
  const post = focused.closest("[data-post]")?.dataset.post;
  if (post) return () => focusPost(post, focused.matches("input") ? "input" : "a");
  const fold = focused.matches("summary") ? nameOfFold(focused.parentElement) : "";
  if (fold) {
    return () => {
      const again = [...document.querySelectorAll(inside())].find((details) => nameOfFold(details) === fold);
      again?.querySelector("summary").focus({ preventScroll: true });
    };
  }
  const selector = focused.id ? `#${CSS.escape(focused.id)}` : `main a[href="${CSS.escape(focused.getAttribute("href") ?? "")}"]`;
  const place = [...document.querySelectorAll(selector)].indexOf(focused);
  const rooms = roomsOf(focused);
  return () => {
    const same = [...document.querySelectorAll(selector)];
    (same[place] ?? same.at(-1) ?? firstIn(rooms))?.focus({ preventScroll: true });
  };
}

// The ids of all that it stands in, the nearest first.
function roomsOf(element) {
  const rooms = [];
  for (let room = element.parentElement?.closest("[id]"); room; room = room.parentElement?.closest("[id]")) rooms.push(room.id);
  return rooms;
}

// What took the place of a button that is gone: the first to go on from in the nearest room that is still there.
function firstIn(rooms) {
  const found = rooms.map((id) => document.getElementById(id)?.querySelector("a[href], button:not([hidden]), select"));
  return found.find((element) => element);
}

export function focusPost(id, what = "a") {
  const element = document.querySelector(`[data-post="${CSS.escape(id)}"] ${what}`);
  const fold = element?.closest("details");
  if (fold) fold.open = true;
  element?.focus({ preventScroll: true });
}

// The cell it stands in, and its place among those there.
function nameOfFold(details) {
  const cell = details.closest("[id^=d-], th, td, #calendar-aside");
  const place = cell?.id || `${cell?.parentElement?.rowIndex}-${cell?.cellIndex}`;
  return `${place}/${[...(cell?.querySelectorAll("details") ?? [])].indexOf(details)}`;
}

function idOf(box) {
  return box.value.split(":")[0];
}
