"""Quiet hours: when a person gets no reminders, on the clocks of the team.

Every day from one local time to another, over midnight too, and some days of the week as a whole.
What would fall in them waits to their end, if it is of use then; that a meet-up begins soon is told
just before them instead. To an ambassador all of it is quiet in which their team is not at work.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from calendar_app.moments import WorkingHours, local, moment

# Told earlier than this, nobody remembers it.
EARLIEST = timedelta(days=1)
# Long enough for a worker that was away for a moment, and for a relay that takes 30 a minute.
JUST_BEFORE = timedelta(minutes=20)
# So much longer something may be of use to somebody with quiet hours: twice nearly a week.
LONGEST = timedelta(days=14)
_A_DAY = timedelta(days=1)
_MOST_DAYS = 8


@dataclass(frozen=True)
class Quiet:
    """The quiet hours of one person in one zone; without `begins` and `ends` only whole `days`.

    Days of the week count from 0, Monday.
    """

    zone: str
    begins: time | None = None
    ends: time | None = None
    days: Collection[int] = ()
    # Quiet is all outside these; None: that makes no difference.
    hours: WorkingHours | None = None

    def end_of(self, at: datetime) -> datetime | None:
        """When the quiet around `at` ends. None: `at` is not quiet. Aware, UTC."""
        end = at
        for _part in range(3 * _MOST_DAYS):
            later = [to for since, to in self._around(end) if since <= end < to]
            if not later:
                break
            end = max(later)
        return None if end == at else end.astimezone(UTC)

    def began(self, at: datetime) -> datetime | None:
        """When the quiet around `at` began. None: `at` is not quiet. Aware, UTC."""
        if self.end_of(at) is None:
            return None
        start = min(since for since, to in self._around(at) if since <= at < to)
        for _part in range(3 * _MOST_DAYS):
            earlier = [since for since, to in self._around(start) if since < start <= to]
            if not earlier:
                break
            start = min(earlier)
        return start.astimezone(UTC)

    def ended_before(self, at: datetime) -> datetime | None:
        """When the last quiet before `at`, which is not quiet, ended; None: not since yesterday."""
        ended = (to for _since, to in self._around(at) if to <= at)
        return max((end.astimezone(UTC) for end in ended), default=None)

    def _around(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The quiet parts of the days around `at`, each from a moment up to another."""
        today = local(at, self.zone).date()
        for day in (today - _A_DAY, today, today + _A_DAY):
            if day.weekday() in self.days:
                yield self._moment(day, time()), self._moment(day + _A_DAY, time())
            if self.begins is not None and self.ends is not None:
                until = day if self.begins < self.ends else day + _A_DAY
                yield self._moment(day, self.begins), self._moment(until, self.ends)
            if self.hours is not None:
                yield from self._off(day, self.hours)

    def _off(self, day: date, hours: WorkingHours) -> Iterator[tuple[datetime, datetime]]:
        """The parts of `day` outside `hours`."""
        begins, ends = self._moment(day, time()), self._moment(day + _A_DAY, time())
        if hours.first_day(day) == day:
            yield begins, self._moment(day, hours.begins)
            yield self._moment(day, hours.ends), ends
        else:
            yield begins, ends

    def _moment(self, day: date, at: time) -> datetime:
        return moment(day, at, self.zone)


def useful_in_quiet(due_at: datetime, useful_until: datetime, quiet: Quiet) -> datetime:
    """Until when what ends on no fixed moment is of use to somebody with these quiet hours.

    As long after it goes out as it is to others; and what they cut short is given back after them.
    """
    until = useful_until + ((quiet.end_of(due_at) or due_at) - due_at)
    began, end = quiet.began(until), quiet.end_of(until)
    return until if began is None or end is None else until + (end - began)


def due_in_quiet(
    due_at: datetime,
    useful_until: datetime,
    now: datetime,
    quiet: Quiet,
    *,
    may_be_early: bool = False,
) -> datetime:
    """When a reminder that is due at `due_at` goes out to somebody with these quiet hours.

    What is of no use when they end stays where it was, or goes just before them if it
    `may_be_early`; if it cannot be sent there either, it is not sent.
    """
    after = quiet.end_of(due_at) or due_at
    if after >= useful_until:
        return _just_before(due_at, useful_until, quiet) if may_be_early else due_at
    if after > now:
        return after
    # It is being tried, or its hours changed, and now it is quiet.
    again = quiet.end_of(now)
    if again is None and quiet.hours is not None:
        # At work again: what was left until today is asked of who is there today.
        return max(after, quiet.ended_before(now) or after)
    return after if again is None or again >= useful_until else again


def _just_before(due_at: datetime, useful_until: datetime, quiet: Quiet) -> datetime:
    began = quiet.began(due_at)
    if began is None or began - JUST_BEFORE < useful_until - EARLIEST:
        return due_at
    return began - JUST_BEFORE
