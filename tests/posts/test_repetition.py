"""The rule of a series, against the usual reader of recurrence rules and by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.moments import moment
from calendar_app.posts import repetition
from calendar_app.posts.repetition import (
    BadRule,
    Rule,
    days,
    first_days,
    from_rrule,
    rest,
    rrule,
    sentence,
    until,
)

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
ZONE = "Europe/Amsterdam"
dates = st.dates(FIRST, LAST)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    frequency = draw(st.sampled_from(repetition.FREQUENCIES))
    starts_on = draw(dates)
    facts: dict[str, Any] = {"interval": draw(st.integers(1, 13))}
    if frequency == "weekly":
        facts["weekdays"] = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    if frequency == "monthly_day":
        facts["month_day"] = draw(st.integers(1, 31))
    if frequency == "monthly_weekday":
        facts["weekdays"] = (draw(st.integers(0, 6)),)
        facts["nth"] = draw(st.sampled_from(sorted(repetition.NTH_NAMES)))
    end = draw(st.sampled_from(["never", "on", "count"]))
    if end == "on":
        facts["ends_on"] = starts_on + timedelta(days=draw(st.integers(0, 800)))
    if end == "count":
        facts["count"] = draw(st.integers(1, 60))
    return Rule(frequency, starts_on, **facts)


@given(rules(), dates, dates)
@example(Rule("monthly_day", date(2028, 1, 31), month_day=31), FIRST, LAST)
@example(Rule("monthly_day", date(2028, 1, 29), month_day=29, interval=12), FIRST, LAST)
@example(Rule("monthly_day", date(2027, 11, 30), month_day=30), FIRST, LAST)
@example(Rule("weekly", date(2026, 10, 20), weekdays=(1, 6), interval=2), FIRST, LAST)
def test_the_days_are_those_of_its_recurrence_rule(rule: Rule, one: date, other: date) -> None:
    first, last = min(one, other), max(one, other)

    found = days(rule, first, last)

    begin = datetime.combine(rule.starts_on, time(), UTC)
    usual = rrulestr(rrule(rule, "UTC"), dtstart=begin)
    low, high = (datetime.combine(day, time(), UTC) for day in (first, last))
    assert found == [each.date() for each in usual.between(low, high, inc=True)]


@given(rules())
def test_a_rule_reads_its_own_recurrence_rule_back(rule: Rule) -> None:
    assert from_rrule(rrule(rule, ZONE), rule.starts_on, ZONE) == rule


@given(rules(), st.integers(0, 30))
def test_a_rule_split_on_one_of_its_days_says_the_same_in_two_parts(rule: Rule, place: int) -> None:
    whole = days(rule, FIRST, LAST + timedelta(days=900))
    if len(whole) < 2:
        return
    day = whole[1 + place % (len(whole) - 1)]

    before, after = until(rule, day - timedelta(days=1)), rest(rule, day)

    end = LAST + timedelta(days=900)
    assert days(before, FIRST, end) + days(after, FIRST, end) == whole


@given(rules(), st.integers(1, 20))
def test_the_first_days_are_the_beginning_of_all_days(rule: Rule, number: int) -> None:
    found = first_days(rule, number)

    assert len(found) <= number
    if found:
        assert days(rule, FIRST, found[-1]) == found


@pytest.mark.parametrize(
    ("change", "offset_before", "offset_after"),
    [(date(2027, 3, 28), 1, 2), (date(2026, 10, 25), 2, 1)],
)
def test_the_time_on_the_wall_stays_when_the_clocks_change(
    change: date, offset_before: int, offset_after: int
) -> None:
    rule = Rule("weekly", change - timedelta(days=5), weekdays=((change.weekday() + 2) % 7,))

    before, after = days(rule, change - timedelta(days=5), change + timedelta(days=5))

    hours = [moment(day, time(9, 30), ZONE).hour for day in (before, after)]
    assert hours == [9 - offset_before, 9 - offset_after]


def test_the_thirty_first_falls_on_the_last_day_of_every_month() -> None:
    rule = Rule("monthly_day", date(2028, 1, 31), month_day=31)

    assert first_days(rule, 4) == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


def test_a_year_is_read_as_twelve_months() -> None:
    rule = from_rrule("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", date(2026, 12, 24), ZONE)

    assert first_days(rule, 2) == [date(2026, 12, 24), date(2027, 12, 24)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=x",
        "FREQ=MONTHLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=1MO,2TU",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1",
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;COUNT=501",
        "FREQ=DAILY;UNTIL=20261101",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(BadRule):
        from_rrule(text, date(2026, 11, 10), ZONE)


@pytest.mark.parametrize(
    "facts",
    [
        {"frequency": "hourly"},
        {"frequency": "daily", "weekdays": (1,)},
        {"frequency": "weekly"},
        {"frequency": "weekly", "weekdays": (3, 1)},
        {"frequency": "weekly", "weekdays": (7,)},
        {"frequency": "monthly_day", "month_day": 32},
        {"frequency": "monthly_weekday", "weekdays": (1,), "nth": 5},
        {"frequency": "monthly_weekday", "weekdays": (1, 2), "nth": 1},
        {"frequency": "daily", "ends_on": date(2026, 11, 9)},
        {"frequency": "daily", "count": 0},
    ],
)
def test_a_rule_that_can_never_be_kept_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(BadRule):
        Rule(starts_on=date(2026, 11, 10), **facts)


def _facts(frequency: str, **facts: Any) -> Rule:
    return Rule(frequency, date(2026, 11, 10), **facts)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (_facts("daily"), "every day"),
        (_facts("daily", interval=3), "every %(number)s days"),
        (_facts("weekly", weekdays=(1,)), "every %(days)s"),
        (_facts("weekly", weekdays=(0, 1, 2, 3, 4)), "every working day"),
        (_facts("weekly", weekdays=(1,), interval=2), "every %(number)s weeks on %(days)s"),
        (_facts("monthly_day", month_day=31), "on the last day of every month"),
        (_facts("monthly_day", month_day=10), "every month on day %(day)s"),
        (_facts("monthly_day", month_day=10, interval=12), "every year on %(date)s"),
        (
            _facts("monthly_day", month_day=31, interval=2),
            "every %(number)s months on the last day",
        ),
        (_facts("monthly_day", month_day=3, interval=2), "every %(number)s months on day %(day)s"),
        (
            _facts("monthly_weekday", weekdays=(1,), nth=-1),
            "every month on the %(nth)s %(weekday)s",
        ),
        (
            _facts("monthly_weekday", weekdays=(1,), nth=1, interval=3),
            "every %(number)s months on the %(nth)s %(weekday)s",
        ),
    ],
)
def test_a_rule_is_said_in_words(rule: Rule, message: str) -> None:
    assert sentence(rule).message == message
    assert sentence(rule).end_values == {}


def test_the_end_is_said_too() -> None:
    assert sentence(_facts("daily", count=3)).end_values == {"num": 3}
    assert sentence(_facts("daily", ends_on=LAST)).end_values == {"last": LAST}
