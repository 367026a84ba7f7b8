"""Two people have one post open, and each sees the other come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import delete

from calendar_app.people.models import Person, Visit
from tests import builders

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

ROUND = 15_000  # milliseconds
HOUR = 3_600_000
MOST_ROUNDS = 20


class Room:
    """A post, and who may write on it."""

    def __init__(self, site: str, app: Flask, database: Database, open_page: Visitors) -> None:
        self.site, self.app, self.database, self._open = site, app, database, open_page
        with database.writing() as session:
            team = builders.a_team(session)
            plan = builders.a_plan(session, team)
            self.path = f"{site}/posts/{builders.a_post(session, team, plan).id}"
            self.people = {
                name: builders.a_person(session, team, "writer", name=name, language="en").id
                for name in ("Anouk", "Joris")
            }

    def page(self, name: str) -> Page:
        """The post as `name` sees it, with a clock that the test moves."""
        page = self._open(self.site)
        with self.database.reading() as session:
            person = session.get_one(Person, self.people[name])
        builders.sign_in_page(page, self.site, self.app, person)
        page.clock.install()
        open_post(page, self.path)
        return page


def open_post(page: Page, path: str) -> None:
    with page.expect_response("**/presence"):
        page.goto(path)


def a_round(page: Page) -> None:
    with page.expect_response("**/presence"):
        page.clock.fast_forward(ROUND)


def test_one_sees_the_other_come_and_go(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> None:
    room = Room(site, app, database, open_page)
    anouk = room.page("Anouk")
    told = anouk.get_by_role("status").filter(has_text="working on this post")
    expect(told).to_have_count(0)

    joris = room.page("Joris")
    expect(joris.get_by_text("Anouk is working on this post too.")).to_be_visible()
    a_round(anouk)
    expect(told).to_have_text("Joris is working on this post too.")

    joris.goto(f"{site}/posts/new")
    # The server's own clock goes on as ever: so soon only who said so is gone.
    for _again in range(MOST_ROUNDS):
        a_round(anouk)
        if not told.count():
            break
    expect(told).to_have_count(0)

    open_post(joris, room.path)
    a_round(anouk)
    expect(told).to_have_count(1)
    joris.locator("#title").fill("Nachtdienst op de spoed")
    joris.get_by_role("button", name="Save").first.click()
    expect(joris.get_by_text("Joris changed this post")).to_be_visible()


def test_a_page_that_nobody_touches_asks_no_more_until_somebody_does(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> None:
    page = Room(site, app, database, open_page).page("Anouk")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.clock.fast_forward(HOUR + 1)
    page.clock.run_for(2 * ROUND)
    in_silence = [url for url in asked if url.endswith("/presence")]
    with page.expect_response("**/presence"):
        page.keyboard.press("Tab")

    assert in_silence == []


def test_after_the_session_ended_the_page_asks_no_more(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> None:
    page = Room(site, app, database, open_page).page("Anouk")
    open_page.watch.expected_statuses.add(401)
    with database.writing() as session:
        session.execute(delete(Visit))
    asked: list[str] = []

    a_round(page)
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(3 * ROUND)

    assert asked == []
