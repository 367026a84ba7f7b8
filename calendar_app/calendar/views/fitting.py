"""The ideas that fit an open slot, or a value that stays behind."""

from __future__ import annotations

from datetime import date, time

from flask import request
from flask.typing import ResponseReturnValue

from calendar_app.calendar import queries
from calendar_app.calendar.cards import PostRow
from calendar_app.calendar.filters import Filters
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
        ideas=cards(_ideas(channel, value)),
    )


def _ideas(channel: Channel | None, value: BrandValue | None) -> list[PostRow]:
    """Ideas of the same plan: those on the value or the channel, then those on no channel yet."""
    plan = channel or value
    filters = Filters(
        plan=frozenset() if plan is None else frozenset({plan.plan_id}),
        value=frozenset() if value is None else frozenset({value.id}),
    )
    found = queries.newest_ideas(session(), my_team(), filters, _MOST_IDEAS)
    if channel is None:
        return found
    fit = [row for row in found if not row.channel_ids or channel.id in row.channel_ids]
    return sorted(fit, key=lambda row: not row.channel_ids)


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
