"""What one invitation puts in a person's calendar, kept as text, and what of it is still to come.

An invitation is one UID: a series with its moved days, or one day that stands by itself. Two of
them show the same when whoever looks from now on sees the same meet-ups with the same words; what
is over, and days that the feed's window has only just reached, are no difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from calendar_app.feed.ics import FeedEntry
from calendar_app.meetups.recurrence import WEEKDAYS, parse_weekdays
from calendar_app.moments import moment

_DAY = timedelta(days=1)
_TEXTS = ("uid", "summary", "description", "url", "location", "rule")
# How an RRULE writes its last moment.
_UNTIL = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Seen:
    """What is still to come of an invitation: its words, and start and end of each, ascending."""

    words: tuple[str, ...]
    moments: tuple[tuple[datetime, datetime], ...]


def written_down(entries: Sequence[FeedEntry]) -> str:
    """`entries` of one UID, the series first, as text; the same entries give the same text."""
    return json.dumps([_as_row(entry) for entry in entries], separators=(",", ":"))


def read_back(text: str) -> list[FeedEntry]:
    """The entries of `written_down`, of no version yet."""
    return [_as_entry(row) for row in json.loads(text)]


def seen(entries: Sequence[FeedEntry], now: datetime, until: date) -> Seen | None:
    """What of `entries` ends after `now` and begins by the end of the day `until`.

    None: nothing.
    """
    if not entries:
        return None
    moments = sorted(one for one in _moments(entries, now, until) if one[1] > now)
    words = tuple(getattr(entries[0], name) for name in _TEXTS)
    return Seen(words, tuple(moments)) if moments else None


@dataclass(frozen=True)
class Pattern:
    """The weekdays of an RRULE (RFC 5545 names), and its last start, in UTC; none: for ever."""

    weekdays: tuple[str, ...] = ()
    last: datetime | None = None


def pattern_of(rule: str) -> Pattern:
    """What a `rule` as `recurrence.rrule` writes it says; of "" nothing."""
    if not rule:
        return Pattern()
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    until = parts.get("UNTIL")
    last = None if until is None else datetime.strptime(until, _UNTIL).replace(tzinfo=UTC)
    return Pattern(parse_weekdays(parts["BYDAY"]), last)


def _moments(
    entries: Sequence[FeedEntry], now: datetime, until: date
) -> Iterator[tuple[datetime, datetime]]:
    first, *moved = entries
    replaced = {_instant(one.instead_of) for one in moved if one.instead_of is not None}
    replaced.update(_instant(start) for start in first.without)
    yield from (one for one in _by_rule(first, now, until) if one[0] not in replaced)
    yield from (_span(one) for one in moved if _instant(one.starts).date() <= until)


def _by_rule(entry: FeedEntry, now: datetime, until: date) -> Iterator[tuple[datetime, datetime]]:
    """Start and end of what the rule of `entry` gives; of the entry itself when it has none."""
    start, end = _span(entry)
    if not entry.rule:
        yield start, end
        return
    pattern = pattern_of(entry.rule)
    local = _local(entry.starts)
    # A long meet-up that began yesterday may still go on.
    day = max(local.date(), now.date() - 2 * _DAY)
    while day <= until:
        begins = moment(day, local.time(), _zone(local))
        if pattern.last is not None and begins > pattern.last:
            return
        if WEEKDAYS[day.weekday()] in pattern.weekdays:
            yield begins, begins + (end - start)
        day += _DAY


def _span(entry: FeedEntry) -> tuple[datetime, datetime]:
    return _instant(entry.starts), _instant(entry.ends)


def _local(at: datetime | date) -> datetime:
    if not isinstance(at, datetime):
        raise TypeError("a meet-up has an hour")
    return at


def _instant(at: datetime | date) -> datetime:
    return _local(at).astimezone(UTC)


def _zone(at: datetime) -> str:
    return at.tzinfo.key if isinstance(at.tzinfo, ZoneInfo) else "UTC"


def _as_row(entry: FeedEntry) -> dict[str, Any]:
    told: dict[str, Any] = {name: getattr(entry, name) for name in _TEXTS}
    told["starts"], told["ends"] = _kept(_local(entry.starts)), _kept(_local(entry.ends))
    told["without"] = [_kept(start) for start in entry.without]
    told["instead_of"] = None if entry.instead_of is None else _kept(entry.instead_of)
    return told


def _kept(at: datetime) -> str:
    """A moment as the wall clock of its zone shows it, and the zone."""
    return f"{at.replace(tzinfo=None, fold=0).isoformat(timespec='seconds')} {_zone(at)}"


def _found(text: str) -> datetime:
    wall, _blank, zone = text.partition(" ")
    return datetime.fromisoformat(wall).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def _as_entry(row: Mapping[str, Any]) -> FeedEntry:
    starts = _found(row["starts"])
    instead_of = row["instead_of"]
    return FeedEntry(
        **{name: row[name] for name in _TEXTS},
        starts=starts,
        ends=_found(row["ends"]),
        without=tuple(_found(start) for start in row["without"]),
        instead_of=None if instead_of is None else _found(instead_of),
        changed_at=starts,
        sequence=0,
        status="CONFIRMED",
        busy=True,
    )
