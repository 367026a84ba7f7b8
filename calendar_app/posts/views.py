"""The pages of a post: making it, writing it, its steps, another day, ideas and the bin."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.door import (
    audit,
    me,
    my_team,
    own_by_uuid,
    requires,
    unseen,
)
from calendar_app.people.queries import members
from calendar_app.plans.models import Experiment, Plan
from calendar_app.posts import (
    autosaves,
    history,
    queries,
    reversal,
    series,
)
from calendar_app.posts.approving import audit_approval, told_approved
from calendar_app.posts.content import Content
from calendar_app.posts.desk import my_desk
from calendar_app.posts.forms import (
    ALL,
    FOLLOWING,
    THIS,
    USUAL_TIME,
    Desk,
    IdeaForm,
    MoveForm,
    PostForm,
    StepForm,
    typed,
)
from calendar_app.posts.media import copy as copy_media
from calendar_app.posts.media import give, media_of_source
from calendar_app.posts.models import STATE_NAMES, Post
from calendar_app.posts.page import (
    MOST_TRIES,
    NAMES,
    new_page,
    only_by,
    only_media_since,
    origin_in,
    page_of,
)
from calendar_app.posts.queries import Votes
from calendar_app.posts.saying import with_stayed
from calendar_app.posts.series import Done, Hand
from calendar_app.posts.undo import (
    ADDED,
    DELETED,
    MOVED,
    Undoable,
    as_it_is,
    remember,
    undone_by,
)
from calendar_app.posts.unsaved import forget_sent, forget_typed, keep_for
from calendar_app.web.forms import Form
from calendar_app.web.request import commit, now, row_number, session
from calendar_app.web.security import own_address
from calendar_app.web.templating import clock_time, render, short_day

bp = Blueprint("posts", __name__)

_STEP_FIELDS = {"note", "address", "agrees_outside"}


@bp.get("/posts/new")
@requires("posts.write")
def new() -> ResponseReturnValue:
    """An empty form, for the day, the plan and the experiment that the address names.

    Or one filled in as a template or another post says, which the address names too.
    """
    desk = my_desk()
    wanted = request.args.get("autosave", type=row_number)
    if wanted is not None:
        kept = autosaves.own(session(), my_team(), me(), wanted)
        if kept.post_id is not None:
            return redirect(url_for("posts.see", post_id=kept.post_id), code=303)
        pairs = MultiDict(kept.pairs)
        return new_page(PostForm(desk, Content(""), pairs), origin_in(pairs), is_empty=False)
    origin = origin_in(request.args)
    if origin:
        begun = _begun_from(desk, origin)
        form = PostForm(desk, begun, None, creation_key=uuid.uuid4().hex, day=_day_asked_for())
        return new_page(form, origin, is_empty=False)
    plan = desk.plan(request.args.get("plan", type=row_number)) or next(iter(desk.plans), None)
    owner = None if me().id in unseen() else me()
    empty = Content("", plan=plan, owner=owner, experiment=_experiment_asked_for(plan))
    form = PostForm(desk, empty, None, creation_key=uuid.uuid4().hex, day=_day_asked_for())
    form.suggest()
    return new_page(form)


@bp.post("/posts/new")
@requires("posts.write")
def create() -> ResponseReturnValue:
    """A new post. The same form sent twice makes one, and both answers lead to it."""
    form, origin = PostForm(my_desk(), Content(""), request.form), origin_in(request.values)
    if "choose_plan" in request.form:
        form.suggest()
        return new_page(form, origin)
    made_before = _made_before(form.creation_key.data)
    if made_before is not None:
        keep_for(made_before)
        return redirect(_address(made_before), code=303)
    made = _made(form)
    if made is None:
        return new_page(form, origin), 422
    kept = _kept_once(made, origin, form.creation_key.data)
    flash(_("The post is saved."), "good")
    return redirect(_address(kept), code=303)


@bp.get("/posts/<int:post_id>")
@requires("team.see")
def see(post_id: int) -> ResponseReturnValue:
    """One post: to write on for who may, to read for everybody else."""
    return page_of(_post(post_id))


@bp.get("/posts/<uuid:post_uuid>")
@requires("team.see")
def see_from_outside(post_uuid: uuid.UUID) -> ResponseReturnValue:
    """The address of a post in feeds and mails, where no row number leaves the house."""
    return redirect(url_for("posts.see", post_id=own_by_uuid(Post, post_uuid).id))


@bp.post("/posts/<int:post_id>")
@requires("posts.write")
def save(post_id: int) -> ResponseReturnValue:
    """What was typed becomes the post."""
    for _again in range(MOST_TRIES):
        try:
            return _save(post_id)
        except StaleDataError:
            # Of two writers at one moment the database tells the second only at the end.
            session().rollback()
    return _stale_page(post_id)


@bp.post("/posts/<int:post_id>/review")
@requires("posts.write")
def send_to_review(post_id: int) -> ResponseReturnValue:
    """Somebody is asked to look at it."""
    return _step(
        post_id, lambda post, _form: post.send_to_review(me(), now()), _("Sent to review.")
    )


@bp.post("/posts/<int:post_id>/approval")
@requires("posts.approve")
def approve(post_id: int) -> ResponseReturnValue:
    """It may go out."""

    def approve_it(post: Post, form: StepForm) -> None:
        if form.agrees_outside.data:
            post.agree_outside(me(), now())
        post.approve(me(), now())
        audit_approval(post)

    return _step(post_id, approve_it, told_approved)


@bp.post("/posts/<int:post_id>/approval/own")
@requires("posts.write")
def approve_own(post_id: int) -> ResponseReturnValue:
    """It may go out without a review, where the team wants none for its form."""

    def approve_it(post: Post, _form: StepForm) -> None:
        post.approve_own(me(), now())
        audit("post.approved_own", post)

    return _step(post_id, approve_it, _("The post is approved. It needed no review."))


@bp.post("/posts/<int:post_id>/changes")
@requires("posts.approve")
def ask_changes(post_id: int) -> ResponseReturnValue:
    """It goes back to its writer with a note."""

    def ask(post: Post, form: StepForm) -> None:
        post.ask_changes(form.note.data or "", me(), now())
        forget_sent(post, autosaves.CHANGES, note=form.note.data)

    return _step(post_id, ask, _("You asked for changes."))


@bp.post("/posts/<int:post_id>/draft")
@requires("posts.write")
def back_to_draft(post_id: int) -> ResponseReturnValue:
    """An idea, or what came back from review, is worked on."""
    return _step(
        post_id, lambda post, _form: post.back_to_draft(me(), now()), _("The post is a draft now.")
    )


@bp.post("/posts/<int:post_id>/publication")
@requires("posts.publish")
def publish(post_id: int) -> ResponseReturnValue:
    """It has gone out."""

    def publish_it(post: Post, form: StepForm) -> None:
        post.publish(form.address.data or "", me(), now())
        audit("post.published", post)

    return _step(post_id, publish_it, _("Marked as published."))


@bp.post("/posts/<int:post_id>/publication/undo")
@requires("posts.publish")
def take_back_publication(post_id: int) -> ResponseReturnValue:
    """It has not gone out after all."""

    def take_back(post: Post, _form: StepForm) -> None:
        post.take_back_publication(me(), now())
        audit("publication.taken_back", post)

    return _step(post_id, take_back, _("The publication is taken back."))


@bp.post("/posts/<int:post_id>/cancellation")
@requires("posts.write")
def cancel(post_id: int) -> ResponseReturnValue:
    """It will not go out."""
    return _step(post_id, lambda post, _form: post.cancel(me(), now()), _("The post is cancelled."))


@bp.post("/posts/<int:post_id>/cancellation/undo")
@requires("posts.approve")
def revive(post_id: int) -> ResponseReturnValue:
    """A cancelled post is taken up again."""
    return _step(
        post_id, lambda post, _form: post.revive(me(), now()), _("The post is a draft again.")
    )


@bp.post("/posts/<int:post_id>/deletion")
@requires("posts.write")
def delete(post_id: int) -> ResponseReturnValue:
    """Into the bin."""
    kept: list[Undoable | None] = []

    def delete_it(post: Post, _form: StepForm) -> None:
        before = as_it_is(post)
        post.delete(me(), now())
        kept.append(remember(session(), DELETED, [(post, before)], me(), now()))
        audit("post.deleted", post)

    message = _("The post is in the bin. You can take it out again for 30 days.")
    bin_page = url_for("posts.bin_page")
    return _step(post_id, delete_it, message, leads_to=bin_page, undoable=kept)


@bp.get("/posts/bin")
@requires("posts.write")
def bin_page() -> ResponseReturnValue:
    """The deleted posts of the team."""
    return render("posts/bin.html", posts=queries.bin_of(session(), my_team()))


@bp.post("/posts/<int:post_id>/restoration")
@requires("posts.write")
def restore(post_id: int) -> ResponseReturnValue:
    """Out of the bin again."""
    post = queries.post_in_bin(session(), my_team(), post_id)
    post.restore(me(), now())
    audit("post.restored", post)
    commit()
    flash(_("The post is back."), "good")
    return redirect(_address(post), code=303)


@bp.post("/posts/<int:post_id>/changes/<int:change_id>/undo")
@requires("posts.write")
def put_back(post_id: int, change_id: int) -> ResponseReturnValue:
    """It says and is again what it said and was before this change, by the rules of an edit."""
    post = _post(post_id)
    change, was = queries.change_of(session(), post, change_id), post.state
    before = reversal.before(change.action, change.fields, NAMES)

    def put(post: Post, _form: StepForm) -> None:
        if not before:
            raise Refused(N_("Nothing of this change can be put back."))
        people = [one.person for one in members(session(), my_team())]
        post.edit(post.content.again(before, people), me(), now())

    return _step(post_id, put, lambda post: _told_put_back(post, before, was))


@bp.get("/posts/<int:post_id>/move")
@requires("posts.write")
def move(post_id: int) -> ResponseReturnValue:
    """Choose another day."""
    post = _post(post_id)
    form = MoveForm(None, data={"version": post.version, **_moment_shown(post)})
    return _move_page(post, form)


@bp.post("/posts/<int:post_id>/move")
@requires("posts.write")
def move_to(post_id: int) -> ResponseReturnValue:
    """To another day, at the same time of that day."""
    form = MoveForm()
    try:
        return _move(post_id, form)
    except StaleDataError:
        return _stale_move_page(post_id, form)


@bp.get("/ideas")
@requires("team.see")
def ideas() -> ResponseReturnValue:
    """The ideas of the team, with a line for a new one."""
    return _ideas_page(IdeaForm(None, data={"creation_key": uuid.uuid4().hex}))


@bp.post("/ideas")
@requires("posts.write")
def add_idea() -> ResponseReturnValue:
    """One more idea; back to where it was typed."""
    form = IdeaForm()
    leads_to = own_address(request.form.get("next"), url_for("posts.ideas"))
    if _made_before(form.creation_key.data) is not None:
        return redirect(leads_to, code=303)
    if not form.validate():
        return _ideas_page(form), 422
    idea = Post.new_idea(my_team(), form.title.data, me(), now())
    idea.creation_key = form.creation_key.data or None
    kept = _kept_once(idea, {}, form.creation_key.data)
    if kept is not idea:
        return redirect(leads_to, code=303)
    undoable = remember(session(), ADDED, [(idea, {})], me(), now())
    commit()
    flash(_("The idea is saved."), undone_by(undoable))
    return redirect(leads_to, code=303)


@bp.post("/ideas/<int:post_id>/vote")
@requires("posts.vote")
def vote_for(post_id: int) -> ResponseReturnValue:
    """My vote for an idea, or no more."""
    queries.vote(session(), _idea(post_id), me(), wanted=request.form.get("vote") == "1")
    try:
        commit()
    except IntegrityError:
        # Pressed twice at one moment: the first counts.
        session().rollback()
    return redirect(f"{url_for('posts.ideas')}#idea-{post_id}", code=303)


@bp.post("/ideas/<int:post_id>/owner")
@requires("posts.write")
def take_idea(post_id: int) -> ResponseReturnValue:
    """I will work on this idea."""
    idea = _idea(post_id)
    idea.expect(StepForm().version.data)
    idea.edit(replace(idea.content, owner=me()), me(), now())
    commit()
    flash(_("“%(title)s” is yours.", title=idea.title), "good")
    return redirect(f"{url_for('posts.ideas')}#idea-{post_id}", code=303)


def _idea(post_id: int) -> Post:
    """An idea of my team. Raises NotYours, Refused."""
    post = _post(post_id)
    if post.state != "idea":
        raise Refused(N_("This is no idea any more."))
    return post


def _bring_media_along(origin: Mapping[str, int], made: Post) -> None:
    """Give a new post the images and files of what it was begun of, where that is still there."""
    try:
        if "template" in origin:
            template = queries.template_of(session(), my_team(), origin["template"])
            give(session(), media_of_source(session(), template), made, me(), now())
        elif "copy" in origin:
            copy_media(session(), _post(origin["copy"]), made, me(), now())
    except NotYours:
        if "template" in origin:
            words = _("The template is gone, so its images and files did not come along.")
        else:
            words = _("What you copied is gone, so its images and files did not come along.")
        flash(words, "warn")


def _begun_from(desk: Desk, origin: Mapping[str, int]) -> Content:
    """What that template or post says, as far as it lies on the desk. Raises NotYours."""
    if "template" in origin:
        kept = queries.template_of(session(), my_team(), origin["template"]).content
    else:
        kept = _post(origin["copy"]).content.kept()
    found = queries.content_of(session(), my_team(), kept)
    if found.owner is None and me().id not in unseen():
        found = replace(found, owner=me())
    if found.plan is not None and found.plan not in desk.plans:
        # Archived since.
        found = replace(found, plan=None, values=(), audiences=(), channels=())
    return found


def _post(post_id: int) -> Post:
    return queries.post_of(session(), my_team(), post_id)


def _address(post: Post) -> str:
    """Where a post is read; the bin when it lies there."""
    if post.deleted_at is not None:
        return url_for("posts.bin_page")
    return url_for("posts.see", post_id=post.id)


def _day_asked_for() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _experiment_asked_for(plan: Plan | None) -> Experiment | None:
    """The undecided experiment of `plan` that the address names, if it does."""
    wanted = request.args.get("experiment", type=row_number)
    running = [one for one in plan.experiments if one.is_open] if plan else []
    return next((one for one in running if one.id == wanted), None)


def _made(form: PostForm) -> Post | None:
    """The post that `form` describes; None when it says what is wrong."""
    if not form.validate():
        return None
    key = form.creation_key.data or ""
    try:
        return Post.new(my_team(), form.content(), me(), now(), creation_key=key)
    except Refused as refused:
        form.refuse(refused)
        return None


def _made_before(creation_key: str | None) -> Post | None:
    if not creation_key:
        return None
    return queries.post_made_by(session(), my_team(), creation_key[:64])


def _kept_once(post: Post, origin: Mapping[str, int], creation_key: str | None) -> Post:
    """Keep `post`, with the images of what it was begun of.

    When the same form came in twice at one moment, the first made the post.
    """
    session().add(post)
    try:
        # Each of these may be what writes the post first.
        _bring_media_along(origin, post)
        autosaves.forget(session(), me(), autosaves.place_of_new(creation_key or ""))
        commit()
    except IntegrityError:
        session().rollback()
        first = _made_before(creation_key)
        if first is None:
            raise
        return first
    return post


def _save(post_id: int) -> ResponseReturnValue:
    post = _post(post_id)
    form = PostForm(my_desk(), post.content, request.form)
    if "choose_plan" in request.form:
        form.suggest()
        return page_of(post, form)
    is_of_many = post.series is not None and form.scope.data in {FOLLOWING, ALL}
    is_merged = False
    if form.stale(post):
        changes = queries.changes_of(session(), post)
        is_merged = not only_media_since(changes, form.seen_version)
        # What a colleague changed of one post is not meant for the others of its series.
        is_of_others = is_merged or not only_by(me(), changes, form.seen_version)
        if (is_merged and form.merge()) or (is_of_many and is_of_others):
            return _stale_page(post_id)
    before = post.state
    done: list[Done] = []
    if not _saved_too(post, form, done):
        return _refused_page(post_id, form)
    commit()
    if done:
        _tell_series(done[0])
    else:
        _tell_saved(before, post.state, is_merged=is_merged)
    return redirect(_address(post), code=303)


def _stale_page(post_id: int, step: StepForm | None = None) -> ResponseReturnValue:
    """Somebody was first: what both changed, and what was typed still in the form."""
    session().rollback()
    post = _post(post_id)
    form = PostForm(my_desk(), post.content, typed())
    form.stale(post)
    return page_of(post, form, step, clashes=form.merge() if typed() else []), 409


def _told_put_back(post: Post, before: Mapping[str, object], was: str) -> str:
    """What came back, and whether somebody has to look at the post again, which `was` so."""
    labels = (history.label(name) for name in before)
    fields = ", ".join(_(words, **facts) for words, facts in labels)
    if post.state != was == "approved":
        return _("Put back: %(fields)s. So the post goes back to review.", fields=fields)
    return _("Put back: %(fields)s.", fields=fields)


def _tell_saved(before: str, after: str, *, is_merged: bool) -> None:
    if is_merged:
        flash(_("Saved. What a colleague changed meanwhile is in it too."), "good")
    if before == "approved" and after == "in_review":
        flash(_("Saved. The text changed, so the post goes back to review."), "warn")
    elif not is_merged:
        flash(_("Saved."), "good")


def _step(
    post_id: int,
    verb: Callable[[Post, StepForm], None],
    done: str | Callable[[Post], str],
    leads_to: str | None = None,
    undoable: Sequence[Undoable | None] = (),
) -> ResponseReturnValue:
    """One step. What was typed beside the button is saved with it, so that nothing is lost."""
    step = StepForm()
    try:
        taken = _take_step(post_id, step, verb)
    except StaleDataError:
        return _stale_page(post_id, step)
    if not isinstance(taken, Post):
        return taken
    words = done if isinstance(done, str) else done(taken)
    flash(words, undone_by(undoable[0] if undoable else None))
    return redirect(leads_to or _address(taken), code=303)


def _take_step(
    post_id: int, step: StepForm, verb: Callable[[Post, StepForm], None]
) -> ResponseReturnValue | Post:
    """The post once the step is taken and kept, else the page that says why not."""
    post = _post(post_id)
    form = PostForm(my_desk(), post.content, typed(), version=step.version.data)
    if form.stale(post):
        return _stale_page(post_id, step)
    if not (_saved_too(post, form) and step.validate() and _taken(post, form, step, verb)):
        return _refused_page(post_id, form, step)
    commit()
    return post


def _saved_too(post: Post, form: PostForm, done: list[Done] | None = None) -> bool:
    """Whether what was typed is in the post; `done` gets what befell its series besides."""
    if typed() is None:
        return True
    good = form.validate() and form.obeys(lambda: _write(post, form, [] if done is None else done))
    if good:
        forget_typed(post, form)
    return good


def _write(post: Post, form: PostForm, done: list[Done]) -> None:
    scope = form.scope.data if post.series is not None else THIS
    if scope not in {FOLLOWING, ALL}:
        post.edit(form.content(), me(), now())
        return
    change = series.change_following if scope == FOLLOWING else series.change_all
    changed = change(Hand(session(), me(), now()), post, form.content())
    audit("series.changed", changed.series)
    done.append(changed)


def _tell_series(done: Done) -> None:
    words = with_stayed(_("The series is saved."), done.stayed)
    flash(words, f"undo {done.undoable.uuid}")


def _taken(
    post: Post, form: PostForm, step: StepForm, verb: Callable[[Post, StepForm], None]
) -> bool:
    try:
        verb(post, step)
    except Refused as refused:
        asked_by: Form = step if refused.field in _STEP_FIELDS else form
        asked_by.refuse(refused)
        return False
    return True


def _refused_page(
    post_id: int, form: PostForm, step: StepForm | None = None
) -> ResponseReturnValue:
    """The page again with its messages, over the post as it is kept."""
    session().rollback()
    return page_of(_post(post_id), form, step), 422


def _moment_shown(post: Post) -> dict[str, object]:
    if post.local_start is None:
        return {"time": USUAL_TIME}
    return {"day": post.local_start.date(), "time": post.local_start.time()}


def _move(post_id: int, form: MoveForm) -> ResponseReturnValue:
    post = _post(post_id)
    if form.stale(post):
        return _stale_move_page(post_id, form)
    before = as_it_is(post)
    if not (form.validate() and form.obeys(lambda: _move_in_time(post, form))):
        return _move_page(post, form), 422
    undoable = remember(session(), MOVED, [(post, before)], me(), now())
    commit()
    if post.starts_at is not None:
        flash(_("Moved to %(day)s.", day=short_day(post.starts_at)), undone_by(undoable))
    return redirect(own_address(request.form.get("next"), _address(post)), code=303)


def _move_in_time(post: Post, form: MoveForm) -> None:
    if post.starts_at is None:
        post.schedule(form.day.data, form.time.data or USUAL_TIME, me(), now())
    else:
        post.move_to(form.day.data, me(), now())


def _stale_move_page(post_id: int, form: MoveForm) -> ResponseReturnValue:
    session().rollback()
    post = _post(post_id)
    form.stale(post)
    return _move_page(post, form, stale=True), 409


def _move_page(post: Post, form: MoveForm, *, stale: bool = False) -> str:
    leads_to = own_address(request.values.get("next"), "")
    return render("posts/move.html", post=post, form=form, stale=stale, leads_to=leads_to)


def _ideas_page(form: IdeaForm) -> str:
    found = queries.ideas(session(), my_team())
    votes = queries.votes_for_ideas(session(), my_team(), me())
    # The order that the query gave is kept among those with as many votes.
    found.sort(key=lambda idea: -votes.get(idea.id, Votes()).number)
    shown_ideas = [
        {"idea": idea, "card": _card(idea), "votes": votes.get(idea.id, Votes())} for idea in found
    ]
    return render("posts/ideas.html", form=form, ideas=shown_ideas)


def _card(post: Post) -> dict[str, object]:
    """A post as `_post.html` draws it."""
    owner = None if post.owner_id in unseen() else post.owner
    return {
        "title": post.title,
        "href": _address(post),
        "value_hooks": [value.hook for value in post.values],
        "value_names": [value.name for value in post.values],
        "state": post.state,
        "state_label": _(STATE_NAMES[post.state]),
        "channel_short": post.channels[0].short if post.channels else "",
        "more_channels": max(0, len(post.channels) - 1),
        "channel_names": [channel.name for channel in post.channels],
        "time_text": clock_time(post.starts_at) if post.starts_at else "",
        "owner_initials": owner.initials if owner else "",
        "owner_name": owner.first_name if owner else "",
        "late": post.is_late(now()),
    }
