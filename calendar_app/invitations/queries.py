"""What the calendars of those should hold who chose invitations by mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from calendar_app.config import Config
from calendar_app.feed.entries import Window, invited_entries
from calendar_app.feed.ics import FeedEntry
from calendar_app.feed.models import MeetupsByMail
from calendar_app.invitations.models import Invitation
from calendar_app.meetups.models import Meetup, MeetupParticipant
from calendar_app.people.models import Membership, Person, Team, area


@dataclass(frozen=True)
class Wanted:
    """What one person's calendar should hold under one UID; `entries`: the series first."""

    team_id: int
    person_id: int
    meetup_id: int
    uid: str
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True)
class _WholeTeam:
    """All series of a team, whoever takes part."""

    team_id: int
    area: str
    scope: str = "meetups"
    person_id: int = 0


def is_invited() -> ColumnElement[bool]:
    """Whether the person of an `Invitation` gets its series by mail.

    They chose that and take part, and the series goes on.
    """
    same = (MeetupParticipant.person_id == Invitation.person_id, Meetup.id == Invitation.meetup_id)
    return _invited().where(*same).correlate(Invitation).exists()


def wanted_invitations(session: Session, window: Window, config: Config) -> list[Wanted]:
    """What all calendars should hold; the number of queries grows with teams alone."""
    people: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    invited = _invited().order_by(Meetup.team_id, Meetup.id, MeetupParticipant.person_id)
    for team_id, meetup_id, person_id in session.execute(invited):
        people[team_id][meetup_id].append(person_id)
    of_teams = select(Team.id, Team.country, Team.region).where(Team.id.in_(people))
    areas = {row.id: area(row.country, row.region) for row in session.execute(of_teams)}
    return [
        Wanted(team_id, person_id, meetup_id, entries[0].uid, entries)
        for team_id, by_meetup in people.items()
        for meetup_id, entries in _units(session, team_id, areas[team_id], window, config)
        for person_id in by_meetup.get(meetup_id, ())
    ]


def choices_so_far(session: Session) -> int:
    """A number that differs when somebody chose how the meet-ups come into their calendar."""
    return int(session.scalar(select(func.coalesce(func.sum(MeetupsByMail.version), 0))) or 0)


def _invited() -> Select[int, int, int]:
    return (
        select(Meetup.team_id, Meetup.id, MeetupParticipant.person_id)
        .join(MeetupParticipant, MeetupParticipant.meetup_id == Meetup.id)
        .join(MeetupsByMail, MeetupsByMail.person_id == MeetupParticipant.person_id)
        .join(Person, Person.id == MeetupParticipant.person_id)
        .join(
            Membership,
            (Membership.person_id == Person.id) & (Membership.team_id == Meetup.team_id),
        )
        .where(MeetupsByMail.since.is_not(None), Meetup.deleted_at.is_(None))
        .where(Membership.ended_at.is_(None), Membership.takes_part, Person.active.is_(True))
    )


def _units(
    session: Session, team_id: int, area: str, window: Window, config: Config
) -> Iterator[tuple[int, tuple[FeedEntry, ...]]]:
    """The series of a team, and its days that stand by themselves: each is one UID."""
    found = invited_entries(session, _WholeTeam(team_id, area), window, config)
    for meetup_id, entries in found.items():
        by_uid: dict[str, list[FeedEntry]] = defaultdict(list)
        for entry in entries:
            by_uid[entry.uid].append(entry)
        for unit in by_uid.values():
            yield meetup_id, _series_first(unit)


def _series_first(entries: Sequence[FeedEntry]) -> tuple[FeedEntry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.instead_of is not None))
