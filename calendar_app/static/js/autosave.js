// Keeps what is typed in a form: at once in this browser, a second later on the server, for the
// person who types alone. That it is kept is said only after the server said so. What an earlier page
// could not send (it was killed, the network was away, the session had ended) is sent first of all.
// A form without an address (of a guest, who has no account) is kept in this browser alone, and says so.

import * as cupboard from "./cupboard.js";
import { isTouched } from "./leave-guard.js";
import { announce } from "./talk.js";

const rest = 1000; // milliseconds without a key before it is sent
const longest = 5000; // and no longer than this while somebody goes on typing
const soonest = 2000; // before the first new try, and twice as long each time
const latest = 30000;
const patience = 15000;
// What is no text of anybody, or another one on each page.
const beside = /^(csrf_token|version|shown|creation_key|copy|template|scope|(choice|suggested)-.*)$/;

// Of what comes back, the first of these tells what it is.
const texts = ["text", "title", "comment", "note", "alternative"];

// What goes along with the fields, but is none.
const along = new Set(["csrf_token", "stamp"]);

const bound = new WeakSet();

export function start(root) {
  for (const { dataset } of root.querySelectorAll("[data-autosave-over]")) forget(dataset.autosaveOver);
  for (const form of root.querySelectorAll("[data-autosave]")) {
    if (bound.has(form)) continue;
    bound.add(form);
    begin({
      form,
      key: `${form.dataset.place} ${mark()}`,
      stamp: form.dataset.stamp,
      following: mark(),
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

// It is sent: nothing of it need be kept here.
async function forget(place) {
  for (const { key } of await cupboard.all(`${place} `)) cupboard.remove(key);
}

// One that no other page has. Not randomUUID: that is for pages under https alone.
function mark() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function begin(desk) {
  const { form } = desk;
  // The small forms of a page share what stands below each of them, and the words for it.
  if (!form.querySelector("[data-autosave-said]")) form.append(shared().content.cloneNode(true));
  // What came back refused was never kept as it stands.
  // Nor was what somebody typed before this script came.
  const isNews = form.matches("[data-unsaved]:not([data-is-kept])") || (isTouched(form) && !("isKept" in form.dataset));
  desk.sent = isNews ? "" : text(pairsOf(form));
  form.addEventListener("input", () => changed(desk));
  form.addEventListener("change", () => changed(desk));
  form.addEventListener("submit", () => {
    if (isChanged(desk)) cupboard.put({ ...entry(desk), isSubmitted: true });
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
  if (isNews) changed(desk);
}

function shared() {
  return document.querySelector("template[data-autosave-parts]");
}

function words(desk, name) {
  return desk.form.dataset[name] ?? shared().dataset[name];
}

function pairsOf(form) {
  return [...new FormData(form)].filter(([name, value]) => !along.has(name) && typeof value === "string");
}

function text(pairs) {
  return JSON.stringify(pairs);
}

function isChanged(desk) {
  return !desk.isOver && text(pairsOf(desk.form)) !== desk.sent;
}

async function changed(desk) {
  if (desk.isOver) return;
  if (!isChanged(desk)) {
    // Typed and taken away again: there is nothing to keep.
    clearTimeout(desk.timer);
    desk.since = 0;
    if (!desk.isSending) await cupboard.remove(desk.key);
    return;
  }
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
  const answer = await ask(desk, pairs, desk.stamp, isLast);
  desk.isSending = false;
  desk.since = 0;
  if (answer.made) answer.trouble = "elsewhere";
  if (answer.stamp) {
    remember(desk, answer.stamp);
    desk.sent = text(pairs);
    desk.wait = soonest;
    say(desk, "", words(desk, "kept").replace("{time}", answer.at));
    if (isChanged(desk)) changed(desk);
    else {
      desk.form.dataset.isKept = "";
      await cupboard.remove(desk.key);
    }
  } else if (!desk.isOver) {
    const isHere = await cupboard.put(entry(desk));
    const trouble = answer.trouble === "here" && !isHere ? "nowhere" : answer.trouble;
    say(desk, trouble, words(desk, trouble));
    if (answer.trouble === "away" || answer.trouble === "out") tryAgain(desk);
  }
}

function tryAgain(desk) {
  clearTimeout(desk.timer);
  desk.timer = setTimeout(() => send(desk), desk.wait);
  desk.wait = Math.min(latest, 2 * desk.wait);
}

function remember(desk, stamp) {
  desk.stamp = stamp;
  desk.form.elements.stamp.value = stamp;
  desk.following = mark();
}

// Answers {stamp, at}, {made} or {trouble}.
async function ask({ form, following }, pairs, stamp, isLast = false) {
  if (!form.dataset.autosave) return { trouble: "here" };
  const body = new URLSearchParams(pairs);
  body.append("stamp", stamp);
  // The same until an answer comes: an answer that is lost on the way shuts nobody out.
  body.append("following", following);
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
const troubles = { 400: "out", 401: "out", 403: "gone", 404: "gone", 409: "elsewhere", 413: "much", 422: "much" };

function say(desk, trouble, told) {
  const said = desk.form.querySelector("[data-autosave-said]");
  said.textContent = told;
  said.classList.toggle("field-error", !["", "here"].includes(trouble));
  desk.form.querySelector("[data-autosave-way]").hidden = !["out", "elsewhere"].includes(trouble);
  // Who listens hears what goes wrong, and that it goes well again; not each time that it does.
  if (trouble !== desk.trouble) announce(told);
  desk.trouble = trouble;
}

// What an earlier page of this form left behind in this browser.
async function takeUp(desk) {
  const here = shown(pairsOf(desk.form));
  const left = await cupboard.all(`${desk.form.dataset.place} `);
  for (const { key } of left.filter(({ pairs }) => shown(pairs) === here)) cupboard.remove(key);
  const [last] = left.filter(({ key, pairs }) => key !== desk.key && shown(pairs) !== here);
  if (!last) return;
  if (last.isSubmitted && "once" in desk.form.dataset && (await isMade(desk, last))) return;
  // Nothing was kept or saved since: it goes where it was going.
  if (last.stamp === desk.stamp && text(pairsOf(desk.form)) === desk.sent) await bringBack(desk, last);
  else offer(desk, last);
}

// Whether what was sent became what it was sent for: then the form is empty, and it is not to come back.
async function isMade(desk, { key, pairs, stamp }) {
  const answer = await ask(desk, pairs, stamp);
  if (answer.made) await cupboard.remove(key);
  return Boolean(answer.made);
}

async function bringBack(desk, last) {
  const { form } = desk;
  if (!form.dataset.autosave) {
    fill(form, last.pairs);
    await changed(desk);
    await cupboard.remove(last.key);
    return;
  }
  // What was begun elsewhere goes on as what is begun here.
  const key = form.elements.creation_key?.value;
  const pairs = last.pairs.map(([name, value]) => (name === "creation_key" && key ? [name, key] : [name, value]));
  form.inert = true;
  const answer = await ask(desk, pairs, desk.stamp);
  form.inert = false;
  if (answer.stamp) {
    await cupboard.remove(last.key);
    desk.isOver = true;
    // Not again what was sent to get this page.
    location.assign(form.querySelector("[data-autosave-way] a").href);
  } else {
    const trouble = answer.trouble ?? "elsewhere";
    say(desk, trouble, words(desk, trouble));
    offer(desk, last);
  }
}

function fill(form, pairs) {
  for (const [name, value] of pairs) {
    const field = form.elements.namedItem(name);
    if (field && !beside.test(name)) field.value = value;
  }
}

function offer(desk, last) {
  const place = desk.form.querySelector("[data-autosave-offer]") ?? document.querySelector("[data-autosave-offer]:not(form *)");
  const typed = texts.map((text) => last.pairs.find(([name]) => name === text)?.[1]).find(Boolean);
  const moment = new Date(last.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  place.querySelector("[data-autosave-moment]").textContent = `${moment} “${(typed ?? "").slice(0, 80)}”`;
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
  for (const other of others) {
    const answer = await ask({ form: desk.form, following: mark() }, other.pairs, other.stamp);
    isMore ||= Boolean(answer.stamp);
    if (answer.stamp || (answer.made && other.isSubmitted)) await cupboard.remove(other.key);
    // Typed on after the post was made, with the browser's way back: it is in no post.
    else if (answer.made) offer(desk, other);
  }
  // The page lists what the server knows.
  if (isMore && !isChanged(desk)) location.reload();
}

// As the server would keep it: what it trims, and what is no text of anybody, makes no difference.
function shown(pairs) {
  const own = pairs.filter(([name]) => !beside.test(name));
  return text(own.map(([name, value]) => [name, value.replace(/\s+/g, " ").trim()]));
}
