// Says who else has the page of a post open to write on it, and tells them that this page is open.
// It asks only while the page is seen and somebody did something on it within the last hour.

const round = 15_000; // milliseconds
const patience = 10_000;
const longest = 3_600_000;
// Signed out, not a writer any more, or no such post: the page need not ask again.
const over = new Set([400, 401, 403, 404]);

const bound = new WeakSet();

export function start(root) {
  for (const place of root.querySelectorAll("[data-presence]")) {
    if (bound.has(place)) continue;
    bound.add(place);
    watch({ place, touchedAt: Date.now(), timer: 0, isAsking: false, isOver: false });
  }
}

function watch(page) {
  for (const type of ["input", "keydown", "pointerdown"]) {
    document.addEventListener(type, () => touched(page), { passive: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) rest(page);
    else ask(page);
  });
  addEventListener("pagehide", () => leave(page));
  addEventListener("pageshow", (event) => event.persisted && ask(page));
  ask(page);
}

function touched(page) {
  const isBack = isIdle(page);
  page.touchedAt = Date.now();
  if (isBack) ask(page);
}

function isIdle(page) {
  return Date.now() - page.touchedAt > longest;
}

async function ask(page) {
  clearTimeout(page.timer);
  if (page.isAsking || page.isOver || document.hidden || !page.place.isConnected) return;
  if (isIdle(page)) {
    // What is not asked for any more is not known any more.
    show(page, "");
    return;
  }
  page.isAsking = true;
  const { status, said } = await send(page.place.dataset.presence);
  page.isAsking = false;
  page.isOver = over.has(status);
  show(page, said);
  if (!page.isOver) page.timer = setTimeout(() => ask(page), round);
}

// Answers the status, 0 without an answer, and the words; without an answer nobody knows who is there.
async function send(address) {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: token(),
      signal: AbortSignal.timeout(patience),
    });
    return { status: response.status, said: response.ok ? (await response.json()).said : "" };
  } catch {
    return { status: 0, said: "" };
  }
}

function token() {
  return new URLSearchParams({ csrf_token: document.querySelector("#post-form").elements.csrf_token.value });
}

function rest(page) {
  clearTimeout(page.timer);
  show(page, "");
}

// Only news is written: the same words again would be read aloud again.
function show({ place }, said) {
  if (place.textContent !== said) place.textContent = said;
}

function leave(page) {
  clearTimeout(page.timer);
  if (page.isOver) return;
  navigator.sendBeacon(page.place.dataset.presenceEnd, token());
}
