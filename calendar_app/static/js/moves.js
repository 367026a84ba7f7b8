// Moves a post to another day: dragged with mouse or finger, or carried by the keyboard.
// The screen shows it at once; when the server refuses, it springs back and says why.

import { focusPost, hold, refresh } from "./live.js";
import { announce, notice, send, words } from "./talk.js";

const bound = new WeakSet();
let carried = null;
let keys = Promise.resolve();
let letGo = null;
let sortable = null;
let lifting = [];
let measured = null;
let marked = [];
// Lies over the page while a post is dragged, so that nothing under the hand answers to it.
const grip = Object.assign(document.createElement("div"), { className: "grip" });

export function start(root) {
  const view = root.querySelector?.("[data-moves]") ?? document.querySelector("[data-moves]");
  if (!view || bound.has(view)) return;
  bound.add(view);
  // On the document, which stays when the view is brought anew; adding them again changes nothing.
  document.addEventListener("keydown", onKey);
  document.addEventListener("pointerdown", onPress);
  for (const link of view.querySelectorAll("[data-movable] a.post")) {
    link.setAttribute("aria-keyshortcuts", "Space");
    link.setAttribute("aria-describedby", "how-to-move");
    link.draggable = false;
  }
  bringSortable().then(() => makeDraggable(view));
}

// ------------------------------------------------------------------------------------- by hand

function bringSortable() {
  sortable ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = document.querySelector("script[data-sortable]").dataset.sortable;
    script.addEventListener("load", resolve);
    document.head.append(script);
  });
  return sortable;
}

function makeDraggable(view) {
  // The library remembers every list that it was given, also of a view that is gone.
  for (const lifts of lifting) if (!lifts.el.isConnected) lifts.destroy();
  lifting = lifting.filter((lifts) => lifts.el);
  const lists = [...view.querySelectorAll("ul[data-day]"), ...document.querySelectorAll("ul[data-ideas]")];
  for (const list of lists) {
    if (bound.has(list)) continue;
    bound.add(list);
    const lifts = window.Sortable.create(list, {
      // The library lifts the card and follows the hand; where it lands is decided here.
      group: { name: "posts", pull: false, put: false },
      sort: false,
      // Or it measures every list at each movement, also those that are folded away.
      emptyInsertThreshold: 0,
      draggable: "[data-movable]",
      forceFallback: true,
      fallbackOnBody: true,
      fallbackTolerance: 4,
      fallbackClass: "is-lifted",
      ghostClass: "is-left",
      delay: 250,
      delayOnTouchOnly: true,
      touchStartThreshold: 6,
      onStart: lift,
      onEnd: land,
    });
    lifting.push(lifts);
  }
  view.dataset.ready = "";
}

function lift() {
  letGo = hold();
  document.body.classList.add("is-moving");
  document.body.append(grip);
  measured = null;
  document.addEventListener("pointermove", follow, { passive: true });
  document.addEventListener("touchmove", follow, { passive: true });
  document.addEventListener("scroll", forget, { passive: true, capture: true });
}

function follow(event) {
  mark(placeUnder(event)?.list.dataset.day);
}

function forget() {
  measured = null;
}

function land(event) {
  document.removeEventListener("pointermove", follow);
  document.removeEventListener("touchmove", follow);
  document.removeEventListener("scroll", forget, { capture: true });
  grip.remove();
  // A drag that the browser breaks off ends without a place.
  const target = event.originalEvent ? targetUnder(event.originalEvent) : null;
  document.body.classList.remove("is-moving");
  mark(null);
  letGo?.();
  // The library swallows the first click after a drag, to open no link. Where the hand let go over
  // something else there comes none, and it would be the next one that a person means.
  setTimeout(() => document.dispatchEvent(new MouseEvent("click")));
  if (target) drop(event.item, target);
}

// The cells are measured once a drag, and again after scrolling: to ask the page what lies under
// each movement takes longer than the movement.
function placeUnder(event) {
  measured ??= [...document.querySelectorAll("#calendar-view .day")]
    .map((cell) => ({ cell, list: cell.querySelector("ul[data-day]"), box: cell.getBoundingClientRect() }))
    .filter(({ list }) => list);
  return measured.find(({ box }) => holds(box, event));
}

function targetUnder(event) {
  const place = placeUnder(event);
  if (!place) return null;
  const { cell, list } = place;
  const slot = [...cell.querySelectorAll("[data-slot]")].find((one) => holds(one.getBoundingClientRect(), event));
  const time = slot?.dataset.time ?? list.dataset.lands;
  return { day: list.dataset.day, list, time, channel: slot?.dataset.channel };
}

// Whether the pointer, or the finger, is inside the box.
function holds(box, event) {
  const { clientX, clientY } = event.changedTouches?.[0] ?? event;
  return clientX >= box.left && clientX < box.right && clientY >= box.top && clientY < box.bottom;
}

function mark(day) {
  const wanted = day ? [...document.querySelectorAll(`ul[data-day="${day}"]`)].map((list) => list.closest(".day")) : [];
  for (const cell of marked) if (!wanted.includes(cell)) cell.classList.remove("is-target");
  for (const cell of wanted) cell.classList.add("is-target");
  marked = wanted;
}

// --------------------------------------------------------------------------------- by keyboard

const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

function onKey(event) {
  if (carried || event.defaultPrevented) return;
  const item = event.target.closest("[data-moves] [data-movable]");
  if (event.key !== " " || !item?.dataset.day || event.target.matches("input")) return;
  event.preventDefault();
  pickUp(item);
}

