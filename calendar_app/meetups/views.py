"""Pages of the meet-ups: the series, each day's meet-up with its agenda, and what may change."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from calendar_app.config import zones
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups import days_off, following, queries, sittings
from calendar_app.meetups.forms import (
    CancelForm,
    DaysOffForm,
    MoveForm,
    PutBackForm,
    SeriesForm,
    answers_of,
)
from calendar_app.meetups.models import (
    STATE_NAMES,
    WEEKDAY_NAMES,
    Between,
    Meetup,
    Occurrence,
)
from calendar_app.meetups.page import page_of
from calendar_app.moments import local
from calendar_app.people.door import audit, me, my_team, own, own_by_uuid, requires, unseen
from calendar_app.people.forms import region_name
from calendar_app.people.models import Person
from calendar_app.people.queries import people
from calendar_app.web.forms import expect_shown
from calendar_app.web.request import commit, house, now, session
from calendar_app.web.templating import moment, render, short_day

bp = Blueprint("meetups", __name__)


# The series


@bp.get("/meetups/")
@requires("team.see")
def show_all() -> ResponseReturnValue:
    """The team's series, and the meet-ups that come next."""
    coming = queries.coming_occurrences(session(), my_team(), now())
    found = queries.meetups(session(), my_team())
    return render(
        "meetups/index.html",
        meetups=[meetup for meetup in found if not _has_ended(meetup)],
        ended=[meetup for meetup in found if _has_ended(meetup)],
        coming=coming,
        presence=queries.presence(session(), coming),
        rhythm=sittings.rhythm(session(), my_team(), now()),
        counted_days=sittings.COUNTED_DAYS,
        days_words=_days_words,
        mail_rate=house().config.mail_rate,
    )


def _has_ended(meetup: Meetup) -> bool:
    return meetup.ends_on is not None and meetup.ends_on < local(now(), meetup.zone).date()


def _days_words(meetup: Meetup) -> str:
    if meetup.weekdays == "MO,TU,WE,TH,FR":
        return _("Every working day")
    return ", ".join(_(WEEKDAY_NAMES[code]) for code in meetup.weekdays.split(","))


@bp.get("/meetups/new")
@requires("meetups.write")
def show_new() -> ResponseReturnValue:
    """A form for a series, filled in with the ten minutes that the method asks for."""
    team, members = my_team(), people(session(), my_team())
    proposed = _proposed_host(members)
    form = SeriesForm(
        members,
        data={
            "creation_key": secrets.token_urlsafe(16),
            "name": _("Content meet-up"),
            "weekdays": ["MO", "TU", "WE", "TH", "FR"],
            "local_time": time(9, 30),
            "minutes": 10,
            "zone": team.zone,
            "starts_on": local(now(), team.zone).date(),
            "skips_holidays": True,
            "participants": [person.id for person in members],
            "host": proposed.id if proposed else me().id,
            "lead_minutes": 10,
        },
    )
    return _new_page(form, proposed)


@bp.post("/meetups/new")
@requires("meetups.write")
def do_new() -> ResponseReturnValue:
    """Begin a series. The same form sent twice begins one."""
    members = people(session(), my_team())
    form = SeriesForm(members)
    if not form.validate():
        return _new_page(form, _proposed_host(members)), 422
    key = form.creation_key.data
    if key and queries.meetup_made_by(session(), my_team(), key) is not None:
        return redirect(url_for("meetups.show_all"), 303)
    if not form.obeys(lambda: _begin(form)):
        return _new_page(form, _proposed_host(members)), 422
    commit()
    flash(_("The meet-up is in the calendar. Everybody in it is reminded."), "good")
    return redirect(url_for("meetups.show_all"), 303)


def _begin(form: SeriesForm) -> None:
    meetup = Meetup.new(my_team(), form.series(), form.creation_key.data or None)
    session().add(meetup)
    queries.plan_occurrences(session(), meetup, now())
    audit("meetup.begun", meetup)


def _proposed_host(members: Sequence[Person]) -> Person | None:
    """Whom the role matrix proposes to lead the meet-ups."""
    return queries.proposed_host(session(), my_team(), members)


def _new_page(form: SeriesForm, proposed: Person | None) -> str:
    is_proposed = proposed is not None and form.host.data == proposed.id
    return render("meetups/new.html", **_choices(form), host_is_proposed=is_proposed)


def _choices(form: SeriesForm) -> dict[str, Any]:
    """What the fields of a series need: the form, the zones, and whose holidays count."""
    region = region_name(my_team().country, my_team().region)
    return {"form": form, "zones": zones(), "region": region}


