"""A feed: a secret address by which one person's calendar program reads the team's schedule."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

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