function pickUp(item) {
  carried = {
    item,
    home: item.parentElement,
    next: item.nextElementSibling,
    address: location.href,
    day: item.dataset.day,
    title: titleOf(item),
  };
  letGo = hold();
  document.addEventListener("keydown", onKeyWhileCarrying, { capture: true });
  document.body.classList.add("is-moving");
  item.classList.add("is-carried");
  announce(words().pickedUp.replace("{title}", carried.title));
}

// One key after the other, also while another month is brought: none is lost.
function onKeyWhileCarrying(event) {
  const { key, target } = event;
  if (target !== document.body && !target.closest("[data-moves]")) return;
  const isDrop = key === " " || key === "Enter";
  if (!(key in steps) && !isDrop && key !== "Escape" && key !== "Tab") return;
  // Who goes on to something else leaves it where it was.
  if (key !== "Tab") event.preventDefault();
  keys = keys.then(() => {
    if (!carried) return undefined;
    if (key in steps) return carry(steps[key]);
    return isDrop ? letDown() : putBack({ focuses: key !== "Tab" });
  });
}

function onPress(event) {
  if (!carried || carried.item.contains(event.target)) return;
  keys = keys.then(() => carried && putBack({ focuses: false }));
}

async function carry(days) {
  const day = shifted(carried.day, days);
  if (!document.querySelector(`ul[data-day="${day}"]`) && !(await turnTo(day))) return;
  const list = document.querySelector(`ul[data-day="${day}"]`);
  if (!list) return;
  carried.day = day;
  insertByTime(list, carried.item);
  mark(day);
  carried.item.querySelector("a").focus();
  announce(words().over.replace("{title}", carried.title).replace("{day}", nameOf(list)));
}

// Brings the page that holds `day`; the card stays in the hand.
async function turnTo(day) {
  const address = new URL(location.href);
  address.searchParams.set("date", day);
  if (!(await refresh(address.href))) {
    notice(words().away, { tone: "bad" });
    return false;
  }
  history.replaceState(null, "", address);
  for (const double of document.querySelectorAll(`#calendar-view [data-post="${carried.item.dataset.post}"]`)) {
    if (double !== carried.item) double.remove();
  }
  return true;
}

function letDown() {
  const { item, day } = carried;
  const list = document.querySelector(`ul[data-day="${day}"]`);
  const origin = endCarrying();
  if (day === item.dataset.day) {
    announce(words().putBack);
    item.querySelector("a").focus();
  } else drop(item, { day, list }, origin);
}

async function putBack({ focuses }) {
  const { item } = carried;
  const origin = endCarrying();
  await goHome(item, origin, focuses);
  announce(words().putBack);
}

function endCarrying() {
  const origin = { home: carried.home, next: carried.next, address: carried.address };
  document.removeEventListener("keydown", onKeyWhileCarrying, { capture: true });
  carried.item.classList.remove("is-carried");
  document.body.classList.remove("is-moving");
  mark(null);
  carried = null;
  letGo?.();
  return origin;
}

// ------------------------------------------------------------------------------------ dropping

async function drop(item, target, origin = null) {
  const from = origin ?? { home: item.parentElement, next: item.nextElementSibling, address: location.href };
  if (target.day === item.dataset.day) return;
  const together = ticked(item);
  const done = hold();
  if (target.list) insertByTime(target.list, item);
  item.classList.add("is-saving");
  item.querySelector("a")?.focus({ preventScroll: true });
  const { ok, answer } = await send("/calendar/moves", pairs(item, target, together));
  item.classList.remove("is-saving");
  done();
  if (ok) {
    await refresh();
    notice(answer.message, { undoes: answer.undo });
  } else {
    await goHome(item, from);
    await refresh();
    notice(answer.message, { tone: "bad" });
  }
  focusPost(item.dataset.post);
}

function pairs(item, target, together) {
  if (together.length > 1) {
    return [...together.map((pair) => ["post", pair]), ["by", between(item.dataset.day, target.day)]];
  }
  const found = [["post", item.dataset.pair], ["day", target.day]];
  if (!item.dataset.day && target.time) found.push(["time", target.time]);
  if (!item.dataset.day && target.channel) found.push(["channel", target.channel]);
  return found;
}

// The posts that were ticked, when the one in the hand is among them.
function ticked(item) {
  if (!item.dataset.day || !item.querySelector("input:checked")) return [];
  return [...document.querySelectorAll("#calendar-view [data-movable] input[name=post]:checked")].map((box) => box.value);
}

async function goHome(item, { home, next, address }, focuses = true) {
  if (home.isConnected) home.insertBefore(item, next?.parentElement === home ? next : null);
  else {
    item.remove();
    await refresh(address);
    history.replaceState(null, "", address);
  }
  if (focuses) focusPost(item.dataset.post);
}

function insertByTime(list, item) {
  const later = [...list.children].find((other) => other !== item && other.dataset.time > item.dataset.time);
  list.insertBefore(item, later ?? null);
}

// --------------------------------------------------------------------------------------- names

function titleOf(item) {
  return item.querySelector(".post-title").textContent;
}

function nameOf(list) {
  const cell = list.closest(".day");
  return cell.querySelector(".day-long, .week-day-name")?.textContent ?? list.dataset.day;
}

function shifted(day, days) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

function between(from, to) {
  return Math.round((Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / 86400000);
}
