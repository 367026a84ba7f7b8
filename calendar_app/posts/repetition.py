"""On which days a post comes back: every so many days, weeks or months.

A rule knows days only. The time of day belongs to the series: it is a time on the wall, and stays
the same when the clocks change. What a calendar calls RRULE (RFC 5545 §3.3.10) says the same, with
one difference: a post of the 30th comes on the last day of a shorter month instead of not at all.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count as numbers
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from calendar_app.language import N_

DAILY, WEEKLY, MONTHLY_DAY, MONTHLY_WEEKDAY = "daily", "weekly", "monthly_day", "monthly_weekday"
FREQUENCIES = (DAILY, WEEKLY, MONTHLY_DAY, MONTHLY_WEEKDAY)
MOST_INTERVAL, MOST_TIMES = 60, 500
LAST_DAY, LAST = 31, -1
WORKING_WEEK = (0, 1, 2, 3, 4)
NTH_NAMES = {1: N_("first"), 2: N_("second"), 3: N_("third"), 4: N_("fourth"), LAST: N_("last")}

_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_WEEK, _MONTHS, _SHORTEST = 7, 12, 28


class BadRule(ValueError):
    """A rule that can never be kept, or that is not read here."""


@dataclass(frozen=True)
class Rule:
    """On which days something comes back, from `starts_on` on. Raises BadRule when it cannot."""

    frequency: str
    # What the rule counts from: its first day is this one or the next that fits.
    starts_on: date
    interval: int = 1
    # From 0, Monday, ascending; of "monthly_weekday" exactly one.
    weekdays: tuple[int, ...] = ()
    # Of "monthly_day": 1 to 31; a shorter month has it on its last day.
    month_day: int = 0
    # Of "monthly_weekday": which one of the month, 1 to 4, or -1 for the last.
    nth: int = 0
    # The last day it may fall on, or how often it falls; neither: for ever.
    ends_on: date | None = None
    count: int | None = None

    def __post_init__(self) -> None:
        if self.frequency not in FREQUENCIES:
            raise BadRule(f"unknown frequency {self.frequency!r}")
        if not 1 <= self.interval <= MOST_INTERVAL:
            raise BadRule(f"an interval is 1 to {MOST_INTERVAL}, not {self.interval}")
        if self.weekdays != tuple(sorted(set(self.weekdays) & set(range(_WEEK)))):
            raise BadRule(f"weekdays are 0 to 6, each once and in order: {self.weekdays}")
        _check_end(self)
        _CHECKS[self.frequency](self)

    @property
    def ends(self) -> bool:
        """Whether it ever stops."""
        return self.ends_on is not None or self.count is not None


def days(rule: Rule, first: date, last: date) -> list[date]:
    """The days of `rule` from `first` to `last`, both included; ascending."""
    # Whoever counts must begin at the beginning.
    begin = rule.starts_on if rule.count is not None else max(first, rule.starts_on)
    end = last if rule.ends_on is None else min(last, rule.ends_on)
    found = takewhile(lambda day: day <= end, islice(_from(rule, begin), rule.count))
    return [day for day in found if day >= first]


def first_days(rule: Rule, number: int) -> list[date]:
    """The first `number` days of `rule`, fewer when it ends before; ascending."""
    found = islice(_from(rule, rule.starts_on), rule.count)
    return list(
        islice(takewhile(lambda day: not rule.ends_on or day <= rule.ends_on, found), number)
    )


def until(rule: Rule, last: date) -> Rule:
    """The same rule that ends on `last`, itself included; `starts_on` is no later."""
    return replace(rule, ends_on=last, count=None)


def rest(rule: Rule, day: date) -> Rule:
    """What is left of `rule` from `day`, one of its days, on; a count goes on counting."""
    if rule.count is None:
        return replace(rule, starts_on=day)
    gone = len(days(rule, rule.starts_on, day - _DAY))
    return replace(rule, starts_on=day, count=rule.count - gone)


def rrule(rule: Rule, zone: str) -> str:
    """The value of an RRULE property; UNTIL is the end of the last local day in `zone`."""
    parts = [f"FREQ={rule.frequency.partition('_')[0].upper()}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.frequency == MONTHLY_DAY:
        parts.extend(_month_day_parts(rule.month_day))
    elif rule.weekdays:
        nth = str(rule.nth or "")
        parts.append("BYDAY=" + ",".join(nth + _NAMES[day] for day in rule.weekdays))
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.ends_on is not None:
        end = datetime.combine(rule.ends_on, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)
        parts.append(f"UNTIL={end:%Y%m%dT%H%M%SZ}")
    return ";".join(parts)


def from_rrule(text: str, starts_on: date, zone: str) -> Rule:
    """The rule that `text`, the value of an RRULE, states. Raises BadRule for what is not read."""
    pairs = (part.partition("=") for part in text.strip().upper().split(";") if part)
    parts = {name: value for name, _equals, value in pairs}
    frequency = parts.pop("FREQ", "")
    read = _READERS.get(frequency)
    if read is None:
        raise BadRule(text[:80])
    try:
        common = {
            "starts_on": starts_on,
            "interval": int(parts.pop("INTERVAL", "1")),
            "count": int(parts.pop("COUNT")) if "COUNT" in parts else None,
            "ends_on": _last_day(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None,
        }
        parts.pop("WKST", None)
        rule = read(parts, Rule(DAILY, **common))  # type: ignore[arg-type]  # see the names above
    except ValueError as error:
        raise BadRule(text[:80]) from error
    if parts:
        raise BadRule(text[:80])
    return rule


@dataclass(frozen=True)
class Sentence:
    """A rule in words: an English msgid with its values, and what is to be said of its end.

    Of the values `days` and `weekday` are numbers of weekdays, `nth` is a msgid, and `date` is a
    day of which only day and month count: whoever knows the language writes them out.
    """

    message: str
    values: dict[str, object] = field(default_factory=dict)
    # {"num": how often} or {"last": the last day}; empty when the rule goes on for ever.
    end_values: dict[str, object] = field(default_factory=dict)


def sentence(rule: Rule) -> Sentence:
    """`rule` in words, as "every Tuesday" and "until 24 December 2026"."""
    message, values = _SENTENCES[rule.frequency](rule)
    if rule.count is not None:
        return Sentence(message, values, {"num": rule.count})
    if rule.ends_on is not None:
        return Sentence(message, values, {"last": rule.ends_on})
    return Sentence(message, values)


def _check_end(rule: Rule) -> None:
    if rule.ends_on is not None and rule.ends_on < rule.starts_on:
        raise BadRule(f"the end {rule.ends_on} lies before the start {rule.starts_on}")
    if rule.count is not None and not 1 <= rule.count <= MOST_TIMES:
        raise BadRule(f"a count is 1 to {MOST_TIMES}, not {rule.count}")


def _check_daily(rule: Rule) -> None:
    if rule.weekdays or rule.month_day or rule.nth:
        raise BadRule("a daily rule names no days")


def _check_weekly(rule: Rule) -> None:
    if not rule.weekdays or rule.month_day or rule.nth:
        raise BadRule("a weekly rule names weekdays, and nothing else")


def _check_monthly_day(rule: Rule) -> None:
    if not 1 <= rule.month_day <= LAST_DAY or rule.weekdays or rule.nth:
        raise BadRule("a monthly rule by day names a day of the month, and nothing else")


def _check_monthly_weekday(rule: Rule) -> None:
    if rule.nth not in NTH_NAMES or len(rule.weekdays) != 1 or rule.month_day:
        raise BadRule("a monthly rule by weekday names which weekday, and nothing else")


_CHECKS = {
    DAILY: _check_daily,
    WEEKLY: _check_weekly,
    MONTHLY_DAY: _check_monthly_day,
    MONTHLY_WEEKDAY: _check_monthly_weekday,
}


def _from(rule: Rule, begin: date) -> Iterator[date]:
    """The days of `rule` on or after `begin`, which is `starts_on` or later; without an end."""
    begin = max(begin, rule.starts_on)
    if rule.frequency == DAILY:
        return _in_steps(rule, begin)
    candidates = _of_weeks(rule, begin) if rule.frequency == WEEKLY else _of_months(rule, begin)
    return (day for day in candidates if day >= begin)


def _in_steps(rule: Rule, begin: date) -> Iterator[date]:
    ahead = -(-(begin - rule.starts_on).days // rule.interval) * rule.interval
    for step in numbers(ahead, rule.interval):
        yield rule.starts_on + _DAY * step


def _of_weeks(rule: Rule, begin: date) -> Iterator[date]:
    """The days of the weeks that count, from the week of `begin` on; weeks begin on Monday."""
    monday = rule.starts_on - _DAY * rule.starts_on.weekday()
    length = _WEEK * rule.interval
    for step in numbers((begin - monday).days // length * length, length):
        yield from (monday + _DAY * (step + day) for day in rule.weekdays)


def _of_months(rule: Rule, begin: date) -> Iterator[date]:
    start = _month_number(rule.starts_on)
    first = start + (_month_number(begin) - start) // rule.interval * rule.interval
    for month in numbers(first, rule.interval):
        yield _in_month(rule, month // _MONTHS, month % _MONTHS + 1)


def _month_number(day: date) -> int:
    return day.year * _MONTHS + day.month - 1


def _in_month(rule: Rule, year: int, month: int) -> date:
    length = monthrange(year, month)[1]
    if rule.frequency == MONTHLY_DAY:
        return date(year, month, min(rule.month_day, length))
    if rule.nth == LAST:
        last = date(year, month, length)
        return last - _DAY * ((last.weekday() - rule.weekdays[0]) % _WEEK)
    begin = date(year, month, 1)
    return begin + _DAY * ((rule.weekdays[0] - begin.weekday()) % _WEEK + _WEEK * (rule.nth - 1))


def _month_day_parts(month_day: int) -> list[str]:
    if month_day == LAST_DAY:
        return ["BYMONTHDAY=-1"]
    if month_day <= _SHORTEST:
        return [f"BYMONTHDAY={month_day}"]
    # The last of these days that the month has.
    listed = ",".join(str(day) for day in range(_SHORTEST, month_day + 1))
    return [f"BYMONTHDAY={listed}", "BYSETPOS=-1"]


def _last_day(text: str, zone: str) -> date:
    """The local day in which UNTIL lies. Raises ValueError."""
    if len(text) == 8:
        return date.fromisoformat(text)
    at = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(zone)).date() if text.endswith("Z") else at.date()


def _read_daily(_parts: dict[str, str], daily: Rule) -> Rule:
    return daily


def _read_weekly(parts: dict[str, str], daily: Rule) -> Rule:
    found = _weekdays(parts) or {(0, daily.starts_on.weekday())}
    if any(nth for nth, _day in found):
        raise BadRule("a weekday has no number within a week")
    weekdays = tuple(sorted(day for _nth, day in found))
    return replace(daily, frequency=WEEKLY, weekdays=weekdays)


def _read_monthly(parts: dict[str, str], daily: Rule) -> Rule:
    found = _weekdays(parts)
    if not found:
        return replace(daily, frequency=MONTHLY_DAY, month_day=_month_day(parts, daily))
    ((nth, weekday),) = found
    return replace(daily, frequency=MONTHLY_WEEKDAY, weekdays=(weekday,), nth=nth)


def _read_yearly(parts: dict[str, str], daily: Rule) -> Rule:
    """A year is twelve months, when the rule begins in the month that it names."""
    month = int(parts.pop("BYMONTH", daily.starts_on.month))
    if month != daily.starts_on.month:
        raise BadRule("a yearly rule begins in its own month")
    return _read_monthly(parts, replace(daily, interval=daily.interval * _MONTHS))


_READERS = {
    "DAILY": _read_daily,
    "WEEKLY": _read_weekly,
    "MONTHLY": _read_monthly,
    "YEARLY": _read_yearly,
}


def _weekdays(parts: dict[str, str]) -> set[tuple[int, int]]:
    """(Which one, weekday) of BYDAY. Raises ValueError."""
    listed = [each for each in parts.pop("BYDAY", "").split(",") if each]
    return {(int(each[:-2] or "0"), _NAMES.index(each[-2:])) for each in listed}


def _month_day(parts: dict[str, str], daily: Rule) -> int:
    """The day of the month, also where it stands with those before it. Raises ValueError."""
    listed = [int(each) for each in parts.pop("BYMONTHDAY", "").split(",") if each]
    place = parts.pop("BYSETPOS", "")
    if not listed:
        return daily.starts_on.day
    if place == "-1" and listed == list(range(_SHORTEST, listed[-1] + 1)):
        return listed[-1]
    if len(listed) > 1 or place:
        raise BadRule("several days of a month")
    return LAST_DAY if listed[0] == -1 else listed[0]


def _say_daily(rule: Rule) -> tuple[str, dict[str, object]]:
    if rule.interval == 1:
        return N_("every day"), {}
    return N_("every %(number)s days"), {"number": rule.interval}


def _say_weekly(rule: Rule) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {"days": rule.weekdays, "number": rule.interval}
    is_working_week = rule.weekdays == WORKING_WEEK
    if rule.interval == 1:
        return N_("every working day") if is_working_week else N_("every %(days)s"), values
    return N_("every %(number)s weeks on %(days)s"), values


def _say_monthly_day(rule: Rule) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {"day": rule.month_day, "number": rule.interval}
    if rule.interval == _MONTHS:
        first = _in_month(rule, rule.starts_on.year, rule.starts_on.month)
        return N_("every year on %(date)s"), {"date": first}
    if rule.month_day == LAST_DAY:
        often = N_("on the last day of every month")
        return often if rule.interval == 1 else N_(
            "every %(number)s months on the last day"
        ), values
    if rule.interval == 1:
        return N_("every month on day %(day)s"), values
    return N_("every %(number)s months on day %(day)s"), values


def _say_monthly_weekday(rule: Rule) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {
        "nth": NTH_NAMES[rule.nth],
        "weekday": rule.weekdays[0],
        "number": rule.interval,
    }
    if rule.interval == 1:
        return N_("every month on the %(nth)s %(weekday)s"), values
    return N_("every %(number)s months on the %(nth)s %(weekday)s"), values


_SENTENCES = {
    DAILY: _say_daily,
    WEEKLY: _say_weekly,
    MONTHLY_DAY: _say_monthly_day,
    MONTHLY_WEEKDAY: _say_monthly_weekday,
}
