"""What one cell says: a day, a time, or a text; and how a text stands in a file for spreadsheets.

A spreadsheet takes a cell of a text file that begins with one of a few signs for a formula, and
runs it. So such a text goes out with a ' before it (OWASP, "CSV Injection"), which is taken off
again on the way in. One that expects another separator than the file has begins a cell inside a
text too, after that separator or a line end; there the same is done.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import partial

from calendar_app.calendar.quick_add import Understood, Vocabulary, understand
from calendar_app.text import clean_line, clean_text

# Also after a ' of its own, or the way back would take that one away. Then the wide = + - @, which
# are read as the narrow ones in some languages.
_SIGNS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_DANGEROUS = re.compile(rf"'*[{_SIGNS}]")
_ESCAPED = re.compile(rf"'+[{_SIGNS}]")
# Inside, a quote is read over where a cell begins; an empty line or cell does no harm.
_INNER = "[\"']*[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_DANGEROUS_INSIDE = re.compile(rf"(?<=[,;\t\r\n])(?={_INNER})")
_ESCAPED_INSIDE = re.compile(rf"(?<=[,;\t\r\n])'(?={_INNER})")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\S.*))?")
_DUTCH = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[T ,]+(\S.*))?")
_CLOCK = re.compile(
    r"(\d{1,2})[:.hu](\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?(?:uur|u|h))?", re.IGNORECASE
)
_HOURS = re.compile(r"(\d{1,2}) ?(?:uur|u|h)", re.IGNORECASE)
# How a spreadsheet counts days: 1 is 1 January 1900, with a 29 February. These are of our century.
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?")
_FIRST_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001 - a day on the wall
_FRACTION = re.compile(r"0[.,]\d+")
_LONGEST = 60


def escaped(text: str) -> str:
    """`text` as it goes into a text file, so that no spreadsheet takes it for a formula."""
    inside = _DANGEROUS_INSIDE.sub("'", text)
    return f"'{inside}" if _DANGEROUS.match(text) else inside


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""
    return _ESCAPED_INSIDE.sub("", text[1:] if _ESCAPED.match(text) else text)


def cleaned(text: str) -> str:
    """A cell as it is kept: bad characters gone, outer blanks trimmed, its lines as they are."""
    return clean_text(text)


def day_and_time(text: str, wall: datetime, language: str) -> tuple[date, time | None] | None:
    """The day that `text` names, and the time after it, if there is one; None for what is no day.

    2026-12-24, 24-12-2026, 24/12/26, 24 december 2026, a spreadsheet's count of days; day before
    month. A day without a year is the next one after the local moment `wall` (naive).
    """
    said = clean_line(text)[:_LONGEST]
    if _SERIAL.fullmatch(said):
        at = _FIRST_SERIAL + timedelta(days=float(said))
        return at.date(), None if at.time() == time() else _to_minute(at)
    found = _ISO.fullmatch(said)
    if found:
        return _together(found[1], found[2], found[3], found[4])
    found = _DUTCH.fullmatch(said)
    if found:
        return _together(found[3], found[2], found[1], found[4])
    line = _line(said, wall, language)
    if line is None or line.date is None:
        return None
    return line.date, line.time


def time_of(text: str, wall: datetime, language: str) -> time | None:
    """The time that `text` names, like 9:30, 9.30, 9u30, 14 uur or half tien; None for none."""
    said = clean_line(text)[:_LONGEST]
    if _FRACTION.fullmatch(said):
        return _to_minute(_FIRST_SERIAL + timedelta(days=float(said.replace(",", "."))))
    found = _CLOCK.fullmatch(said) or _HOURS.fullmatch(said)
    if found:
        groups = found.groups()
        return _clock(groups[0], groups[1] if len(groups) > 1 else "0")
    line = _line(said, wall, language)
    return None if line is None or line.date is not None else line.time


def parts(text: str, separators: str = ";\n|") -> list[str]:
    """The names in a cell that may hold several, each once, in their order."""
    found = re.split(f"[{re.escape(separators)}]", text)
    return list(dict.fromkeys(name for one in found if (name := clean_line(one))))


def _together(
    year: str, month: str, day: str, clock: str | None
) -> tuple[date, time | None] | None:
    try:
        named = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
    if clock is None:
        return named, None
    found = _CLOCK.fullmatch(clock) or _HOURS.fullmatch(clock)
    at = _clock(found[1], found[2] if len(found.groups()) > 1 else "0") if found else None
    return None if at is None else (named, at)


def _clock(hour: str, minute: str) -> time | None:
    return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None


def _to_minute(at: datetime) -> time:
    """A count of days is never exact: the nearest minute."""
    near = at + timedelta(seconds=30)
    return time(near.hour, near.minute)


def _line(said: str, wall: datetime, language: str) -> Understood | None:
    """`said` as quick add reads it, when all of it was understood and nothing is unsure."""
    read = partial(understand, said, wall, language, Vocabulary())
    if not said:
        return None
    line = read()
    is_sure = not (line.unsure or line.title or line.recurrence or line.person or line.plan)
    return line if is_sure else None
