"""The role matrix: who does which task of a plan, and who stands in."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.people.models import Person


class TaskRole(Base):
    """One person in one task of a plan: does it, or is the deputy of who does it."""

    __tablename__ = "task_role"
    __table_args__ = (
        UniqueConstraint("plan_id", "task", "person_id"),
        CheckConstraint("part IN ('does', 'deputy')", name="part"),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    task: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[str] = mapped_column(String(6))

    person: Mapped[Person] = relationship()
