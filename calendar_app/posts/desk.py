"""The desk of who writes now, and what can be said of the form on it, finished or not."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from calendar_app.moments import local, moment
from calendar_app.people.door import me, my_team, shown, unseen
from calendar_app.people.models import Person
from calendar_app.people.queries import absences, members
from calendar_app.plans.models import BrandValue
from calendar_app.posts import workflow
from calendar_app.posts.channel_preview import Preview, previews
from calendar_app.posts.content import FIRST_YEAR, LAST_YEAR, Content
from calendar_app.posts.forms import Desk, PostForm
from calendar_app.posts.models import Post
from calendar_app.posts.places import is_anew
from calendar_app.posts.playing_field import Remark, remarks
from calendar_app.posts.queries import plans_to_write_on
from calendar_app.web.request import now, session


def my_desk() -> Desk:
    """What lies ready in my team for a post of mine."""
    team = my_team()
    today = local(now(), team.zone).date()
    return Desk(
        team,
        plans_to_write_on(session(), team),
        members(session(), team),
        unseen(),
        absences(session(), team, today, me()),
        today,
        me(),
    )


def remarks_on(form: PostForm, post: Post | None = None) -> list[Remark]:
    """The remarks on what `form` holds now of `post`; nothing of it needs to be right yet."""
    content, team = as_typed(form), form.desk.team
    needs = workflow.needs_approval(content.form, team.free_forms, content.outside)
    needs = needs or (post is not None and post.was_sent_back)
    agreed = agreed_outside(post, content)
    return remarks(content, team.language, agreed, needs_approval=needs)


def agreed_outside(post: Post | None, content: Content) -> str | None:
    """Who agreed that `content` falls outside a value, as the reader may know them.

    None when nobody did: what was not there to agree with does not count.
    """
    if post is None or post.outside_agreed_by is None:
        return None
    if is_anew(post.content.outside_told, content.outside_told):
        return None
    return shown(post.outside_agreed_by).name


def previews_of(form: PostForm) -> list[Preview]:
    """What `form` holds now, as each ticked channel shows it."""
    return previews(as_typed(form))


def as_typed(form: PostForm) -> Content:
    """What `form` holds, without what does not fit; `PostForm.content` would refuse that."""
    channels = tuple(_chosen(form, "channels"))
    return Content(
        title=form.title.data or "",
        text=(form.text.data or "")[: form.text.limit],
        form=form.form.data or "",
        link=form.link.data or "",
        intent=form.intent.data or "",
        plan=form.chosen_plan,
        values=tuple((value, form.reason(value.id)) for value in _values(form)),
        places=form.places(_values(form)),
        audiences=tuple(_chosen(form, "audiences")),
        channels=channels,
        own_texts=tuple((one, form.own_text(one.id)[: form.text.limit]) for one in channels),
        reviewer=_reviewer(form),
        starts_at=_starts_at(form),
    )


def _values(form: PostForm) -> list[BrandValue]:
    wanted = set(form.values.data or [])
    return [value for value in form.offered_values() if value.id in wanted]


def _chosen(form: PostForm, name: str) -> list[Any]:
    """The ticked hooks of the chosen plan, also one that the post has had and the plan no more."""
    plan, wanted = form.chosen_plan, set(form[name].data or [])
    offered = [*(getattr(plan, name) if plan else ()), *getattr(form.before, name)]
    return [one for one in dict.fromkeys(offered) if one.id in wanted and one.plan is plan]


def _reviewer(form: PostForm) -> Person | None:
    people = form.desk.reviewers(form.before.reviewer)
    return next((person for person in people if person.id == form.reviewer.data), None)


def _starts_at(form: PostForm) -> datetime | None:
    day, at = form.day.data, form.time.data
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return moment(day, at or time(), form.desk.team.zone)
