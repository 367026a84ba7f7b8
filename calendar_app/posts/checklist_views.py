"""The team's checklist: keeping the list, and ticking its points for a post."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.posts import checklist, queries
from calendar_app.posts.checklist import MOST_POINTS, ChecklistPoint, checklist_of
from calendar_app.posts.checklist_forms import PointForm, ids, shown_of
from calendar_app.posts.page import MOST_TRIES
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import render

bp = Blueprint("checklist", __name__)


@dataclass(frozen=True)
class _Told:
    """A form as it was sent, of which point (None: a new one), and what was saved meanwhile."""

    form: PointForm
    point_id: int | None = None
    conflict: list[tuple[str, str, str]] | None = None


@bp.get("/settings/checklist")
@requires("checklist.write")
def see() -> ResponseReturnValue:
    """The list that the team goes through for each post."""
    return _page()


@bp.post("/settings/checklist/points")
@requires("checklist.write")
def add() -> ResponseReturnValue:
    """One more point."""
    form = PointForm(None)
    made: list[ChecklistPoint] = []

    def write() -> None:
        made.append(checklist.add(session(), my_team(), form.text.data))

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _page(_Told(form)), 422
    audit("checklist_point.added", made[0])
    commit()
    return _saved()


@bp.post("/settings/checklist/points/<int:point_id>")
@requires("checklist.write")
def change(point_id: int) -> ResponseReturnValue:
    """Other words for a point; what was ticked stays ticked."""
    try:
        return _change(point_id)
    except StaleDataError:
        # Of two at one moment the database tells the second only at the end.
        session().rollback()
        return _change(point_id)


@bp.post("/settings/checklist/points/<int:point_id>/place")
@requires("checklist.write")
def move(point_id: int) -> ResponseReturnValue:
    """One place up, or down."""
    point = _point(point_id)
    checklist.move(session(), my_team(), point, up=request.form.get("to") == "up")
    audit("checklist_point.moved", point)
    commit()
    return redirect(url_for("checklist.see", _anchor=f"point-{point_id}"), code=303)


@bp.post("/settings/checklist/points/<int:point_id>/removal")
@requires("checklist.write")
def remove(point_id: int) -> ResponseReturnValue:
    """Take a point off the list. Posts that are over keep their ticks. Raises Stale."""
    point = _point(point_id)
    expect_shown(point)
    point.remove(now())
    audit("checklist_point.removed", point)
    commit()
    flash(_("“%(text)s” is off the list. You can put it back below.", text=point.text), "good")
    return redirect(url_for("checklist.see", _anchor="removed"), code=303)


@bp.post("/settings/checklist/points/<int:point_id>/restoration")
@requires("checklist.write")
def put_back(point_id: int) -> ResponseReturnValue:
    """Put a removed point back, with what was ticked of it."""
    point = _point(point_id)
    form = PointForm.of(point)
    if not form.obeys(lambda: checklist.put_back(session(), my_team(), point, now())):
        session().rollback()
        return _page(refusals=[str(words) for words in form.text.errors]), 422
    audit("checklist_point.put_back", point)
    commit()
    return _saved()


@bp.post("/posts/<int:post_id>/checks")
@requires("posts.write")
def tick(post_id: int) -> ResponseReturnValue:
    """What changed among the boxes since the page was shown; what others ticked stays."""
    ticked, were_ticked = ids(request.form.getlist("ticked")), ids(request.form.getlist("were"))
    for again in range(MOST_TRIES):
        post = queries.post_of(session(), my_team(), post_id)
        try:
            checklist.untick(session(), post, were_ticked - ticked)
            checklist.tick(session(), post, ticked - were_ticked, me(), now())
            commit()
            break
        except IntegrityError:
            # Somebody ticked the same point at the same moment: now theirs is seen.
            session().rollback()
            if again == MOST_TRIES - 1:
                raise
    if not request.headers.get("HX-Request"):
        return redirect(url_for("posts.see", post_id=post_id, _anchor="checklist"), code=303)
    post = queries.post_of(session(), my_team(), post_id)
    page = render("posts/checklist.html", post=post, checklist=checklist_of(session(), post))
    # The playing field check names what is open.
    return page, {"HX-Trigger-After-Swap": "checklist-changed"}


def _change(point_id: int) -> ResponseReturnValue:
    point = _point(point_id)
    if point.removed_at is not None:
        # What was typed stands where it can become a new point.
        fresh = PointForm(None)
        fresh.text.errors = (_("Somebody took this point off the list. Add it anew, or leave it."),)
        return _page(_Told(fresh)), 409
    form = PointForm(point, data=shown_of(point))
    if form.stale(point):
        conflict = form.differences({"text": point.text})
        return _page(_Told(form, point_id, conflict)), 409

    def write() -> None:
        checklist.change(session(), my_team(), point, form.text.data, now())

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _page(_Told(form, point_id)), 422
    audit("checklist_point.changed", point)
    commit()
    return _saved()


def _point(point_id: int) -> ChecklistPoint:
    return checklist.point_of(session(), my_team(), point_id)


def _saved() -> ResponseReturnValue:
    flash(_("Saved."), "good")
    return redirect(url_for("checklist.see"), code=303)


def _page(told: _Told | None = None, *, refusals: list[str] | None = None) -> str:
    """The page of the list, with what was typed and why it was not saved."""
    points = checklist.points_of(session(), my_team())
    return render(
        "posts/checklist_settings.html",
        points=[
            {
                "kept": one,
                "form": told.form if told and told.point_id == one.id else PointForm.of(one),
                "conflict": told.conflict if told and told.point_id == one.id else None,
            }
            for one in points
        ],
        new=told.form if told and told.point_id is None else PointForm.of(None),
        is_full=len(points) >= MOST_POINTS,
        most=MOST_POINTS,
        removed=checklist.removed_from(session(), my_team()),
        refusals=refusals or [],
    )
