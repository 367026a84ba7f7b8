"""Choosing invitations by mail in a real browser, on a wide and a narrow screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from calendar_app.feed.models import meetups_by_mail
from calendar_app.people.models import Person
from tests.builders import a_meetup, a_person, a_team, sign_in_page
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors


def enter(page: Page, site: str, app: Flask, database: Database) -> int:
    """Sign in somebody who takes part in a meet-up, as the sign-in page would."""
    with database.writing() as session:
        team = a_team(session)
        person = a_person(session, team, "viewer", language="en")
        a_meetup(session, team, [person])
        person_id = person.id
    with database.reading() as session:
        sign_in_page(page, site, app, session.get_one(Person, person_id))
    return person_id


def way_of(database: Database, person_id: int) -> str:
    with database.reading() as session:
        return meetups_by_mail(session, session.get_one(Person, person_id)).way


@pytest.mark.parametrize(
    ("width", "javascript", "colours"),
    [
        (1440, True, "light"),
        (1440, True, "dark"),
        (360, True, "light"),
        (360, True, "dark"),
        (360, False, "light"),
    ],
)
def test_somebody_chooses_the_mail_and_the_feed_again(  # noqa: PLR0917 - fixtures
    site: str,
    app: Flask,
    database: Database,
    open_page: Visitors,
    width: int,
    javascript: bool,  # noqa: FBT001 - a column of a table
    colours: ColourScheme,
) -> None:
    page = open_page(site, width=width, javascript=javascript, colour_scheme=colours)
    person_id = enter(page, site, app, database)
    # axe-core is a script itself.
    check = axe if javascript else _look_away

    page.goto(f"{site}/feeds")
    page.get_by_label("Name").fill("Phone")
    page.locator("[name=scope][value=meetups]").check()
    page.get_by_role("button", name="Make feed").click()

    page.goto(f"{site}/settings/reminders")
    check(page)
    page.get_by_role("link", name="Choose how the meet-ups come into your calendar").click()
    assert page.get_by_label("In my feeds").is_checked()
    page.get_by_label("As invitations by mail").check()
    page.get_by_role("button", name="Save this choice").click()

    page.get_by_text("This feed is empty now: you get the meet-ups by mail.").wait_for()
    check(page)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0 if javascript else True
    assert way_of(database, person_id) == "mail"
    page.goto(f"{site}/settings/reminders")
    page.get_by_text("as invitations by mail. When one changes").wait_for()
    check(page)

    page.goto(f"{site}/feeds#meetups")
    page.get_by_label("In my feeds").check()
    page.get_by_role("button", name="Save this choice").click()
    page.get_by_text("Saved.").wait_for()
    assert way_of(database, person_id) == "feed"


def _look_away(_page: Page) -> None:
    """Nothing can be checked."""
