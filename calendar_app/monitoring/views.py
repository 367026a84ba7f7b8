"""The questions from outside: a list of them, each on its own page, and their way to an answer."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from calendar_app.moments import local
from calendar_app.monitoring import queries
from calendar_app.monitoring.forms import AnswerForm, Offered, WebcareForm
from calendar_app.monitoring.models import Question, WebcareItem, WebcareReply, beginning
from calendar_app.monitoring.page import at_work, on_post
from calendar_app.monitoring.queries import ANSWERED, NOBODY, OPEN, WebcareFilter
from calendar_app.people.door import (
    audit,
    may,
    me,
    my_team,
    own,
    own_by_uuid,
    requires,
    seen,
    shown,
)
from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from calendar_app.web.forms import expect_shown, filter_choice
from calendar_app.web.request import commit, now, once_more, row_number, session, zone
from calendar_app.web.security import own_address
from calendar_app.web.templating import render

bp = Blueprint("webcare", __name__)

Conflict = Sequence[tuple[str, str, str]]
_MOST_PAGES = 100_000

# The page of a post lies in a room below this one: its template asks for what belongs on it.
bp.add_app_template_global(on_post, "monitoring_of")


@bp.get("/webcare")
@requires("team.see")
def show_all() -> ResponseReturnValue:
    """The questions, what waits first."""
    owners = seen(queries.owners_asked(session(), my_team()))
    wanted = _asked_for(owners)
    found = queries.webcare_page(session(), my_team(), wanted)
    waiting, late = queries.count_open(session(), my_team(), now())
    return render(
        "monitoring/webcare.html",
        found=found,
        wanted=wanted,
        waiting=waiting,
        late=late,
        choices=_choices(wanted, owners),
        previous=_page_href(wanted, wanted.page - 1) if wanted.page > 1 else None,
        following=_page_href(wanted, wanted.page + 1) if wanted.page < found.pages else None,
        now=now(),
    )


@bp.get("/webcare/new")
@requires("webcare.write")
def show_new() -> ResponseReturnValue:
    """The form for a question that came in: now, unless somebody says otherwise."""
    return _form_page(_form(**_begun()))


@bp.post("/webcare/new")
@requires("webcare.write")
def add() -> ResponseReturnValue:
    """Note a question. The same form sent twice makes one."""
    form = _form()
    key = form.creation_key.data or None
    known = queries.item_made_by(session(), my_team(), key) if key else None
    if known is not None:
        return _to(known)
    made: list[WebcareItem] = []

    def make() -> None:
        made.append(WebcareItem.new(my_team(), _told_in(form), at_work(), now()))

    if not (form.validate() and form.obeys(make)):
        session().rollback()
        return _form_page(form), 422
    made[0].creation_key = key
    session().add(made[0])
    try:
        audit("webcare.noted", made[0])
        commit()
    except IntegrityError:
        session().rollback()
        return redirect(url_for("webcare.show_all"), 303)
    flash(_("The question is noted."), "good")
    return _to(made[0])


@bp.get("/webcare/bin")
@requires("webcare.write")
def show_bin() -> ResponseReturnValue:
    """What was removed, each with its way back."""
    return render("monitoring/bin.html", items=queries.bin_of(session(), my_team()))


@bp.get("/webcare/<int:item_id>")
@requires("team.see")
def show(item_id: int) -> ResponseReturnValue:
    """One question, with its answer or the form for one."""
    item = own(WebcareItem, item_id)
    return _item_page(item, AnswerForm(formdata=None, version=item.version, answer=item.answer))


@bp.get("/webcare/<uuid:item_uuid>")
@requires("team.see")
def find(item_uuid: UUID) -> ResponseReturnValue:
    """The same by the name that it has outside the house, in mails."""
    return _to(own_by_uuid(WebcareItem, item_uuid))


@bp.get("/webcare/<int:item_id>/edit")
@requires("webcare.write")
def show_edit(item_id: int) -> ResponseReturnValue:
    """The form of a question."""
    item = own(WebcareItem, item_id)
    form = _form(item)
    return _form_page(form, item)


@bp.post("/webcare/<int:item_id>/edit")
@requires("webcare.write")
def edit(item_id: int) -> ResponseReturnValue:
    """Say otherwise what came in, or who answers it."""
    return once_more(lambda: _edit(item_id))


def _edit(item_id: int) -> ResponseReturnValue:
    item = own(WebcareItem, item_id)
    form = _form(item)
    if form.stale(item):
        return _form_page(form, item, form.differences(form.shown_of(item))), 409

    def write() -> None:
        item.change(_told_in(form), at_work(), now())

    if not (form.validate() and form.obeys(write)):
        session().rollback()
        return _form_page(form, own(WebcareItem, item_id)), 422
    audit("webcare.changed", item)
    commit()
    flash(_("Saved."), "good")
    return _to(item)


@bp.post("/webcare/<int:item_id>/owner")
@requires("webcare.write")
def take(item_id: int) -> ResponseReturnValue:
    """I answer it. Twice is the same as once. Raises Stale."""
    item = own(WebcareItem, item_id)
    if item.owner_id != me().id:
        expect_shown(item)
        item.take(me())
        audit("webcare.taken", item)
        commit()
        flash(_("You answer this question."), "good")
    return redirect(_back_to(item), 303)


@bp.post("/webcare/<int:item_id>/answer")
@requires("webcare.write")
def answer(item_id: int) -> ResponseReturnValue:
    """It has an answer, or other words for the one it has."""
    return once_more(lambda: _answer(item_id))


def _answer(item_id: int) -> ResponseReturnValue:
    item = own(WebcareItem, item_id)
    form = AnswerForm(data={"answer": item.answer, "version": item.version})
    if form.stale(item):
        return _item_page(item, form, form.differences({"answer": item.answer})), 409
    if not form.validate():
        return _item_page(item, form), 422
    is_new = item.is_open
    item.reply(form.answer.data, me(), now())
    if is_new:
        audit("webcare.answered", item)
    else:
        audit("webcare.changed", item)
    commit()
    flash(_("The question is answered.") if is_new else _("Saved."), "good")
    return _to(item)


@bp.post("/webcare/<int:item_id>/answer/reply")
@requires("webcare.write")
def put_in_reply(item_id: int) -> ResponseReturnValue:
    """Put a reply below what is typed in the answer, for who has no scripts; it is not saved."""
    item = own(WebcareItem, item_id)
    form = AnswerForm(data={"answer": item.answer, "version": item.version})
    reply = _chosen_reply()
    if reply is None:
        flash(_("This reply is not there any more."), "warn")
    else:
        form.answer.data = "\n\n".join(filter(None, (form.answer.data.strip(), reply.text)))
    return _item_page(item, form)


@bp.post("/webcare/<int:item_id>/reopening")
@requires("webcare.write")
def reopen(item_id: int) -> ResponseReturnValue:
    """It waits after all. Twice is the same as once. Raises Stale."""
    item = own(WebcareItem, item_id)
    if not item.is_open:
        expect_shown(item)
        item.reopen()
        audit("webcare.reopened", item)
        commit()
        flash(_("The question waits for an answer again."), "good")
    return _to(item)


@bp.post("/webcare/<int:item_id>/removal")
@requires("webcare.write")
def remove(item_id: int) -> ResponseReturnValue:
    """Put it in the bin, and offer to take it out. Raises Stale."""
    item = own(WebcareItem, item_id)
    expect_shown(item)
    item.remove(now())
    audit("webcare.removed", item)
    commit()
    where = url_for("webcare.show_bin")
    words = _("The question is in the bin.")
    flash(Markup('{} <a href="{}">{}</a>').format(words, where, _("Put it back")), "good")
    return redirect(url_for("webcare.show_all"), 303)


@bp.post("/webcare/<int:item_id>/restoration")
@requires("webcare.write")
def put_back(item_id: int) -> ResponseReturnValue:
    """Take it out of the bin. Twice is the same as once."""
    item = queries.binned_item(session(), my_team(), item_id)
    if item.deleted_at is not None:
        item.put_back()
        audit("webcare.put_back", item)
        commit()
        flash(_("The question is back."), "good")
    return _to(item)


def _form(item: WebcareItem | None = None, **told: Any) -> WebcareForm:
    return WebcareForm(_offered(item), item, **told)


def _offered(item: WebcareItem | None) -> Offered:
    return Offered(
        channels=queries.channels_of(session(), my_team()),
        posts=_posts_offered(),
        people=queries.who_can_answer(session(), my_team()),
        zone=zone(),
        names_now={} if item is None else _names_now(item),
    )


def _posts_offered() -> list[tuple[int, str]]:
    """What went out of late; and the post that a link or the form names, however old."""
    found = queries.posts_asked_about(session(), my_team(), now())
    named = _named_post()
    if named is not None and named.id not in {post_id for post_id, _title in found}:
        found = [(named.id, named.title), *found]
    return [(post_id, beginning(title)) for post_id, title in found]


def _named_post() -> Post | None:
    post_id = request.values.get("post", type=row_number)
    post = None if post_id is None else session().get(Post, post_id)
    is_ours = post is not None and post.team_id == my_team().id and post.deleted_at is None
    return post if is_ours else None


def _names_now(item: WebcareItem) -> dict[str, str]:
    removed = _("A channel that was removed")
    return {
        "channel": removed if item.channel is None else item.channel.name,
        "post": "" if item.post is None else beginning(item.post.title),
        "owner": "" if item.owner is None else shown(item.owner).name,
    }


def _begun() -> dict[str, Any]:
    """What a new form shows: now, and of the post that the link named its first channel."""
    received = local(now(), zone())
    begun: dict[str, Any] = {
        "creation_key": secrets.token_urlsafe(16),
        "day": received.date(),
        "time": received.time(),
    }
    post = _named_post()
    if post is None:
        return begun
    channel = next((one.id for one in post.channels), None)
    return {**begun, "post": post.id, **({} if channel is None else {"channel": channel})}


def _told_in(form: WebcareForm) -> Question:
    """What a valid form says. Raises Refused for a day too far away."""
    post_id = form.chosen_post_id
    return Question(
        text=form.question.data,
        channel=form.chosen_channel,
        received_at=form.received_at,
        post=None if post_id is None else session().get(Post, post_id),
        owner=form.chosen_owner,
    )


def _chosen_reply() -> WebcareReply | None:
    """The reply of the team that a button names, if it is still there."""
    wanted = request.form.get("reply", type=row_number)
    return next((one for one in queries.replies_of(session(), my_team()) if one.id == wanted), None)


def _form_page(form: WebcareForm, item: WebcareItem | None = None, conflict: Conflict = ()) -> str:
    return render("monitoring/form.html", form=form, item=item, conflict=conflict)


def _item_page(item: WebcareItem, form: AnswerForm, conflict: Conflict = ()) -> str:
    writes = may("webcare.write")
    return render(
        "monitoring/item.html",
        item=item,
        form=form,
        conflict=conflict,
        replies=queries.replies_of(session(), my_team()) if writes else [],
        now=now(),
    )


def _to(item: WebcareItem) -> ResponseReturnValue:
    return redirect(url_for("webcare.show", item_id=item.id), 303)


def _back_to(item: WebcareItem) -> str:
    """Where it was asked from; else its page."""
    return own_address(request.values.get("next"), url_for("webcare.show", item_id=item.id))


def _asked_for(known: Sequence[Person]) -> WebcareFilter:
    page = request.args.get("page", 1, type=int)
    states = [state for state in request.args.getlist("state") if state in {OPEN, ANSWERED}]
    owners = request.args.getlist("owner", type=int)
    return WebcareFilter(
        tuple(dict.fromkeys(states)),
        tuple(request.args.getlist("channel", type=row_number)),
        # Who does not want to be seen cannot be looked for.
        tuple(one for one in owners if one in {NOBODY, *(person.id for person in known)}),
        min(max(1, page), _MOST_PAGES),
    )


def _choices(wanted: WebcareFilter, known: Sequence[Person]) -> dict[str, list[dict[str, object]]]:
    """What each filter offers, as the macro draws it."""
    states = ((OPEN, _("Open")), (ANSWERED, _("Answered")))
    owners = [(NOBODY, _("Nobody yet")), *((one.id, one.name) for one in known)]
    channels = queries.channels_asked_on(session(), my_team())
    return {
        "state": [filter_choice(*one, wanted.states) for one in states],
        "channel": [filter_choice(*one, wanted.channels) for one in channels],
        "owner": [filter_choice(*one, wanted.owners) for one in owners],
    }


def _page_href(wanted: WebcareFilter, page: int) -> str:
    pairs = [
        *(("state", state) for state in wanted.states),
        *(("channel", channel) for channel in wanted.channels),
        *(("owner", owner) for owner in wanted.owners),
        ("page", page),
    ]
    return "?" + urlencode(pairs)
