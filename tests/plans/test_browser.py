"""The plan in a real browser, without and with scripts: from nothing to a plan, and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.people.models import Person
from tests.builders import a_person, a_plan, a_team, sign_in_page
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors


def enter(page: Page, site: str, app: Flask, database: Database) -> None:
    """Sign in the editor of a team without plans, as the sign-in page would."""
    with database.writing() as session:
        editor = a_person(session, a_team(session), "editor").id
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, editor))


@pytest.fixture
def editor_page(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> Callable[..., Page]:
    """Call it for the browser of an editor whose team has no plan yet."""

    def opened(**settings: Any) -> Page:
        page = open_page(site, **settings)
        enter(page, site, app, database)
        return page

    return opened


@pytest.mark.parametrize(
    "settings",
    [
        {"width": 1440},
        {"width": 360, "colour_scheme": "dark"},
        {"width": 1440, "javascript": False},
    ],
)
def test_a_plan_grows_from_nothing_and_what_is_removed_comes_back(
    editor_page: Callable[..., Page], settings: dict[str, Any]
) -> None:
    page = editor_page(**settings)

    page.goto("/plans/")
    look_at(page, "Plannen", settings)
    page.get_by_role("link", name="Nieuw plan").click()
    look_at(page, "Nieuw plan", settings)
    page.get_by_label("Naam van het plan").fill("Verpleegkundigen werven")
    page.get_by_role("button", name="Plan maken").click()
    look_at(page, "Verpleegkundigen werven", settings)

    page.get_by_role("link", name="Nieuwe merkwaarde").click()
    look_at(page, "Nieuwe merkwaarde", settings)
    page.get_by_label("Naam").fill("Nabij")
    page.get_by_label("Roze").check()
    page.get_by_label("Betekenis").fill("We kennen elkaar.")
    page.get_by_role("button", name="Opslaan", exact=True).click()
    look_at(page, "Verpleegkundigen werven", settings)

    value = page.locator(".value-card.value-5")
    value.get_by_role("link", name="Wijzig").click()
    look_at(page, "Nabij", settings)
    page.get_by_text("Deze merkwaarde weghalen").click()
    page.get_by_role("button", name="Weghalen").click()
    page.get_by_role("link", name="Zet het terug").click()
    look_at(page, "Weggehaald uit dit plan", settings)
    page.get_by_role("button", name="Terugzetten").click()

    value.get_by_role("heading", name="Nabij").wait_for()


def look_at(page: Page, title: str, settings: dict[str, Any]) -> None:
    """Nothing sticks out at the side, and axe-core (which needs scripts) finds nothing."""
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if settings.get("javascript", True):
        axe(page)


@pytest.fixture
def long_plan(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> Callable[[int], Page]:
    """Call it with a width for the page of a plan that is much higher than the screen."""

    def opened(width: int) -> Page:
        with database.writing() as session:
            session.expire_on_commit = False
            team = a_team(session)
            editor = a_person(session, team, "editor")
            plan = a_plan(session, team, story="Dicht bij mensen.\n" * 60)
        page = open_page(site, width=width)
        sign_in_page(page, site, app, editor)
        page.goto(f"/plans/{plan.id}")
        return page

    return opened


def test_beside_a_wide_plan_what_is_missing_stays_in_sight(
    long_plan: Callable[[int], Page],
) -> None:
    page = long_plan(1440)

    page.mouse.move(600, 400)
    page.mouse.wheel(0, 600)
    page.wait_for_function("scrollY > 300")

    assert page.locator("#missing").evaluate("one => one.getBoundingClientRect().top >= 0")
    assert not page.locator(".jumps").is_visible()
    axe(page)


def test_from_the_top_of_a_narrow_plan_a_link_leads_to_what_is_missing(
    long_plan: Callable[[int], Page],
) -> None:
    page = long_plan(360)
    is_in_sight = "one => one.getBoundingClientRect().top < innerHeight"
    assert not page.locator("#missing").evaluate(is_in_sight)

    page.locator(".jumps a").first.click()

    assert page.locator("#missing").evaluate(is_in_sight)
    axe(page)
