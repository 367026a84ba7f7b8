// Keeps what is typed in a form: at once in this browser, a second later on the server, for the
// person who types alone. That it is kept is said only after the server said so. What an earlier page
// could not send (it was killed, the network was away, the session had ended) is sent first of all.

import * as cupboard from "./cupboard.js";
import { announce } from "./talk.js";

const rest = 1000; // milliseconds without a key before it is sent
const longest = 5000; // and no longer than this while somebody goes on typing
const soonest = 2000; // before the first new try, and twice as long each time
const latest = 30000;
const patience = 15000;
// What is no text of anybody, or another one on each page.
const beside = /^(csrf_token|version|shown|creation_key|scope|(choice|suggested)-.*)$/;

const bound = new WeakSet();

export function start(root) {
  for (const form of root.querySelectorAll("[data-autosave]")) {
    if (bound.has(form)) continue;
    bound.add(form);
    begin({
      form,
      key: `${form.dataset.place} ${crypto.randomUUID()}`,
      stamp: form.dataset.stamp,
      sent: null,
      isSending: false,
      isOver: false,
      timer: 0,
      since: 0,
      wait: soonest,
      trouble: "",
    });
  }
}

async function begin(desk) {
  const { form } = desk;
  desk.sent = text(pairsOf(form));
  form.addEventListener("input", () => changed(desk));
  form.addEventListener("change", () => changed(desk));
  form.addEventListener("submit", () => {
    desk.isOver = true;
    clearTimeout(desk.timer);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) desk.isOver = false;
  });
  addEventListener("online", () => isChanged(desk) && send(desk));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && isChanged(desk)) send(desk, true);
  });
  await takeUp(desk);
  await takeUpOthers(desk);
  // Somebody may have begun to type before this came.
  if ([...form.elements].some((field) => field.type === "text" && field.value !== field.defaultValue)) changed(desk);
}

function pairsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
}

function text(pairs) {
  return JSON.stringify(pairs);
}

function isChanged(desk) {
  return !desk.isOver && text(pairsOf(desk.form)) !== desk.sent;
}

async function changed(desk) {
  if (!isChanged(desk)) return;
  delete desk.form.dataset.isKept;
  const now = performance.now();
  desk.since ||= now;
  clearTimeout(desk.timer);
  desk.timer = setTimeout(() => send(desk), Math.max(0, Math.min(rest, desk.since + longest - now)));
  await cupboard.put(entry(desk));
}

function entry(desk) {
  return { key: desk.key, at: Date.now(), stamp: desk.stamp, pairs: pairsOf(desk.form) };
}

async function send(desk, isLast = false) {
  if (desk.isSending || !isChanged(desk)) return;
  desk.isSending = true;
  const pairs = pairsOf(desk.form);
  const answer = await ask(desk.form, pairs, desk.stamp, isLast);
  desk.isSending = false;
  desk.since = 0;
  if (answer.stamp || answer.made) {
    desk.stamp = answer.stamp ?? desk.stamp;
    desk.sent = text(pairs);
    desk.wait = soonest;
    say(desk, "", desk.form.dataset.kept.replace("{time}", answer.at ?? ""));
    if (isChanged(desk)) changed(desk);
    else {
      desk.form.dataset.isKept = "";
      await cupboard.remove(desk.key);
    }
  } else if (!desk.isOver) {
    await cupboard.put(entry(desk));
    say(desk, answer.trouble, desk.form.dataset[answer.trouble]);
    if (answer.trouble === "away" || answer.trouble === "out") tryAgain(desk);
  }
}

function tryAgain(desk) {
  clearTimeout(desk.timer);
  desk.timer = setTimeout(() => send(desk), desk.wait);
  desk.wait = Math.min(latest, 2 * desk.wait);
}

