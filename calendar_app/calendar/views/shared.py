"""What the pages of the calendar have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask_babel import gettext as _

from calendar_app.calendar.cards import Card, PostRow, card
from calendar_app.calendar.filters import Filters, from_address
from calendar_app.moments import local
from calendar_app.people.door import unseen
from calendar_app.posts.models import STATE_NAMES, STATES
from calendar_app.web.request import now, zone
from calendar_app.web.templating import short_day

bp = Blueprint("calendar", __name__)

_NOBODY = frozenset({0})


def asked_filters(*, names_posts: bool = False) -> Filters:
    """The filters that the address or the form names, but for who does not want to be seen.

    An address that asks for them alone asks for nobody in particular; where it `names_posts`, to be
    changed together, it names none.
    """
    filters = from_address(request.values.getlist, STATES)
    if not filters.person or not filters.person & unseen().keys():
        return filters
    seen = filters.person - unseen().keys()
    return replace(filters, person=seen or (_NOBODY if names_posts else frozenset()))


def local_today() -> date:
    """The day it is on the team's clocks."""
    return local(now(), zone()).date()


def cards(rows: Iterable[PostRow], *, dated: bool = False) -> list[Card]:
    """`rows` as cards for who asks; `dated`: with their day in words."""
    clocks = ZoneInfo(zone())
    words = {state: _(name) for state, name in STATE_NAMES.items()}
    return [
        card(row, clocks, now(), words, short_day(row.starts_at) if dated and row.starts_at else "")
        for row in rows
    ]
