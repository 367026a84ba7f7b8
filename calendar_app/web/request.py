"""What one request works with: its database session, its moment and its time zone.

GET and HEAD get a session that refuses to write, so that no reading request can change anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from flask import Flask, current_app, g, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from calendar_app import clock
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.errors import Stale
from calendar_app.language import N_

Answer = TypeVar("Answer")
LARGEST_ROW = 2**31 - 1
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class House:
    """What every request of this process shares."""

    config: Config
    database: Database


def install(app: Flask, config: Config, database: Database) -> None:
    """Give `app` its settings and database, and close each request's session at its end."""
    app.extensions["kapstok"] = House(config, database)
    app.teardown_appcontext(_close)


def house() -> House:
    """The settings and the database of the running application."""
    return cast("House", current_app.extensions["kapstok"])


def session() -> Session:
    """This request's session, opened at its first use. Not committed unless `commit` is called."""
    if "session" not in g:
        reads = request.method in _READING if request else False
        database = house().database
        g.session = database.reader() if reads else database.writer()
    return cast("Session", g.session)


def commit() -> None:
    """Make what this request did last."""
    session().commit()


def commit_if_first() -> None:
    """`commit`; of two who do the same at one moment the second is told. Raises Stale."""
    try:
        commit()
    except StaleDataError as error:
        raise Stale(N_("Somebody else changed this while you were busy.")) from error


def once_more(act: Callable[[], Answer]) -> Answer:
    """`act`; of two at one moment the database tells the second only at the end: it looks again.

    So `act` compares the versions itself, and shows both texts where they differ.
    """
    try:
        return act()
    except (IntegrityError, StaleDataError):
        session().rollback()
        return act()


def now() -> datetime:
    """The moment of this request: the same for all it decides and shows."""
    if "now" not in g:
        g.now = clock.now()
    return cast("datetime", g.now)


def zone() -> str:
    """The time zone in which this request shows times: the team's."""
    return cast("str", g.get("zone", "Europe/Amsterdam"))


def show_times_in(name: str) -> None:
    """Show the times of this request in the zone `name`."""
    g.zone = name


def origin() -> str:
    """The network address this request came from."""
    return request.remote_addr or ""


def give_up() -> None:
    """Take back what this request did, and ask the database nothing more: an error is told."""
    g.gave_up = True
    _close(None)


def gave_up() -> bool:
    """Whether this request only tells of an error now."""
    return bool(g.get("gave_up", False))


def row_number(text: str) -> int:
    """The number of a row that an address or a form names.

    Raises ValueError for what no row can have: a database fails at a number it cannot hold.
    """
    number = int(text)
    if not 0 < number <= LARGEST_ROW:
        raise ValueError(text)
    return number


def wants_json() -> bool:
    """Whether a script asks, which shows the answer itself, and no page."""
    return request.accept_mimetypes.best == "application/json"


def asked_address() -> str:
    """The path and query of this request, as text; bytes that are no UTF-8 are replaced."""
    query = request.query_string.decode("utf-8", "replace")
    return f"{request.path}?{query}" if query else request.path


def _close(_error: BaseException | None) -> None:
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()
