"""Wall time and the instant it names: a local day and hour in a zone, and the moment in UTC.

Twice a year a wall clock is not a simple thing. In the night in March an hour of wall time does not
exist, in the night in October one comes twice (RFC 5545 §3.3.5 says how a calendar reads both).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendar_app.language import N_

WEEKDAY_NAMES = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)


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


def _no_day_is(_day: date) -> bool:
    return False


@dataclass(frozen=True)
class WorkingHours:
    """When a team is at work: on these days of the week (0: Monday), by the clocks of its zone.

    Not on a day that `is_off`: a public holiday.
    """

    zone: str
    # At least one.
    days: Collection[int] = (0, 1, 2, 3, 4)
    begins: time = time(9)
    ends: time = time(17)
    is_off: Callable[[date], bool] = _no_day_is

    def first_day(self, day: date) -> date:
        """`day`, or the first working day after it."""
        at_work = (one for one in self._of_week(day) if not self.is_off(one))
        found = next(at_work, None)
        # Where each such day is a holiday, as Sundays are in some countries, the week counts.
        return found or next(self._of_week(day))

    def _of_week(self, day: date) -> Iterator[date]:
        """The days of the week on which the team works, from `day` on."""
        nearest = (day + timedelta(days=ahead) for ahead in range(_LONGEST_PAUSE.days))
        return (one for one in nearest if one.weekday() in self.days)


# No team is off for so long.
_LONGEST_PAUSE = timedelta(weeks=8)


def in_working_hours(at: datetime, hours: WorkingHours) -> datetime:
    """`at`, or the first moment after it at which somebody is at work. Aware, UTC."""
    wall = local(at, hours.zone)
    day = wall.date()
    if hours.first_day(day) == day and hours.begins <= wall.time() < hours.ends:
        return at
    if wall.time() >= hours.begins:
        day += timedelta(days=1)
    return moment(hours.first_day(day), hours.begins, hours.zone)


def after_working_hours(at: datetime, number: int, hours: WorkingHours) -> datetime:
    """The moment at which somebody has been at work for `number` hours since `at`. Aware, UTC."""
    rest = timedelta(hours=number)
    begins = in_working_hours(at, hours)
    while True:
        ends = moment(local(begins, hours.zone).date(), hours.ends, hours.zone)
        if begins + rest <= ends:
            return begins + rest
        rest -= max(ends - begins, timedelta())
        begins = in_working_hours(ends, hours)
