"""The month as a grid of whole weeks, Monday first, each with its ISO 8601 number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from calendar_app.calendar.cards import Card
from calendar_app.moments import local_day_bounds

_WEEK = 7
# So many posts stand open in a day; the rest opens in place.
SHOWN_IN_A_DAY = 3
_SATURDAY = 5


@dataclass(frozen=True)
class Meeting:
    """A meet-up on a day of the grid."""

    time_text: str
    href: str
    name: str
    is_cancelled: bool


@dataclass(frozen=True)
class Day:
    """One cell of the grid."""

    date: date
    is_today: bool
    is_off: bool
    is_outside: bool
    # All of them; `shown` and `folded` together.
    cards: Sequence[Card] = ()
    holiday: str = ""
    meetings: Sequence[Meeting] = ()
    shown: Sequence[Card] = ()
    folded: Sequence[Card] = ()

    @property
    def count(self) -> int:
        """How many posts lie on this day."""
        return len(self.shown) + len(self.folded)


@dataclass(frozen=True)
class Week:
    """One row of the grid."""

    number: int
    days: Sequence[Day]


@dataclass(frozen=True)
class Layers:
    """What lies on the days: posts, meet-ups, public holidays, each by local day."""

    cards: Mapping[date, Sequence[Card]] = field(default_factory=dict)
    meetings: Mapping[date, Sequence[Meeting]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)


def days_shown(day: date) -> list[date]:
    """The days of the whole weeks that hold the month of `day`, ascending."""
    return whole_weeks([day.replace(day=1), next_month(day) - timedelta(days=1)])


def grid(day: date, today: date, layers: Layers) -> list[Week]:
    """The month of `day` as weeks, ascending, with `layers` laid on the days."""
    cells = [day_of(each, day, today, layers) for each in days_shown(day)]
    rows = [cells[start : start + _WEEK] for start in range(0, len(cells), _WEEK)]
    return [Week(number=row[0].date.isocalendar().week, days=row) for row in rows]


def week_of(day: date, weeks: Sequence[Week]) -> Week:
    """The one of `weeks` that holds `day`; the first when none does."""
    holding = (week for week in weeks if day in {each.date for each in week.days})
    return next(holding, weeks[0])


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_month(day: date) -> date:
    """The first day of the month before that of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def whole_weeks(days: Sequence[date]) -> list[date]:
    """`days`, ascending, and those that make their first and last week whole."""
    monday = days[0] - timedelta(days=days[0].weekday())
    weeks = (days[-1] - monday).days // _WEEK + 1
    return [monday + timedelta(days=offset) for offset in range(weeks * _WEEK)]


def bounds(days: Sequence[date], zone: str) -> tuple[datetime, datetime]:
    """The moments in UTC at which the first of `days` begins and the last ends, in `zone`."""
    return local_day_bounds(days[0], zone)[0], local_day_bounds(days[-1], zone)[1]


def day_of(each: date, shown: date, today: date, layers: Layers) -> Day:
    """The day `each` in the month of `shown`, with what lies on it."""
    cards = layers.cards.get(each, ())
    # One more than fits takes no more room than the line that would hide it.
    fits = len(cards) <= SHOWN_IN_A_DAY + 1
    holiday = layers.holidays.get(each, "")
    return Day(
        date=each,
        is_today=each == today,
        is_off=each.weekday() >= _SATURDAY or bool(holiday),
        is_outside=each.month != shown.month,
        cards=cards,
        holiday=holiday,
        meetings=layers.meetings.get(each, ()),
        shown=cards if fits else cards[:SHOWN_IN_A_DAY],
        folded=() if fits else cards[SHOWN_IN_A_DAY:],
    )
