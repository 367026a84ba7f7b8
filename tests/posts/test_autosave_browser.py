"""Nothing that was typed is lost: browsers are killed, networks cut and sessions ended for it."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import delete, select

from calendar_app import clock
from calendar_app.people.models import Membership, Person, Visit
from calendar_app.people.sign_in import hashed
from calendar_app.posts import guests
from calendar_app.posts.autosaves import PostAutosave
from calendar_app.posts.models import Post
from tests import builders
from tests.support import environment
from tests.support.accessibility import axe
from tests.support.browser import FLAGS, PATIENCE, held_back

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import BrowserContext, Page, Request

    from calendar_app.db import Database
    from tests.support.browser import Chromium, Visitors
    from tests.support.servers import LiveServer

TYPED = "Elke nacht staat er iemand klaar"
BACK = "You typed this"
PASSWORD = "een lange zin met woorden"  # noqa: S105 - of these tests alone
COUNT_ONLINE = "wasOnline = 0; addEventListener('online', () => { wasOnline += 1 })"
IS_IN_THE_BROWSER = """(text) => new Promise((done) => {
  indexedDB.open("kapstok-typed").onsuccess = ({ target }) => {
    const shelf = target.result.transaction("typed").objectStore("typed");
    shelf.getAll().onsuccess = ({ target: { result } }) => {
      target.result.close();
      done(result.some(({ pairs }) => pairs.some(([, value]) => value === text)));
    };
  };
})"""
LEFT_IN_THE_BROWSER = """() => new Promise((done) => {
  indexedDB.open("kapstok-typed").onsuccess = ({ target }) => {
    const shelf = target.result.transaction("typed").objectStore("typed");
    shelf.count().onsuccess = (event) => done(event.target.result);
  };
})"""


class Desk:
    """A post, its writer, and the browsers in which it is written."""

    def __init__(self, site: str, app: Flask, database: Database, open_page: Visitors) -> None:
        self.site, self.app, self.database, self._open = site, app, database, open_page
        with database.writing() as session:
            team = builders.a_team(session)
            plan = builders.a_plan(session, team)
            self.post = builders.a_post(session, team, plan, title="Nachtdienst", text="").id
            self.writer = builders.a_person(session, team, "writer", language="en").id
        self.path = f"{site}/posts/{self.post}"

    def page(self, path: str = "", **look: Any) -> Page:
        page = self._open(self.site, **look)
        self.sign_in(page)
        page.goto(path or self.path)
        page.wait_for_load_state("networkidle")
        return page

    def sign_in(self, page: Page) -> None:
        with self.database.reading() as session:
            person = session.get_one(Person, self.writer)
        builders.sign_in_page(page, self.site, self.app, person)

    def kept(self) -> list[str]:
        """The texts that the server keeps, in order."""
        with self.database.reading() as session:
            found = session.scalars(select(PostAutosave).order_by(PostAutosave.id))
            return [dict(one.pairs)["text"] for one in found]

    def rows(self) -> list[PostAutosave]:
        with self.database.reading() as session:
            return list(session.scalars(select(PostAutosave)))

    def becomes(self, role: str, state: str) -> None:
        """Who types has this role, and the post stands so."""
        with self.database.writing() as session:
            session.scalars(select(Membership).filter_by(person_id=self.writer)).one().role = role
            session.get_one(Post, self.post).state = state

    def asks_a_guest(self) -> str:
        """The link of a guest who is asked what they think of the post."""
        with self.database.writing() as session:
            post, writer = session.get_one(Post, self.post), session.get_one(Person, self.writer)
            asked = ("Sanne Bos", "sanne@example.org")
            _review, secret = guests.ask(session, post, asked, writer, clock.now())
        return f"{self.site}/review/{secret}"

    def gets_a_password(self) -> None:
        with self.app.test_request_context():
            secret = hashed(PASSWORD)
        with self.database.writing() as session:
            writer = session.get_one(Person, self.writer)
            writer.email, writer.password = "writer@example.org", secret

    def end_the_session(self) -> None:
        with self.database.writing() as session:
            session.execute(delete(Visit))


@pytest.fixture
def desk(site: str, app: Flask, database: Database, open_page: Visitors) -> Desk:
    return Desk(site, app, database, open_page)


@pytest.fixture
def killable(chromium: Chromium, tmp_path: Path) -> Callable[[], Any]:
    """Call it for a browser whose disk stays when it is killed: `with killable() as context`."""
    disk = tmp_path / "browser"

    @contextmanager
    def started() -> Iterator[BrowserContext]:
        for lock in disk.glob("Singleton*"):
            lock.unlink()
        context = chromium.browser.browser_type.launch_persistent_context(
            disk, executable_path=environment.chromium(), args=FLAGS
        )
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            kill_browser_of(disk)
            # It is gone, which is no failure here.
            with suppress(Error):
                context.close()

    return started


def kill_browser_of(disk: Path) -> None:
    """End the browser at once, with all its processes, as a power cut would."""
    tell_browser_of(disk, signal.SIGKILL)


def tell_browser_of(disk: Path, what: signal.Signals) -> int:
    """Give all processes of that browser this signal; how many there were."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            # "number (name) state parent ...", and a name may hold anything.
            status = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(process.name)] = int(status[1])
        if f"--user-data-dir={disk}" in command:
            found.add(int(process.name))
    # A page has a process of its own, which does not tell whose it is.
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    for one in found:
        with suppress(ProcessLookupError):
            os.kill(one, what)
    return len(found)


