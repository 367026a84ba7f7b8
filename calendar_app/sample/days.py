"""The days around the day of loading, as the sample's files count them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from calendar_app.meetups.holidays import free_days_between
from calendar_app.moments import local, moment
from calendar_app.people.models import Team

# The posts reach so many weeks back and ahead.
WEEKS = 4
WEEKDAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")
DAY = timedelta(days=1)
_SATURDAY = 5
_FAR = timedelta(weeks=4 * WEEKS)


@dataclass(frozen=True)
class Days:
    """Local days of one team, seen from the moment `now`; on the `free` ones nobody works."""

    now: datetime
    today: date
    zone: str
    free: frozenset[date]

    @classmethod
    def around(cls, now: datetime, team: Team) -> Days:
        """The days that the sample reaches when it is loaded at `now`."""
        today = local(now, team.zone).date()
        free = free_days_between(team.area, today - _FAR, today + _FAR, team.language)
        return cls(now, today, team.zone, frozenset(free))

    @property
    def monday(self) -> date:
        """The first day of this week."""
        return self.today - self.today.weekday() * DAY

    def is_working(self, day: date) -> bool:
        """Whether the team works on `day`."""
        return day.weekday() < _SATURDAY and day not in self.free

    def day(self, week: int, weekday: str) -> date:
        """`weekday` ("ma" …) so many weeks after this one; beside a public holiday, never on it."""
        day = self.monday + timedelta(weeks=week, days=WEEKDAYS.index(weekday))
        # What is past stays past, and what is to come stays to come.
        step = -DAY if week < 0 else DAY
        while day in self.free:
            day += step
            while not self.is_working(day):
                day += step
        return day

    def working_day(self, day: date, number: int) -> date:
        """The working day that is `number` (0 or less) from `day`; 0 is `day` itself."""
        while number < 0:
            day -= DAY
            number += self.is_working(day)
        return day

    def moment(self, day: date, at: time) -> datetime:
        """The moment at which the team's clocks show `at` on `day`."""
        return moment(day, at, self.zone)


def first_of_month(day: date, months: int) -> date:
    """The first day of the month that is `months` after that of `day`."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
