"""How often: elke werkdag, om de week op vrijdag, every other Friday, elke 15e."""

from __future__ import annotations

import re
from collections.abc import Callable

from calendar_app.calendar.quick_add import words
from calendar_app.calendar.quick_add.line import Found, Line
from calendar_app.calendar.quick_add.rules import WORKING_WEEK, Rule

_ORDINAL = re.compile(r"(\d{1,2})(?:e|de|ste|st|nd|rd|th)", re.ASCII)
_FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}
_OTHER = frozenset({"other", "andere"})
_SECOND = frozenset({"tweede", "second", "2e", "2nd"})
_YEAR_WORDS = frozenset({"jaar", "year"})
_MOST = 60
_WORKING = Rule("WEEKLY", weekdays=WORKING_WEEK)


def find(line: Line) -> None:
    """Claim every rule in `line`."""
    line.scan(_at)


def _at(line: Line, at: int) -> Found | None:
    finder = _FINDERS.get(line.key(at))
    return None if finder is None else finder(line, at)


def _rule(first: int, last: int, rule: Rule, grade: str = "sure") -> Found:
    return Found("recurrence", first, last, grade, rule=rule)


def _each(line: Line, at: int) -> Found | None:
    """What follows "elke", "iedere" and "every"."""
    key, place = line.key(at + 1), at + 1
    if key in words.WORKING_DAYS or (key, line.key(at + 2)) in _WORKING_PAIRS:
        return _rule(at, at + (2 if key in words.WORKING_DAYS else 3), _WORKING)
    if key in _OTHER or (key in _SECOND and line.key(at + 2) not in words.WEEKDAYS):
        return _every_so_many(line, at, place + 1, 2)
    number = _small(key)
    if number is not None and line.key(at + 2) in words.UNITS:
        return _every_so_many(line, at, place + 1, number)
    if key in _YEAR_WORDS:
        return _rule(at, at + 2, Rule("YEARLY"))
    return _weekdays(line, at, place) or _of_month(line, at, place) or _unit(line, at, place)


_WORKING_PAIRS = {("doordeweekse", "dag"), ("working", "day"), ("business", "day")}


def _every_so_many(line: Line, first: int, at: int, number: int) -> Found | None:
    """ "om de week", "every other Friday", "elke 3 weken op dinsdag"."""
    unit = words.UNITS.get(line.key(at))
    if unit is None:
        found = _weekdays(line, first, at)
        if found is not None and found.rule is not None:
            found.rule = Rule("WEEKLY", number, found.rule.weekdays)
        return found
    return _with_day(line, first, at + 1, Rule(_FREQUENCIES[unit], number))


def _with_day(line: Line, first: int, last: int, rule: Rule) -> Found:
    """`rule` with the weekday, or the day of the month, that follows it."""
    place = last + 1 if line.key(last) in words.ON else last
    if rule.frequency == "WEEKLY":
        days = _weekdays(line, first, place)
        if days is not None and days.rule is not None:
            return _rule(first, days.last, Rule("WEEKLY", rule.interval, days.rule.weekdays))
    if rule.frequency == "MONTHLY":
        place += line.key(place) in {"de", "the"}
        found = _of_month(line, first, place)
        if found is not None and found.rule is not None:
            monthly = found.rule
            whole = Rule("MONTHLY", rule.interval, monthly.weekdays, monthly.nth, monthly.month_day)
            return _rule(first, found.last, whole)
    # Daily is also how titles begin: "Elke dag een glimlach".
    return _rule(first, last, rule, "sure" if rule.interval > 1 else "loose")


def _weekdays(line: Line, first: int, at: int) -> Found | None:
    """One weekday or more, with "en" or commas between them."""
    days, last, place = [], at, at
    while (day := _weekday_named(line.key(place))) is not None:
        days.append(day)
        last = place + 1
        place = last + 1 if line.key(last) in words.AND else last
        if place == last and not _has_comma(line, last - 1):
            break
    if not days:
        return None
    return _rule(first, last, Rule("WEEKLY", weekdays=tuple(sorted(set(days)))))


def _weekday_named(key: str) -> int | None:
    return words.WEEKDAYS.get(key, words.REPEATED_WEEKDAYS.get(key))


def _has_comma(line: Line, at: int) -> bool:
    token = line.tokens[at]
    return line.text[token.end : token.end + 1] == ","


