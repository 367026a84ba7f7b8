"""Meet-ups in people's calendars by mail: what each calendar was told, version by version."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.meetups.models import Meetup


class Invitation(Base):
    """One series, or one day that stands by itself, in one person's calendar."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("person_id", "uid"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    meetup_id: Mapped[int] = mapped_column(ForeignKey("meetup.id"), index=True)
    # As the calendar knows it, for ever: also when the address of this installation changes.
    uid: Mapped[str] = mapped_column(String(300))

    meetup: Mapped[Meetup] = relationship()


class InvitationVersion(Base):
    """What one mail says. Rows are added, never changed, so that a repetition is the same mail."""

    __tablename__ = "invitation_version"
    __table_args__ = (
        UniqueConstraint("invitation_id", "sequence"),
        CheckConstraint("method IN ('REQUEST', 'CANCEL')", name="method"),
    )

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"))
    # RFC 5545 §3.8.7.4: only rises.
    sequence: Mapped[int]
    method: Mapped[str] = mapped_column(String(7))
    # The subject of its delivery: there its state is.
    subject: Mapped[str] = mapped_column(String(80), unique=True)
    # The entries (`shown`); of a CANCEL those that leave the calendar.
    text: Mapped[str] = mapped_column(Text)
    # The last day whose holidays and changes it knows.
    known_until: Mapped[date]
    stamped_at: Mapped[datetime]
    # When the first change was made that it tells.
    changing_since: Mapped[datetime]

    invitation: Mapped[Invitation] = relationship()


def subject_of(invitation_id: int, sequence: int) -> str:
    """What a mail about an invitation is about: one version of it."""
    return f"invitation:{invitation_id}@{sequence}"
