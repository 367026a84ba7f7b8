"""Reading what lies under the posts; each query starts from the team."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from calendar_app.layers.days import AbsenceRow, EventRow
from calendar_app.layers.models import ExternalCalendar, ExternalEvent
from calendar_app.moments import local_day_bounds
from calendar_app.people.models import Absence, Membership, Person, Team

IN_BIN = timedelta(days=30)

# Columns, not mapped attributes: whole rows of hundreds of events would cost more than the page.
_CALENDAR: Any = ExternalCalendar.__table__.c
_EVENT: Any = ExternalEvent.__table__.c


def events_between(session: Session, team: Team, first: date, last: date) -> list[EventRow]:
    """The events of the team's calendars that are on, from local day `first` to `last`, inclusive.

    By when they start, days before moments. One query.
    """
    start, end = local_day_bounds(first, team.zone)[0], local_day_bounds(last, team.zone)[1]
    # One that takes no time is on the day on which it starts.
    timed = and_(_EVENT.starts_at < end, or_(_EVENT.ends_at > start, _EVENT.starts_at >= start))
    whole_days = and_(_EVENT.first_day <= last, _EVENT.last_day >= first)
    query = (
        select(
            _CALENDAR.id,
            _CALENDAR.name,
            _CALENDAR.hook,
            _EVENT.title,
            _EVENT.starts_at,
            _EVENT.ends_at,
            _EVENT.first_day,
            _EVENT.last_day,
            _EVENT.place,
            _EVENT.url,
            _EVENT.is_cancelled,
        )
        .join(ExternalEvent.__table__, _EVENT.calendar_id == _CALENDAR.id)
        .where(
            _CALENDAR.team_id == team.id,
            _CALENDAR.deleted_at.is_(None),
            _CALENDAR.paused_at.is_(None),
            or_(timed, whole_days),
        )
        .order_by(_EVENT.first_day, _EVENT.starts_at, _EVENT.id)
    )
    return [EventRow(*row) for row in session.execute(query)]


def absences_between(session: Session, team: Team, first: date, last: date) -> list[AbsenceRow]:
    """Who of the team is away on days from `first` to `last`, both included, by the first day.

    Without who does not want to be seen, and who left the team. One query.
    """
    query = (
        select(Person.id, Person.name, Absence.first_day, Absence.last_day)
        .join(Absence, Absence.person_id == Person.id)
        .join(
            Membership,
            and_(Membership.person_id == Person.id, Membership.team_id == Absence.team_id),
        )
        .where(
            Absence.team_id == team.id,
            Absence.first_day <= last,
            Absence.last_day >= first,
            Membership.takes_part,
            Membership.ended_at.is_(None),
        )
        .order_by(Absence.first_day, Absence.id)
    )
    return [AbsenceRow(*row) for row in session.execute(query)]


def calendars(session: Session, team: Team) -> list[ExternalCalendar]:
    """The team's other calendars, by name; also those that are switched off."""
    return list(session.scalars(_of(team).where(ExternalCalendar.deleted_at.is_(None))))


def removed(session: Session, team: Team) -> list[ExternalCalendar]:
    """The team's other calendars that were taken out and can be put back, by name."""
    return list(session.scalars(_of(team).where(ExternalCalendar.deleted_at.is_not(None))))


def names(session: Session, team: Team) -> list[tuple[int, str, int]]:
    """The id, name and colour of each calendar that is on, by name."""
    query = (
        select(_CALENDAR.id, _CALENDAR.name, _CALENDAR.hook)
        .where(
            _CALENDAR.team_id == team.id,
            _CALENDAR.deleted_at.is_(None),
            _CALENDAR.paused_at.is_(None),
        )
        .order_by(_CALENDAR.name, _CALENDAR.id)
    )
    return [(row.id, row.name, row.hook) for row in session.execute(query)]


def empty_bin(session: Session, now: datetime) -> int:
    """Remove for good the calendars that were taken out `IN_BIN` ago; answers how many."""
    old = _CALENDAR.deleted_at < now - IN_BIN
    gone = list(session.scalars(select(_CALENDAR.id).where(old)))
    session.execute(delete(ExternalEvent).where(ExternalEvent.calendar_id.in_(gone)))
    session.execute(delete(ExternalCalendar).where(ExternalCalendar.id.in_(gone)))
    return len(gone)


def _of(team: Team) -> Select[ExternalCalendar]:
    ours = select(ExternalCalendar).where(ExternalCalendar.team_id == team.id)
    return ours.order_by(ExternalCalendar.name, ExternalCalendar.id)
