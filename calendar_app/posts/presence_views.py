"""Who else writes on a post now: the page of a writer asks while it is open, and says so itself."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from calendar_app.people.door import me, own, requires, shown
from calendar_app.people.models import Person
from calendar_app.posts import presence
from calendar_app.posts.models import Post
from calendar_app.posts.saying import listed
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import with_capital

bp = Blueprint("presence", __name__)


@bp.post("/posts/<int:post_id>/presence")
@requires("posts.write")
def be_there(post_id: int) -> ResponseReturnValue:
    """I have the page of a post open; the answer is who else has, as a sentence in JSON."""
    post = own(Post, post_id)
    if not presence.is_fresh(session(), post, me(), now()):
        presence.note(session(), post, me(), now())
    said = _said(presence.others(session(), post, me(), now()))
    commit()
    return jsonify(said=said)


@bp.post("/posts/<int:post_id>/presence/end")
@requires("posts.write")
def leave(post_id: int) -> ResponseReturnValue:
    """My page of the post closed; a browser that leaves waits for no answer."""
    presence.end(session(), own(Post, post_id), me())
    commit()
    return jsonify(said="")


def _said(people: Sequence[Person]) -> str:
    """A sentence that names `people` as they may be seen; "" of nobody.

    Several who do not want to be seen are one colleague, so that nobody can count them.
    """
    names = list(dict.fromkeys(shown(person).name for person in people))
    if not names:
        return ""
    sentence = ngettext(
        "%(names)s is working on this post too.",
        "%(names)s are working on this post too.",
        len(names),
        names=listed(names),
    )
    return with_capital(sentence)
