"""Words that are one moment: dinsdag + 10 november, week 50 + vrijdag, 9 uur + 's avonds."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from calendar_app.calendar.quick_add import dates, messages, words
from calendar_app.calendar.quick_add.line import Found, Line
from calendar_app.calendar.quick_add.times import clock_times

# What may stand between a weekday and the rest of its day: vrijdag, in week 50; vrijdag de 13e.
_WITHIN = frozenset({"", ",", "in", "van", "of", "de", "the", "-", "\u2013"})


def join(line: Line) -> None:
    """Make one finding of what is one moment."""
    _join_days(line)
    _join_parts(line)
    for kind in ("date", "time"):
        _join_choices(line, kind)


def _join_days(line: Line) -> None:
    """A weekday and the day, or the week, that stands beside it."""
    kept: Found | None = None
    for found in line.of_kind("date"):
        kept = _unite(line, kept, found) if kept and _is_one_day(line, kept, found) else found


def _is_one_day(line: Line, first: Found, second: Found) -> bool:
    named = (first.weekday is not None) + (second.weekday is not None)
    return named == 1 and _gap(line, first, second) <= _WITHIN


def _gap(line: Line, first: Found, second: Found) -> set[str]:
    """The words between the two; {"far"} when there are more than two."""
    if second.first - first.last > 2:
        return {"far"}
    return {line.tokens[at].key for at in range(first.last, second.first)}


def _unite(line: Line, first: Found, second: Found) -> Found:
    weekday, rest = (first, second) if first.weekday is not None else (second, first)
    number = weekday.weekday or 0
    is_first = weekday is first
    line.merge(rest, weekday)
    rest.part = weekday.part if rest.part is None else rest.part
    rest.is_anchored = rest.is_anchored or weekday.is_anchored
    # With a weekday beside them two numbers are a day.
    rest.grade = "sure"
    if rest.weeks_ahead is not None:
        _day_after_weeks(line, rest, number, counted_from_it=is_first)
    elif rest.week is not None:
        _day_of_week(line, rest, number)
    else:
        _day_that_is(line, rest, number)
    return rest


def _day_of_week(line: Line, found: Found, weekday: int) -> None:
    day = (found.week or line.today) + timedelta(days=weekday)
    found.week = None
    if day >= line.today:
        found.days = (day,)
        return
    later = day + timedelta(weeks=52 if found.is_numbered else 1)
    found.days, found.message = (later, day), messages.PASSED


def _day_after_weeks(line: Line, found: Found, weekday: int, *, counted_from_it: bool) -> None:
    """ "over 2 weken dinsdag": in that week, or two weeks after the coming one."""
    weeks = found.weeks_ahead
    in_week = dates.monday_of(found.days[0]) + timedelta(days=weekday)
    found.week, found.weeks_ahead = None, None
    counted = dates.ahead(dates.coming(weekday, line.today), weeks=weeks or 0)
    days = [counted, in_week] if counted_from_it else [in_week]
    found.days = tuple(dict.fromkeys(day for day in days if day is not None))


def _day_that_is(line: Line, found: Found, weekday: int) -> None:
    """A date with its weekday: where they differ it is asked which of the two is meant."""
    fitting = tuple(day for day in found.days if day.weekday() == weekday)
    if fitting:
        found.days = fitting[:1] if fitting[0] >= line.today else found.days
        found.message = "" if len(found.days) == 1 else found.message
        return
    near = [_nearest(day, weekday, line.today) for day in found.days]
    found.days = tuple(dict.fromkeys((*found.days, *near)))
    found.message, found.note = messages.DAYS_DIFFER, None


def _nearest(day: date, weekday: int, today: date) -> date:
    """The nearest such weekday to `day` that is not over."""
    around = [day + timedelta(days=n) for n in range(-3, 4)]
    near = next(one for one in around if one.weekday() == weekday)
    return near if near >= today else near + timedelta(weeks=1)


def _join_parts(line: Line) -> None:
    """ "'s avonds", "in the afternoon", "middag" after a day or a time."""
    for at, token in enumerate(line.tokens):
        part = words.PARTS.get(line.key(at))
        if part is None:
            continue
        first = at
        while line.key(first - 1) in {"s", "in", "the", "de"} and first > at - 2:
            first -= 1
        begins_title = token.is_capitalised or line.key(at + 1) in words.ABOUT
        if first == at and begins_title:
            # "di Avond van de verpleging"
            continue
        owner = line.owner[first - 1] if first else None
        if owner is not None and owner.kind in {"date", "time"} and owner.last == first:
            owner.part = part
            for place in range(first, at + 1):
                line.owner[place] = owner
            owner.last = at + 1


def _join_choices(line: Line, kind: str) -> None:
    """ "9:30 of 10:00", "di en do": one of them, or a stretch; it is asked."""
    found = line.of_kind(kind)
    for first, second in pairwise(found):
        gap = _gap(line, first, second)
        if not gap or not gap <= words.TO:
            continue
        second.days = (*_days(line, first), *_days(line, second))
        second.times = tuple(
            one for each in (first, second) for one in clock_times(each, each.part)
        )
        second.weekday = second.week = second.spoken = None
        second.message = messages.MORE_DAYS if kind == "date" else messages.MORE_TIMES
        second.is_doubtful, second.grade = True, "sure"
        line.merge(second, first)


def _days(line: Line, found: Found) -> tuple[date, ...]:
    if found.weekday is not None:
        return (dates.coming(found.weekday, line.today),)
    if found.week is not None:
        return (found.week,)
    return found.days
