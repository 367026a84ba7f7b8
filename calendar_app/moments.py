"""Wall time and the instant it names: a local day and hour in a zone, and the moment in UTC.

Twice a year a wall clock is not a simple thing. In the night in March an hour of wall time does not
exist, in the night in October one comes twice (RFC 5545 §3.3.5 says how a calendar reads both).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(day: date, local_time: time, zone: str) -> datetime:
    """The instant, aware in UTC, at which a wall clock in `zone` shows `local_time` on `day`.

    A time in the skipped hour is read with the offset from before the gap, so it comes out that
    much later on the wall; of a time that comes twice this is the first.
    """
    wall = datetime.combine(day, local_time.replace(tzinfo=None, fold=0), ZoneInfo(zone))
    return wall.astimezone(UTC)


def local(at: datetime, zone: str) -> datetime:
    """The same instant as the wall clock in `zone` shows it. `at` is aware."""
    return at.astimezone(ZoneInfo(zone))


def local_day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The instants in UTC at which the local `day` begins and at which the next day begins."""
    midnight = time()
    return moment(day, midnight, zone), moment(day + timedelta(days=1), midnight, zone)


# When somebody is at work, on the clocks of the team, from Monday to Friday.
WORK_BEGINS, WORK_ENDS = time(9), time(17)
_SATURDAY = 5


def in_working_hours(at: datetime, zone: str) -> datetime:
    """`at`, or the first moment after it at which somebody in `zone` is at work. Aware, UTC."""
    wall = local(at, zone)
    day = wall.date()
    if wall.weekday() < _SATURDAY and WORK_BEGINS <= wall.time() < WORK_ENDS:
        return at
    if wall.time() >= WORK_BEGINS or wall.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return moment(day, WORK_BEGINS, zone)


def after_working_hours(at: datetime, hours: int, zone: str) -> datetime:
    """The moment at which somebody in `zone` has been at work for `hours` since `at`. Aware, UTC.

    Public holidays count as working days.
    """
    rest = timedelta(hours=hours)
    begins = in_working_hours(at, zone)
    while True:
        ends = moment(local(begins, zone).date(), WORK_ENDS, zone)
        if begins + rest <= ends:
            return begins + rest
        rest -= ends - begins
        begins = in_working_hours(ends, zone)
