"""Reading people and teams; each query starts from the team."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from calendar_app.people.models import Absence, AuditEntry, Membership, Person, Team


def nobody_yet(session: Session) -> bool:
    """Whether this installation has no account at all: its first start."""
    return session.scalar(select(Person.id).limit(1)) is None


def person_by_email(session: Session, email: str) -> Person | None:
    """The account with this address, whatever its case."""
    return session.scalars(select(Person).where(Person.email == email.strip().lower())).first()


def team_by_name(session: Session, name: str) -> Team | None:
    """The team with this name."""
    return session.scalars(select(Team).where(Team.name == name)).first()


def members(session: Session, team: Team) -> list[Membership]:
    """The team's members with their person, by name."""
    query = (
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person))
        .where(Membership.team_id == team.id, Membership.ended_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
    )
    return list(session.scalars(query))


def people(session: Session, team: Team) -> list[Person]:
    """The people in the team, by name."""
    return [membership.person for membership in members(session, team)]


def membership_of(session: Session, team: Team, person: Person) -> Membership | None:
    """`person`'s place in `team`, also one that has ended."""
    query = select(Membership).where(
        Membership.team_id == team.id, Membership.person_id == person.id
    )
    return session.scalars(query).first()


def admins(session: Session, team: Team) -> list[Person]:
    """The team's administrators, by name."""
    return [member.person for member in members(session, team) if member.role == "admin"]


def absences(session: Session, team: Team, since: date) -> list[Absence]:
    """Absences that end on or after `since`, the nearest first."""
    query = (
        select(Absence)
        .options(selectinload(Absence.person), selectinload(Absence.deputy))
        .where(Absence.team_id == team.id, Absence.last_day >= since)
        .order_by(Absence.first_day, Absence.id)
    )
    return list(session.scalars(query))


def absent_on(session: Session, team: Team, day: date) -> dict[int, Absence]:
    """Who of the team is away on `day`, by the id of the person."""
    query = select(Absence).where(
        Absence.team_id == team.id, Absence.first_day <= day, Absence.last_day >= day
    )
    return {absence.person_id: absence for absence in session.scalars(query)}


def log(session: Session, team: Team, page: int, size: int) -> list[AuditEntry]:
    """One page of the team's audit log, the newest first, with one entry more if there is more."""
    query = (
        select(AuditEntry)
        .options(selectinload(AuditEntry.actor))
        .where(or_(AuditEntry.team_id == team.id, AuditEntry.team_id.is_(None) & _about_us(team)))
        .order_by(AuditEntry.id.desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    return list(session.scalars(query))


def _about_us(team: Team) -> ColumnElement[bool]:
    """What a member did at the door, before it was known in which team, or was done to them."""
    ours = select(Membership.person_id).where(Membership.team_id == team.id)
    to_us = (AuditEntry.object_kind == "person") & AuditEntry.object_id.in_(ours)
    return or_(AuditEntry.actor_id.in_(ours), to_us)
