// What Kapstok and the person tell each other without a new page: a change that is sent, a sentence
// for who listens, and a notice at the foot of the page with a button that undoes what it tells.
// A notice stays longer than ten seconds, and as long as somebody points at it; what went wrong stays.

const patience = 15000;
const stays = 12000;

export function words() {
  return document.querySelector("[data-words]")?.dataset ?? {};
}

// Sends a change to the server and answers what it said, also when there was no answer.
export async function send(path, pairs = []) {
  const body = new URLSearchParams(pairs);
  body.append("csrf_token", document.querySelector("[data-token]")?.dataset.token ?? "");
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
      signal: AbortSignal.timeout(patience),
    });
    const answer = await response.json();
    return { ok: response.ok, status: response.status, answer };
  } catch {
    return { ok: false, status: 0, answer: { message: words().away } };
  }
}

// Says one sentence to who listens instead of looks.
export function announce(sentence) {
  const voice = document.querySelector("[data-announcer]");
  if (!voice) return;
  voice.textContent = "";
  requestAnimationFrame(() => {
    voice.textContent = sentence;
  });
}

export function notice(message, { tone = "good", undoes = "" } = {}) {
  const place = document.querySelector("[data-toasts]");
  const template = document.querySelector("template[data-notice]");
  if (!place || !template || !message) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.add(`note-${tone}`);
  toast.querySelector("[data-message]").textContent = message;
  toast.querySelector("[data-close]").addEventListener("click", () => close(toast));
  const button = toast.querySelector("[data-undo]");
  button.hidden = !undoes;
  button.addEventListener("click", () => {
    close(toast);
    import("./undo.js").then(({ undo }) => undo(undoes));
  });
  place.replaceChildren(toast);
  if (tone === "bad") toast.setAttribute("role", "alert");
  else {
    announce(message);
    leave(toast);
  }
}

// Who closed it with the keyboard goes on from the page's content.
function close(toast) {
  const held = toast.contains(document.activeElement);
  toast.remove();
  if (held) document.querySelector("#content")?.focus({ preventScroll: true });
}

function leave(toast) {
  let timer = setTimeout(() => toast.remove(), stays);
  const hold = () => clearTimeout(timer);
  const letGo = () => {
    hold();
    timer = setTimeout(() => toast.remove(), stays);
  };
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, letGo);
}
