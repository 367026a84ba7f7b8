"""A week as seven days side by side, each in three parts: morning, afternoon and evening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendar_app.calendar.cards import Card
from calendar_app.calendar.month import Day, Layers, day_of
from calendar_app.language import N_

# Each part of a day, ascending: its name, its first hour, and the hour at which a post lands that
# is dropped there without one. The last part ends at midnight.
PARTS = (
    (N_("Morning"), "00:00", "09:00"),
    (N_("Afternoon"), "12:00", "13:00"),
    (N_("Evening"), "17:00", "19:00"),
)


@dataclass(frozen=True)
class Part:
    """One row: a part of the day, and its posts on each of the seven days."""

    # An English msgid.
    name: str
    begins: str
    ends: str
    # The hour at which a post lands that is dropped here without one.
    lands: str
    cells: Sequence[Sequence[Card]]

    def holds(self, clock: str) -> bool:
        """Whether the hour `clock` ("09:30") lies in it."""
        return self.begins <= clock < self.ends


@dataclass(frozen=True)
class WeekPage:
    """Seven days and three rows."""

    number: int
    days: Sequence[Day]
    parts: Sequence[Part]


def days_of_week(day: date) -> list[date]:
    """Monday to Sunday of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=offset) for offset in range(7)]


def week(day: date, today: date, layers: Layers) -> WeekPage:
    """The week of `day`, with `layers` laid on the days."""
    dates = days_of_week(day)
    ends = [*(begins for _name, begins, _lands in PARTS[1:]), "24:00"]
    rows = [
        Part(
            name,
            begins,
            end,
            lands,
            [_within(layers.cards.get(each, ()), begins, end) for each in dates],
        )
        for (name, begins, lands), end in zip(PARTS, ends, strict=True)
    ]
    days = [day_of(each, each, today, layers) for each in dates]
    return WeekPage(dates[0].isocalendar().week, days, rows)


def _within(cards: Sequence[Card], begins: str, ends: str) -> list[Card]:
    return [card for card in cards if begins <= card.time_text < ends]