@bp.get("/meetups/<int:meetup_id>/edit")
@requires("meetups.write")
def show_edit(meetup_id: int) -> ResponseReturnValue:
    """The form of a series."""
    meetup = own(Meetup, meetup_id)
    return _edit_page(meetup, _form_of(meetup))


@bp.post("/meetups/<int:meetup_id>/edit")
@requires("meetups.write")
def do_edit(meetup_id: int) -> ResponseReturnValue:
    """Change a series, and with it every day that still follows it."""
    meetup = own(Meetup, meetup_id)
    form = _form_of(meetup)
    if form.stale(meetup):
        return _edit_page(meetup, form, conflict=form.conflict(meetup, unseen())), 409
    if not (form.validate() and form.obeys(lambda: meetup.edit(form.series(), unseen()))):
        return _edit_page(meetup, form), 422
    queries.plan_occurrences(session(), meetup, now())
    audit("meetup.changed", meetup)
    commit()
    flash(_("Saved."), "good")
    return redirect(url_for("meetups.show_all"), 303)


def _form_of(meetup: Meetup) -> SeriesForm:
    kept = {**answers_of(meetup, unseen()), "version": meetup.version}
    return SeriesForm(people(session(), my_team()), data=kept)


def _edit_page(
    meetup: Meetup,
    form: SeriesForm,
    conflict: list[tuple[str, str, str]] | None = None,
    days_off_form: DaysOffForm | None = None,
) -> str:
    return render(
        "meetups/edit.html",
        meetup=meetup,
        **_choices(form),
        days_off=days_off_form or DaysOffForm(formdata=None),
        off=[
            (period, _address_to_put_back(meetup, period))
            for period in days_off.periods(session(), meetup, now())
        ],
        conflict=conflict or [],
        host_is_proposed=False,
    )


@bp.post("/meetups/<int:meetup_id>/days-off")
@requires("meetups.write")
def do_days_off(meetup_id: int) -> ResponseReturnValue:
    """Call off the meet-ups of these days, however far ahead they are."""
    meetup, form = own(Meetup, meetup_id), DaysOffForm()
    called_off: list[Occurrence] = []
    if not (form.validate() and form.obeys(lambda: called_off.extend(_call_off(meetup, form)))):
        return _edit_page(meetup, _kept_form(meetup), days_off_form=form), 422
    undo = _undo_of(meetup, called_off)
    commit()
    flash(_("On these days there is no meet-up. Nobody is reminded of it."), undo)
    return redirect(url_for("meetups.show_edit", meetup_id=meetup.id, _anchor="days-off"), 303)


def _call_off(meetup: Meetup, form: DaysOffForm) -> list[Occurrence]:
    called_off = days_off.call_off(session(), meetup, form.days_off(), by=me(), now=now())
    for occurrence in called_off:
        audit("occurrence.cancelled", occurrence)
    return called_off


def _undo_of(meetup: Meetup, called_off: Sequence[Occurrence]) -> str:
    """The category of a notice, with a button that puts back all of `called_off` and no more."""
    period = days_off.Period(called_off)
    is_alone = days_off.is_alone(session(), meetup, period, now())
    return f"undo {_address_to_put_back(meetup, period)}" if is_alone else "good"


def _address_to_put_back(meetup: Meetup, period: days_off.Period) -> str:
    return url_for(
        "meetups.put_back_days",
        meetup_id=meetup.id,
        first=period.first,
        last=period.last,
        mark=period.mark,
    )


@bp.post("/meetups/<int:meetup_id>/days-off/restoration")
@requires("meetups.write")
def put_back_days(meetup_id: int) -> ResponseReturnValue:
    """Let the meet-ups of these days take place after all. Twice is the same as once."""
    meetup, form = own(Meetup, meetup_id), PutBackForm(request.values)
    if not form.validate():
        raise Refused(N_("Choose the days that take place after all."))
    off, mark = form.days_off(), form.mark.data
    for occurrence in days_off.put_back(session(), meetup, off, mark, by=me(), now=now()):
        audit("occurrence.restored", occurrence)
    commit()
    flash(_("These days take place as planned."), "good")
    return redirect(url_for("meetups.show_edit", meetup_id=meetup.id, _anchor="days-off"), 303)


def _kept_form(meetup: Meetup) -> SeriesForm:
    kept = {**answers_of(meetup, unseen()), "version": meetup.version}
    return SeriesForm(people(session(), my_team()), formdata=None, data=kept)


