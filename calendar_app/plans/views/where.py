"""Step 4 besides the channels: the role matrix, who posts, and what is agreed about webcare."""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.people.door import audit, requires
from calendar_app.people.queries import people
from calendar_app.plans import queries
from calendar_app.plans.forms import (
    RolesForm,
    SendersForm,
    WebcareForm,
    cell_name,
    today,
    webcare_answers,
)
from calendar_app.plans.models import Plan
from calendar_app.plans.roles import PART_NAMES, TASK_NAMES
from calendar_app.plans.views.shared import (
    Conflict,
    address_of,
    bp,
    page,
    plan_to_change,
    saved,
)
from calendar_app.web.request import commit, session


@bp.get("/plans/<int:plan_id>/roles")
@requires("plans.write")
def show_roles(plan_id: int) -> ResponseReturnValue:
    """The role matrix, to change."""
    plan = _plan_in_its_time(plan_id)
    return _roles_page(plan, _roles_form(plan))


@bp.post("/plans/<int:plan_id>/roles")
@requires("plans.write")
def save_roles(plan_id: int) -> ResponseReturnValue:
    """Write the whole matrix at once."""
    plan = _plan_in_its_time(plan_id)
    form = _roles_form(plan)
    if form.is_stale():
        return _roles_page(plan, form, form.conflict()), 409
    before = plan.matrix.digest
    if not (form.validate_on_submit() and form.obeys(lambda: plan.set_roles(form.roles()))):
        return _roles_page(plan, form), 422
    if plan.matrix.digest != before:
        audit("roles.changed", plan)
    commit()
    flash(_("Saved."), "good")
    return redirect(address_of(plan, "roles"), 303)


@bp.get("/plans/<int:plan_id>/senders")
@requires("plans.write")
def show_senders(plan_id: int) -> ResponseReturnValue:
    """Which part of the posts the brand and ambassadors would post, to change."""
    plan = _plan_in_its_time(plan_id)
    return _senders_page(plan, SendersForm(obj=plan))


@bp.post("/plans/<int:plan_id>/senders")
@requires("plans.write")
def save_senders(plan_id: int) -> ResponseReturnValue:
    """Write what is wished of the ambassadors."""
    plan = _plan_in_its_time(plan_id)
    form = SendersForm(obj=plan)
    return saved(
        form,
        plan,
        lambda: plan.wish_of_ambassadors(form.ambassador_share.data),
        lambda conflict: _senders_page(plan, form, conflict),
        address_of(plan, "ambassadors"),
    )


@bp.get("/plans/<int:plan_id>/webcare")
@requires("plans.write")
def show_webcare(plan_id: int) -> ResponseReturnValue:
    """What is agreed about questions and reactions, to change."""
    plan = _plan_in_its_time(plan_id)
    return _webcare_page(plan, _webcare_form(plan))


@bp.post("/plans/<int:plan_id>/webcare")
@requires("plans.write")
def save_webcare(plan_id: int) -> ResponseReturnValue:
    """Write what is agreed."""
    plan = _plan_in_its_time(plan_id)
    form = _webcare_form(plan)
    return saved(
        form,
        plan,
        lambda: plan.agree_webcare(**form.texts()),
        lambda conflict: _webcare_page(plan, form, conflict),
        address_of(plan, "webcare"),
    )


def _plan_in_its_time(plan_id: int) -> Plan:
    """The plan to change. Raises Refused while steps 1 to 3 come first; what is there stays open.

    As with channels: who does what is only chosen when it is clear why, for whom and what.
    """
    plan = queries.fill(session(), plan_to_change(plan_id))
    has_a_wish = plan.ambassador_share is not None
    if not (plan.roles or plan.channels or plan.answer_hours or has_a_wish):
        plan.expect_ready(today())
    return plan


def _roles_form(plan: Plan) -> RolesForm:
    colleagues = people(session(), plan.team)
    return RolesForm(colleagues, plan.matrix, request.form if request.method == "POST" else None)


def _roles_page(plan: Plan, form: RolesForm, conflict: Conflict = ()) -> str:
    return page(
        "plans/roles.html",
        plan,
        current="where",
        form=form,
        conflict=conflict,
        task_names=TASK_NAMES,
        part_names=PART_NAMES,
        cell_name=cell_name,
    )


def _senders_page(plan: Plan, form: SendersForm, conflict: Conflict = ()) -> str:
    return page("plans/senders.html", plan, current="where", form=form, conflict=conflict)


def _webcare_form(plan: Plan) -> WebcareForm:
    colleagues = people(session(), plan.team)
    return WebcareForm(plan, colleagues, data={**webcare_answers(plan), "version": plan.version})


def _webcare_page(plan: Plan, form: WebcareForm, conflict: Conflict = ()) -> str:
    return page("plans/webcare.html", plan, current="where", form=form, conflict=conflict)
