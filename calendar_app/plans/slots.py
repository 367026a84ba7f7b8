"""The hours that suit a channel: what people write a line each, and the one text that is kept.

People write "di 9:30", "Tuesday at 2 pm" or "ma, wo 9.00 en 14u"; kept is "TU 09:30,WE 14:00", by
day and time, with the day names of RFC 5545 and the hours of the team's own clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# As many as the column holds: nine characters each, with the comma.
MOST_SLOTS = 33

_NAMES = {
    "MO": "ma maandag maandags mo mon monday mondays",
    "TU": "di din dinsdag dinsdags tu tue tues tuesday tuesdays",
    "WE": "wo woe woensdag woensdags we wed wednesday wednesdays",
    "TH": "do don donderdag donderdags th thu thur thurs thursday thursdays",
    "FR": "vr vrij vrijdag vrijdags fr fri friday fridays",
    "SA": "za zat zaterdag zaterdags sa sat saturday saturdays",
    "SU": "zo zon zondag zondags su sun sunday sundays",
}
_DAY_OF = {name: day for day, names in _NAMES.items() for name in names.split()}
_WORKING_DAYS = frozenset({"werkdag", "werkdagen", "weekday", "weekdays", "workday", "workdays"})
_BETWEEN = frozenset({"en", "and", "om", "at", "op", "on", "elke", "iedere", "every", "&", "+"})
_SHORT = {
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_TIME = re.compile(r"(\d{1,2})(?:[:.uh](\d{2}))?(u|uur|h|am|pm)?")
# "14 uur" and "2 pm" are one word to us.
_LOOSE_UNIT = re.compile(r"(?<=\d)\s+(uur|u|h|am|pm)\b")
# "di." and "di:" are "di".
_STOP = re.compile(r"(?<=[a-z])[.:](?=[\s,;/]|$)")


@dataclass(frozen=True, order=True)
class Slot:
    """One hour of the week: `day` from 0 (Monday) to 6, `minute` of that day."""

    day: int
    minute: int

    @property
    def clock(self) -> str:
        """ "09:30"."""
        return f"{self.minute // 60:02}:{self.minute % 60:02}"


@dataclass(frozen=True)
class Unclear:
    """A line that is no day with an hour; `number` counts from 1."""

    number: int
    line: str


@dataclass(frozen=True)
class Reading:
    """What was understood, each hour once and in order, and the lines that were not."""

    slots: Sequence[Slot]
    unclear: Sequence[Unclear]


def read(text: str) -> Reading:
    """The hours that `text` names, as people write them or as they are kept."""
    slots: set[Slot] = set()
    unclear = []
    for number, line in enumerate(text.splitlines(), start=1):
        found = _slots_in(line)
        if found is None:
            unclear.append(Unclear(number, line.strip()))
        else:
            slots.update(found)
    return Reading(sorted(slots), unclear)


def kept(slots: Sequence[Slot]) -> str:
    """The one text of these hours: "TU 09:30,TH 16:00"."""
    return ",".join(f"{DAYS[slot.day]} {slot.clock}" for slot in sorted(set(slots)))


def in_words(text: str, language: str) -> list[str]:
    """Each hour of a kept text as people write it: "di 09:30"."""
    return [f"{_SHORT[language][slot.day]} {slot.clock}" for slot in read(text).slots]


def _slots_in(line: str) -> list[Slot] | None:
    """The hours of one line, none for an empty one; None when part of it is not clear."""
    found: list[Slot] = []
    days: list[int] = []
    told = True
    for word in _words(line):
        named = _days_called(word)
        minute = _minute(word)
        if named:
            # A day after an hour begins anew: "ma 9:00, wo 14:00" are two hours, not four.
            days = [*([] if told else days), *named]
            told = False
        elif minute is not None and days:
            found += [Slot(day, minute) for day in days]
            told = True
        elif word not in _BETWEEN:
            return None
    return found if told else None


def _words(line: str) -> Iterator[str]:
    plain = _STOP.sub("", _LOOSE_UNIT.sub(r"\1", line.casefold()))
    yield from filter(None, re.split(r"[\s,;/]+", plain))


def _days_called(word: str) -> list[int]:
    if word in _WORKING_DAYS:
        return list(range(5))
    return [DAYS.index(_DAY_OF[word])] if word in _DAY_OF else []


def _minute(word: str) -> int | None:
    """The minute of the day that "9:30", "9u30", "14u" or "2pm" is."""
    match = _TIME.fullmatch(word)
    if match is None:
        return None
    hour, minute, unit = int(match[1]), int(match[2] or 0), match[3]
    if unit in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if unit == "pm" else 0)
    elif not (unit or match[2]):
        # A bare number may be an hour or a day of the month; "at 9" is too little to go by.
        return None
    return hour * 60 + minute if hour < 24 and minute < 60 else None
