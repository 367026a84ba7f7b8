"""Audiences, and what is known or assumed of where they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.plans.models.part import OrderedPart, check_name, check_share, write

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

SIDES = ("online", "offline")
SIDE_NAMES = {"online": N_("Online"), "offline": N_("Offline")}
CERTAINTIES = ("known", "assumed")
CERTAINTY_NAMES = {"known": N_("Known"), "assumed": N_("Assumed")}


class AudienceTexts(TypedDict, total=False):
    """What people write about an audience; `wanted_share` in percent of the plan's posts."""

    description: str
    wanted_share: int | None


class FactTexts(TypedDict, total=False):
    """What people write about a fact besides its text."""

    side: str
    certainty: str
    source: str
    dated_on: date | None


class Audience(OrderedPart, Editable, Base):
    """People the plan wants to reach."""

    __tablename__ = "audience"
    __table_args__ = (CheckConstraint("wanted_share BETWEEN 0 AND 100", name="wanted_share"),)
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    # Percent of the plan's posts; None: no wish. A post may reach several audiences, so the shares
    # of a plan's audiences need not add up to a hundred.
    wanted_share: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="audiences", foreign_keys=plan_id)
    facts: Mapped[list[AudienceFact]] = relationship(
        back_populates="audience",
        cascade="all, delete-orphan",
        primaryjoin=(
            "and_(Audience.id == AudienceFact.audience_id, AudienceFact.deleted_at.is_(None))"
        ),
        order_by="AudienceFact.id",
    )

    @property
    def siblings(self) -> Sequence[Audience]:
        """The plan's audiences in their order."""
        return self.plan.audiences

    def edit(self, name: str | None = None, **texts: Unpack[AudienceTexts]) -> None:
        """Write what changed. Raises Refused for a taken name or an impossible share."""
        name = self.name if name is None else name
        check_name(name, self.siblings, but=self)
        check_share(texts.get("wanted_share"))
        write(self, {"name": name, **texts})

    def add_fact(self, text: str, **texts: Unpack[FactTexts]) -> AudienceFact:
        """A new fact. Raises Refused for one that is known without source and date."""
        check_fact(text, self.facts)
        certainty = texts.pop("certainty", "assumed")
        check_known(certainty, texts.get("source", ""), texts.get("dated_on"))
        fact = AudienceFact(text=text, certainty=certainty, **texts)
        self.facts.append(fact)
        return fact


class AudienceFact(Editable, Base):
    """One thing about where an audience is online or offline: known with a source, or assumed."""

    __tablename__ = "audience_fact"
    __table_args__ = (
        CheckConstraint("side IN ('online', 'offline')", name="side"),
        CheckConstraint("certainty IN ('known', 'assumed')", name="certainty"),
    )

    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    side: Mapped[str] = mapped_column(String(10), default="online")
    certainty: Mapped[str] = mapped_column(String(10), default="assumed")
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="")
    dated_on: Mapped[date | None]
    deleted_at: Mapped[datetime | None]

    audience: Mapped[Audience] = relationship(back_populates="facts", foreign_keys=audience_id)

    @property
    def team_id(self) -> int:
        """The team whose audience it is about."""
        return self.audience.team_id

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.text

    def is_old(self, today: date) -> bool:
        """Whether the fact is dated more than a year before `today`."""
        if self.dated_on is None:
            return False
        # Three numbers and not a date: 29 February has no day a year later.
        a_year_later = (self.dated_on.year + 1, self.dated_on.month, self.dated_on.day)
        return a_year_later < (today.year, today.month, today.day)

    def edit(self, text: str | None = None, **texts: Unpack[FactTexts]) -> None:
        """Write what changed. Raises Refused for one that is known without source and date."""
        text = self.text if text is None else text
        check_fact(text, self.audience.facts, but=self)
        check_known(
            texts.get("certainty", self.certainty),
            texts.get("source", self.source),
            texts.get("dated_on", self.dated_on),
        )
        write(self, {"text": text, **texts})

    def remove(self, at: datetime) -> None:
        """Take the fact away."""
        self.deleted_at = at

    def put_back(self) -> None:
        """Undo `remove`."""
        self.deleted_at = None


def check_fact(text: str, facts: Sequence[AudienceFact], *, but: object = None) -> None:
    """A fact says something, and says it once."""
    if not text:
        raise Refused(N_("Write what you know or think."), field="text")
    same = [fact for fact in facts if fact is not but and fact.deleted_at is None]
    if any(fact.text.casefold() == text.casefold() for fact in same):
        raise Refused(N_("This is there already."), field="text")


def check_known(certainty: str, source: str, dated_on: date | None) -> None:
    """What is known has a source and a date; without them it is assumed."""
    if certainty == "known" and not (source and dated_on):
        raise Refused(
            N_("Something known has a source and a date. Without them, choose “Assumed”."),
            field="dated_on" if source else "source",
        )
