"""The sample's preconditions: how the team looked at its own house when the plan was made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from calendar_app.people.models import Person
from calendar_app.plans.models import Plan
from calendar_app.sample.days import DAY, Days
from calendar_app.sample.files import read, without


def rate_preconditions(plan: Plan, people: Mapping[str, Person], days: Days, at: datetime) -> None:
    """Rate those of the files at the moment `at`; the others stay not known.

    A day to look again counts from the day of loading, as absences do.
    """
    facts = read("plan")
    plan.set_hours(**facts["hours"])
    for told in facts["preconditions"]:
        owner = people.get(told.get("owner", ""))
        again = told.get("recheck_days")
        plan.rate(
            plan.precondition(told["key"]),
            **without(told, "key", "owner", "recheck_days"),
            owner_id=None if owner is None else owner.id,
            recheck_on=None if again is None else days.today + again * DAY,
            at=at,
            today=at.date(),
        )
