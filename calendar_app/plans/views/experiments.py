"""Experiments of a plan: a page for each, with its posts, its outcome, and its way out and back."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.people.door import audit, me, own, requires
from calendar_app.plans import queries
from calendar_app.plans.forms import ExperimentForm, OutcomeForm, today
from calendar_app.plans.models import Experiment, Plan
from calendar_app.plans.views.shared import (
    Conflict,
    added,
    address_of,
    bp,
    not_here,
    page,
    plan_to_change,
    refusal,
    saved,
    say_removed,
)
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, now, session

# What a new experiment is first thought to take.
_USUAL_LENGTH = timedelta(weeks=4)


@bp.get("/plans/<int:plan_id>/experiments/new")
@requires("plans.write")
def show_new_experiment(plan_id: int) -> ResponseReturnValue:
    """An experiment that begins today."""
    days = {"starts_on": today(), "ends_on": today() + _USUAL_LENGTH}
    return _form_page(plan_to_change(plan_id), ExperimentForm(**days))


@bp.post("/plans/<int:plan_id>/experiments/new")
@requires("plans.write")
def save_new_experiment(plan_id: int) -> ResponseReturnValue:
    """Begin an experiment."""
    plan, form = plan_to_change(plan_id), ExperimentForm()
    return added(
        form,
        lambda: plan.add_experiment(**form.texts()),
        lambda: _form_page(plan, form),
        address_of(plan, "experiments"),
        plan.experiments,
    )


@bp.get("/plans/<int:plan_id>/experiments/<int:experiment_id>")
@requires("team.see")
def show_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """One experiment: what is tried with which posts, and what came of it."""
    plan = own(Plan, plan_id)
    return _experiment_page(plan, experiment_of(plan, experiment_id))


@bp.get("/plans/<int:plan_id>/experiments/<int:experiment_id>/edit")
@requires("plans.write")
def edit_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """One experiment, to change."""
    plan = plan_to_change(plan_id)
    experiment = experiment_of(plan, experiment_id)
    return _form_page(plan, ExperimentForm(obj=experiment), experiment)


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/edit")
@requires("plans.write")
def save_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Change an experiment."""
    plan, form = plan_to_change(plan_id), ExperimentForm()
    experiment = experiment_of(plan, experiment_id)
    return saved(
        form,
        experiment,
        lambda: experiment.edit(**form.texts()),
        lambda conflict: _form_page(plan, form, experiment, conflict),
        address_of_experiment(experiment),
    )


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/outcome")
@requires("plans.write")
def decide_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Stop, repeat, or make it a routine; and what was learned."""
    plan, form = plan_to_change(plan_id), OutcomeForm()
    experiment = experiment_of(plan, experiment_id)
    now_so = {"outcome": experiment.outcome, "lesson": experiment.lesson}
    if {"outcome": form.outcome.data, "lesson": form.lesson.data} == now_so:
        # The same form sent twice.
        return redirect(address_of_experiment(experiment), 303)
    if form.stale(experiment):
        conflict = form.differences(now_so)
        return _experiment_page(plan, experiment, form, conflict), 409
    again: list[Experiment | None] = []

    def decide() -> None:
        again.append(
            experiment.decide(
                form.outcome.data,
                form.lesson.data,
                me(),
                now(),
                today=today(),
                again_until=form.again_until.data,
            )
        )

    if not (form.validate_on_submit() and form.obeys(decide)):
        return _experiment_page(plan, experiment, form), 422
    audit("experiment.decided", experiment, outcome=experiment.outcome)
    commit()
    return _gone_on(experiment, again[0])


def _gone_on(experiment: Experiment, again: Experiment | None) -> ResponseReturnValue:
    """To the experiment that was begun again, or else back to this one."""
    if again is None:
        flash(_("Saved."), "good")
        return redirect(address_of_experiment(experiment), 303)
    flash(_("“%(name)s” is there. Go on with it.", name=again.name), "good")
    return redirect(address_of_experiment(again), 303)


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/outcome/undo")
@requires("plans.write")
def reopen_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Take the outcome back."""
    experiment = experiment_of(plan_to_change(plan_id), experiment_id)
    expect_shown(experiment)
    experiment.reopen()
    audit("experiment.reopened", experiment)
    commit()
    flash(_("The outcome is taken back."), "good")
    return redirect(address_of_experiment(experiment), 303)


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/deletion")
@requires("plans.write")
def remove_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Take an experiment out of the plan, and offer to put it back."""
    plan = plan_to_change(plan_id)
    experiment = experiment_of(plan, experiment_id)
    expect_shown(experiment)
    try:
        experiment.remove(now(), queries.coming_posts_on(session(), experiment, now()))
    except Refused as refused:
        return refusal(plan, refused)
    audit("experiment.removed", experiment)
    commit()
    say_removed(plan, experiment.name)
    return redirect(address_of(plan, "experiments"), 303)


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/restoration")
@requires("plans.write")
def put_experiment_back(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Put a removed experiment back."""
    plan = plan_to_change(plan_id)
    experiment = _removed_experiment_of(plan, experiment_id)
    try:
        experiment.put_back()
    except Refused as refused:
        return refusal(plan, refused)
    audit("experiment.put_back", experiment)
    commit()
    flash(_("“%(name)s” is back.", name=experiment.name), "good")
    return redirect(address_of_experiment(experiment), 303)


def experiment_of(plan: Plan, experiment_id: int) -> Experiment:
    """The experiment of `plan` with this id. Raises NotYours."""
    experiment = own(Experiment, experiment_id)
    if experiment.plan_id != plan.id:
        raise not_here()
    return experiment


def address_of_experiment(experiment: Experiment) -> str:
    """The address of its page."""
    return url_for("plans.show_experiment", plan_id=experiment.plan_id, experiment_id=experiment.id)


def _removed_experiment_of(plan: Plan, experiment_id: int) -> Experiment:
    experiment = session().get(Experiment, experiment_id)
    if experiment is None or experiment.plan_id != plan.id or experiment.deleted_at is None:
        raise not_here()
    return experiment


def _form_page(
    plan: Plan,
    form: ExperimentForm,
    experiment: Experiment | None = None,
    conflict: Conflict = (),
) -> str:
    words = {"form": form, "experiment": experiment, "conflict": conflict}
    return page("plans/experiment_form.html", plan, current="where", **words)


def _experiment_page(
    plan: Plan,
    experiment: Experiment,
    form: OutcomeForm | None = None,
    conflict: Conflict = (),
) -> str:
    return page(
        "plans/experiment.html",
        plan,
        current="where",
        conflict=conflict,
        experiment=experiment,
        form=form or _blank_outcome(experiment),
        posts=queries.posts_of(session(), experiment),
        today=today(),
    )


def _blank_outcome(experiment: Experiment) -> OutcomeForm:
    """Nothing chosen yet; as long again is the first guess for who repeats it."""
    length = experiment.ends_on - experiment.starts_on
    until = max(today(), experiment.ends_on) + length
    shown = {"lesson": experiment.lesson, "again_until": until}
    return OutcomeForm(formdata=None, version=experiment.version, data=shown)
