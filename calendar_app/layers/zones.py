"""The time zone that a calendar file means by a name.

RFC 5545 lets a file call its zones what it likes and describe each (VTIMEZONE). Most use the names
of IANA, Exchange and Outlook those of Windows, and some a name of their own such as "Customized
Time Zone". Of those the description helps: its offsets, compared with those of zones of this year.
The description's own rules are not followed, since anybody may write one that never ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON


@dataclass(frozen=True)
class Offsets:
    """What a description says: the offset from UTC in winter, and that in summer if it differs."""

    standard: timedelta
    daylight: timedelta | None = None


def zone_of(name: str, described: Mapping[str, Offsets], home: str, year: int) -> tzinfo:
    """The zone that a file means by `name`; the zone `home` when nobody can know.

    `described` is what the file says of its zones, and `year` one in which offsets are compared.
    """
    known = _known(name)
    if known is not None:
        return ZoneInfo(known)
    offsets = described.get(name)
    return ZoneInfo(home) if offsets is None else _like(offsets, home, year)


def _known(name: str) -> str | None:
    plain = name.strip().strip('"')
    if plain in WINDOWS_TO_OLSON:
        return str(WINDOWS_TO_OLSON[plain])
    # "/freeassociation.sourceforge.net/Europe/Amsterdam": the name is at the end.
    parts = plain.split("/")
    endings = ("/".join(parts[-length:]) for length in range(min(3, len(parts)), 0, -1))
    return next((ending for ending in endings if ending in _names()), None)


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=64)
def _like(offsets: Offsets, home: str, year: int) -> tzinfo:
    """A zone with these offsets: `home` if it has them, else a well-known one, else a fixed one."""
    wanted = {offsets.standard, offsets.daylight or offsets.standard}
    for name in (home, *WINDOWS_TO_OLSON.values()):
        zone = ZoneInfo(name)
        had = {datetime(year, month, 15, tzinfo=zone).utcoffset() for month in (1, 7)}
        if had == wanted:
            return zone
    return timezone(offsets.standard)
