// Brings each behaviour only to a page that asks for it by a data- attribute.
// Every module exports start(root) and may be started again after htmx brought new parts.

const behaviours = {
  "autosubmit.js": "[data-autosubmit]",
  "copy.js": "[data-copy]",
  "dismiss.js": "[data-dismiss]",
  "fold.js": "[data-folds]",
  "leave-guard.js": "[data-leave-guard]",
  "live.js": "[data-live]",
  "moves.js": "[data-moves]",
  "palette.js": "[data-palette]",
  "popover.js": "[data-popover]",
  "print.js": "[data-print]",
  "quick-add.js": "[data-quick-add]",
  "shortcuts.js": "[data-single-keys=on]",
  "timer.js": "[data-timer]",
  "total.js": "[data-total]",
  "undo.js": "[data-token]",
};

const swaps = "[hx-get],[hx-post],[hx-put],[hx-patch],[hx-delete],[hx-boost]";

function start(root) {
  for (const [file, selector] of Object.entries(behaviours)) {
    if (root.querySelector(selector)) {
      import(`./${file}`).then((behaviour) => behaviour.start(root));
    }
  }
}

function bringHtmx() {
  const own = document.querySelector("script[data-htmx]");
  if (!own || !document.querySelector(swaps)) return;
  const script = document.createElement("script");
  script.src = own.dataset.htmx;
  document.head.append(script);
}

start(document);
// htmx begins at DOMContentLoaded, or at once on a page that is complete; in between it never would.
if (document.readyState === "complete") bringHtmx();
else addEventListener("load", bringHtmx, { once: true });
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) start(event.target.parentElement ?? document);
});
document.addEventListener("kapstok:fresh", () => start(document));
