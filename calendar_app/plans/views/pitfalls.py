"""What the radar found, in the words and with the links of who looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from calendar_app.people.door import may, my_team
from calendar_app.plans.models import Plan
from calendar_app.plans.pitfalls import Finding, radar
from calendar_app.plans.radar import facts_of, findings_of
from calendar_app.plans.steps import Point
from calendar_app.plans.views.places import place_of
from calendar_app.web.request import now, session
from calendar_app.web.templating import local

# Where the way out begins that is no part of the plan.
_OUTSIDE = {
    "calendar": ("calendar.calendar", "team.see"),
    "where": ("posts.new", "posts.write"),
}


@dataclass(frozen=True)
class Pitfall:
    """One finding as people read it; `href` is None for who may do nothing about it."""

    title: str
    fact: str
    way_out: str
    href: str | None
    plan: Plan


def pitfalls_of(plan: Plan) -> list[Pitfall]:
    """What the radar sees in `plan`, which has its parts read."""
    facts = facts_of(session(), [plan], now(), local(now()).date())
    return _shown((plan, finding) for finding in radar(facts[plan.id]))


def pitfalls_of_team() -> list[Pitfall]:
    """What the radar sees in all plans that my team uses."""
    return _shown(findings_of(session(), my_team(), now(), local(now()).date()))


def _shown(findings: Iterable[tuple[Plan, Finding]]) -> list[Pitfall]:
    return [_pitfall(plan, finding) for plan, finding in findings]


def _pitfall(plan: Plan, finding: Finding) -> Pitfall:
    values: dict[str, Any] = {
        name: _(str(value)) if name in finding.msgids else value
        for name, value in finding.values.items()
    }
    return Pitfall(
        title=_(finding.title),
        fact=_(finding.fact, **values),
        way_out=_(finding.way_out, **values),
        href=_way_out(plan, finding),
        plan=plan,
    )


def _way_out(plan: Plan, finding: Finding) -> str | None:
    if finding.place in _OUTSIDE:
        endpoint, action = _OUTSIDE[finding.place]
        return url_for(endpoint, plan=plan.id) if may(action) else None
    if not may("plans.write"):
        return url_for("plans.show_plan", plan_id=plan.id)
    return place_of(plan, Point("", finding.place, finding.row_id, key=finding.row_key or None))
