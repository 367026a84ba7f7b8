// Brings each behaviour only to a page that asks for it by a data- attribute.
// Every module exports start(root) and may be started again after htmx brought new parts.
// What is not needed at once waits for the first event that it is for, and is handed that event and
// those that came while it was on its way.

const behaviours = {
  "autosave.js": "[data-autosave], [data-autosave-over]",
  "copy.js": "[data-copy]",
  "dismiss.js": "[data-dismiss]",
  "inserts.js": "[data-inserts]",
  "leave-guard.js": "[data-leave-guard]",
  "live.js": "[data-live]",
  "moves.js": "[data-moves]",
  "palette.js": "[data-palette]",
  "presence.js": "[data-presence]",
  "print.js": "[data-print]",
  "push.js": "[data-push]",
  "quick-add.js": "[data-quick-add]",
  "shortcuts.js": "[data-single-keys=on]",
  "ticks.js": "[data-ticks]",
  "timer.js": "[data-timer]",
  "total.js": "[data-total]",
};

const waiting = {
  "autosubmit.js": { of: "[data-autosubmit]", at: ["focusin", "pointerdown"] },
  "fold.js": { of: "[data-folds]", at: ["click"] },
  "popover.js": { of: "[data-popover]", at: ["click", "keydown"] },
  "undo.js": { of: "body:has([data-token], form[action^='/undo/'])", at: ["keydown"], key: "z" },
};

const swaps = "[hx-get],[hx-post],[hx-put],[hx-patch],[hx-delete],[hx-boost]";

function start(root) {
  for (const [file, selector] of Object.entries(behaviours)) {
    if (root.querySelector(selector)) {
      import(`./${file}`).then((behaviour) => behaviour.start(root));
    }
  }
}

function wait(file, { of, at, key }) {
  let missed = [];
  const first = (event) => {
    if (!event.target.closest?.(of) || (key && event.key.toLowerCase() !== key)) return;
    missed.push(event);
    if (missed.length > 1) return;
    behaviours[file] = of;
    import(`./${file}`).then(
      (behaviour) => {
        for (const type of at) document.removeEventListener(type, first);
        for (const one of missed) behaviour.start(document, one);
      },
      // Who leaves the page meanwhile needs nothing; who has lost the line for a moment tries again.
      () => {
        missed = [];
      },
    );
  };
  for (const type of at) document.addEventListener(type, first);
  // Who was faster than this script is in it already.
  if (at.includes("focusin")) first({ target: document.activeElement });
}

function bringHtmx() {
  const own = document.querySelector("script[data-htmx]");
  if (!own || !document.querySelector(swaps)) return;
  const script = document.createElement("script");
  script.src = own.dataset.htmx;
  script.addEventListener("load", () => import("./early.js").then((early) => early.tellAgain(document)));
  document.head.append(script);
}

start(document);
for (const [file, when] of Object.entries(waiting)) wait(file, when);
// htmx begins at DOMContentLoaded, or at once on a page that is complete; in between it never would.
if (document.readyState === "complete") bringHtmx();
else addEventListener("load", bringHtmx, { once: true });
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) start(event.target.parentElement ?? document);
});
document.addEventListener("kapstok:fresh", () => start(document));
