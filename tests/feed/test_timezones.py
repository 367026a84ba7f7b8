"""A VTIMEZONE must say what `zoneinfo` says, for every zone there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from icalendar import Timezone

from calendar_app.feed.timezones import changes, vtimezone, zone_named

FIRST, LAST = 2024, 2029
ZONES = sorted(name for name in available_timezones() if "/" in name)
HOUR = timedelta(hours=1)


def read(name: str, first: int = FIRST, last: int = LAST) -> Timezone:
    component = Timezone.from_ical("\r\n".join(vtimezone(name, first, last)) + "\r\n")
    assert isinstance(component, Timezone)
    return component


def observances(name: str, first: int = FIRST, last: int = LAST) -> list[list[str]]:
    """The lines of each observance."""
    lines = vtimezone(name, first, last)
    begins = [i for i, line in enumerate(lines) if line in {"BEGIN:STANDARD", "BEGIN:DAYLIGHT"}]
    return [list(lines[i:j]) for i, j in pairwise([*begins, len(lines) - 1])]


def rules(name: str, first: int = FIRST, last: int = LAST) -> list[str]:
    return [line for line in vtimezone(name, first, last) if line.startswith("RRULE")]


def wall_times(zone: ZoneInfo) -> set[datetime]:
    """Wall times of the window, without a zone: each eight days, and around the changes."""
    begin = datetime(FIRST, 1, 1, 12, tzinfo=UTC).replace(tzinfo=None)
    noons = {begin + timedelta(days=day) for day in range(0, (LAST + 1 - FIRST) * 366, 8)}
    around = (-24, -3, 3, 24)
    near = {c.onset + h * HOUR for c in changes(zone, FIRST, LAST) for h in around}
    return {wall for wall in noons | near if FIRST <= wall.year <= LAST}


@pytest.mark.parametrize("region", sorted({name.partition("/")[0] for name in ZONES}))
def test_every_zone_says_what_zoneinfo_says(region: str) -> None:
    """Read by icalendar's own interpreter of VTIMEZONE, which knows nothing of ours."""
    wrong = [
        (name, wall)
        for name in ZONES
        if name.partition("/")[0] == region
        for wall in wrong_walls(ZoneInfo(name), read(name).to_tz(lookup_tzid=False))
    ]

    assert wrong == []


def wrong_walls(zone: ZoneInfo, ours: tzinfo) -> list[datetime]:
    return [
        wall
        for wall in wall_times(zone)
        if wall.replace(tzinfo=ours).utcoffset() != wall.replace(tzinfo=zone).utcoffset()
    ]


def test_amsterdam_has_one_standard_and_one_daylight_rule() -> None:
    kinds = sorted(observance[0] for observance in observances("Europe/Amsterdam"))

    assert kinds == ["BEGIN:DAYLIGHT", "BEGIN:STANDARD"]
    assert rules("Europe/Amsterdam") == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ]


def test_a_rule_begins_in_the_time_before_the_change() -> None:
    """DTSTART is in TZOFFSETFROM local time (RFC 5545 §3.6.5): 02:00 winter, 03:00 summer time."""
    lines = vtimezone("Europe/Amsterdam", 2026, 2027)

    assert "DTSTART:20250330T020000" in lines
    assert "DTSTART:20251026T030000" in lines


def test_new_york_changes_on_the_second_sunday_of_march() -> None:
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU" in rules("America/New_York")


def test_winter_is_the_standard_time_of_dublin() -> None:
    """The zone data say the opposite: there summer is the standard and winter the exception."""
    summer = next(o for o in observances("Europe/Dublin") if "TZNAME:IST" in o)

    assert summer[0] == "BEGIN:DAYLIGHT"


def test_a_zone_that_keeps_its_offset_has_one_standard_without_a_rule() -> None:
    (only,) = observances("Asia/Tokyo")

    assert only[0] == "BEGIN:STANDARD"
    assert rules("Asia/Tokyo") == []


def test_casablanca_which_follows_the_moon_is_written_out() -> None:
    assert rules("Africa/Casablanca") == []
    assert len(observances("Africa/Casablanca")) > 2 * (LAST - FIRST)


def test_a_zone_that_stopped_changing_is_written_out() -> None:
    """Asunción changed its clocks until 2024 and has not since."""
    assert rules("America/Asuncion") == []


def test_no_zone_has_what_calendar_programs_read_wrongly() -> None:
    texts = {name: "\n".join(vtimezone(name, 2026, 2028)) for name in ZONES}

    assert [name for name, text in texts.items() if "RDATE" in text or "COUNT" in text] == []
    assert {text.count("RRULE") for text in texts.values()} == {0, 2}


@pytest.mark.parametrize("name", ["Europe/Amsterdam", "Australia/Sydney", "Africa/Casablanca"])
def test_an_observance_begins_before_the_first_event(name: str) -> None:
    starts = [o[1].removeprefix("DTSTART:") for o in observances(name, 2026, 2027)]

    assert min(starts) < "20260101"


def test_the_lines_are_short_enough_to_need_no_folding() -> None:
    assert max(len(line) for name in ZONES for line in vtimezone(name, 2026, 2028)) <= 75


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "Etc/GMT", "Zulu", "GMT"])
def test_utc_needs_no_zone(name: str) -> None:
    assert zone_named(name) is None


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "../etc/passwd", "Europe", "\x00", "\ud800/a"])
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone_named(name) is None


def test_a_change_is_found_to_the_second() -> None:
    (spring, autumn) = changes(ZoneInfo("Europe/Amsterdam"), 2026, 2026)

    onsets = [change.onset.isoformat() for change in (spring, autumn)]
    assert onsets == ["2026-03-29T02:00:00", "2026-10-25T03:00:00"]
    assert (spring.before, spring.after) == (HOUR, 2 * HOUR)


def test_half_hour_offsets_and_odd_minutes_are_written_whole() -> None:
    (kathmandu,) = observances("Asia/Kathmandu")

    assert "TZOFFSETTO:+0545" in kathmandu
    assert datetime(2026, 1, 1, tzinfo=UTC).astimezone(ZoneInfo("Asia/Kathmandu")).minute == 45
