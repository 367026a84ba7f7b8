"""Brand values: the hooks that content hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.plans.digest import ValueWords
from calendar_app.plans.models.part import OrderedPart, check_name, check_share, live, write

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

HOOKS = range(1, 13)
HOOK_NAMES = {
    1: N_("Orange"),
    2: N_("Blue"),
    3: N_("Purple"),
    4: N_("Green"),
    5: N_("Pink"),
    6: N_("Sea blue"),
    7: N_("Ochre"),
    8: N_("Red"),
    9: N_("Grey"),
    10: N_("Olive"),
    11: N_("Brown"),
    12: N_("Magenta"),
}


class ValueTexts(TypedDict, total=False):
    """What people write about a value; `wanted_share` in percent of the plan's posts."""

    hook: int
    meaning: str
    belongs: str
    falls_outside: str
    example: str
    wanted_share: int


class BrandValue(OrderedPart, Editable, Base):
    """One value of the brand: a hook to hang content on, with a border around it."""

    __tablename__ = "brand_value"
    __table_args__ = (
        CheckConstraint("hook BETWEEN 1 AND 12", name="hook"),
        CheckConstraint("wanted_share BETWEEN 0 AND 100", name="wanted_share"),
    )
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    # Which of the twelve colours; the colours themselves live in the style sheet.
    hook: Mapped[int] = mapped_column(default=1)
    meaning: Mapped[str] = mapped_column(Text, default="")
    belongs: Mapped[str] = mapped_column(Text, default="")
    falls_outside: Mapped[str] = mapped_column(Text, default="")
    example: Mapped[str] = mapped_column(Text, default="")
    # Percent of the plan's posts.
    wanted_share: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="values", foreign_keys=plan_id)

    @property
    def siblings(self) -> Sequence[BrandValue]:
        """The plan's values in their order."""
        return self.plan.values

    @property
    def words(self) -> ValueWords:
        """What the value says to a colleague."""
        return ValueWords(self.name, self.meaning, self.belongs, self.falls_outside, self.example)

    def edit(self, name: str | None = None, **texts: Unpack[ValueTexts]) -> None:
        """Write what changed. Raises Refused for a taken name or colour, or an impossible share."""
        name = self.name if name is None else name
        check_name(name, self.siblings, but=self)
        check_hook(texts.get("hook", self.hook), self.siblings, but=self)
        check_share(texts.get("wanted_share", self.wanted_share))
        write(self, {"name": name, **texts})

    def put_back(self) -> None:
        """Undo `remove`; when its colour was given away it gets the next free one."""
        free = self.plan.free_hooks
        hook = self.hook if self.hook in free else next(iter(free), None)
        check_hook(hook, self.siblings, but=self)
        super().put_back()
        self.hook = hook or self.hook


def check_hook(hook: int | None, values: Sequence[BrandValue], *, but: object = None) -> None:
    """Each value has a colour that no value beside `but` has."""
    if hook is None:
        raise Refused(N_("A plan has at most twelve values: one for each colour."))
    for value in live(values):
        if value is not but and value.hook == hook:
            raise Refused(
                N_("“%(name)s” has this colour already. Choose another one."),
                field="hook",
                name=value.name,
            )
