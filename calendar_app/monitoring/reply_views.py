"""Replies that did well, to use again: a short list of the team."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.monitoring import queries
from calendar_app.monitoring.forms import ReplyForm
from calendar_app.monitoring.models import WebcareReply, check_room
from calendar_app.people.door import audit, my_team, own, requires
from calendar_app.web.forms import expect_shown
from calendar_app.web.language import language
from calendar_app.web.request import commit, now, once_more, session
from calendar_app.web.templating import render

bp = Blueprint("replies", __name__)

Conflict = Sequence[tuple[str, str, str]]


@bp.get("/webcare/replies")
@requires("team.see")
def show_all() -> ResponseReturnValue:
    """The list, and for who may a form for one more."""
    return _list_page()


@bp.post("/webcare/replies")
@requires("webcare.write")
def add() -> ResponseReturnValue:
    """One more reply."""
    form = ReplyForm()
    reply = WebcareReply(team_id=my_team().id)

    def write() -> None:
        # Held, so that two who add at one moment count each other.
        session().refresh(my_team(), with_for_update=True)
        check_room(len(queries.replies_of(session(), my_team())))
        reply.edit(form.title.data, form.text.data)

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _list_page(form), 422
    session().add(reply)
    audit("webcare_reply.added", reply)
    commit()
    return _saved()


@bp.get("/webcare/replies/<int:reply_id>")
@requires("webcare.write")
def show(reply_id: int) -> ResponseReturnValue:
    """The form of a reply."""
    reply = own(WebcareReply, reply_id)
    return _form_page(reply, _form_of(reply))


@bp.post("/webcare/replies/<int:reply_id>")
@requires("webcare.write")
def change(reply_id: int) -> ResponseReturnValue:
    """Other words for a reply."""
    return once_more(lambda: _change(reply_id))


def _change(reply_id: int) -> ResponseReturnValue:
    reply = own(WebcareReply, reply_id)
    form = _form_of(reply)
    if form.stale(reply):
        kept = {"title": reply.title, "text": reply.text}
        return _form_page(reply, form, form.differences(kept)), 409
    if not (form.validate() and form.obeys(lambda: reply.edit(form.title.data, form.text.data))):
        session().rollback()
        return _form_page(own(WebcareReply, reply_id), form), 422
    audit("webcare_reply.changed", reply)
    commit()
    return _saved()


@bp.post("/webcare/replies/<int:reply_id>/removal")
@requires("webcare.write")
def remove(reply_id: int) -> ResponseReturnValue:
    """Take it off the list. Raises Stale."""
    reply = own(WebcareReply, reply_id)
    expect_shown(reply)
    reply.remove(now())
    audit("webcare_reply.removed", reply)
    commit()
    flash(_("“%(text)s” is off the list. You can put it back below.", text=reply.title), "good")
    return redirect(url_for("replies.show_all", _anchor="removed"), 303)


@bp.post("/webcare/replies/<int:reply_id>/restoration")
@requires("webcare.write")
def put_back(reply_id: int) -> ResponseReturnValue:
    """Put a removed one back on the list."""
    reply = session().get(WebcareReply, reply_id)
    if reply is None or reply.team_id != my_team().id or reply.deleted_at is None:
        raise NotYours(N_("This is not here, or not for you."))
    try:
        reply.put_back(len(queries.replies_of(session(), my_team())))
    except Refused as refused:
        flash(refused.words(language()), "bad")
        return _list_page(), 422
    audit("webcare_reply.put_back", reply)
    commit()
    return _saved()


def _saved() -> ResponseReturnValue:
    flash(_("Saved."), "good")
    return redirect(url_for("replies.show_all"), 303)


def _form_of(reply: WebcareReply) -> ReplyForm:
    return ReplyForm(data={"title": reply.title, "text": reply.text, "version": reply.version})


def _form_page(reply: WebcareReply, form: ReplyForm, conflict: Conflict = ()) -> str:
    return render("monitoring/reply.html", reply=reply, form=form, conflict=conflict)


def _list_page(form: ReplyForm | None = None) -> str:
    return render(
        "monitoring/replies.html",
        replies=queries.replies_of(session(), my_team()),
        removed=queries.removed_replies(session(), my_team()),
        form=form or ReplyForm(formdata=None),
    )
