from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.support.feeds import events_between

FEED = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Kapstok//test//NL\r
BEGIN:VTIMEZONE\r
TZID:Europe/Amsterdam\r
BEGIN:STANDARD\r
DTSTART:19961027T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19810329T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:meetup-1@kapstok.example\r
DTSTAMP:20261001T080000Z\r
DTSTART;TZID=Europe/Amsterdam:20261023T093000\r
DTEND;TZID=Europe/Amsterdam:20261023T094000\r
RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r
EXDATE;TZID=Europe/Amsterdam:20261027T093000\r
SUMMARY:De meet-up\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:post-1@kapstok.example\r
DTSTAMP:20261001T080000Z\r
DTSTART;VALUE=DATE:20261026\r
DTEND;VALUE=DATE:20261027\r
SUMMARY:Dag van de verpleging\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_feed_is_read_with_its_repeats_over_the_change_of_the_clocks() -> None:
    events = events_between(
        FEED, datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 10, 29, tzinfo=UTC)
    )

    starts = [event.start for event in events]
    assert starts[1] == date(2026, 10, 26)
    assert [start.astimezone(UTC) for start in starts if isinstance(start, datetime)] == [
        datetime(2026, 10, 23, 7, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 8, 30, tzinfo=UTC),
        datetime(2026, 10, 28, 8, 30, tzinfo=UTC),
    ]


def test_what_is_no_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="Content line"):
        events_between(
            b"<html>", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        )
