// The part of the page where this browser is added to the routes, or taken out: [data-push] holds our
// public key, the form that brings what the browser gives, and a sentence for each thing that can go
// wrong. A route of this browser is known by the hash of its address.

const bound = new WeakSet();

export function start(root) {
  for (const part of root.querySelectorAll("[data-push]")) {
    if (bound.has(part)) continue;
    bound.add(part);
    prepare(part);
  }
}

function prepare(part) {
  const button = part.querySelector("[data-push-add]");
  if (!isSecureContext) return say(part, "insecure");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return say(part, "unknown");
  }
  say(part, Notification.permission === "denied" ? "denied" : null);
  button.hidden = false;
  button.addEventListener("click", () => add(part, button));
  return knowAgain();
}

async function add(part, button) {
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== "granted") return say(part, "denied");
    await navigator.serviceWorker.register("/service-worker.js", { scope: "/" });
    const { pushManager } = await navigator.serviceWorker.ready;
    // One that was made for another key is of no use.
    await (await pushManager.getSubscription())?.unsubscribe();
    const applicationServerKey = part.dataset.push;
    return send(part, await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  } catch (refused) {
    if (!(refused instanceof DOMException || refused instanceof TypeError)) throw refused;
    return say(part, "failed");
  } finally {
    button.disabled = false;
  }
}

function send(part, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const form = part.querySelector("form");
  for (const [name, value] of Object.entries({ endpoint, ...keys })) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.submit();
}

// Says which of the routes is this browser, and lets go of its subscription when it is removed.
async function knowAgain() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  const card = document.querySelector(`[data-push-mark="${await hash(subscription.endpoint)}"]`);
  if (!card) return;
  card.querySelector("[data-push-this]").hidden = false;
  card.querySelector("form[action$='/deletion']")?.addEventListener("submit", () => {
    subscription.unsubscribe();
  });
}

async function hash(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(part, name) {
  for (const sentence of part.querySelectorAll("[data-push-says]")) {
    sentence.hidden = sentence.dataset.pushSays !== name;
  }
}
