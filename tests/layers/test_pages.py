"""The pages of other calendars, and how they lie under the posts of the month."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from calendar_app import clock, outbound
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.layers.models import ExternalCalendar, ExternalEvent
from calendar_app.moments import local
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.people.throttle import FETCHES_OF_ONE_TEAM
from tests import builders
from tests.layers.conftest import LOOPBACK
from tests.layers.files import a_day, a_file
from tests.support.outside import Outside, says
from tests.support.statements import statements

SECRET = "/geheim-7f3a/agenda.ics"  # noqa: S105 - a path on loopback
LIST = "/settings/calendars"


@pytest.fixture
def config(config: Config) -> Config:
    """An operator who allows this machine."""
    return replace(config, outbound_allow=LOOPBACK)


@pytest.fixture
def team(database: Database) -> Team:
    with database.writing() as session:
        session.expire_on_commit = False
        return builders.a_team(session, language="en")


@pytest.fixture
def editor(database: Database, team: Team) -> Person:
    with database.writing() as session:
        session.expire_on_commit = False
        return builders.a_person(session, team, "editor")


@pytest.fixture
def client(app: Flask, client: FlaskClient, editor: Person) -> FlaskClient:
    """The browser of an editor who reads English."""
    app.config["WTF_CSRF_ENABLED"] = False
    builders.sign_in(client, editor)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def send(client: FlaskClient, path: str = f"{LIST}/new", **fields: Any) -> TestResponse:
    told = {"name": "Campaigns", "hook": "4", **fields}
    if isinstance(told.get("file"), bytes):
        told["file"] = FileStorage(BytesIO(told["file"]), "agenda.ics", "file")
    boundary, body = encode_multipart(told)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return client.post(path, data=body, content_type=kind)


def calendars(database: Database) -> list[ExternalCalendar]:
    with database.reading() as session:
        return list(session.scalars(select(ExternalCalendar).order_by(ExternalCalendar.id)))


def titles(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ExternalEvent.title).order_by(ExternalEvent.title)))


def noted(database: Database) -> list[str]:
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert "geheim" not in str([entry.details for entry in entries])
        return [entry.action for entry in entries]


def test_a_calendar_is_followed_by_its_address_which_nobody_sees_again(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages[SECRET] = says(200, a_file(a_day()), etag='"v1"')

    answer = send(client, address=outside.url(SECRET))

    assert (answer.status_code, answer.location) == (303, LIST)
    (calendar,) = calendars(database)
    assert calendar.address == outside.url(SECRET)
    assert calendar.fetched_at is not None
    assert titles(database) == ["Week van de zorg"]
    assert noted(database) == ["external_calendar.added"]
    for path in (LIST, f"{LIST}/{calendar.id}"):
        page = client.get(path).text
        assert "geheim" not in page
        assert "127.0.0.1/…" in page


def test_a_calendar_is_brought_in_as_a_file_of_which_only_the_needed_is_kept(
    client: FlaskClient, database: Database
) -> None:
    answer = send(client, file=a_file(a_day(more="DESCRIPTION:Voor onszelf")))

    assert answer.status_code == 303
    (calendar,) = calendars(database)
    with database.reading() as session:
        file = session.get_one(ExternalCalendar, calendar.id).file
    assert "Week van de zorg" in file
    assert "Voor onszelf" not in file
    assert titles(database) == ["Week van de zorg"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Give an address, or choose a file."),
        ({"address": "agenda"}, "Give an address that begins with https://"),
        ({"address": "http://10.1.2.3/a.ics"}, "inside a closed network"),
        ({"address": "http://[::1]/a.ics"}, "inside a closed network"),
        ({"file": b"PK"}, "This is no calendar file."),
        ({"file": b"BEGIN:VCALENDAR" + b" " * outbound.MOST_BYTES}, "2 MB at most"),
        ({"file": a_file(), "address": "https://a.example/"}, "not both"),
        ({"file": a_file(), "name": ""}, "Fill this in."),
        ({"file": a_file(), "hook": "13"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_kept(
    client: FlaskClient, database: Database, fields: dict[str, Any], words: str
) -> None:
    answer = send(client, **fields)

    assert answer.status_code == 422
    assert words in answer.text
    assert calendars(database) == []


def test_what_a_server_answers_instead_is_told(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages["/login"] = says(200, b"<!doctype html><title>Sign in</title>")

    gone = send(client, address=outside.url("/gone"))
    login = send(client, address=outside.url("/login"))

    assert "There is nothing at this address (404)." in gone.text
    assert "This is a web page, not a calendar." in login.text
    assert calendars(database) == []


def test_a_name_is_given_once(client: FlaskClient, database: Database) -> None:
    send(client, file=a_file())

    answer = send(client, file=a_file(), name="CAMPAIGNS")

    assert answer.status_code == 422
    assert "There is a calendar with this name already." in answer.text
    assert len(calendars(database)) == 1


def test_a_name_and_a_colour_change_and_the_address_stays(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages[SECRET] = says(200, a_file(a_day()))
    send(client, address=outside.url(SECRET))
    (calendar,) = calendars(database)
    version = {"version": calendar.version}

    answer = send(client, f"{LIST}/{calendar.id}", name="Events", hook="7", **version)

    (changed,) = calendars(database)
    assert answer.status_code == 303
    assert (changed.name, changed.hook, changed.address) == ("Events", 7, outside.url(SECRET))
    assert titles(database) == ["Week van de zorg"]
    assert len(outside.asked) == 1
    assert noted(database)[-1] == "external_calendar.changed"


def test_a_calendar_moves_to_a_new_address_or_a_file(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages["/nieuw.ics"] = says(200, a_file(a_day("Nieuw")))
    send(client, file=a_file(a_day("Oud")))
    path = f"{LIST}/{calendars(database)[0].id}"

    there = {"address": outside.url("/nieuw.ics"), "version": calendars(database)[0].version}
    assert send(client, path, **there).status_code == 303
    assert titles(database) == ["Nieuw"]

    back = {"file": a_file(a_day("Terug")), "version": calendars(database)[0].version}
    assert send(client, path, **back).status_code == 303
    assert titles(database) == ["Terug"]
    assert calendars(database)[0].address == ""
    assert noted(database)[-2:] == ["external_calendar.moved"] * 2


def test_who_comes_second_sees_both_and_overwrites_nothing(
    client: FlaskClient, database: Database
) -> None:
    send(client, file=a_file(a_day()))
    (calendar,) = calendars(database)
    with database.writing() as session:
        session.get_one(ExternalCalendar, calendar.id).name = "From a colleague"

    answer = send(client, f"{LIST}/{calendar.id}", name="Mine", version=calendar.version)

    assert answer.status_code == 409
    assert "From a colleague" in answer.text
    assert "Mine" in answer.text
    assert calendars(database)[0].name == "From a colleague"


def test_a_calendar_is_fetched_at_once_when_somebody_asks(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages[SECRET] = says(200, a_file(a_day()))
    send(client, address=outside.url(SECRET))
    path = f"{LIST}/{calendars(database)[0].id}/refresh"
    outside.pages[SECRET] = says(200, a_file(a_day("Nieuw")))

    assert client.post(path).status_code == 303
    assert "is up to date" in client.get(LIST).text
    assert titles(database) == ["Nieuw"]

    outside.pages[SECRET] = says(404)
    client.post(path)
    page = client.get(LIST).text
    assert "There is nothing at this address (404)." in page
    assert "Does not work" in page
    assert titles(database) == ["Nieuw"]


def test_a_team_does_not_send_the_server_about_without_end(
    client: FlaskClient, outside: Outside
) -> None:
    for _each in range(FETCHES_OF_ONE_TEAM.amount):
        assert send(client, address=outside.url("/gone")).status_code == 422

    answer = send(client, address=outside.url("/gone"))

    assert answer.status_code == 429
    assert len(outside.asked) == FETCHES_OF_ONE_TEAM.amount


def test_a_calendar_is_switched_off_and_on_removed_and_put_back(
    client: FlaskClient, database: Database
) -> None:
    today = local(clock.now(), "Europe/Amsterdam").date()
    send(client, file=a_file(a_day(day=f"{today:%Y%m%d}")))
    path = f"{LIST}/{calendars(database)[0].id}"
    on_page = "Week van de zorg" in client.get("/calendar").text

    client.post(f"{path}/pause")
    off_page = "Week van de zorg" in client.get("/calendar").text
    client.post(f"{path}/pause/undo")
    version = calendars(database)[0].version
    stale = client.post(f"{path}/deletion", data={"version": version - 1})
    client.post(f"{path}/deletion", data={"version": version})
    removed_page = "Week van de zorg" in client.get("/calendar").text
    listed = client.get(LIST).text
    client.post(f"{path}/restoration")

    assert (on_page, off_page, removed_page) == (True, False, False)
    assert stale.status_code == 409
    assert ">Put back<" in listed
    assert "Week van de zorg" in client.get("/calendar").text
    assert [action.removeprefix("external_calendar.") for action in noted(database)] == [
        *("added", "paused", "resumed", "removed", "put_back")
    ]


def test_a_viewer_sees_how_they_stand_and_changes_nothing(
    app: Flask, client: FlaskClient, database: Database, team: Team
) -> None:
    send(client, file=a_file(a_day()))
    with database.writing() as session:
        session.expire_on_commit = False
        viewer = builders.a_person(session, team, "viewer")
    other = app.test_client()
    builders.sign_in(other, viewer)

    page = other.get(LIST).text

    assert "Campaigns" in page
    assert "/settings/calendars/new" not in page
    assert "/deletion" not in page


def test_layers_lie_under_the_posts_and_the_address_chooses_which(
    client: FlaskClient, database: Database, team: Team
) -> None:
    """With no choice in the address all of them are there."""
    with database.writing() as session:
        session.expire_on_commit = False
        calendar = builders.a_calendar(session, team, name="Regional campaigns", hook=6)
        builders.an_event(session, calendar, title="Care week", place="In the hall")
        fair = {"title": "<b>Fair</b>", "url": "https://a.example/fair", "is_cancelled": True}
        starts_at = datetime(2026, 11, 11, 8, 30, tzinfo=UTC)
        ends_at = datetime(2026, 11, 11, 9, 30, tzinfo=UTC)
        builders.an_event(session, calendar, starts_at=starts_at, ends_at=ends_at, **fair)
        fatima = builders.a_person(session, team, name="Fatima El Idrissi")
        builders.an_absence(session, team, fatima, date(2026, 12, 24), date(2026, 12, 24))

    def month(day: str, layers: str = "") -> str:
        return client.get(f"/calendar?date={day}{layers}").text

    november = month("2026-11-10")
    assert "Care week" in november
    assert "day-layer value-6" in november
    assert '<span class="layer-name">Regional campaigns</span>' in november
    assert "&lt;b&gt;Fair&lt;/b&gt;" in november
    assert '<span class="layer-time">09:30</span>' in november
    assert "Care week" in month("2026-11-10", f"&layers={calendar.id}")
    assert "Care week" not in month("2026-11-10", "&layers=holidays")
    assert "Care week" not in month("2026-11-10", "&layers=none")

    assert "Fatima is away" in month("2026-12-24")
    assert "Christmas Day" in month("2026-12-24")
    assert "Fatima is away" not in month("2026-12-24", "&layers=holidays")
    assert "Christmas Day" in month("2026-12-24", "&layers=holidays")
    assert "Christmas Day" not in month("2026-12-24", "&layers=absences")
    # The choice goes along to the next month; what makes no sense does not.
    assert "layers=absences" in month("2026-12-24", "&layers=absences&layers=x'")
    assert "layers=x%27" not in month("2026-12-24", "&layers=absences&layers=x'")


def lay(database: Database, team: Team) -> ExternalCalendar:
    """Under December 2026: two events, somebody away, and Christmas."""
    with database.writing() as session:
        session.expire_on_commit = False
        calendar = builders.a_calendar(session, team, name="Regional campaigns", hook=6)
        week = {"first_day": date(2026, 12, 7), "last_day": date(2026, 12, 11)}
        builders.an_event(session, calendar, title="Care week", **week)
        starts_at = datetime(2026, 12, 22, 8, 30, tzinfo=UTC)
        ends_at = datetime(2026, 12, 22, 9, 30, tzinfo=UTC)
        builders.an_event(session, calendar, title="Fair", starts_at=starts_at, ends_at=ends_at)
        fatima = builders.a_person(session, team, name="Fatima El Idrissi")
        builders.an_absence(session, team, fatima, date(2026, 12, 8), date(2027, 1, 3))
        return calendar


def test_the_list_has_a_heading_of_each_day_with_what_lies_under_its_posts(
    client: FlaskClient, database: Database, team: Team
) -> None:
    calendar = lay(database, team)
    with database.writing() as session:
        team = session.merge(team)
        plan = builders.a_plan(session, team)
        at = datetime(2026, 12, 9, 8, 30, tzinfo=UTC)
        builders.a_post(session, team, plan, title="Colleague", starts_at=at)

    def listed(query: str = "") -> dict[str, str]:
        page = client.get(f"/calendar?view=list&date=2026-12-10{query}").text
        return {part[:10]: part.split("</tbody>")[0] for part in page.split('id="d-')[1:]}

    found = listed()

    # The week is told on its first day and beside the post; who is away makes no day.
    assert list(found) == [f"2026-12-{day}" for day in ("07", "09", "22", "25", "26")]
    assert "Monday 7 December" in found["2026-12-07"]
    assert "Care week" in found["2026-12-07"]
    assert "Fatima is away" not in found["2026-12-07"]
    for words in ("Colleague", "09:30", "Care week", "Fatima is away"):
        assert words in found["2026-12-09"], words
    assert '<span class="layer-time">09:30</span> Fair' in found["2026-12-22"]
    assert "Christmas Day" in found["2026-12-25"]
    assert "Fatima is away" in found["2026-12-25"]

    assert list(listed("&layers=none")) == ["2026-12-09"]
    assert "Fatima" not in listed("&layers=none")["2026-12-09"]
    assert list(listed("&layers=holidays")) == ["2026-12-09", "2026-12-25", "2026-12-26"]
    assert list(listed(f"&layers={calendar.id}")) == ["2026-12-07", "2026-12-09", "2026-12-22"]


def test_a_list_without_posts_says_so_and_still_has_its_holidays(client: FlaskClient) -> None:
    christmas = client.get("/calendar?view=list&date=2026-12-10").text
    searched = client.get("/calendar?view=list&date=2026-12-10&q=nothing").text
    november = client.get("/calendar?view=list&date=2026-11-10").text

    assert "Nothing planned this month" in christmas
    assert "Christmas Day" in christmas
    assert "No post fits these filters" in searched
    assert "Christmas Day" in searched
    assert "<table" not in november


@pytest.mark.parametrize("by", ["state", "channel"])
def test_the_board_folds_what_lies_under_its_period_with_the_days(
    client: FlaskClient, database: Database, team: Team, by: str
) -> None:
    calendar = lay(database, team)

    def fold(query: str = "") -> str:
        page = client.get(f"/calendar?view=board&by={by}&date=2026-12-10{query}").text
        return page.partition('<details class="spells">')[2].partition("</details>")[0]

    found = fold()

    assert "In this period" in found
    rows = [part.split("</li>")[0] for part in found.split('<li class="spell">')[1:]]
    expected = [
        ("Mon 7 Dec \u2013 Fri 11 Dec", "Care week"),
        # Of a day in another year the year is told.
        ("Tue 8 Dec \u2013 3 January 2027", "Fatima is away"),
        ("Tue 22 Dec", "Fair"),
        ("Fri 25 Dec", "Christmas Day"),
        ("Sat 26 Dec", "Second Day of Christmas"),
    ]
    assert len(rows) == len(expected)
    for row, (span, words) in zip(rows, expected, strict=True):
        assert f'<span class="spell-days">{span}</span>' in row
        assert words in row
    assert fold("&layers=none") == ""
    assert "Fatima" not in fold("&layers=holidays")
    assert "Christmas" not in fold(f"&layers={calendar.id}&layers=absences")
    assert "Fatima is away" in fold("&layers=absences")


@pytest.mark.parametrize("view", ["list", "board"])
def test_who_does_not_want_to_be_seen_is_not_told_to_be_away(
    client: FlaskClient, database: Database, team: Team, view: str
) -> None:
    with database.writing() as session:
        hidden = builders.a_person(session, session.merge(team), name="Ilse Hak")
        hidden.memberships[0].takes_part = False
        builders.an_absence(session, team, hidden, date(2026, 12, 1), date(2026, 12, 31))

    assert "Ilse" not in client.get(f"/calendar?view={view}&date=2026-12-10").text


def test_the_week_tells_its_layers_in_the_head_and_where_a_phone_has_none(
    client: FlaskClient, database: Database, team: Team
) -> None:
    lay(database, team)

    page = client.get("/calendar?view=week&date=2026-12-09").text

    head, _, body = page.partition("<tbody>")
    cell = body.partition('id="d-2026-12-08"')[2].partition("</td>")[0]
    for words in ("Care week", "Fatima is away"):
        assert words in head
        assert words in cell
    assert page.count("Fatima is away") == 2 * 6
    off = client.get("/calendar?view=week&date=2026-12-09&layers=none").text
    assert "Fatima is away" not in off


@pytest.mark.parametrize("view", ["month", "week", "list", "board", "board&by=channel"])
def test_a_page_asks_no_more_for_many_layers_than_for_few(
    client: FlaskClient, database: Database, team: Team, view: str
) -> None:
    calendar = lay(database, team)
    few = queries_of(client, database, view)
    with database.writing() as session:
        here = session.get_one(Team, team.id)
        for number in range(40):
            colleague = builders.a_person(session, here)
            builders.an_absence(session, here, colleague, date(2026, 12, 1), date(2026, 12, 24))
            day = date(2026, 12, 1 + number % 24)
            builders.an_event(session, calendar, first_day=day, last_day=day)

    many = queries_of(client, database, view)

    assert many == few


def queries_of(client: FlaskClient, database: Database, view: str) -> int:
    """How many statements a page of the calendar sends."""
    with statements(database) as sent:
        assert client.get(f"/calendar?view={view}&date=2026-12-09").status_code == 200
    return len(sent)


NORMAL = a_file(
    a_day(more="RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=20\nEXDATE;VALUE=DATE:20261112"),
    "SUMMARY:Beurs\nDTSTART;TZID=Europe/Amsterdam:20261110T093000\nDURATION:PT2H\n"
    "RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231T000000Z\nLOCATION:Hal\nURL:https://a.example/",
    "SUMMARY:Dag\nDTSTART:20261111T080000Z\nDTEND:20261111T090000Z\nSTATUS:CANCELLED",
    head="X-WR-TIMEZONE:Europe/Amsterdam\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\n"
    "TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n",
)
_PIECES = (
    *(b"\x00", b"\xff\xfe", b"\r\n ", b":", b";", b"=", b",", b'"', b"\\", b"BEGIN:VEVENT\r\n"),
    *(b"END:VEVENT\r\n", b"99999999", b"-1", b"FREQ=SECONDLY", b"COUNT=999999999", b"00000000"),
    *(b"INTERVAL=0", b"T", b"Z", "é\u2028\ud7ff".encode(), b"BYSETPOS=-366", b"P99999999999D"),
    *(b"DTSTART:99991231T235959Z\r\n", b"TZID=", b"RDATE:", b"UNTIL=20261110", b"BEGIN:X\r\n"),
)


def mutated(chance: random.Random) -> bytes:
    """A calendar file in which something went wrong, here and there."""
    raw = bytearray(NORMAL)
    for _time in range(chance.randint(1, 12)):
        at = chance.randrange(len(raw) + 1)
        what = chance.randrange(4)
        if what == 0:
            raw[at:at] = chance.choice(_PIECES)
        elif what == 1:
            del raw[at : at + chance.randint(1, 30)]
        elif what == 2:
            raw[at:at] = bytes(raw[at : at + chance.randint(1, 200)]) * chance.randint(1, 20)
        else:
            raw[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(raw)


def test_200_broken_files_are_no_failure_of_ours_and_take_no_time(
    client: FlaskClient, database: Database
) -> None:
    chance = random.Random(20261110)  # noqa: S311 - so that a red test is red again
    wrong, slowest, taken = [], 0.0, 0
    send(client, file=NORMAL)
    path = f"{LIST}/{calendars(database)[0].id}"

    for number in range(200):
        raw = mutated(chance)
        began = time.perf_counter()
        version = calendars(database)[0].version
        status = send(client, path, file=raw, version=version).status_code
        slowest = max(slowest, time.perf_counter() - began)
        taken += status == 303
        if status not in {303, 422}:
            wrong.append((number, status, raw))

    assert wrong == []
    assert slowest < 5
    # Most are still calendars: nothing is refused for one bad line.
    assert taken > 100
    assert client.get("/calendar?date=2026-11-10").status_code == 200
