"""Keeping what is typed of a post while it is typed, and throwing it away."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from calendar_app.errors import Forbidden
from calendar_app.language import N_
from calendar_app.people.door import may, me, my_team, requires
from calendar_app.posts import autosaves, queries
from calendar_app.posts.autosaves import Stamps
from calendar_app.posts.comments import comment_made_by
from calendar_app.posts.media import one_of
from calendar_app.posts.models import Post
from calendar_app.posts.unsaved import words_in
from calendar_app.text import clean_text
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import clock_time, render

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


@bp.post("/posts/<int:post_id>/comments/autosave")
@requires("posts.comment")
def keep_comment(post_id: int) -> ResponseReturnValue:
    """Keep a comment as it stands; where it is, once it is there."""
    post = queries.post_of(session(), my_team(), post_id)
    key = request.form.get("creation_key", "")[:64]
    if key and comment_made_by(session(), post, key) is not None:
        return jsonify(made=url_for("posts.see", post_id=post.id, _anchor="comments"))
    return _kept(autosaves.place_of(post, autosaves.COMMENT), post)


@bp.post("/posts/<int:post_id>/changes/autosave")
@requires("posts.approve")
def keep_note(post_id: int) -> ResponseReturnValue:
    """Keep a note that asks for changes as it stands, unless it was sent."""
    post = queries.post_of(session(), my_team(), post_id)
    if queries.asked_by(session(), post, me(), clean_text(request.form.get("note", ""))):
        return jsonify(made=url_for("posts.see", post_id=post.id))
    return _kept(autosaves.place_of(post, autosaves.CHANGES), post)


@bp.post("/posts/<int:post_id>/publishing/text/autosave")
@requires("posts.place")
def keep_own_words(post_id: int) -> ResponseReturnValue:
    """Keep the words of the ambassador as they stand."""
    post = queries.post_of(session(), my_team(), post_id)
    if not post.goes_out_from(me()):
        raise Forbidden(N_("This post does not go out from your account."))
    return _kept(autosaves.place_of(post, autosaves.OWN_ACCOUNT), post)


@bp.post("/posts/<int:post_id>/media/<int:media_id>/autosave")
@requires("posts.write")
def keep_alternative(post_id: int, media_id: int) -> ResponseReturnValue:
    """Keep what is said of an image as it stands."""
    post = queries.post_of(session(), my_team(), post_id)
    one = one_of(session(), post, media_id)
    return _kept(autosaves.place_of(post, autosaves.part_of_media(one.id)), post)


@bp.get("/posts/autosaves/<int:autosave_id>")
@requires("posts.place")
def show(autosave_id: int) -> ResponseReturnValue:
    """What I typed where I cannot write any more: to copy, or to throw away."""
    kept = autosaves.own(session(), my_team(), me(), autosave_id)
    post = None if kept.post_id is None else session().get(Post, kept.post_id)
    is_there = post is not None and post.deleted_at is None
    return render(
        "posts/typed.html",
        kept=kept,
        post=post if is_there else None,
        words=words_in(kept.pairs),
    )


@bp.post("/posts/autosaves/<int:autosave_id>/removal")
@requires("posts.place")
def remove(autosave_id: int) -> ResponseReturnValue:
    """Throw away what I typed and did not save."""
    kept = autosaves.own(session(), my_team(), me(), autosave_id)
    post = None if kept.post_id is None else session().get(Post, kept.post_id)
    where = _page_of(post, is_own_account=kept.is_of_own_account)
    autosaves.forget(session(), me(), kept.place)
    commit()
    flash(_("What you typed is thrown away."), "good")
    return redirect(where, code=303)


def _page_of(post: Post | None, *, is_own_account: bool) -> str:
    """Where I go on with that post, or with a new one, as far as I may."""
    if post is None:
        return url_for("posts.new" if may("posts.write") else "calendar.today")
    is_mine = is_own_account and post.goes_out_from(me())
    return url_for("publishing.show" if is_mine else "posts.see", post_id=post.id)


def _kept(place: str, post: Post | None) -> ResponseReturnValue:
    pairs = autosaves.sent(request.form)
    stamps = Stamps(request.form.get("stamp", "")[:32], request.form.get("following", ""))
    new_stamp = autosaves.keep(session(), (my_team(), me(), place), post, pairs, stamps, now())
    commit()
    return jsonify(stamp=new_stamp, at=clock_time(now()))
