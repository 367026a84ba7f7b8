"""Nothing that was typed is lost: browsers are killed, networks cut and sessions ended for it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect
from sqlalchemy import delete, select

from calendar_app.people.models import Person, Visit
from calendar_app.posts.autosaves import PostAutosave
from calendar_app.posts.models import Post
from tests import builders
from tests.support import environment
from tests.support.accessibility import axe
from tests.support.browser import FLAGS, PATIENCE, held_back

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import BrowserContext, Page

    from calendar_app.db import Database
    from tests.support.browser import Chromium, Visitors

TYPED = "Elke nacht staat er iemand klaar"
BACK = "You typed this"


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
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if f"--user-data-dir={disk}" in command:
            os.kill(int(process.name), signal.SIGKILL)


def without_the_check(page: Page) -> None:
    """The check beside the form asks the server too; what it says in the console is not ours."""
    page.route("**/posts/check", lambda route: route.fulfill(body=""))


def said(page: Page) -> Any:
    return page.locator("[data-autosave-said]")


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
    expect(second.locator("[data-autosave-offer]")).to_contain_text("In het tweede venster")
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
    expect(page.locator("[data-autosave-offer]")).to_be_hidden()
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
