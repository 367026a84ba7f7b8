"""The pages of other calendars: which the team has, how they stand, and their way in and out.

An address is fetched while somebody waits, so that a wrong one is told at once; the database is let
go of before that.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.layers import fetching, queries
from calendar_app.layers.fetching import Got, Place
from calendar_app.layers.forms import CalendarForm
from calendar_app.layers.models import ExternalCalendar
from calendar_app.people import throttle
from calendar_app.people.door import audit, my_pass, my_team, own, refuse_too_many, requires
from calendar_app.plans.models import HOOKS
from calendar_app.web.forms import expect_shown
from calendar_app.web.language import language
from calendar_app.web.request import commit, house, now, session, zone
from calendar_app.web.templating import render

bp = Blueprint("layers", __name__)

Conflict = Sequence[tuple[str, str, str]]


@bp.get("/settings/calendars")
@requires("team.see")
def show_calendars() -> ResponseReturnValue:
    """The team's other calendars, and how they stand."""
    return _list_page()


@bp.get("/settings/calendars/new")
@requires("calendars.write")
def show_new_calendar() -> ResponseReturnValue:
    """A form for one more."""
    taken = {calendar.hook for calendar in queries.calendars(session(), my_team())}
    free = (hook for hook in HOOKS if hook not in taken)
    return _form_page(CalendarForm(hook=next(free, HOOKS[0])))


@bp.post("/settings/calendars/new")
@requires("calendars.write")
def add_calendar() -> ResponseReturnValue:
    """Fetch or read the calendar, and keep it if that goes well."""
    form = CalendarForm()
    found = _found(form) if form.validate_on_submit() else None
    if found is None:
        return _form_page(form), 422
    place, new = found

    def add() -> None:
        calendar = ExternalCalendar.new(
            my_team(), form.name.data, form.hook.data, _calendars_held(), now()
        )
        _move(calendar, place)
        fetching.keep(session(), calendar, new, now())
        audit("external_calendar.added", calendar, followed=calendar.is_followed)

    if not form.obeys(add):
        return _form_page(form), 422
    commit()
    flash(_("The calendar is there. You see it under the posts of the month."), "good")
    return redirect(url_for("layers.show_calendars"), 303)


@bp.get("/settings/calendars/<int:calendar_id>")
@requires("calendars.write")
def show_calendar(calendar_id: int) -> ResponseReturnValue:
    """One calendar, to change."""
    calendar = own(ExternalCalendar, calendar_id)
    shown = {"name": calendar.name, "hook": calendar.hook, "version": calendar.version}
    return _form_page(CalendarForm(data=shown), calendar)


@bp.post("/settings/calendars/<int:calendar_id>")
@requires("calendars.write")
def save_calendar(calendar_id: int) -> ResponseReturnValue:
    """Change its name or colour, or where it lives."""
    form, calendar = CalendarForm(), own(ExternalCalendar, calendar_id)
    if form.stale(calendar):
        return _conflict_page(form, calendar)
    found = None
    if form.validate_on_submit() and form.names_place:
        commit()
        found = _found(form)
        # Read again: a colleague did not wait meanwhile.
        calendar = own(ExternalCalendar, calendar_id)
        if form.stale(calendar):
            return _conflict_page(form, calendar)
    if form.errors or not form.obeys(lambda: _change(calendar, form, found)):
        return _form_page(form, calendar), 422
    commit()
    flash(_("Saved."), "good")
    return redirect(url_for("layers.show_calendars"), 303)


@bp.post("/settings/calendars/<int:calendar_id>/refresh")
@requires("calendars.write")
def refresh_calendar(calendar_id: int) -> ResponseReturnValue:
    """Fetch it now instead of within the hour."""
    calendar = own(ExternalCalendar, calendar_id)
    name = calendar.name
    commit()
    refuse_too_many(throttle.FETCHES_OF_ONE_TEAM, my_pass().team_id)
    allowed = house().config.outbound_allow
    refused = fetching.refresh(house().database, calendar_id, allowed, now())
    if refused is None:
        flash(_("“%(name)s” is up to date.", name=name), "good")
    else:
        flash(f"{name}: {refused.words(language())}", "bad")
    return redirect(url_for("layers.show_calendars"), 303)


