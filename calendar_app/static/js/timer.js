// The meet-up's clock. It reckons from moments, not from ticks, so a sleeping tab wakes up right.
// The server's own time (data-now) corrects a wrong clock on the desk.
// Who listens is told when the next part begins, when a minute is left and when the time is up.

import { announce } from "./talk.js";

const minute = 60_000;
const bound = new WeakSet();

export function start(root) {
  for (const timer of root.querySelectorAll("[data-timer]")) {
    if (bound.has(timer)) continue;
    bound.add(timer);
    run(timer);
  }
}

function run(timer) {
  const meetup = {
    startsAt: Date.parse(timer.dataset.startsAt),
    endsAt: Date.parse(timer.dataset.endsAt),
    ahead: timer.dataset.now ? Date.parse(timer.dataset.now) - Date.now() : 0,
  };
  const tick = () => {
    if (!timer.isConnected) return;
    const now = Date.now() + meetup.ahead;
    show(timer, meetup, now);
    setTimeout(tick, 1000 - (now % 1000));
  };
  tick();
  document.addEventListener("visibilitychange", () => {
    if (timer.isConnected) show(timer, meetup, Date.now() + meetup.ahead);
  });
  const room = timer.closest("[data-timer-room]");
  if (room && !bound.has(room)) {
    bound.add(room);
    offerFullScreen(room);
  }
}

function show(timer, meetup, now) {
  const phase = phaseOf(meetup, now);
  const begun = "begun" in timer.dataset;
  const left = phase === "before" ? meetup.startsAt - now : Math.abs(meetup.endsAt - now);
  // What nobody began does not run over its time either.
  const over = phase === "after" && begun;
  setText(timer.querySelector("[data-timer-left]"), phase === "after" && !begun ? timer.dataset.planned : clock(left));
  const block = phase === "during" ? markBlock(meetup, now) : markBlock(meetup, -1);
  const note = timer.querySelector("[data-timer-note]");
  setText(note, block ?? note?.dataset[phase] ?? "");
  timer.classList.toggle("is-over", over);
  timer.classList.toggle("is-long", left >= 60 * minute && (phase !== "after" || begun));
  const bar = timer.querySelector("[data-timer-bar]");
  if (bar) bar.value = phase === "after" && !begun ? 0 : Math.min(Math.max(0, now - meetup.startsAt) / 1000, bar.max);
  if (begun) tell(timer, phase, meetup.endsAt - now);
}

// Kept beside the timers, since a fresh one may take the place of this one. The first look says
// nothing: whoever comes in later reads where it stands.
let said = null;

function tell(timer, phase, left) {
  const block = document.querySelector("[data-block-minutes][data-now] h2")?.textContent.trim() ?? "";
  const isNear = phase === "during" && left <= minute;
  const words = phase === "after" ? timer.dataset.saidAfter : isNear ? timer.dataset.saidMinute : block;
  if (words === said) return;
  if (said !== null && words) announce(words);
  said = words;
}

function offerFullScreen(room) {
  const button = room.querySelector("[data-full-screen]");
  if (!button || !document.fullscreenEnabled) return;
  const enter = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else room.requestFullscreen();
  });
  room.addEventListener("fullscreenchange", () => {
    button.textContent = document.fullscreenElement === room ? button.dataset.leave : enter;
  });
}

function phaseOf(meetup, now) {
  if (now < meetup.startsAt) return "before";
  return now < meetup.endsAt ? "during" : "after";
}

// Marks the agenda block of this minute; returns the words for what is left of it, or null.
function markBlock(meetup, now) {
  let from = meetup.startsAt;
  let words = null;
  for (const block of document.querySelectorAll("[data-block-minutes]")) {
    const until = from + Number(block.dataset.blockMinutes) * 60_000;
    const current = from <= now && now < until;
    block.classList.toggle("is-now", current);
    block.toggleAttribute("data-now", current);
    if (current) {
      block.setAttribute("aria-current", "step");
      words = (block.dataset.blockNote ?? "").replace("{left}", clock(until - now)) || null;
    } else block.removeAttribute("aria-current");
    from = until;
  }
  return words;
}

function clock(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function setText(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}
