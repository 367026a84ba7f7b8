"""The page of a plan as a browser prints it, and the way from there to the PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Person
from calendar_app.sample.team import add_plan
from tests.builders import a_person, a_team, sign_in_page
from tests.support.papers import Paper

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import Visitors


@pytest.fixture
def plan_page(site: str, app: Flask, database: Database, open_page: Visitors) -> Page:
    """The page of the sample's plan, before an editor on a dark screen."""
    with database.writing() as session:
        team = a_team(session)
        plan_id = add_plan(session, team, date(2026, 11, 10)).id
        editor = a_person(session, team, "editor").id
    page = open_page(site, width=1440, colour_scheme="dark")
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, editor))
    page.goto(f"/plans/{plan_id}")
    return page


def test_the_printed_page_is_the_plan_on_two_sheets_and_nothing_to_press(plan_page: Page) -> None:
    heading = plan_page.get_by_role("heading", level=1)
    printed = Paper(plan_page.pdf(prefer_css_page_size=True))
    plan_page.emulate_media(media="print")

    assert printed.pages == 2
    for words in ["Verpleegkundigen werven", "Aangenomen", "Nabij", "Stijl en toon", "Viva Engage"]:
        assert words in printed.text, words
    for tool in ["Afdrukken", "Download", "Nieuwe doelgroep", "Wijzig", "Valkuilen", "http"]:
        assert tool not in printed.text, tool
    assert plan_page.get_by_role("button").filter(visible=True).count() == 0
    assert plan_page.get_by_role("navigation").filter(visible=True).count() == 0
    # Ink, though the screen is dark.
    assert heading.evaluate("one => getComputedStyle(one).color") == "rgb(31, 36, 48)"


def test_the_buttons_print_and_download(plan_page: Page, tmp_path: Path) -> None:
    plan_page.evaluate("window.print = () => { document.title = 'printed' }")
    plan_page.get_by_role("button", name="Afdrukken").click()
    plan_page.wait_for_function("document.title === 'printed'")

    with plan_page.expect_download() as waiting:
        plan_page.get_by_role("link", name="Download als pdf").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)

    assert file.name == "Plan Verpleegkundigen werven.pdf"
    assert "Hoe kunnen we verpleegkundigen" in Paper(file.read_bytes()).text
