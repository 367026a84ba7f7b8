"""The wanted shares in a real browser: the total goes along with what is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app.people.models import Person
from tests.builders import a_person, a_plan, a_team, a_value, sign_in_page
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors


@pytest.fixture
def plan_address(database: Database) -> str:
    """A plan with two values, of 100 and of 0 percent."""
    with database.writing() as session:
        team = a_team(session)
        a_person(session, team, "editor")
        plan = a_plan(session, team)
        a_value(session, plan, name="Samen", hook=12)
        return f"/plans/{plan.id}"


@pytest.fixture
def editor_page(
    site: str, app: Flask, database: Database, open_page: Visitors
) -> Callable[..., Page]:
    """Call it for the browser of the plan's editor."""

    def opened(**settings: Any) -> Page:
        page = open_page(site, **settings)
        with database.reading() as session:
            sign_in_page(page, site, app, session.scalars(select(Person)).one())
        return page

    return opened


@pytest.mark.parametrize(
    "settings",
    [
        {"width": 1440},
        {"width": 360, "colour_scheme": "dark"},
        {"width": 360, "javascript": False},
    ],
)
def test_shares_are_typed_added_up_scaled_and_saved(
    plan_address: str, editor_page: Callable[..., Page], settings: dict[str, Any]
) -> None:
    page = editor_page(**settings)
    page.goto(f"{plan_address}/shares")
    total = page.locator("output")

    page.get_by_label("Samen").fill("25")
    if settings.get("javascript", True):
        expect(total).to_have_text("Samen 125%. Dat is 25% te veel.")
        expect(page.locator(".note", has=total)).to_have_class(re.compile("note-warn"))
    page.get_by_role("button", name="Reken om naar 100").click()

    expect(total).to_have_text("Samen 100%. Er is niets over.")
    expect(page.get_by_label("Samen")).to_have_value("20")
    look_at(page, settings)

    page.get_by_role("button", name="Opslaan").click()

    expect(page.get_by_text("Opgeslagen. De delen zijn samen 100%.")).to_be_visible()
    look_at(page, settings)


@pytest.mark.parametrize("settings", [{"width": 1440}, {"width": 360, "colour_scheme": "dark"}])
def test_the_pages_of_the_room_are_for_everybody(
    plan_address: str, editor_page: Callable[..., Page], settings: dict[str, Any]
) -> None:
    page = editor_page(**settings)

    for path in ("/values", "/copy", ""):
        page.goto(f"{plan_address}{path}")
        look_at(page, settings)
    page.goto(f"{plan_address}/values")
    page.get_by_role("button", name="Ik heb de merkwaarden gelezen").click()
    expect(page.get_by_text("Gelezen door 1 van 1 collega")).to_be_visible()
    look_at(page, settings)


def look_at(page: Page, settings: dict[str, Any]) -> None:
    """Nothing sticks out at the side, and axe-core (which needs scripts) finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if settings.get("javascript", True):
        axe(page)
