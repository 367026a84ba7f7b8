"""Taking a colleague into a team from the command line, with a password or a one-time link."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people import queries, sign_in
from calendar_app.people.addresses import written
from calendar_app.people.models import Membership, Person, Team


@dataclass(frozen=True)
class Asked:
    """Who is to be taken in, where, and as what."""

    team: str
    email: str
    name: str
    role: str
    # None: they choose one themselves, by a one-time link.
    password: str | None


def add(session: Session, asked: Asked) -> Person:
    """The person, made if needed and now a member. Raises Refused; needs an application context."""
    team = queries.team_by_name(session, asked.team)
    if team is None:
        raise Refused(N_("There is no team %(name)s."), name=asked.team)
    if asked.password is not None and len(asked.password) < sign_in.SHORTEST_PASSWORD:
        raise Refused(N_("Use a password of at least ten characters."))
    person = _known_or_new(session, asked)
    if asked.password is not None:
        person.password = sign_in.hashed(asked.password)
    _join(session, team, person, asked.role)
    return person


def _known_or_new(session: Session, asked: Asked) -> Person:
    address = written(asked.email)
    person = queries.person_by_email(session, address)
    if person is None:
        person = Person(name=asked.name, email=address)
        session.add(person)
        session.flush()
    elif asked.password is not None and person.password is not None:
        raise Refused(N_("%(email)s has a password already."), email=address)
    return person


def link(person: Person) -> str:
    """A one-time link by which `person` chooses a password."""
    return sign_in.one_time_link(person)


def _join(session: Session, team: Team, person: Person, role: str) -> None:
    membership = queries.membership_of(session, team, person)
    if membership is None:
        session.add(Membership(team=team, person=person, role=role))
    elif membership.ended_at is not None:
        membership.renew(role)
    else:
        raise Refused(N_("%(email)s is in the team already."), email=person.email)
    session.flush()
