"""What a team agreed to do at its meet-ups: an action, with who does it and by which day.

An open action returns on the agenda of each next meet-up until it is done, with its age. One that
was made of something on the agenda remembers what that was, so that it is made once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Select, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import Person, Team
from calendar_app.posts.content import check_day

MOST_LETTERS = 200
SHOWN_DONE = 20


class Action(Editable, Base):
    """One thing that somebody does before a day, as agreed at a meet-up."""

    __tablename__ = "meetup_action"
    __table_args__ = (
        UniqueConstraint("team_id", "creation_key"),
        Index("ix_meetup_action_team_id_done_at", "team_id", "done_at"),
        Index("ix_meetup_action_owner_id_done_at", "owner_id", "done_at"),
    )
    # Whoever has the meet-up open sees it at once.
    moves_meeting_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    # Made by the form: sending the same form twice makes one action.
    creation_key: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(MOST_LETTERS))
    # What on the agenda it was made of ("post:12"); empty when it was typed.
    about: Mapped[str] = mapped_column(String(80), default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date] = mapped_column(index=True)
    # State as who and when: None while it is open.
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]

    owner: Mapped[Person] = relationship(foreign_keys=owner_id)
    done_by: Mapped[Person | None] = relationship(foreign_keys=done_by_id)
    occurrence: Mapped[Occurrence] = relationship()

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.text

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.done_at is None and self.removed_at is None

    @classmethod
    def new(
        cls, occurrence: Occurrence, text: str, owner: Person, due_on: date, about: str = ""
    ) -> Action:
        """An action made at `occurrence`. Raises Refused at the field that cannot be."""
        _check(text, due_on)
        return cls(
            team_id=occurrence.team_id,
            occurrence=occurrence,
            text=text,
            owner=owner,
            due_on=due_on,
            about=about,
        )

    def change(self, text: str, owner: Person, due_on: date) -> None:
        """Say something else, or ask somebody else. Raises Refused at the field that cannot be."""
        _check(text, due_on)
        self.text, self.owner, self.due_on = text, owner, due_on

    def finish(self, by: Person, now: datetime) -> None:
        """It is done. Raises Refused when it was removed."""
        if self.removed_at is not None:
            raise Refused(N_("This action was removed. Put it back first."))
        if self.done_at is None:
            self.done_at, self.done_by_id = now, by.id

    def reopen(self) -> None:
        """It is not done after all, and returns on the agenda."""
        self.done_at = self.done_by_id = None

    def remove(self, now: datetime) -> None:
        """Nobody does it. It stays where it was made, and can be put back."""
        if self.removed_at is None:
            self.removed_at = now

    def put_back(self) -> None:
        """Somebody does it after all."""
        self.removed_at = None

    def days_old(self, today: date) -> int:
        """How many days ago its meet-up was; 0 for one of today or of a day to come."""
        return max(0, (today - self.occurrence.held_on).days)

    @property
    def thing(self) -> tuple[str, ...]:
        """What it is about, in parts: ("post", "12"); empty when it was typed."""
        return tuple(self.about.split(":")) if self.about else ()

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed while it is still open."""
        return self.is_open and self.due_on < today


def _check(text: str, due_on: date) -> None:
    if not text:
        raise Refused(N_("Fill this in."), field="text")
    check_day(due_on, "due_on")


def made_by(session: Session, team: Team, creation_key: str) -> Action | None:
    """The action that the form with this key made before, if it did."""
    wanted = select(Action).where(Action.team_id == team.id, Action.creation_key == creation_key)
    return session.scalars(wanted).one_or_none()


def key_of_item(session: Session, occurrence: Occurrence, about: str) -> str:
    """The creation key of the next action that is made of this thing at this meet-up.

    Pressed twice at one moment both ask for the same key, and the database lets one through.
    """
    made = select(func.count()).where(Action.occurrence_id == occurrence.id, Action.about == about)
    key = f"{occurrence.id}/{about}/{session.scalar(made) or 0}"
    return hashlib.sha256(key.encode()).hexdigest()


def open_about(session: Session, team: Team, about: Collection[str]) -> dict[str, Action]:
    """The open actions that were made of these things on an agenda, by thing."""
    wanted = _whole().where(Action.team_id == team.id, _IS_OPEN, Action.about.in_(about))
    return {one.about: one for one in session.scalars(wanted.order_by(Action.id.desc()))}


def on_the_table(session: Session, team: Team, since: datetime | None) -> list[Action]:
    """The open actions of `team`, and those that were done from `since` on; first due first."""
    still = _IS_OPEN if since is None else or_(_IS_OPEN, Action.done_at >= since)
    wanted = _whole().where(Action.team_id == team.id, Action.removed_at.is_(None), still)
    return _in_order(session, wanted)


def made_at(session: Session, occurrence: Occurrence) -> list[Action]:
    """What was agreed at this meet-up and not removed since; first due first."""
    wanted = _whole().where(Action.occurrence_id == occurrence.id, Action.removed_at.is_(None))
    return _in_order(session, wanted)


def open_of(session: Session, team: Team, person: Person) -> list[Action]:
    """What `person` still has to do for `team`; first due first."""
    wanted = _whole().where(Action.team_id == team.id, Action.owner_id == person.id, _IS_OPEN)
    return _in_order(session, wanted)


def done_of(session: Session, team: Team, person: Person) -> list[Action]:
    """What `person` did of late; the last first."""
    wanted = _whole().where(Action.team_id == team.id, Action.owner_id == person.id)
    done = wanted.where(Action.done_at.is_not(None), Action.removed_at.is_(None))
    latest = done.order_by(Action.done_at.desc(), Action.id.desc()).limit(SHOWN_DONE)
    return list(session.scalars(latest))


def action_of(session: Session, team: Team, action_id: int) -> Action:
    """The action of `team`, also a removed one. Raises NotYours."""
    found = session.get(Action, action_id)
    if found is None or found.team_id != team.id:
        raise NotYours(N_("This is not here, or not for you."))
    return found


_IS_OPEN = Action.done_at.is_(None) & Action.removed_at.is_(None)


def _whole() -> Select[Action]:
    return select(Action).options(
        joinedload(Action.owner), joinedload(Action.occurrence), joinedload(Action.done_by)
    )


def _in_order(session: Session, wanted: Select[Action]) -> list[Action]:
    return list(session.scalars(wanted.order_by(Action.due_on, Action.id)))
