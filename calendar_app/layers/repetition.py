"""On which days an event comes back: the recurrence rule of iCalendar (RFC 5545 §3.3.10), by days.

Anybody may write a rule, also one that comes every second or never. So nothing here goes on for
long: only days that may be seen are walked through (or, where a rule counts, those before them),
each step may be told to stop, and what comes more often than daily is not read at all. The usual
reader of rules, python-dateutil, looks for a 30 February until the year 9999.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_DAY = timedelta(days=1)
_WEEK = 7
_MONTHS = 12
_MOST_PARTS = 400
_MOST_INTERVAL = 1000
# More than once a day: such a rule cannot be laid on days.
_OF_THE_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")


class NotUnderstood(ValueError):
    """A line of a calendar says something that is not read here."""


@dataclass(frozen=True)
class Rule:
    """A rule as it was written. `weekdays` are (which one, weekday), 0 for every one, Monday 0."""

    frequency: str
    interval: int = 1
    count: int | None = None
    # As written: a day or a moment; whoever knows the event's zone makes a last day of it.
    until: str = ""
    months: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    places: frozenset[int] = frozenset()
    week_start: int = 0


def rule(text: str) -> Rule:
    """The rule that `text` ("FREQ=WEEKLY;BYDAY=MO") states. Raises NotUnderstood."""
    parts = _parts(text)
    if parts.get("FREQ") not in FREQUENCIES or any(name in parts for name in _OF_THE_CLOCK):
        raise NotUnderstood(text[:80])
    interval = _number(parts.get("INTERVAL", "1"), 1, _MOST_INTERVAL)
    count = _number(parts["COUNT"], 1, 10**9) if "COUNT" in parts else None
    return Rule(
        frequency=parts["FREQ"],
        interval=interval,
        count=count,
        until=parts.get("UNTIL", ""),
        months=_numbers(parts, "BYMONTH", 1, 12),
        weeks=_numbers(parts, "BYWEEKNO", -53, 53),
        year_days=_numbers(parts, "BYYEARDAY", -366, 366),
        month_days=_numbers(parts, "BYMONTHDAY", -31, 31),
        weekdays=frozenset(_weekday(each) for each in _listed(parts, "BYDAY")),
        places=_numbers(parts, "BYSETPOS", -366, 366),
        week_start=_weekday(parts.get("WKST", "MO"))[1],
    )


def days(
    rule: Rule, first: date, low: date, high: date, stop: Callable[[], bool] = lambda: False
) -> Iterator[date]:
    """The days from `low` to `high`, both included, of an event that began on `first`; ascending.

    It ends early when `stop` says so, asked once a period.
    """
    rule = _completed(rule, first)
    left = rule.count
    # Whoever counts must begin at the beginning.
    begin = first if left is not None else max(first, low)
    for period in _periods(rule, first, begin):
        if period[0] > high or stop():
            return
        for day in _chosen(rule, period):
            if day < first:
                continue
            if day > high or left == 0:
                return
            left = None if left is None else left - 1
            if day >= low:
                yield day


def _parts(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.strip().upper().split(";") if part)
    return {name: value for name, _equals, value in pairs}


def _listed(parts: Mapping[str, str], name: str) -> list[str]:
    listed = [each for each in parts.get(name, "").split(",") if each]
    if len(listed) > _MOST_PARTS:
        raise NotUnderstood(name)
    return listed


def _numbers(parts: Mapping[str, str], name: str, low: int, high: int) -> frozenset[int]:
    return frozenset(_number(each, low, high) for each in _listed(parts, name)) - {0}


def _number(text: str, low: int, high: int) -> int:
    digits = text.lstrip("+-")
    if not (digits.isascii() and digits.isdigit() and len(text) <= 10):
        raise NotUnderstood(text[:20])
    number = int(text)
    if not low <= number <= high:
        raise NotUnderstood(text)
    return number


def _weekday(text: str) -> tuple[int, int]:
    if text[-2:] not in WEEKDAYS:
        raise NotUnderstood(text[:20])
    which = _number(text[:-2], -53, 53) if text[:-2] else 0
    return which, WEEKDAYS.index(text[-2:])


def _completed(rule: Rule, first: date) -> Rule:
    """`rule` with what it leaves to the day on which the event first falls."""
    if rule.frequency in {"DAILY", "WEEKLY"}:
        # "The second Monday" means nothing within a week.
        rule = replace(rule, weekdays=frozenset((0, day) for _which, day in rule.weekdays))
    if rule.weekdays or rule.month_days or rule.year_days:
        return rule
    if rule.weeks or rule.frequency == "WEEKLY":
        return replace(rule, weekdays=frozenset({(0, first.weekday())}))
    if rule.frequency == "MONTHLY":
        return replace(rule, month_days=frozenset({first.day}))
    if rule.frequency == "YEARLY":
        months = rule.months or frozenset({first.month})
        return replace(rule, months=months, month_days=frozenset({first.day}))
    return rule


def _periods(rule: Rule, first: date, begin: date) -> Iterator[tuple[date, date]]:
    """The first and last day of the days, weeks, months or years that count, from `begin` on."""
    if rule.frequency in {"DAILY", "WEEKLY"}:
        length = 1 if rule.frequency == "DAILY" else _WEEK
        start = first if length == 1 else _week_begin(first, rule.week_start)
        return _spans(start, begin, length, rule.interval)
    length = 1 if rule.frequency == "MONTHLY" else _MONTHS
    start_month = _month_number(first) // length * length
    return _months(start_month, _month_number(begin), length, rule.interval)


def _spans(start: date, begin: date, length: int, interval: int) -> Iterator[tuple[date, date]]:
    step = length * interval
    day = start + timedelta(days=(begin - start).days // step * step)
    while day.year < date.max.year:
        yield day, day + timedelta(days=length - 1)
        day += timedelta(days=step)


def _months(start: int, begin: int, length: int, interval: int) -> Iterator[tuple[date, date]]:
    step = length * interval
    month = start + (begin - start) // step * step
    while (month + length) // _MONTHS < date.max.year:
        yield _month_begin(month), _month_begin(month + length) - _DAY
        month += step


def _month_number(day: date) -> int:
    return day.year * _MONTHS + day.month - 1


def _month_begin(number: int) -> date:
    return date(number // _MONTHS, number % _MONTHS + 1, 1)


def _week_begin(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % _WEEK)


def _chosen(rule: Rule, period: tuple[date, date]) -> list[date]:
    """The days of `period` that the rule names, ascending."""
    found = [day for day in _candidates(rule, *period) if _fits(rule, day)]
    if not rule.places:
        return found
    return [
        day
        for place, day in enumerate(found)
        if place + 1 in rule.places or place - len(found) in rule.places
    ]


def _candidates(rule: Rule, low: date, high: date) -> Iterator[date]:
    day = low
    while day <= high:
        if rule.months and day.month not in rule.months:
            # Straight to the next month: a year of birthdays has eleven that need no look.
            day = _month_begin(_month_number(day) + 1)
            continue
        yield day
        day += _DAY


def _fits(rule: Rule, day: date) -> bool:
    return (
        (not rule.month_days or _is_month_day(rule, day))
        and (not rule.weekdays or _is_weekday(rule, day))
        and (not rule.year_days or _is_year_day(rule, day))
        and (not rule.weeks or _is_of_week(rule, day))
    )


def _is_month_day(rule: Rule, day: date) -> bool:
    if day.day in rule.month_days:
        return True
    length = (_month_begin(_month_number(day) + 1) - _DAY).day
    return day.day - length - 1 in rule.month_days


def _is_year_day(rule: Rule, day: date) -> bool:
    number, length = _day_of_year(day), _day_of_year(date(day.year, 12, 31))
    return number in rule.year_days or number - length - 1 in rule.year_days


def _is_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    if (0, weekday) in rule.weekdays:
        return True
    if rule.frequency == "MONTHLY" or rule.months:
        begin = day.replace(day=1)
        end = _month_begin(_month_number(day) + 1) - _DAY
    else:
        begin, end = date(day.year, 1, 1), date(day.year, 12, 31)
    which, from_end = (day - begin).days // _WEEK + 1, (end - day).days // _WEEK + 1
    return (which, weekday) in rule.weekdays or (-from_end, weekday) in rule.weekdays


def _is_of_week(rule: Rule, day: date) -> bool:
    """Whether the number of the day's week is one that is named; week 1 holds four days of it."""
    middle = _week_begin(day, rule.week_start) + timedelta(days=3)
    number = (_day_of_year(middle) - 1) // _WEEK + 1
    last = _week_begin(date(middle.year, 12, 28), rule.week_start) + timedelta(days=3)
    length = (_day_of_year(last) - 1) // _WEEK + 1
    return number in rule.weeks or number - length - 1 in rule.weeks


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday
