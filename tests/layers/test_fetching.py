"""How other calendars are kept up to date, with a real server and both databases."""

from __future__ import annotations

import logging
import socket
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from calendar_app import outbound
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.layers import fetching
from calendar_app.layers.fetching import EVERY, LEASE, LONGEST_PAUSE, READ_ANEW, next_due
from calendar_app.layers.models import ExternalCalendar, ExternalEvent
from calendar_app.people.models import Team
from calendar_app.post_office import post_office
from calendar_app.reminders.outbox import Desk
from calendar_app.worker import Rounds
from tests import builders
from tests.layers.conftest import LOOPBACK
from tests.layers.files import a_day, a_file
from tests.support.outside import Asked, Outside, drips, says

SECRET = "/geheim-7f3a/agenda.ics"  # noqa: S105 - a path on loopback


@pytest.fixture
def calendar_id(database: Database, outside: Outside, now: datetime) -> int:
    """A calendar that lives at the server outside, and is due."""
    outside.pages[SECRET] = says(200, a_file(a_day("Week van de zorg")), etag='"v1"')
    with database.writing() as session:
        team = builders.a_team(session)
        facts = {"address": outside.url(SECRET), "file": "", "due_at": now}
        return builders.a_calendar(session, team, **facts).id


def kept(database: Database, calendar_id: int) -> ExternalCalendar:
    with database.reading() as session:
        return session.get_one(ExternalCalendar, calendar_id)


def titles(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ExternalEvent.title).order_by(ExternalEvent.id)))


def revision(database: Database) -> int:
    with database.reading() as session:
        return session.scalars(select(Team.revision)).one()


def refresh(database: Database, now: datetime) -> bool:
    return fetching.refresh_due(database, LOOPBACK, now)


