"""The ideas that fit an open slot, or a value that stays behind."""

from __future__ import annotations

from datetime import date, time

from flask import request
from flask.typing import ResponseReturnValue

from calendar_app.calendar import queries
from calendar_app.calendar.views.shared import bp, cards, local_today
from calendar_app.people.door import my_team, own, requires
from calendar_app.plans.models import BrandValue, Channel
from calendar_app.posts.forms import USUAL_TIME
from calendar_app.web.request import session
from calendar_app.web.templating import render

_MOST_IDEAS = 30


@bp.get("/calendar/fitting")
@requires("posts.write")
def fitting() -> ResponseReturnValue:
    """Ideas for the slot or the value that the address names, each with a button that plans it."""
    channel_id = request.args.get("channel", type=int)
    value_id = request.args.get("value", type=int)
    channel = None if channel_id is None else own(Channel, channel_id)
    value = None if value_id is None else own(BrandValue, value_id)
    return render(
        "calendar/fitting.html",
        channel=channel,
        value=value,
        day=_day(),
        time=_time(),
        ideas=cards(queries.fitting_ideas(session(), my_team(), channel, value, _MOST_IDEAS)),
    )


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
