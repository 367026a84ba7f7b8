"""All values of a plan together: to read and say so, and to share the posts out over them."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.door import audit, me, own, requires
from calendar_app.plans import queries
from calendar_app.plans.forms import ReadingForm, SharesForm, shares_form
from calendar_app.plans.models import BRAND_KIND_NAMES, BrandValue, Plan, ValueReading
from calendar_app.plans.steps import WHOLE
from calendar_app.plans.views.shared import Conflict, bp, page, plan_to_change
from calendar_app.web.request import commit, now, session


@bp.get("/plans/<int:plan_id>/values")
@requires("team.see")
def show_values(plan_id: int) -> ResponseReturnValue:
    """The playing field to read, and who has read it."""
    return _values_page(own(Plan, plan_id))


@bp.post("/plans/<int:plan_id>/values/reading")
@requires("team.see")
def confirm_reading(plan_id: int) -> ResponseReturnValue:
    """Say that I have read the values: my own word, and of the texts that I was shown.

    No line in the log: that would name who does not want to be seen.
    """
    plan = plan_to_change(plan_id)
    if not plan.values:
        raise Refused(N_("There are no brand values to read yet."))
    if ReadingForm().digest.data != plan.values_digest:
        flash(_("The values changed while you were reading. Read them once more."), "warn")
        return _values_page(plan), 409
    _note_reading(plan)
    commit()
    flash(_("Thank you. You have read the values."), "good")
    return redirect(url_for("plans.show_values", plan_id=plan.id, _anchor="readers"), 303)


def _note_reading(plan: Plan) -> None:
    reading = queries.reading_of(session(), plan, me())
    if reading is not None:
        reading.renew(plan.values_digest, now())
        return
    whose = {"team_id": plan.team_id, "plan_id": plan.id, "person_id": me().id}
    session().add(ValueReading(**whose, digest=plan.values_digest, read_at=now()))


def _values_page(plan: Plan) -> str:
    queries.fill(session(), plan)
    return page(
        "plans/values.html",
        plan,
        current="what",
        digest=plan.values_digest,
        readers=queries.readers_of(session(), plan, me().id),
        brand_kind_names=BRAND_KIND_NAMES,
    )


@bp.get("/plans/<int:plan_id>/shares")
@requires("plans.write")
def show_shares(plan_id: int) -> ResponseReturnValue:
    """The wanted shares of all values in one table."""
    plan = plan_to_change(plan_id)
    return _shares_page(plan, shares_form(plan.values))


@bp.post("/plans/<int:plan_id>/shares")
@requires("plans.write")
def save_shares(plan_id: int) -> ResponseReturnValue:
    """Write the shares, or fill in others that add up, to look at before they are saved."""
    plan = plan_to_change(plan_id)
    form = shares_form(plan.values)
    if form.stale_among(plan.values):
        return _shares_page(plan, form, form.conflict_with(plan.values)), 409
    if form.propose():
        return _shares_page(plan, form, proposed=True)
    if not (form.validate_on_submit() and form.obeys(lambda: plan.share_out(form.shares()))):
        return _shares_page(plan, form), 422
    if any(session().is_modified(value) for value in plan.values):
        audit("plan.shared_out", plan)
    commit()
    return _told_of_total(plan)


def _told_of_total(plan: Plan) -> ResponseReturnValue:
    """Go on when the shares are whole; else stay, and say what they add up to."""
    total = plan.wanted_total
    if total == WHOLE:
        flash(_("Saved. The shares add up to %(total)s%%.", total=total), "good")
        return redirect(url_for("plans.show_what", plan_id=plan.id, _anchor="values"), 303)
    flash(_("Saved. The shares add up to %(total)s%%. Make it 100%%.", total=total), "warn")
    return redirect(url_for("plans.show_shares", plan_id=plan.id), 303)


def _shares_page(
    plan: Plan, form: SharesForm, conflict: Conflict = (), *, proposed: bool = False
) -> str:
    counts = queries.counts_by(session(), BrandValue, plan.values, now())
    return page(
        "plans/shares.html",
        plan,
        current="what",
        form=form,
        conflict=conflict,
        proposed=proposed,
        fields=form.share_fields(),
        counts=counts,
    )
