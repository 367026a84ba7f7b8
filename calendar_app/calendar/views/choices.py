"""The filters of the calendar, each with its boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from calendar_app.calendar.filters import Filters
from calendar_app.layers import queries as layers
from calendar_app.people.door import my_team
from calendar_app.people.queries import people
from calendar_app.plans.models import Plan
from calendar_app.posts.models import STATE_NAMES, STATES
from calendar_app.web.request import session


@dataclass(frozen=True)
class Option:
    """One box of a filter."""

    value: str
    label: str
    checked: bool
    hook: int | None = None


@dataclass(frozen=True)
class Choice:
    """One filter with its boxes."""

    name: str
    label: str
    options: Sequence[Option]


def of(plans: Sequence[Plan], filters: Filters) -> list[Choice]:
    """The filters for the open `plans`, with what `filters` chose."""
    members = [(str(person.id), person.name, None) for person in people(session(), my_team())]
    states = [(state, _(STATE_NAMES[state]), None) for state in STATES]
    return [
        _choice("plan", _("Plan"), [(str(p.id), p.name, None) for p in plans], filters),
        _choice("channel", _("Channel"), _parts(plans, "channels"), filters),
        _choice("value", _("Brand value"), _parts(plans, "values"), filters),
        _choice("audience", _("Audience"), _parts(plans, "audiences"), filters),
        _choice("state", _("State"), states, filters),
        _choice("person", _("Person"), members, filters),
        _layers(filters),
    ]


def _layers(filters: Filters) -> Choice:
    """Which layers lie under the posts."""
    others = layers.names(session(), my_team())
    options: list[tuple[str, str, int | None]] = [
        ("holidays", _("Public holidays"), None),
        ("absences", _("Who is away"), None),
        *((str(calendar_id), name, hook) for calendar_id, name, hook in others),
        ("none", _("None of these"), None),
    ]
    return _choice("layers", _("Layers"), options, filters)


def _parts(plans: Sequence[Plan], name: str) -> list[tuple[str, str, int | None]]:
    several = len(plans) > 1
    return [
        (str(part.id), f"{part.name} · {plan.name}" if several else part.name, _hook(part))
        for plan in plans
        for part in getattr(plan, name)
    ]


def _hook(part: object) -> int | None:
    return getattr(part, "hook", None)


def _choice(
    name: str, label: str, options: Iterable[tuple[str, str, int | None]], filters: Filters
) -> Choice:
    chosen = {str(value) for value in getattr(filters, name)}
    boxes = [Option(value, text, value in chosen, hook) for value, text, hook in options]
    return Choice(name, label, boxes)
