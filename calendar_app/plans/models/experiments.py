"""Experiments: something tried for a while, with an end and an outcome."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.language import N_
from calendar_app.people.models import Person

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

OUTCOMES = ("stop", "repeat", "routine")
OUTCOME_NAMES = {
    "stop": N_("Stop"),
    "repeat": N_("Repeat"),
    "routine": N_("Make it a routine"),
}


class Experiment(Editable, Base):
    """One idea of what may work, tried with posts until a day, and what came of it."""

    __tablename__ = "experiment"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'stop', 'repeat', 'routine')", name="outcome"),
        CheckConstraint("starts_on <= ends_on", name="order"),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    hypothesis: Mapped[str] = mapped_column(Text, default="")
    measure: Mapped[str] = mapped_column(String(200), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # "": not decided yet.
    outcome: Mapped[str] = mapped_column(String(8), default="")
    lesson: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="experiments", foreign_keys=plan_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name
