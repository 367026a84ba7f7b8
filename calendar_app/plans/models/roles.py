"""The role matrix: who does which task of a plan, and who stands in."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Membership, Person
from calendar_app.plans.roles import PARTS, TASKS


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

    @property
    def counts(self) -> bool:
        """Whether the person is in the team and wants to be seen: nobody else is shown or asked."""
        return membership_in(self.person, self.team_id, seen=True) is not None


def membership_in(person: Person, team_id: int, *, seen: bool = False) -> Membership | None:
    """The place of `person` in the team now; with `seen` only of who wants to be seen."""
    ours = (one for one in person.memberships if one.team_id == team_id and one.ended_at is None)
    return next((one for one in ours if one.takes_part or not seen), None)


def check_member(person: Person, team_id: int, field: str) -> None:
    """Whoever is named is in the team."""
    if membership_in(person, team_id) is None:
        raise Refused(N_("%(name)s is not in this team."), field=field, name=person.name)


def check_roles(roles: Iterable[tuple[str, Person, str]], team_id: int) -> None:
    """A task and a part that there are, and a colleague who is in the team and wants to be seen."""
    for task, person, part in roles:
        if task not in TASKS or part not in PARTS:
            raise Refused(N_("Choose one of the parts in the list."))
        if membership_in(person, team_id, seen=True) is None:
            raise Refused(N_("Choose colleagues of this team."))
