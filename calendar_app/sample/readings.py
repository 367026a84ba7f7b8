"""Who of the sample's team read the values of its plan, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time

from sqlalchemy.orm import Session

from calendar_app.people.models import Person
from calendar_app.plans.digest import digest
from calendar_app.plans.models import Plan, ValueReading
from calendar_app.sample.days import DAY, Days
from calendar_app.sample.files import Facts, read


def add_readings(
    session: Session, plan: Plan, people: Mapping[str, Person], days: Days, made_on: date
) -> None:
    """The readings of the values since the plan was made, of which one is of an older text."""
    facts = read("plan")
    marks = {False: plan.values_digest, True: _earlier(plan, facts["earlier"])}
    session.add_all(
        ValueReading(
            team_id=plan.team_id,
            plan_id=plan.id,
            person=people[told["person"]],
            digest=marks[told.get("earlier", False)],
            read_at=days.moment(_after(days, made_on, told["days"]), time(11, 5)),
        )
        for told in facts["readings"]
    )
    session.flush()


def _earlier(plan: Plan, told: Facts) -> str:
    """The mark of the values while one of them still meant something else."""
    return digest(
        replace(value.words, meaning=told["meaning"])
        if value.name == told["value"]
        else value.words
        for value in plan.values
    )


def _after(days: Days, day: date, number: int) -> date:
    """The working day that is `number` after `day`."""
    while number > 0:
        day += DAY
        number -= days.is_working(day)
    return day
