"""The answer to "why did this person get nothing on Tuesday?": what the rows of that day tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from calendar_app.meetups.models import Meetup, MeetupParticipant, Occurrence
from calendar_app.moments import local, local_day_bounds
from calendar_app.people.models import Absence, Membership, Muted, Person, Team
from calendar_app.people.queries import is_unseen
from calendar_app.reminders import due
from calendar_app.reminders.models import (
    Delivery,
    QuietHours,
    Worker,
    quiet_hours_of,
)
from calendar_app.reminders.queries import is_there
from calendar_app.reminders.silence import SeriesDay, Silence, why_silent

PLANNED = timedelta(days=35)


@dataclass(frozen=True)
class SilentSeries:
    """A series of which the person got nothing on that day, and why."""

    name: str
    silence: Silence


@dataclass(frozen=True)
class DayAnswer:
    """What one person was told on one local day, and what else holds of that day."""

    deliveries: Sequence[Delivery]
    # In whose mail it was told, of those that went along with others: by their own id.
    leaders: dict[int, Delivery]
    silent: Sequence[SilentSeries]
    has_meetups: bool
    in_team: bool
    absence: Absence | None
    muted: Sequence[Muted]
    quiet: QuietHours | None
    # None: the day is still to come.
    worker_ran: bool | None


def answer(session: Session, team: Team, person: Person, day: date, now: datetime) -> DayAnswer:
    """Why `person` got on `day` what they got; a fixed number of queries."""
    bounds = local_day_bounds(day, team.zone)
    deliveries = _deliveries(session, team, person, bounds)
    muted = _muted(session, person, bounds[1])
    absence = _absence(session, team, person, day)
    ran = _worker_ran(session, bounds)
    reminded = {one.occurrence_id for one in deliveries if one.kind == due.MEETUP}
    series = _series(session, team, person)
    of_day = _occurrences(session, team, day)
    of_person = _Person(
        absent=absence is not None,
        muted=any(one.kind == due.MEETUP for one in muted),
        worker_ran=ran,
    )
    silent = [
        SilentSeries(
            meetup.name,
            why_silent(
                _seen(meetup, occurrence, day, team.zone, of_person, takes_part=takes_part),
                now,
                now + PLANNED,
            ),
        )
        for meetup, takes_part in series
        for occurrence in of_day.get(meetup.id, [None])
        if occurrence is None or occurrence.id not in reminded
    ]
    quiet = quiet_hours_of(session, person)
    return DayAnswer(
        deliveries=deliveries,
        leaders=_leaders(session, deliveries),
        silent=silent,
        has_meetups=bool(series),
        in_team=_was_in_team(session, team, person, bounds[1]),
        absence=absence,
        muted=muted,
        quiet=quiet if quiet.version and (quiet.begins is not None or quiet.days) else None,
        worker_ran=None if bounds[0] > now else ran,
    )


def _deliveries(
    session: Session, team: Team, person: Person, bounds: tuple[datetime, datetime]
) -> list[Delivery]:
    """What was due or sent on that day, and what tells of a meet-up of that day."""
    begins, ends = bounds
    of_day = (Delivery.due_at >= begins) & (Delivery.due_at < ends)
    sent = (Delivery.sent_at >= begins) & (Delivery.sent_at < ends)
    # It may have gone out a day before: so long a lead, or quiet hours. It ends as that begins.
    begins_then = (Delivery.useful_until >= begins) & (Delivery.useful_until < ends)
    of_meetup = (Delivery.kind == due.MEETUP) & begins_then
    query = (
        select(Delivery)
        .options(joinedload(Delivery.person))
        .where(Delivery.team_id == team.id, Delivery.person_id == person.id)
        .where(or_(of_day, sent, of_meetup))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return list(session.scalars(query))


def _leaders(session: Session, deliveries: Sequence[Delivery]) -> dict[int, Delivery]:
    ids = {one.told_with_id for one in deliveries if one.told_with_id is not None}
    if not ids:
        return {}
    found = {one.id: one for one in session.scalars(select(Delivery).where(Delivery.id.in_(ids)))}
    return {one.id: found[one.told_with_id] for one in deliveries if one.told_with_id in found}


def _muted(session: Session, person: Person, until: datetime) -> list[Muted]:
    query = select(Muted).where(Muted.person_id == person.id, Muted.at < until)
    return list(session.scalars(query.order_by(Muted.kind)))


def _absence(session: Session, team: Team, person: Person, day: date) -> Absence | None:
    query = (
        select(Absence)
        .options(joinedload(Absence.deputy))
        .where(Absence.team_id == team.id, Absence.person_id == person.id)
        .where(Absence.first_day <= day, Absence.last_day >= day)
        .order_by(Absence.id)
    )
    return session.scalars(query).first()


def _was_in_team(session: Session, team: Team, person: Person, until: datetime) -> bool:
    query = select(Membership).where(
        Membership.team_id == team.id, Membership.person_id == person.id
    )
    found = session.scalars(query).first()
    return found is not None and (found.ended_at is None or found.ended_at >= until)


def _worker_ran(session: Session, bounds: tuple[datetime, datetime]) -> bool:
    """Whether some worker looked for due reminders on that day."""
    begins, ends = bounds
    ran = select(Worker.id).where(Worker.started_at < ends, Worker.ticked_at >= begins)
    return session.scalar(ran.limit(1)) is not None


def _series(session: Session, team: Team, person: Person) -> list[tuple[Meetup, bool]]:
    """All series, also those that were deleted, and whether the person takes part."""
    takes_part = is_there(
        MeetupParticipant,
        MeetupParticipant.meetup_id == Meetup.id,
        MeetupParticipant.person_id == person.id,
    )
    query = (
        select(Meetup, takes_part & ~is_unseen(person.id, Meetup.team_id))
        .where(Meetup.team_id == team.id)
        .order_by(Meetup.name, Meetup.id)
    )
    return [(meetup, bool(is_in)) for meetup, is_in in session.execute(query)]


def _occurrences(session: Session, team: Team, day: date) -> dict[int, list[Occurrence | None]]:
    """The meet-ups that are, or by their rule would be, on `day`, by their series."""
    query = (
        select(Occurrence)
        .where(Occurrence.team_id == team.id)
        .where(or_(Occurrence.local_day == day, Occurrence.held_on == day))
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    found: dict[int, list[Occurrence | None]] = {}
    for one in session.scalars(query):
        found.setdefault(one.meetup_id, []).append(one)
    return found


@dataclass(frozen=True)
class _Person:
    """What holds of the person on that day, whichever series it is about."""

    absent: bool
    muted: bool
    worker_ran: bool


def _seen(
    meetup: Meetup,
    occurrence: Occurrence | None,
    day: date,
    zone: str,
    person: _Person,
    *,
    takes_part: bool,
) -> SeriesDay:
    deleted = meetup.deleted_at
    found = SeriesDay(
        day=day,
        starts_on=meetup.starts_on,
        ends_on=meetup.ends_on,
        deleted_on=None if deleted is None else local(deleted, zone).date(),
        falls_on_day=meetup.falls_on(day),
        takes_part=takes_part,
        absent=person.absent,
        muted=person.muted,
        worker_ran=person.worker_ran,
    )
    if occurrence is None:
        return found
    return replace(
        found,
        state=occurrence.state,
        holiday=occurrence.reason if occurrence.state == "skipped" else "",
        held_on=occurrence.held_on,
        starts_at=occurrence.starts_at,
        entered_at=occurrence.created_at,
    )
