"""Moving by a number of days, in calendar days or in days on which people work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

MOST_DAYS = 366
SATURDAY = 5


def shifted(day: date, by: int, skips: Callable[[date], bool]) -> date:
    """`day` moved by `by` days (negative: back), of which those that `skips` names do not count.

    The answer is never a day that `skips` names, unless `by` is 0: then it is `day` itself.
    """
    step = timedelta(days=1 if by > 0 else -1)
    for _number in range(abs(by)):
        day += step
        # No country has a month of days off: this ends.
        while skips(day):
            day += step
    return day


def is_weekend(day: date) -> bool:
    """Whether it is a Saturday or a Sunday."""
    return day.weekday() >= SATURDAY
