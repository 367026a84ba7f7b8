"""Moving posts: one by drag or by keyboard, several at once, or all from a day on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from calendar_app.calendar import queries, shifts
from calendar_app.calendar.forms import (
    HOLIDAYS,
    MOST_POSTS,
    WEEKENDS,
    Chosen,
    ChosenPosts,
    EditsForm,
    MovesForm,
)
from calendar_app.calendar.views.shared import asked_filters, bp
from calendar_app.errors import Refused, Stale
from calendar_app.language import N_
from calendar_app.meetups.holidays import free_days
from calendar_app.moments import local, local_day_bounds
from calendar_app.people.door import audit, may, me, my_team, requires, shown
from calendar_app.people.queries import members
from calendar_app.plans.models import Channel
from calendar_app.posts import media, workflow
from calendar_app.posts.forms import USUAL_TIME
from calendar_app.posts.models import Post
from calendar_app.posts.queries import keys_used, last_changed_by, posts_of
from calendar_app.posts.undo import (
    ADDED,
    DELETED,
    MOVED,
    Undoable,
    as_it_is,
    remember,
    undone_by,
)
from calendar_app.web.forms import Form
from calendar_app.web.request import commit_if_first, now, session, wants_json
from calendar_app.web.security import own_address
from calendar_app.web.templating import render, short_day

# The steps that several posts can take at once, and what they are called there.
STEPS_OF_MANY = (
    (workflow.BACK_TO_DRAFT, N_("Draft")),
    (workflow.SEND_TO_REVIEW, N_("In review")),
    (workflow.APPROVE, N_("Approved")),
    (workflow.CANCEL, N_("Cancelled")),
)


@bp.route("/calendar/move", methods=["GET", "POST"])
@requires("posts.write")
def choose_where() -> ResponseReturnValue:
    """Choose how far the chosen posts move, or all posts from a day on. Nothing is changed yet.

    Five hundred posts do not fit in an address: a form sends them.
    """
    chosen = _from_a_day() or MovesForm(None).posts()
    return page(chosen)


@bp.post("/calendar/moves")
@requires("posts.write")
def move() -> ResponseReturnValue:
    """Move the chosen posts, all or none; a script gets JSON, a form its page."""
    form = MovesForm()
    posts = chosen_posts(form)
    before = [(post, as_it_is(post)) for post in posts]
    stood = [post.local_start for post in posts]

    def move_them() -> None:
        for post in posts:
            _move(post, form)

    if not (posts and form.validate() and form.obeys(move_them)):
        return _refused(form)
    undoable = remember(session(), MOVED, before, me(), now())
    skipped = [] if form.time.data else _at_another_time(posts, stood)
    return done(undoable, posts, " ".join([_words(posts), *_of_the_clocks(skipped)]))


@bp.post("/calendar/copies")
@requires("posts.write")
def copy() -> ResponseReturnValue:
    """Copy the chosen posts by some days, as drafts, all or none. Sent twice it makes them once."""
    form = MovesForm()
    posts = chosen_posts(form)
    made: list[Post] = []

    def copy_them() -> None:
        for post in posts:
            copied = _copied(post, form)
            if copied is not None:
                media.copy(session(), post, copied, me(), now())
                made.append(copied)

    if not (posts and form.validate() and form.obeys(copy_them)):
        return _refused(form)
    session().add_all(made)
    copied = remember(session(), ADDED, [(one, {}) for one in made], me(), now())
    words = ngettext("%(num)s post is copied.", "%(num)s posts are copied.", len(made))
    return done(copied, made, words)


@bp.post("/calendar/deletions")
@requires("posts.write")
def delete() -> ResponseReturnValue:
    """Put the chosen posts in the bin, all or none."""
    form = MovesForm()
    posts = chosen_posts(form)
    if not posts:
        return _refused(form)
    before = [(post, as_it_is(post)) for post in posts]
    for post in posts:
        post.delete(me(), now())
    deleted = remember(session(), DELETED, before, me(), now())
    for post in posts:
        audit("post.deleted", post)
    words = ngettext("%(num)s post is in the bin.", "%(num)s posts are in the bin.", len(posts))
    return done(deleted, posts, words)


def done(undoable: Undoable | None, posts: Sequence[Post], words: str) -> ResponseReturnValue:
    """Keep it, and say so; what is said is read before, since keeping it lets go of the rows."""
    name, kind = "" if undoable is None else undoable.uuid, undone_by(undoable)
    told = [{"id": post.id, "version": post.version, "day": _local_day(post)} for post in posts]
    commit_if_first()
    if wants_json():
        return jsonify(message=words, undo=name, posts=told)
    flash(words, kind)
    return redirect(own_address(request.form.get("next"), "/calendar"), code=303)


def _words(posts: Sequence[Post]) -> str:
    """What has been done, in one sentence."""
    if len(posts) == 1 and posts[0].starts_at:
        return _(
            "“%(title)s” moved to %(day)s.",
            title=posts[0].title,
            day=short_day(posts[0].starts_at),
        )
    return ngettext("%(num)s post moved.", "%(num)s posts moved.", len(posts))


def _at_another_time(
    posts: Sequence[Post], stood: Sequence[datetime | None]
) -> list[tuple[datetime, datetime]]:
    """Of moved posts whose time the clocks skip that night: when each stood, and stands."""
    return [
        (was, post.local_start)
        for post, was in zip(posts, stood, strict=True)
        if was and post.local_start and post.local_start.time() != was.time()
    ]


def _of_the_clocks(skipped: Sequence[tuple[datetime, datetime]]) -> list[str]:
    """A sentence about times that are not on the clock that day; none without one."""
    if not skipped:
        return []
    if len(skipped) > 1:
        return [
            ngettext(
                "The clocks go forward that night: %(num)s post stands later.",
                "The clocks go forward that night: %(num)s posts stand later.",
                len(skipped),
            )
        ]
    ((was, stands),) = skipped
    return [
        _(
            "The clocks go forward that night: %(was)s is skipped, so it is at %(time)s.",
            was=f"{was:%H:%M}",
            time=f"{stands:%H:%M}",
        )
    ]


def _refused(form: MovesForm) -> ResponseReturnValue:
    session().rollback()
    if wants_json():
        return jsonify(message=first_error(form)), 422
    return page(form.posts(), moves=form), 422


def first_error(form: Form) -> str:
    """What is wrong first, for a script to say."""
    words = [*form.form_errors, *(word for field in form for word in field.errors)]
    return str(words[0])


def chosen_posts(form: ChosenPosts) -> list[Post]:
    """The chosen posts, as they were seen; none when `form` says that. Raises Stale, NotYours."""
    chosen = {one.post_id: one for one in form.posts()}
    if not chosen:
        form.refuse(Refused(N_("Choose at least one post first.")))
        return []
    posts = posts_of(session(), my_team(), list(chosen))
    for post in posts:
        _expect(post, chosen[post.id])
    return posts


def _expect(post: Post, seen: Chosen) -> None:
    """Raise Stale, with who was first, unless `post` is still as it was seen."""
    if post.version == seen.version:
        return
    name = last_changed_by(session(), post)
    if name is None:
        raise Stale(N_("“%(title)s” was changed meanwhile. Nothing is done."), title=post.title)
    raise Stale(
        N_("%(name)s changed “%(title)s” meanwhile. Nothing is done."),
        name=name,
        title=post.title,
    )


def _move(post: Post, form: MovesForm) -> None:
    day, by = form.day.data, form.by.data
    if post.starts_at is None or form.time.data:
        if day is None:
            raise Refused(N_("Choose a day."), field="day")
        at = form.time.data or USUAL_TIME
        post.schedule(day, at, me(), now(), _channel(form, post))
    elif day is not None:
        post.move_to(day, me(), now())
    elif by:
        start = local(post.starts_at, post.zone).date()
        post.move_to(shifts.shifted(start, by, _skips(form)), me(), now())
    else:
        raise Refused(N_("Choose by how many days, or a day."), field="by")


def _copied(post: Post, form: MovesForm) -> Post | None:
    """A draft like `post`, that many days later; None when this page made it. Raises Refused."""
    start, by = post.local_start, form.by.data
    if start is None:
        raise Refused(N_("“%(title)s” has no day. Copy only posts with a day."), title=post.title)
    if not by:
        raise Refused(N_("Choose by how many days."), field="by")
    key = f"copy-{form.creation_key.data or uuid.uuid4().hex}-{post.id}"
    if keys_used(session(), my_team(), [key]):
        return None
    day = shifts.shifted(start.date(), by, _skips(form))
    return post.repeat(day, start.time(), me(), now(), creation_key=key)


def _channel(form: MovesForm, post: Post) -> Channel | None:
    """The channel of the open slot, if it is one of the post's own plan."""
    if form.channel.data is None or post.plan is None:
        return None
    return next((one for one in post.plan.channels if one.id == form.channel.data), None)


