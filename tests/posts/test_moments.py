from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.moments import local, local_day_bounds, moment

AMSTERDAM = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 10, 24), time(9), datetime(2026, 10, 24, 7, tzinfo=UTC)),
        (date(2026, 10, 25), time(9), datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (date(2027, 3, 27), time(9), datetime(2027, 3, 27, 8, tzinfo=UTC)),
        (date(2027, 3, 28), time(9), datetime(2027, 3, 28, 7, tzinfo=UTC)),
    ],
)
def test_a_local_hour_is_the_same_hour_on_both_sides_of_a_change_of_the_clocks(
    day: date, at: time, instant: datetime
) -> None:
    assert moment(day, at, AMSTERDAM) == instant


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert moment(date(2026, 10, 25), time(2, 30), AMSTERDAM) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    assert moment(date(2026, 10, 25), time(2, 30, fold=1), AMSTERDAM) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_time_in_the_skipped_hour_shifts_forward_by_the_hour() -> None:
    skipped = moment(date(2027, 3, 28), time(2, 30), AMSTERDAM)

    assert skipped == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert local(skipped, AMSTERDAM).time() == time(3, 30)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2026, 11, 10), 24)]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    start, end = local_day_bounds(day, AMSTERDAM)

    assert end - start == timedelta(hours=hours)


@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.times(),
    st.sampled_from([AMSTERDAM, "America/New_York", "Pacific/Auckland"]),
)
def test_a_moment_shows_the_wall_time_it_was_made_of_unless_that_was_skipped(
    day: date, at: time, zone: str
) -> None:
    shown = local(moment(day, at, zone), zone).replace(tzinfo=None)

    assert shown - datetime.combine(day, at) in {timedelta(), timedelta(hours=1)}
