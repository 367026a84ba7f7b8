"""On which days an event comes back, against the library that usually reads such rules."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.layers.repetition import FREQUENCIES, WEEKDAYS, NotUnderstood, days, rule

LOW, HIGH = date(2026, 10, 10), date(2027, 12, 11)


def found(text: str, first: date, low: date = LOW, high: date = HIGH) -> list[date]:
    return list(days(rule(text), first, low, high))


def of_library(text: str, first: date) -> list[date]:
    begin = datetime.combine(first, datetime.min.time())
    known = rrulestr(text, dtstart=begin).between(
        datetime.combine(LOW, datetime.min.time()),
        datetime.combine(HIGH, datetime.min.time()),
        inc=True,
    )
    return [each.date() for each in known]


def listed(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.integers(low, high).filter(bool)
    return st.lists(numbers, min_size=1, max_size=3, unique=True).map(
        lambda some: ",".join(map(str, some))
    )


def on_weekdays(frequency: str) -> st.SearchStrategy[str]:
    plain = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True)
    some = [plain.map(lambda named: f"BYDAY={','.join(named)}")]
    if frequency in {"MONTHLY", "YEARLY"}:
        which = st.tuples(st.sampled_from([1, 2, 3, 4, -1, -2]), st.sampled_from(WEEKDAYS))
        some += [
            which.map(lambda pair: f"BYDAY={pair[0]}{pair[1]}"),
            listed(-28, 28).map("BYMONTHDAY={}".format),
        ]
    return st.one_of(some)


ENDS = st.one_of(
    st.just("UNTIL=20270301T000000"), st.integers(1, 300).map("COUNT={}".format), st.just("")
)
PLACES = st.sampled_from(["BYSETPOS=1", "BYSETPOS=-1", "BYSETPOS=1,-1", "BYSETPOS=2"])
NOTHING = st.just("")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule that the library can read too, and that names some day at last."""
    frequency = draw(st.sampled_from(FREQUENCIES))
    by_places = st.one_of(NOTHING, PLACES) if frequency in {"MONTHLY", "YEARLY"} else NOTHING
    parts = [
        f"FREQ={frequency}",
        f"INTERVAL={draw(st.integers(1, 4))}",
        draw(st.one_of(NOTHING, st.sampled_from(WEEKDAYS).map("WKST={}".format))),
        draw(st.one_of(NOTHING, on_weekdays(frequency))),
        draw(st.one_of(NOTHING, listed(1, 12).map("BYMONTH={}".format))),
        draw(by_places),
        draw(ENDS),
    ]
    return ";".join(part for part in parts if part)


@given(rules(), st.dates(date(2019, 1, 1), date(2027, 6, 1)))
def test_it_comes_back_on_the_days_that_the_library_names(text: str, first: date) -> None:
    # Whoever knows the zone makes a last day of UNTIL.
    until = [part.removeprefix("UNTIL=")[:8] for part in text.split(";") if "UNTIL" in part]
    last = min([HIGH, *map(date.fromisoformat, until)])

    assert found(text, first, high=last) == of_library(text, first)


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", date(2020, 5, 11), [date(2027, 5, 17)]),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU", date(2020, 1, 5), [date(2027, 1, 3)]),
        # The weekday of the first one, where the rule names none.
        ("FREQ=YEARLY;BYWEEKNO=20", date(2020, 5, 13), [date(2027, 5, 19)]),
        ("FREQ=YEARLY", date(2020, 2, 29), []),
        ("FREQ=YEARLY;BYYEARDAY=100,-1", date(2020, 4, 9), [date(2026, 12, 31), date(2027, 4, 10)]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", date(2026, 2, 13), [date(2026, 11, 13)]),
    ],
)
def test_rules_by_week_and_rare_days(text: str, first: date, expected: list[date]) -> None:
    assert [day for day in found(text, first) if day < date(2027, 8, 1)] == expected


def test_what_counts_ends_after_so_many() -> None:
    assert found("FREQ=DAILY;COUNT=3", date(2026, 11, 9)) == [
        date(2026, 11, 9),
        date(2026, 11, 10),
        date(2026, 11, 11),
    ]
    assert found("FREQ=DAILY;COUNT=3", date(2020, 1, 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=5",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=9,10",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=x",
        "FREQ=DAILY;INTERVAL=99999999999",
        "FREQ=DAILY;COUNT=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=99MO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;BYMONTHDAY=" + "1," * 500,
        "FREQ=DAILY;INTERVAL=²",
    ],
)
def test_what_is_no_rule_of_days_is_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        rule(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYSETPOS=300",
        "FREQ=WEEKLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=31",
    ],
)
def test_a_rule_that_names_no_day_ends_at_once(text: str) -> None:
    began = time.perf_counter()

    assert found(text, date(1901, 1, 1)) == []
    assert time.perf_counter() - began < 5


def test_whoever_asks_can_stop_it() -> None:
    asked = iter(range(100))

    some = list(days(rule("FREQ=DAILY"), LOW, LOW, HIGH, lambda: next(asked) >= 5))

    assert some == [LOW + timedelta(days=each) for each in range(5)]


def test_the_end_of_time_is_no_error() -> None:
    for frequency in FREQUENCIES:
        found = list(days(rule(f"FREQ={frequency}"), date(9900, 1, 1), date(9990, 1, 1), date.max))

        assert found[-1] > date(9996, 1, 1)
