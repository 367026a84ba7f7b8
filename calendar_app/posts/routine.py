"""A routine: a post that comes back every week on the same day, at the same time on the wall."""

from __future__ import annotations

from datetime import date, timedelta

from calendar_app.language import N_

MOST_WEEKS = 13
WEEKDAY_NAMES = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_WEEK = timedelta(weeks=1)


def days(after: date, weekday: int, weeks: int) -> list[date]:
    """The `weeks` local days after `after` that fall on `weekday` (0: Monday), ascending."""
    first = after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)
    return [first + number * _WEEK for number in range(weeks)]
