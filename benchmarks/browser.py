"""The month page of 200 posts in Chromium: how fast it is there, how it answers, what it weighs.

The processor is slowed four times, as quality.md asks; bytes are what comes over the line.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from benchmarks.load import limit
from benchmarks.month import PASSWORD, POSTS, a_team_of, sign_in
from tests.support import environment
from tests.support.browser import FLAGS
from tests.support.line import Line
from tests.support.servers import Kapstok, settings_for

SLOWED = 4
CALENDAR = "/calendar"
ROUNDS = 5
REST = 300  # milliseconds between two things that a person does
PRESS = 80  # milliseconds that a finger stays on a key or a button
WIDTH, HEIGHT = 1440, 900

WATCH = """
window.seen = { lcp: 0, shift: 0, events: new Map() };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen.lcp = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const { interactionId, duration, name } of list.getEntries()) {
    if (!interactionId) continue;
    const known = seen.events.get(interactionId);
    if (!known || known.duration < duration) seen.events.set(interactionId, { name, duration });
  }
}).observe({ type: "event", buffered: true, durationThreshold: 16 });
"""

# From each movement of the pressed pointer to the frame after the page took it up: the post is
# lifted, or a day shows that it would be its.
WATCH_DRAG = """
window.felt = [];
let moved = null;
addEventListener("pointermove", (event) => {
  if (event.buttons) moved ??= event.timeStamp;
}, { capture: true });
new MutationObserver((changes) => {
  const marks = changes.some(({ target }) => target.matches(".day.is-target, body.is-moving"));
  if (!marks || moved === null) return;
  const since = moved;
  moved = null;
  requestAnimationFrame(() => setTimeout(() => felt.push(performance.now() - since)));
}).observe(document.body, { attributes: true, attributeFilter: ["class"], subtree: true });
"""


def run() -> list[dict[str, object]]:
    """Paint, answer and weight of the month page."""
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), sample_password=PASSWORD)
        a_team_of(POSTS, settings)
        with (
            Kapstok("web", settings=settings, log=Path(folder) / "log") as running,
            _chromium() as chromium,
        ):
            running.wait_for_answer()
            return [*_paint(chromium, running.url), *_weight(chromium, running.url)]


def _paint(chromium: Browser, address: str) -> list[dict[str, object]]:
    painted_after: list[float] = []
    worst, shift, drag, interactions = 0.0, 0.0, 0.0, 0
    with _visitor(chromium, address) as page:
        _open(page)  # a server that has been asked before
    for _round in range(ROUNDS):
        with _visitor(chromium, address) as page:
            page.context.add_init_script(WATCH)
            page.context.new_cdp_session(page).send(
                "Emulation.setCPUThrottlingRate", {"rate": SLOWED}
            )
            _open(page)
            page.wait_for_timeout(500)
            painted_after.append(page.evaluate("seen.lcp"))
            _use(page)
            page.wait_for_timeout(500)
            events = page.evaluate("[...seen.events.values()]")
            shift = max(shift, page.evaluate("seen.shift"))
            interactions = len(events)
            worst = max(worst, *(event["duration"] for event in events))
        with _visitor(chromium, address) as page:
            _open(page)
            page.evaluate(WATCH_DRAG)
            drag = max(drag, _drag(page))
    of = f"month page in Chromium, CPU slowed {SLOWED}x"
    lcp = statistics.median(painted_after) / 1000
    return [
        limit(f"{of}: largest contentful paint, median of {ROUNDS}", lcp, "s", 1.8, 1.2),
        limit(f"{of}: worst of {ROUNDS} x {interactions} interactions", worst, "ms", 150, 100),
        limit(f"{of}: worst layout shift", shift, "", 0.05, 0.02),
        limit(f"a dragged post is answered to, worst of {ROUNDS} drags", drag, "ms", 50, 32),
    ]


def _weight(chromium: Browser, address: str) -> list[dict[str, object]]:
    with _visitor(chromium, address) as page:
        cold, warm = Line(), Line()
        _forget(page)
        cold.follow(page)
        _open(page)
        again = page.context.new_page()
        warm.follow(again)
        _open(again)
    return [
        limit("first load of the month page", cold.received / 1000, "kB", at_least=200, aim=150),
        limit("first load of the month page", len(cold.requests), "requests", at_least=15, aim=12),
        limit("month page again", len(warm.requests), "requests", at_least=4, aim=3),
    ]


def _use(page: Page) -> None:
    """Thirty things that people do: fold open, carry by keyboard, find, type, tick, leave."""
    for fold in page.locator("#calendar-view details > summary").all()[:4]:
        for _turn in range(2):
            fold.click(delay=PRESS)
            page.wait_for_timeout(REST)
    card = page.locator("#calendar-view [data-movable] a.post:visible").first
    card.focus()
    for key in ("Space", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft", "Escape"):
        page.keyboard.press(key, delay=PRESS)
        page.wait_for_timeout(REST)
    page.keyboard.press("Control+k", delay=PRESS)
    page.get_by_role("dialog").wait_for()
    page.wait_for_timeout(REST)
    page.keyboard.type("vacature", delay=120)
    for key in ("ArrowDown", "Escape"):
        page.wait_for_timeout(REST)
        page.keyboard.press(key, delay=PRESS)
    for _press in range(10):
        page.keyboard.press("Tab", delay=PRESS)
        page.wait_for_timeout(REST)


def _drag(page: Page) -> float:
    """The longest that a dragged post waited for the frame that answers to the hand, in ms."""
    card = page.locator("#calendar-view [data-movable] a.post:visible").first
    start = _middle(card)
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(1, 40):
        page.mouse.move(start[0] + 12 * step, start[1] + 3 * step)
        page.wait_for_timeout(20)
    felt: list[float] = page.evaluate("felt")
    page.keyboard.press("Escape")
    if len(felt) < 3:
        raise RuntimeError(f"the drag was answered to {len(felt)} times")
    return max(felt)


def _middle(item: Locator) -> tuple[float, float]:
    item.scroll_into_view_if_needed()
    box = item.bounding_box()
    if box is None:
        raise RuntimeError("there is nothing to drag")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _open(page: Page) -> None:
    page.goto(CALENDAR, wait_until="load")
    page.locator("[data-moves][data-ready]").wait_for(state="attached")
    # A short rest: what is brought after the load counts too.
    page.wait_for_timeout(800)


def _forget(page: Page) -> None:
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=environment.chromium(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def _visitor(chromium: Browser, address: str) -> Iterator[Page]:
    """A browser of somebody who is signed in, with nothing kept from an earlier visit."""
    context: BrowserContext = chromium.new_context(
        base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, service_workers="block"
    )
    context.add_cookies(
        [
            {"name": cookie.name, "value": cookie.value or "", "url": address}
            for cookie in sign_in(address)
        ]
    )
    yield context.new_page()
    context.close()