def _skips(form: MovesForm) -> Callable[[date], bool]:
    """Which days do not count."""
    wanted = set(form.skip.data or ())
    area = my_team().area
    off: dict[int, Mapping[date, str]] = {}

    def skips(day: date) -> bool:
        if WEEKENDS in wanted and shifts.is_weekend(day):
            return True
        if HOLIDAYS not in wanted:
            return False
        if day.year not in off:
            off[day.year] = free_days(area, [day.year])
        return day in off[day.year]

    return skips


def _local_day(post: Post) -> str:
    """The day on which the calendar shows it; empty when it shows it nowhere."""
    if post.starts_at is None:
        return ""
    return local(post.starts_at, my_team().zone).date().isoformat()


def offer(edits: EditsForm, posts: Sequence[Post]) -> None:
    """Let `edits` offer who is in the team, what hangs on the posts' plans, and the next steps."""
    plans = sorted({post.plan for post in posts if post.plan}, key=lambda plan: plan.id)
    people = [(one.person_id, shown(one.person).name) for one in members(session(), my_team())]
    steps = [
        (step.name, _(words))
        for step, words in STEPS_OF_MANY
        if may(step.action) or (step is workflow.APPROVE and _one_is_free(posts))
    ]
    edits.offer(people, plans, steps)


