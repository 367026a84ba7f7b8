"""The ideas that fit an open slot, or a value, an audience or a channel that stays behind."""

from __future__ import annotations

from datetime import date, time
from typing import TypeVar

from flask import request
from flask.typing import ResponseReturnValue

from calendar_app.calendar import queries
from calendar_app.calendar.views.shared import bp, cards, local_today
from calendar_app.people.door import my_team, own, requires
from calendar_app.plans.models import Audience, BrandValue, Channel
from calendar_app.posts.forms import USUAL_TIME
from calendar_app.web.request import row_number, session
from calendar_app.web.templating import render

_MOST_IDEAS = 30

Part = TypeVar("Part", Audience, BrandValue, Channel)


@bp.get("/calendar/fitting")
@requires("posts.write")
def fitting() -> ResponseReturnValue:
    """Ideas for the slot or the part of a plan in the address, each with a button that plans it."""
    channel, value = _named("channel", Channel), _named("value", BrandValue)
    audience = _named("audience", Audience)
    found = queries.fitting_ideas(
        session(), my_team(), _MOST_IDEAS, channel=channel, value=value, audience=audience
    )
    return render(
        "calendar/fitting.html",
        channel=channel,
        named=channel or value or audience,
        day=_day(),
        time=_time(),
        ideas=cards(found),
    )


def _named(word: str, kind: type[Part]) -> Part | None:
    """The part of a plan that the address names by `word`, if it does. Raises NotYours."""
    part_id = request.args.get(word, type=row_number)
    return None if part_id is None else own(kind, part_id)


def _day() -> date | None:
    """The day that the address names, unless it is over."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return None if day < local_today() else day


def _time() -> time:
    try:
        return time.fromisoformat(request.args.get("time", ""))
    except ValueError:
        return USUAL_TIME
