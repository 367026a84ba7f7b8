"""Reminders on the pages: the log for administrators, each person's choice, and the way to stop."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from calendar_app.errors import NotYours
from calendar_app.feed.models import meetups_by_mail, take_meetups
from calendar_app.language import N_
from calendar_app.moments import WEEKDAY_NAMES, local
from calendar_app.people.door import may, me, my_team, requires
from calendar_app.people.models import Muted, Person
from calendar_app.people.queries import people
from calendar_app.plans.preconditions import KINDS as PRECONDITIONS
from calendar_app.reminders import health
from calendar_app.reminders.answers import answer
from calendar_app.reminders.due import ALL_NAMES, KINDS, OF_CALENDARS
from calendar_app.reminders.forms import QuietForm, WantedForm
from calendar_app.reminders.mail import read_stop_token
from calendar_app.reminders.models import (
    STATE_NAMES,
    STATES,
    Delivery,
    mute,
    quiet_hours_of,
    unmute,
)
from calendar_app.reminders.queries import LogFilter, log_page, muted_kinds, told_in_mail
from calendar_app.reminders.routes import route_name
from calendar_app.web.forms import filter_choice
from calendar_app.web.language import speak_to
from calendar_app.web.request import commit, house, now, row_number, session
from calendar_app.web.security import csrf
from calendar_app.web.templating import render

bp = Blueprint("reminders", __name__)

# How a state looks: the tone of its badge, and a sign, since colour alone tells nothing.
LOOKS = {
    "pending": ("plain", "○"),
    "claimed": ("plain", "◔"),
    "in_flight": ("plain", "◑"),
    "sent": ("good", "✓"),
    "retry": ("warn", "↻"),
    "in_doubt": ("warn", "?"),
    "dead": ("bad", "✕"),
    "missed": ("bad", "!"),
    "cancelled": ("plain", "⊘"),
}
_MOST_PAGES = 100_000
_FARTHEST_DAY = timedelta(days=3660)


@bp.get("/healthz")
@requires("public")
def show_health() -> ResponseReturnValue:
    """Whether database and worker do their work, for a monitor: 200 or 503."""
    try:
        with house().database.reading() as reader:
            found = health.health(reader, now())
    except DBAPIError:
        found = health.without_database()
    answer = jsonify(found.as_json())
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if found.status == "ok" else 503


# A monitor is nobody: no visit is looked up, so that a database that is away is an answer too.
show_health.needs_nobody = True  # type: ignore[attr-defined]  # read by people.door


@bp.get("/settings/deliveries")
@requires("deliveries.see")
def show_deliveries() -> ResponseReturnValue:
    """The log: which reminder went to whom, and what became of it."""
    wanted = _asked_for()
    found = log_page(session(), my_team(), wanted, now())
    return render(
        "reminders/deliveries.html",
        log=found,
        wanted=wanted,
        options=_options(wanted),
        previous=_page_href(wanted, wanted.page - 1) if wanted.page > 1 else None,
        following=_page_href(wanted, wanted.page + 1) if wanted.page < found.pages else None,
        last_ran_at=health.last_ran_at(session(), now()),
        state_names=STATE_NAMES,
        kind_names=ALL_NAMES,
        looks=LOOKS,
        route_name=route_name,
    )


@bp.get("/settings/reminders")
@requires("settings.own")
def show_reminders() -> ResponseReturnValue:
    """Which reminders I get."""
    return _own_page(_wanted_form(), QuietForm(obj=quiet_hours_of(session(), me())))


@bp.post("/settings/reminders")
@requires("settings.own")
def save_reminders() -> ResponseReturnValue:
    """Choose which reminders I get."""
    form = WantedForm()
    if not form.validate_on_submit():
        return _own_page(form, QuietForm(formdata=None, obj=quiet_hours_of(session(), me()))), 422
    for kind in KINDS:
        _choose(me(), kind, is_wanted=kind in (form.wanted.data or ()))
    commit()
    flash(_("Saved."), "good")
    return redirect("/settings/reminders", 303)


@bp.post("/settings/reminders/quiet")
@requires("settings.own")
def save_quiet_hours() -> ResponseReturnValue:
    """Choose when I get no reminders."""
    # Held, so that two forms of somebody who has none yet make one row.
    session().refresh(me(), with_for_update=True)
    hours = quiet_hours_of(session(), me())
    form = QuietForm(obj=hours)
    if form.stale(hours):
        kept = {"begins": hours.begins, "ends": hours.ends, "days": hours.days}
        return _own_page(_wanted_form(), form, form.differences(kept)), 409
    if not form.validate_on_submit() or not form.obeys(
        lambda: hours.choose(form.begins.data, form.ends.data, form.days.data or ())
    ):
        return _own_page(_wanted_form(), form), 422
    if hours.version == 0:
        hours.version = 1
        session().add(hours)
    commit()
    flash(_("Saved."), "good")
    return redirect("/settings/reminders", 303)


@bp.get("/settings/reminders/day")
@requires("settings.own")
def show_day() -> ResponseReturnValue:
    """Why somebody got on a day what they got: myself, or for administrators anybody."""
    choices = people(session(), my_team()) if may("deliveries.see") else []
    if me() not in choices:
        choices = [me(), *choices]
    wanted = request.args.get("person", me().id, type=row_number)
    person = next((one for one in choices if one.id == wanted), None)
    if person is None:
        raise NotYours(N_("Choose yourself. Only administrators see what others were sent."))
    day = _day_asked_for()
    return render(
        "reminders/day.html",
        person=person,
        choices=choices,
        day=day,
        found=answer(session(), my_team(), person, day, now()),
        state_names=STATE_NAMES,
        kind_names=ALL_NAMES,
        looks=LOOKS,
        route_name=route_name,
        weekday_names=WEEKDAY_NAMES,
    )


@bp.get("/reminders/<uuid:delivery_uuid>")
@requires("settings.own")
def show_mail(delivery_uuid: UUID) -> ResponseReturnValue:
    """What one mail to me told of, and how each of it stands now."""
    wanted = select(Delivery).where(
        Delivery.uuid == str(delivery_uuid),
        Delivery.person_id == me().id,
        Delivery.team_id == my_team().id,
    )
    delivery = session().scalars(wanted).one_or_none()
    if delivery is None:
        raise NotYours(N_("This reminder is not one of yours."))
    return render(
        "reminders/mail.html",
        kind_name=ALL_NAMES[delivery.kind],
        found=told_in_mail(session(), delivery, now()),
        precondition_kinds=PRECONDITIONS,
        here=request.path,
    )


@bp.get("/unsubscribe/<token>")
@requires("public")
def show_unsubscribe(token: str) -> ResponseReturnValue:
    """Ask before anything stops: mail scanners follow links too."""
    person, kind = _whose(token)
    return _unsubscribe_page(token, person, kind)


@bp.post("/unsubscribe/<token>")
@requires("public")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop, without a sign-in: the button, or the mail program's own (RFC 8058)."""
    person, kind = _whose(token)
    _choose(person, kind, is_wanted=False)
    commit()
    return _unsubscribe_page(token, person, kind)


