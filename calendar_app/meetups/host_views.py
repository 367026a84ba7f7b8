"""Who leads: the turns of a series in the coming weeks, their order, and one day exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.errors import NotYours, Refused, Stale
from calendar_app.language import N_
from calendar_app.meetups import hosting, queries
from calendar_app.meetups.forms import TurnsForm, turns_form
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.people.door import audit, me, my_team, own, requires, seen, unseen
from calendar_app.people.models import Person
from calendar_app.people.queries import people
from calendar_app.web.request import commit, now, row_number, session
from calendar_app.web.templating import render

bp = Blueprint("hosts", __name__)

_SHOWN = 20


@bp.get("/meetups/<int:meetup_id>/hosts")
@requires("team.see")
def show_turns(meetup_id: int) -> ResponseReturnValue:
    """Who leads the meet-ups of a series that come next, and in which order they take turns."""
    meetup = own(Meetup, meetup_id)
    return _turns_page(meetup, _form_of(meetup))


@bp.post("/meetups/<int:meetup_id>/hosts")
@requires("meetups.write")
def do_turns(meetup_id: int) -> ResponseReturnValue:
    """Let these people take turns, in this order. Twice is the same as once."""
    meetup = own(Meetup, meetup_id)
    form = _form_of(meetup)
    if form.stale(meetup):
        conflict = form.differences(_answers_of(meetup))
        return _turns_page(meetup, form, conflict=conflict), 409
    with _first_counts():
        if not (form.validate() and form.obeys(lambda: _take_turns(meetup, form))):
            return _turns_page(meetup, form), 422
        commit()
    flash(_("Saved."), "good")
    return redirect(url_for("hosts.show_turns", meetup_id=meetup.id), 303)


def _take_turns(meetup: Meetup, form: TurnsForm) -> None:
    if hosting.take_turns(session(), meetup, form.order(), unseen().keys()):
        audit("meetup.turns_changed", meetup)


def _form_of(meetup: Meetup) -> TurnsForm:
    kept = {**_answers_of(meetup), "version": meetup.version}
    return turns_form(_able(meetup))(data=kept)


def _able(meetup: Meetup) -> list[Person]:
    """Who can take turns: who takes part, is in the team and may be seen."""
    members = {person.id for person in people(session(), my_team())}
    return [person for person in seen(meetup.participants) if person.id in members]


def _answers_of(meetup: Meetup) -> dict[str, object]:
    placed = hosting.places(session(), meetup)
    able = [person.id for person in _able(meetup)]
    numbered = sorted((one for one in able if one in placed), key=lambda one: placed[one])
    order = numbered if placed else able
    places = {person_id: place for place, person_id in enumerate(order, 1)}
    return {f"turn_{person_id}": places.get(person_id) for person_id in able}


def _turns_page(
    meetup: Meetup, form: TurnsForm, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    coming = queries.coming_of(session(), meetup, now())[:_SHOWN]
    return render(
        "meetups/hosts.html",
        meetup=meetup,
        form=form,
        coming=coming,
        hosts=hosting.hosts(session(), coming, now()),
        presence=queries.presence(session(), coming),
        conflict=conflict or [],
    )


@bp.post("/meetups/occurrences/<int:occurrence_id>/turn")
@requires("meetups.hold")
def choose(occurrence_id: int) -> ResponseReturnValue:
    """Let somebody else lead this one meet-up. Twice is the same as once. Raises Stale."""
    occurrence = own(Occurrence, occurrence_id)
    host = _colleague(request.form.get("host", ""))
    if hosting.leader(session(), occurrence, now()) != host.id:
        hosting.expect_host(session(), occurrence, _number(request.form.get("shown", "")), now())
        with _first_counts():
            hosting.choose(session(), occurrence, host, by=me(), now=now())
            audit("occurrence.host_chosen", occurrence)
            commit()
    flash(_("%(name)s leads this meet-up.", name=host.name), "good")
    where = url_for("meetups.show_occurrence", occurrence_id=occurrence_id, _anchor="people")
    return redirect(where, 303)


@contextmanager
def _first_counts() -> Iterator[None]:
    """Of two who do the same at one moment the first counts. Raises Stale for the second."""
    try:
        yield
    except (IntegrityError, StaleDataError) as error:
        session().rollback()
        raise Stale(N_("Somebody else changed this while you were busy.")) from error


def _colleague(sent: str) -> Person:
    """The colleague that a form names. Raises Refused for nobody, and NotYours."""
    if not sent:
        raise Refused(N_("Choose who leads."))
    known = {person.id: person for person in people(session(), my_team())}
    found = known.get(_number(sent) or 0)
    if found is None:
        raise NotYours(N_("This is not here, or not for you."))
    return found


def _number(sent: str) -> int | None:
    try:
        return row_number(sent)
    except ValueError:
        return None
