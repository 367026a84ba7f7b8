"""Channels: where posts appear, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person
from calendar_app.plans.models.audiences import Audience
from calendar_app.plans.models.part import PlanPart, check_name, live, write

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

FACINGS = ("internal", "external")
FACING_NAMES = {"internal": N_("Internal"), "external": N_("External")}
MOST_POSTS_A_WEEK = 50


class ChannelTexts(TypedDict, total=False):
    """What people write about a channel; `cadence` in posts a week, the limit in characters."""

    facing: str
    purpose: str
    cadence: int
    character_limit: int | None
    evidence: str
    evidence_source: str
    evidence_year: int | None


class Channel(PlanPart, Editable, Base):
    """A place where posts appear, with the rhythm the plan asks of it."""

    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("facing IN ('internal', 'external')", name="facing"),
        CheckConstraint("cadence BETWEEN 0 AND 50", name="cadence"),
    )
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    # Two to four letters for the small badge in the calendar.
    short: Mapped[str] = mapped_column(String(4))
    facing: Mapped[str] = mapped_column(String(10), default="external")
    purpose: Mapped[str] = mapped_column(Text, default="")
    # Posts a week.
    cadence: Mapped[int] = mapped_column(default=0)
    character_limit: Mapped[int | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_source: Mapped[str] = mapped_column(String(200), default="")
    evidence_year: Mapped[int | None]
    # What is posted here: of "text,image,sound,video", in that order.
    forms: Mapped[str] = mapped_column(String(30), default="", server_default="")
    # The hours that suit, on the team's clock: "TU 09:30,TH 16:00", by day and time.
    slots: Mapped[str] = mapped_column(String(300), default="", server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="channels", foreign_keys=plan_id)
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    deputy: Mapped[Person | None] = relationship(foreign_keys=deputy_id)
    audiences: Mapped[list[Audience]] = relationship(
        secondary="channel_audience", order_by="(Audience.position, Audience.id)"
    )

    @property
    def siblings(self) -> Sequence[Channel]:
        """The plan's channels in their order."""
        return self.plan.channels

    def edit(
        self, name: str | None = None, short: str | None = None, **texts: Unpack[ChannelTexts]
    ) -> None:
        """Write what changed. Raises Refused for a taken name or badge, or an impossible rhythm."""
        name = self.name if name is None else name
        short = self.short if short is None else short
        check_name(name, self.siblings, but=self)
        check_short(short, self.siblings, but=self)
        check_cadence(texts.get("cadence", self.cadence))
        write(self, {"name": name, "short": short, **texts})

    def put_back(self) -> None:
        """Undo `remove`. Raises Refused when its name or its badge was given away."""
        check_short(self.short, self.siblings, but=self, field=None)
        super().put_back()


class ChannelAudience(Base):
    """An audience that a channel is meant for."""

    __tablename__ = "channel_audience"
    __table_args__ = (UniqueConstraint("channel_id", "audience_id"),)

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)


def check_short(
    short: str,
    channels: Sequence[Channel],
    *,
    but: object = None,
    field: str | None = "short",
) -> None:
    """The badge is two to four letters that no channel beside `but` has."""
    if not (2 <= len(short) <= 4 and short.isalpha()):
        raise Refused(N_("Use two to four letters."), field=field)
    for channel in live(channels):
        if channel is not but and channel.short.casefold() == short.casefold():
            raise Refused(
                N_("%(name)s has these letters already. Choose others."),
                field=field,
                name=channel.name,
            )


def check_cadence(cadence: int) -> None:
    """No more posts a week than people can make."""
    if not 0 <= cadence <= MOST_POSTS_A_WEEK:
        raise Refused(
            N_("Choose a number from 0 to %(most)s."), field="cadence", most=MOST_POSTS_A_WEEK
        )