def _of_month(line: Line, first: int, at: int) -> Found | None:
    """ "eerste maandag van de maand", "laatste vrijdag", "15e", "15th of the month"."""
    key = line.key(at)
    weekday = words.WEEKDAYS.get(line.key(at + 1))
    if key in words.ORDINALS and weekday is not None:
        last = _past_the_month(line, at + 2)
        rule = Rule("MONTHLY", weekdays=(weekday,), nth=words.ORDINALS[key])
        found = _rule(first, last, rule)
        if key in _SECOND and last == at + 2:
            found.other_rule = Rule("WEEKLY", 2, weekdays=(weekday,))
        return found
    match = _ORDINAL.fullmatch(key)
    if match is None or not 1 <= int(match[1]) <= 31:
        return None
    last = _past_the_month(line, at + 1)
    return _rule(first, last, Rule("MONTHLY", month_day=int(match[1])))


def _past_the_month(line: Line, at: int) -> int:
    """The word after "van de maand", "of every month" where one of them stands at `at`."""
    place = at
    if line.key(place) in {"dag", "day"}:
        place += 1
    if line.key(place) in {"van", "of", "in"} and line.key(place + 1) in _OF_WHICH:
        return place + 3 if line.key(place + 2) in {"maand", "month"} else at
    return at


_OF_WHICH = frozenset({"de", "the", "elke", "iedere", "every", "each"})


def _unit(line: Line, first: int, at: int) -> Found | None:
    unit = words.UNITS.get(line.key(at))
    if unit is None or line.key(at).endswith(("s", "en")):
        return None
    return _with_day(line, first, at + 1, Rule(_FREQUENCIES[unit]))


def _by_turns(line: Line, at: int) -> Found | None:
    """ "om de week", "om de twee weken", "om de dinsdag"."""
    if line.key(at + 1) != "de":
        return None
    number = _small(line.key(at + 2))
    if number is not None and line.key(at + 3) in words.UNITS:
        return _every_so_many(line, at, at + 3, number)
    return _every_so_many(line, at, at + 2, 2)


def _adverb(line: Line, at: int) -> Found:
    """ "dagelijks", "weekly", "maandelijks op de eerste maandag"."""
    frequency, interval = _ADVERBS[line.key(at)]
    found = _with_day(line, at, at + 1, Rule(frequency, interval))
    if found.last == at + 1:
        found.grade = "loose"
    return found


_ADVERBS = {
    "dagelijks": ("DAILY", 1),
    "daily": ("DAILY", 1),
    "wekelijks": ("WEEKLY", 1),
    "weekly": ("WEEKLY", 1),
    "tweewekelijks": ("WEEKLY", 2),
    "fortnightly": ("WEEKLY", 2),
    "biweekly": ("WEEKLY", 2),
    "maandelijks": ("MONTHLY", 1),
    "monthly": ("MONTHLY", 1),
    "jaarlijks": ("YEARLY", 1),
    "yearly": ("YEARLY", 1),
    "annually": ("YEARLY", 1),
}


def _plural(line: Line, at: int) -> Found:
    """ "dinsdags", "op dinsdagen", "on tuesdays and fridays", "op werkdagen"."""
    first = at - 1 if line.key(at - 1) in words.ON | {"s"} else at
    if line.key(at) in words.WORKING_DAYS:
        return _rule(first, at + 1, _WORKING, "loose")
    found = _weekdays(line, first, at)
    assert found is not None  # noqa: S101 - the word is in the table of this finder
    found.grade = "sure" if first < at else "loose"
    return found


def _nth_weekday(line: Line, at: int) -> Found | None:
    """ "eerste maandag van de maand" without "elke": only when it says of which month."""
    found = _of_month(line, at, at)
    if found is None or found.rule is None or not found.rule.nth or found.last == at + 2:
        return None
    found.first = at - 1 if line.key(at - 1) in {"de", "the"} else at
    found.grade = "loose"
    return found


def _small(key: str) -> int | None:
    if key.isdecimal() and key.isascii() and len(key) <= 2:
        return int(key) if 1 <= int(key) <= _MOST else None
    return words.NUMBERS.get(key)


_FINDERS: dict[str, Callable[[Line, int], Found | None]] = {
    **dict.fromkeys(words.REPEATED_WEEKDAYS, _plural),
    **dict.fromkeys(("werkdagen", "weekdays", "workdays"), _plural),
    **dict.fromkeys(words.ORDINALS, _nth_weekday),
    **dict.fromkeys(words.EACH, _each),
    **dict.fromkeys(_ADVERBS, _adverb),
    "om": _by_turns,
}
