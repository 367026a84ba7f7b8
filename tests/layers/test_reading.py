"""What stands in a calendar file, in all the ways in which programs and people write them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_app.layers import lines
from calendar_app.layers.lines import Unreadable
from calendar_app.layers.reading import (
    AHEAD,
    BEFORE,
    MOST_EVENTS,
    MOST_OF_ONE,
    Event,
    Reading,
    read,
)
from tests.layers.files import a_day, a_file

TODAY = date(2026, 11, 10)
AMSTERDAM = "Europe/Amsterdam"


def reading(*events: str, head: str = "") -> Reading:
    return read(a_file(*events, head=head), AMSTERDAM, TODAY)


def only(*events: str, head: str = "") -> Event:
    (event,) = reading(*events, head=head).events
    return event


def starts(*events: str, head: str = "") -> list[datetime | date | None]:
    return [event.starts_at or event.first_day for event in reading(*events, head=head).events]


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_an_event_with_all_that_is_kept() -> None:
    event = only(
        "SUMMARY;LANGUAGE=nl:Open dag\\, voor\\nieder\n een\n"
        "DTSTART;TZID=Europe/Amsterdam:20261110T093000\n"
        "DTEND;TZID=Europe/Amsterdam:20261110T120000\n"
        "LOCATION:De hal\\; beneden\nURL:https://a.example/open\nSTATUS:CONFIRMED\n"
        "DESCRIPTION:Wat hier staat gaat niemand aan\nATTENDEE:mailto:sanne@a.example"
    )

    assert event == Event(
        uid="event-0",
        recurrence_id="",
        title="Open dag, voor iedereen",
        starts_at=utc(10, 8, 30),
        ends_at=utc(10, 11),
        place="De hal; beneden",
        url="https://a.example/open",
    )


def test_whole_days_end_on_the_day_before_the_one_that_is_written() -> None:
    week = only("SUMMARY:Week\nDTSTART;VALUE=DATE:20261109\nDTEND;VALUE=DATE:20261114")
    day = only(a_day())

    assert (week.first_day, week.last_day) == (date(2026, 11, 9), date(2026, 11, 13))
    assert (day.first_day, day.last_day) == (date(2026, 11, 10), date(2026, 11, 10))


@pytest.mark.parametrize(
    ("lines", "length"),
    [
        ("DTSTART:20261110T090000Z", timedelta(0)),
        ("DTSTART:20261110T090000Z\nDURATION:PT90M", timedelta(minutes=90)),
        ("DTSTART:20261110T090000Z\nDTEND:20261110T080000Z", timedelta(0)),
        ("DTSTART:20261110T090000Z\nDTEND;VALUE=DATE:20261111", timedelta(0)),
        ("DTSTART:20261110T090000Z\nDURATION:-PT90M", timedelta(0)),
        (
            "DTSTART;TZID=Europe/Amsterdam:20261110T090000\nDTEND:20261110T090000Z",
            timedelta(hours=1),
        ),
    ],
)
def test_how_long_an_event_takes(lines: str, length: timedelta) -> None:
    event = only(lines)

    assert event.starts_at is not None
    assert event.ends_at is not None
    assert event.ends_at - event.starts_at == length


def zone(name: str, winter: str = "+0100", summer: str = "+0200") -> str:
    return (
        f"BEGIN:VTIMEZONE\nTZID:{name}\n"
        f"BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:{summer}\nTZOFFSETTO:{winter}\n"
        "RRULE:FREQ=SECONDLY\nEND:STANDARD\n"
        f"BEGIN:DAYLIGHT\nDTSTART:16010101T000000\nTZOFFSETFROM:{winter}\nTZOFFSETTO:{summer}\n"
        "END:DAYLIGHT\nEND:VTIMEZONE\n"
    )


@pytest.mark.parametrize(
    ("start", "head", "moment"),
    [
        ("DTSTART:20261110T093000Z", "", utc(10, 9, 30)),
        ("DTSTART:20261110T093000", "", utc(10, 8, 30)),
        ("DTSTART:20261110T093000", "X-WR-TIMEZONE:Europe/London\n", utc(10, 9, 30)),
        ("DTSTART;TZID=W. Europe Standard Time:20261110T093000", "", utc(10, 8, 30)),
        ("DTSTART;TZID=GMT Standard Time:20261110T093000", "", utc(10, 9, 30)),
        ('DTSTART;TZID="Eastern Standard Time":20261110T093000', "", utc(10, 14, 30)),
        ("DTSTART;TZID=/x.example/20200101/Europe/London:20261110T093000", "", utc(10, 9, 30)),
        ("DTSTART;TZID=Customized Time Zone:20261110T093000", "", utc(10, 8, 30)),
        (
            "DTSTART;TZID=Customized Time Zone:20261110T093000",
            zone("Customized Time Zone", "-0500", "-0400"),
            utc(10, 14, 30),
        ),
        (
            'DTSTART;TZID="(UTC+00:00) Dublin, Lissabon":20261110T093000',
            zone("(UTC+00:00) Dublin, Lissabon", "+0000", "+0100"),
            utc(10, 9, 30),
        ),
        ("DTSTART;TZID=Raar:20261110T093000", zone("Raar", "+0017", "+0017"), utc(10, 9, 13)),
        ("DTSTART;TZID=Raar:20261110T093000", zone("Raar", "+9900", "x"), utc(10, 8, 30)),
        ("DTSTART;TZID=Europe:20261110T093000", "", utc(10, 8, 30)),
        ("DTSTART;TZID=../../etc/passwd:20261110T093000", "", utc(10, 8, 30)),
    ],
)
def test_the_time_zone_that_a_file_means(start: str, head: str, moment: datetime) -> None:
    assert starts(start, head=head) == [moment]


def test_an_event_that_comes_back_keeps_its_hour_when_the_clocks_change() -> None:
    weekly = (
        "DTSTART;TZID=Europe/Amsterdam:20261019T093000\n"
        "DTEND;TZID=Europe/Amsterdam:20261019T103000\nRRULE:FREQ=WEEKLY;COUNT=3"
    )

    assert starts(weekly) == [utc(19, 7, 30, 10), utc(26, 8, 30, 10), utc(2, 8, 30, 11)]


@pytest.mark.parametrize(
    ("until", "days"),
    [
        ("20261112", 3),
        ("20261112T083000Z", 3),
        ("20261112T082959Z", 2),
        ("20261112T093000", 3),
        ("nonsense", 397),
    ],
)
def test_the_last_time_that_an_event_comes_back(until: str, days: int) -> None:
    daily = f"DTSTART;TZID=Europe/Amsterdam:20261110T093000\nRRULE:FREQ=DAILY;UNTIL={until}"

    assert len(starts(daily)) in {days, days + 1 if days == 397 else days}


def test_days_that_are_left_out_or_added() -> None:
    event = (
        "DTSTART;TZID=Europe/Amsterdam:20261109T093000\nRRULE:FREQ=DAILY;COUNT=4\n"
        "EXDATE;TZID=Europe/Amsterdam:20261110T093000,nonsense\nEXDATE;VALUE=DATE:20261111\n"
        "RDATE;VALUE=PERIOD:20261120T080000Z/PT1H"
    )

    assert starts(event) == [utc(9, 8, 30), utc(12, 8, 30), utc(20, 8)]


def test_a_single_day_that_was_changed_stands_in_for_the_one_it_was() -> None:
    series = "UID:reeks\nSUMMARY:Reeks\nDTSTART:20261110T090000Z\nRRULE:FREQ=DAILY;COUNT=3"
    moved = (
        "UID:reeks\nSUMMARY:Later\nRECURRENCE-ID;TZID=Europe/Amsterdam:20261111T100000\n"
        "DTSTART:20261111T150000Z"
    )
    off = "UID:reeks\nRECURRENCE-ID:20261112T090000Z\nDTSTART:20261112T090000Z\nSTATUS:CANCELLED"
    text = a_file(series, moved, off).decode()
    for number in range(3):
        text = text.replace(f"UID:event-{number}\r\n", "")

    events = read(text.encode(), AMSTERDAM, TODAY).events

    assert [(e.title, e.starts_at, e.is_cancelled) for e in events] == [
        ("Reeks", utc(10, 9), False),
        ("Later", utc(11, 15), False),
        ("", utc(12, 9), True),
    ]
    assert len({(e.uid, e.recurrence_id) for e in events}) == 3


def test_only_what_lies_in_some_months_is_kept() -> None:
    first, last = TODAY - BEFORE, TODAY + AHEAD
    days = [first - timedelta(days=1), first, last, last + timedelta(days=1)]

    assert starts(*(a_day(day=f"{day:%Y%m%d}") for day in days)) == [first, last]
    assert starts(a_day(day="20200512", more="RRULE:FREQ=YEARLY")) == [date(2027, 5, 12)]
    # It began before, and still lasts.
    assert len(starts(a_day(day="20260101", more="DTEND;VALUE=DATE:20270101"))) == 1


def test_private_events_are_left_out() -> None:
    assert starts(a_day(more="CLASS:PRIVATE"), a_day(more="CLASS:confidential")) == []


@pytest.mark.parametrize("kind", ["PRIVATE", "confidential", "X-OWN", "PUBLIC"])
def test_what_is_private_is_not_even_kept(kind: str) -> None:
    raw = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261110T090000Z\r\n"
        f"SUMMARY:Gesprek met Jan\r\nLOCATION:Kamer 3\r\nCLASS:{kind}\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261111T090000Z\r\nSUMMARY:Open dag\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()

    kept = lines.slim(raw)

    is_private = kind.upper() in {"PRIVATE", "CONFIDENTIAL"}
    assert ("Jan" in kept, "Kamer" in kept) == (not is_private, not is_private)
    assert "Open dag" in kept
    assert lines.slim(kept.encode()) == kept
    assert len(starts(a_day(more="CLASS:PUBLIC"))) == 1


def test_one_bad_event_does_not_lose_the_rest() -> None:
    found = reading(
        "SUMMARY:Zonder begin",
        "SUMMARY:Geen dag\nDTSTART:20261399",
        "SUMMARY:Geen jaar\nDTSTART:00011110T000000Z",
        "SUMMARY:Kapot\nDTSTART;=:20261110",
        "SUMMARY:Geen duur\nDTSTART:20261110T090000Z\nDURATION:lang",
        "SUMMARY:Elke seconde\nDTSTART:20261110T090000Z\nRRULE:FREQ=SECONDLY",
        "een regel zonder dubbele punt\n;;;:\nSUMMARY:Goed\nDTSTART:20261110T090000Z",
    )

    assert [event.title for event in found.events] == ["Elke seconde", "Goed"]
    assert found.unread == 6


def test_an_event_that_is_never_ended_ends_with_the_next() -> None:
    text = a_file(a_day("Een"), a_day("Twee")).replace(b"END:VEVENT\r\n", b"", 1)

    assert [each.title for each in read(text, AMSTERDAM, TODAY).events] == ["Een", "Twee"]


def test_an_alarm_inside_an_event_says_nothing_of_it() -> None:
    event = only(a_day(more="BEGIN:VALARM\nSUMMARY:Wekker\nDTSTART:19990101\nEND:VALARM"))

    assert event.title == "Week van de zorg"


def test_texts_are_cleaned_and_no_longer_than_they_may_be() -> None:
    event = only(
        "SUMMARY:A\x00\x1b\u202e" + "b" * 300 + "\nDTSTART;VALUE=DATE:20261110\n"
        "URL:javascript:alert(1)\nLOCATION:" + "c" * 300
    )

    assert event.title == "A" + "b" * 199
    assert event.place == "c" * 200
    assert event.url == ""


def test_an_event_without_a_name_or_with_one_that_is_too_long_has_the_same_one_each_time() -> None:
    text = a_file(a_day("Een"), a_day("Twee"), a_day("Drie"))
    text = text.replace(b"UID:event-0\r\n", b"").replace(b"event-1", b"x" * 300)

    first, again = (read(text, AMSTERDAM, TODAY).events for _ in range(2))

    assert first == again
    assert len({event.uid for event in first}) == 3
    assert all(len(event.uid) <= 255 for event in first)


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "cp1252"])
def test_files_of_older_programs_are_read_too(code: str) -> None:
    text = a_file(a_day("Café zorg")).decode().replace("\r\n", "\n").encode(code)

    (event,) = read(text, AMSTERDAM, TODAY).events

    assert event.title == "Café zorg"


def test_a_line_that_was_cut_inside_a_character_is_whole_again() -> None:
    raw = a_file(a_day("Café"), a_day("Zorg")).replace("é".encode(), b"\xc3\r\n \xa9")
    # One line of another program does not change how the others are read.
    raw = raw.replace(b"Zorg", b"Zo\xebzorg")

    assert [event.title for event in read(raw, AMSTERDAM, TODAY).events] == ["Café", "Zoëzorg"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "no calendar file"),
        (b"PK\x03\x04", "no calendar file"),
        (b"<!doctype html><title>Inloggen</title>", "a web page, not a calendar"),
    ],
)
def test_what_is_no_calendar_is_told(raw: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read(raw, AMSTERDAM, TODAY)


def test_no_more_is_kept_than_a_page_can_bear() -> None:
    many = reading(*(a_day(f"Nummer {each}") for each in range(MOST_EVENTS + 5)))
    daily = reading(a_day(day="20261110", more="RDATE:" + ",".join(["20261111T090000Z"] * 900)))

    assert len(many.events) == MOST_EVENTS
    assert many.is_cut
    assert not daily.is_cut
    assert len(daily.events) <= MOST_OF_ONE


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:19010101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "DTSTART:19010101T000000Z\nRRULE:FREQ=DAILY;COUNT=999999999",
        "DTSTART:20261110T000000Z\n" + "RRULE:FREQ=DAILY\n" * 300,
    ],
)
def test_a_file_that_is_made_to_take_for_ever_is_cut_off(event: str) -> None:
    raw = a_file(*[event] * 300)
    began = time.perf_counter()

    found = read(raw, AMSTERDAM, TODAY, lambda: time.perf_counter() - began > 0.5)

    assert found.is_cut
    assert time.perf_counter() - began < 4


def test_parts_within_parts_without_an_end_are_no_burden() -> None:
    deep = "".join(f"BEGIN:A{each}\n" for each in range(50_000))
    began = time.perf_counter()

    assert read(f"BEGIN:VCALENDAR\n{deep}".encode(), AMSTERDAM, TODAY).events == []
    assert time.perf_counter() - began < 4


def test_what_is_kept_of_a_file_reads_the_same_and_holds_nothing_more() -> None:
    raw = a_file(
        a_day(more="DESCRIPTION:Geheim\nATTENDEE:mailto:sanne@a.example"),
        "DTSTART;TZID=Raar:20261110T093000\nRRULE:FREQ=DAILY;COUNT=2",
        head="X-WR-TIMEZONE:Europe/London\n" + zone("Raar", "+0017", "+0017"),
    )

    kept = lines.slim(raw.replace(b"Week", b"W\x00eek"))

    # No database keeps it.
    assert "\x00" not in kept
    assert "Geheim" not in kept
    assert "sanne" not in kept
    assert read(kept.encode(), AMSTERDAM, TODAY) == read(raw, AMSTERDAM, TODAY)
    assert lines.slim(kept.encode()) == kept
