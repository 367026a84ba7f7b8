"""Saying beforehand what colleagues should know: by the link of a mail, without a sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from calendar_app.meetups.beforehand import Beforehand, Invited, invited_by, said_by
from calendar_app.meetups.forms import BeforehandForm
from calendar_app.people import throttle
from calendar_app.people.audit import record
from calendar_app.people.door import refuse_too_many, requires
from calendar_app.web.forms import expect_shown
from calendar_app.web.language import speak_to
from calendar_app.web.request import commit, house, now, origin, session, show_times_in
from calendar_app.web.templating import render

bp = Blueprint("beforehand", __name__)


@bp.get("/beforehand/<token>")
@requires("public")
def show(token: str) -> ResponseReturnValue:
    """The form, with what that person said before. Looking changes nothing."""
    invited = _invited(token)
    if invited is None:
        return _over()
    return _page(invited, token, _form_of(said_by(session(), invited.occurrence, invited.person)))


@bp.post("/beforehand/<token>")
@requires("public")
def say(token: str) -> ResponseReturnValue:
    """Say it, or something else than before."""
    _count_try(token)
    invited = _invited(token)
    if invited is None:
        return _over()
    said = said_by(session(), invited.occurrence, invited.person)
    form = _form_of(said)
    if said is not None and form.stale(said):
        return _page(invited, token, form, form.differences(_shown_of(said))), 409
    row = said or _nothing_yet(invited)
    if not (form.validate() and form.obeys(lambda: _take(row, form))):
        session().rollback()
        again = _invited(token)
        return _over() if again is None else (_page(again, token, form), 422)
    return _kept(token, invited, row)


@bp.post("/beforehand/<token>/withdrawal")
@requires("public")
def withdraw(token: str) -> ResponseReturnValue:
    """They can come after all: nothing was said. Twice is the same as once. Raises Stale."""
    _count_try(token)
    invited = _invited(token)
    if invited is None:
        return _over()
    said = said_by(session(), invited.occurrence, invited.person)
    if said is not None:
        expect_shown(said)
        session().delete(said)
        record(session(), "beforehand.withdrawn", **_told(invited, said))
        commit()
    return redirect(url_for("beforehand.show", token=token), 303)


def _kept(token: str, invited: Invited, row: Beforehand) -> ResponseReturnValue:
    session().add(row)
    try:
        record(session(), "beforehand.said", **_told(invited, row))
        commit()
    except IntegrityError:
        # Sent twice at one moment: the first is kept, and this one sees it.
        session().rollback()
    return redirect(url_for("beforehand.show", token=token), 303)


def _nothing_yet(invited: Invited) -> Beforehand:
    occurrence = invited.occurrence
    ours = {"team_id": occurrence.team_id, "occurrence_id": occurrence.id}
    return Beforehand(**ours, person_id=invited.person.id)


def _take(row: Beforehand, form: BeforehandForm) -> None:
    row.say(form.yesterday.data, form.today.data, form.stuck.data, now())


def _told(invited: Invited, row: Beforehand) -> dict[str, Any]:
    """What the log tells of it: nobody is signed in, but the link names who it was."""
    whose = {"team": invited.team, "actor": invited.person, "subject": row}
    return {"at": now(), "origin": origin(), **whose}


def _count_try(token: str) -> None:
    """Count one try of whom the link names. Raises TooManyRequests."""
    # Read apart: the session of this request would hold the lock that the count waits for.
    with house().database.reading() as reader:
        invited = invited_by(reader, house().config.secret_key, token, now())
        person_id = None if invited is None else invited.person.id
    if person_id is not None:
        refuse_too_many(throttle.BEFOREHAND_OF_ONE_PERSON, person_id)


def _invited(token: str) -> Invited | None:
    found = invited_by(session(), house().config.secret_key, token, now())
    if found is not None:
        speak_to(found.person.language, found.person.theme, found.team.language)
        show_times_in(found.team.zone)
    return found


def _form_of(said: Beforehand | None) -> BeforehandForm:
    shown = {} if said is None else {"version": said.version, **_shown_of(said)}
    return BeforehandForm(data=shown)


def _shown_of(said: Beforehand) -> dict[str, object]:
    return {"yesterday": said.yesterday, "today": said.today, "stuck": said.stuck}


def _page(
    invited: Invited,
    token: str,
    form: BeforehandForm,
    conflict: list[tuple[str, str, str]] | None = None,
) -> str:
    return render(
        "meetups/beforehand.html",
        person=invited.person,
        occurrence=invited.occurrence,
        team=invited.team,
        is_said=said_by(session(), invited.occurrence, invited.person) is not None,
        form=form,
        token=token,
        conflict=conflict or [],
    )


def _over() -> ResponseReturnValue:
    return render("meetups/beforehand_over.html"), 410
