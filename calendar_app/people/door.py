"""The door: every request passes here, and nothing is reachable that does not say who may reach it.

A route names its action with `requires`; the person's role in their team decides (`permissions`).
A row of another team is "not there" (`own`). A view without an action stops the program's start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import quote
from uuid import UUID

from flask import Flask, current_app, g, jsonify, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from limits import RateLimitItem
from sqlalchemy import select
from werkzeug.exceptions import HTTPException, TooManyRequests
from werkzeug.routing import RequestRedirect

from calendar_app.errors import Forbidden, NotYours
from calendar_app.language import N_
from calendar_app.people import queries, throttle, visits
from calendar_app.people.audit import record
from calendar_app.people.models import Person, Team
from calendar_app.people.permissions import PUBLIC, SIGNED_IN, allowed, known
from calendar_app.people.visits import Pass
from calendar_app.web import request as this_request
from calendar_app.web.errors import old_form
from calendar_app.web.language import speak_to
from calendar_app.web.templating import render

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row")


def requires(action: str) -> Callable[[View], View]:
    """Only who may do `action` reaches the view below."""
    if not known(action):
        raise ValueError(f"no such action: {action}")

    def mark(view: View) -> View:
        view.permission = action  # type: ignore[attr-defined]  # read by `guard` below
        return view

    return mark


def install(app: Flask) -> None:
    """Guard every route of `app`; call it after the last one was added."""
    for endpoint, view in app.view_functions.items():
        if not hasattr(view, "permission"):
            raise RuntimeError(f"nobody said who may reach {endpoint}")
    app.before_request(_guard)
    app.register_error_handler(CSRFError, _old_form)
    app.context_processor(_who)
    app.jinja_env.globals["may"] = may
    app.jinja_env.filters.update(shown=shown, seen=seen)


def refuse_too_many(limit: RateLimitItem, who: int | None) -> None:
    """Count one try of `who` (a person's or a team's number) under `limit`, done or not.

    Raises TooManyRequests, with the seconds to wait, when it is one too many.
    """
    # Without the session of this request: of two that write one would wait for the other.
    with this_request.house().database.writing() as writer:
        is_one_too_many = not throttle.count(writer, limit, str(who))
        after = throttle.seconds_left(writer, limit, str(who))
    if is_one_too_many:
        raise TooManyRequests(retry_after=after)


def me() -> Person:
    """The person who is signed in. Only in views that ask for more than "public"."""
    # Held, since a session lets go of what nobody holds, and would ask for it again each time.
    g.me = this_request.session().get_one(Person, my_pass().person_id)
    return cast("Person", g.me)


def somebody() -> Person | None:
    """The person who is signed in, if anybody is."""
    return None if "pass_" not in g else me()


def my_pass() -> Pass:
    """What the door knows of who is signed in, without another query."""
    return cast("Pass", g.pass_)


def my_team() -> Team:
    """The team the signed-in person looks at."""
    g.my_team = this_request.session().get_one(Team, my_pass().team_id)
    return cast("Team", g.my_team)


def my_role() -> str | None:
    """The signed-in person's role in that team; None without one."""
    return None if "pass_" not in g else my_pass().role


def may(action: str) -> bool:
    """Whether the signed-in person may do `action`."""
    return allowed(my_role(), action)


@dataclass(frozen=True)
class Somebody:
    """What is shown in place of a colleague who does not want to be seen."""

    name: str
    first_name: str
    initials: str = "?"


def unseen() -> dict[int, str]:
    """The names, by id, of who does not want to be seen in my team; asked once a request."""
    if "unseen" not in g:
        g.unseen = queries.unseen(this_request.session(), my_team())
    return cast("dict[int, str]", g.unseen)


def shown(person: Person) -> Person | Somebody:
    """`person` as my colleagues may see them: whose name stands on a page goes through here."""
    if person.id not in unseen():
        return person
    return Somebody(_("a colleague"), _("a colleague"))


def shown_name(person_id: int | None, name: str) -> str:
    """A name that was kept as a text, as my colleagues may see it: of this id, if that was kept.

    A name without an id may be the old one of who does not want to be seen since: it is shown only
    when somebody who may be seen has it.
    """
    hidden = unseen()
    if person_id in hidden:
        return _("a colleague")
    if person_id is None and hidden and name not in _names_seen():
        return _("a colleague")
    return name


def _names_seen() -> set[str]:
    """The names of who may be seen in my team, also who left it; asked once a request."""
    if "names_seen" not in g:
        g.names_seen = queries.names_seen(this_request.session(), my_team())
    return cast("set[str]", g.names_seen)


