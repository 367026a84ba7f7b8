"""What is known or assumed of an audience: a page for each fact, and its way out and back."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.people.door import audit, requires
from calendar_app.plans.forms import FactForm
from calendar_app.plans.models import Audience, AudienceFact, Plan
from calendar_app.plans.views.shared import (
    Conflict,
    added,
    bp,
    fact_of,
    page,
    part_of,
    plan_to_change,
    saved,
    say_removed,
)
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, now


@bp.get("/plans/<int:plan_id>/audiences/<int:audience_id>/facts/new")
@requires("plans.write")
def show_new_fact(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """An empty fact."""
    plan = plan_to_change(plan_id)
    return _fact_page(plan, part_of(plan, Audience, audience_id), FactForm())


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/facts/new")
@requires("plans.write")
def save_new_fact(plan_id: int, audience_id: int) -> ResponseReturnValue:
    """Add a fact."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    form = FactForm()
    return added(
        form,
        lambda: audience.add_fact(**form.texts()),
        lambda: _fact_page(plan, audience, form),
        _address_of(audience),
        audience.facts,
    )


@bp.get("/plans/<int:plan_id>/audiences/<int:audience_id>/facts/<int:fact_id>")
@requires("plans.write")
def show_fact(plan_id: int, audience_id: int, fact_id: int) -> ResponseReturnValue:
    """One fact, to change."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    fact = fact_of(audience, fact_id)
    return _fact_page(plan, audience, FactForm(obj=fact), fact)


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/facts/<int:fact_id>")
@requires("plans.write")
def save_fact(plan_id: int, audience_id: int, fact_id: int) -> ResponseReturnValue:
    """Change a fact."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    fact = fact_of(audience, fact_id)
    form = FactForm(obj=fact)
    return saved(
        form,
        fact,
        lambda: fact.edit(**form.texts()),
        lambda conflict: _fact_page(plan, audience, form, fact, conflict),
        _address_of(audience),
    )


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/facts/<int:fact_id>/deletion")
@requires("plans.write")
def remove_fact(plan_id: int, audience_id: int, fact_id: int) -> ResponseReturnValue:
    """Take a fact away."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    fact = fact_of(audience, fact_id)
    expect_shown(fact)
    fact.remove(now())
    audit("audience_fact.removed", fact)
    commit()
    say_removed(plan, fact.text)
    return redirect(_address_of(audience), 303)


@bp.post("/plans/<int:plan_id>/audiences/<int:audience_id>/facts/<int:fact_id>/restoration")
@requires("plans.write")
def put_fact_back(plan_id: int, audience_id: int, fact_id: int) -> ResponseReturnValue:
    """Put a removed fact back."""
    plan = plan_to_change(plan_id)
    audience = part_of(plan, Audience, audience_id)
    fact = fact_of(audience, fact_id, removed=True)
    fact.put_back()
    audit("audience_fact.put_back", fact)
    commit()
    flash(_("“%(name)s” is back.", name=fact.text), "good")
    return redirect(_address_of(audience), 303)


def _address_of(audience: Audience) -> str:
    return url_for("plans.show_audience", plan_id=audience.plan_id, audience_id=audience.id)


def _fact_page(
    plan: Plan,
    audience: Audience,
    form: FactForm,
    fact: AudienceFact | None = None,
    conflict: Conflict = (),
) -> str:
    words = {"form": form, "audience": audience, "fact": fact, "conflict": conflict}
    return page("plans/fact.html", plan, current="who", **words)
