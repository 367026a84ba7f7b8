"""The playing field check and the previews while a post is written, of the form as it stands."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from calendar_app.people.door import my_team, requires
from calendar_app.posts import queries
from calendar_app.posts.checklist import checklist_of
from calendar_app.posts.content import Content
from calendar_app.posts.desk import as_typed, my_desk, previews_of, remarks_on
from calendar_app.posts.forms import PostForm
from calendar_app.posts.media import media_of, without_words
from calendar_app.posts.models import Post
from calendar_app.posts.page import around_text
from calendar_app.posts.playing_field import Remark, about_checklist, about_pictures
from calendar_app.posts.twins import about_twins
from calendar_app.web.request import row_number, session
from calendar_app.web.templating import render

bp = Blueprint("check", __name__)


@bp.post("/posts/check")
@requires("posts.write")
def check() -> ResponseReturnValue:
    """What is good and what is missing of the form that was sent, and how its channels show it.

    Nothing is kept of it. Raises NotYours for the post of another team.
    """
    post_id = request.form.get("checked_post", type=row_number)
    post = None if post_id is None else queries.post_of(session(), my_team(), post_id)
    form = PostForm(my_desk(), Content("") if post is None else post.content, request.form)
    return render(
        "posts/check.html",
        remarks=[
            *remarks_on(form, post),
            *about_twins(as_typed(form), post),
            *([] if post is None else _about_what_hangs_on(post)),
        ],
        previews=previews_of(form),
        typed=as_typed(form),
        around=around_text(form, post, () if post is None else media_of(session(), post)),
        post_id=post_id,
    )


def _about_what_hangs_on(post: Post) -> list[Remark]:
    return [
        *about_pictures(without_words(media_of(session(), post))),
        *about_checklist(checklist_of(session(), post).open),
    ]
