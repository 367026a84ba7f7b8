"""A real browser for the tests: the machine's own Chromium, which sees Kapstok and nothing else.

Every page is watched. A request to another host, an error in the console, a break of the content
security policy or an uncaught error in a script fails the test that opened the page. When a test
fails, a picture of each of its pages is kept in tests/artifacts.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.support import environment
from tests.support.servers import LiveServer

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

HOST = "127.0.0.1"
ARTIFACTS = environment.REPOSITORY / "tests/artifacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Any other host does not exist, so that nothing leaves even when a test does not look.
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
]
# A page with a refused form or a missing address is a page; Chromium calls its status an error, and
# so does htmx.
STATUS_COMPLAINT = re.compile(
    r"(?:Failed to load .* responded with a status of|Response Status Error Code) (\d+)"
)
# An open calendar asks again and again whether it changed, also while its server ends; a post asks
# who else writes on it; and what is typed is sent again until there is a server.
ASKED_AGAIN = ("/calendar/revision", "/meetups/revision", "/autosave", "/presence", "/presence/end")
AWAY = re.compile(r"net::ERR_(CONNECTION_\w+|EMPTY_RESPONSE|INTERNET_DISCONNECTED)")

ColourScheme = Literal["light", "dark"]
PATIENCE = 15_000  # milliseconds; generous, because two workers share two cores
expect.set_options(timeout=PATIENCE)


@dataclass
class Watch:
    """What went wrong on the pages of one test, in order; empty when all is well."""

    expected_statuses: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of `context`, also those that it opens by itself."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"Uncaught: {error.error}"))

    def check(self) -> None:
        """Fail the test, with all complaints, when there is one."""
        if self.complaints:
            pytest.fail("The browser complained:\n" + "\n".join(self.complaints), pytrace=False)

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname != HOST:
            self.complaints.append(f"A request to another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = STATUS_COMPLAINT.match(message.text)
        where = message.location.get("url", "")
        if AWAY.search(message.text) and where.endswith(ASKED_AGAIN):
            return
        if status is None or int(status[1]) not in self.expected_statuses:
            self.complaints.append(f"In the console: {message.text} ({where})")


class Visitors:
    """Opens pages for one test; each in a browser context, and so with cookies, of its own."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.watch = Watch()

    def __call__(  # noqa: PLR0913 - one setting of the visitor each, all with a default
        self,
        base_url: str | None = None,
        *,
        width: int = 1366,
        height: int = 768,
        colour_scheme: ColourScheme = "light",
        locale: str = "nl-NL",
        reduced_motion: bool = True,
        forced_colours: bool = False,
        javascript: bool = True,
        service_workers: Literal["allow", "block"] = "block",
        expect: Collection[int] = (),
    ) -> Page:
        """A new page; sizes in CSS pixels. Answers with a status of `expect` are no complaint."""
        self.watch.expected_statuses.update(expect)
        context = self._chromium.new_context(
            base_url=base_url,
            viewport={"width": width, "height": height},
            color_scheme=colour_scheme,
            locale=locale,
            timezone_id="Europe/Amsterdam",
            reduced_motion="reduce" if reduced_motion else "no-preference",
            forced_colors="active" if forced_colours else "none",
            java_script_enabled=javascript,
            service_workers=service_workers,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        self.watch.follow(context)
        return context.new_page()

    def photograph(self, name: str) -> None:
        """Keep a picture of each open page in tests/artifacts."""
        ARTIFACTS.mkdir(exist_ok=True)
        for number, page in enumerate(self._pages(), start=1):
            page.screenshot(path=ARTIFACTS / f"{name}-{number}.png", full_page=True)

    def leave(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()

    def _pages(self) -> list[Page]:
        pages = (page for context in self._contexts for page in context.pages)
        return [page for page in pages if not page.is_closed()]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """One browser for all tests of this process; skips where there is none, fails in CI."""
    executable = environment.chromium()
    if executable is None or not executable.exists():
        environment.unavailable("No Chromium here: install it, or name it in KAPSTOK_CHROMIUM.")
    chromium = Chromium(executable)
    yield chromium
    chromium.close()


class Chromium:
    """A started browser. Its event loop counts as running only while a test uses the browser.

    Playwright's synchronous interface runs an asyncio loop beneath the test; left in place, it
    would break every later test of the same process that runs a loop of its own.
    """

    def __init__(self, executable: Path) -> None:
        self._manager = sync_playwright()
        playwright = self._manager.start()
        self.browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)  # noqa: SLF001 - see the docstring

    @contextmanager
    def in_use(self) -> Iterator[Browser]:
        """The browser, to be used inside only."""
        asyncio._set_running_loop(self._loop)  # noqa: SLF001 - see the docstring
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)  # noqa: SLF001 - see the docstring

    def close(self) -> None:
        with self.in_use():
            self.browser.close()
            self._manager.__exit__()


@pytest.fixture
def live_server() -> Iterator[LiveServer]:
    """A web server on loopback: `live_server.serve(app)`; its `url` is known before that."""
    server = LiveServer()
    yield server
    server.stop()


@pytest.fixture
def open_page(chromium: Chromium, request: pytest.FixtureRequest) -> Iterator[Visitors]:
    """Call it for a new page: `page = open_page(url, width=360, colour_scheme="dark")`."""
    # Set up before the pages and so gone after them: a page asks and fetches until its end.
    for name in ("live_server", *({"site", "database"} & {*request.fixturenames})):
        request.getfixturevalue(name)
    with chromium.in_use() as browser:
        visitors = Visitors(browser)
        yield visitors
        if failed(request.node) or visitors.watch.complaints:
            visitors.photograph(re.sub(r"\W+", "-", request.node.name))
        visitors.leave()
    visitors.watch.check()


def held_back(page: Page, address: str) -> list[Route]:
    """The requests of `page` for `address`, from now on, each of which the test itself lets go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold)
    return held


FAILED = pytest.StashKey[bool]()


def failed(item: pytest.Item) -> bool:
    """Whether the body of the test has failed."""
    return item.stash.get(FAILED, False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
