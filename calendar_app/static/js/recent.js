// The pages that a person saw last, kept in this browser alone, for each person and team apart.
// Who signs out takes them along. A browser that keeps nothing has no such list.

const kept = "kapstok-recent-";
const most = 8;

export function rememberPage() {
  forgetAtSignOut();
  const person = whose();
  if (!person) return;
  const page = { name: document.title.replace(/ · Kapstok$/, ""), href: here() };
  const others = read(person).filter(({ href }) => href !== page.href);
  write(person, [page, ...others].slice(0, most));
}

// The last first, without the page that is open: [{name, href}].
export function recentPages() {
  const person = whose();
  return person ? read(person).filter(({ href }) => href !== here()) : [];
}

function whose() {
  return document.querySelector("main[data-recent]")?.dataset.recent;
}

function here() {
  return location.pathname + location.search;
}

function read(person) {
  try {
    const found = JSON.parse(localStorage.getItem(kept + person) ?? "[]");
    return Array.isArray(found) ? found.filter(isPage) : [];
  } catch {
    return [];
  }
}

// What else wrote here could name anything: only paths of our own are followed.
function isPage(page) {
  return typeof page?.name === "string" && typeof page.href === "string" && /^\/(?![/\\])/.test(page.href);
}

function write(person, pages) {
  try {
    localStorage.setItem(kept + person, JSON.stringify(pages));
  } catch {
    // Full, or forbidden: the list stays as it was.
  }
}

function forgetAtSignOut() {
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/sign-out") return;
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(kept)) localStorage.removeItem(key);
      }
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  });
}