def _one_is_free(posts: Sequence[Post]) -> bool:
    """Whether I may approve one of them without a review, as a writer may too."""
    return may(workflow.APPROVE_OWN.action) and any(post.is_free for post in posts)


def _from_a_day() -> list[Chosen]:
    """All posts from the day that the address names on, that its filters leave; none without."""
    try:
        first = date.fromisoformat(request.args.get("from", ""))
        start = local_day_bounds(first, my_team().zone)[0]
        end: datetime = start + timedelta(days=shifts.MOST_DAYS * 3)
    except (ValueError, OverflowError):
        return []
    rows = queries.rows_between(session(), my_team(), start, end, asked_filters(names_posts=True))
    movable = [row for row in rows if row.state not in {"published", "cancelled"}]
    return [Chosen(row.id, row.version) for row in movable[:MOST_POSTS]]


def page(
    chosen: Sequence[Chosen], *, moves: MovesForm | None = None, edits: EditsForm | None = None
) -> str:
    """The page of the chosen posts, with the form that was refused, if one was."""
    ids = [one.post_id for one in chosen]
    found: list[Post] = posts_of(session(), my_team(), ids) if ids else []
    usual = {"skip": [WEEKENDS, HOLIDAYS], "creation_key": uuid.uuid4().hex}
    form = moves or MovesForm(None, data=usual)
    edits = edits or EditsForm(None)
    offer(edits, found)
    versions = {one.post_id: one.version for one in chosen}
    rows: list[dict[str, Any]] = [
        {"post": post, "pair": f"{post.id}:{versions[post.id]}"} for post in found
    ]
    return render(
        "calendar/move.html",
        form=form,
        edits=edits,
        shown=rows,
        filters=asked_filters(),
        from_day=request.args.get("from", "")[:10],
        leads_to=own_address(request.values.get("next"), "/calendar"),
    )