@bp.post("/settings/calendars/<int:calendar_id>/pause")
@requires("calendars.write")
def pause_calendar(calendar_id: int) -> ResponseReturnValue:
    """Switch it off: it is shown nowhere and fetched no longer."""
    calendar = own(ExternalCalendar, calendar_id)
    calendar.pause(now())
    audit("external_calendar.paused", calendar)
    commit()
    flash(_("“%(name)s” is off.", name=calendar.name), "good")
    return redirect(url_for("layers.show_calendars"), 303)


@bp.post("/settings/calendars/<int:calendar_id>/pause/undo")
@requires("calendars.write")
def resume_calendar(calendar_id: int) -> ResponseReturnValue:
    """Switch it on again."""
    calendar = own(ExternalCalendar, calendar_id)
    calendar.resume(now())
    audit("external_calendar.resumed", calendar)
    commit()
    flash(_("“%(name)s” is on.", name=calendar.name), "good")
    return redirect(url_for("layers.show_calendars"), 303)


@bp.post("/settings/calendars/<int:calendar_id>/deletion")
@requires("calendars.write")
def remove_calendar(calendar_id: int) -> ResponseReturnValue:
    """Take it out, and offer to put it back."""
    calendar = own(ExternalCalendar, calendar_id)
    expect_shown(calendar)
    calendar.remove(now())
    audit("external_calendar.removed", calendar)
    commit()
    where = url_for("layers.show_calendars", _anchor="removed")
    words = _("“%(name)s” is removed.", name=calendar.name)
    flash(Markup('{} <a href="{}">{}</a>').format(words, where, _("Put it back")), "good")
    return redirect(url_for("layers.show_calendars"), 303)


@bp.post("/settings/calendars/<int:calendar_id>/restoration")
@requires("calendars.write")
def put_calendar_back(calendar_id: int) -> ResponseReturnValue:
    """Put a removed one back."""
    calendar = session().get(ExternalCalendar, calendar_id)
    is_ours = calendar is not None and calendar.team_id == my_pass().team_id
    if calendar is None or not is_ours or calendar.deleted_at is None:
        raise NotYours(N_("This is not here, or not for you."))
    try:
        calendar.put_back(now(), _calendars_held())
    except Refused as refused:
        flash(refused.words(language()), "bad")
        return _list_page(), 422
    audit("external_calendar.put_back", calendar)
    commit()
    flash(_("“%(name)s” is back.", name=calendar.name), "good")
    return redirect(url_for("layers.show_calendars"), 303)


def _found(form: CalendarForm) -> tuple[Place, Got] | None:
    """What stands where the form says; None when that is refused, which the form then says.

    Asks nothing of the database while another server is waited for.
    """
    try:
        place = form.place()
        if place.address:
            refuse_too_many(throttle.FETCHES_OF_ONE_TEAM, my_pass().team_id)
        return place, fetching.got(place, house().config.outbound_allow, zone(), now())
    except Refused as refused:
        if refused.field is None:
            refused.field = "address" if form.address.data else "file"
        form.refuse(refused)
        return None


def _change(
    calendar: ExternalCalendar, form: CalendarForm, found: tuple[Place, Got] | None
) -> None:
    calendar.edit(form.name.data, form.hook.data, _calendars_held())
    if found is not None:
        place, new = found
        _move(calendar, place)
        fetching.keep(session(), calendar, new, now())
        audit("external_calendar.moved", calendar, followed=calendar.is_followed)
    elif session().is_modified(calendar):
        audit("external_calendar.changed", calendar)


def _move(calendar: ExternalCalendar, place: Place) -> None:
    if place.address:
        calendar.follow(place.address)
    else:
        calendar.bring_in(place.file)


def _calendars_held() -> list[ExternalCalendar]:
    """The team's calendars, one change at a time: their names are compared with each other."""
    session().refresh(my_team(), with_for_update=True)
    return queries.calendars(session(), my_team())


def _conflict_page(form: CalendarForm, calendar: ExternalCalendar) -> ResponseReturnValue:
    conflict = form.differences({"name": calendar.name, "hook": calendar.hook})
    return _form_page(form, calendar, conflict), 409


def _form_page(
    form: CalendarForm, calendar: ExternalCalendar | None = None, conflict: Conflict = ()
) -> str:
    return render("layers/form.html", form=form, calendar=calendar, conflict=conflict)


def _list_page() -> str:
    return render(
        "layers/calendars.html",
        calendars=queries.calendars(session(), my_team()),
        removed=queries.removed(session(), my_team()),
    )
