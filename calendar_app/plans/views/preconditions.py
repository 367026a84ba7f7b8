"""Step 5: the eleven preconditions, a page to rate each, and what Kapstok knows of two itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast
from uuid import UUID

from babel.numbers import format_decimal
from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app.language import locale
from calendar_app.people.door import my_team, own, own_by_uuid, requires
from calendar_app.people.queries import people
from calendar_app.plans.forms import HoursForm, PreconditionForm, today
from calendar_app.plans.models import Plan, Precondition
from calendar_app.plans.preconditions import (
    KINDS,
    MINUTES_A_POST,
    RECHECK_AFTER,
    Check,
    Workload,
    unknown,
)
from calendar_app.plans.views.shared import (
    Conflict,
    bp,
    not_here,
    page,
    plan_to_change,
    saved,
    step_page,
)
from calendar_app.web.language import language
from calendar_app.web.request import now, session

Checks = Callable[[], Sequence[Check]]


def install(app: Flask, checks: Checks) -> None:
    """Let step 5 show what `checks` finds of this installation at each look."""
    app.extensions["kapstok.checks"] = checks


@bp.get("/plans/<int:plan_id>/preconditions")
@requires("team.see")
def show_preconditions(plan_id: int) -> ResponseReturnValue:
    """All eleven, each with how it stands."""
    plan = own(Plan, plan_id)
    return _all_page(plan, HoursForm(obj=plan))


@bp.get("/plans/<uuid:plan_uuid>/preconditions")
@requires("team.see")
def show_preconditions_from_outside(plan_uuid: UUID) -> ResponseReturnValue:
    """The address of them in mails, where no row number leaves the house."""
    plan = own_by_uuid(Plan, plan_uuid)
    return redirect(url_for("plans.show_preconditions", plan_id=plan.id))


@bp.post("/plans/<int:plan_id>/preconditions")
@requires("plans.write")
def save_hours(plan_id: int) -> ResponseReturnValue:
    """Write how many hours there are, and what a post takes."""
    plan = plan_to_change(plan_id)
    form = HoursForm(obj=plan)
    return saved(
        form,
        plan,
        lambda: plan.set_hours(form.hours_a_week.data, form.minutes_a_post.data),
        lambda conflict: _all_page(plan, form, conflict),
        _address_of(plan, "people"),
    )


@bp.get("/plans/<int:plan_id>/preconditions/<key>")
@requires("plans.write")
def show_precondition(plan_id: int, key: str) -> ResponseReturnValue:
    """One precondition, to rate; with a day to look again that can be kept."""
    plan = plan_to_change(plan_id)
    row = _precondition_of(plan, key)
    form = _form_of(row)
    if row.version == 0 or row.standing.is_due(today()):
        form.recheck_on.data = today() + RECHECK_AFTER
    return _one_page(plan, row, form)


@bp.post("/plans/<int:plan_id>/preconditions/<key>")
@requires("plans.write")
def save_precondition(plan_id: int, key: str) -> ResponseReturnValue:
    """Rate one precondition. The same form sent twice is one rating."""
    plan = plan_to_change(plan_id)
    row = _precondition_of(plan, key)
    form = _form_of(row)
    is_settled = not row.standing.is_due(today())
    if is_settled and form.validate_on_submit() and form.twin_among([row]) is not None:
        return redirect(_after(plan, row), 303)
    return saved(
        form,
        row,
        lambda: plan.rate(row, at=now(), today=today(), **form.texts()),
        lambda conflict: _one_page(plan, row, form, conflict),
        _after(plan, row),
    )


def _precondition_of(plan: Plan, key: str) -> Precondition:
    if key not in KINDS:
        raise not_here()
    return plan.precondition(key)


def _form_of(row: Precondition) -> PreconditionForm:
    form = PreconditionForm(obj=row)
    form.owner_id.offer(people(session(), my_team()), also=row.owner)
    return form


def _after(plan: Plan, row: Precondition) -> str:
    """Where the button that was pressed leads: to the next one nobody knows, or back to all."""
    others = [one.key for one in unknown(plan.standings) if one.key != row.key]
    if request.form.get("then") == "next" and others:
        keys = list(KINDS)
        later = (key for key in others if keys.index(key) > keys.index(row.key))
        following = next(later, others[0])
        return url_for("plans.show_precondition", plan_id=plan.id, key=following)
    return _address_of(plan, row.key)


def _address_of(plan: Plan, key: str) -> str:
    return url_for("plans.show_preconditions", plan_id=plan.id, _anchor=f"precondition-{key}")


def _all_page(plan: Plan, form: HoursForm, conflict: Conflict = ()) -> str:
    return step_page(
        plan,
        "preconditions",
        hours_form=form,
        usual_minutes=MINUTES_A_POST,
        conflict=conflict,
        checks=_checks(),
        hours=_hours(plan.workload),
    )


def _one_page(
    plan: Plan, row: Precondition, form: PreconditionForm, conflict: Conflict = ()
) -> str:
    return page(
        "plans/precondition.html",
        plan,
        current="preconditions",
        form=form,
        conflict=conflict,
        kind=KINDS[row.key],
        row=row,
        suggested=today() + RECHECK_AFTER,
        is_due=row.standing.is_due(today()),
        checks=_checks() if row.key == "infrastructure" else [],
        hours=_hours(plan.workload) if row.key == "people" else None,
    )


def _checks() -> Sequence[Check]:
    return cast("Checks", current_app.extensions["kapstok.checks"])()


def _hours(load: Workload) -> Check:
    """What the rhythm of the channels takes, beside the hours that there are, in words."""
    needed = format_decimal(load.needed, locale=locale(language()))
    told = {"needed": needed, "hours": load.hours}
    if not load.posts:
        words = _("No channel has a rhythm yet, so no hours can be counted.")
    elif load.hours is None:
        words = ngettext(
            "You ask one post a week; that takes %(needed)s hours. Nobody wrote down how many "
            "there are.",
            "You ask %(num)s posts a week; that takes %(needed)s hours. Nobody wrote down how many "
            "there are.",
            load.posts,
            **told,
        )
    else:
        words = ngettext(
            "You ask one post a week: %(needed)s hours; there are %(hours)s.",
            "You ask %(num)s posts a week: %(needed)s hours; there are %(hours)s.",
            load.posts,
            **told,
        )
    return Check(_("Time"), load.fits is True, words)
