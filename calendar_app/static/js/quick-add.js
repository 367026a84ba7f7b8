// Shows what a line was understood as while it is typed; Enter saves when nothing is unsure.
// Without this script the line's own form leads to a page with the same preview.

const patience = 150;
const bound = new WeakSet();

export function start(root) {
  for (const room of root.querySelectorAll("[data-quick-add]")) {
    if (bound.has(room)) continue;
    bound.add(room);
    bind(room);
  }
}

function bind(room) {
  const line = { room, form: room.querySelector("form"), shown: "", asking: null, timer: 0 };
  const place = room.querySelector("[data-quick-preview]");
  line.form.elements.text.addEventListener("input", () => {
    clearTimeout(line.timer);
    line.timer = setTimeout(() => look(line), patience);
  });
  place.addEventListener("change", () => look(line));
  line.form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(line.timer);
    save(line);
  });
  // Who typed faster than this script came is not kept waiting for the next key.
  const { text } = line.form.elements;
  if (text.value !== text.defaultValue) look(line);
}

function preview(line) {
  return line.room.querySelector(".quick-preview");
}

// The address of the preview: the line, and the answers that were chosen beneath it.
function address(line) {
  const asked = new URLSearchParams(new FormData(line.form));
  for (const [name, value] of preview(line) ? new FormData(preview(line)) : []) {
    if (name.startsWith("answer-")) asked.set(name, value);
  }
  return `${line.form.action}?${asked}`;
}

// Answers "shown" when the preview is of the line as it stands, "failed" when none can be had, and
// "given up" when a newer question came in between.
async function look(line) {
  const wanted = address(line);
  if (wanted === line.shown) return "shown";
  line.asking?.abort();
  line.asking = new AbortController();
  try {
    const answer = await fetch(wanted, { headers: { "HX-Request": "true" }, signal: line.asking.signal });
    if (!answer.ok) return "failed";
    show(line, await answer.text());
    line.shown = wanted;
    return "shown";
  } catch (trouble) {
    if (trouble.name === "AbortError") return "given up";
    if (!(trouble instanceof TypeError)) throw trouble;
    return "failed";
  }
}

function show(line, html) {
  const place = line.room.querySelector("[data-quick-preview]");
  const held = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.innerHTML = html;
  if (held) document.getElementById(held)?.focus();
  line.room.querySelector("[data-quick-summary]").textContent = preview(line)?.dataset.summary ?? "";
}

// Where no preview can be had (the session has ended, the network is away) the browser goes there itself.
async function save(line) {
  if (!line.form.elements.text.value.trim()) return;
  const looked = await look(line);
  if (looked === "failed") line.form.submit();
  if (looked !== "shown") return;
  const found = preview(line);
  if (found && "ready" in found.dataset) found.requestSubmit();
  else found?.querySelector(".quick-question.is-open input, button")?.focus();
}
