"""The rule that the feed prints, its exceptions and moved days, against `recurrence`."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import neighbours, plan_occurrences
from calendar_app.meetups.recurrence import WEEKDAYS, starts
from tests.feed.conftest import again
from tests.feed.test_entries import with_meetup
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.feed.conftest import Room

DAY = timedelta(days=1)
# The first time comes twice in October, the second is skipped in March.
TIMES = (time(2, 30), time(9, 30), time(23, 45))
ZONES = ("Europe/Amsterdam", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe")


def decide(session: Session, room: Room, meetup: Meetup, chance: random.Random) -> set[date]:
    """Call off or move some of the days to come; the local days that are not as the rule says."""
    rows = select(Occurrence).where(Occurrence.meetup_id == meetup.id)
    changed = set()
    for row in list(session.scalars(rows.order_by(Occurrence.local_day))):
        what = chance.choice(("stays", "stays", "off", "moved"))
        between = neighbours(session, row)
        if what == "stays" or not row.is_held or row.starts_at <= room.now + DAY:
            continue
        if what == "off":
            row.cancel_day(room.person, room.now)
        else:
            day = between.last if between.last and between.last > row.local_day else row.local_day
            row.move_day(day, time(16, 5), by=room.person, now=room.now, between=between)
        changed.add(row.local_day)
        session.flush()
    return changed


@pytest.mark.parametrize("seed", range(6))
def test_a_calendar_program_finds_what_the_rule_and_its_exceptions_say(
    room: Room, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same days each time
    weekdays = [day for day in WEEKDAYS if chance.random() < 0.6] or ["WE"]
    ends = chance.choice((None, room.now.date() + timedelta(days=200)))
    facts = {"local_time": chance.choice(TIMES), "zone": chance.choice(ZONES), "ends_on": ends}
    meetup = with_meetup(room, weekdays=",".join(weekdays), skips_holidays=False, **facts)
    token = room.feed()
    with room.database.writing() as session:
        series = again(session, meetup)
        plan_occurrences(session, series, room.now)
        changed = decide(session, room, series, chance)

    first, last = room.now.date() + DAY, room.now.date() + timedelta(days=330)
    with room.database.reading() as session:
        rule = session.get_one(Meetup, meetup.id).rule
        by_rule = starts(rule, first, last, skipped=changed)
        held = select(Occurrence).where(Occurrence.state == "moved")
        moved = [row.starts_at for row in session.scalars(held)]

    expected = sorted([*by_rule, *moved])
    begin = datetime.combine(first, time(), expected[0].tzinfo) - DAY
    events = events_between(room.file(token), begin, begin + timedelta(days=333))
    found = sorted(event.start.astimezone(expected[0].tzinfo) for event in events)
    assert changed
    assert [at for at in found if expected[0] <= at <= expected[-1]] == expected
