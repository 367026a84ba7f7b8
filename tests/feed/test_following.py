"""A series that is changed from one day on, as a subscriber's program sees it: no ghost."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from calendar_app.meetups import following
from calendar_app.meetups.models import Meetup, Occurrence, Series
from calendar_app.meetups.queries import neighbours, plan_occurrences
from tests.feed.conftest import again
from tests.feed.test_entries import with_meetup
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.feed.conftest import Room

DAY = timedelta(days=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
THURSDAY = date(2026, 11, 12)


def on(session: Session, day: date) -> Occurrence:
    return session.scalars(select(Occurrence).where(Occurrence.local_day == day)).one()


def split(room: Room, meetup: Meetup) -> Meetup:
    """From Thursday on at a quarter past ten; Friday is off, Monday is at noon on Sunday."""
    with room.database.writing() as session:
        session.expire_on_commit = False
        old = again(session, meetup)
        plan_occurrences(session, old, room.now - 7 * DAY)
        plan_occurrences(session, old, room.now)
        friday, monday = on(session, date(2026, 11, 13)), on(session, date(2026, 11, 16))
        friday.cancel_day(room.person, room.now)
        monday.move_day(
            date(2026, 11, 15),
            time(12),
            by=room.person,
            now=room.now,
            between=neighbours(session, monday),
        )
        told = Series(
            name=old.name,
            weekdays=tuple(old.weekdays.split(",")),
            local_time=time(10, 15),
            zone=old.zone,
            minutes=old.minutes,
            starts_on=THURSDAY,
            ends_on=None,
            participants=list(old.participants),
        )
        return following.change_from(session, old, following.Change(THURSDAY, told), room.now)


def starts(room: Room, token: str) -> list[datetime]:
    """When the meet-ups of last week to Tuesday next are held, on the clocks of Amsterdam."""
    begin = datetime(2026, 11, 2, tzinfo=AMSTERDAM)
    events = events_between(room.file(token), begin, begin + 16 * DAY)
    return [event.start.astimezone(AMSTERDAM) for event in events]


def test_each_day_is_held_once_at_its_own_hour(room: Room) -> None:
    meetup = with_meetup(room)
    token = room.feed()
    split(room, meetup)

    early = [datetime(2026, 11, day, 9, 30, tzinfo=AMSTERDAM) for day in (3, 4, 5, 6, 9, 10, 11)]
    late = [
        datetime(2026, 11, 12, 10, 15, tzinfo=AMSTERDAM),
        datetime(2026, 11, 15, 12, 0, tzinfo=AMSTERDAM),
        datetime(2026, 11, 17, 10, 15, tzinfo=AMSTERDAM),
    ]
    assert [at for at in starts(room, token) if at.date() > date(2026, 11, 2)] == early + late


def test_the_old_series_ends_with_its_uid_and_the_new_one_begins_with_another(
    room: Room,
) -> None:
    meetup = with_meetup(room)
    token = room.feed()
    before = {str(event["UID"]): int(event["SEQUENCE"]) for event in room.events(token)}

    new = split(room, meetup)

    events = room.events(token)
    old_uid, new_uid = (f"meetup-{one.uuid}@kapstok.example" for one in (meetup, new))
    by_uid = {str(event["UID"]): event for event in events if "RECURRENCE-ID" not in event}
    assert {old_uid, new_uid} <= set(by_uid)
    assert by_uid[old_uid]["RRULE"]["UNTIL"] == [
        datetime(2026, 11, 11, 8, 30, tzinfo=ZoneInfo("UTC"))
    ]
    assert int(by_uid[old_uid]["SEQUENCE"]) > before[old_uid]
    assert by_uid[new_uid].start.date() == THURSDAY
    exceptions = [str(event["UID"]) for event in events if "RECURRENCE-ID" in event]
    assert exceptions == [new_uid]
    assert "EXDATE" not in by_uid[old_uid]


def test_no_uid_stands_twice_but_for_moved_days(room: Room) -> None:
    meetup = with_meetup(room)
    token = room.feed()
    split(room, meetup)

    masters = [str(e["UID"]) for e in room.events(token) if "RECURRENCE-ID" not in e]

    assert len(masters) == len(set(masters))


@pytest.mark.parametrize("times", [1, 2])
def test_the_feed_stays_the_same_while_nothing_changes(room: Room, times: int) -> None:
    meetup = with_meetup(room)
    token = room.feed()
    split(room, meetup)
    first = room.file(token)

    for _time in range(times):
        with room.database.writing() as session:
            for series in session.scalars(select(Meetup)):
                assert plan_occurrences(session, series, room.now) == 0

    assert room.file(token) == first
