"""Preconditions: what must be there for the plan to work, looked at by the team itself."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.language import N_
from calendar_app.people.models import Person

RATINGS = ("unknown", "success", "stumbling")
RATING_NAMES = {
    "unknown": N_("Not known yet"),
    "success": N_("Success factor"),
    "stumbling": N_("Stumbling block"),
}


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
    recheck_on: Mapped[date | None]
    rated_at: Mapped[datetime | None]

    owner: Mapped[Person | None] = relationship()
