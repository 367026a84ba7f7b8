r"""Time zones as a calendar file explains them: one VTIMEZONE for each TZID (RFC 5545 §3.6.5).

A reader that does not know "Europe/Amsterdam" learns from this when the clocks change there. Most
zones change twice a year by a rule ("the last Sunday of March"); they get two observances that
repeat for ever, which is the one form that every known calendar program reads well. A zone that
keeps one offset gets a single observance. A zone whose changes follow no such rule in the years
asked for (Casablanca follows the moon) gets one observance for each change.

All is read from `zoneinfo`, so it follows the machine's zone data, and it comes out the same in
every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# `TZID=UTC` means nothing to several calendar programs; "…Z" does.
_UTC = {"UTC", "UCT", "Universal", "Zulu", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich"}
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LAST = -1


@dataclass(frozen=True)
class Change:
    """A moment at which the clocks of a zone jump."""

    # Naive, as the clocks showed it with the old offset; RFC 5545 wants the onset so.
    onset: datetime
    before: timedelta
    after: timedelta
    # What the zone calls its time from here on: "CEST".
    name: str


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The zone called `name`; None for UTC, which needs no TZID, and for what is no zone."""
    if name.rpartition("/")[2] in _UTC:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1024)
def vtimezone(name: str, first_year: int, last_year: int) -> tuple[str, ...]:
    """The lines of the VTIMEZONE of zone `name`, right for events in those years, both included.

    Unfolded, without line ends. Every observance begins before `first_year`, or at its own change.
    """
    observances = _observances(ZoneInfo(name), first_year, last_year)
    return ("BEGIN:VTIMEZONE", f"TZID:{name}", *observances, "END:VTIMEZONE")


def _observances(zone: ZoneInfo, first_year: int, last_year: int) -> Iterator[str]:
    found = changes(zone, first_year - 1, last_year)
    if not found:
        yield from _steady(zone, first_year - 1)
        return
    rules = _two_rules(found, first_year - 1, last_year)
    if rules is not None:
        for change, rule in rules:
            yield from _observance(change, rule)
        return
    yield from _steady(zone, first_year - 1)
    for change in found:
        yield from _observance(change, None)


def changes(zone: ZoneInfo, first_year: int, last_year: int) -> list[Change]:
    """The changes of `zone` in those years of UTC, both included, ascending."""
    days = (last_year + 1 - first_year) * 366
    start = datetime(first_year, 1, 1, tzinfo=UTC)
    moments = (start + number * _DAY for number in range(days))
    looked_at = [(at, _clocks(zone, at)) for at in moments if at.year <= last_year + 1]
    return [
        _change(zone, early, late)
        for (early, before), (late, after) in pairwise(looked_at)
        if before[0] != after[0] and late.year <= last_year
    ]


def _clocks(zone: ZoneInfo, at: datetime) -> tuple[timedelta, str]:
    local = at.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or ""


def _change(zone: ZoneInfo, early: datetime, late: datetime) -> Change:
    """The change between two moments, to the second, by halving."""
    before, _ = _clocks(zone, early)
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if _clocks(zone, middle)[0] == before:
            early = middle
        else:
            late = middle
    after, name = _clocks(zone, late)
    return Change((late + before).replace(tzinfo=None), before, after, name)


def _two_rules(
    found: Sequence[Change], first_year: int, last_year: int
) -> list[tuple[Change, str]] | None:
    """The first change of each kind with its yearly rule, in order; None when no two rules fit."""
    years = last_year + 1 - first_year
    forward = [change for change in found if change.after > change.before]
    back = [change for change in found if change.after < change.before]
    rules = []
    for kind in (forward, back):
        rule = _yearly_rule(kind) if len(kind) == years else None
        if rule is None:
            return None
        rules.append((kind[0], rule))
    return sorted(rules, key=lambda pair: pair[0].onset)


def _yearly_rule(kind: Sequence[Change]) -> str | None:
    """The RRULE that gives exactly these changes, one in each year; None when there is none."""
    first = kind[0]
    same = {
        (c.before, c.after, c.name, c.onset.time(), c.onset.month, c.onset.weekday()) for c in kind
    }
    each_year = {change.onset.year for change in kind}
    places = set.intersection(*({*_places(change.onset)} for change in kind))
    if len(same) > 1 or len(each_year) < len(kind) or not places:
        return None
    # "The last" where it fits: rules say so far more often than "the fourth".
    place = _LAST if _LAST in places else min(places)
    day = f"{place}{_WEEKDAYS[first.onset.weekday()]}"
    return f"RRULE:FREQ=YEARLY;BYMONTH={first.onset.month};BYDAY={day}"


def _places(day: datetime) -> Iterator[int]:
    """Which of its weekday in the month this is: 1 to 5, and -1 when it is the last."""
    yield (day.day - 1) // 7 + 1
    if (day + 7 * _DAY).month != day.month:
        yield _LAST


def _steady(zone: ZoneInfo, year: int) -> Iterator[str]:
    """One observance from the start of `year` on."""
    start = datetime(year, 1, 1, tzinfo=UTC)
    offset, name = _clocks(zone, start)
    begin = Change(start.replace(tzinfo=None), offset, offset, name)
    yield from _observance(begin, None)


def _observance(change: Change, rule: str | None) -> Iterator[str]:
    # By the greater offset, not by the zone data: Dublin calls its winter the exception.
    kind = "DAYLIGHT" if change.after > change.before else "STANDARD"
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{change.onset:%Y%m%dT%H%M%S}"
    if rule is not None:
        yield rule
    yield f"TZOFFSETFROM:{_offset(change.before)}"
    yield f"TZOFFSETTO:{_offset(change.after)}"
    yield f"TZNAME:{change.name}"
    yield f"END:{kind}"


def _offset(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(abs(offset) // _SECOND, 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")
