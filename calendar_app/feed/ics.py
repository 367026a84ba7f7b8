r"""A calendar file as subscribers read it: iCalendar text (RFC 5545, names of RFC 7986).

The head comes from the icalendar library. Events, of which a feed may have a thousand, are written
here: the library takes a second for them, and lets a bare CR or a lone surrogate through or falls
over it. Every text is cleaned once more on its way out, so that no row can take a feed down.

How a moment is written follows from its own time zone: UTC as `…Z`, else local with the zone's
name. The same entries give the same bytes in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, vDuration, vText

from calendar_app.feed.timezones import vtimezone
from calendar_app.text import clean_line, clean_text

PRODUCT = "-//Kapstok//Feed//EN"
REFRESH = timedelta(hours=1)
# A CSS3 name, as RFC 7986 wants it.
COLOUR = "darkcyan"
_ROOM = 75
_END = "\r\n"


@dataclass(frozen=True)
class FeedEntry:
    """One event as a calendar program shall see it."""

    uid: str
    # Both aware, in the zone they are written in; or both days, the end exclusive.
    starts: datetime | date
    ends: datetime | date
    summary: str
    changed_at: datetime
    sequence: int
    # TENTATIVE, CONFIRMED or CANCELLED.
    status: str
    # Whether it takes the person's time.
    busy: bool
    description: str = ""
    url: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    # The value of its RRULE; "" for a single event.
    rule: str = ""
    # Starts by the rule that are not held.
    without: tuple[datetime, ...] = ()
    # The start by the rule that this event stands for.
    instead_of: datetime | None = None
    # How long before the start to warn; None: not.
    alarm: timedelta | None = None

    @cached_property
    def text(self) -> str:
        """The event as it stands in a file; kept, for most entries are written more than once."""
        return joined(event_lines(self))


def calendar_file(name: str, entries: Sequence[FeedEntry], last_year: int) -> bytes:
    """The whole file for the calendar `name`, entries in the order given.

    Zones are explained for the years from the first entry up to `last_year`.
    """
    head, end = _frame(clean_line(name) or "Kapstok")
    parts = [head, *zones(entries, last_year), *(entry.text for entry in entries), end]
    return "".join(parts).encode()


def escape(text: str) -> str:
    r"""`text` as an iCalendar TEXT value (RFC 5545 §3.3.11)."""
    # str.translate does the same and takes thirteen times as long.
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def fold(line: str) -> str:
    """`line` in pieces of at most 75 octets, never cut inside a character (RFC 5545 §3.1)."""
    if len(line) <= _ROOM and line.isascii():
        return line
    octets = line.encode()
    pieces, begin, room = [], 0, _ROOM
    while len(octets) - begin > room:
        end = begin + room
        while octets[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(octets[begin:end])
        # The blank that marks a continued line counts too.
        begin, room = end, _ROOM - 1
    return b"\r\n ".join([*pieces, octets[begin:]]).decode()


def written(moment: datetime | date) -> str:
    """The parameters and the value of a date property: ";TZID=Europe/Amsterdam:20261110T093000"."""
    if not isinstance(moment, datetime):
        return f";VALUE=DATE:{_day(moment)}"
    if isinstance(moment.tzinfo, ZoneInfo):
        return f";TZID={moment.tzinfo.key}:{_clock(moment)}"
    return f":{_in_utc(moment)}"


@lru_cache(maxsize=256)
def _frame(name: str) -> tuple[str, str]:
    """All of a calendar that stands before and after what is in it."""
    frame = Calendar()
    frame.add("PRODID", PRODUCT)
    frame.add("VERSION", "2.0")
    frame.add("CALSCALE", "GREGORIAN")
    frame.add("METHOD", "PUBLISH")
    frame.add("X-WR-CALNAME", vText(name))
    frame.add("NAME", vText(name))
    frame.add("REFRESH-INTERVAL", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    frame.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    frame.add("COLOR", COLOUR)
    head, end, _nothing = frame.to_ical(sorted=False).decode().rpartition("END:VCALENDAR")
    return head, end + _END


def zones(entries: Sequence[FeedEntry], last_year: int) -> Iterator[str]:
    """A VTIMEZONE for each zone in `entries`, by name."""
    moments = [moment for entry in entries for moment in _moments(entry)]
    names = {moment.tzinfo.key for moment in moments if isinstance(moment.tzinfo, ZoneInfo)}
    first_year = min((moment.year for moment in moments), default=last_year)
    for name in sorted(names):
        yield joined(vtimezone(name, first_year, last_year))


def _moments(entry: FeedEntry) -> Iterator[datetime]:
    for moment in (entry.starts, entry.ends, entry.instead_of):
        if isinstance(moment, datetime):
            yield moment


def event_lines(entry: FeedEntry) -> Iterator[str]:
    """The VEVENT of `entry`, line by line, not folded yet."""
    changed = _in_utc(entry.changed_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{clean_line(entry.uid)}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{entry.sequence}"
    if entry.instead_of is not None:
        yield f"RECURRENCE-ID{written(entry.instead_of)}"
    yield f"DTSTART{written(entry.starts)}"
    yield f"DTEND{written(entry.ends)}"
    if entry.rule:
        yield f"RRULE:{entry.rule}"
    for start in entry.without:
        yield f"EXDATE{written(start)}"
    yield f"STATUS:{entry.status}"
    yield f"TRANSP:{'OPAQUE' if entry.busy else 'TRANSPARENT'}"
    yield f"X-MICROSOFT-CDO-BUSYSTATUS:{'BUSY' if entry.busy else 'FREE'}"
    yield from _texts(entry)
    if entry.alarm is not None:
        yield from _alarm(entry, entry.alarm)
    yield "END:VEVENT"


def _texts(entry: FeedEntry) -> Iterator[str]:
    yield f"SUMMARY:{_line(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{escape(clean_text(entry.description))}"
    if entry.url:
        yield f"URL:{clean_line(entry.url)}"
    if entry.location:
        yield f"LOCATION:{_line(entry.location)}"
    if categories := [_line(name) for name in entry.categories]:
        yield f"CATEGORIES:{','.join(categories)}"


def _alarm(entry: FeedEntry, lead: timedelta) -> Iterator[str]:
    yield "BEGIN:VALARM"
    yield "ACTION:DISPLAY"
    yield f"DESCRIPTION:{_line(entry.summary)}"
    yield f"TRIGGER:-PT{lead // timedelta(minutes=1)}M"
    yield "END:VALARM"


def _line(text: str) -> str:
    return escape(clean_line(text))


def joined(lines: Sequence[str] | Iterator[str]) -> str:
    """`lines` folded, each with CRLF."""
    return _END.join([fold(line) for line in lines]) + _END


def _in_utc(moment: datetime) -> str:
    return _clock(moment.astimezone(UTC)) + "Z"


def _clock(moment: datetime) -> str:
    # strftime takes three times as long, and writes years before 1000 without their zeros.
    at = moment
    return f"{_day(at)}T{at.hour:02}{at.minute:02}{at.second:02}"


def _day(day: date) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"
