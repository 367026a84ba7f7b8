"""Preconditions: what must be there for the plan to work, looked at by the team itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person
from calendar_app.plans.models.part import write
from calendar_app.plans.preconditions import KINDS, RATINGS, Standing


class RatingTexts(TypedDict, total=False):
    """What people write with a rating; `recheck_on` is a local day."""

    evidence: str
    owner_id: int | None
    action: str
    recheck_on: date | None


class Precondition(Editable, Base):
    """How one of the eleven preconditions stands for a plan; no row is not known yet."""

    __tablename__ = "precondition"
    __table_args__ = (
        UniqueConstraint("plan_id", "key"),
        CheckConstraint("rating IN ('unknown', 'success', 'stumbling')", name="rating"),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    key: Mapped[str] = mapped_column(String(20))
    rating: Mapped[str] = mapped_column(String(10), default="unknown")
    evidence: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    action: Mapped[str] = mapped_column(Text, default="")
    recheck_on: Mapped[date | None] = mapped_column(index=True)
    rated_at: Mapped[datetime | None]

    owner: Mapped[Person | None] = relationship()

    @classmethod
    def unrated(cls, team_id: int, plan_id: int, key: str) -> Precondition:
        """The precondition `key` of a plan that nobody wrote anything of; not in the database."""
        # Of version 0, so that a form that shows it is stale once somebody has made the row.
        return cls(
            team_id=team_id,
            plan_id=plan_id,
            key=key,
            version=0,
            rating="unknown",
            evidence="",
            action="",
        )

    @property
    def called(self) -> str:
        """What the audit log calls this, a msgid."""
        return KINDS[self.key].name

    @property
    def standing(self) -> Standing:
        """What the rules look at."""
        return Standing(
            key=self.key,
            rating=self.rating,
            has_owner=self.owner_id is not None,
            has_action=bool(self.action),
            recheck_on=self.recheck_on,
        )

    def rate(self, rating: str, *, at: datetime, today: date, **texts: Unpack[RatingTexts]) -> None:
        """Say how it stands, on the local day `today`.

        Raises Refused for a rating without evidence, or another look on a day that is not to come.
        """
        if rating not in RATINGS:
            raise Refused(N_("Choose one of these."), field="rating")
        if rating != "unknown" and not texts.get("evidence", self.evidence):
            raise Refused(N_("Write in one sentence how you know this."), field="evidence")
        recheck_on = texts.get("recheck_on", self.recheck_on)
        if recheck_on is not None and recheck_on <= today:
            raise Refused(N_("Choose a day that is still to come, or none."), field="recheck_on")
        write(self, {"rating": rating, **texts})
        self.rated_at = None if rating == "unknown" else at
