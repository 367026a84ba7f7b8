"""The images and files that the posts of a template begin with: their words, order and removal.

They came along with the post that the template was made of. Posts that were made before stay as
they are.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.errors import Refused
from calendar_app.people.door import audit, my_team, requires
from calendar_app.posts import media, queries
from calendar_app.posts.media import ORIGINAL, SourceMedia
from calendar_app.posts.media_answers import answer_of
from calendar_app.posts.media_forms import MediaForm, shown_of
from calendar_app.posts.models import PostTemplate
from calendar_app.posts.page import MediaAt, MediaTold, shown_media
from calendar_app.web.language import language
from calendar_app.web.request import commit, now, session
from calendar_app.web.templating import render

bp = Blueprint("template_media", __name__)


@bp.get("/posts/templates/<int:template_id>/media")
@requires("posts.write")
def see_all(template_id: int) -> ResponseReturnValue:
    """The images and files that the posts of a template begin with."""
    return _page(template_id)


@bp.get(
    "/posts/templates/<int:template_id>/media/<int:source_media_id>"
    "/<any(small, large, original):size>"
)
@requires("posts.write")
def see(template_id: int, source_media_id: int, size: str) -> ResponseReturnValue:
    """An image of a template, in a page."""
    return answer_of(_one(template_id, source_media_id), size)


@bp.get("/posts/templates/<int:template_id>/media/<int:source_media_id>/download")
@requires("posts.write")
def download(template_id: int, source_media_id: int) -> ResponseReturnValue:
    """A file of a template, to keep under the name that it came with."""
    return answer_of(_one(template_id, source_media_id), ORIGINAL, is_to_keep=True)


@bp.post("/posts/templates/<int:template_id>/media/<int:source_media_id>")
@requires("posts.write")
def describe(template_id: int, source_media_id: int) -> ResponseReturnValue:
    """Say what an image shows, or that it only decorates."""
    try:
        return _describe(template_id, source_media_id)
    except StaleDataError:
        # Of two at one moment the database tells the second only at the end.
        session().rollback()
        return _describe(template_id, source_media_id)


@bp.post("/posts/templates/<int:template_id>/media/<int:source_media_id>/place")
@requires("posts.write")
def move(template_id: int, source_media_id: int) -> ResponseReturnValue:
    """One place up, or down."""
    template, one = _template(template_id), _one(template_id, source_media_id)
    media.move_of_source(session(), template, one, up=request.form.get("to") == "up")
    audit("template.media_changed", template)
    commit()
    return _back_to(template_id, f"media-{source_media_id}")


@bp.post("/posts/templates/<int:template_id>/media/<int:source_media_id>/removal")
@requires("posts.write")
def remove(template_id: int, source_media_id: int) -> ResponseReturnValue:
    """Let no post begin with it any more, and offer to put it back."""
    template, one = _template(template_id), _one(template_id, source_media_id)
    one.remove(now())
    audit("template.media_changed", template)
    commit()
    where = url_for("template_media.see_all", template_id=template_id, _anchor="media-removed")
    words = _("“%(name)s” is removed.", name=one.name)
    flash(Markup('{} <a href="{}">{}</a>').format(words, where, _("Put it back")), "good")
    return _back_to(template_id)


@bp.post("/posts/templates/<int:template_id>/media/<int:source_media_id>/restoration")
@requires("posts.write")
def put_back(template_id: int, source_media_id: int) -> ResponseReturnValue:
    """Let posts begin with a removed one again."""
    template = _template(template_id)
    one = media.one_of_source(session(), template, source_media_id, removed=True)
    try:
        media.put_back_of_source(session(), template, one)
    except Refused as refused:
        session().rollback()
        return _page(template_id, MediaTold([refused.words(language())])), 422
    audit("template.media_changed", template)
    commit()
    flash(_("“%(name)s” is back.", name=one.name), "good")
    return _back_to(template_id, f"media-{source_media_id}")


def _describe(template_id: int, source_media_id: int) -> ResponseReturnValue:
    one = _one(template_id, source_media_id)
    form = MediaForm(one, data=shown_of(one))
    if form.stale(one):
        kept = {"alternative": one.alternative, "is_decorative": one.is_decorative}
        conflict = form.differences(kept)
        told = MediaTold(form=form, media_id=source_media_id, conflict=conflict)
        return _page(template_id, told), 409
    if not form.validate():
        return _page(template_id, MediaTold(form=form, media_id=source_media_id)), 422
    one.describe(form.alternative.data, is_decorative=form.is_decorative.data)
    audit("template.media_changed", _template(template_id))
    commit()
    flash(_("Saved."), "good")
    return _back_to(template_id, f"media-{source_media_id}")


def _template(template_id: int) -> PostTemplate:
    return queries.template_of(session(), my_team(), template_id)


def _one(template_id: int, source_media_id: int) -> SourceMedia:
    return media.one_of_source(session(), _template(template_id), source_media_id)


def _page(template_id: int, told: MediaTold | None = None) -> str:
    template = _template(template_id)
    there = media.all_of_source(session(), template)
    at = MediaAt("template_media", {"template_id": template_id}, "source_media_id")
    shown = shown_media(there, told or MediaTold(), at)
    return render("posts/template_media.html", kept=template, media=shown)


def _back_to(template_id: int, anchor: str = "media") -> ResponseReturnValue:
    where = url_for("template_media.see_all", template_id=template_id, _anchor=anchor)
    return redirect(where, code=303)
