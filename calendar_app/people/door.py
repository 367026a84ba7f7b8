"""The door: every request passes here, and nothing is reachable that does not say who may reach it.

A route names its action with `requires`; the person's role in their team decides (`permissions`).
A row of another team is "not there" (`own`). A view without an action stops the program's start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import Flask, current_app, g, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from calendar_app.errors import Forbidden, NotYours
from calendar_app.language import N_
from calendar_app.people import visits
from calendar_app.people.audit import record
from calendar_app.people.models import Membership, Person, Team
from calendar_app.people.permissions import PUBLIC, allowed, known
from calendar_app.web import request as this_request
from calendar_app.web.language import speak_to

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
    app.context_processor(_who)
    app.jinja_env.globals["may"] = may


def me() -> Person:
    """The person who is signed in. Only in views that ask for more than "public"."""
    return cast("Person", g.me)


def somebody() -> Person | None:
    """The person who is signed in, if anybody is."""
    return cast("Person | None", g.get("me"))


def my_membership() -> Membership:
    """The signed-in person's place in the team they look at."""
    return cast("Membership", g.membership)


def my_team() -> Team:
    """The team the signed-in person looks at."""
    return my_membership().team


def my_role() -> str | None:
    """The signed-in person's role in that team; None without one."""
    membership = g.get("membership")
    return None if membership is None else membership.role


def may(action: str) -> bool:
    """Whether the signed-in person may do `action`."""
    return allowed(my_role(), action)


def own(model: type[Row], row_id: int) -> Row:
    """The row of my team with this id, unless deleted. Raises NotYours."""
    row: Any = this_request.session().get(model, row_id)
    if row is None or row.team_id != my_team().id or getattr(row, "deleted_at", None) is not None:
        raise NotYours(N_("This is not here, or not for you."))
    return cast("Row", row)


def audit(action: str, subject: Any = None, **details: Any) -> None:
    """Note in the audit log that the signed-in person did `action` to `subject`."""
    record(
        this_request.session(),
        action,
        at=this_request.now(),
        origin=this_request.origin(),
        team=None if g.get("membership") is None else my_team(),
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
    if somebody() is None:
        return _to_sign_in()
    if not allowed(my_role(), action):
        raise Forbidden(N_("Your role in this team does not allow this. Ask an administrator."))
    return None


def _view(endpoint: str) -> Any:
    return current_app.view_functions.get(endpoint)


def _recognise() -> None:
    """Find out who asks, and in which team, with one query for the visit and one for the place."""
    account: Any = current_user
    if not account.is_authenticated:
        return
    person = cast("Person", account._get_current_object())  # noqa: SLF001 - the proxy's own way
    visit = visits.open_visit(this_request.session(), cookie.get("visit"), this_request.now())
    if visit is None or visit.person_id != person.id or not person.active:
        return
    g.me = person
    g.visit = visit
    membership = _membership(person, visit.team_id)
    if membership is None:
        speak_to(person.language, person.theme, None)
        return
    g.membership = membership
    this_request.show_times_in(membership.team.zone)
    speak_to(person.language, person.theme, membership.team.language)


def _membership(person: Person, team_id: int | None) -> Membership | None:
    query = (
        select(Membership)
        .join(Membership.team)
        .options(contains_eager(Membership.team))
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        .order_by((Membership.team_id == team_id).desc(), Membership.id)
    )
    return this_request.session().scalars(query.limit(1)).first()


def _to_sign_in() -> ResponseReturnValue:
    if request.headers.get("HX-Request"):
        return _("Your session has ended. Sign in again."), 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(f"/sign-in?next={quote(wanted, safe='/')}", code=303)


def _who() -> dict[str, object]:
    membership = g.get("membership")
    return {
        "current_person": somebody(),
        "current_team": None if membership is None else membership.team,
    }
