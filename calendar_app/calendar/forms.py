"""The forms of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectMultipleField, TimeField
from wtforms.validators import Length, Optional

from calendar_app.calendar.shifts import MOST_DAYS
from calendar_app.web.forms import Form, NumberField, options

MOST_POSTS = 500
WEEKENDS, HOLIDAYS = "weekends", "holidays"


@dataclass(frozen=True)
class Chosen:
    """A post as somebody saw it when they chose it."""

    post_id: int
    version: int


def chosen(pairs: Sequence[str]) -> list[Chosen]:
    """What "12:3" and the like name: each post once, in that order; what makes no sense is left."""
    found: dict[int, Chosen] = {}
    for pair in pairs[:MOST_POSTS]:
        number, _colon, version = pair.partition(":")
        if _is_number(number) and _is_number(version):
            found.setdefault(int(number), Chosen(int(number), int(version)))
    return list(found.values())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


class MovesForm(Form):
    """Where several posts go: by a number of days, or one of them to a day."""

    by = NumberField(_l("By how many days? Back: with a minus."), -MOST_DAYS, MOST_DAYS)
    skip = SelectMultipleField(
        _l("Days that do not count"),
        choices=options([(WEEKENDS, _l("Weekends")), (HOLIDAYS, _l("Public holidays"))]),
    )
    day = DateField(_l("Day"), validators=[Optional()])
    time = TimeField(_l("Time"), validators=[Optional()])
    # The channel whose open slot an idea was dropped on.
    channel = IntegerField(validators=[Optional()])
    # Made by the page: copying twice from it makes the copies once.
    creation_key = HiddenField(validators=[Length(max=32)])

    def posts(self) -> list[Chosen]:
        """The posts that were chosen."""
        return chosen(request.values.getlist("post"))
