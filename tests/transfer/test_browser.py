"""The whole way of a table in a browser, wide and on a phone, each page of it seen by axe."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from calendar_app.app import create_app
from calendar_app.posts.models import Post
from tests import builders
from tests.support.accessibility import axe_violations, described

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from calendar_app.config import Config
    from calendar_app.db import Database
    from calendar_app.people.models import Person
    from tests.support.browser import ColourScheme, Visitors

TABLE = (
    "Datum;Tijd;Titel;Tekst;Kanaal;Merkwaarde;Doelgroep;Zomaar\n"
    "24-12-2099;9:30;Kerst op de spoed;Wij zijn er.;LinkedIn;Nabij;Verpleegkundigen;x\n"
    ";;Open dag;Kom kijken.;;;;\n"
    "31-2-2099;;Een fout met een lang woord: arbeidsongeschiktheidsverzekering;;LinkedInn;;;\n"
)


@pytest.fixture
def writer(database: Database) -> Person:
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        plan.values[0].name, plan.audiences[0].name = "Nabij", "Verpleegkundigen"
        plan.channels[0].name = "LinkedIn"
        return builders.a_person(session, team, "writer", name="Anouk Visser", language="en")


def titles(database: Database) -> list[str]:
    with database.reading() as session:
        wanted = select(Post.title).where(Post.deleted_at.is_(None)).order_by(Post.id)
        return list(session.scalars(wanted))


def is_right(page: Page) -> None:
    """axe finds nothing, and nothing is wider than the window."""
    found = [described(violation) for violation in axe_violations(page)]
    assert not found, "\n".join(found)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0


@pytest.mark.parametrize("look", [(360, "dark"), (1440, "light")], ids=["phone", "wide"])
def test_a_table_is_seen_brought_in_and_undone(
    open_page: Visitors,
    site: str,
    config: Config,
    database: Database,
    writer: Person,
    look: tuple[int, ColourScheme],
) -> None:
    width, scheme = look
    page = open_page(site, width=width, colour_scheme=scheme, expect={422})
    builders.sign_in_page(page, site, create_app(config, database), writer)

    page.goto("/posts/import")
    is_right(page)
    page.get_by_role("button", name="Show what it becomes").click()
    expect(page.get_by_text("Choose a file, or paste a table.").first).to_be_visible()
    is_right(page)
    page.get_by_label("A file").set_input_files(
        {"name": "kalender.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    page.get_by_role("button", name="Show what it becomes").click()
    expect(page.get_by_text("kalender.csv: 3 rows.")).to_be_visible()
    is_right(page)

    page.get_by_text("What each column is about").click()
    page.get_by_label("Zomaar").select_option("Leave out")
    is_right(page)
    page.get_by_role("button", name="Show it like this").click()
    expect(page.get_by_role("link", name="row 4")).to_be_visible()
    page.get_by_role("button", name="Bring in 2 posts").click()
    expect(page.get_by_text("so nothing came in").first).to_be_visible()
    is_right(page)
    assert titles(database) == []

    page.get_by_label("Leave out the wrong rows").check()
    page.get_by_role("button", name="Bring in 2 posts").click()
    page.wait_for_url(re.compile("date=2099-12-24"))
    expect(page.get_by_text("2 posts are brought in.")).to_be_visible()
    assert titles(database) == ["Kerst op de spoed", "Open dag"]

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: 2 posts are in the bin.")).to_be_visible()
    assert titles(database) == []


def test_what_the_calendar_shows_is_downloaded_from_it(
    open_page: Visitors, site: str, config: Config, database: Database, writer: Person
) -> None:
    with database.writing() as session:
        team = session.merge(writer).memberships[0].team
        plan = builders.a_plan(session, team)
        builders.a_post(session, team, plan, title="In november")
        later = datetime(2026, 12, 10, 9, tzinfo=UTC)
        builders.a_post(session, team, plan, title="In december", starts_at=later)
    page = open_page(site, width=1440)
    builders.sign_in_page(page, site, create_app(config, database), writer)
    page.goto("/calendar?view=month&date=2026-11-10")

    page.get_by_text("In and out").click()
    is_right(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()

    text = download.value.path().read_text(encoding="utf-8-sig")
    assert "In november" in text
    assert "In december" not in text


def test_ideas_that_were_brought_in_are_undone_by_the_keyboard(
    open_page: Visitors, site: str, config: Config, database: Database, writer: Person
) -> None:
    page = open_page(site)
    builders.sign_in_page(page, site, create_app(config, database), writer)
    page.goto("/posts/import")
    page.get_by_label("Or paste a table here").fill("Titel\nEerste idee\nTweede idee\n")
    page.get_by_role("button", name="Show what it becomes").click()
    page.get_by_role("button", name="Bring in 2 posts").click()
    expect(page.get_by_text("2 posts are brought in.")).to_be_visible()
    page.wait_for_load_state("networkidle")

    page.keyboard.press("Control+z")

    expect(page.get_by_text("Undone: 2 posts are in the bin.")).to_be_visible()
    assert titles(database) == []
