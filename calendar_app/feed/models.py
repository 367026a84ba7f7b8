"""A feed: a secret address by which one person's calendar program reads the team's schedule."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session, relationship

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.text import clean_line

LONGEST_NAME = 60
MOST_FEEDS = 20
# Of randomness in a token: 192 bits.
_TOKEN_BYTES = 24

SCOPES = ("team", "mine", "meetups")
SCOPE_NAMES = {
    "team": N_("Everything of the team"),
    "mine": N_("What is mine"),
    "meetups": N_("Meet-ups only"),
}
DETAILS = ("busy", "title", "full")
DETAIL_NAMES = {
    "busy": N_("Times only"),
    "title": N_("Titles"),
    "full": N_("All details"),
}
# The ways in which the meet-ups come into a calendar: one of them, never both.
WAYS = ("feed", "mail")
WAY_NAMES = {
    "feed": N_("In my feeds"),
    "mail": N_("As invitations by mail"),
}


class Feed(Editable, Base):
    """A named feed of one person in one team. The address itself is never kept, only its hash."""

    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_team_id_person_id", "team_id", "person_id"),
        CheckConstraint("scope IN ('team', 'mine', 'meetups')", name="scope"),
        CheckConstraint("detail IN ('busy', 'title', 'full')", name="detail"),
    )

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(String(10), default="team")
    detail: Mapped[str] = mapped_column(String(10), default="title")
    # SHA-256 of the token in the address, in hexadecimal.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    alarms: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    fetched_by: Mapped[str] = mapped_column(String(200), default="")

    team: Mapped[Team] = relationship()
    person: Mapped[Person] = relationship()

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @classmethod
    def new(
        cls,
        team: Team,
        person: Person,
        name: str,
        scope: str,
        detail: str,
        now: datetime,
        *,
        alarms: bool = False,
    ) -> tuple[Feed, str]:
        """A feed of `person` in `team`, and the token of its address, which is told only now.

        Raises Refused at the field that cannot be.
        """
        if scope not in SCOPES:
            raise Refused(N_("Choose what the feed shows."), field="scope")
        if detail not in DETAILS:
            raise Refused(N_("Choose how much the feed tells."), field="detail")
        live = _live_feeds(person)
        if len(live) >= MOST_FEEDS:
            raise Refused(N_("You have %(most)s feeds. End one of them first."), most=MOST_FEEDS)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        feed = cls(
            team=team,
            person=person,
            name=_free_name(name, live),
            scope=scope,
            detail=detail,
            alarms=alarms,
            token_hash=hashed(token),
            created_at=now,
            updated_at=now,
        )
        return feed, token

    def rename(self, name: str) -> None:
        """Call the feed `name`. Raises Refused at that field."""
        others = [feed for feed in _live_feeds(self.person) if feed.id != self.id]
        self.name = _free_name(name, others)

    def revoke(self, now: datetime) -> None:
        """Close the address for good."""
        if self.revoked_at is None:
            self.revoked_at = now


class MeetupsByMail(Editable, Base):
    """Whether a person gets the meet-ups as invitations by mail, and so not in their feeds."""

    __tablename__ = "meetups_by_mail"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    # None: they are in the feeds.
    since: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    @classmethod
    def not_chosen(cls, person: Person) -> MeetupsByMail:
        """That of somebody who never chose; not in the database."""
        # Of version 0, so that a form that shows it is stale once another made the row.
        return cls(person_id=person.id, version=0, since=None)

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.person.name

    @property
    def way(self) -> str:
        """One of `WAYS`."""
        return "feed" if self.since is None else "mail"

    def choose(self, way: str, now: datetime) -> None:
        """Get the meet-ups that way from now on. Choosing it twice changes nothing."""
        if way not in WAYS:
            raise Refused(N_("Choose one of the two."), field="way")
        if way == "feed":
            self.since = None
        elif self.since is None:
            self.since = now


def meetups_by_mail(session: Session, person: Person) -> MeetupsByMail:
    """What `person` chose, or a choice of the feed that is not in the database."""
    query = select(MeetupsByMail).where(MeetupsByMail.person_id == person.id)
    return session.scalars(query).one_or_none() or MeetupsByMail.not_chosen(person)


def take_meetups(session: Session, person: Person, way: str, now: datetime) -> MeetupsByMail:
    """Let `person` get the meet-ups that `way`, whatever they chose before. Raises Refused."""
    # Held, so that two choices of somebody who has made none yet make one row.
    session.refresh(person, with_for_update=True)
    choice = meetups_by_mail(session, person)
    choice.choose(way, now)
    if choice.version == 0 and choice.since is not None:
        choice.version = 1
        session.add(choice)
    return choice


def hashed(token: str) -> str:
    """What is kept of a token: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _live_feeds(person: Person) -> list[Feed]:
    session = object_session(person)
    if session is None:
        return []
    mine = select(Feed).where(Feed.person_id == person.id, Feed.revoked_at.is_(None))
    return list(session.scalars(mine))


def _free_name(name: str, others: list[Feed]) -> str:
    """`name`, cleaned. Raises Refused when it is empty, too long or one of theirs."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Refused(N_("Give the feed a name."), field="name")
    if len(cleaned) > LONGEST_NAME:
        raise Refused(N_("Use at most %(most)s characters."), field="name", most=LONGEST_NAME)
    if cleaned.casefold() in {feed.name.casefold() for feed in others}:
        raise Refused(N_("You already have a feed with this name."), field="name")
    return cleaned
