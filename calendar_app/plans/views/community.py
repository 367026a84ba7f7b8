"""Those around the audiences of a plan: a page for each."""

from __future__ import annotations

from collections.abc import Sequence

from calendar_app.plans.forms import ActorForm, PlanPartForm
from calendar_app.plans.models import Actor, Plan
from calendar_app.plans.views.parts import OrderedPages
from calendar_app.plans.views.shared import address_of_community


class ActorPages(OrderedPages[Actor]):
    """Those who reach the audiences, in ring 1 or 2."""

    name, step, kind = "actor", "who", Actor

    def all_of(self, plan: Plan) -> Sequence[Actor]:
        """The plan's actors."""
        return plan.actors

    def blank(self, plan: Plan) -> ActorForm:
        """Near, and nothing else can be guessed."""
        return self.form(plan)

    def form(self, plan: Plan, part: Actor | None = None, /, **shown: object) -> ActorForm:
        """With the audiences of the plan, and those who can stand between."""
        form = ActorForm(**shown)
        form.offer(plan, but=part)
        return form

    def add(self, plan: Plan, form: PlanPartForm) -> Actor:
        """A new last actor of its ring."""
        return plan.add_actor(**form.texts())

    def back_to(self, plan: Plan) -> str:
        """The map."""
        return address_of_community(plan)

    def told(self, _plan: Plan, _part: Actor | None, /) -> dict[str, object]:
        """Nothing more."""
        return {}


ActorPages().install()
