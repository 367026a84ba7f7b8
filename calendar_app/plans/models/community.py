"""The community around a plan's audiences: who reaches them, and through whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.plans.community import Around
from calendar_app.plans.models.audiences import Audience
from calendar_app.plans.models.part import OrderedPart, check_name, live

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

RINGS = (1, 2)
RING_NAMES = {
    1: N_("Ring 1: they know the audience themselves"),
    2: N_("Ring 2: they know somebody of ring 1"),
}


class ActorTexts(TypedDict, total=False):
    """What people write about an actor. Audiences are given by id; who is trusted also reaches."""

    ring: int
    via_id: int | None
    reaches: Collection[int]
    trusted_by: Collection[int]
    bond: str


class Actor(OrderedPart, Editable, Base):
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
        """The plan's actors of the same ring in their order."""
        return [one for one in self.plan.actors if one.ring == self.ring]

    @property
    def reaches(self) -> list[int]:
        """The ids of the plan's audiences that this actor reaches, ascending."""
        return sorted(link.audience_id for link in self._links())

    @property
    def trusted_by(self) -> list[int]:
        """The ids of those that trust this actor, ascending."""
        return sorted(link.audience_id for link in self._links() if link.is_trusted)

    @property
    def reached_through(self) -> list[Actor]:
        """Those of ring 2 that are reached through this actor."""
        return [one for one in live(self.plan.actors) if one.via_id == self.id]

    @property
    def around(self) -> Around:
        """This actor as the map shows it."""
        return Around(self.id, self.name, self.ring, self.via_id, self.reaches, self.trusted_by)

    def edit(self, name: str | None = None, **texts: Unpack[ActorTexts]) -> None:
        """Write what changed. Raises Refused for a taken name, or an impossible way or reach."""
        name = self.name if name is None else name
        check_name(name, self.plan.actors, but=self)
        ring = texts.get("ring", self.ring)
        self._check_ring(ring)
        via_id = checked_via(ring, texts.get("via_id", self.via_id), self.plan, but=self)
        reaches = texts.get("reaches", self.reaches)
        reach = checked_reach(self.plan, reaches, texts.get("trusted_by", self.trusted_by))
        if ring != self.ring:
            self.position = next_position(self.plan, ring)
        self.name, self.ring, self.via_id = name, ring, via_id
        self.bond = texts.get("bond", self.bond)
        if reach != {link.audience_id: link.is_trusted for link in self._links()}:
            self.reach_out(reach)
            self.touch()

    def reach_out(self, reach: Mapping[int, bool]) -> None:
        """Reach these audiences of the plan and no others: whether each trusts this actor, by id.

        What this actor is to an audience that was taken out of the plan stays for its return.
        """
        there = {link.audience_id: link for link in self._links()}
        for audience_id in there.keys() - reach.keys():
            self.reach.remove(there[audience_id])
        for audience_id, is_trusted in sorted(reach.items()):
            if audience_id not in there:
                there[audience_id] = ActorAudience(audience_id=audience_id)
                self.reach.append(there[audience_id])
            there[audience_id].is_trusted = is_trusted

    def remove(self, at: datetime, _coming_posts: int = 0) -> None:
        """Take the actor out of the plan. Raises Refused while others are reached through it."""
        if self.reached_through:
            raise Refused(
                N_(
                    "Others are reached through “%(name)s”: %(others)s. First choose somebody else "
                    "for them."
                ),
                name=self.name,
                others=_names(self.reached_through),
            )
        self.deleted_at = at

    def put_back(self) -> None:
        """Undo `remove`. Raises Refused when the name was given away, or the way is no more."""
        check_name(self.name, self.plan.actors, but=self, field=None)
        via = self.via
        if self.ring != 1 and via is not None and via.deleted_at is not None:
            raise Refused(
                N_("First put back “%(via)s”: “%(name)s” is reached through them."),
                name=self.name,
                via=via.name,
            )
        checked_via(self.ring, self.via_id, self.plan, but=self)
        self.deleted_at = None

    def _links(self) -> list[ActorAudience]:
        """The reach to audiences that the plan has now."""
        there = {one.id for one in live(self.plan.audiences)}
        return [link for link in self.reach if link.audience_id in there]

    def _check_ring(self, ring: int) -> None:
        check_ring(ring)
        if ring != 1 and self.reached_through:
            raise Refused(
                N_(
                    "Others are reached through them: %(others)s. So they stay in ring 1, or you "
                    "first choose somebody else for those."
                ),
                field="ring",
                others=_names(self.reached_through),
            )


class ActorAudience(Base):
    """An audience that an actor reaches, and whether that audience trusts the actor."""

    __tablename__ = "actor_audience"
    __table_args__ = (UniqueConstraint("actor_id", "audience_id"),)

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    is_trusted: Mapped[bool] = mapped_column(default=False)

    actor: Mapped[Actor] = relationship(back_populates="reach")
    audience: Mapped[Audience] = relationship()


def check_ring(ring: int) -> None:
    """There are two rings."""
    if ring not in RINGS:
        raise Refused(N_("Choose ring 1 or ring 2."), field="ring")


def checked_via(ring: int, via_id: int | None, plan: Plan, *, but: Actor | None) -> int | None:
    """Through whom somebody of `ring` is reached: nobody in ring 1, one of ring 1 in ring 2.

    Raises Refused when that is nobody, the actor `but` itself, or not in ring 1 of `plan`.
    """
    if ring == 1:
        return None
    if via_id is None:
        raise Refused(N_("Choose through whom you reach them."), field="via_id")
    if but is not None and via_id == but.id:
        raise Refused(
            N_("Nobody is reached through themselves. Choose somebody else."), field="via_id"
        )
    via = next((one for one in live(plan.actors) if one.id == via_id), None)
    if via is None or via.ring != 1:
        raise Refused(N_("Choose somebody of ring 1 of this plan."), field="via_id")
    return via_id


def checked_reach(plan: Plan, reaches: Iterable[int], trusted_by: Iterable[int]) -> dict[int, bool]:
    """Whether each audience that is reached trusts the actor, by id.

    Who is trusted also reaches. Raises Refused for an audience that `plan` does not have.
    """
    trusting = set(trusted_by)
    reach = {audience_id: audience_id in trusting for audience_id in {*reaches, *trusting}}
    strange = reach.keys() - {one.id for one in live(plan.audiences)}
    if strange:
        raise Refused(
            N_("This audience belongs to another plan. Choose one of this plan."),
            field="trusted_by" if strange & trusting else "reaches",
        )
    return reach


def next_position(plan: Plan, ring: int) -> int:
    """The place behind all others of `ring`."""
    return max((one.position for one in plan.actors if one.ring == ring), default=-1) + 1


def _names(actors: Iterable[Actor]) -> str:
    return ", ".join(one.name for one in actors)
