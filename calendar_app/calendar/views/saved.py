"""Views of the calendar that people keep: their own, and those that the team shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from calendar_app.calendar import board, queries
from calendar_app.calendar.filters import VIEWS, from_address
from calendar_app.calendar.models import MOST_VIEWS, SavedView
from calendar_app.calendar.views.shared import bp
from calendar_app.errors import Forbidden, NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.door import may, me, my_team, own, requires
from calendar_app.posts.models import STATES
from calendar_app.web.forms import Form, LineField, expect_shown, needed
from calendar_app.web.request import commit, session
from calendar_app.web.templating import render


class SavedViewForm(Form):
    """The name of a view, and for whom it is."""

    name = LineField(
        _l("Name of this view"), limit=60, validators=[needed(_l("Give the view a name."))]
    )
    is_shared = BooleanField(_l("For the whole team"))
    query = HiddenField()


@bp.get("/calendar/views")
@requires("team.see")
def saved_views() -> ResponseReturnValue:
    """My views and those of the team, and a name for the one that the address holds."""
    query = normal(request.args.getlist)
    return _page(SavedViewForm(None, data={"query": query}))


@bp.post("/calendar/views")
@requires("views.own")
def save_view() -> ResponseReturnValue:
    """Keep a view under a name."""
    form = SavedViewForm()
    made: list[SavedView] = []

    def make() -> None:
        _expect_may_share(form)
        if queries.count_views(session(), my_team(), me()) >= MOST_VIEWS:
            raise Refused(N_("You keep many views already. Remove one first."), field="name")
        query = normal(_values_in(form.query.data or ""))
        shared = bool(form.is_shared.data)
        name = form.name.data
        made.append(SavedView.new(session(), me(), my_team().id, name, query, is_shared=shared))

    if not (form.validate() and form.obeys(make)):
        return _page(form), 422
    session().add(made[0])
    commit()
    flash(_("The view “%(name)s” is kept.", name=made[0].name), "good")
    return redirect(made[0].href, code=303)


@bp.post("/calendar/views/<int:saved_view_id>")
@requires("views.own")
def change_view(saved_view_id: int) -> ResponseReturnValue:
    """Another name, or for somebody else."""
    view, form = _mine(saved_view_id), SavedViewForm()
    view.expect(form.version.data)

    def change() -> None:
        _expect_may_share(form)
        view.rename(session(), form.name.data)
        view.is_shared = bool(form.is_shared.data)

    if not (form.validate() and form.obeys(change)):
        session().rollback()
        return _page(SavedViewForm(None), wrong=(saved_view_id, form)), 422
    commit()
    flash(_("Saved."), "good")
    return redirect(url_for("calendar.saved_views"), code=303)


@bp.post("/calendar/views/<int:saved_view_id>/deletion")
@requires("views.own")
def delete_view(saved_view_id: int) -> ResponseReturnValue:
    """Keep it no longer."""
    view = _mine(saved_view_id)
    expect_shown(view)
    session().delete(view)
    commit()
    flash(_("The view is removed."), "good")
    return redirect(url_for("calendar.saved_views"), code=303)


def normal(values_of: Callable[[str], Sequence[str]]) -> str:
    """What a view's address holds, without its day and without what means nothing."""
    name = next(iter(values_of("view")), VIEWS[0])
    by = next(iter(values_of("by")), board.BY[0])
    pairs = [("view", name if name in VIEWS else VIEWS[0])]
    if name == "board" and by in board.BY[1:]:
        pairs.append(("by", by))
    return urlencode([*pairs, *from_address(values_of, STATES).pairs()])


def _values_in(query: str) -> Callable[[str], Sequence[str]]:
    """The values in an address that a form brought along; none in what is none."""
    try:
        told = parse_qs(query, max_num_fields=500)
    except ValueError:
        told = {}
    return lambda name: told.get(name, [])


def _mine(view_id: int) -> SavedView:
    """A view that I may change: my own, or as an editor one of the team. Raises NotYours."""
    view = own(SavedView, view_id)
    if view.person_id == me().id or (view.is_shared and may("views.tidy")):
        return view
    raise NotYours(N_("This is not here, or not for you."))


def _expect_may_share(form: SavedViewForm) -> None:
    if form.is_shared.data and not may("views.share"):
        raise Forbidden(N_("Your role in this team does not allow this. Ask an administrator."))


def _page(form: SavedViewForm, wrong: tuple[int, SavedViewForm] | None = None) -> str:
    found = queries.views_for(session(), my_team(), me())
    forms = {view.id: SavedViewForm(None, obj=view, prefix="") for view in found}
    if wrong is not None:
        forms[wrong[0]] = wrong[1]
    return render("calendar/saved.html", form=form, saved=found, forms=forms)