def without_the_check(page: Page) -> None:
    """The check beside the form asks the server too; what it says in the console is not ours."""
    page.route("**/posts/check", lambda route: route.fulfill(body=""))


def is_autosave(request: Request) -> bool:
    return request.url.endswith("/autosave")


def said(page: Page) -> Any:
    """What stands below the first form of the page."""
    return page.locator("[data-autosave-said]").first


def field(page: Page) -> Any:
    return page.locator("textarea[name=text]")


def test_kept_is_said_only_after_the_servers_word(desk: Desk) -> None:
    page = desk.page()
    held = held_back(page, "**/autosave")
    with page.expect_request("**/autosave"):
        field(page).press_sequentially(TYPED)

    expect(said(page)).to_be_empty()
    for route in held:
        route.continue_()
    expect(said(page)).to_contain_text("Kept for you at")
    assert desk.kept() == [TYPED]


def test_a_browser_killed_two_seconds_after_the_last_key(desk: Desk, killable: Any) -> None:
    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)
        page.wait_for_load_state("networkidle")
        field(page).press_sequentially(TYPED)
        page.wait_for_timeout(2000)

    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)

        expect(page.get_by_text(BACK)).to_be_visible()
        expect(field(page)).to_have_value(TYPED)
    # And so it does in any other browser.
    expect(field(desk.page())).to_have_value(TYPED)


def test_a_browser_killed_while_the_server_is_away(desk: Desk, killable: Any) -> None:
    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)
        page.wait_for_load_state("networkidle")
        context.set_offline(True)
        field(page).press_sequentially(TYPED)
        page.wait_for_timeout(2000)
    assert desk.kept() == []

    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)

        expect(page.get_by_text(BACK)).to_be_visible()
        expect(field(page)).to_have_value(TYPED)
    assert desk.kept() == [TYPED]


def test_a_server_that_is_away_for_ten_minutes(desk: Desk) -> None:
    page = desk.page()
    without_the_check(page)
    page.clock.install()
    page.context.set_offline(True)

    field(page).press_sequentially(TYPED)
    page.clock.run_for(2000)
    expect(said(page)).to_have_text(
        "The server does not answer. What you type is kept in this browser."
    )
    page.clock.run_for(600_000)
    field(page).press_sequentially(", ook vannacht")
    assert desk.kept() == []
    page.clock.resume()
    page.context.set_offline(False)

    expect(said(page)).to_contain_text("Kept for you at")
    assert desk.kept() == [f"{TYPED}, ook vannacht"]


def test_a_server_that_ends_and_starts_again(desk: Desk, live_server: LiveServer) -> None:
    """Nothing tells the browser that the server is back: it finds out by trying again."""
    page = desk.page()
    without_the_check(page)
    page.evaluate(COUNT_ONLINE)
    page.clock.install()
    live_server.stop()

    with page.expect_event("requestfailed", is_autosave):
        field(page).press_sequentially(TYPED)
        page.clock.run_for(6000)
    expect(said(page)).to_have_text(
        "The server does not answer. What you type is kept in this browser."
    )
    for _half_a_minute in range(20):
        with page.expect_event("requestfailed", is_autosave):
            page.clock.run_for(30_000)
    assert desk.kept() == []
    live_server.come_back()
    page.clock.run_for(31_000)

    expect(said(page)).to_contain_text("Kept for you at")
    assert desk.kept() == [TYPED]
    assert page.evaluate("window.wasOnline") == 0


