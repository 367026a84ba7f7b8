"""The forms of the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.validators import Length, Optional

from calendar_app.calendar.shifts import MOST_DAYS
from calendar_app.plans.models import Plan
from calendar_app.web.forms import Form, NumberField, options

MOST_POSTS = 500
WEEKENDS, HOLIDAYS = "weekends", "holidays"
LEAVE, NOBODY = "", "nobody"


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


class ChosenPosts(Form):
    """A form about posts that somebody chose."""

    def posts(self) -> list[Chosen]:
        """The posts that were chosen."""
        return chosen(request.values.getlist("post"))


class EditsForm(ChosenPosts):
    """What becomes of several posts at once. An empty field leaves that of each as it is."""

    owner = SelectField(_l("Owner"), default=LEAVE)
    add_channel = SelectField(_l("Add a channel"), default=LEAVE)
    drop_channel = SelectField(_l("Leave out a channel"), default=LEAVE)
    add_value = SelectField(_l("Add a brand value"), default=LEAVE)
    drop_value = SelectField(_l("Leave out a brand value"), default=LEAVE)
    step = SelectField(_l("State"), default=LEAVE)

    def offer(
        self,
        people: Sequence[tuple[int, str]],
        plans: Sequence[Plan],
        steps: Sequence[tuple[str, str]],
    ) -> None:
        """Offer these people (id, name), what hangs on these plans, and steps (name, words)."""
        leave = (LEAVE, _("Leave as it is"))
        self.owner.choices = options([leave, (NOBODY, _("Nobody yet")), *_texts(people)])
        channels = [
            (one.id, _named(one.name, plan, plans)) for plan in plans for one in plan.channels
        ]
        values = [(one.id, _named(one.name, plan, plans)) for plan in plans for one in plan.values]
        for field, hooks in (
            (self.add_channel, channels),
            (self.drop_channel, channels),
            (self.add_value, values),
            (self.drop_value, values),
        ):
            field.choices = options([leave, *_texts(hooks)])
        self.step.choices = options([leave, *steps])

    @property
    def changes_nothing(self) -> bool:
        """Whether every field leaves things as they are."""
        names = ("owner", "add_channel", "drop_channel", "add_value", "drop_value", "step")
        return all(self[name].data == LEAVE for name in names)


def _texts(rows: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in rows]


def _named(name: str, plan: Plan, plans: Sequence[Plan]) -> str:
    """A hook's name, with its plan's where there are several."""
    return name if len(plans) == 1 else f"{name} ({plan.name})"


class MovesForm(ChosenPosts):
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
