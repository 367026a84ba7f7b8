"""Reading people and teams; each query starts from the team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from calendar_app.db import Base
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


def teams_called(session: Session, name: str) -> list[Team]:
    """The teams with this name, in capitals or not."""
    # Not in SQL: SQLite knows the small letters of ASCII alone.
    wanted = name.casefold()
    every = session.scalars(select(Team).order_by(Team.id))
    return [team for team in every if team.name.casefold() == wanted]


def accounts(session: Session, team: Team) -> list[Membership]:
    """Everybody who may enter the team, with their person, by name: for its administrators."""
    query = (
        select(Membership)
        .join(Membership.person)
        .options(contains_eager(Membership.person))
        .where(Membership.team_id == team.id, Membership.ended_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
    )
    return list(session.scalars(query))


def members(session: Session, team: Team) -> list[Membership]:
    """The team's members with their person, by name; without who does not want to be seen.

    Whatever lists, counts or offers colleagues begins here.
    """
    return [membership for membership in accounts(session, team) if membership.takes_part]


def ambassadors(session: Session, team: Team) -> list[Membership]:
    """The members who agreed to post from their own account, by name."""
    return [membership for membership in members(session, team) if membership.is_ambassador]


def is_unseen(person_id: Any, team_id: Any) -> ColumnElement[bool]:
    """Whether the person of one column does not want to be seen in the team of the other.

    Also once they left the team: what they chose stays so.
    """
    of_person = (Membership.person_id == person_id, Membership.team_id == team_id)
    hidden = select(Membership.id).where(*of_person, Membership.takes_part.is_(False))
    # Said aloud: inside another EXISTS the columns would else be read from a table of its own.
    return exists(hidden.correlate_except(Membership))


def is_ambassador(person_id: Any, team_id: Any) -> ColumnElement[bool]:
    """Whether the person of one column posts from their own account for the team of the other.

    As `Membership.is_ambassador` has it.
    """
    agreed = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.team_id == team_id,
        Membership.ambassador_since.is_not(None),
        Membership.takes_part.is_(True),
        Membership.ended_at.is_(None),
    )
    # Said aloud: as with who is unseen.
    return exists(agreed.correlate_except(Membership))


def unseen(session: Session, team: Team) -> dict[int, str]:
    """The names, by id, of the people who do not want to be seen in `team`: never to be shown."""
    query = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team.id, Membership.takes_part.is_(False))
    )
    return {row.id: row.name for row in session.execute(query)}


def names_seen(session: Session, team: Team) -> set[str]:
    """The names of the people who are or were in `team` and may be seen."""
    query = (
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team.id, Membership.takes_part)
    )
    return set(session.scalars(query))


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
    """The team's administrators, by name, also who does not want to be seen."""
    return [account.person for account in accounts(session, team) if account.role == "admin"]


def absences(session: Session, team: Team, since: date, reader: Person) -> list[Absence]:
    """Absences that end on or after `since`, the nearest first.

    Without those of who does not want to be seen, unless that is the `reader`.
    """
    shown = or_(~is_unseen(Absence.person_id, Absence.team_id), Absence.person_id == reader.id)
    query = (
        select(Absence)
        .options(selectinload(Absence.person), selectinload(Absence.deputy))
        .where(Absence.team_id == team.id, Absence.last_day >= since, shown)
        .order_by(Absence.first_day, Absence.id)
    )
    return list(session.scalars(query))


def same_absence(session: Session, **facts: object) -> Absence | None:
    """The absence of the same person in the same team with the same first and last day."""
    return session.scalars(select(Absence).filter_by(**facts)).first()


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


def names_in(
    session: Session, team: Team, entries: Iterable[AuditEntry]
) -> dict[tuple[str, int], str]:
    """What the things that `entries` are about are called, by their kind and id.

    Only what is the team's and still there: nothing is told of others.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.object_id is not None:
            wanted[entry.object_kind].add(entry.object_id)
    return {
        (kind, row.id): row.called
        for kind, ids in wanted.items()
        for row in _rows_of(session, team, kind, ids)
    }


def _rows_of(session: Session, team: Team, kind: str, ids: set[int]) -> Sequence[Any]:
    """The rows of the table `kind` with these ids that are the team's and have a name."""
    found = (m.class_ for m in Base.registry.mappers if m.local_table is Base.metadata.tables[kind])
    model: Any = next(found) if kind in Base.metadata.tables else None
    if not hasattr(model, "called"):
        return ()
    rows = session.scalars(select(model).where(model.id.in_(ids))).all()
    if model is not Person:
        return [row for row in rows if row.team_id == team.id]
    ours = set(session.scalars(_people_of(team)))
    return [row for row in rows if row.id in ours]


def _people_of(team: Team) -> Select[int]:
    """The ids of who is or was in the team."""
    return select(Membership.person_id).where(Membership.team_id == team.id)


def _about_us(team: Team) -> ColumnElement[bool]:
    """What a member did at the door, before it was known in which team, or was done to them."""
    ours = _people_of(team)
    to_us = (AuditEntry.object_kind == "person") & AuditEntry.object_id.in_(ours)
    return or_(AuditEntry.actor_id.in_(ours), to_us)