def seen(people: Iterable[Person]) -> list[Person]:
    """Those of `people` who may be listed."""
    return [person for person in people if person.id not in unseen()]


def own(model: type[Row], row_id: int) -> Row:
    """The row of my team with this id, unless deleted. Raises NotYours."""
    return _ours(this_request.session().get(model, row_id))


def own_by_uuid(model: type[Row], row_uuid: UUID) -> Row:
    """The row of my team that an address from outside names, unless deleted. Raises NotYours."""
    named: Any = model
    wanted = select(model).where(named.uuid == str(row_uuid))
    return _ours(this_request.session().scalars(wanted).one_or_none())


def _ours(row: Row | None) -> Row:
    found: Any = row
    is_ours = found is not None and found.team_id == my_pass().team_id
    if not is_ours or getattr(found, "deleted_at", None) is not None:
        raise NotYours(N_("This is not here, or not for you."))
    return cast("Row", row)


def audit(action: str, subject: Any = None, **details: Any) -> None:
    """Note in the audit log that the signed-in person did `action` to `subject`."""
    record(
        this_request.session(),
        action,
        at=this_request.now(),
        origin=this_request.origin(),
        team=None if my_role() is None else my_team(),
        actor=somebody(),
        subject=subject,
        **details,
    )


def _guard() -> ResponseReturnValue | None:
    view = None if request.endpoint is None else _view(request.endpoint)
    if view is None:
        _recognise()
        return None
    action: str = view.permission
    if action == PUBLIC and getattr(view, "needs_nobody", False):
        return None
    _recognise()
    if action == PUBLIC:
        return None
    if "pass_" not in g:
        return _to_sign_in()
    if my_role() is None and action != SIGNED_IN:
        return render("people/no_team.html"), 403
    if not allowed(my_role(), action):
        raise Forbidden(N_("Your role in this team does not allow this. Ask an administrator."))
    return None


def _view(endpoint: str) -> Any:
    return current_app.view_functions.get(endpoint)


def _recognise() -> None:
    """Find out who asks, and in which team, with one query.

    A reading one, also before a change: the lock for writing is taken when something is written.
    """
    secret, now = cookie.get("visit"), this_request.now()
    if not secret:
        return
    if request.method in {"GET", "HEAD"}:
        found = visits.recognise(this_request.session(), secret, now)
    else:
        with this_request.house().database.reading() as reader:
            found = visits.recognise(reader, secret, now)
    # The library's own mark in the cookie: it changes with every new password.
    if found is None or cookie.get("_user_id") != found.person_key:
        return
    g.pass_ = found
    speak_to(found.language, found.theme, found.team_language)
    if found.team_zone is not None:
        this_request.show_times_in(found.team_zone)


def _to_sign_in() -> ResponseReturnValue:
    ended = _("Your session has ended. Sign in again.")
    if this_request.wants_json():
        return jsonify(message=ended), 401
    if request.headers.get("HX-Request"):
        return ended, 401
    return redirect(f"/sign-in?next={quote(_page_asked_from(), safe='/')}", code=303)


def _page_asked_from() -> str:
    """The page that this request is for: what was sent was sent from there, or from below it.

    Our own routes tell, and nothing that the browser says: where its address has no page, the
    nearest one above it.
    """
    if request.method == "GET":
        return this_request.asked_address()
    path = request.path
    if _is_page(path):
        return this_request.asked_address()
    while path := path.rpartition("/")[0]:
        if _is_page(path):
            return path
    return "/"


def _is_page(path: str) -> bool:
    routes = current_app.url_map.bind("")
    try:
        endpoint, _row = routes.match(path, method="GET")
    except RequestRedirect:
        # With a slash at its end.
        return True
    except HTTPException:
        return False
    return getattr(_view(endpoint), "permission", PUBLIC) != PUBLIC


def _old_form(error: CSRFError) -> ResponseReturnValue:
    """A form of a session that has ended leads back to its page; else it is told that it is old."""
    view = None if request.endpoint is None else _view(request.endpoint)
    if view is not None and view.permission != PUBLIC:
        _recognise()
        if "pass_" not in g:
            return _to_sign_in()
    return old_form(error)


def _who() -> dict[str, object]:
    if this_request.gave_up():
        return {"current_person": None, "current_team": None}
    return {
        "current_person": somebody(),
        "current_team": None if my_role() is None else my_team(),
    }