def test_a_save_after_the_session_ended(desk: Desk) -> None:
    page = desk.page(expect={401})
    without_the_check(page)
    desk.gets_a_password()
    desk.end_the_session()

    field(page).press_sequentially(TYPED)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/sign-in?**")
    page.locator("input[name=email]").fill("writer@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")

    page.wait_for_url(desk.path)
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(field(page)).to_have_value(TYPED)
    assert desk.kept() == [TYPED]


@pytest.mark.parametrize("wakes", [True, False], ids=["it wakes", "its power runs out"])
def test_a_laptop_that_is_closed_after_the_last_key(
    desk: Desk, killable: Any, tmp_path: Path, *, wakes: bool
) -> None:
    disk = tmp_path / "browser"
    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)
        page.wait_for_load_state("networkidle")
        held = held_back(page, "**/autosave")
        field(page).press_sequentially(TYPED)
        page.wait_for_function(IS_IN_THE_BROWSER, arg=TYPED)
        # The browser itself, its network and the page.
        assert tell_browser_of(disk, signal.SIGSTOP) > 2
        time.sleep(3)
        assert desk.kept() == []
        if wakes:
            tell_browser_of(disk, signal.SIGCONT)
            page.wait_for_timeout(2000)
            for route in held:
                route.continue_()
            expect(said(page)).to_contain_text("Kept for you at")
            assert desk.kept() == [TYPED]

    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)

        expect(page.get_by_text(BACK)).to_be_visible()
        expect(field(page)).to_have_value(TYPED)
    assert desk.kept() == [TYPED]


def test_a_session_that_ended(desk: Desk) -> None:
    page = desk.page(expect={401})
    without_the_check(page)
    desk.end_the_session()

    field(page).press_sequentially(TYPED)
    expect(said(page)).to_have_text("You are signed out. What you type is kept in this browser.")
    assert desk.kept() == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Load this page again").click()
    page.wait_for_url("**/sign-in?**")
    desk.sign_in(page)
    page.goto(desk.path)

    expect(page.get_by_text(BACK)).to_be_visible()
    expect(field(page)).to_have_value(TYPED)
    assert desk.kept() == [TYPED]


def test_two_windows_lose_neither_text(desk: Desk) -> None:
    first = desk.page(expect={409})
    second = first.context.new_page()
    second.goto(desk.path)
    second.wait_for_load_state("networkidle")
    field(first).press_sequentially("In het eerste venster")
    expect(said(first)).to_contain_text("Kept for you at")

    field(second).press_sequentially("In het tweede venster")
    expect(said(second)).to_contain_text("in another window")

    second.on("dialog", lambda dialog: dialog.accept())
    second.reload()
    expect(field(second)).to_have_value("In het eerste venster")
    expect(second.locator("[data-autosave-offer]").first).to_contain_text("In het tweede venster")
    second.get_by_role("button", name="Bring it back").click()
    expect(field(second)).to_have_value("In het tweede venster")
    assert desk.kept() == ["In het tweede venster"]


def test_a_new_post_that_was_begun_is_found_again(desk: Desk) -> None:
    page = desk.page("/posts/new")
    page.locator("#title").fill("Open dag")
    field(page).press_sequentially(TYPED)
    expect(said(page)).to_contain_text("Kept for you at")

    page.goto("/posts/new")
    page.get_by_role("link", name="Open dag").click()
    expect(field(page)).to_have_value(TYPED)
    page.get_by_role("button", name="Save", exact=True).click()

    page.wait_for_url(re.compile(r"/posts/\d+$"))
    with desk.database.reading() as session:
        assert session.scalars(select(Post.text).where(Post.title == "Open dag")).all() == [TYPED]
    assert desk.kept() == []


def test_what_was_typed_and_taken_away_again_does_not_come_back(desk: Desk) -> None:
    page = desk.page()
    page.route("**/autosave", lambda route: route.abort())
    field(page).press_sequentially("x")
    page.keyboard.press("Backspace")
    page.wait_for_timeout(1500)
    page.unroute("**/autosave")

    page.reload()
    page.wait_for_load_state("networkidle")

    expect(page.get_by_text(BACK)).to_have_count(0)
    assert desk.kept() == []


def test_what_was_typed_before_the_script_came_is_kept(desk: Desk) -> None:
    page = desk.page()
    held = held_back(page, "**/autosave.js")
    with page.expect_request("**/autosave.js"):
        page.reload(wait_until="commit")
    field(page).fill(TYPED)
    for route in held:
        route.continue_()

    expect(said(page)).to_contain_text("Kept for you at")
    assert desk.kept() == [TYPED]


