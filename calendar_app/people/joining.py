"""Taking a colleague into a team from the command line, with a password or a one-time link."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people import queries, sign_in
from calendar_app.people.addresses import written
from calendar_app.people.models import Membership, Person, Team
from calendar_app.text import clean_line


@dataclass(frozen=True)
class Asked:
    """Who is to be taken in, where, and as what."""

    team: str
    email: str
    name: str
    role: str
    # None: they choose one themselves, by a one-time link.
    password: str | None


def add(session: Session, asked: Asked) -> tuple[Person, Team]:
    """The person, made if needed and now a member of the team.

    Raises Refused; needs an application context.
    """
    team = _team(session, asked.team)
    if asked.password is not None:
        _check_length(asked.password)
    person = _known_or_new(session, asked)
    if asked.password is not None:
        person.password = sign_in.hashed(asked.password)
    _join(session, team, person, asked.role)
    return person, team


def _team(session: Session, name: str) -> Team:
    found = queries.teams_called(session, clean_line(name))
    if not found:
        raise Refused(N_("There is no team %(name)s."), name=name)
    if len(found) > 1:
        raise Refused(N_("There are more teams called %(name)s. Rename one first."), name=name)
    return found[0]


def _check_length(password: str) -> None:
    if len(password) < sign_in.SHORTEST_PASSWORD:
        raise Refused(N_("Use a password of at least ten characters."))
    if len(password) > sign_in.LONGEST_PASSWORD:
        raise Refused(N_("Use a password of at most 200 characters."))


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
