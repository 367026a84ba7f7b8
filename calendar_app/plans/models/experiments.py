"""Experiments: something tried for a while, with an end and an outcome."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person
from calendar_app.plans.models.part import PlanPart, check_name, write

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

FIRST_YEAR, LAST_YEAR = 2000, 2100
OUTCOMES = ("stop", "repeat", "routine")
OUTCOME_NAMES = {
    "stop": N_("Stop"),
    "repeat": N_("Repeat"),
    "routine": N_("Make it a routine"),
}
# The same, once it is decided.
_OUTCOMES_TAKEN = {
    "stop": N_("Stopped"),
    "repeat": N_("Repeated"),
    "routine": N_("Became a routine"),
}
LONGEST_NAME = 120


class ExperimentTexts(TypedDict, total=False):
    """What people write about an experiment before it is decided; the days are local."""

    hypothesis: str
    measure: str
    starts_on: date
    ends_on: date


class Experiment(PlanPart, Editable, Base):
    """One idea of what may work, tried with posts until a day, and what came of it."""

    __tablename__ = "experiment"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'stop', 'repeat', 'routine')", name="outcome"),
        CheckConstraint("starts_on <= ends_on", name="order"),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
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
    def siblings(self) -> Sequence[Experiment]:
        """The plan's experiments, the first to end first."""
        return self.plan.experiments

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet what comes of it."""
        return not self.outcome

    @property
    def outcome_name(self) -> str:
        """What came of it as an English msgid; empty while it is open."""
        return _OUTCOMES_TAKEN.get(self.outcome, "")

    def lacks_outcome(self, today: date) -> bool:
        """Whether its last day has passed while nobody decided what comes of it."""
        return self.is_open and self.ends_on < today

    def edit(self, name: str | None = None, **texts: Unpack[ExperimentTexts]) -> None:
        """Write what changed. Raises Refused for a taken name, wrong days, or once it is over."""
        self._expect_open()
        name = self.name if name is None else name
        check_name(name, self.siblings, but=self)
        check_days(texts.get("starts_on", self.starts_on), texts.get("ends_on", self.ends_on))
        write(self, {"name": name, **texts})

    def decide(
        self,
        outcome: str,
        lesson: str,
        by: Person,
        at: datetime,
        *,
        today: date,
        again_until: date | None = None,
    ) -> Experiment | None:
        """Say what comes of it, also before its last day; `today` is the local day of `at`.

        To repeat it makes a new experiment, from the day after this one ended until `again_until`,
        and answers that; as with each that begins, the first three steps come before it. Raises
        Refused at the field.
        """
        self._expect_open()
        if outcome not in OUTCOMES:
            raise Refused(N_("Choose what comes of it."), field="outcome")
        if not lesson:
            raise Refused(N_("Write what you learned. One sentence is enough."), field="lesson")
        if outcome == "repeat":
            self.plan.expect_ready(today, field="outcome")
        again = self._again(min(self.ends_on, today), again_until) if outcome == "repeat" else None
        self.outcome, self.lesson, self.decided_at, self.decided_by = outcome, lesson, at, by
        return again

    def reopen(self) -> None:
        """Take the outcome back; what was written as a lesson stays."""
        self.outcome, self.decided_at, self.decided_by = "", None, None

    def _again(self, ended_on: date, until: date | None) -> Experiment:
        starts_on = max(ended_on, self.starts_on) + timedelta(days=1)
        if until is None:
            raise Refused(N_("Choose until when you try it again."), field="again_until")
        check_days(starts_on, until, field="again_until")
        again = Experiment(
            team_id=self.team_id,
            name=next_name(self.name, [other.name for other in self.siblings]),
            hypothesis=self.hypothesis,
            measure=self.measure,
            starts_on=starts_on,
            ends_on=until,
        )
        self.plan.experiments.append(again)
        return again

    def _expect_open(self) -> None:
        if not self.is_open:
            raise Refused(N_("This experiment is over. Take the outcome back to change it."))


def check_days(starts_on: date, ends_on: date, field: str = "ends_on") -> None:
    """It does not end before it starts, and its days are ones that a calendar here reaches."""
    for name, day in (("starts_on", starts_on), (field, ends_on)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Refused(
                N_("Choose a day between %(first)d and %(last)d."),
                field=name,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
    if ends_on < starts_on:
        raise Refused(N_("The last day is before the first day."), field=field)


def next_name(name: str, taken: Collection[str]) -> str:
    """`name` with the first free number behind it, from 2: "Jaszak" gives "Jaszak (2)"."""
    plain = re.sub(r" \(\d+\)$", "", name)
    known = {one.casefold() for one in taken}
    number = 2
    while (numbered := _numbered(plain, number)).casefold() in known:
        number += 1
    return numbered


def _numbered(name: str, number: int) -> str:
    behind = f" ({number})"
    return name[: LONGEST_NAME - len(behind)] + behind
