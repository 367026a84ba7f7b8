"""Days on which a series does not take place, said long before: a team's weeks off.

They are entered together, are listed together, and are put back together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.errors import Refused, Stale
from calendar_app.language import N_
from calendar_app.meetups import queries, recurrence
from calendar_app.meetups.models import Between, Meetup, Occurrence
from calendar_app.moments import local, moment
from calendar_app.people.models import Person
from calendar_app.posts.content import check_day

LONGEST = timedelta(days=366)
# Nobody knows their weeks off longer before.
AHEAD = timedelta(days=731)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DaysOff:
    """From the first day to the last, both included, and why."""

    first: date
    last: date
    reason: str = ""


def call_off(
    session: Session, meetup: Meetup, off: DaysOff, *, by: Person, now: datetime
) -> list[Occurrence]:
    """Call off each meet-up of the series on these days that is still to come; which ones.

    What is off already stays as it is. Raises Refused.
    """
    _check(off, local(now, meetup.zone).date())
    _lock(session, meetup)
    days = recurrence.days(meetup.rule, off.first, off.last)
    of_series = select(Occurrence).where(
        Occurrence.meetup_id == meetup.id, Occurrence.local_day.in_(days)
    )
    known = {row.local_day: row for row in session.scalars(of_series)}
    holidays = queries.holidays_of(meetup, days)
    rows = [
        known.get(day) or Occurrence.planned(meetup, day, None)
        for day in days
        if day in known or (day not in holidays and _is_to_come(meetup, day, now))
    ]
    called_off = [row for row in rows if row.is_held and row.starts_at > now and not row.begun_at]
    if not called_off:
        raise Refused(N_("This series has no meet-up on these days."), field="first")
    for row in called_off:
        row.cancel_day(by, now, off.reason)
    session.add_all(called_off)
    session.flush()
    return called_off


def _lock(session: Session, meetup: Meetup) -> None:
    # The planner makes rows too: one of the two waits (SQLite has one writer anyway).
    session.execute(select(Meetup.id).where(Meetup.id == meetup.id).with_for_update())


def _is_to_come(meetup: Meetup, day: date, now: datetime) -> bool:
    return moment(day, meetup.local_time, meetup.zone) > now


@dataclass(frozen=True)
class Period:
    """Meet-ups of one series that are called off one after the other, all for one reason."""

    rows: Sequence[Occurrence]

    @property
    def first(self) -> date:
        """The day of the first of them."""
        return self.rows[0].local_day

    @property
    def last(self) -> date:
        """The day of the last of them."""
        return self.rows[-1].local_day

    @property
    def reason(self) -> str:
        """Why, or nothing."""
        return self.rows[0].reason

    @property
    def mark(self) -> str:
        """Differs when one of them changed, or another one lies between them."""
        told = ",".join(f"{row.id}.{row.version}" for row in self.rows)
        return hashlib.sha256(told.encode("ascii")).hexdigest()[:32]


def periods(session: Session, meetup: Meetup, now: datetime) -> list[Period]:
    """The days to come that were called off by hand, in order; those that belong together as one.

    Between two of a period the series has no day that is held.
    """
    rows = _to_come(session, meetup, now)
    free = queries.holidays_of(meetup, [row.local_day for row in rows])
    found: list[list[Occurrence]] = []
    for row in rows:
        if found and _goes_on(meetup, found[-1][-1], row, free):
            found[-1].append(row)
        else:
            found.append([row])
    return [Period(one) for one in found]


def _goes_on(meetup: Meetup, before: Occurrence, row: Occurrence, free: Container[date]) -> bool:
    if before.reason != row.reason or row.local_day - before.local_day > LONGEST:
        return False
    between = recurrence.days(meetup.rule, before.local_day + _DAY, row.local_day - _DAY)
    return all(day in free for day in between)


def put_back(
    session: Session, meetup: Meetup, off: DaysOff, mark: str, *, by: Person, now: datetime
) -> list[Occurrence]:
    """Let the meet-ups on these days that were called off take place after all; which ones.

    Raises Stale unless they are still those of the period with this `mark`, and Refused when none
    of them can be held. None is called off there: it was done before.
    """
    _lock(session, meetup)
    rows = _off_within(session, meetup, off, now)
    if not rows:
        return []
    if Period(rows).mark != mark:
        raise Stale(N_("Somebody else changed this while you were busy."))
    between = _neighbours(session, meetup, rows)
    can_be = [
        row
        for row in rows
        if meetup.falls_on(row.local_day)
        and _is_to_come(meetup, row.local_day, now)
        and between[row.id].holds(row.local_day)
    ]
    if not can_be:
        raise Refused(N_("None of these days can be put back. Open a day to see why."))
    for row in can_be:
        row.restore_day(by=by, now=now, between=between[row.id])
    session.flush()
    return can_be


def is_alone(session: Session, meetup: Meetup, period: Period, now: datetime) -> bool:
    """Whether nothing else is called off between the first and the last day of `period`."""
    span = DaysOff(period.first, period.last)
    return Period(_off_within(session, meetup, span, now)).mark == period.mark


def _off_within(session: Session, meetup: Meetup, off: DaysOff, now: datetime) -> list[Occurrence]:
    return [row for row in _to_come(session, meetup, now) if off.first <= row.local_day <= off.last]


def _neighbours(session: Session, meetup: Meetup, rows: Sequence[Occurrence]) -> dict[int, Between]:
    """The days of the meet-ups that are held just before and after each of `rows`, by its id."""
    day = Occurrence.local_day
    of_series = select(day, Occurrence.held_on)
    of_series = of_series.where(Occurrence.meetup_id == meetup.id, queries.HELD)
    first, last = rows[0].local_day, rows[-1].local_day
    held = [
        *session.execute(of_series.where(day < first).order_by(day.desc()).limit(1)),
        *session.execute(of_series.where(day > first, day < last).order_by(day)),
        *session.execute(of_series.where(day > last).order_by(day).limit(1)),
    ]
    return {
        row.id: Between(
            max((held_on for of, held_on in held if of < row.local_day), default=None),
            min((held_on for of, held_on in held if of > row.local_day), default=None),
        )
        for row in rows
    }


def _to_come(session: Session, meetup: Meetup, now: datetime) -> list[Occurrence]:
    today = local(now, meetup.zone).date()
    off = select(Occurrence).where(
        Occurrence.meetup_id == meetup.id,
        Occurrence.state == "cancelled",
        Occurrence.local_day >= today,
    )
    return list(session.scalars(off.order_by(Occurrence.local_day)))


def _check(off: DaysOff, today: date) -> None:
    for day, field in ((off.first, "first"), (off.last, "last")):
        check_day(day, field)
        if day > today + AHEAD:
            raise Refused(N_("Choose a day at most two years ahead."), field=field)
    if off.last < off.first:
        raise Refused(N_("The last day lies before the first day."), field="last")
    if off.last - off.first > LONGEST:
        raise Refused(N_("Choose at most a year at a time."), field="last")
