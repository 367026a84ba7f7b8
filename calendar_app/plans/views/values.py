"""The brand values of a plan: a page for each, its order, and its way out and back."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from calendar_app.people.door import requires
from calendar_app.plans.forms import ValueForm
from calendar_app.plans.models import BrandValue, Plan
from calendar_app.plans.steps import WHOLE
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


@bp.get("/plans/<int:plan_id>/values/new")
@requires("plans.write")
def show_new_value(plan_id: int) -> ResponseReturnValue:
    """An empty value in the next free colour, with the share that is left."""
    plan = plan_to_change(plan_id)
    form = ValueForm(
        hook=next(iter(plan.free_hooks), None), wanted_share=max(0, WHOLE - plan.wanted_total)
    )
    form.offer(plan)
    return _value_page(plan, form)


@bp.post("/plans/<int:plan_id>/values/new")
@requires("plans.write")
def save_new_value(plan_id: int) -> ResponseReturnValue:
    """Add a value."""
    plan = plan_to_change(plan_id)
    form = ValueForm()
    form.offer(plan)
    return added(
        form,
        lambda: plan.add_value(**form.texts()),
        lambda: _value_page(plan, form),
        address_of(plan, "what"),
    )


@bp.get("/plans/<int:plan_id>/values/<int:value_id>")
@requires("plans.write")
def show_value(plan_id: int, value_id: int) -> ResponseReturnValue:
    """One value, to change."""
    plan = plan_to_change(plan_id)
    value = part_of(plan, BrandValue, value_id)
    form = ValueForm(obj=value)
    form.offer(plan, but=value)
    return _value_page(plan, form, value)


@bp.post("/plans/<int:plan_id>/values/<int:value_id>")
@requires("plans.write")
def save_value(plan_id: int, value_id: int) -> ResponseReturnValue:
    """Change a value."""
    plan = plan_to_change(plan_id)
    value = part_of(plan, BrandValue, value_id)
    form = ValueForm()
    form.offer(plan, but=value)
    return saved(
        form,
        value,
        lambda: value.edit(**form.texts()),
        lambda conflict: _value_page(plan, form, value, conflict),
        address_of_part(value),
    )


@bp.post("/plans/<int:plan_id>/values/<int:value_id>/up")
@requires("plans.write")
def move_value_up(plan_id: int, value_id: int) -> ResponseReturnValue:
    """Put a value one place earlier."""
    value = part_of(plan_to_change(plan_id), BrandValue, value_id)
    return moved(value, value.move_up)


@bp.post("/plans/<int:plan_id>/values/<int:value_id>/down")
@requires("plans.write")
def move_value_down(plan_id: int, value_id: int) -> ResponseReturnValue:
    """Put a value one place later."""
    value = part_of(plan_to_change(plan_id), BrandValue, value_id)
    return moved(value, value.move_down)


@bp.post("/plans/<int:plan_id>/values/<int:value_id>/deletion")
@requires("plans.write")
def remove_value(plan_id: int, value_id: int) -> ResponseReturnValue:
    """Take a value out of the plan."""
    plan = plan_to_change(plan_id)
    return taken_out(plan, part_of(plan, BrandValue, value_id))


@bp.post("/plans/<int:plan_id>/values/<int:value_id>/restoration")
@requires("plans.write")
def put_value_back(plan_id: int, value_id: int) -> ResponseReturnValue:
    """Put a removed value back."""
    plan = plan_to_change(plan_id)
    return put_back(plan, removed_part_of(plan, BrandValue, value_id))


def _value_page(
    plan: Plan, form: ValueForm, value: BrandValue | None = None, conflict: Conflict = ()
) -> str:
    others = plan.wanted_total - (value.wanted_share if value else 0)
    words = {"form": form, "value": value, "conflict": conflict, "left": WHOLE - others}
    return page("plans/value.html", plan, current="what", **words)
