// The meet-up's clock. It reckons from moments, not from ticks, so a sleeping tab wakes up right.
// The server's own time (data-now) corrects a wrong clock on the desk.

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
    const now = Date.now() + meetup.ahead;
    show(timer, meetup, now);
    if (timer.isConnected) setTimeout(tick, 1000 - (now % 1000));
  };
  tick();
  document.addEventListener("visibilitychange", () => show(timer, meetup, Date.now() + meetup.ahead));
}

function show(timer, meetup, now) {
  const phase = phaseOf(meetup, now);
  const left = phase === "before" ? meetup.startsAt - now : Math.abs(meetup.endsAt - now);
  setText(timer.querySelector("[data-timer-left]"), clock(left));
  const block = phase === "during" ? markBlock(meetup, now) : markBlock(meetup, -1);
  const note = timer.querySelector("[data-timer-note]");
  setText(note, block ?? note?.dataset[phase] ?? "");
  timer.classList.toggle("is-over", phase === "after");
  const bar = timer.querySelector("[data-timer-bar]");
  if (bar) bar.value = Math.min(Math.max(0, now - meetup.startsAt) / 1000, bar.max);
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
