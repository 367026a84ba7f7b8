"""The plans of a team, one plan with its path, and the pages of steps 1 and 3."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.people.door import audit, me, my_team, own, requires
from calendar_app.plans import queries
from calendar_app.plans.domains import DOMAINS, Domain, example
from calendar_app.plans.forms import GateForm, WhatForm, WhyForm, today
from calendar_app.plans.models import FACING_NAMES, Plan
from calendar_app.plans.questions import sentence
from calendar_app.plans.steps import SUBJECTS, TITLES
from calendar_app.plans.views.shared import (
    Conflict,
    address_of,
    bp,
    overview,
    page,
    plan_to_change,
    refusal,
    saved,
    step_page,
    told_of,
    way_on,
)
from calendar_app.web.forms import expect_shown
from calendar_app.web.language import language
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import render


@bp.get("/plans/")
@requires("team.see")
def show_plans() -> ResponseReturnValue:
    """The team's plans, and what a plan is when there is none."""
    plans = queries.plans_of(session(), my_team())
    return render(
        "plans/plans.html",
        plans=[plan for plan in plans if plan.archived_at is None],
        archive=[plan for plan in plans if plan.archived_at is not None],
        steps={plan.id: plan.path(today()) for plan in plans},
        questions={plan.id: sentence(plan.question, language()) for plan in plans},
        facing_names=FACING_NAMES,
        titles=TITLES,
        subjects=SUBJECTS,
    )


@bp.get("/plans/new")
@requires("plans.write")
def show_new_plan() -> ResponseReturnValue:
    """A form for a plan: empty, or with the worked example that the address asks for."""
    domain = DOMAINS.get(request.args.get("example", ""))
    return _new_plan_page(WhyForm() if domain is None else WhyForm(**_filled_in(domain)))


@bp.post("/plans/new")
@requires("plans.write")
def save_new_plan() -> ResponseReturnValue:
    """Begin a plan with its name and as much of the question as is known.

    The same form sent twice makes one, and both answers lead to it.
    """
    form = WhyForm()
    if not form.validate_on_submit():
        return _new_plan_page(form), 422
    there = (plan for plan in queries.plans_of(session(), my_team()) if plan.archived_at is None)
    twin = form.twin_among(there)
    if twin is not None:
        return redirect(address_of(twin), 303)
    try:
        plan = Plan.new(my_team(), **form.texts())
    except Refused as refused:
        form.refuse(refused)
        return _new_plan_page(form), 422
    session().add(plan)
    audit("plan.made", plan)
    commit()
    flash(_("The plan is there. Go on with the steps."), "good")
    return redirect(way_on(plan) if "go_on" in request.form else address_of(plan), 303)


@bp.get("/plans/<int:plan_id>")
@requires("team.see")
def show_plan(plan_id: int) -> ResponseReturnValue:
    """The whole plan on one page."""
    return overview(own(Plan, plan_id))


@bp.get("/plans/<int:plan_id>/who")
@requires("team.see")
def show_who(plan_id: int) -> ResponseReturnValue:
    """Step 2: the audiences and those around them."""
    return step_page(own(Plan, plan_id), "who")


@bp.get("/plans/<int:plan_id>/where")
@requires("team.see")
def show_where(plan_id: int) -> ResponseReturnValue:
    """Step 4: the channels, and who does what."""
    return step_page(own(Plan, plan_id), "where")


@bp.get("/plans/<int:plan_id>/why")
@requires("plans.write")
def show_why(plan_id: int) -> ResponseReturnValue:
    """Step 1: the question."""
    plan = plan_to_change(plan_id)
    return _why_page(plan, WhyForm(obj=plan))


@bp.post("/plans/<int:plan_id>/why")
@requires("plans.write")
def save_why(plan_id: int) -> ResponseReturnValue:
    """Write the question."""
    plan = plan_to_change(plan_id)
    form = WhyForm(obj=plan)
    return saved(
        form,
        plan,
        lambda: plan.edit(**form.texts()),
        lambda conflict: _why_page(plan, form, conflict),
        address_of(plan),
    )


@bp.get("/plans/<int:plan_id>/what")
@requires("plans.write")
def show_what(plan_id: int) -> ResponseReturnValue:
    """Step 3: the story and the tone."""
    plan = plan_to_change(plan_id)
    return _what_page(plan, WhatForm(obj=plan))


