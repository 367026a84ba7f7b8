"""This day and all that follow: a series ends, and another one goes on from there.

What was held stays as it was. The days to come go over to the new series with all that hangs on
them: a day that was called off or moved by hand stays so, what was said beforehand stays said, and
nobody is reminded twice.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups import hosting, queries, recurrence
from calendar_app.meetups.models import Meetup, Occurrence, Series
from calendar_app.moments import moment


@dataclass(frozen=True)
class Change:
    """What somebody says of a series from `first_day`, a day of it, on; once by `creation_key`."""

    first_day: date
    series: Series
    creation_key: str | None = None
    # The ids of those whom this somebody does not see: they stay as they were.
    hidden: Collection[int] = ()


def begins_on(meetup: Meetup, day: date) -> bool:
    """Whether no meet-up of the series comes before `day`: then all of it is what follows."""
    first = recurrence.first_day(meetup.rule)
    return first is None or first >= day


def change_from(session: Session, meetup: Meetup, change: Change, now: datetime) -> Meetup:
    """End `meetup` before a day and begin the series that goes on from there. Raises Refused."""
    _check(meetup, change, now)
    new = Meetup.new(meetup.team, _with_hidden(meetup, change), change.creation_key)
    new.root_id = meetup.family
    session.add(new)
    session.flush()
    hosting.hand_on_turns(session, meetup, new)
    to_come = select(Occurrence).where(
        Occurrence.meetup_id == meetup.id, Occurrence.local_day >= change.first_day
    )
    for occurrence in session.scalars(to_come):
        occurrence.meetup = new
    meetup.end_before(change.first_day)
    session.flush()
    for series in (meetup, new):
        queries.plan_occurrences(session, series, now)
    return new


def _check(meetup: Meetup, change: Change, now: datetime) -> None:
    if meetup.deleted_at is not None:
        raise Refused(N_("This series has ended."))
    if begins_on(meetup, change.first_day):
        raise Refused(N_("No meet-up of this series comes before this day. Change all of it."))
    if moment(change.first_day, meetup.local_time, meetup.zone) <= now:
        raise Refused(N_("The time of this meet-up has passed."))
    if change.series.starts_on < change.first_day:
        raise Refused(N_("Choose this day or a later one."), field="starts_on")


def _with_hidden(meetup: Meetup, change: Change) -> Series:
    series = change.series
    stay = [person for person in meetup.participants if person.id in change.hidden]
    told = replace(series, participants=[*series.participants, *stay])
    unchosen = series.host is None and not series.rotates
    if unchosen and meetup.host is not None and meetup.host_id in change.hidden:
        return replace(told, host=meetup.host)
    return told