@bp.post("/meetups/<int:meetup_id>/deletion")
@requires("meetups.write")
def do_delete(meetup_id: int) -> ResponseReturnValue:
    """End a series: nobody is reminded of it any more."""
    meetup = own(Meetup, meetup_id)
    expect_shown(meetup)
    meetup.delete(now())
    queries.plan_occurrences(session(), meetup, now())
    audit("meetup.deleted", meetup)
    commit()
    flash(_("The series has ended. Nobody is reminded of it any more."), "good")
    return redirect(url_for("meetups.show_all"), 303)


# This day and all that follow


@bp.get("/meetups/occurrences/<int:occurrence_id>/following")
@requires("meetups.write")
def show_following(occurrence_id: int) -> ResponseReturnValue:
    """The form of a series, for one day and all that follow."""
    occurrence = _own_of_series(occurrence_id)
    if following.begins_on(occurrence.meetup, occurrence.local_day):
        return redirect(url_for("meetups.show_edit", meetup_id=occurrence.meetup_id), 303)
    return _following_page(occurrence, _form_from(occurrence))


@bp.post("/meetups/occurrences/<int:occurrence_id>/following")
@requires("meetups.write")
def do_following(occurrence_id: int) -> ResponseReturnValue:
    """Change a series from one day on. The same form sent twice changes it once."""
    occurrence = _own_of_series(occurrence_id)
    form = _form_from(occurrence)
    key = form.creation_key.data or None
    if _is_made(key):
        return redirect(url_for("meetups.show_all"), 303)
    if form.stale(occurrence.meetup):
        rows = form.conflict(occurrence.meetup, unseen(), apart_from=("starts_on",))
        return _following_page(occurrence, form, conflict=rows), 409
    try:
        if not (form.validate() and form.obeys(lambda: _change_from(occurrence, form))):
            return _following_page(occurrence, form), 422
        commit()
    except (IntegrityError, StaleDataError):
        # Sent twice at one moment: the first counts. Else somebody changed it meanwhile.
        session().rollback()
        if not _is_made(key):
            raise
    flash(_("Changed from this day on. What was before stays as it was."), "good")
    return redirect(url_for("meetups.show_all"), 303)


def _own_of_series(occurrence_id: int) -> Occurrence:
    """One meet-up of my team, of a series that has not ended. Raises NotYours."""
    occurrence = own(Occurrence, occurrence_id)
    own(Meetup, occurrence.meetup_id)
    return occurrence


def _is_made(key: str | None) -> bool:
    return key is not None and queries.meetup_made_by(session(), my_team(), key) is not None


def _change_from(occurrence: Occurrence, form: SeriesForm) -> None:
    change = following.Change(
        occurrence.local_day, form.series(), form.creation_key.data or None, unseen().keys()
    )
    old = occurrence.meetup
    new = following.change_from(session(), old, change, now())
    audit("meetup.changed_from", old)
    audit("meetup.begun", new)


def _form_from(occurrence: Occurrence) -> SeriesForm:
    meetup = occurrence.meetup
    kept = {
        **answers_of(meetup, unseen()),
        "starts_on": occurrence.local_day,
        "creation_key": secrets.token_urlsafe(16),
        "version": meetup.version,
    }
    return SeriesForm(people(session(), my_team()), data=kept)


