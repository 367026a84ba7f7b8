"""The checklist in a real browser: one click ticks a point, and what is open follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from tests.builders import a_point, sign_in_page
from tests.posts.room import a_room
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors

LONG = "Arbeidsongeschiktheidsverzekeringsvoorwaarden" * 2


class Listed(NamedTuple):
    """A post of a team with a list, and who may keep that list."""

    post_id: int
    editor_id: int


@pytest.fixture
def listed(database: Database) -> Listed:
    """Three points: one short, one of a single long word, and one of several words."""
    with database.writing() as session:
        room = a_room(session)
        for place, text in enumerate(("Link getest", LONG, "Toestemming van wie op de foto staat")):
            a_point(session, room.team, text=text, position=place)
        room.editor.language = "en"
        return Listed(room.post().id, room.editor.id)


def enter(page: Page, site: str, app: Flask, database: Database, listed: Listed) -> None:
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, listed.editor_id))


def _looks_well(page: Page) -> None:
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("look", [(360, "dark"), (1440, "light")], ids=["phone", "desk"])
def test_a_click_ticks_and_what_is_open_follows(
    site: str,
    app: Flask,
    database: Database,
    open_page: Visitors,
    listed: Listed,
    look: tuple[int, ColourScheme],
) -> None:
    page = open_page(site, width=look[0], colour_scheme=look[1])
    enter(page, site, app, database, listed)
    page.goto(f"/posts/{listed.post_id}")
    page.fill("#title", "Nog niet bewaard")

    page.get_by_label("Link getest").focus()
    page.keyboard.press("Space")

    expect(page.locator("#checklist-done")).to_have_text("1 of 3 done")
    expect(page.locator("#checklist-open")).to_have_text("2 points of the list are open")
    expect(page.get_by_label("Link getest")).to_be_focused()
    expect(page.locator("#check-found")).not_to_contain_text("Link getest")
    expect(page.locator("#check-found")).to_contain_text(LONG)
    page.get_by_label(LONG).check()
    page.get_by_label("Link getest").uncheck()
    page.get_by_label("Toestemming").check()
    expect(page.locator("#checklist-done")).to_have_text("2 of 3 done")
    expect(page.locator("#checklist-open")).to_have_text("One point of the list is open")
    expect(page.locator("#title")).to_have_value("Nog niet bewaard")
    _looks_well(page)


def test_points_are_ticked_without_scripts(
    site: str, app: Flask, database: Database, open_page: Visitors, listed: Listed
) -> None:
    page = open_page(site, javascript=False)
    enter(page, site, app, database, listed)
    page.goto(f"/posts/{listed.post_id}")

    page.get_by_label("Link getest").check()
    page.get_by_role("button", name="Save what is ticked").click()

    expect(page.get_by_label("Link getest")).to_be_checked()
    expect(page.locator("#checklist-done")).to_have_text("1 of 3 done")


@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_of_the_list_is_accessible_and_fits(
    site: str, app: Flask, database: Database, open_page: Visitors, listed: Listed, width: int
) -> None:
    page = open_page(site, width=width, expect={422})
    enter(page, site, app, database, listed)
    page.goto("/settings/checklist")
    _looks_well(page)

    page.locator("#point-2 form[action$=removal] button").click()
    expect(page.locator("#removed")).to_contain_text(LONG)
    page.fill("#text-new", "link getest")
    page.get_by_role("button", name="Add the point").click()
    expect(page.locator("#text-new-error")).to_be_visible()
    _looks_well(page)


def test_a_tick_that_is_not_taken_goes_back_and_says_so(
    site: str, app: Flask, database: Database, open_page: Visitors, listed: Listed
) -> None:
    page = open_page(site, expect={422})
    enter(page, site, app, database, listed)
    page.goto(f"/posts/{listed.post_id}")
    page.wait_for_load_state("networkidle")
    with database.writing() as session:
        session.get_one(Post, listed.post_id).state = "cancelled"

    page.get_by_label("Link getest").click()

    expect(page.get_by_text("This was not saved. Try it again.").first).to_be_visible()
    expect(page.get_by_label("Link getest")).not_to_be_checked()