// Answers {stamp, at}, {made} or {trouble}.
async function ask(form, pairs, stamp, isLast = false) {
  const body = new URLSearchParams(pairs);
  body.append("stamp", stamp);
  body.append("csrf_token", form.elements.csrf_token.value);
  try {
    const response = await fetch(form.dataset.autosave, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
      keepalive: isLast && body.toString().length < 60_000,
      signal: AbortSignal.timeout(patience),
    });
    if (response.ok) return await response.json();
    return { trouble: troubles[response.status] ?? (response.status < 500 ? "elsewhere" : "away") };
  } catch {
    return { trouble: "away" };
  }
}

// 400: the page's token is of a session that has ended.
const troubles = { 400: "out", 401: "out", 409: "elsewhere", 413: "much", 422: "much" };

function say(desk, trouble, words) {
  const said = desk.form.querySelector("[data-autosave-said]");
  said.textContent = words;
  said.classList.toggle("field-error", trouble !== "");
  desk.form.querySelector("[data-autosave-way]").hidden = !["out", "elsewhere"].includes(trouble);
  // Who listens hears what goes wrong, and that it goes well again; not each time that it does.
  if (trouble !== desk.trouble) announce(words);
  desk.trouble = trouble;
}

// What an earlier page of this form left behind in this browser.
async function takeUp(desk) {
  const here = shown(pairsOf(desk.form));
  const left = await cupboard.all(`${desk.form.dataset.place} `);
  for (const { key } of left.filter(({ pairs }) => shown(pairs) === here)) cupboard.remove(key);
  const [last] = left.filter(({ key, pairs }) => key !== desk.key && shown(pairs) !== here);
  if (!last) return;
  // Nothing was kept or saved since: it goes where it was going.
  if (last.stamp === desk.stamp && text(pairsOf(desk.form)) === desk.sent) await bringBack(desk, last);
  else offer(desk, last);
}

async function bringBack(desk, last) {
  desk.form.inert = true;
  const answer = await ask(desk.form, last.pairs, desk.stamp);
  desk.form.inert = false;
  if (answer.stamp) {
    await cupboard.remove(last.key);
    desk.isOver = true;
    location.reload();
  } else if (answer.made) {
    await cupboard.remove(last.key);
  } else {
    say(desk, answer.trouble, desk.form.dataset[answer.trouble]);
    offer(desk, last);
  }
}

function offer(desk, last) {
  const place = document.querySelector("[data-autosave-offer]");
  const words = last.pairs.find(([name]) => name === "text")?.[1] || last.pairs.find(([name]) => name === "title")?.[1];
  const moment = new Date(last.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  place.querySelector("[data-autosave-moment]").textContent = `${moment} “${(words ?? "").slice(0, 80)}”`;
  place.querySelector("[data-autosave-take]").onclick = () => {
    place.hidden = true;
    bringBack(desk, last);
  };
  place.querySelector("[data-autosave-drop]").onclick = () => {
    place.hidden = true;
    cupboard.remove(last.key);
  };
  place.hidden = false;
}

// Where something new is begun: what never reached the server of others that were begun.
async function takeUpOthers(desk) {
  const [person, place] = desk.form.dataset.place.split(" ");
  if (!place.startsWith("new-")) return;
  const others = (await cupboard.all(`${person} new-`)).filter(({ key }) => !key.startsWith(`${desk.form.dataset.place} `));
  let isMore = false;
  for (const { key, pairs, stamp } of others) {
    const answer = await ask(desk.form, pairs, stamp);
    if (!answer.stamp && !answer.made) continue;
    isMore ||= Boolean(answer.stamp);
    await cupboard.remove(key);
  }
  // The page lists what the server knows.
  if (isMore && !isChanged(desk)) location.reload();
}

// As the server would keep it: what it trims, and what is no text of anybody, makes no difference.
function shown(pairs) {
  const own = pairs.filter(([name]) => !beside.test(name));
  return text(own.map(([name, value]) => [name, value.replace(/\s+/g, " ").trim()]));
}
