"""Comments on a post: saying something, seeing to it, and taking it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from calendar_app.errors import Forbidden
from calendar_app.language import N_
from calendar_app.people.door import me, my_role, my_team, requires
from calendar_app.posts import comments, queries
from calendar_app.posts.autosaves import COMMENT
from calendar_app.posts.comments import PostComment
from calendar_app.posts.forms import CommentForm
from calendar_app.posts.models import Post
from calendar_app.posts.page import page_of
from calendar_app.posts.unsaved import forget_sent
from calendar_app.web.request import commit, now, session

bp = Blueprint("comments", __name__)


@bp.post("/posts/<int:post_id>/comments")
@requires("posts.comment")
def add(post_id: int) -> ResponseReturnValue:
    """One more comment. The same form sent twice makes one."""
    post, form = _post(post_id), CommentForm()
    key = form.creation_key.data or ""

    def write() -> None:
        comments.write(session(), post, form.comment.data, me(), now(), creation_key=key)

    if _is_written(post_id, key):
        return _back_to(post_id)
    if not (form.validate() and form.obeys(write)):
        return page_of(post, comment=form), 422
    try:
        forget_sent(post, COMMENT, comment=form.comment.data)
        commit()
    except IntegrityError:
        # When the same form came in twice at one moment, the first made the comment.
        session().rollback()
        if not _is_written(post_id, key):
            raise
    flash(_("The comment is added."), "good")
    for name in comments.names_of_nobody(session(), _post(post_id), form.comment.data)[:3]:
        flash(
            _("Nobody is called %(name)s here, so nobody is told by that name.", name=name), "warn"
        )
    return _back_to(post_id)


@bp.post("/posts/<int:post_id>/comments/<int:comment_id>/resolution")
@requires("comments.own")
def resolve(post_id: int, comment_id: int) -> ResponseReturnValue:
    """It has been seen to."""
    _to_settle(post_id, comment_id).resolve(me(), now())
    commit()
    flash(_("The comment is resolved."), "good")
    return _back_to(post_id)


@bp.post("/posts/<int:post_id>/comments/<int:comment_id>/resolution/undo")
@requires("comments.own")
def open_again(post_id: int, comment_id: int) -> ResponseReturnValue:
    """It has not been seen to after all."""
    _to_settle(post_id, comment_id).open_again()
    commit()
    flash(_("The comment is open again."), "good")
    return _back_to(post_id)


@bp.post("/posts/<int:post_id>/comments/<int:comment_id>/removal")
@requires("comments.own")
def remove(post_id: int, comment_id: int) -> ResponseReturnValue:
    """Take back what I said."""
    _comment(post_id, comment_id).remove(me(), now())
    commit()
    flash(_("The comment is removed."), "good")
    return _back_to(post_id)


def _post(post_id: int) -> Post:
    return queries.post_of(session(), my_team(), post_id)


def _is_written(post_id: int, key: str) -> bool:
    """Whether the form with this key made a comment before."""
    return bool(key) and comments.comment_made_by(session(), _post(post_id), key[:64]) is not None


def _comment(post_id: int, comment_id: int) -> PostComment:
    return comments.comment_on(session(), _post(post_id), comment_id)


def _to_settle(post_id: int, comment_id: int) -> PostComment:
    """The comment, for who may resolve it. Raises NotYours, Forbidden."""
    comment = _comment(post_id, comment_id)
    if not comment.may_settle(me(), my_role()):
        raise Forbidden(N_("Only writers, and who wrote it or is mentioned in it, can do this."))
    return comment


def _back_to(post_id: int) -> ResponseReturnValue:
    return redirect(url_for("posts.see", post_id=post_id, _anchor="comments"), code=303)
