"""Who guesses passwords or asks for too many mails is stopped, without locking the owner out."""

from __future__ import annotations

from typing import TypeAlias

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from limits import RateLimitItem
from werkzeug.exceptions import TooManyRequests

from calendar_app.people import seals, throttle
from calendar_app.web.request import house, origin

# How often something may be tried, and by whom.
Limit: TypeAlias = tuple[RateLimitItem, tuple[str, ...]]

_HALF_A_YEAR = 31_536_000 // 2
_KNOWN_COOKIE = "known"


def account_key(email: str) -> tuple[str, str]:
    """A browser that signed in to the account before is counted apart from strangers."""
    sealed = request.cookies.get(_KNOWN_COOKIE, "")
    known = seals.unsealed(house().config.secret_key, "known", sealed) == email
    return email, "known" if known else "stranger"


def known_from_now_on(email: str, where: str) -> ResponseReturnValue:
    """Lead on, and remember that this browser signed in to the account."""
    answer = make_response(redirect(where, 303))
    answer.set_cookie(
        _KNOWN_COOKIE,
        seals.seal(house().config.secret_key, "known", email),
        max_age=_HALF_A_YEAR,
        secure=house().config.secure,
        httponly=True,
        samesite="Lax",
    )
    return answer


def refuse_guessing(email: str) -> None:
    """Stop who tries many passwords; a browser that signed in before has only itself to blame."""
    key = account_key(email)
    limits: list[Limit] = [(throttle.FOR_ONE_ACCOUNT, key)]
    if key[1] == "stranger":
        limits.append((throttle.FROM_ONE_ADDRESS, (origin(),)))
    refuse_after(*limits)


def refuse_after(*limits: Limit) -> None:
    """Raise TooManyRequests, with the seconds to wait, where nothing is left of one of these."""
    with house().database.reading() as reader:
        for limit, who in limits:
            if not throttle.left(reader, limit, *who):
                raise TooManyRequests(retry_after=throttle.seconds_left(reader, limit, *who))
