// Shows what colleagues change: asks how often the calendar has changed, and brings the view anew.

import { notice } from "./notices.js";

const pause = 1200;
const longest = 30000;
const parts = ["calendar-view", "calendar-aside"];

let watching = false;
let holders = 0;
let bringing = null;

export function start() {
  if (watching) return;
  watching = true;
  watch(pause);
}

// While something is in somebody's hand the view stays as it is.
export function hold() {
  holders += 1;
  return () => {
    holders -= 1;
  };
}

// Brings the view (of another address, if given) without a reload; answers whether it came.
export function refresh(address = location.href) {
  bringing ??= bring(address).finally(() => {
    bringing = null;
  });
  return bringing;
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
    const response = await fetch("/calendar/revision", { headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (response.status === 401) {
      notice(answer.message, { tone: "bad" });
      return 0;
    }
    const shown = document.querySelector("[data-live]")?.dataset.live;
    if (response.ok && String(answer.revision) !== shown && !holders) await refresh();
    return response.ok ? pause : Math.min(wait * 2, longest);
  } catch {
    return Math.min(wait * 2, longest);
  }
}

async function bring(address) {
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "text/html" } });
  } catch {
    return false;
  }
  if (!response.ok || response.redirected) return false;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!fresh.getElementById(parts[0])) return false;
  const kept = keep();
  for (const id of parts) {
    const [here, there] = [document.getElementById(id), fresh.getElementById(id)];
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
  for (const selector of [".bar h1", ".bar-extra"]) {
    const [here, there] = [document.querySelector(selector), fresh.querySelector(selector)];
    if (here && there && here.innerHTML !== there.innerHTML) here.replaceWith(document.adoptNode(there));
  }
  document.title = fresh.title;
  putBack(kept);
  document.dispatchEvent(new CustomEvent("kapstok:fresh"));
  return true;
}

// What a person has in view and cannot be read from the server: focus, ticks, what is folded open.
function keep() {
  const focused = document.activeElement;
  return {
    post: focused?.closest("[data-post]")?.dataset.post,
    ticked: focused?.matches("[type=checkbox]"),
    open: [...document.querySelectorAll("#calendar-view details[open], #calendar-aside details[open]")].map(nameOf),
    ticks: [...document.querySelectorAll("#calendar-view input:checked")].map(idOf),
  };
}

function putBack(kept) {
  for (const details of document.querySelectorAll("#calendar-view details, #calendar-aside details")) {
    if (kept.open.includes(nameOf(details))) details.open = true;
  }
  for (const box of document.querySelectorAll("#calendar-view [type=checkbox]")) {
    box.checked = kept.ticks.includes(idOf(box));
  }
  if (kept.post) focusPost(kept.post, kept.ticked ? "[type=checkbox]" : "a");
}

export function focusPost(id, what = "a") {
  document.querySelector(`[data-post="${CSS.escape(id)}"] ${what}`)?.focus({ preventScroll: true });
}

function nameOf(details) {
  return details.closest("[id^=d-]")?.id ?? details.querySelector("summary").textContent;
}

function idOf(box) {
  return box.value.split(":")[0];
}
