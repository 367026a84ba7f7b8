"""The community around a plan's audiences: who reaches them, and through whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.plans.models.audiences import Audience
from calendar_app.plans.models.part import PlanPart

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

RINGS = (1, 2)


class Actor(PlanPart, Editable, Base):
    """Somebody in the network of the audiences (ring 1), or in the network of those (ring 2)."""

    __tablename__ = "actor"
    __table_args__ = (CheckConstraint("ring IN (1, 2)", name="ring"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    ring: Mapped[int] = mapped_column(default=1)
    # What binds them to us, and what they get out of it.
    bond: Mapped[str] = mapped_column(Text, default="")
    # Through which actor of ring 1 one of ring 2 is reached.
    via_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="actors", foreign_keys=plan_id)
    via: Mapped[Actor | None] = relationship(remote_side="Actor.id", foreign_keys=via_id)
    reach: Mapped[list[ActorAudience]] = relationship(
        back_populates="actor", cascade="all, delete-orphan", order_by="ActorAudience.audience_id"
    )

    @property
    def siblings(self) -> Sequence[Actor]:
        """The plan's actors in their order."""
        return self.plan.actors


class ActorAudience(Base):
    """An audience that an actor reaches, and whether that audience trusts the actor."""

    __tablename__ = "actor_audience"
    __table_args__ = (UniqueConstraint("actor_id", "audience_id"),)

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    is_trusted: Mapped[bool] = mapped_column(default=False)

    actor: Mapped[Actor] = relationship(back_populates="reach")
    audience: Mapped[Audience] = relationship()
