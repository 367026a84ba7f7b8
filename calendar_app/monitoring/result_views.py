"""The results of a post, typed in a channel at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.monitoring.metrics import METRIC_NAMES
from calendar_app.monitoring.page import ResultRow, result_form, result_rows
from calendar_app.people.door import audit, me, own, requires
from calendar_app.posts.models import Post
from calendar_app.web.request import commit, now, once_more, session
from calendar_app.web.templating import render

bp = Blueprint("results", __name__)

_NOT_OUT = N_("This post is not published, so it has no results.")


@bp.get("/posts/<int:post_id>/results")
@requires("webcare.write")
def show(post_id: int) -> ResponseReturnValue:
    """A form for each channel of the post."""
    post = own(Post, post_id)
    rows = result_rows(post)
    if not _has_results(post, rows):
        flash(_(_NOT_OUT), "warn")
        return redirect(url_for("posts.see", post_id=post_id), 303)
    return _page(post, rows)


@bp.post("/posts/<int:post_id>/results/<int:channel_id>")
@requires("webcare.write")
def save(post_id: int, channel_id: int) -> ResponseReturnValue:
    """What was counted on one channel; an empty field is forgotten."""
    return once_more(lambda: _save(post_id, channel_id))


def _save(post_id: int, channel_id: int) -> ResponseReturnValue:
    post = own(Post, post_id)
    rows = result_rows(post)
    if not _has_results(post, rows):
        raise Refused(_NOT_OUT)
    row = next((one for one in rows if one.channel.id == channel_id), None)
    if row is None:
        raise NotYours(N_("This post does not go to this channel."))
    kept, form = row.kept, result_form(row.kept)
    if form.stale(kept):
        told = replace(row, form=form, conflict=form.differences(kept.counts))
        return _page(post, rows, told), 409
    if not (form.validate() and form.obeys(lambda: kept.note(form.counts(), me(), now()))):
        session().rollback()
        post = own(Post, post_id)
        return _page(post, result_rows(post), replace(row, form=form)), 422
    if kept.version == 0:
        kept.version = 1
        session().add(kept)
    audit("results.noted", post, channel=channel_id)
    commit()
    flash(_("Saved."), "good")
    return redirect(url_for("posts.see", post_id=post_id, _anchor="results"), 303)


def _has_results(post: Post, rows: Sequence[ResultRow]) -> bool:
    """Whether `post` is out, or was: of another nothing can be counted."""
    return post.state == "published" or any(one.kept.version for one in rows)


def _page(post: Post, rows: Sequence[ResultRow], told: ResultRow | None = None) -> str:
    return render(
        "monitoring/results.html",
        post=post,
        rows=[told if told is not None and told.channel is one.channel else one for one in rows],
        metric_names=METRIC_NAMES,
    )
