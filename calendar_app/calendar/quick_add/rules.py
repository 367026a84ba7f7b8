"""How often a post comes back: a small rule, its RRULE, and the first day on which it falls."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKING_WEEK = (0, 1, 2, 3, 4)
# Beyond two leap days nothing new comes.
_LOOKED_AHEAD = 366 * 9


@dataclass(frozen=True)
class Rule:
    """A rule of RFC 5545 §3.3.10, as far as one line of an office goes."""

    # DAILY, WEEKLY, MONTHLY or YEARLY.
    frequency: str
    interval: int = 1
    # From 0, Monday.
    weekdays: tuple[int, ...] = ()
    # Which one of its month: 1 to 4, or -1 for the last; 0: each.
    nth: int = 0
    month_day: int | None = None
    month: int | None = None
    # The last day it may fall on.
    until: date | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it says on which days."""
        if self.frequency == "DAILY":
            return True
        return bool(self.weekdays) or self.month_day is not None

    def on(self, day: date) -> Rule:
        """The same rule, on the weekday, or the day of the month or year, of `day`."""
        if self.frequency == "WEEKLY":
            return replace(self, weekdays=(day.weekday(),))
        if self.frequency == "MONTHLY":
            return replace(self, month_day=day.day)
        return replace(self, month=day.month, month_day=day.day)

    def falls_on(self, day: date) -> bool:
        """Whether `day` is one of its days, if the first one is."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        if self.month is not None and day.month != self.month:
            return False
        if self.month_day == -1:
            return day.day == monthrange(day.year, day.month)[1]
        if self.month_day is not None and day.day != self.month_day:
            return False
        return self.nth == 0 or self.nth in _places_in_month(day)

    def first_from(self, start: date) -> date | None:
        """The first of its days on or after `start`; None when there is none."""
        last = date.max if self.until is None else self.until
        for ahead in range(_LOOKED_AHEAD):
            day = start + timedelta(days=ahead)
            if day > last:
                return None
            if self.falls_on(day):
                return day
        return None

    def text(self, zone: str) -> str:
        """The value of an RRULE property; UNTIL is the end of the last local day in `zone`."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.month is not None:
            parts.append(f"BYMONTH={self.month}")
        if self.month_day is not None:
            parts.append(f"BYMONTHDAY={self.month_day}")
        if self.weekdays:
            nth = str(self.nth or "")
            parts.append("BYDAY=" + ",".join(nth + _NAMES[day] for day in self.weekdays))
        if self.until is not None:
            parts.append(f"UNTIL={_end_of(self.until, zone):%Y%m%dT%H%M%SZ}")
        return ";".join(parts)


def _places_in_month(day: date) -> set[int]:
    """Which one of its weekday `day` is in its month, counted from the front and from the back."""
    last = monthrange(day.year, day.month)[1]
    return {(day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)}


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)
