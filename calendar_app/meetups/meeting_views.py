"""Holding a meet-up: begin, who is there, who leads, close; and the history of those held."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.meetups import beforehand, hosting, page, sittings
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.sittings import Sitting
from calendar_app.people.door import audit, me, my_team, own, requires
from calendar_app.people.models import Person
from calendar_app.people.queries import people
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, now, row_number, session
from calendar_app.web.templating import render

bp = Blueprint("meeting", __name__)

_MOST_PAGES = 100_000


@bp.get("/meetups/history")
@requires("team.see")
def history() -> ResponseReturnValue:
    """The meet-ups that were held, the last one first, and how often that was."""
    number = min(max(1, request.args.get("page", 1, type=int)), _MOST_PAGES)
    found = sittings.history(session(), my_team(), number)
    return render(
        "meetups/history.html",
        held=found.rows,
        rhythm=sittings.rhythm(session(), my_team(), now()),
        counted_days=sittings.COUNTED_DAYS,
        page=number,
        pages=found.pages,
    )


@bp.get("/meetups/revision")
@requires("team.see")
def revision() -> ResponseReturnValue:
    """How often the calendar or a meet-up has changed: asked by who has a meet-up open."""
    response = jsonify(revision=page.revision())
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/meetups/occurrences/<int:occurrence_id>/beginning")
@requires("meetups.hold")
def begin(occurrence_id: int) -> ResponseReturnValue:
    """Begin it. Twice is the same as once. Raises Stale when it was moved or called off."""
    occurrence = own(Occurrence, occurrence_id)
    if sittings.sitting_of(session(), occurrence) is None:
        expect_shown(occurrence)
        try:
            begun = _begin(occurrence)
            audit("sitting.begun", begun)
            commit()
        except (IntegrityError, StaleDataError):
            session().rollback()
            # Two began it at one moment: the first counts. Else it was moved or called off.
            if sittings.sitting_of(session(), own(Occurrence, occurrence_id)) is None:
                raise
    return _to(occurrence_id)


def _begin(occurrence: Occurrence) -> Sitting:
    host = hosting.opening_host(session(), occurrence, now())
    away = _away(occurrence)
    return sittings.begin(session(), occurrence, host, by=me(), now=now(), away=away)


@bp.post("/meetups/occurrences/<int:occurrence_id>/not-begun")
@requires("meetups.hold")
def take_back(occurrence_id: int) -> ResponseReturnValue:
    """It was not begun after all. Twice is the same as once. Raises Refused and Stale."""
    occurrence = own(Occurrence, occurrence_id)
    sitting = sittings.sitting_of(session(), occurrence, holds=True)
    if sitting is not None:
        expect_shown(sitting)
        audit("sitting.taken_back", sitting)
        sittings.take_back(session(), sitting, _away(occurrence))
        commit()
    return _to(occurrence_id)


@bp.post("/meetups/occurrences/<int:occurrence_id>/attendance")
@requires("meetups.hold")
def attend(occurrence_id: int) -> ResponseReturnValue:
    """Say whether somebody is there. Twice is the same as once."""
    sitting = _sitting(occurrence_id)
    is_present = request.form.get("present") == "1"
    sittings.note(session(), sitting, _number(request.form.get("person")), is_present=is_present)
    commit()
    return _to(occurrence_id, "people")


@bp.post("/meetups/occurrences/<int:occurrence_id>/host")
@requires("meetups.hold")
def lead(occurrence_id: int) -> ResponseReturnValue:
    """Let somebody else lead it, or nobody in particular. Raises Stale."""
    sitting = _sitting(occurrence_id)
    expect_shown(sitting)
    sitting.lead(_colleague(request.form.get("host", "")))
    audit("sitting.led", sitting)
    commit()
    return _to(occurrence_id, "people")


@bp.post("/meetups/occurrences/<int:occurrence_id>/closing")
@requires("meetups.hold")
def close(occurrence_id: int) -> ResponseReturnValue:
    """Close it, and keep what lay on the table. Twice is the same as once. Raises Stale."""
    sitting = _sitting(occurrence_id)
    if sitting.is_open:
        expect_shown(sitting)
        kept = sittings.what_lies_there(session(), my_team(), sitting.occurrence, now())
        sitting.close(me(), now(), kept)
        audit("sitting.closed", sitting)
        commit()
    flash(_closed(sitting), "good")
    return _to(occurrence_id)


def _closed(sitting: Sitting) -> str:
    if sitting.told_at is not None:
        return _("The meet-up is closed. Everybody was mailed before; no second mail goes out.")
    if now() >= sitting.day_ends_at:
        return _("The meet-up is closed, as of the end of its day.")
    wait = int(sittings.SUMMARY_WAITS.total_seconds() // 60)
    return _("The meet-up is closed. Everybody is mailed in %(minutes)s minutes.", minutes=wait)


@bp.post("/meetups/occurrences/<int:occurrence_id>/reopening")
@requires("meetups.hold")
def reopen(occurrence_id: int) -> ResponseReturnValue:
    """It goes on after all. Twice is the same as once. Raises Stale."""
    sitting = _sitting(occurrence_id)
    if not sitting.is_open:
        expect_shown(sitting)
        sitting.reopen(now())
        audit("sitting.reopened", sitting)
        commit()
    return _to(occurrence_id)


def _away(occurrence: Occurrence) -> list[int]:
    """Who said beforehand that they cannot come."""
    return [one.person_id for one in beforehand.said_to(session(), occurrence)]


def _sitting(occurrence_id: int) -> Sitting:
    """A meet-up that was begun, held until the end. Raises Refused when nobody began it."""
    found = sittings.sitting_of(session(), own(Occurrence, occurrence_id), holds=True)
    if found is None:
        raise Refused(N_("Nobody has begun this meet-up yet."))
    return found


def _colleague(sent: str) -> Person | None:
    """The colleague that a form names; None for nobody in particular. Raises NotYours."""
    if not sent:
        return None
    known = {person.id: person for person in people(session(), my_team())}
    found = known.get(_number(sent))
    if found is None:
        raise NotYours(N_("This is not here, or not for you."))
    return found


def _number(sent: str | None) -> int:
    try:
        return row_number(sent or "")
    except ValueError:
        return 0


def _to(occurrence_id: int, anchor: str | None = None) -> ResponseReturnValue:
    where = url_for("meetups.show_occurrence", occurrence_id=occurrence_id, _anchor=anchor)
    return redirect(where, 303)
