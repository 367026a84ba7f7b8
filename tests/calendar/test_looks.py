"""Each view of the calendar in a real browser: accessible, and no wider than its window."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from calendar_app.people.models import Person
from tests import builders
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

    from calendar_app.db import Database
    from tests.support.browser import ColourScheme, Visitors

VIEWS = (
    "/calendar?view=month&select=1",
    "/calendar?view=week",
    "/calendar?view=week&select=1",
    "/calendar?view=list&select=1",
    "/calendar?view=board",
    "/calendar?view=board&by=channel&select=1",
    "/calendar/views?view=week&state=draft",
    "/calendar/fitting",
    "/calendar/move?from=2026-11-01",
)


class Look(NamedTuple):
    """How somebody sees the pages."""

    language: str
    scheme: ColourScheme
    width: int


LOOKS = (
    Look("nl", "light", 1366),
    Look("en", "dark", 1366),
    Look("en", "light", 768),
    Look("nl", "dark", 320),
)


@pytest.fixture
def writer(database: Database) -> Person:
    """A writer whose team has posts in each state, ideas, a gap, a long word and full layers."""
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        states = ("draft", "in_review", "changes_asked", "approved", "published", "cancelled")
        for number, state in enumerate(states):
            builders.a_post(
                session,
                team,
                plan,
                title=f"Arbeidsongeschiktheidsverzekeringsvoorwaarden {number}",
                state=state,
                starts_at=datetime(2026, 11, 9, 8, tzinfo=UTC) + timedelta(hours=number * 7),
            )
        builders.a_post(session, team, plan, title="Leerling", state="idea", starts_at=None)
        person = builders.a_person(session, team, name="Anouk Visser")
        calendar = builders.a_calendar(session, team)
        for number in range(6):
            builders.an_event(session, calendar, title=f"Verzekeringsvoorwaardenweek {number}")
        builders.an_absence(session, team, person, date(2026, 11, 9), date(2026, 11, 12))
        session.flush()
        person_id = person.id
    with database.reading() as session:
        return session.get_one(Person, person_id)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_every_view_is_accessible_and_fits(
    site: str, app: Flask, database: Database, open_page: Visitors, writer: Person, look: Look
) -> None:
    with database.writing() as session:
        session.get_one(Person, writer.id).language = look.language
    page: Page = open_page(site, width=look.width, height=900, colour_scheme=look.scheme)
    builders.sign_in_page(page, site, app, writer)
    for view in VIEWS:
        joint = "&" if "?" in view else "?"
        page.goto(f"{view}{joint}date=2026-11-10")
        folds = "#calendar-view details"
        page.evaluate(f"document.querySelectorAll('{folds}').forEach(one => {{ one.open = true }})")
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (view, look)
