"""The images and files of a post: bringing them along, describing them, their order, and the files.

The door comes before the body: only who may write here can make this server take in a large one.
And the body before the database: nobody waits for a lock while files are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.media.contents import take_in
from calendar_app.media.found import MOST_BYTES
from calendar_app.media.storage import store_of
from calendar_app.people.door import me, my_pass, my_team, requires
from calendar_app.people.models import Team
from calendar_app.posts import guests, media, queries, workflow
from calendar_app.posts.autosaves import part_of_media
from calendar_app.posts.media import MOST_MEDIA, ORIGINAL, Kept, PostMedia, Unkept
from calendar_app.posts.media_answers import answer_of
from calendar_app.posts.media_forms import MediaForm, shown_of
from calendar_app.posts.models import Post
from calendar_app.posts.page import MOST_TRIES, MediaTold, page_of
from calendar_app.posts.unsaved import forget_sent
from calendar_app.web.language import language
from calendar_app.web.request import commit, house, now, session
from calendar_app.web.security import check_form, csrf

bp = Blueprint("media", __name__)

# What comes in at once: five of the largest, or twenty photos of a telephone.
MOST_AT_ONCE = 100 * 1024 * 1024
# A browser shows no answer while it is still sending; so much is let pass unread.
_MOST_UNREAD = 10 * MOST_AT_ONCE
_PIECE = 64 * 1024


@bp.post("/posts/<int:post_id>/media")
@csrf.exempt  # type: ignore[untyped-decorator]  # Looked at by the view, behind the door.
@requires("posts.write")
def add(post_id: int) -> ResponseReturnValue:
    """More images and files. Those that are good are added; of the others it is said why not."""
    state = _state(post_id)
    workflow.must_be_open(state)
    request.max_content_length = MOST_AT_ONCE
    if (request.content_length or 0) > MOST_AT_ONCE:
        return _too_much(post_id)
    try:
        check_form()
        files = [one for one in request.files.getlist("files") if one.filename]
        kept, refused = _kept(files)
    except RequestEntityTooLarge:
        return _too_much(post_id)
    finally:
        # What came in lies on the disk until now.
        request.close()
    added, more = _add(post_id, kept)
    if added:
        words = ngettext("%(num)s file is added.", "%(num)s files are added.", added)
        _tell(words, was_approved=state == "approved")
    refusals = [one.words(language()) for one in (*refused, *more)]
    if not files:
        refusals = [_("Choose a file first.")]
    if not refusals:
        return _back_to(post_id)
    is_away = any(isinstance(one, Unkept) for one in refused)
    return _page(post_id, MediaTold(refusals)), 503 if is_away else 422


@bp.get("/posts/<int:post_id>/media/<int:media_id>/<any(small, large, original):size>")
@requires("team.see")
def see(post_id: int, media_id: int, size: str) -> ResponseReturnValue:
    """An image of a post, in a page."""
    return answer_of(_one(post_id, media_id), size)


@bp.get("/posts/<int:post_id>/media/<int:media_id>/download")
@requires("team.see")
def download(post_id: int, media_id: int) -> ResponseReturnValue:
    """A file of a post, to keep under the name that it came with."""
    return answer_of(_one(post_id, media_id), ORIGINAL, is_to_keep=True)


@bp.get("/review/<token>/media/<int:media_id>")
@requires("public")
def see_as_guest(token: str, media_id: int) -> ResponseReturnValue:
    """An image of the post that a guest reviews, or a file of it to keep, by the guest's link."""
    review = guests.by_secret(session(), token)
    if review is None or not review.is_open(now()):
        raise NotYours(N_("This file is not here."))
    one = media.one_of(session(), review.post, media_id)
    return answer_of(one, "large" if one.kind.is_image else ORIGINAL)


@bp.post("/posts/<int:post_id>/media/<int:media_id>")
@requires("posts.write")
def describe(post_id: int, media_id: int) -> ResponseReturnValue:
    """Say what an image shows, or that it only decorates."""
    try:
        return _describe(post_id, media_id)
    except StaleDataError:
        # Of two at one moment the database tells the second only at the end.
        session().rollback()
        return _describe(post_id, media_id)


@bp.post("/posts/<int:post_id>/media/<int:media_id>/place")
@requires("posts.write")
def move(post_id: int, media_id: int) -> ResponseReturnValue:
    """One place up, or down."""
    one = _one(post_id, media_id)
    was_approved = one.post.state == "approved"
    media.move(session(), one, me(), now(), up=request.form.get("to") == "up")
    commit()
    if was_approved and one.post.state != "approved":
        _tell(_("The order is changed."), was_approved=True)
    return _back_to(post_id, f"media-{media_id}")


@bp.post("/posts/<int:post_id>/media/<int:media_id>/removal")
@requires("posts.write")
def remove(post_id: int, media_id: int) -> ResponseReturnValue:
    """Take it off the post, and offer to put it back."""
    one = _one(post_id, media_id)
    was_approved = one.post.state == "approved"
    one.remove(me(), now())
    commit()
    where = url_for("posts.see", post_id=post_id, _anchor="media-removed")
    words = _("“%(name)s” is removed.", name=one.name)
    link = Markup('{} <a href="{}">{}</a>').format(words, where, _("Put it back"))
    _tell(link + "." if was_approved else link, was_approved=was_approved)
    return _back_to(post_id)