def test_a_save_leaves_nothing_to_bring_back(desk: Desk) -> None:
    page = desk.page()
    field(page).press_sequentially(TYPED)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state("networkidle")

    page.goto(desk.path)
    page.wait_for_load_state("networkidle")

    expect(page.get_by_text(BACK)).to_have_count(0)
    expect(page.locator("[data-autosave-offer]:visible")).to_have_count(0)
    expect(field(page)).to_have_value(TYPED)
    assert desk.kept() == []


@pytest.mark.parametrize(
    "look", [{"width": 360, "colour_scheme": "dark"}, {"width": 1440}], ids=str
)
def test_what_is_back_is_accessible_and_fits(desk: Desk, look: dict[str, Any]) -> None:
    page = desk.page(**look)
    field(page).press_sequentially(TYPED)
    expect(said(page)).to_contain_text("Kept for you at")
    page.reload()
    expect(page.get_by_text(BACK)).to_be_visible()
    page.evaluate("document.querySelector('[data-autosave-offer]').hidden = false")

    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("label", "role", "state"),
    [("New comment", "writer", "draft"), ("What should change?", "editor", "in_review")],
)
def test_a_small_form_is_kept_when_the_browser_is_killed(
    desk: Desk, killable: Any, label: str, role: str, state: str
) -> None:
    desk.becomes(role, state)
    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)
        page.wait_for_load_state("networkidle")
        context.set_offline(True)
        page.get_by_label(label).press_sequentially(TYPED)
        page.wait_for_timeout(2000)
    assert desk.rows() == []

    with killable() as context:
        page = context.new_page()
        desk.sign_in(page)
        page.goto(desk.path)

        expect(page.get_by_text(BACK)).to_be_visible()
        expect(page.get_by_label(label)).to_have_value(TYPED)
    expect(desk.page().get_by_label(label)).to_have_value(TYPED)


def test_a_comment_that_was_sent_does_not_come_back(desk: Desk) -> None:
    page = desk.page()
    page.get_by_label("New comment").press_sequentially(TYPED)
    page.get_by_role("button", name="Add the comment").click()
    expect(page.locator("#comments ol")).to_contain_text(TYPED)
    page.wait_for_load_state("networkidle")

    page.reload()
    page.wait_for_load_state("networkidle")

    expect(page.get_by_label("New comment")).to_have_value("")
    expect(page.get_by_text(BACK)).to_have_count(0)
    expect(page.locator("[data-autosave-offer]:visible")).to_have_count(0)
    assert desk.rows() == []


def test_the_answer_of_a_guest_is_kept_in_the_browser_alone(desk: Desk, killable: Any) -> None:
    link = desk.asks_a_guest()
    with killable() as context:
        page = context.new_page()
        page.goto(link)
        page.wait_for_load_state("networkidle")
        page.get_by_label("Something should change").check()
        page.get_by_role("textbox").press_sequentially(TYPED)
        expect(said(page)).to_have_text("Kept in this browser only, until you send it.")

    with killable() as context:
        page = context.new_page()
        page.goto(link)

        expect(page.get_by_role("textbox")).to_have_value(TYPED)
        expect(page.get_by_label("Something should change")).to_be_checked()
        page.get_by_role("button", name="Send your answer").click()
        expect(page.locator("[data-autosave-over]")).to_have_count(1)
        page.wait_for_load_state("networkidle")
        # Nothing of it is left on what may be another person's machine tomorrow.
        assert page.evaluate(LEFT_IN_THE_BROWSER) == 0
    assert desk.rows() == []


@pytest.mark.parametrize(
    "look", [{"width": 360, "colour_scheme": "dark"}, {"width": 1440}], ids=str
)
def test_a_post_that_went_to_the_bin_meanwhile(desk: Desk, look: dict[str, Any]) -> None:
    page = desk.page(expect={404, 409}, **look)
    page.get_by_label("New comment").press_sequentially("Mag de foto groter?")
    expect(page.locator("#comments [data-autosave-said]")).to_contain_text("Kept for you at")
    page.reload()
    expect(page.get_by_text(BACK)).to_be_visible()
    axe(page)
    field(page).press_sequentially(TYPED)
    with desk.database.writing() as session:
        post, writer = session.get_one(Post, desk.post), session.get_one(Person, desk.writer)
        post.delete(writer, clock.now())

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("This post is in the bin")).to_be_visible()
    expect(page.get_by_text(TYPED)).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Take it out of the bin").click()

    page.wait_for_url(desk.path)
    expect(field(page)).to_have_value(TYPED)
    expect(page.get_by_label("New comment")).to_have_value("Mag de foto groter?")
