"""Undoing what I just did."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app.calendar.views.shared import bp
from calendar_app.people.door import audit, me, my_team, requires
from calendar_app.posts import undo
from calendar_app.posts.undo import Undoable
from calendar_app.web.request import commit_if_first, now, session, wants_json
from calendar_app.web.security import own_address

# What the audit log says of undoing; moves are in the history of the post alone.
_TOLD = {undo.ADDED: "post.deleted", undo.DELETED: "post.restored"}


@bp.post("/undo")
@requires("posts.write")
def undo_last() -> ResponseReturnValue:
    """Undo the last thing that I did to posts."""
    return _undo(undo.last_of(session(), my_team(), me(), now()))


@bp.post("/undo/<uuid:undo_uuid>")
@requires("posts.write")
def undo_this(undo_uuid: UUID) -> ResponseReturnValue:
    """Undo one thing that I did to posts."""
    return _undo(undo.named(session(), my_team(), me(), str(undo_uuid)))


def _undo(undoable: Undoable) -> ResponseReturnValue:
    posts = undo.take_back(session(), undoable, me(), now())
    if undoable.kind == undo.IMPORTED:
        # One thing that somebody did, however many posts it was.
        audit("import.undone", posts=len(posts))
    for post in posts:
        if undoable.kind in _TOLD:
            audit(_TOLD[undoable.kind], post)
    words = _words(undoable.kind, [post.title for post in posts])
    commit_if_first()
    if wants_json():
        return jsonify(message=words)
    flash(words, "good")
    return redirect(own_address(request.form.get("next"), "/calendar"), code=303)


def _words(kind: str, titles: Sequence[str]) -> str:
    """What has been undone, in one sentence."""
    if kind == undo.SERIES:
        return _("Undone: the series is as it was.")
    if kind in {undo.ADDED, undo.IMPORTED} and len(titles) > 1:
        return ngettext(
            "Undone: %(num)s post is in the bin.",
            "Undone: %(num)s posts are in the bin.",
            len(titles),
        )
    if kind in {undo.ADDED, undo.IMPORTED}:
        return _("Undone: “%(title)s” is in the bin.", title=titles[0])
    if len(titles) == 1:
        return _("Undone: “%(title)s” is as it was.", title=titles[0])
    return ngettext(
        "Undone: %(num)s post is as it was.",
        "Undone: %(num)s posts are as they were.",
        len(titles),
    )
