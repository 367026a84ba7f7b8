"""Making, using and ending a feed in a real browser, with and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Person
from tests.builders import a_person, a_team, sign_in_page
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors


def enter(page: Page, site: str, app: Flask, database: Database) -> None:
    """Sign in the viewer of a team, as the sign-in page would."""
    with database.writing() as session:
        viewer = a_person(session, a_team(session), "viewer").id
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, viewer))


@pytest.mark.parametrize(
    ("width", "javascript", "colours"),
    [(1440, True, "light"), (360, True, "dark"), (360, False, "light")],
)
def test_a_viewer_makes_renames_and_ends_a_feed(  # noqa: PLR0917 - fixtures
    site: str,
    app: Flask,
    database: Database,
    open_page: Visitors,
    width: int,
    javascript: bool,  # noqa: FBT001 - a column of a table
    colours: ColourScheme,
) -> None:
    page = open_page(site, width=width, javascript=javascript, colour_scheme=colours, expect=[422])
    enter(page, site, app, database)
    # axe-core is a script itself.
    check = axe if javascript else _look_away

    page.goto(f"{site}/feeds")
    check(page)
    page.get_by_label("Naam").fill("Outlook werk")
    page.locator("[name=detail][value=full]").check()
    page.get_by_role("button", name="Maak het agenda-abonnement").click()
    address = page.get_by_label("Adres van je agenda-abonnement").input_value()
    check(page)

    file = page.context.request.get(address)
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"

    page.get_by_role("link", name="Klaar").click()
    page.get_by_text("Laatst opgehaald").wait_for()
    check(page)

    page.get_by_label("Naam").fill("Outlook werk")
    page.get_by_role("button", name="Maak het agenda-abonnement").click()
    page.get_by_role("alert").wait_for()
    check(page)

    page.goto(f"{site}/feeds")
    page.get_by_role("link", name="Naam wijzigen").click()
    check(page)
    page.get_by_label("Naam").fill("Telefoon")
    page.get_by_role("button", name="Opslaan").click()
    page.get_by_role("heading", name="Telefoon").wait_for()

    page.get_by_text("Stoppen").click()
    check(page)
    page.get_by_role("button", name="Stop nu").click()
    page.get_by_role("heading", name="Je hebt nog geen agenda-abonnement").wait_for()
    assert page.context.request.get(address).status == 404


def _look_away(_page: Page) -> None:
    """Nothing can be checked."""
