"""Actions: agreed at a meet-up, by hand or of something on its agenda, and done by their owner."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from calendar_app.errors import Forbidden, Refused
from calendar_app.language import N_
from calendar_app.meetups import actions, queries
from calendar_app.meetups.actions import Action
from calendar_app.meetups.agenda import ChannelFact, Item, PreconditionFact, QuestionFact, Thing
from calendar_app.meetups.forms import ActionForm
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.page import next_day, page_of
from calendar_app.meetups.sittings import sitting_of
from calendar_app.moments import local
from calendar_app.people.door import audit, may, me, my_team, own, requires, shown
from calendar_app.people.models import Person
from calendar_app.people.queries import people
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, now, session
from calendar_app.web.security import own_address
from calendar_app.web.templating import render

bp = Blueprint("actions", __name__)


@bp.get("/actions")
@requires("actions.own")
def mine() -> ResponseReturnValue:
    """What I still have to do, and what I did of late."""
    return render(
        "meetups/actions.html",
        actions=actions.open_of(session(), my_team(), me()),
        done=actions.done_of(session(), my_team(), me()),
        today=local(now(), my_team().zone).date(),
    )


# Made at a meet-up


@bp.post("/meetups/occurrences/<int:occurrence_id>/actions")
@requires("meetups.hold")
def add(occurrence_id: int) -> ResponseReturnValue:
    """One more action. The same form sent twice makes one."""
    occurrence = own(Occurrence, occurrence_id)
    form = ActionForm(people(session(), my_team()))
    key = form.creation_key.data
    if key and actions.made_by(session(), my_team(), key) is not None:
        return _to_actions_of(occurrence)
    made: list[Action] = []

    def make() -> None:
        _must_go_on(occurrence)
        told = (form.text.data, form.chosen_owner(), form.due_on.data)
        made.append(Action.new(occurrence, *told))

    if not (form.validate() and form.obeys(make)):
        return page_of(occurrence, action=form), 422
    made[0].creation_key = key or None
    return _kept(made[0])


@bp.post("/meetups/occurrences/<int:occurrence_id>/agenda-actions")
@requires("meetups.hold")
def add_of_item(occurrence_id: int) -> ResponseReturnValue:
    """An action of something on the agenda. What is an open action already stays that one."""
    occurrence, about = _going_on(occurrence_id), request.form.get("item", "")
    # Asked first: an action that comes between the two is found open, or has this key.
    key = actions.key_of_item(session(), occurrence, about)
    if actions.open_about(session(), my_team(), [about]):
        return _to_actions_of(occurrence)
    made = _action_of_item(occurrence, about)
    if made is None:
        raise Refused(N_("This is not on the agenda any more."))
    made.creation_key = key
    return _kept(made)


def _going_on(occurrence_id: int) -> Occurrence:
    """A meet-up at which something can be agreed. Raises Refused once it is closed."""
    occurrence = own(Occurrence, occurrence_id)
    _must_go_on(occurrence)
    return occurrence


def _must_go_on(occurrence: Occurrence) -> None:
    sitting = sitting_of(session(), occurrence)
    if sitting is not None:
        sitting.must_be_open()


def _kept(made: Action) -> ResponseReturnValue:
    """Keep a new action; of two with one key at one moment the first counts."""
    leads_to = _to_actions_of(made.occurrence)
    session().add(made)
    try:
        audit("action.made", made)
        commit()
    except IntegrityError:
        session().rollback()
    return leads_to


def _action_of_item(occurrence: Occurrence, about: str) -> Action | None:
    blocks = queries.agenda_of(session(), my_team(), occurrence, now())
    block = next((one for one in blocks if about in one.things), None)
    if block is None:
        return None
    thing = block.things[about]
    text = _words(thing)[: actions.MOST_LETTERS]
    soon = block.key in {"yesterday", "today"}
    due_on = occurrence.held_on if soon else next_day(occurrence)
    return Action.new(occurrence, text, _owner_of(thing), due_on, about)


def _words(thing: Thing) -> str:
    """What has to be done with it."""
    if isinstance(thing, ChannelFact):
        told = {"channel": thing.name, "planned": thing.planned, "cadence": thing.cadence}
        return _("Plan posts for %(channel)s: %(planned)s of %(cadence)s this week", **told)
    if isinstance(thing, PreconditionFact):
        return _("Look at the precondition: %(name)s", name=_(thing.name))
    if isinstance(thing, QuestionFact):
        return _("Answer the question: %(words)s", words=thing.words)
    return _words_of_post(thing, thing.post.title)


def _words_of_post(item: Item, title: str) -> str:
    if item.late:
        return _("Publish “%(title)s” or move it", title=title)
    if item.unapproved and item.post.has_reviewer:
        return _("Review “%(title)s”", title=title)
    if item.unapproved:
        return _("Get “%(title)s” approved", title=title)
    words = {
        "idea": _("Work out the idea “%(title)s”", title=title),
        "published": _("See how “%(title)s” did", title=title),
    }
    return words.get(item.post.state, _("Look at “%(title)s”", title=title))


def _owner_of(thing: Thing) -> Person:
    """Whoever has most to do with it, if that is a colleague who may be named; else I."""
    known = {person.id: person for person in people(session(), my_team())}
    if isinstance(thing, QuestionFact):
        return known.get(thing.owner_id or 0, me())
    if not isinstance(thing, Item):
        return me()
    post = thing.post
    reviews = thing.unapproved and not thing.late and post.has_reviewer
    asked = post.reviewer_id if reviews else post.owner_id
    return known.get(asked or 0, me())


# What becomes of one


@bp.get("/actions/<int:action_id>/edit")
@requires("meetups.hold")
def show_edit(action_id: int) -> ResponseReturnValue:
    """The form of an action; of a removed one a way to put it back."""
    action = _action(action_id)
    return _edit_page(action, _form_of(action))


@bp.post("/actions/<int:action_id>/edit")
@requires("meetups.hold")
def edit(action_id: int) -> ResponseReturnValue:
    """Say something else, or ask somebody else."""
    action = _action(action_id)
    form = _form_of(action)
    if form.stale(action):
        return _edit_page(action, form, form.differences(form.shown_of(action))), 409

    def write() -> None:
        action.change(form.text.data, form.chosen_owner(), form.due_on.data)

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _edit_page(_action(action_id), form), 422
    audit("action.changed", action)
    commit()
    flash(_("Saved."), "good")
    return redirect(_back_to(action), 303)


@bp.post("/actions/<int:action_id>/completion")
@requires("actions.own")
def finish(action_id: int) -> ResponseReturnValue:
    """It is done. Twice is the same as once. Raises Stale."""
    action = _action_of_mine(action_id)
    if action.done_at is None:
        expect_shown(action)
        action.finish(me(), now())
        audit("action.done", action)
        commit()
    return redirect(_back_to(action), 303)


@bp.post("/actions/<int:action_id>/reopening")
@requires("actions.own")
def reopen(action_id: int) -> ResponseReturnValue:
    """It is not done after all. Twice is the same as once. Raises Stale."""
    action = _action_of_mine(action_id)
    if action.done_at is not None:
        expect_shown(action)
        action.reopen()
        audit("action.reopened", action)
        commit()
    return redirect(_back_to(action), 303)


@bp.post("/actions/<int:action_id>/removal")
@requires("meetups.hold")
def remove(action_id: int) -> ResponseReturnValue:
    """Nobody does it. Twice is the same as once. Raises Stale."""
    action = _action(action_id)
    if action.removed_at is None:
        expect_shown(action)
        action.remove(now())
        audit("action.removed", action)
        commit()
    flash(_("The action is removed. You can put it back here."), "good")
    return redirect(url_for("actions.show_edit", action_id=action_id), 303)


@bp.post("/actions/<int:action_id>/restoration")
@requires("meetups.hold")
def put_back(action_id: int) -> ResponseReturnValue:
    """Somebody does it after all. Twice is the same as once. Raises Stale."""
    action = _action(action_id)
    if action.removed_at is not None:
        expect_shown(action)
        action.put_back()
        audit("action.put_back", action)
        commit()
    flash(_("The action is back."), "good")
    return _to_actions_of(action.occurrence)


def _action(action_id: int) -> Action:
    return actions.action_of(session(), my_team(), action_id)


def _action_of_mine(action_id: int) -> Action:
    """An action that I may do: my own, or anybody's for who holds the meet-up. Raises Forbidden."""
    action = _action(action_id)
    if action.owner_id != me().id and not may("meetups.hold"):
        raise Forbidden(N_("This is an action of somebody else."))
    return action


def _form_of(action: Action) -> ActionForm:
    members = people(session(), my_team())
    known = {person.id for person in members}
    kept = {
        "version": action.version,
        "text": action.text,
        "owner": action.owner_id if action.owner_id in known else 0,
        "due_on": action.due_on,
    }
    return ActionForm(members, action, shown(action.owner).name, data=kept)


def _edit_page(
    action: Action, form: ActionForm, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    return render(
        "meetups/action.html",
        action=action,
        form=form,
        conflict=conflict or [],
        leads_to=_back_to(action),
    )


def _back_to(action: Action) -> str:
    """Where it was asked from; else the meet-up that it was made at."""
    otherwise = url_for(
        "meetups.show_occurrence", occurrence_id=action.occurrence_id, _anchor="actions"
    )
    return own_address(request.values.get("next"), otherwise)


def _to_actions_of(occurrence: Occurrence) -> ResponseReturnValue:
    there = url_for("meetups.show_occurrence", occurrence_id=occurrence.id, _anchor="actions")
    return redirect(there, 303)
