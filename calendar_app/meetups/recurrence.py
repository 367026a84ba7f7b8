"""When a series of meet-ups falls: on some weekdays, at one local time, in one time zone.

People set a local time and mean it: 09:30 stays 09:30 when the clocks change, so a rule is kept as
local days and a local time, and each day is turned into a moment by the zone's rules of that day. A
local time that the March change skips shifts forward by the hour that is missing; of a local time
that the October change brings twice, the first is meant (RFC 5545 §3.3.5). Page, mail and feed all
ask this module, so that they can never disagree; the feed prints the same rule as `rrule`
(RFC 5545 §3.3.10).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calendar_app.moments import moment

__all__ = [
    "WEEKDAYS",
    "BadRule",
    "Rule",
    "days",
    "first_day",
    "moment",
    "parse_weekdays",
    "rrule",
    "starts",
]

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)


class BadRule(ValueError):
    """A rule that can never be kept: no weekday, an unknown zone, an end before the start."""


@dataclass(frozen=True)
class Rule:
    """The rule of one series. Raises BadRule when it makes no sense."""

    # RFC 5545 names: "MO" … "SU".
    weekdays: tuple[str, ...]
    local_time: time
    # An IANA name, such as "Europe/Amsterdam".
    zone: str
    minutes: int
    starts_on: date
    # The last day it may fall on, itself included; None: for as long as anybody comes.
    ends_on: date | None

    def __post_init__(self) -> None:
        if not self.weekdays or len(set(self.weekdays)) < len(self.weekdays):
            raise BadRule(f"weekdays must be one or more different days: {self.weekdays}")
        if not set(self.weekdays) <= set(WEEKDAYS):
            raise BadRule(f"unknown weekday in {self.weekdays}")
        if self.local_time.tzinfo is not None:
            raise BadRule("the local time of a rule has no zone of its own")
        if self.minutes < 1:
            raise BadRule(f"a meet-up lasts a minute at least, not {self.minutes}")
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise BadRule(f"the end {self.ends_on} lies before the start {self.starts_on}")
        _check_zone(self.zone)


def parse_weekdays(names: str) -> tuple[str, ...]:
    """The weekdays in "MO,TU", in week order and each once. Raises BadRule."""
    wanted = {name.strip().upper() for name in names.split(",")}
    if not wanted <= set(WEEKDAYS):
        raise BadRule(f"unknown weekday in {names!r}")
    return tuple(name for name in WEEKDAYS if name in wanted)


def days(rule: Rule, first: date, last: date, skipped: Collection[date] = ()) -> list[date]:
    """Local days from `first` to `last`, both included, on which `rule` falls; ascending."""
    begin = max(first, rule.starts_on)
    end = last if rule.ends_on is None else min(last, rule.ends_on)
    window = (begin + _DAY * number for number in range((end - begin).days + 1))
    on_weekday = (day for day in window if WEEKDAYS[day.weekday()] in rule.weekdays)
    return [day for day in on_weekday if day not in skipped]


def starts(rule: Rule, first: date, last: date, skipped: Collection[date] = ()) -> list[datetime]:
    """Aware UTC starts on the days from `first` to `last` (local, both included), ascending."""
    return [moment(day, rule.local_time, rule.zone) for day in days(rule, first, last, skipped)]


def first_day(rule: Rule) -> date | None:
    """The first local day on which `rule` falls, which DTSTART needs; None: it never falls."""
    return next(iter(days(rule, rule.starts_on, rule.starts_on + 6 * _DAY)), None)


def rrule(rule: Rule) -> str:
    """The value of an RRULE property for `rule`; UNTIL is the start on its last day, in UTC."""
    # FREQ=DAILY;BYDAY= says the same, but fits no pattern that Outlook knows.
    parts = ["FREQ=WEEKLY", "BYDAY=" + ",".join(d for d in WEEKDAYS if d in rule.weekdays)]
    if rule.ends_on is not None:
        until = moment(rule.ends_on, rule.local_time, rule.zone)
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRule(f"unknown time zone {name!r}") from error
