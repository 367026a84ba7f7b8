"""A post that says the same as the one that is written, around the same days."""

from __future__ import annotations

from flask import url_for

from calendar_app.language import N_
from calendar_app.people.door import my_team
from calendar_app.posts import queries, workflow
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from calendar_app.posts.playing_field import Remark
from calendar_app.posts.queries import Twin
from calendar_app.web.request import now, session
from calendar_app.web.templating import short_day

_PLANNED = N_("The same text is planned on %(day)s.")
_OUT = N_("The same text went out on %(day)s.")


def about_twins(content: Content, post: Post | None) -> list[Remark]:
    """A hint for each post with a text of `content` near its day; none once `post` is over.

    `post` is the one that is written, None for a new one. A text for a single channel counts as
    well as the text for all.
    """
    if post is not None and post.state in workflow.CLOSED:
        return []
    start = content.starts_at or now()
    texts = [content.text, *(text for _channel, text in content.own_texts)]
    return [_hint(twin) for twin in queries.twins(session(), my_team(), texts, start, post)]


def _hint(twin: Twin) -> Remark:
    return Remark(
        "info",
        _OUT if twin.state == "published" else _PLANNED,
        N_("Who follows you may read it twice."),
        {"day": short_day(twin.local_start)},
        way=(url_for("posts.see", post_id=twin.id), twin.title),
    )
