"""Changing several posts at once: owner, channel, value, state; all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from calendar_app.calendar.forms import LEAVE, NOBODY, EditsForm
from calendar_app.calendar.views.moves import (
    STEPS_OF_MANY,
    chosen_posts,
    done,
    first_error,
    offer,
    page,
)
from calendar_app.calendar.views.shared import bp
from calendar_app.errors import Forbidden, Refused
from calendar_app.language import N_
from calendar_app.people.door import may, me, my_team, requires
from calendar_app.people.models import Person
from calendar_app.people.queries import members
from calendar_app.plans.models import BrandValue, Channel
from calendar_app.posts import workflow
from calendar_app.posts.approving import approve_among_many
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from calendar_app.posts.undo import EDITED, as_edited, remember
from calendar_app.web.language import language
from calendar_app.web.request import now, session, wants_json

Hook = TypeVar("Hook", BrandValue, Channel)

_VERBS = {
    workflow.BACK_TO_DRAFT.name: Post.back_to_draft,
    workflow.SEND_TO_REVIEW.name: Post.send_to_review,
    workflow.CANCEL.name: Post.cancel,
}


@bp.post("/calendar/edits")
@requires("posts.write")
def edit() -> ResponseReturnValue:
    """Change the chosen posts, all or none; a script gets JSON, a form its page."""
    form = EditsForm()
    posts = chosen_posts(form)
    offer(form, posts)
    before = [(post, as_edited(post)) for post in posts]
    people = {str(one.person_id): one.person for one in members(session(), my_team())}

    def edit_them() -> None:
        if form.changes_nothing:
            raise Refused(N_("Choose what should change."))
        for post in posts:
            _edit(post, form, people)

    if not (posts and form.validate() and form.obeys(edit_them)):
        session().rollback()
        if wants_json():
            return jsonify(message=first_error(form)), 422
        return page(form.posts(), edits=form), 422
    undoable = remember(session(), EDITED, before, me(), now())
    number = 0 if undoable is None else len(undoable.posts)
    words = ngettext("%(num)s post changed.", "%(num)s posts changed.", number)
    return done(undoable, posts, words)


def _edit(post: Post, form: EditsForm, people: Mapping[str, Person]) -> None:
    """Change one of them. Raises Refused that names it, Forbidden."""
    step = next((step for step, _words in STEPS_OF_MANY if step.name == form.step.data), None)
    is_approved = step is workflow.APPROVE
    if step is not None and not is_approved and not may(step.action):
        raise Forbidden(N_("Your role does not allow this."))
    try:
        content = _changed(post, form, people)
        if content != post.content:
            post.edit(content, me(), now())
        if is_approved:
            approve_among_many(post)
        elif step is not None:
            _VERBS[step.name](post, me(), now())
    except Refused as refused:
        raise Refused(
            N_("“%(title)s”: %(reason)s"), title=post.title, reason=refused.words(language())
        ) from refused


def _changed(post: Post, form: EditsForm, people: Mapping[str, Person]) -> Content:
    content = post.content
    if form.owner.data == NOBODY:
        content = replace(content, owner=None)
    elif form.owner.data != LEAVE:
        content = replace(content, owner=people[form.owner.data])
    plan = post.plan
    channels = _with(content.channels, plan.channels if plan else [], form.add_channel.data)
    own = tuple(value for value, _reason in content.values)
    values = _with(own, plan.values if plan else [], form.add_value.data)
    reasons = dict(content.values)
    return replace(
        content,
        channels=tuple(one for one in channels if str(one.id) != form.drop_channel.data),
        values=tuple(
            (one, reasons.get(one, "")) for one in values if str(one.id) != form.drop_value.data
        ),
    )


def _with(own: tuple[Hook, ...], offered: Sequence[Hook], wanted: str) -> list[Hook]:
    """`own`, and the wanted one of those that its plan offers. Raises Refused when none is it."""
    together = list(own)
    if wanted == LEAVE or any(str(one.id) == wanted for one in own):
        return together
    found = next((one for one in offered if str(one.id) == wanted), None)
    if found is None:
        raise Refused(N_("This is of another plan. Choose posts of one plan."))
    together.append(found)
    return together
