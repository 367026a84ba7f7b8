"""The page on which a team says how its posts are approved."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.people.models import Person
from calendar_app.people.permissions import allowed
from calendar_app.people.queries import members
from calendar_app.posts import approvals, workflow
from calendar_app.posts.queries import posts_in_review
from calendar_app.posts.review_forms import ReviewForm, as_shown
from calendar_app.posts.saying import hours_in_words
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import render

bp = Blueprint("reviewing", __name__)


@bp.get("/settings/review")
@requires("team.administer")
def show() -> ResponseReturnValue:
    """The levels of approval, what goes out without one, and when a request is escalated."""
    form = ReviewForm(None, data=as_shown(my_team()), people=_approvers())
    return _page(form)


@bp.post("/settings/review")
@requires("team.administer")
def save() -> ResponseReturnValue:
    """Save it; what is in review waits from now on for who may give its next approval."""
    team, people = my_team(), _approvers()
    form = ReviewForm(data=as_shown(team), people=people)
    if form.stale(team):
        kept = {name: value for name, value in as_shown(team).items() if name != "version"}
        return _page(form, form.differences(kept)), 409
    if not form.validate_on_submit():
        return _page(form), 422
    approvals.want_levels(team, form.wanted({one.id: one for one in people}))
    team.forms_without_approval = ",".join(form.free_forms.data)
    team.review_patience = form.review_patience.data
    team.escalates_to_id = form.escalates_to.data
    session().flush()
    _ask_who_may(me())
    audit("review.changed", team, levels=len(team.review_levels))
    commit()
    flash(_("Saved."), "good")
    return redirect("/settings/review", 303)


def pass_on() -> None:
    """Let no post of the team wait for a colleague who may not give its approval any more.

    The history says that somebody else is asked, and not whose doing it is.
    """
    _ask_who_may(None)


def _ask_who_may(by: Person | None) -> None:
    if not my_team().review_levels:
        return
    for post in posts_in_review(session(), my_team()):
        post.ask_who_may(by, now())


def _page(form: ReviewForm, conflict: Sequence[object] = ()) -> str:
    nobody_named = approvals.nobody_named(my_team())
    places = {at for at, one in enumerate(my_team().review_levels) if one.id in nobody_named}
    return render(
        "posts/review_settings.html",
        form=form,
        conflict=conflict,
        nobody_named=places,
        hours=hours_in_words(my_team()),
    )


def _approvers() -> list[Person]:
    """The colleagues who may approve and may be listed, by name."""
    found = members(session(), my_team())
    return [one.person for one in found if allowed(one.role, workflow.APPROVE.action)]
