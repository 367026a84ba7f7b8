"""A plan copied to a new period."""

from __future__ import annotations

from collections.abc import Iterator

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.people.door import audit, my_team, own, requires
from calendar_app.people.queries import accounts
from calendar_app.plans import queries
from calendar_app.plans.forms import CopyForm
from calendar_app.plans.models import Plan, copied
from calendar_app.plans.views.shared import address_of, bp, page
from calendar_app.web.request import commit, session


@bp.get("/plans/<int:plan_id>/copy")
@requires("plans.write")
def show_copy(plan_id: int) -> ResponseReturnValue:
    """A form for the plan of a new period; one in the archive can be copied too."""
    plan = own(Plan, plan_id)
    return _copy_page(plan, CopyForm(name=plan.name))


@bp.post("/plans/<int:plan_id>/copy")
@requires("plans.write")
def copy_plan(plan_id: int) -> ResponseReturnValue:
    """Make the plan of a new period. The same form sent twice makes one."""
    plan = own(Plan, plan_id)
    session().refresh(plan, with_for_update=True)
    form = CopyForm()
    if not form.validate_on_submit():
        return _copy_page(plan, form), 422
    twin = form.twin_among(_copies_of(plan))
    if twin is not None:
        return redirect(address_of(twin), 303)
    try:
        copy = _copied(plan, form)
    except Refused as refused:
        form.refuse(refused)
        return _copy_page(plan, form), 422
    session().add(copy)
    audit("plan.copied", copy, copied_from=plan.id)
    commit()
    flash(_("The copy is there. Begin with its question: is the date right?"), "good")
    return redirect(address_of(copy), 303)


def _copied(plan: Plan, form: CopyForm) -> Plan:
    # Also who is not seen: the role matrix does not show them, and keeps them.
    members = {one.person_id for one in accounts(session(), my_team())}
    whole = queries.fill_whole(session(), plan)
    return copied(whole, form.name.data, form.question_before.data, members)


def _copies_of(plan: Plan) -> Iterator[Plan]:
    """The other plans in use that ask what `plan` asks."""
    for other in queries.plans_of(session(), my_team()):
        asks_the_same = (
            other.question_group == plan.question_group
            and other.question_behaviour == plan.question_behaviour
            and other.question_measure == plan.question_measure
        )
        if other is not plan and other.archived_at is None and asks_the_same:
            yield other


def _copy_page(plan: Plan, form: CopyForm) -> str:
    return page("plans/copy.html", plan, form=form)
