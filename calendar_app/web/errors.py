"""Every refusal and failure as one calm page, with the status that interfaces ask for."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from flask import Flask, Response, current_app, json, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, TooManyRequests

from calendar_app.errors import Forbidden, NotYours, Refused, Stale
from calendar_app.web.language import language
from calendar_app.web.request import give_up, wants_json
from calendar_app.web.templating import render

log = logging.getLogger(__name__)

# Ways out of a page that tells of an error: each an address and its name.
Ways: TypeAlias = Sequence[tuple[str, str]]

_STATUS: dict[type[Refused], int] = {Stale: 409, NotYours: 404, Forbidden: 403}


def install(app: Flask, ways_out: Mapping[str, Callable[[], Ways]] | None = None) -> None:
    """Answer every error with a page of our own.

    `ways_out` tells by room (a blueprint's name) where a refusal of this request leads back to,
    before the way to today that each has.
    """
    app.extensions["kapstok.ways_out"] = ways_out or {}
    app.register_error_handler(Refused, refused)
    app.register_error_handler(StaleDataError, _stale)
    for away in (OperationalError, InternalError):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(CSRFError, old_form)
    app.register_error_handler(HTTPException, _http)
    app.after_request(_say_what_it_is)


def _say_what_it_is(response: Response) -> Response:
    """An error for a script is JSON, and says so."""
    if response.status_code >= 400 and wants_json():
        response.mimetype = "application/json"
    return response


def error_page(status: int, title: str, message: str, ways: Ways = ()) -> tuple[str, int]:
    """The page for an error, with ways out, else to today; a script gets JSON."""
    give_up()
    if wants_json():
        return json.dumps({"title": title, "message": message}), status
    way_out = [{"href": href, "text": text} for href, text in ways or [_to_today()]]
    page = render("errors/error.html", title=title, message=message, way_out=way_out, code=status)
    return page, status


def title_of(status: int) -> str:
    """What happened, in a few words for a person."""
    titles = {
        400: _("We do not understand this request"),
        403: _("You may not do this"),
        404: _("This page is not here"),
        405: _("This is not possible here"),
        409: _("Somebody was before you"),
        412: _("Somebody was before you"),
        413: _("This is too large"),
        422: _("This cannot be done like this"),
        429: _("Too many tries"),
        503: _("Saving is not possible right now"),
    }
    return titles.get(status, _("Something went wrong"))


def refused(error: Refused) -> ResponseReturnValue:
    """The page for a rule that said no."""
    status = next((_STATUS[kind] for kind in type(error).mro() if kind in _STATUS), 422)
    # What is not there is no place to go back to.
    ways = [] if isinstance(error, NotYours) else _ways_back()
    return error_page(status, title_of(status), error.words(language()), [*ways, _to_today()])


def _ways_back() -> Ways:
    """Where the room of this request leads back to; nowhere in particular if it does not say."""
    rooms: Mapping[str, Callable[[], Ways]] = current_app.extensions["kapstok.ways_out"]
    room = rooms.get(request.blueprint or "")
    return room() if room is not None else []


def _to_today() -> tuple[str, str]:
    return "/", _("To today")


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    message = _("Somebody else changed this while you were busy. Go back, reload and try again.")
    return error_page(409, title_of(409), message, [*_ways_back(), _to_today()])


def _database_away(error: DBAPIError) -> ResponseReturnValue:
    log.error("database refuses: %s", error.orig)
    message = _("The database cannot be reached or written. Nothing was changed. Try again soon.")
    return *error_page(503, title_of(503), message), {"Retry-After": "10"}


def old_form(_error: CSRFError) -> ResponseReturnValue:
    """The page for a form whose token is not of this session."""
    message = _("This form is too old. Go back, reload the page and send it again.")
    return error_page(400, title_of(400), message)


def _how_long(seconds: object) -> str:
    """How long to wait, in words."""
    if not isinstance(seconds, int):
        return _("Wait a while, then try again.")
    minutes = max(1, math.ceil(seconds / 60))
    return ngettext(
        "Wait %(num)s minute, then try again.", "Wait %(num)s minutes, then try again.", minutes
    )


def too_many(error: TooManyRequests, more: str, ways: Ways) -> Response:
    """The page for who tried too often, with `more` that helps meanwhile."""
    message = f"{_how_long(error.retry_after)} {more}"
    page, status = error_page(429, title_of(429), message, ways)
    return Response(page, status, headers=_kept_headers(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    messages = {
        400: _("Something in it is missing or wrong. Go back, reload the page and try again."),
        404: _("The address is wrong, or the page is not for you."),
        405: _("This address does not take %(method)s.", method=request.method),
        413: _("Send less at once."),
        429: _how_long(getattr(error, "retry_after", None)),
        500: _("It is our fault, and it is in the log. Try again."),
    }
    page, _status = error_page(status, title_of(status), messages.get(status, ""))
    return page, status, _kept_headers(error)


def _kept_headers(error: HTTPException) -> list[tuple[str, str]]:
    return [(k, v) for k, v in error.get_headers() if k in {"Allow", "Retry-After"}]
