"""How the sample counts days, on any day that somebody may load it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.moments import local
from calendar_app.people.models import Team
from calendar_app.sample.days import Days, first_of_month
from calendar_app.sample.files import read
from calendar_app.sample.posts import moments_of, start_of, state_of, steps_of

AMSTERDAM = "Europe/Amsterdam"
POSTS: list[Mapping[str, Any]] = read("posts")["posts"]
DATED = [post for post in POSTS if "week" in post]
ANY_MOMENT = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2028, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


def days_at(now: datetime) -> Days:
    return Days.around(now, Team(zone=AMSTERDAM, country="NL", language="nl"))


@pytest.mark.parametrize(
    ("week", "weekday", "day"),
    [
        (0, "di", date(2026, 11, 10)),
        (0, "ma", date(2026, 11, 9)),
        (-4, "ma", date(2026, 10, 12)),
        (1, "za", date(2026, 11, 21)),
        (4, "vr", date(2026, 12, 11)),
    ],
)
def test_a_day_counts_from_the_week_of_loading(
    now: datetime, week: int, weekday: str, day: date
) -> None:
    assert days_at(now).day(week, weekday) == day


def test_a_past_day_steps_back_from_a_holiday_and_a_coming_one_steps_ahead() -> None:
    # Christmas 2026 is a Friday and a Saturday, New Year's Day 2027 a Friday.
    before = days_at(datetime(2026, 12, 15, 9, tzinfo=UTC))
    after = days_at(datetime(2027, 1, 5, 9, tzinfo=UTC))

    assert before.day(1, "vr") == date(2026, 12, 28)
    assert after.day(-2, "vr") == date(2026, 12, 24)
    assert after.day(-1, "vr") == date(2026, 12, 31)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    days = days_at(datetime(2026, 12, 29, 9, tzinfo=UTC))

    assert days.working_day(date(2026, 12, 29), -2) == date(2026, 12, 24)


def test_the_first_of_the_month_crosses_the_year() -> None:
    assert first_of_month(date(2026, 11, 10), 9) == date(2027, 8, 1)
    assert first_of_month(date(2026, 12, 31), 1) == date(2027, 1, 1)


@example(datetime(2026, 12, 24, 23, 30, tzinfo=UTC))
@example(datetime(2027, 3, 28, 1, 30, tzinfo=UTC))
@given(ANY_MOMENT)
def test_every_step_was_taken_in_order_and_none_lies_ahead(now: datetime) -> None:
    days = days_at(now)

    for number, told in enumerate(POSTS):
        steps = list(steps_of(told, days))
        moments = moments_of(told, steps, number, days)
        assert len(moments) == len(steps)
        assert all(earlier < later for earlier, later in pairwise(moments)), told["title"]
        assert moments[-1] <= now


@given(ANY_MOMENT)
def test_people_worked_in_working_hours(now: datetime) -> None:
    days = days_at(now)

    for number, told in enumerate(POSTS):
        steps = list(steps_of(told, days))
        for step, at in zip(steps, moments_of(told, steps, number, days), strict=True):
            wall = local(at, AMSTERDAM)
            if step.lead:
                assert days.is_working(wall.date())
                assert 9 <= wall.hour < 17


@given(ANY_MOMENT)
def test_a_post_is_published_exactly_when_its_moment_has_passed_but_for_two_that_are_late(
    now: datetime,
) -> None:
    days = days_at(now)
    ahead = {"draft", "in_review", "changes_asked", "approved"}

    passed = [post for post in DATED if start_of(post, days) <= now]
    late = [post for post in passed if state_of(post, days) in ahead]
    early = [
        post for post in DATED if start_of(post, days) > now and state_of(post, days) == "published"
    ]

    assert len(late) == 2
    assert early == []


@given(ANY_MOMENT)
def test_no_post_is_planned_on_a_holiday(now: datetime) -> None:
    days = days_at(now)

    starts = [local(start_of(post, days), AMSTERDAM) for post in DATED]

    assert not any(start.date() in days.free for start in starts)
    assert all(8 <= start.hour < 20 for start in starts)
    assert max(starts) - min(starts) > timedelta(weeks=7)
