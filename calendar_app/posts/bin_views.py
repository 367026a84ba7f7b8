"""A post that a colleague put in the bin while somebody was busy with it: nothing typed is lost."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from calendar_app.errors import Refused
from calendar_app.people.door import may, me, my_role, my_team
from calendar_app.posts import autosaves, queries
from calendar_app.posts.autosaves import CHANGES, COMMENT, Stamps
from calendar_app.posts.queries import InBin
from calendar_app.posts.unsaved import words_in
from calendar_app.web.errors import refused
from calendar_app.web.request import commit, now, session, wants_json
from calendar_app.web.templating import render

bp = Blueprint("in_bin", __name__)

# The part of a post whose form has a field of this name.
_PARTS = {"title": "", "comment": COMMENT, "note": CHANGES}


@bp.app_errorhandler(InBin)
def told(in_bin: InBin) -> ResponseReturnValue:
    """Who may write is told where it is, with what they typed and the way to take it out."""
    if wants_json() or request.headers.get("HX-Request") or my_role() is None:
        return refused(in_bin)
    if not may("posts.write"):
        return refused(in_bin)
    session().rollback()
    post = queries.post_in_bin(session(), my_team(), in_bin.post_id)
    is_sent = request.method == "POST"
    page = render(
        "posts/in_bin.html",
        post=post,
        words=words_in(request.form.items(multi=True)) if is_sent else [],
        is_kept=is_sent and _is_kept(in_bin.post_id),
    )
    return page, 409 if is_sent else 404


def _is_kept(post_id: int) -> bool:
    """Keep it for me besides, so that it stands in its form once the post is out of the bin."""
    part = next((part for name, part in _PARTS.items() if name in request.form), None)
    if part is None:
        return False
    post = queries.post_in_bin(session(), my_team(), post_id)
    stamps = Stamps(request.form.get("stamp", "")[:32])
    where = (my_team(), me(), autosaves.place_of(post, part))
    try:
        autosaves.keep(session(), where, post, autosaves.sent(request.form), stamps, now())
    except Refused:
        # There is something newer, or it is more than can be kept; it stands on the page.
        return False
    commit()
    return True
