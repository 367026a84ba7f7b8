"""Keeping what is typed of a post while it is typed, and throwing it away."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from calendar_app.people.door import me, my_team, requires
from calendar_app.posts import autosaves, queries
from calendar_app.posts.autosaves import Stamps
from calendar_app.posts.models import Post
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import clock_time

bp = Blueprint("autosaves", __name__)


@bp.post("/posts/<int:post_id>/autosave")
@requires("posts.write")
def keep(post_id: int) -> ResponseReturnValue:
    """Keep the fields of a post as they stand; a script asks, and gets JSON."""
    post = queries.post_of(session(), my_team(), post_id)
    return _kept(autosaves.place_of(post), post)


@bp.post("/posts/autosave")
@requires("posts.write")
def keep_new() -> ResponseReturnValue:
    """Keep the fields of a post that is not there yet; where it is, once it is."""
    key = request.form.get("creation_key", "")[:64]
    if not key:
        raise BadRequest
    made = queries.post_made_by(session(), my_team(), key)
    if made is not None:
        return jsonify(made=url_for("posts.see", post_id=made.id))
    return _kept(autosaves.place_of_new(key), None)


@bp.post("/posts/autosaves/<int:autosave_id>/removal")
@requires("posts.write")
def remove(autosave_id: int) -> ResponseReturnValue:
    """Throw away what I typed and did not save."""
    kept = autosaves.own(session(), my_team(), me(), autosave_id)
    post_id = kept.post_id
    autosaves.forget(session(), me(), kept.place)
    commit()
    flash(_("What you typed is thrown away."), "good")
    leads_to = url_for("posts.new") if post_id is None else url_for("posts.see", post_id=post_id)
    return redirect(leads_to, code=303)


def _kept(place: str, post: Post | None) -> ResponseReturnValue:
    pairs = autosaves.sent(request.form)
    stamps = Stamps(request.form.get("stamp", "")[:32], request.form.get("following", ""))
    new_stamp = autosaves.keep(session(), (my_team(), me(), place), post, pairs, stamps, now())
    commit()
    return jsonify(stamp=new_stamp, at=clock_time(now()))
