"""The calendar file, rule by rule, read back by a library that did not write it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from calendar_app.feed.ics import FeedEntry, calendar_file, escape, fold
from calendar_app.text import clean_line, clean_text
from tests.feed.hostile import HOSTILE
from tests.support.feeds import events_between

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTES = timedelta(minutes=15)
A_MINUTE = timedelta(minutes=1)
NEW_YEAR = datetime(2024, 1, 2, tzinfo=UTC)
HALF_PAST_NINE = datetime(2026, 11, 10, 9, 30, tzinfo=AMSTERDAM)
POST = FeedEntry(
    uid="post-1@kapstok.example",
    starts=HALF_PAST_NINE,
    ends=HALF_PAST_NINE + MINUTES,
    summary="Een dag op de spoed",
    changed_at=datetime(2026, 11, 1, 12, 0, tzinfo=UTC),
    sequence=3,
    status="CONFIRMED",
    busy=False,
)
MEETUP = replace(
    POST,
    uid="meetup-1@kapstok.example",
    starts=datetime(2026, 1, 5, 9, 30, tzinfo=AMSTERDAM),
    ends=datetime(2026, 1, 5, 9, 40, tzinfo=AMSTERDAM),
    summary="Content-meet-up",
    busy=True,
    rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
)


def quarter(starts: datetime) -> dict[str, Any]:
    """The start and the end of a post at `starts`."""
    return {"starts": starts, "ends": starts + MINUTES}


def written(*entries: FeedEntry, name: str = "De Linde") -> list[str]:
    """The unfolded lines of a calendar with these entries."""
    text = calendar_file(name, entries, last_year=2027).decode()
    return text.replace("\r\n ", "").split("\r\n")


def read(*entries: FeedEntry, name: str = "De Linde") -> Calendar:
    calendar = Calendar.from_ical(calendar_file(name, entries, last_year=2027))
    assert isinstance(calendar, Calendar)
    return calendar


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)


def only_event(*entries: FeedEntry) -> Event:
    (event,) = read(*entries).events
    return event


def about_event(*entries: FeedEntry) -> list[str]:
    lines = written(*entries)
    return lines[lines.index("BEGIN:VEVENT") :]


# Of the whole calendar


@pytest.mark.parametrize(
    "line",
    [
        "VERSION:2.0",
        "PRODID:-//Kapstok//Feed//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:De Linde",
        "NAME:De Linde",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "COLOR:darkcyan",
    ],
)
def test_a_calendar_says_what_it_is(line: str) -> None:
    head = written(POST)[: written(POST).index("BEGIN:VTIMEZONE")]

    assert line in head


def test_a_calendar_has_no_uid_of_its_own() -> None:
    """With one, vdirsyncer merges everything into one item."""
    assert "UID" not in read(POST)


def test_an_empty_feed_is_a_calendar_too() -> None:
    calendar = read()

    assert calendar.events == []
    assert calendar.timezones == []


def test_zones_stand_before_the_events_and_once_each() -> None:
    tokyo = replace(POST, uid="post-2@x", starts=HALF_PAST_NINE.astimezone(ZoneInfo("Asia/Tokyo")))
    lines = written(POST, MEETUP, tokyo)

    zones = [line for line in lines if line.startswith("TZID:")]

    assert zones == ["TZID:Asia/Tokyo", "TZID:Europe/Amsterdam"]
    assert max(map(lines.index, zones)) < lines.index("BEGIN:VEVENT")


def test_a_zone_is_explained_from_before_the_first_event() -> None:
    """The meet-ups began in January 2026, so the observances begin in 2025."""
    assert "DTSTART:20250330T020000" in written(POST, MEETUP)


def test_a_name_keeps_its_commas_and_semicolons() -> None:
    calendar = read(POST, name="Zorg; welzijn, én meer\\")

    names = {str(calendar[name]) for name in ("X-WR-CALNAME", "NAME")}
    assert {unescaped(name) for name in names} == {"Zorg; welzijn, én meer\\"}


def test_every_line_ends_with_cr_lf() -> None:
    file = calendar_file("De Linde", [POST, MEETUP], last_year=2027)

    assert file.count(b"\n") == file.count(b"\r\n") == file.count(b"\r")
    assert file.endswith(b"END:VCALENDAR\r\n")


def test_no_line_is_longer_than_75_octets() -> None:
    long = replace(POST, summary="één " * 60, description="🎉" * 300, location="é" * 74)
    file = calendar_file("naam " * 40, [long], last_year=2027)

    assert max(map(len, file.split(b"\r\n"))) == 75


# Of an event


def test_dtstamp_and_last_modified_are_the_rows_change_in_utc() -> None:
    lines = about_event(POST)

    assert "DTSTAMP:20261101T120000Z" in lines
    assert "LAST-MODIFIED:20261101T120000Z" in lines


def test_a_timed_event_has_start_and_end_in_its_zone() -> None:
    lines = about_event(POST)

    assert "DTSTART;TZID=Europe/Amsterdam:20261110T093000" in lines
    assert "DTEND;TZID=Europe/Amsterdam:20261110T094500" in lines


def test_a_moment_in_utc_has_a_z_and_no_zone() -> None:
    in_utc = replace(POST, **quarter(HALF_PAST_NINE.astimezone(UTC)))

    assert "DTSTART:20261110T083000Z" in about_event(in_utc)
    assert not any("TZID" in line for line in written(in_utc))


def test_the_same_moment_in_another_zone_is_written_anew() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    moved = replace(POST, **quarter(HALF_PAST_NINE.astimezone(berlin)))
    assert moved == POST

    assert "DTSTART;TZID=Europe/Amsterdam:20261110T093000" in about_event(POST)
    assert "DTSTART;TZID=Europe/Berlin:20261110T093000" in about_event(moved)


def test_a_whole_day_is_a_date_with_an_exclusive_end() -> None:
    day = replace(POST, starts=date(2026, 11, 10), ends=date(2026, 11, 11))
    lines = about_event(day)

    assert "DTSTART;VALUE=DATE:20261110" in lines
    assert "DTEND;VALUE=DATE:20261111" in lines
    assert only_event(day).start == date(2026, 11, 10)


def test_a_post_takes_nobodys_time() -> None:
    lines = about_event(POST)

    assert "TRANSP:TRANSPARENT" in lines
    assert "X-MICROSOFT-CDO-BUSYSTATUS:FREE" in lines


def test_a_meetup_takes_time() -> None:
    lines = about_event(MEETUP)

    assert "TRANSP:OPAQUE" in lines
    assert "X-MICROSOFT-CDO-BUSYSTATUS:BUSY" in lines


def test_an_event_has_its_uid_sequence_and_status() -> None:
    lines = about_event(POST)

    assert "UID:post-1@kapstok.example" in lines
    assert "SEQUENCE:3" in lines
    assert "STATUS:CONFIRMED" in lines


def test_categories_are_separate_also_when_one_holds_a_comma() -> None:
    event = only_event(replace(POST, categories=("Nabij", "Eerlijk, altijd")))

    assert event.categories == ["Nabij", "Eerlijk, altijd"]


def test_nobody_is_an_organizer_or_attendee() -> None:
    text = "\n".join(written(POST, MEETUP))

    assert "ORGANIZER" not in text
    assert "ATTENDEE" not in text


def test_no_event_warns_unless_asked() -> None:
    assert "BEGIN:VALARM" not in written(POST, MEETUP)


def test_an_alarm_goes_off_before_the_start() -> None:
    event = only_event(replace(MEETUP, alarm=timedelta(minutes=10)))

    (alarm,) = event.walk("VALARM")

    assert alarm["TRIGGER"].dt == timedelta(minutes=-10)
    assert alarm["ACTION"] == "DISPLAY"


def test_a_day_that_is_not_held_is_an_exdate_in_the_form_of_dtstart() -> None:
    off = replace(MEETUP, without=(datetime(2026, 12, 25, 9, 30, tzinfo=AMSTERDAM),))

    assert "EXDATE;TZID=Europe/Amsterdam:20261225T093000" in about_event(off)


def test_a_moved_day_names_the_start_it_stands_for_without_a_range() -> None:
    moved = replace(POST, instead_of=datetime(2026, 11, 10, 9, 30, tzinfo=AMSTERDAM))

    assert "RECURRENCE-ID;TZID=Europe/Amsterdam:20261110T093000" in about_event(moved)


@pytest.mark.parametrize(
    ("day", "hour_in_utc"),
    [(date(2026, 10, 23), 7), (date(2026, 10, 26), 8), (date(2027, 3, 29), 7)],
)
def test_a_series_keeps_its_local_hour_when_the_clocks_change(day: date, hour_in_utc: int) -> None:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)

    (found,) = events_between(
        calendar_file("De Linde", [MEETUP], last_year=2027), begin, begin + timedelta(days=1)
    )

    assert found.start.astimezone(UTC) == begin + timedelta(hours=hour_in_utc, minutes=30)
    assert found.start.astimezone(AMSTERDAM).hour == 9


# Texts


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_takes_the_file_down_or_changes_what_is_around_it(text: str) -> None:
    everywhere = replace(
        POST,
        uid=f"post-1{text}@x",
        summary=text,
        description=text,
        location=text,
        url=f"https://kapstok.example/posts/1?{text}",
        categories=(text,),
        alarm=MINUTES,
    )

    first, second = read(everywhere, POST, name=text).events

    assert first["SUMMARY"] == clean_line(text)
    assert first.get("DESCRIPTION", "") == clean_text(text)
    assert first.start == POST.starts
    assert second.uid == POST.uid


@given(st.text())
def test_what_is_escaped_reads_back(text: str) -> None:
    cleaned = clean_text(text)

    assert unescaped(escape(cleaned)) == cleaned


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")))
def test_what_is_folded_reads_back(line: str) -> None:
    folded = fold(line)

    assert folded.replace("\r\n ", "") == line
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))


@given(st.text(), st.text(), st.lists(st.text(), max_size=4))
def test_any_texts_read_back_as_they_were_cleaned(
    summary: str, description: str, categories: list[str]
) -> None:
    entry = replace(POST, summary=summary, description=description, categories=tuple(categories))

    event = only_event(entry)

    assert event["SUMMARY"] == clean_line(summary)
    assert event.get("DESCRIPTION", "") == clean_text(description)


@given(
    st.integers(0, 3 * 366 * 24 * 60).map(lambda minutes: NEW_YEAR + minutes * A_MINUTE),
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Tokyo", "Africa/Casablanca"]),
)
def test_a_moment_is_written_by_the_clock_of_its_zone(moment: datetime, name: str) -> None:
    local = moment.astimezone(ZoneInfo(name))

    (line,) = [
        line
        for line in about_event(replace(POST, starts=local, ends=local))
        if line.startswith("DTSTART")
    ]

    assert line == f"DTSTART;TZID={name}:{local:%Y%m%dT%H%M%S}"


def test_our_lines_are_those_that_icalendar_itself_would_write() -> None:
    ours = only_event(replace(POST, description="a\nb; c, d\\e " + "é" * 90, categories=("A", "B")))
    line = re.compile(
        rb"^(SUMMARY|DESCRIPTION|DTSTART|DTEND|CATEGORIES|SEQUENCE|UID)[:;].*", re.MULTILINE
    )

    theirs = Event()
    for name in ("SUMMARY", "DESCRIPTION", "UID", "SEQUENCE"):
        theirs.add(name, ours[name])
    theirs.add("DTSTART", POST.starts)
    theirs.add("DTEND", POST.ends)
    theirs.add("CATEGORIES", ["A", "B"])

    unfolded = [component.to_ical().replace(b"\r\n ", b"") for component in (ours, theirs)]
    ours_lines, theirs_lines = ({m.group() for m in line.finditer(text)} for text in unfolded)
    assert ours_lines == theirs_lines
