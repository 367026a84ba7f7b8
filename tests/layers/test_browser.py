"""The pages of other calendars in a browser: by mouse, on a phone, and for axe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from calendar_app import clock
from calendar_app.app import create_app
from calendar_app.layers.models import ExternalCalendar
from calendar_app.moments import local
from tests import builders
from tests.layers.conftest import LOOPBACK
from tests.layers.files import a_day, a_file
from tests.support.accessibility import axe_violations, described

if TYPE_CHECKING:
    from pathlib import Path

    from calendar_app.config import Config
    from calendar_app.db import Database
    from calendar_app.people.models import Person
    from tests.support.browser import Visitors


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, outbound_allow=LOOPBACK)


@pytest.fixture
def editor(database: Database) -> Person:
    """An editor of a team with calendars in each state, and a month with layers."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session, language="en")
        editor = builders.a_person(session, team, "editor", name="Mo Vos")
        calendar = builders.a_calendar(session, team, name="Campaigns", unread=2, is_cut=True)
        for number in range(7):
            builders.an_event(session, calendar, title=f"Care week {number}")
        builders.an_event(
            session,
            calendar,
            title="Fair",
            url="https://a.example/fair",
            is_cancelled=True,
            starts_at=datetime(2026, 11, 12, 9, tzinfo=UTC),
            ends_at=datetime(2026, 11, 12, 10, tzinfo=UTC),
        )
        builders.an_absence(session, team, editor, date(2026, 11, 12), date(2026, 11, 13))
        failing = {"last_error": "The other side gives an error (%(status)s)."}
        builders.a_calendar(
            session,
            team,
            name="Intranet",
            address="https://intranet.example/agenda-with-a-long-name.ics",
            last_error_values={"status": 500},
            **failing,
        )
        at = datetime(2026, 11, 1, tzinfo=UTC)
        builders.a_calendar(session, team, name="Off", paused_at=at)
        builders.a_calendar(session, team, name="Gone", deleted_at=at)
        return editor


Visit = Callable[..., Page]


@pytest.fixture
def visit(
    open_page: Visitors, site: str, config: Config, database: Database, editor: Person
) -> Visit:
    """Opens a page as the editor's browser, as wide and dark as told."""

    def visited(**look: Any) -> Page:
        page = open_page(site, locale="en-GB", expect={422}, **look)
        builders.sign_in_page(page, site, create_app(config, database), editor)
        return page

    return visited


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (320, "dark")])
def test_every_state_is_accessible(visit: Visit, width: int, scheme: str) -> None:
    page = visit(width=width, colour_scheme=scheme)
    wrong = []

    for path in ("/settings/calendars", "/settings/calendars/new", "/calendar?date=2026-11-10"):
        page.goto(path)
        if "new" in path:
            page.get_by_label("Name").fill("Campaigns")
            page.get_by_role("button", name="Add it").click()
            expect(page.get_by_role("alert")).to_be_visible()
        for details in page.locator(".day-layers details, details.confirm").all():
            details.evaluate("open => open.open = true")
        wrong += [described(violation) for violation in axe_violations(page)]
        wider = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        wrong += [f"{path} is {wider} px too wide"] if wider > 0 else []

    assert not wrong, "\n".join(wrong)


def test_a_file_is_brought_in_and_lies_under_the_posts(
    visit: Visit, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "agenda.ics"
    today = local(clock.now(), "Europe/Amsterdam").date()
    file.write_bytes(a_file(a_day("Open day for nurses", f"{today:%Y%m%d}")))
    page = visit(width=360)

    page.goto("/settings/")
    page.get_by_role("link", name="Other calendars").click()
    page.get_by_role("link", name="Add a calendar").click()
    page.get_by_label("Name").fill("Hospital")
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_text("Magenta").click()
    page.get_by_role("button", name="Add it").click()

    expect(page.get_by_text("The calendar is there.")).to_be_visible()
    with database.reading() as session:
        hooks = {one.name: one.hook for one in session.query(ExternalCalendar)}
    assert hooks["Hospital"] == 12
    page.goto("/calendar")
    expect(page.get_by_text("Open day for nurses")).to_be_visible()
    expect(page.locator(".layer-name", has_text="Hospital")).to_be_visible()


@pytest.mark.parametrize(("width", "shows_head"), [(1366, True), (360, False)])
def test_the_week_tells_what_lies_under_a_day_once_on_any_screen(
    visit: Visit, width: int, *, shows_head: bool
) -> None:
    page = visit(width=width)

    page.goto("/calendar?view=week&date=2026-11-12")

    heads = page.locator(".week thead")
    cell = page.locator("#d-2026-11-12")
    assert heads.is_visible() is shows_head
    for words in ("Mo is away", "Fair"):
        expect((heads if shows_head else cell).get_by_text(words).first).to_be_visible()
        expect(page.get_by_text(words).filter(visible=True)).to_have_count(
            page.locator(".week thead").get_by_text(words).count()
        )
    expect(cell.locator(".week-day-name")).to_be_visible(visible=not shows_head)
