"""Days on which a series does not take place, said long before: a team's weeks off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups import queries, recurrence
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.moments import local, moment
from calendar_app.people.models import Person
from calendar_app.posts.content import check_day

LONGEST = timedelta(days=366)
# Nobody knows their weeks off longer before.
AHEAD = timedelta(days=731)


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
    # The planner makes rows too: one of the two waits (SQLite has one writer anyway).
    session.execute(select(Meetup.id).where(Meetup.id == meetup.id).with_for_update())
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


def _is_to_come(meetup: Meetup, day: date, now: datetime) -> bool:
    return moment(day, meetup.local_time, meetup.zone) > now


def to_come(session: Session, meetup: Meetup, now: datetime) -> list[Occurrence]:
    """The days to come that were called off by hand, in order."""
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
