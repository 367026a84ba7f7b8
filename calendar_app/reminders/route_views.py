"""The ways by which my reminders reach me: choose, try, and leave them.

The address of a route is a secret. It comes in by a form, is locked at once, and goes to no page
and into no log again. It is asked while somebody waits, with the database let go of before that.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_, say_noted
from calendar_app.outbound import web_address
from calendar_app.people import throttle
from calendar_app.people.door import audit, me, my_pass, my_team, refuse_too_many, requires
from calendar_app.people.models import Person
from calendar_app.post_office import Answer, mail_notice
from calendar_app.reminders import due
from calendar_app.reminders.due import KIND_NAMES
from calendar_app.reminders.forms import AddressForm, BrowserForm
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.outbox import send_again
from calendar_app.reminders.push import PUSH, browser_name, expect_subscription, public_key
from calendar_app.reminders.routes import (
    APPRISE,
    EMAIL,
    ROUTE_NAMES,
    UNREADABLE,
    Route,
    expect_room,
    forget_browser,
    kind_of_route,
    mail_route,
    mark_of,
    new_route,
    routes_of,
    way_of,
)
from calendar_app.reminders.services import ORIGIN_PREFIX
from calendar_app.reminders.trying import try_mail, try_way
from calendar_app.reminders.webhooks import kind_of
from calendar_app.web.forms import expect_shown
from calendar_app.web.language import language
from calendar_app.web.request import commit, house, now, session
from calendar_app.web.templating import render

bp = Blueprint("routes", __name__)

_SERVICE_WORKER = Path(__file__).parents[1] / "static" / "js" / "service-worker.js"
_HERE = "/settings/reminders/routes"


@bp.get("/settings/reminders/routes")
@requires("settings.own")
def show_routes() -> ResponseReturnValue:
    """By which ways my reminders reach me, and how each fares."""
    return _page(AddressForm())


@bp.post("/settings/reminders/routes")
@requires("settings.own")
def add_route() -> ResponseReturnValue:
    """One more: the address tells of itself whether it is one of Teams or of Slack."""
    form = AddressForm()
    if not form.validate_on_submit() or not form.obeys(lambda: _add(form.address.data)):
        # A secret is not shown again, not even to who typed it.
        return _page(form), 422
    commit()
    flash(_("The route is there. Send a test to see that it works."), "good")
    return redirect(_HERE, 303)


@bp.post("/settings/reminders/routes/push")
@requires("settings.own")
def add_browser() -> ResponseReturnValue:
    """The browser that I use now; it gave what is needed to push to it."""
    form = BrowserForm()
    if not form.validate_on_submit() or not form.obeys(lambda: _add_browser(form)):
        words = [*form.form_errors, *(error for field in form for error in field.errors)]
        flash(str(words[0]), "bad")
        return _page(AddressForm(formdata=None)), 422
    commit()
    flash(_("This browser is there. Send a test to see that it works."), "good")
    return redirect(_HERE, 303)


@bp.post("/settings/reminders/routes/service")
@requires("settings.own")
def add_service() -> ResponseReturnValue:
    """One of the services that who runs Kapstok has set up."""
    config, name = house().config, request.form.get("name", "")
    if name not in dict(config.apprise):
        flash(_("This service is not there any more."), "bad")
        return redirect(_HERE, 303)
    session().refresh(me(), with_for_update=True)
    origin = f"{ORIGIN_PREFIX}{name}"
    try:
        expect_room(session(), me().id, mark_of(origin))
    except Refused as refused:
        flash(refused.words(language()), "bad")
        return redirect(_HERE, 303)
    route = new_route(config, me().id, APPRISE, origin, name=name, origin=origin)
    session().add(route)
    audit("route.added", route)
    commit()
    flash(_("The route is there. Send a test to see that it works."), "good")
    return redirect(_HERE, 303)


@bp.get("/service-worker.js")
@requires("public")
def show_service_worker() -> ResponseReturnValue:
    """What stands in a browser for all of Kapstok: its address decides how far it reaches."""
    answer = Response(_SERVICE_WORKER.read_bytes(), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


# Nobody is looked up: a browser asks for it by itself, again and again.
show_service_worker.needs_nobody = True  # type: ignore[attr-defined]  # read by people.door


@bp.post("/settings/reminders/routes/mail")
@requires("settings.own")
def choose_mail() -> ResponseReturnValue:
    """Whether mail comes besides my other routes."""
    session().refresh(me(), with_for_update=True)
    route = mail_route(session(), me().id)
    expect_shown(route)
    is_wanted = request.form.get("wanted") == "yes"
    if is_wanted and not route.is_used:
        audit("mail.chosen", me())
    elif route.is_used and not is_wanted:
        audit("mail.left", me())
    route.is_used = is_wanted
    if route.version == 0:
        route.version = 1
        session().add(route)
    commit()
    flash(_("Saved."), "good")
    return redirect(_HERE, 303)


@bp.post("/settings/reminders/routes/mail/test")
@requires("settings.own")
def try_mail_route() -> ResponseReturnValue:
    """Send me a test by mail."""
    with house().database.reading() as reader:
        person = reader.get_one(Person, my_pass().person_id)
        to = (person.name, person.email)
    refuse_too_many(throttle.TESTS_OF_ONE_PERSON, my_pass().person_id)
    answer = try_mail(house().config, to, language(), now())
    notice = mail_notice(house().config)
    if notice is not None and answer.kind == "accepted":
        # It is kept in a folder: nobody took it.
        flash(_(notice), "warn")
    else:
        _tell(_(ROUTE_NAMES[EMAIL]), answer)
    return redirect(_HERE, 303)


@bp.post("/settings/reminders/routes/<int:route_id>/use")
@requires("settings.own")
def use_route(route_id: int) -> ResponseReturnValue:
    """Let reminders go this way."""
    return _use(route_id, is_used=True)


@bp.post("/settings/reminders/routes/<int:route_id>/pause")
@requires("settings.own")
def pause_route(route_id: int) -> ResponseReturnValue:
    """Let none go this way for now."""
    return _use(route_id, is_used=False)


@bp.post("/settings/reminders/routes/<int:route_id>/deletion")
@requires("settings.own")
def remove_route(route_id: int) -> ResponseReturnValue:
    """Forget this way and its address."""
    route = _mine(session(), route_id)
    expect_shown(route)
    route.remove(now())
    audit("route.removed", route)
    commit()
    flash(_("The route is removed, and its address is forgotten."), "good")
    return redirect(_HERE, 303)


@bp.post("/settings/reminders/routes/<int:route_id>/test")
@requires("settings.own")
def try_route(route_id: int) -> ResponseReturnValue:
    """Send a test this way, and say what became of it."""
    config = house().config
    with house().database.reading() as reader:
        route = _mine(reader, route_id)
        way, origin, name = way_of(config, route), route.origin, _(ROUTE_NAMES[route.kind])
    refuse_too_many(throttle.TESTS_OF_ONE_PERSON, my_pass().person_id)
    if way is None:
        answer = Answer("never", UNREADABLE)
    else:
        answer = try_way(config, way, origin, language(), now())
    with house().database.writing() as writer:
        _note_answer(_mine(writer, route_id), answer)
    _tell(name, answer)
    return redirect(_HERE, 303)


@bp.post("/settings/reminders/again/<uuid:delivery_uuid>")
@requires("settings.own")
def repeat_delivery(delivery_uuid: UUID) -> ResponseReturnValue:
    """I looked, and it did not arrive: send it once more."""
    wanted = select(Delivery).where(
        Delivery.uuid == str(delivery_uuid),
        Delivery.person_id == me().id,
        Delivery.team_id == my_team().id,
    )
    delivery = session().scalars(wanted.with_for_update()).one_or_none()
    if delivery is None:
        raise NotYours(N_("This reminder is not one of yours."))
    try:
        send_again(session(), delivery, now())
    except Refused as refused:
        flash(refused.words(language()), "bad")
        return redirect(_HERE, 303)
    audit("delivery.repeated", delivery)
    commit()
    flash(_("It is sent once more."), "good")
    return redirect(_HERE, 303)


def _add(typed: str) -> None:
    config, address = house().config, web_address(typed)
    try:
        kind = kind_of(address, config.chat_hosts)
        # Held, so that two forms at one moment count each other.
        session().refresh(me(), with_for_update=True)
        expect_room(session(), me().id, mark_of(address))
    except Refused as refused:
        raise Refused(refused.message, field="address", **refused.values) from refused
    route = new_route(config, me().id, kind, address)
    session().add(route)
    audit("route.added", route)


def _add_browser(form: BrowserForm) -> None:
    config = house().config
    endpoint = form.endpoint.data
    found = expect_subscription(endpoint, form.p256dh.data, form.auth.data, config.outbound_allow)
    session().refresh(me(), with_for_update=True)
    forget_browser(session(), mark_of(endpoint), now())
    expect_room(session(), me().id, mark_of(endpoint))
    name = browser_name(request.user_agent.string)
    route = new_route(config, me().id, PUSH, endpoint, name=name, secret=found.as_text())
    session().add(route)
    audit("route.added", route)


def _use(route_id: int, *, is_used: bool) -> ResponseReturnValue:
    route = _mine(session(), route_id)
    expect_shown(route)
    if is_used and not route.is_used:
        audit("route.resumed", route)
    elif route.is_used and not is_used:
        audit("route.paused", route)
    route.is_used = is_used
    commit()
    flash(_("Saved."), "good")
    return redirect(_HERE, 303)


def _mine(source: Session, route_id: int) -> Route:
    """My route with this id, unless removed. Raises NotYours."""
    route = source.get(Route, route_id)
    is_mine = route is not None and route.person_id == my_pass().person_id
    if route is None or not is_mine or route.removed_at is not None or route.key == EMAIL:
        raise NotYours(N_("This is not here, or not for you."))
    return route


def _note_answer(route: Route, answer: Answer) -> None:
    if answer.kind == "accepted":
        route.worked(now())
        return
    route.failed(now(), answer.words)
    if answer.gone:
        route.broken_at = now()
        if route.kind == PUSH:
            route.locked = route.mark = ""


def _tell(name: str, answer: Answer) -> None:
    """What became of a test, and no more than is known."""
    words = say_noted(language(), answer.words)
    if answer.kind == "accepted":
        flash(_("%(route)s took the test. Look there to see it.", route=name), "good")
    elif answer.kind == "unknown":
        asked = _("%(route)s did not answer: the test may have arrived. Look there.", route=name)
        flash(f"{asked} {words}".strip(), "warn")
    else:
        flash(_("%(route)s did not take the test: %(words)s", route=name, words=words), "bad")


def _page(form: AddressForm) -> str:
    return render(
        "reminders/routes.html",
        form=form,
        mail=mail_route(session(), me().id),
        mailed_at=_last_mailed_at(),
        mail_is_kept=mail_notice(house().config) is not None,
        routes=[(route, _failure(route)) for route in routes_of(session(), me().id)],
        held=_held(),
        services=_services(),
        push_key=public_key(house().config.secret_key),
        route_names=ROUTE_NAMES,
        kind_names=KIND_NAMES,
        kind_of_route=kind_of_route,
    )


def _services() -> list[str]:
    """The names of the operator's services that I have not chosen."""
    chosen = {route.origin for route in routes_of(session(), me().id)}
    names = [name for name, _address in house().config.apprise]
    return [name for name in names if f"{ORIGIN_PREFIX}{name}" not in chosen]


def _failure(route: Route) -> str:
    return say_noted(language(), route.failure)


def _last_mailed_at() -> object:
    mine = (Delivery.person_id == me().id, Delivery.route == EMAIL, Delivery.state == "sent")
    return session().scalar(select(func.max(Delivery.sent_at)).where(*mine))


def _held() -> list[Delivery]:
    """What may have reached me, and waits for my word."""
    query = select(Delivery).where(
        Delivery.person_id == me().id,
        Delivery.team_id == my_team().id,
        Delivery.state == "in_doubt",
        Delivery.reason == due.HELD,
        Delivery.told_with_id.is_(None),
        Delivery.useful_until > now(),
    )
    return list(session().scalars(query.order_by(Delivery.due_at, Delivery.id)))
