"""Quick add in a real browser: the line, its preview while it is typed, and Enter."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from tests import builders
from tests.support.accessibility import axe
from tests.support.browser import held_back

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors

CALENDAR = "/calendar?view=month&date=2026-11-10"
EXAMPLE = "di 9:30 LinkedIn Vacature verpleegkundige #Nabij @Anouk"


@pytest.fixture(autouse=True)
def _monday_morning(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 9, 8, 18, tzinfo=UTC), tick=True)


@pytest.fixture
def window(site: str, app: Flask, database: Database, open_page: Visitors) -> Callable[..., Page]:
    """Call it for the browser of a writer on the calendar."""
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        plan.values[0].name = "Nabij"
        plan.channels[0].name = "LinkedIn"
        writer = builders.a_person(session, team, name="Anouk de Vries", language="nl").id
    with database.reading() as session:
        person = session.get_one(Person, writer)

    def opened(**look: Any) -> Page:
        page = open_page(site, **{"expect": {422}, **look})
        builders.sign_in_page(page, site, app, person)
        page.goto(CALENDAR)
        return page

    return opened


def kept(database: Database) -> list[Post]:
    with database.reading() as session:
        return list(session.scalars(select(Post).order_by(Post.id)))


def test_the_example_is_seen_and_saved_by_enter(
    window: Callable[..., Page], database: Database
) -> None:
    page = window()
    line = page.locator("#quick-text")

    line.press_sequentially(EXAMPLE)
    expect(page.locator(".quick-chip", has_text="di 10 nov")).to_be_visible()
    expect(page.locator(".quick-chip", has_text="Anouk de Vries")).to_be_visible()
    expect(page.locator("[data-quick-summary]")).to_contain_text("09:30")
    assert kept(database) == []
    line.press("Enter")

    expect(page.locator("#d-2026-11-10")).to_contain_text("Vacature verpleegkundige")
    assert page.url.endswith(CALENDAR)
    [post] = kept(database)
    assert post.starts_at == datetime(2026, 11, 10, 8, 30, tzinfo=UTC)


def test_enter_without_waiting_for_the_preview_saves_the_line_as_it_stands(
    window: Callable[..., Page], database: Database
) -> None:
    page = window()

    page.locator("#quick-text").fill(EXAMPLE)
    page.locator("#quick-text").press("Enter")

    expect(page.locator("#d-2026-11-10")).to_contain_text("Vacature verpleegkundige")
    assert len(kept(database)) == 1


def test_a_line_typed_before_the_script_came_is_seen_without_another_key(
    window: Callable[..., Page],
) -> None:
    page = window()
    held = held_back(page, "**/quick-add.js*")
    with page.expect_request("**/quick-add.js*"):
        page.reload()
    page.locator("#quick-text").fill(EXAMPLE)
    held[0].continue_()

    expect(page.locator(".quick-said")).to_have_text(EXAMPLE)


def test_an_unsure_day_is_asked_and_answered_by_keyboard(
    window: Callable[..., Page], database: Database
) -> None:
    page = window()
    line = page.locator("#quick-text")

    line.fill("volgende dinsdag 10u Rooster #Nabij")
    line.press("Enter")
    first = page.locator(".quick-question input").first
    expect(first).to_be_focused()
    assert kept(database) == []
    page.keyboard.press("ArrowDown")
    expect(page.locator(".quick-preview[data-ready]")).to_be_visible()
    expect(page.locator(".quick-question input:checked")).to_be_focused()
    line.press("Enter")

    expect(page.locator("#d-2026-11-17")).to_contain_text("Rooster")
    assert kept(database)[0].starts_at == datetime(2026, 11, 17, 9, tzinfo=UTC)


def test_without_scripts_the_preview_is_a_page(
    window: Callable[..., Page], database: Database
) -> None:
    page = window(javascript=False)

    page.locator("#quick-text").fill("volgende dinsdag 10u Rooster #Nabij")
    page.locator("#quick-text").press("Enter")
    expect(page).to_have_url(re.compile(r"/quick-add\?text="))
    page.get_by_role("radio", name="di 17 nov").check()
    page.locator(".quick-preview button").click()

    expect(page.locator("#d-2026-11-17")).to_contain_text("Rooster")
    assert len(kept(database)) == 1


@pytest.mark.parametrize("look", [{"width": 360}, {"colour_scheme": "dark"}], ids=str)
def test_the_preview_is_accessible_and_fits(
    window: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = window(**look)

    for text in (EXAMPLE, "volgende dinsdag Rooster @Piet 3/4 van de zorg", "x" * 210):
        page.locator("#quick-text").fill(text)
        page.locator("#quick-text").press("Enter") if "Rooster" in text else None
        expect(page.locator(".quick-said")).to_have_text(text)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
