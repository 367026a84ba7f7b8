"""When a wall clock shows what, reckoned apart from the product, in whole seconds.

Only one thing is asked of a zone's data: how far its clocks are from UTC at an instant. Where that
changes is found by halving, and from these changes each wall time is worked out by adding and
subtracting (RFC 5545 §3.3.5: of two instants the first; of none the one that the clocks from
before the gap would give).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_YEAR, LAST_YEAR = 2026, 2028
ZONES = (
    "Europe/Amsterdam",
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
)
_EPOCH = date(1970, 1, 1).toordinal()
_A_DAY = 24 * 60 * 60
_BEGIN = (date(FIRST_YEAR, 1, 1).toordinal() - _EPOCH - 3) * _A_DAY
_END = (date(LAST_YEAR, 12, 31).toordinal() - _EPOCH + 4) * _A_DAY


@dataclass(frozen=True)
class Change:
    """The clocks of a zone are put on or back: at which second of UTC, and from what to what."""

    at: int
    before: int
    after: int

    @property
    def is_gap(self) -> bool:
        """Whether wall time is skipped; else it comes twice."""
        return self.after > self.before


@functools.cache
def changes(zone: str) -> tuple[Change, ...]:
    """All changes of `zone` in the years of the oracle."""
    found = []
    for begin in range(_BEGIN, _END, _A_DAY):
        low, high = begin, begin + _A_DAY
        before, after = _offset(zone, low), _offset(zone, high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
        found.append(Change(high, before, after))
    return tuple(found)


def instant(zone: str, day: date, second: int) -> int:
    """The second of UTC at which a clock in `zone` shows `second` (of the day) on `day`."""
    wall = (day.toordinal() - _EPOCH) * _A_DAY + second
    for begin, end, offset in _stretches(zone):
        if begin <= wall - offset < end:
            return wall - offset
    (gap,) = [one for one in changes(zone) if one.at + one.before <= wall < one.at + one.after]
    return wall - gap.before


def _stretches(zone: str) -> Iterator[tuple[int, int, int]]:
    """From when to when in UTC the clocks of `zone` are how far from it, in order."""
    begin, offset = _BEGIN - _A_DAY, _offset(zone, _BEGIN)
    for change in changes(zone):
        yield begin, change.at, change.before
        begin, offset = change.at, change.after
    yield begin, _END + _A_DAY, offset


def _offset(zone: str, second: int) -> int:
    shift = datetime.fromtimestamp(second, ZoneInfo(zone)).utcoffset()
    return int((shift or timedelta()).total_seconds())


def as_moment(second: int) -> datetime:
    """A second of UTC as an aware moment."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)


def odd_walls(zone: str) -> list[tuple[date, int, Change]]:
    """The middle of each gap and overlap of `zone`: its day and the second of the day."""
    found = []
    for change in changes(zone):
        low, high = sorted((change.at + change.before, change.at + change.after))
        middle = low + (high - low) // 2
        middle -= middle % 60
        day, second = divmod(middle, _A_DAY)
        found.append((date.fromordinal(day + _EPOCH), second, change))
    return found
