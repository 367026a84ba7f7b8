"""Three years in five zones, each weekday, each hour: the product against an oracle of its own."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from calendar_app.meetups.recurrence import WEEKDAYS, Rule, starts
from calendar_app.reminders.due import due_at
from tests.meetups import oracle
from tests.meetups.oracle import FIRST_YEAR, LAST_YEAR, ZONES

FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
LEAD = timedelta(minutes=10)


def due_instants(rule: Rule, first: date, last: date) -> list[int]:
    """When the reminders of `rule` are due, as seconds of UTC."""
    return [int(due_at(at, LEAD).timestamp()) for at in starts(rule, first, last)]


def at_wall(zone: str, second: int, weekday: str) -> Rule:
    local_time = time(second // 3600, second // 60 % 60)
    return Rule((weekday,), local_time, zone, 10, FIRST, None)


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_due_on_each_weekday_at_each_hour_is_what_the_oracle_says(zone: str) -> None:
    compared = 0
    for place, weekday in enumerate(WEEKDAYS):
        whole = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
        on_weekday = [day for day in whole if day.weekday() == place]
        for hour in range(24):
            expected = [oracle.instant(zone, day, hour * 3600) - 600 for day in on_weekday]
            assert due_instants(at_wall(zone, hour * 3600, weekday), FIRST, LAST) == expected
            compared += len(expected)

    assert compared == 24 * 1096


@pytest.mark.parametrize("zone", ZONES)
def test_around_each_change_every_half_hour_is_due_when_the_oracle_says(zone: str) -> None:
    for day, _second, _change in oracle.odd_walls(zone):
        for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
            if not FIRST <= near <= LAST:
                continue
            for second in range(0, 24 * 3600, 1800):
                rule = at_wall(zone, second, WEEKDAYS[near.weekday()])
                expected = [oracle.instant(zone, near, second) - 600]
                assert due_instants(rule, near, near) == expected


def test_the_oracle_knows_the_changes_that_are_known() -> None:
    found = {zone: oracle.changes(zone) for zone in ZONES}

    assert found["Asia/Kolkata"] == ()
    # Amsterdam, 29 March 2026 at 01:00 UTC: from one hour to two.
    spring = found["Europe/Amsterdam"][0]
    assert oracle.as_moment(spring.at).isoformat() == "2026-03-29T01:00:00+00:00"
    assert (spring.before, spring.after) == (3600, 7200)
    # On Lord Howe half an hour is skipped.
    assert {abs(one.after - one.before) for one in found["Australia/Lord_Howe"]} == {1800}
    # In Morocco the clocks go back for Ramadan, and on again after it.
    assert len(found["Africa/Casablanca"]) == 6
    assert len(found["America/New_York"]) == len(found["Europe/Amsterdam"]) == 6
