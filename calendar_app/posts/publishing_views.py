"""Publishing by hand: what is ready for each channel, and saying that it is out.

Open to who may publish, and to the ambassador from whose account the post goes out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import Forbidden, NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.door import audit, may, me, my_team, own_by_uuid, requires
from calendar_app.plans.models import Channel
from calendar_app.posts import autosaves, queries, workflow
from calendar_app.posts.autosaves import OWN_ACCOUNT
from calendar_app.posts.channel_editors import Editor, editor_of
from calendar_app.posts.channel_preview import Preview, previews
from calendar_app.posts.content import Content, own_text_name
from calendar_app.posts.forms import OwnAccountForm, PlaceForm
from calendar_app.posts.media import media_shown
from calendar_app.posts.models import Post, PostPublication
from calendar_app.posts.page import media_of_post
from calendar_app.posts.unsaved import Parts, forget_sent
from calendar_app.text import clean_text
from calendar_app.web.forms import Form
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import render

bp = Blueprint("publishing", __name__)


@dataclass(frozen=True)
class Ready:
    """What lies ready for one channel; of a post without channels for none in particular."""

    text: str
    channel: Channel | None = None
    editor: Editor | None = None
    preview: Preview | None = None
    # Once it is out there.
    publication: PostPublication | None = None


@bp.get("/posts/<int:post_id>/publishing")
@requires("posts.place")
def show(post_id: int) -> ResponseReturnValue:
    """The post ready to be placed, channel by channel."""
    return _page(_to_place(post_id))


@bp.get("/posts/<uuid:post_uuid>/publishing")
@requires("posts.place")
def show_from_outside(post_uuid: uuid.UUID) -> ResponseReturnValue:
    """The address in mails, where no row number leaves the house."""
    return redirect(url_for("publishing.show", post_id=own_by_uuid(Post, post_uuid).id))


@bp.post("/posts/<int:post_id>/publishing/channels/<int:channel_id>")
@requires("posts.place")
def place(post_id: int, channel_id: int) -> ResponseReturnValue:
    """It is out on one of its channels; on the last of them the whole post is published."""
    post, form = _to_place(post_id), PlaceForm()
    channel = next((one for one in post.channels if one.id == channel_id), None)
    if channel is None:
        raise NotYours(N_("This post is not on that channel."))

    def place_it() -> None:
        post.place(channel, form.address.data or "", me(), now())
        if post.state == "published":
            audit("post.published", post)
        else:
            audit("post.placed", post)

    return _done(post, form, place_it, _("It is out on %(channel)s.", channel=channel.name))


@bp.post("/posts/<int:post_id>/publishing")
@requires("posts.place")
def publish(post_id: int) -> ResponseReturnValue:
    """The whole post is out, wherever else it stands."""
    post, form = _to_place(post_id), PlaceForm()

    def publish_it() -> None:
        post.publish(form.address.data or "", me(), now())
        audit("post.published", post)

    return _done(post, form, publish_it, _("Marked as published."))


@bp.post("/posts/<int:post_id>/publishing/text")
@requires("posts.place")
def change_text(post_id: int) -> ResponseReturnValue:
    """The ambassador says it in their own words."""
    post, form = _of_mine(post_id), OwnAccountForm()
    if form.stale(post):
        return _page(post, own=form, is_stale=True), 409
    before = post.state

    def write() -> None:
        post.edit(_in_own_words(post.content, form), me(), now())
        forget_sent(post, OWN_ACCOUNT, text=form.text.data)

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _page(_of_mine(post_id), own=form), 422
    commit()
    if before == "approved" and post.state == "in_review":
        flash(_("Saved. The text changed, so the post goes back to review."), "warn")
    else:
        flash(_("Saved."), "good")
    return redirect(url_for("publishing.show", post_id=post_id), code=303)


@bp.post("/posts/<int:post_id>/publishing/refusal")
@requires("posts.place")
def decline(post_id: int) -> ResponseReturnValue:
    """The ambassador would rather not; nobody asks why, and nothing is counted of it."""
    post = _of_mine(post_id)
    post.expect(Form().version.data)
    # Not in the audit log either: it is nobody's business who would rather not.
    post.decline(me(), now())
    commit()
    flash(_("The organisation posts it now. You need not do anything."), "good")
    return redirect(url_for("posts.see", post_id=post_id), code=303)


def _to_place(post_id: int) -> Post:
    """A post that I may place. Raises NotYours, Forbidden."""
    post = queries.post_of(session(), my_team(), post_id)
    if not (may("posts.publish") or post.goes_out_from(me())):
        raise Forbidden(N_("Only writers, and the ambassador who posts it, can do this."))
    return post


def _of_mine(post_id: int) -> Post:
    """A post that goes out from my own account. Raises NotYours, Forbidden."""
    post = queries.post_of(session(), my_team(), post_id)
    if not post.goes_out_from(me()):
        raise Forbidden(N_("This post does not go out from your account."))
    return post


def _in_own_words(content: Content, form: OwnAccountForm) -> Content:
    """`content` with the texts that were sent; what was not sent stays."""
    names = (own_text_name(channel.id) for channel, _text in content.own_texts)
    own = {name: clean_text(request.form[name]) for name in names if name in request.form}
    if any(len(text) > form.text.limit for text in own.values()):
        raise Refused(N_("Use at most %(max)d characters."), field="text", max=form.text.limit)
    return content.with_texts({"text": form.text.data or "", **own})


def _done(post: Post, form: PlaceForm, verb: Callable[[], None], words: str) -> ResponseReturnValue:
    post_id = post.id
    if form.stale(post):
        return _page(post, form, is_stale=True), 409
    if not (form.validate() and form.obeys(verb)):
        session().rollback()
        return _page(_to_place(post_id), form), 422
    commit()
    flash(words, "good")
    return redirect(url_for("publishing.show", post_id=post_id), code=303)


def _page(
    post: Post,
    form: PlaceForm | None = None,
    own: OwnAccountForm | None = None,
    *,
    is_stale: bool = False,
) -> str:
    is_mine = post.goes_out_from(me())
    return render(
        "posts/publishing.html",
        post=post,
        ready=_ready(post),
        form=form or PlaceForm(None, data={"version": post.version}),
        # Of several forms only the one that was sent shows what is wrong with it.
        sent_to=request.path,
        **(_own_words(post, own) if is_mine else {"own": None}),
        own_texts=[one for one in post.own_text_rows if one.channel in post.channels],
        media=media_shown(session(), post),
        media_at=media_of_post(post),
        is_mine=is_mine,
        is_stale=is_stale,
        # A text of an ambassador that came too late is told of beside that text.
        is_other=is_stale and own is None,
        is_open=post.state not in workflow.CLOSED,
        can_publish=post.state in workflow.PUBLISH.origins,
        late=post.is_late(now()),
    )


def _own_words(post: Post, own: OwnAccountForm | None) -> dict[str, object]:
    """The form of the ambassador: as it was sent, or as it was typed and not sent."""
    parts = Parts(post, autosaves.parts_of_post(session(), me(), post))
    kept = parts.pairs(OWN_ACCOUNT) if own is None and _says_more(parts, post) else None
    texts = {"version": post.version, "text": post.text}
    address = url_for("autosaves.keep_own_words", post_id=post.id)
    return {
        "own": own or OwnAccountForm(kept, data=texts),
        "is_own_sent": own is not None,
        "own_typed": request.form if own else kept or {},
        "left_text": kept.get("text") if kept else "",
        "typing": parts.typing(OWN_ACCOUNT, address, is_back=kept is not None),
    }


def _says_more(parts: Parts, post: Post) -> bool:
    """Whether the ambassador typed other words than the post has."""
    pairs = parts.pairs(OWN_ACCOUNT)
    saved = {own_text_name(row.channel_id): row.text for row in post.own_text_rows}
    saved["text"] = post.text
    return any(clean_text(pairs[name]) != text for name, text in saved.items() if name in pairs)


def _ready(post: Post) -> list[Ready]:
    content = post.content
    out = {one.channel_id: one for one in post.publications}
    found = [
        Ready(
            text=content.placed_on(one.channel),
            channel=one.channel,
            editor=editor_of(
                one.channel.name,
                one.channel.address,
                content.placed_on(one.channel),
                content.link,
            ),
            preview=one,
            publication=out.get(one.channel.id),
        )
        for one in previews(content)
    ]
    return found or [Ready(content.placed_on(None))]
