"""Days off of a series, said long before; on both databases."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.meetups import days_off
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import neighbours, plan_occurrences
from calendar_app.people.models import AuditEntry, Person
from calendar_app.reminders import outbox
from calendar_app.reminders.models import Delivery
from tests.meetups.test_pages import THURSDAY, TUESDAY, WEDNESDAY, Room, answers
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from calendar_app.db import Database

CHRISTMAS_EVE, NEW_YEAR = date(2026, 12, 24), date(2027, 1, 1)


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    return Visitor(client).enter(room.editor)


def off(room: Room) -> dict[date, str]:
    with room.database.reading() as session:
        rows = session.scalars(select(Occurrence).where(Occurrence.state == "cancelled"))
        return {row.local_day: row.reason for row in rows}


def test_weeks_off_are_entered_long_before_and_stay_off(visitor: Visitor, room: Room) -> None:
    """25 December and 1 January are holidays already; 26 and 27 December are no weekdays of it."""
    where = f"/meetups/{room.meetup_id}/days-off"
    told = {"first": CHRISTMAS_EVE, "last": NEW_YEAR, "reason": "Kerstvakantie"}

    answer = visitor.send(where, **told)

    assert answer.status_code == 303
    days = [CHRISTMAS_EVE, *(date(2026, 12, day) for day in (28, 29, 30, 31))]
    assert off(room) == dict.fromkeys(days, "Kerstvakantie")
    page = visitor.see(f"/meetups/{room.meetup_id}/edit")
    assert page.count("· Kerstvakantie") == 1
    assert "24 December 2026 to Thursday 31 December 2026" in page
    first = Occurrence.local_day == CHRISTMAS_EVE
    with room.database.reading() as session:
        assert (
            f"/meetups/occurrences/{session.scalars(select(Occurrence.id).where(first)).one()}"
            in page
        )
    later = NOW + timedelta(days=40)
    with room.database.writing() as session:
        outbox.plan(session, later)
        starts = select(Occurrence.local_day).join(Delivery)
        told_of = set(session.scalars(starts.where(Delivery.kind == "meetup")))
    assert date(2026, 12, 23) in told_of
    assert not told_of & set(days)
    with room.database.reading() as session:
        entries = list(session.scalars(select(AuditEntry.action)))
    assert entries.count("occurrence.cancelled") == 5


def test_one_day_needs_no_last_one_and_what_is_off_stays_as_it_is(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        wednesday = session.get_one(Occurrence, room.ids[WEDNESDAY])
        wednesday.cancel_day(session.get_one(Person, room.editor.id), NOW, "Studiedag")
    where = f"/meetups/{room.meetup_id}/days-off"

    visitor.send(where, first=WEDNESDAY, last=THURSDAY, reason="Verhuizing")
    again = visitor.send(where, first=THURSDAY, last="", reason="Nog eens")

    assert again.status_code == 422
    assert "This series has no meet-up on these days." in again.get_data(as_text=True)
    assert off(room) == {WEDNESDAY: "Studiedag", THURSDAY: "Verhuizing"}


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"first": ""}, "Fill this in."),
        ({"first": "2026-12-24", "last": "2026-12-23"}, "The last day lies before the first day."),
        ({"first": "2026-12-24", "last": "2027-12-26"}, "Choose at most a year at a time."),
        ({"first": "2028-11-11"}, "Choose a day at most two years ahead."),
        ({"first": "2028-11-10", "last": "2028-11-11"}, "Choose a day at most two years ahead."),
        ({"first": "9999-12-20", "last": "9999-12-31"}, "Choose a day between 2000 and 2100."),
        ({"first": "2026-12-24", "last": "9999-12-31"}, "Choose a day between 2000 and 2100."),
        ({"first": "2026-12-24", "last": "0001-01-01"}, "Choose a day between 2000 and 2100."),
        ({"first": "0001-01-01", "last": "0001-12-30"}, "Choose a day between 2000 and 2100."),
        ({"first": "2026-11-14", "last": "2026-11-15"}, "This series has no meet-up on these"),
        ({"first": "2026-11-03", "last": "2026-11-09"}, "This series has no meet-up on these"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(
    visitor: Visitor, room: Room, told: dict[str, str], message: str
) -> None:
    answer = visitor.send(f"/meetups/{room.meetup_id}/days-off", **told, reason="Kerst & zo")

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert message in page
    assert "Kerst &amp; zo" in page
    assert 'value="Content-meet-up"' in page
    assert off(room) == {}


def test_a_day_off_far_ahead_is_put_back_and_follows_another_rule(
    visitor: Visitor, room: Room
) -> None:
    far = date(2027, 2, 9)
    visitor.send(f"/meetups/{room.meetup_id}/days-off", first=far, last=far + timedelta(days=1))
    with room.database.reading() as session:
        rows = {row.local_day: row for row in session.scalars(select(Occurrence))}
        back, stays = rows[far], rows[far + timedelta(days=1)]

    visitor.send(f"/meetups/occurrences/{back.id}/restoration", version=back.version)
    edit = answers(room, version=room.meetup().version, weekdays=["TU", "TH"])
    assert visitor.send(f"/meetups/{room.meetup_id}/edit", **edit).status_code == 303

    with room.database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        assert plan_occurrences(session, meetup, datetime(2027, 2, 1, tzinfo=NOW.tzinfo)) > 0
        assert session.get_one(Occurrence, back.id).state == "planned"
        assert session.get_one(Occurrence, back.id).local_time == time(10)
        assert session.get_one(Occurrence, stays.id).is_dropped
    assert TUESDAY in room.ids


def buttons_to_put_back(page: str) -> list[str]:
    """The addresses of the forms that put days back: first the one of the notice, if there is."""
    found = re.findall(r'action="([^"]*/days-off/restoration[^"]*)"', page)
    return [unescape(one) for one in found]


def put_back_in_log(room: Room) -> int:
    with room.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action))).count("occurrence.restored")


def test_a_wrong_period_is_undone_from_its_notice_and_put_back_from_the_list(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/days-off"
    told = {"first": CHRISTMAS_EVE, "last": NEW_YEAR, "reason": "Kerstvakantie"}
    for place in (0, -1):
        visitor.send(where, **told)
        page = visitor.see(f"/meetups/{room.meetup_id}/edit")
        buttons = buttons_to_put_back(page)
        assert len(buttons) == 2

        answer = visitor.send(buttons[place])
        again = visitor.send(buttons[place])

        assert (answer.status_code, again.status_code) == (303, 303)
        assert "These days take place as planned." in visitor.see(answer.location)
        assert off(room) == {}
    assert put_back_in_log(room) == 10


def test_days_of_another_reason_or_with_a_day_between_are_periods_of_their_own(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/days-off"
    visitor.send(where, first="2026-12-21", reason="Studiedag")
    visitor.send(where, first="2026-12-28", last="2026-12-30", reason="Kerst")
    visitor.send(where, first="2026-12-23", last="2026-12-24", reason="Kerst")
    visitor.see("/meetups/")
    page = visitor.see(f"/meetups/{room.meetup_id}/edit")
    # Monday; Wednesday to the Wednesday after Christmas, which is a holiday.
    assert len(buttons_to_put_back(page)) == 2

    visitor.send(buttons_to_put_back(page)[1])

    assert off(room) == {date(2026, 12, 21): "Studiedag"}


def test_a_period_that_somebody_changed_meanwhile_is_not_put_back(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/days-off"
    visitor.send(where, first="2026-12-21", last="2026-12-24")
    (notice, listed) = buttons_to_put_back(visitor.see(f"/meetups/{room.meetup_id}/edit"))
    tuesday = Occurrence.local_day == date(2026, 12, 22)
    with room.database.reading() as session:
        row = session.scalars(select(Occurrence).where(tuesday)).one()
    visitor.send(f"/meetups/occurrences/{row.id}/restoration", version=row.version)

    assert [visitor.send(one).status_code for one in (notice, listed)] == [409, 409]
    assert visitor.send(f"{where}/restoration", first="2026-12-21").status_code == 422
    assert len(off(room)) == 3


def test_what_was_off_before_gets_no_undo_with_what_was_called_off_now(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/days-off"
    visitor.send(where, first="2026-12-22", reason="Studiedag")
    visitor.see("/meetups/")

    visitor.send(where, first="2026-12-21", last="2026-12-23", reason="Kerst")

    page = visitor.see(f"/meetups/{room.meetup_id}/edit")
    assert len(buttons_to_put_back(page)) == 3
    assert "Undo</button>" not in page


def test_a_day_whose_place_was_taken_stays_off_and_the_others_come_back(
    visitor: Visitor, room: Room
) -> None:
    where = f"/meetups/{room.meetup_id}/days-off"
    visitor.send(where, first=WEDNESDAY, last=THURSDAY)
    with room.database.writing() as session:
        tuesday = session.get_one(Occurrence, room.ids[TUESDAY])
        between = neighbours(session, tuesday)
        me = session.get_one(Person, room.editor.id)
        tuesday.move_day(WEDNESDAY, time(11), by=me, now=NOW, between=between)

    visitor.send(buttons_to_put_back(visitor.see(f"/meetups/{room.meetup_id}/edit"))[0])

    assert list(off(room)) == [WEDNESDAY]
    (listed, *_rest) = buttons_to_put_back(visitor.see(f"/meetups/{room.meetup_id}/edit"))
    assert visitor.send(listed).status_code == 422


def test_a_year_is_put_back_with_as_many_queries_as_a_week(room: Room) -> None:
    def asked_for(last: date) -> int:
        with room.database.writing() as session:
            meetup = session.get_one(Meetup, room.meetup_id)
            me = session.get_one(Person, room.editor.id)
            days = days_off.DaysOff(date(2027, 1, 4), last)
            rows = days_off.call_off(session, meetup, days, by=me, now=NOW)
            period = days_off.Period(rows)
            with statements(room.database) as asked:
                back = days_off.put_back(session, meetup, days, period.mark, by=me, now=NOW)
            assert len(back) == len(rows)
            return sum(one.startswith("SELECT") for one in asked)

    assert asked_for(date(2027, 1, 8)) == asked_for(date(2027, 12, 23)) <= 6
