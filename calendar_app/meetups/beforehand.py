"""What somebody who cannot come says beforehand: yesterday, today, and where they are stuck.

The mail of the meet-up holds a link for each person, which needs no sign-in. It is signed and names
one person and one meet-up: it shows their own answer and no more, and it opens nothing once the
meet-up is closed, is called off or is over, or once that person takes no part in it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups.models import MeetupParticipant, Occurrence
from calendar_app.meetups.sittings import sitting_of
from calendar_app.people.models import Membership, Person, Team
from calendar_app.people.queries import is_unseen
from calendar_app.people.seals import seal, unsealed

MOST_LETTERS = 1_000
# A meeting runs late now and then.
STAYS_OPEN = timedelta(hours=12)
_PURPOSE = "beforehand"


class Beforehand(Editable, Base):
    """What one person says to one meet-up that they cannot come to."""

    __tablename__ = "beforehand"
    __table_args__ = (UniqueConstraint("occurrence_id", "person_id"),)
    # Whoever has the meet-up open sees it at once.
    moves_meeting_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    yesterday: Mapped[str] = mapped_column(Text, default="")
    today: Mapped[str] = mapped_column(Text, default="")
    stuck: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime]

    person: Mapped[Person] = relationship()

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.person.name

    def say(self, yesterday: str, today: str, stuck: str, now: datetime) -> None:
        """Say this from now on. Raises Refused for nothing at all."""
        if not (yesterday or today or stuck):
            raise Refused(N_("Fill in at least one of the three."), field="yesterday")
        self.yesterday, self.today, self.stuck, self.said_at = yesterday, today, stuck, now


@dataclass(frozen=True)
class Invited:
    """Whom a link names, and to which meet-up of which team."""

    person: Person
    occurrence: Occurrence
    team: Team


def link_word(key: str, person_uuid: str, occurrence_uuid: str) -> str:
    """The signed word of the link that says who cannot come to what."""
    return seal(key, _PURPOSE, f"{person_uuid} {occurrence_uuid}")


def invited_by(session: Session, key: str, word: str, now: datetime) -> Invited | None:
    """Who answers by the link with this `word`; None when it is not ours, or is over."""
    fact = unsealed(key, _PURPOSE, word)
    if fact is None:
        return None
    person_uuid, _blank, occurrence_uuid = fact.partition(" ")
    takes_part = (
        select(MeetupParticipant.id)
        .where(MeetupParticipant.meetup_id == Occurrence.meetup_id)
        .where(MeetupParticipant.person_id == Person.id)
    )
    wanted = (
        select(Person, Occurrence, Team)
        .join(Membership, Membership.person_id == Person.id)
        .join(Team, Team.id == Membership.team_id)
        .join(Occurrence, Occurrence.team_id == Team.id)
        .where(Person.uuid == person_uuid, Person.active.is_(True))
        .where(Membership.ended_at.is_(None), Membership.takes_part.is_(True))
        .where(
            Occurrence.uuid == occurrence_uuid,
            takes_part.correlate_except(MeetupParticipant).exists(),
        )
        .options(joinedload(Occurrence.meetup))
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        return None
    invited = Invited(*found)
    return invited if can_be_said(session, invited.occurrence, now) else None


def can_be_said(session: Session, occurrence: Occurrence, now: datetime) -> bool:
    """Whether somebody who cannot come may still say something to it."""
    if not occurrence.is_held or occurrence.meetup.deleted_at is not None:
        return False
    sitting = sitting_of(session, occurrence)
    return now < occurrence.ends_at + STAYS_OPEN and (sitting is None or sitting.is_open)


def said_by(session: Session, occurrence: Occurrence, person: Person) -> Beforehand | None:
    """What `person` said to `occurrence`, if they did."""
    wanted = select(Beforehand).where(
        Beforehand.occurrence_id == occurrence.id, Beforehand.person_id == person.id
    )
    return session.scalars(wanted).one_or_none()


def said_to(session: Session, occurrence: Occurrence) -> list[Beforehand]:
    """What was said beforehand, by name; but for who does not want to be seen."""
    wanted = (
        select(Beforehand)
        .join(Beforehand.person)
        .where(Beforehand.occurrence_id == occurrence.id)
        .where(~is_unseen(Beforehand.person_id, occurrence.team_id))
        .options(joinedload(Beforehand.person))
        .order_by(Person.name, Person.id)
    )
    return list(session.scalars(wanted))