def _following_page(
    occurrence: Occurrence, form: SeriesForm, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    return render(
        "meetups/following.html",
        occurrence=occurrence,
        **_choices(form),
        conflict=conflict or [],
        host_is_proposed=False,
    )


# One meet-up


@bp.get("/meetups/today")
@requires("team.see")
def show_today() -> ResponseReturnValue:
    """The meet-up of today, else the next one, else a page that says there is none."""
    found = queries.todays_occurrence(session(), my_team(), now(), me())
    found = found or queries.next_occurrence(session(), my_team(), me(), now())
    found = found or queries.next_occurrence(session(), my_team(), None, now())
    if found is None:
        return render("meetups/none.html")
    return redirect(url_for("meetups.show_occurrence", occurrence_id=found.id), 303)


@bp.get("/meetups/occurrences/<int:occurrence_id>")
@requires("team.see")
def show_occurrence(occurrence_id: int) -> ResponseReturnValue:
    """One meet-up with its agenda, its clock and its people."""
    occurrence = own(Occurrence, occurrence_id)
    return page_of(occurrence)


@bp.get("/meetups/occurrences/<uuid:occurrence_uuid>")
@requires("team.see")
def show_occurrence_from_outside(occurrence_uuid: UUID) -> ResponseReturnValue:
    """The address of a meet-up in mails, where no row number leaves the house."""
    found = own_by_uuid(Occurrence, occurrence_uuid)
    return redirect(url_for("meetups.show_occurrence", occurrence_id=found.id))


@bp.post("/meetups/occurrences/<int:occurrence_id>/cancellation")
@requires("meetups.write")
def do_cancel(occurrence_id: int) -> ResponseReturnValue:
    """Call one meet-up off. Twice for the same reason is the same as once."""
    occurrence, form = own(Occurrence, occurrence_id), CancelForm()
    if (occurrence.state, occurrence.reason) == ("cancelled", form.reason.data or ""):
        return _called_off(occurrence)
    if form.stale(occurrence):
        reasons = form.differences({"reason": occurrence.reason})
        conflict = [_now_and_asked(occurrence, _("Call it off")), *reasons]
        return page_of(occurrence, cancel=form, conflict=conflict), 409
    if not (
        form.validate()
        and form.obeys(lambda: occurrence.cancel_day(me(), now(), form.reason.data or ""))
    ):
        return page_of(occurrence, cancel=form), 422
    audit("occurrence.cancelled", occurrence)
    commit()
    return _called_off(occurrence)


def _called_off(occurrence: Occurrence) -> ResponseReturnValue:
    flash(_("This meet-up does not take place. Nobody is reminded of it."), "good")
    return _to(occurrence)


def _now_and_asked(occurrence: Occurrence, asked: str) -> tuple[str, str, str]:
    """How this one meet-up stands now, beside what the person wanted of it."""
    state = _(STATE_NAMES[occurrence.state])
    return _("This meet-up"), f"{state}, {moment(occurrence.starts_at)}", asked


@bp.post("/meetups/occurrences/<int:occurrence_id>/restoration")
@requires("meetups.write")
def do_restore(occurrence_id: int) -> ResponseReturnValue:
    """Hold one meet-up as the series says after all. Twice is the same as once."""
    occurrence, form = own(Occurrence, occurrence_id), CancelForm()
    if occurrence.state != "planned":
        if form.stale(occurrence):
            asked = _now_and_asked(occurrence, _("Put back to the usual time"))
            return page_of(occurrence, cancel=form, conflict=[asked]), 409
        between = queries.neighbours(session(), occurrence)
        occurrence.restore_day(by=me(), now=now(), between=between)
        audit("occurrence.restored", occurrence)
        commit()
    flash(_("This meet-up takes place as planned."), "good")
    return _to(occurrence)


@bp.get("/meetups/occurrences/<int:occurrence_id>/move")
@requires("meetups.write")
def show_move(occurrence_id: int) -> ResponseReturnValue:
    """A form for another moment."""
    occurrence = own(Occurrence, occurrence_id)
    form = MoveForm(
        data={
            "day": occurrence.held_on,
            "local_time": occurrence.local_time,
            "version": occurrence.version,
        }
    )
    return _move_page(occurrence, form, queries.neighbours(session(), occurrence))


@bp.post("/meetups/occurrences/<int:occurrence_id>/move")
@requires("meetups.write")
def do_move(occurrence_id: int) -> ResponseReturnValue:
    """Hold one meet-up at another moment."""
    occurrence, form = own(Occurrence, occurrence_id), MoveForm()
    between = queries.neighbours(session(), occurrence)
    if form.stale(occurrence):
        saved = {"day": occurrence.held_on, "local_time": occurrence.local_time}
        conflict = [_now_and_asked(occurrence, _("Move")), *form.differences(saved)]
        return _move_page(occurrence, form, between, conflict), 409
    if not (form.validate() and form.obeys(lambda: _move(occurrence, form, between))):
        return _move_page(occurrence, form, between), 422
    audit("occurrence.moved", occurrence)
    commit()
    flash(_("Moved to %(moment)s.", moment=moment(occurrence.starts_at)), "good")
    return _to(occurrence)


def _move(occurrence: Occurrence, form: MoveForm, between: Between) -> None:
    occurrence.move_day(form.day.data, form.local_time.data, by=me(), now=now(), between=between)


def _move_page(
    occurrence: Occurrence,
    form: MoveForm,
    between: Between,
    conflict: list[tuple[str, str, str]] | None = None,
) -> str:
    return render(
        "meetups/move.html",
        occurrence=occurrence,
        form=form,
        between=between,
        day_hint=_day_hint(between),
        conflict=conflict or [],
    )


def _to(occurrence: Occurrence) -> ResponseReturnValue:
    return redirect(url_for("meetups.show_occurrence", occurrence_id=occurrence.id), 303)


def _day_hint(between: Between) -> str:
    """Which days are free, when the neighbours leave only some."""
    first, last = between.first, between.last
    if first is None or last is None:
        return ""
    if first == last:
        return _("Only this day is free, but at any time: there is a meet-up before and after it.")
    return _("Choose from %(first)s to %(last)s.", first=short_day(first), last=short_day(last))
