"""Posts out into a file: which ones, in which columns, and of whom."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import pytest
from openpyxl.reader.excel import load_workbook

from calendar_app.people.models import Person
from calendar_app.plans.models import Plan
from calendar_app.transfer import exporting
from tests import builders
from tests.support.site import Site, _tuesday_morning, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient

__all__ = ["_tuesday_morning", "site"]


@pytest.fixture
def viewer(site: Site) -> FlaskClient:
    return site.visitor("viewer")


def lines(client: FlaskClient, query: str = "") -> list[list[str]]:
    answer = client.get(f"/posts/export.csv?{query}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))


def titles(client: FlaskClient, query: str = "") -> list[str]:
    return [line[2] for line in lines(client, query)[1:]]


def test_a_post_goes_out_in_the_columns_that_come_in(site: Site, viewer: FlaskClient) -> None:
    pair = site.post(title="=Kerst", text="Regel 1\nRegel 2", owner_id=site.people["editor"])
    with site.database.reading() as session:
        plan = session.get_one(Plan, site.plan_id)
        hooks = [plan.channels[0].name, plan.values[0].name, plan.audiences[0].name, plan.name]

    head, row = lines(viewer)

    assert head == [
        *("Date", "Time", "Title", "Text", "Channel", "Brand value"),
        *("Audience", "Plan", "Owner", "Link", "State", "Number"),
    ]
    number = pair.partition(":")[0]
    assert row == [
        *("2026-11-12", "10:00", "'=Kerst", "Regel 1\nRegel 2"),
        *(*hooks, "editor Bos", "", "Draft", number),
    ]


def test_a_workbook_holds_days_as_days_and_no_formula(site: Site, viewer: FlaskClient) -> None:
    site.post(title="=1+1", text="@SUM(A1)")

    answer = viewer.get("/posts/export.xlsx")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="posts 2026-11-10.xlsx"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    day, at, title, text = (sheet.cell(2, column) for column in range(1, 5))
    assert (day.is_date, at.is_date) == (True, True)
    assert [(one.value, one.data_type) for one in (title, text)] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
    ]


def test_the_filters_and_the_period_of_the_calendar_count(site: Site, viewer: FlaskClient) -> None:
    site.post(title="In november", day=12)
    site.post(title="Akkoord", day=20, state="approved")
    december = datetime(2026, 12, 1, 9, tzinfo=UTC)
    site.post(title="In december", starts_at=december)
    site.post(title="Een idee", starts_at=None, state="idea")
    site.post(title="Weg", deleted_at=december)

    assert titles(viewer) == ["In november", "Akkoord", "In december", "Een idee"]
    assert titles(viewer, "state=approved") == ["Akkoord"]
    assert titles(viewer, "view=month&date=2026-11-10") == ["In november", "Akkoord"]
    assert titles(viewer, "view=week&date=2026-11-10") == ["In november"]
    assert titles(viewer, "view=list&date=2026-12-31&state=draft") == ["In december"]
    assert titles(viewer, "view=nothing&date=yesterday&q=idee") == ["Een idee"]
    assert titles(viewer, "date=9999-12-31") == titles(viewer)


def test_a_dutch_reader_gets_what_dutch_spreadsheets_read(site: Site) -> None:
    site.post(title="Een")
    with site.database.writing() as session:
        session.get_one(Person, site.people["viewer"]).language = "nl"

    answer = site.visitor("viewer").get("/posts/export.csv")

    head = answer.data.decode("utf-8-sig").splitlines()[0].split(";")
    assert head[2:5] == ["Titel", "Tekst", "Kanaal"]


def test_who_does_not_want_to_be_seen_goes_out_without_a_name(
    site: Site, viewer: FlaskClient
) -> None:
    site.post(title="Een", owner_id=site.people["editor"])
    with site.database.writing() as session:
        session.get_one(Person, site.people["editor"]).memberships[0].takes_part = False

    assert lines(viewer)[1][8] == ""


def test_posts_of_another_team_stay_there(site: Site, viewer: FlaskClient) -> None:
    with site.database.writing() as session:
        team = builders.a_team(session)
        builders.a_post(session, team, builders.a_plan(session, team))

    assert titles(viewer) == []


def test_too_many_posts_are_refused_with_a_way_out(
    site: Site, viewer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_POSTS", 2)
    for number in range(3):
        site.post(title=f"Nummer {number}")

    answer = viewer.get("/posts/export.xlsx")

    assert answer.status_code == 422
    assert "more than 2 posts" in answer.text
    assert viewer.get("/posts/export.xlsx?date=2026-12-01").status_code == 200


def test_fifty_posts_ask_no_more_than_one(site: Site, viewer: FlaskClient) -> None:
    site.post()
    with statements(site.database) as for_one:
        lines(viewer)
    for _number in range(49):
        site.post()
    with statements(site.database) as for_fifty:
        lines(viewer)

    assert len(for_fifty) == len(for_one)


def test_the_calendar_offers_what_it_shows(site: Site, viewer: FlaskClient) -> None:
    page = viewer.get("/calendar?view=week&date=2026-11-10&state=draft").text

    assert 'href="/posts/export.xlsx?view=week&amp;date=2026-11-10&amp;state=draft"' in page
    assert 'href="/posts/import"' not in page
    assert 'href="/posts/import"' in site.visitor("writer").get("/calendar").text
