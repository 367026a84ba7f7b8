"""The history of a post, so many changes a page: what was long ago stands behind what is new."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from calendar_app.people.door import may, my_team, requires
from calendar_app.posts import history, queries, workflow
from calendar_app.posts.page import NAMES, older, words_of_history
from calendar_app.web.request import row_number, session
from calendar_app.web.templating import render

bp = Blueprint("history", __name__)


@bp.get("/posts/<int:post_id>/history")
@requires("team.see")
def see(post_id: int) -> ResponseReturnValue:
    """The changes before the one that the address names, the last first; without one the newest."""
    post = queries.post_of(session(), my_team(), post_id)
    before = request.args.get("before", type=row_number)
    changes = queries.changes_of(session(), post, most=history.AT_ONCE + 1, before=before)
    return render(
        "posts/history.html",
        post=post,
        history=history.entries(changes[: history.AT_ONCE], words_of_history()),
        older=older(changes),
        is_newest=before is None,
        writes=may("posts.write") and post.state not in workflow.CLOSED,
        names=NAMES,
    )
