"""What several pages of this room share, and what it adds to the page of a post."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Flask, current_app
from markupsafe import Markup

from calendar_app.moments import WorkingHours
from calendar_app.monitoring import queries
from calendar_app.monitoring.forms import ResultForm
from calendar_app.monitoring.metrics import METRIC_NAMES
from calendar_app.monitoring.models import PostResult
from calendar_app.people.door import may, my_team
from calendar_app.plans.models import Channel
from calendar_app.posts.models import Post
from calendar_app.web.request import now, session
from calendar_app.web.templating import render


@dataclass(frozen=True)
class ResultRow:
    """The results of a post on one channel, with the form to write them."""

    channel: Channel
    kept: PostResult
    form: ResultForm
    conflict: Sequence[tuple[str, str, str]] = ()


def install(app: Flask, is_free: Callable[[str, date], bool]) -> None:
    """Let `is_free` tell the public holidays of a country: then nobody has to answer."""
    app.extensions["kapstok.free_days"] = is_free


def at_work() -> WorkingHours:
    """When my team is at work."""
    is_free = cast("Callable[[str, date], bool]", current_app.extensions["kapstok.free_days"])
    return my_team().working_hours(is_free)


def result_rows(post: Post) -> list[ResultRow]:
    """The results of `post` by channel: those it goes to, then those of which some are kept."""
    kept = queries.results_of(session(), post)
    left = [one.channel for one in kept.values() if one.channel not in post.channels]
    rows = ((channel, kept.get(channel.id)) for channel in (*post.channels, *left))
    return [
        result_row(channel, found or PostResult.none_yet(post, channel)) for channel, found in rows
    ]


def result_row(channel: Channel, kept: PostResult) -> ResultRow:
    """One row with the form as it is kept."""
    return ResultRow(channel, kept, result_form(kept, formdata=None))


def result_form(kept: PostResult, **told: object) -> ResultForm:
    """The form of `kept`; each of a page has fields of its own name."""
    shown = {**kept.counts, "version": kept.version}
    return ResultForm(prefix=f"c{kept.channel_id}", data=shown, **told)


def on_post(post: Post) -> Markup:
    """What the page of `post` shows of this room: its results, and the questions about it."""
    items = queries.items_of_post(session(), post)
    is_out = post.state == "published"
    rows = result_rows(post) if is_out else []
    if not (is_out or items):
        return Markup()
    parts = render(
        "monitoring/on_post.html",
        post=post,
        rows=rows,
        items=items,
        metric_names=METRIC_NAMES,
        writes=may("webcare.write"),
        now=now(),
    )
    return Markup(parts)  # noqa: S704 - a template of ours, escaped as every page