@bp.post("/plans/<int:plan_id>/what")
@requires("plans.write")
def save_what(plan_id: int) -> ResponseReturnValue:
    """Write the story and the tone."""
    plan = plan_to_change(plan_id)
    form = WhatForm(obj=plan)
    return saved(
        form,
        plan,
        lambda: plan.edit(**form.texts()),
        lambda conflict: _what_page(plan, form, conflict),
        address_of(plan, "what"),
    )


@bp.get("/plans/<int:plan_id>/removed")
@requires("plans.write")
def show_removed(plan_id: int) -> ResponseReturnValue:
    """What was taken out of the plan, to put back."""
    plan = plan_to_change(plan_id)
    return page("plans/removed.html", plan, removed=queries.removed_from(session(), plan))


@bp.post("/plans/<int:plan_id>/archive")
@requires("plans.write")
def archive_plan(plan_id: int) -> ResponseReturnValue:
    """Put the plan away."""
    plan = plan_to_change(plan_id)
    expect_shown(plan)
    try:
        plan.archive(now(), queries.coming_posts_on(session(), plan, now()))
    except Refused as refused:
        return refusal(plan, refused)
    audit("plan.archived", plan)
    commit()
    flash(_("“%(name)s” is in the archive.", name=plan.name), "good")
    return redirect(url_for("plans.show_plans"), 303)


@bp.post("/plans/<int:plan_id>/restoration")
@requires("plans.write")
def restore_plan(plan_id: int) -> ResponseReturnValue:
    """Take the plan out of the archive."""
    plan = own(Plan, plan_id)
    session().refresh(plan, with_for_update=True)
    if plan.archived_at is None:
        return redirect(address_of(plan), 303)
    try:
        plan.take_out()
    except Refused as refused:
        return refusal(plan, refused)
    audit("plan.restored", plan)
    commit()
    flash(_("“%(name)s” is back.", name=plan.name), "good")
    return redirect(address_of(plan), 303)


@bp.post("/plans/<int:plan_id>/gate")
@requires("plans.open")
def open_gate(plan_id: int) -> ResponseReturnValue:
    """Let the team go on although the first three steps are not done, with a written reason."""
    plan, form = plan_to_change(plan_id), GateForm()
    expect_shown(plan)
    if not (
        form.validate_on_submit()
        and form.obeys(lambda: plan.open_gate(form.reason.data, me(), now()))
    ):
        return overview(plan, form), 422
    audit("gate.opened", plan, reason=plan.gate_reason)
    commit()
    flash(_("The team may go on. Your reason stands on the plan."), "good")
    return redirect(address_of(plan), 303)


@bp.post("/plans/<int:plan_id>/gate/closing")
@requires("plans.open")
def close_gate(plan_id: int) -> ResponseReturnValue:
    """Take that back. Twice is the same as once."""
    plan = plan_to_change(plan_id)
    if plan.gate_opened_at is not None:
        plan.close_gate()
        audit("gate.closed", plan)
        commit()
    flash(_("Taken back. What is planned stays; new posts wait for steps 1 to 3."), "good")
    return redirect(address_of(plan), 303)


def _filled_in(domain: Domain) -> dict[str, object]:
    """The fields of step 1 as the worked example of `domain` fills them in."""
    question = example(domain, language(), today())
    return {
        "domain": next(key for key, one in DOMAINS.items() if one is domain),
        "facing": domain.facing,
        "question_group": question.group,
        "question_behaviour": question.behaviour,
        "question_before": question.before,
        "question_measure": question.measure,
        "baseline": _(domain.baseline),
        "target": _(domain.target),
        "horizon": "year",
    }


def _new_plan_page(form: WhyForm) -> str:
    return render("plans/new.html", form=form, examples=_examples())


def _examples() -> list[tuple[str, Domain, str]]:
    """Each domain with its key and its worked example as one sentence."""
    return [
        (key, domain, sentence(example(domain, language(), today()), language()))
        for key, domain in DOMAINS.items()
    ]


def _why_page(plan: Plan, form: WhyForm, conflict: Conflict = ()) -> str:
    return page(
        "plans/why.html",
        plan,
        form=form,
        conflict=conflict,
        current="why",
        examples=_examples(),
    )


def _what_page(plan: Plan, form: WhatForm, conflict: Conflict = ()) -> str:
    queries.fill(session(), plan)
    return page(
        "plans/what.html", plan, form=form, conflict=conflict, current="what", **told_of(plan)
    )