@bp.post("/unsubscribe/<token>/undo")
@requires("public")
def undo_unsubscribe(token: str) -> ResponseReturnValue:
    """Send them again."""
    person, kind = _whose(token)
    _choose(person, kind, is_wanted=True)
    commit()
    return redirect(f"/unsubscribe/{token}", 303)


def _day_asked_for() -> date:
    """The day in the address; today where there is none, or none that makes sense."""
    today = local(now(), my_team().zone).date()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if abs(day - today) <= _FARTHEST_DAY else today


def _asked_for() -> LogFilter:
    page = request.args.get("page", 1, type=int)
    states = [state for state in request.args.getlist("state") if state in STATES]
    return LogFilter(tuple(dict.fromkeys(states)), min(max(1, page), _MOST_PAGES))


def _options(wanted: LogFilter) -> list[dict[str, object]]:
    return [filter_choice(state, _(name), wanted.states) for state, name in STATE_NAMES.items()]


def _page_href(wanted: LogFilter, page: int) -> str:
    return "?" + urlencode([*(("state", state) for state in wanted.states), ("page", page)])


def _choose(person: Person, kind: str, *, is_wanted: bool) -> None:
    if kind in OF_CALENDARS:
        # Without invitations the meet-ups are in the feeds again.
        take_meetups(session(), person, "mail" if is_wanted else "feed", now())
    elif is_wanted:
        unmute(session(), person, kind)
    else:
        mute(session(), person, kind, now())


def _wanted_form() -> WantedForm:
    """Which reminders I get now; whatever form was sent."""
    deaf_to = muted_kinds(session(), me())
    return WantedForm(
        formdata=None, data={"wanted": [kind for kind in KINDS if kind not in deaf_to]}
    )


def _own_page(
    form: WantedForm, quiet: QuietForm, conflict: list[tuple[str, str, str]] | None = None
) -> str:
    way = meetups_by_mail(session(), me()).way
    return render("reminders/own.html", form=form, quiet=quiet, conflict=conflict, way=way)


def _whose(token: str) -> tuple[Person, str]:
    """The person and the kind of reminder that `token` stands for. Raises NotYours."""
    fact = read_stop_token(house().config, token)
    found = fact and session().scalars(select(Person).where(Person.uuid == fact[0])).one_or_none()
    if not fact or not found:
        raise NotYours(N_("This link is not one of ours, or not whole. Use the link in the mail."))
    speak_to(found.language, found.theme, None)
    return found, fact[1]


def _unsubscribe_page(token: str, person: Person, kind: str) -> str:
    return render(
        "reminders/unsubscribe.html",
        token=token,
        kind_name=_(ALL_NAMES[kind]),
        of_calendar=kind in OF_CALENDARS,
        has_stopped=_has_stopped(person, kind),
    )


def _has_stopped(person: Person, kind: str) -> bool:
    if kind in OF_CALENDARS:
        return meetups_by_mail(session(), person).since is None
    query = select(Muted).where(Muted.person_id == person.id, Muted.kind == kind)
    return session().scalars(query).first() is not None
