"""The audiences of a plan: a page for each, its order, and its way out and back."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from calendar_app.people.door import requires
from calendar_app.plans.forms import AudienceForm, today
from calendar_app.plans.models import CERTAINTY_NAMES, SIDE_NAMES, Audience, Plan
from calendar_app.plans.views.shared import (
    Conflict,
    added,
    address_of,
    address_of_part,
    bp,
    moved,
    page,
    part_of,
    plan_to_change,
    put_back,
    removed_part_of,
    saved,
    taken_out,
)


@bp.get("/plans/<int:plan_id>/audiences/new")
@requires("plans.write")
def show_new_audience(plan_id: int) -> ResponseReturnValue:
    """An empty audience."""
    return _audience_page(plan_to_change(plan_id), AudienceForm())


@bp.post("/plans/<int:plan_id>/audiences/new")
@requires("plans.write")
def save_new_audience(plan_id: int) -> ResponseReturnValue:
    """Add an audience."""
    plan = plan_to_change(plan_id)
    form = AudienceForm()
    return added(
        form,
        lambda: plan.add_audience(**form.texts()),
        lambda: _audience_page(plan, form),
        address_of(plan, "who"),
    )


@bp.get("/plans/<int:plan_id>/audiences/<int:audience_id>")
@requires("plans.write")
def show_audience(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """One audience with its facts, to change."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    return _audience_page(plan, AudienceForm(obj=audience), audience)


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>")
@requires("plans.write")
def save_audience(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """Change an audience."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    form = AudienceForm()
    return saved(
        form,
        audience,
        lambda: audience.edit(**form.texts()),
        lambda conflict: _audience_page(plan, form, audience, conflict),
        address_of_part(audience),
    )


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/up")
@requires("plans.write")
def move_audience_up(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """Put an audience one place earlier."""
    audience = part_of(plan_to_change(plan_id), Audience, audience_id)
    return moved(audience, audience.move_up)


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/down")
@requires("plans.write")
def move_audience_down(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """Put an audience one place later."""
    audience = part_of(plan_to_change(plan_id), Audience, audience_id)
    return moved(audience, audience.move_down)


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/deletion")
@requires("plans.write")
def remove_audience(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """Take an audience out of the plan."""
    plan = plan_to_change(plan_id)
    return taken_out(plan, part_of(plan, Audience, audience_id))


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/restoration")
@requires("plans.write")
def put_audience_back(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """Put a removed audience back, with its facts."""
    plan = plan_to_change(plan_id)
    return put_back(plan, removed_part_of(plan, Audience, audience_id))


def _audience_page(
    plan: Plan, form: AudienceForm, audience: Audience | None = None, conflict: Conflict = ()
) -> str:
    words = {"form": form, "audience": audience, "conflict": conflict, "today": today()}
    names = {"side_names": SIDE_NAMES, "certainty_names": CERTAINTY_NAMES}
    return page("plans/audience.html", plan, current="who", **words, **names)