def test_a_calendar_that_is_due_is_fetched_and_read_once_an_hour(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    before = revision(database)

    assert refresh(database, now)
    assert not refresh(database, now)

    calendar = kept(database, calendar_id)
    assert titles(database) == ["Week van de zorg"]
    assert (calendar.fetched_at, calendar.read_at, calendar.etag) == (now, now, '"v1"')
    assert timedelta(minutes=54) <= calendar.due_at - now <= timedelta(minutes=66)
    assert calendar.leased_until is None
    # Nobody's form is stale, and the month page is drawn anew.
    assert calendar.version == 1
    assert revision(database) == before + 1
    assert len(outside.asked) == 1


def test_what_is_the_same_is_not_read_again_but_after_a_week(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    refresh(database, now)
    before = revision(database)
    outside.pages[SECRET] = says(304)

    refresh(database, now + 2 * EVERY)
    assert outside.asked[-1].headers["if-none-match"] == '"v1"'
    assert kept(database, calendar_id).fetched_at == now + 2 * EVERY
    assert titles(database) == ["Week van de zorg"]
    assert revision(database) == before

    outside.pages[SECRET] = says(200, a_file(a_day("Week van de zorg")), etag='"v1"')
    refresh(database, now + READ_ANEW + EVERY)
    assert "if-none-match" not in outside.asked[-1].headers
    assert kept(database, calendar_id).read_at == now + READ_ANEW + EVERY
    assert revision(database) == before


def test_a_failure_is_told_and_tried_again_later_and_later(
    database: Database,
    calendar_id: int,
    outside: Outside,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    refresh(database, now)
    outside.pages[SECRET] = says(500)
    pauses = []

    for _time in range(3):
        due = kept(database, calendar_id).due_at
        assert refresh(database, due)
        pauses.append(kept(database, calendar_id).due_at - due)

    calendar = kept(database, calendar_id)
    assert calendar.last_error == "The other side gives an error (%(status)s)."
    assert calendar.last_error_values == {"status": 500}
    assert calendar.failures == 3
    assert pauses[0] < pauses[1] < pauses[2]
    # What was fetched before stays.
    assert titles(database) == ["Week van de zorg"]
    assert "geheim" not in caplog.text

    outside.pages[SECRET] = says(200, a_file(a_day("Nieuw")))
    refresh(database, calendar.due_at)
    assert kept(database, calendar_id).last_error == ""
    assert kept(database, calendar_id).failures == 0
    assert titles(database) == ["Nieuw"]


def test_the_pause_after_failures_has_an_end(now: datetime) -> None:
    assert next_due(now, 0, 0.5) == now + EVERY
    assert next_due(now, 1, 0.5) == now + 2 * EVERY
    assert next_due(now, 1000, 0.5) == now + LONGEST_PAUSE
    assert next_due(now, 0, 0.0) < next_due(now, 0, 1.0)


def test_two_workers_at_once_do_not_fetch_twice(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    both_there = threading.Barrier(2)
    results: list[bool] = []

    def work() -> None:
        both_there.wait()
        results.append(refresh(database, now))

    workers = [threading.Thread(target=work) for _each in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(results) == [False, True]
    assert len(outside.asked) == 1
    assert kept(database, calendar_id).fetched_at == now


def test_the_database_is_free_while_another_server_is_waited_for(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    """Others write during a fetch; and what they change wins over what was fetched."""
    written = []

    def answer(asked: Asked, line: socket.socket) -> None:
        with database.writing() as session:
            session.execute(text("UPDATE team SET name = 'Tussendoor'"))
            calendar = session.get_one(ExternalCalendar, calendar_id)
            calendar.follow(outside.url("/nieuw.ics"))
        written.append(asked.path)
        says(200, a_file(a_day("Van het oude adres")))(asked, line)

    outside.pages[SECRET] = answer

    assert refresh(database, now)

    assert written == [SECRET]
    assert titles(database) == []
    assert kept(database, calendar_id).address == outside.url("/nieuw.ics")


def test_what_a_worker_that_crashed_had_taken_on_is_free_after_its_lease(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    def crash(_asked: Asked, _line: socket.socket) -> None:
        raise ConnectionError

    class CrashError(Exception):
        """The power went."""

    outside.pages[SECRET] = crash
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "got", lambda *_all: (_ for _ in ()).throw(CrashError))
        with pytest.raises(CrashError):
            refresh(database, now)

    assert not refresh(database, now + LEASE - timedelta(seconds=1))
    assert refresh(database, now + LEASE)
    assert kept(database, calendar_id).failures == 1


def test_calendars_that_are_off_or_removed_are_not_fetched(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    for verb in ("pause", "remove"):
        with database.writing() as session:
            getattr(session.get_one(ExternalCalendar, calendar_id), verb)(now)
        assert not refresh(database, now)
        assert fetching.refresh(database, calendar_id, LOOPBACK, now) is None

    assert outside.asked == []


def test_a_file_is_read_anew_as_the_months_go_by(database: Database, now: datetime) -> None:
    yearly = a_file(a_day("Dag van de Verpleging", "20200512", "RRULE:FREQ=YEARLY")).decode()
    with database.writing() as session:
        calendar = builders.a_calendar(session, builders.a_team(session), file=yearly, due_at=now)
        calendar_id = calendar.id

    refresh(database, now)
    assert days(database) == [date(2027, 5, 12)]
    due = kept(database, calendar_id).due_at
    assert timedelta(days=6) < due - now < timedelta(days=8)

    refresh(database, now + timedelta(days=365))
    assert days(database) == [date(2028, 5, 12)]


def days(database: Database) -> list[date | None]:
    with database.reading() as session:
        return list(session.scalars(select(ExternalEvent.first_day)))


def test_an_address_inside_is_not_fetched_unless_the_operator_allows_it(
    database: Database, calendar_id: int, outside: Outside, now: datetime
) -> None:
    assert fetching.refresh_due(database, (), now)

    assert "inside a closed network" in kept(database, calendar_id).last_error
    assert outside.asked == []


def test_the_worker_fetches_all_that_are_due_and_stops_when_asked(
    database: Database, calendar_id: int, outside: Outside, now: datetime, config: Config
) -> None:
    with database.writing() as session:
        team_id = session.get_one(ExternalCalendar, calendar_id).team_id
        team = session.get_one(Team, team_id)
        builders.a_calendar(session, team, address=outside.url("/weg.ics"), due_at=now)
    desk = Desk(
        database, replace(config, outbound_allow=LOOPBACK), post_office(config), 1, lambda: now
    )

    Rounds(desk).fetch()

    assert [asked.path for asked in outside.asked] == [SECRET, "/weg.ics"]
    desk.stopping.set()
    with database.writing() as session:
        session.get_one(ExternalCalendar, calendar_id).due_at = now
    Rounds(desk).fetch()
    assert len(outside.asked) == 2


def test_a_slow_server_costs_its_own_calendar_alone(
    database: Database,
    calendar_id: int,
    outside: Outside,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outside.pages["/traag.ics"] = drips()
    with database.writing() as session:
        team = session.get_one(Team, session.get_one(ExternalCalendar, calendar_id).team_id)
        slow = {"address": outside.url("/traag.ics"), "due_at": now - EVERY}
        slow_id = builders.a_calendar(session, team, **slow).id
    fetch = outbound.fetch
    monkeypatch.setattr(outbound, "fetch", lambda *all_, **more: fetch(*all_, **more, seconds=0.5))

    while refresh(database, now):
        pass

    assert "did not answer in time" in kept(database, slow_id).last_error
    assert kept(database, calendar_id).last_error == ""
    assert titles(database) == ["Week van de zorg"]
