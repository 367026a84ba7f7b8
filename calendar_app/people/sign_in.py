"""Signing in, by Flask-Security: its password hashes, its sessions and its one-time links.

The pages are our own (`people.views`); the library keeps no pages and no routes here.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, g
from flask import session as cookie
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_security import login_user as library_sign_in
from flask_security import logout_user as library_sign_out
from flask_security.recoverable import reset_password_token_status
from flask_security.utils import hash_password, verify_password
from sqlalchemy import update
from werkzeug.local import LocalProxy

from calendar_app.people import visits
from calendar_app.people.models import Person
from calendar_app.web import request as this_request

LINK_LASTS = timedelta(days=3)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
# Hashing a password takes tens of megabytes on purpose; more at once would let anybody fill memory.
_TWO_HASHES_AT_A_TIME = threading.BoundedSemaphore(2)


class _NoRoles:
    """Roles belong to memberships; the library asks for a model it never uses."""

    name = ""


def install(app: Flask) -> None:
    """Give `app` accounts."""
    app.config.update(
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_RESET_PASSWORD_WITHIN=LINK_LASTS,
        SECURITY_RECOVERABLE=True,
        SECURITY_SEND_PASSWORD_RESET_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        SECURITY_TRACKABLE=False,
        SECURITY_ANONYMOUS_USER_DISABLED=False,
        REMEMBER_COOKIE_DURATION=timedelta(0),
        PERMANENT_SESSION_LIFETIME=visits.LASTS,
    )
    session: Any = LocalProxy(this_request.session)
    # Person has the members that the library calls (see account), not its base class.
    account: Any = Person
    no_roles: Any = _NoRoles
    store = SQLAlchemySessionUserDatastore(session, account, no_roles)
    security = Security(app, store, register_blueprint=False)
    # They would load the account once more for each request and each page; the door knows it.
    app.before_request_funcs[None].remove(security.principal._on_before_request)  # noqa: SLF001
    for_pages = app.template_context_processors[None]
    for_pages[:] = [give for give in for_pages if give.__module__ != "flask_login.utils"]


def sign_in(person: Person) -> None:
    """Make this browser `person`'s, in a fresh session (no fixation)."""
    cookie.clear()
    # Past the mapper: coming in is no edit of the person, and raises no version.
    came_in = update(Person).where(Person.id == person.id)
    this_request.session().connection().execute(came_in.values(signed_in_at=this_request.now()))
    account: Any = person
    library_sign_in(account, remember=False)
    cookie["visit"] = visits.begin(this_request.session(), person, this_request.now())
    cookie.permanent = True


def sign_out() -> None:
    """End this visit for good: a copy of its cookie opens nothing."""
    visits.end(this_request.session(), g.pass_.visit_id, this_request.now())
    library_sign_out()
    cookie.clear()


def look_at(team_id: int) -> None:
    """From now on this visit looks at the team `team_id`."""
    visits.look_at(this_request.session(), g.pass_.visit_id, team_id)


def right_password(person: Person | None, password: str) -> bool:
    """Whether `password` is `person`'s. Takes as long for nobody as for somebody."""
    with _TWO_HASHES_AT_A_TIME:
        if person is None or person.password is None:
            hash_password(password)
            return False
        return bool(verify_password(password, person.password))


def set_password(person: Person, secret: str) -> None:
    """Give `person` a new `hashed` password; every session and one-time link of theirs ends."""
    person.password = secret
    person.fs_uniquifier = visits.new_key()
    visits.end_all(this_request.session(), person, this_request.now())


def hashed(password: str) -> str:
    """The argon2 hash of `password`."""
    with _TWO_HASHES_AT_A_TIME:
        return str(hash_password(password))


def one_time_link(person: Person) -> str:
    """The address where `person` chooses a password: works once, for `LINK_LASTS`.

    It is signed, not stored; using it changes `fs_uniquifier`, which makes it and its twins void.
    """
    # The library would add a slow hash of the password; the changing key does the same at no cost,
    # and asking a link for an unknown address takes no shorter than for a known one.
    token = current_app.extensions["security"].reset_serializer.dumps([person.fs_uniquifier])
    return f"{this_request.house().config.base_url}/reset/{token}"


def person_of_link(token: str) -> Person | None:
    """Whose one-time link this is; None when it is wrong, used or too old."""
    expired, invalid, person = reset_password_token_status(token)
    usable = person is not None and not expired and not invalid and person.active
    return person if usable else None
