"""Experiments of a plan: a page for each, with its posts, its outcome, and its way out and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.people.door import audit, me, own, requires
from calendar_app.plans import queries
from calendar_app.plans.forms import ExperimentForm, OutcomeForm, PlanPartForm, today
from calendar_app.plans.models import Experiment, Plan
from calendar_app.plans.views.parts import PartPages
from calendar_app.plans.views.shared import (
    Conflict,
    address_of,
    address_of_part,
    bp,
    page,
    part_of,
    plan_to_change,
)
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, now, session

# What a new experiment is first thought to take.
_USUAL_LENGTH = timedelta(weeks=4)


class ExperimentPages(PartPages[Experiment]):
    """The experiments: the address of one shows it to all, and it is written behind that."""

    name, step, kind = "experiment", "where", Experiment
    written_at, verb = "/edit", "edit"

    @property
    def template(self) -> str:
        """The form; the page of the experiment itself is another."""
        return "plans/experiment_form.html"

    def expect_time_for(self, plan: Plan) -> None:
        """What is tried is tried with posts: after why, who and what."""
        plan.expect_ready(today())

    def all_of(self, plan: Plan) -> Sequence[Experiment]:
        """The plan's experiments."""
        return plan.experiments

    def blank(self, plan: Plan) -> ExperimentForm:
        """It begins today."""
        return self.form(plan, starts_on=today(), ends_on=today() + _USUAL_LENGTH)

    def form(
        self, _plan: Plan, _part: Experiment | None = None, /, **shown: object
    ) -> ExperimentForm:
        """What is tried, and until when."""
        return ExperimentForm(**shown)

    def add(self, plan: Plan, form: PlanPartForm) -> Experiment:
        """Begin it."""
        return plan.add_experiment(**form.texts())

    def back_to(self, plan: Plan) -> str:
        """The list of experiments."""
        return address_of(plan, "experiments")

    def told(self, _plan: Plan, _part: Experiment | None, /) -> dict[str, object]:
        """Nothing more."""
        return {}


ExperimentPages().install()


@bp.get("/plans/<int:plan_id>/experiments/<int:experiment_id>")
@requires("team.see")
def show_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """One experiment: what is tried with which posts, and what came of it."""
    plan = own(Plan, plan_id)
    return _experiment_page(plan, part_of(plan, Experiment, experiment_id))


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/outcome")
@requires("plans.write")
def decide_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Stop, repeat, or make it a routine; and what was learned."""
    plan, form = plan_to_change(plan_id), OutcomeForm()
    experiment = part_of(plan, Experiment, experiment_id)
    now_so = {"outcome": experiment.outcome, "lesson": experiment.lesson}
    if {"outcome": form.outcome.data, "lesson": form.lesson.data} == now_so:
        # The same form sent twice.
        return redirect(address_of_part(experiment), 303)
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
        return redirect(address_of_part(experiment), 303)
    flash(_("“%(name)s” is there. Go on with it.", name=again.name), "good")
    return redirect(address_of_part(again), 303)


@bp.post("/plans/<int:plan_id>/experiments/<int:experiment_id>/outcome/undo")
@requires("plans.write")
def reopen_experiment(plan_id: int, experiment_id: int) -> ResponseReturnValue:
    """Take the outcome back."""
    experiment = part_of(plan_to_change(plan_id), Experiment, experiment_id)
    expect_shown(experiment)
    experiment.reopen()
    audit("experiment.reopened", experiment)
    commit()
    flash(_("The outcome is taken back."), "good")
    return redirect(address_of_part(experiment), 303)


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