@bp.post("/posts/<int:post_id>/media/<int:media_id>/restoration")
@requires("posts.write")
def put_back(post_id: int, media_id: int) -> ResponseReturnValue:
    """Put a removed one back."""
    one = media.one_of(session(), _post(post_id), media_id, removed=True)
    was_approved = one.post.state == "approved"
    try:
        media.put_back(session(), one, me(), now())
    except Refused as refused:
        session().rollback()
        return _page(post_id, MediaTold([refused.words(language())])), 422
    commit()
    _tell(_("“%(name)s” is back.", name=one.name), was_approved=was_approved)
    return _back_to(post_id, f"media-{media_id}")


def _state(post_id: int) -> str:
    """The state of a post of my team, without holding the database. Raises NotYours."""
    with house().database.reading() as reader:
        team = reader.get_one(Team, my_pass().team_id)
        return queries.post_of(reader, team, post_id).state


def _tell(words: str, *, was_approved: bool) -> None:
    """Say what was done; and that somebody has to look at the post again, where that is so."""
    if was_approved:
        flash(Markup("{} {}").format(words, _("So the post goes back to review.")), "warn")
    else:
        flash(words, "good")


def _too_much(post_id: int) -> ResponseReturnValue:
    """The page with the reason, once the browser is ready to read it."""
    left = min(request.content_length or 0, _MOST_UNREAD)
    stream = request.environ["wsgi.input"]
    while left > 0:
        piece = stream.read(min(left, _PIECE))
        left -= len(piece) or left
    words = _(
        "This is more than %(most)s MB at once. Add the files in a few times.",
        most=MOST_AT_ONCE >> 20,
    )
    return _page(post_id, MediaTold([words])), 413


def _kept(files: Sequence[FileStorage]) -> tuple[list[Kept], list[Refused]]:
    """The files that lie in the store now, and why the others do not."""
    store, kept, refused = store_of(house().config), [], []
    for file in files[:MOST_MEDIA]:
        try:
            # One byte more than may be tells that there is more.
            found = take_in(file.stream.read(MOST_BYTES + 1), file.filename or "")
            kept.append(media.keep(store, found))
        except Refused as refusal:
            refused.append(refusal)
    if len(files) > MOST_MEDIA:
        words = N_("You chose more than %(most)d files. Those after that are not added.")
        refused.append(Refused(words, most=MOST_MEDIA))
    return kept, refused


def _add(post_id: int, kept: list[Kept]) -> tuple[int, list[Refused]]:
    """How many of these the post has now, and why it has not the others.

    What it has not lies in the store no longer.
    """
    store = store_of(house().config)
    try:
        refused = _add_rows(post_id, kept)
    except (Refused, IntegrityError, StaleDataError):
        # None of them came to the post. Of a commit that broke off nobody can say that.
        for one in kept:
            media.give_back(store, one)
        raise
    media.let_go_of_unused(session(), store, kept)
    return len(kept) - len(refused), refused


def _add_rows(post_id: int, kept: list[Kept]) -> list[Refused]:
    for _again in range(MOST_TRIES - 1):
        try:
            return _add_once(post_id, kept)
        except (IntegrityError, StaleDataError):
            # Somebody else added to this post at the same moment: now theirs is seen.
            session().rollback()
    return _add_once(post_id, kept)


def _add_once(post_id: int, kept: list[Kept]) -> list[Refused]:
    refused = media.add(session(), _post(post_id), kept, me(), now())
    commit()
    return refused


def _describe(post_id: int, media_id: int) -> ResponseReturnValue:
    one = _one(post_id, media_id)
    before, form = one.post.state, MediaForm(one, data=shown_of(one))
    if form.stale(one):
        kept = {"alternative": one.alternative, "is_decorative": one.is_decorative}
        conflict = form.differences(kept)
        told = MediaTold(form=form, media_id=media_id, conflict=conflict)
        return page_of(one.post, media=told), 409

    def write() -> None:
        decorates = form.is_decorative.data
        one.describe(form.alternative.data, me(), now(), is_decorative=decorates)
        forget_sent(one.post, part_of_media(one.id), alternative=form.alternative.data)

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _page(post_id, MediaTold(form=form, media_id=media_id)), 422
    commit()
    _tell(_("Saved."), was_approved=before == "approved" != one.post.state)
    return _back_to(post_id, f"media-{media_id}")


def _post(post_id: int) -> Post:
    return queries.post_of(session(), my_team(), post_id)


def _one(post_id: int, media_id: int) -> PostMedia:
    return media.one_of(session(), _post(post_id), media_id)


def _page(post_id: int, told: MediaTold) -> str:
    return page_of(_post(post_id), media=told)


def _back_to(post_id: int, anchor: str = "media") -> ResponseReturnValue:
    return redirect(url_for("posts.see", post_id=post_id, _anchor=anchor), code=303)
