"""The list: the days of a period on which something goes out or begins, one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from calendar_app.calendar.month import Day, Layers, day_of
from calendar_app.layers.days import DayLayers


def listed(
    days: Iterable[date], today: date, layers: Layers, laid: Mapping[date, DayLayers]
) -> list[Day]:
    """Those of `days` that have a post, a public holiday, or an event that begins, in their order.

    An event of a week is one line in a list of posts, not seven days without any; and who is away
    is told on the days that are there, since a leave of a month would be thirty more.
    """
    cells = [day_of(each, each, today, layers) for each in days]
    return [cell for cell in cells if cell.cards or cell.holiday or _begins(laid.get(cell.date))]


def _begins(laid: DayLayers | None) -> bool:
    """Whether an event begins on the day on which `laid` lies."""
    return laid is not None and any(entry.is_first for entry in laid.events)
