from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from calendar_app.meetups.recurrence import (
    WEEKDAYS,
    BadRule,
    Rule,
    days,
    first_day,
    moment,
    parse_weekdays,
    rrule,
    starts,
)

WORKING_DAYS = ("MO", "TU", "WE", "TH", "FR")
ZONES = (
    "Europe/Amsterdam",
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
)


def a_rule(**facts: object) -> Rule:
    told: dict[str, object] = {
        "weekdays": WORKING_DAYS,
        "local_time": time(9, 30),
        "zone": "Europe/Amsterdam",
        "minutes": 10,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        **facts,
    }
    return Rule(**told)  # type: ignore[arg-type]  # each fact has the type of its field


dates = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    starts_on = draw(dates)
    length = draw(st.none() | st.integers(0, 400))
    return a_rule(
        weekdays=tuple(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))),
        local_time=draw(st.times().map(lambda at: at.replace(second=0, microsecond=0))),
        zone=draw(st.sampled_from(ZONES)),
        starts_on=starts_on,
        ends_on=None if length is None else starts_on + timedelta(days=length),
    )


@given(rules(), dates, st.integers(0, 200))
def test_every_day_lies_in_the_window_and_on_a_weekday_of_the_rule(
    rule: Rule, first: date, length: int
) -> None:
    last = first + timedelta(days=length)

    found = days(rule, first, last)

    assert found == sorted(set(found))
    for day in found:
        assert first <= day <= last
        assert rule.starts_on <= day
        assert rule.ends_on is None or day <= rule.ends_on
        assert WEEKDAYS[day.weekday()] in rule.weekdays


@given(rules(), dates, st.integers(0, 60))
def test_no_day_of_the_rule_is_left_out(rule: Rule, first: date, length: int) -> None:
    window = [first + timedelta(days=number) for number in range(length + 1)]

    found = days(rule, window[0], window[-1])

    missed = set(window) - set(found)
    for day in missed:
        is_outside = day < rule.starts_on or (rule.ends_on is not None and day > rule.ends_on)
        assert is_outside or WEEKDAYS[day.weekday()] not in rule.weekdays


@given(rules(), dates)
def test_a_skipped_day_is_left_out_and_no_other(rule: Rule, first: date) -> None:
    last = first + timedelta(days=30)
    whole = days(rule, first, last)
    assume(whole)

    found = days(rule, first, last, skipped={whole[0]})

    assert found == whole[1:]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("change", [date(2026, 10, 25), date(2027, 3, 28), date(2026, 4, 5)])
def test_a_meetup_keeps_its_local_hour_when_the_clocks_change(zone: str, change: date) -> None:
    rule = a_rule(zone=zone, weekdays=WEEKDAYS)
    week = timedelta(days=7)

    found = starts(rule, change - week, change + week)

    assert [at.astimezone(ZoneInfo(zone)).time() for at in found] == [time(9, 30)] * 15
    assert all(at.tzinfo is UTC for at in found)


def test_half_past_nine_in_amsterdam_is_an_hour_later_in_utc_in_winter() -> None:
    found = starts(a_rule(), date(2026, 10, 23), date(2026, 10, 26))

    assert found == [
        datetime(2026, 10, 23, 7, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 8, 30, tzinfo=UTC),
    ]


def test_a_time_in_the_hour_that_march_skips_shifts_forward() -> None:
    found = moment(date(2027, 3, 28), time(2, 30), "Europe/Amsterdam")

    assert found.astimezone(ZoneInfo("Europe/Amsterdam")).time() == time(3, 30)


@pytest.mark.parametrize("fold", [0, 1])
def test_of_a_time_that_october_brings_twice_the_first_is_meant(fold: int) -> None:
    found = moment(date(2026, 10, 25), time(2, 30, fold=fold), "Europe/Amsterdam")

    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(rules(), dates)
def test_a_meetup_comes_once_a_day_also_in_a_gap_or_an_overlap(rule: Rule, first: date) -> None:
    last = first + timedelta(days=90)

    found = starts(rule, first, last)

    assert len(found) == len(set(found)) == len(days(rule, first, last))
    assert found == sorted(found)


def read_back(rule: Rule, last: date) -> list[datetime]:
    """The moments that a calendar program makes of the printed rule, until `last`."""
    begin = first_day(rule)
    assert begin is not None
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:1@test\r\n"
        f"DTSTART;TZID={rule.zone}:{begin:%Y%m%d}T{rule.local_time:%H%M%S}\r\n"
        f"DURATION:PT10M\r\nRRULE:{rrule(rule)}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    calendar = recurring_ical_events.of(Calendar.from_ical(text))
    events = calendar.between(begin - timedelta(days=1), last + timedelta(days=2))
    found = (event.start for event in events)
    return sorted(at.astimezone(UTC) for at in found if at.date() <= last)


@given(rules())
def test_a_calendar_program_finds_the_same_moments_in_the_printed_rule(rule: Rule) -> None:
    begin = first_day(rule)
    assume(begin is not None)
    assert begin is not None
    last = begin + timedelta(days=60)

    assert read_back(rule, last) == starts(rule, begin, last)


@pytest.mark.parametrize("zone", ZONES)
def test_a_calendar_program_finds_the_same_moments_over_both_changes(zone: str) -> None:
    rule = a_rule(zone=zone, starts_on=date(2026, 10, 1), ends_on=date(2027, 4, 9))

    found = read_back(rule, date(2027, 5, 1))

    assert found == starts(rule, date(2026, 10, 1), date(2027, 5, 1))


def test_the_printed_rule_is_weekly_and_ends_at_the_start_on_the_last_day_in_utc() -> None:
    assert rrule(a_rule(weekdays=("FR", "MO"))) == "FREQ=WEEKLY;BYDAY=MO,FR"
    assert rrule(a_rule(weekdays=("MO",), ends_on=date(2026, 11, 2))) == (
        "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261102T083000Z"
    )


def test_the_first_day_is_an_instance_of_the_rule() -> None:
    assert first_day(a_rule(starts_on=date(2026, 11, 7))) == date(2026, 11, 9)


def test_a_rule_between_two_weekends_that_asks_for_a_sunday_never_falls() -> None:
    rule = a_rule(weekdays=("SU",), starts_on=date(2026, 11, 9), ends_on=date(2026, 11, 13))

    assert first_day(rule) is None


def test_weekdays_are_read_in_week_order_and_once() -> None:
    assert parse_weekdays("we, MO,MO") == ("MO", "WE")


@pytest.mark.parametrize("names", ["", "MO,", "MA", "MONDAY"])
def test_a_weekday_that_does_not_exist_is_a_bad_rule(names: str) -> None:
    with pytest.raises(BadRule):
        parse_weekdays(names)


@pytest.mark.parametrize(
    "facts",
    [
        {"weekdays": ()},
        {"weekdays": ("MO", "MO")},
        {"weekdays": ("MA",)},
        {"zone": "Europe/Delft"},
        {"zone": "../../etc/passwd"},
        {"zone": ""},
        {"minutes": 0},
        {"ends_on": date(2025, 12, 31)},
        {"local_time": time(9, 30, tzinfo=UTC)},
    ],
)
def test_a_rule_that_can_never_be_kept_is_refused(facts: dict[str, object]) -> None:
    with pytest.raises(BadRule):
        a_rule(**facts)
