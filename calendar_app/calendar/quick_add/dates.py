"""Days as people write them: di, overmorgen, 24-12, 24 december, week 50 vrijdag, over 3 dagen.

A day without a year is the next one. One that passed shortly ago is asked: it may be a slip.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

from calendar_app.calendar.quick_add import messages, words
from calendar_app.calendar.quick_add.facts import Note
from calendar_app.calendar.quick_add.line import Found, Line

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?", re.ASCII)
_DAY_NUMBER = re.compile(r"(\d{1,2})(e|de|ste|st|nd|rd|th)?", re.ASCII)
# Always, every day.
_ALWAYS = frozenset({"24/7", "24-7"})
_YEAR = re.compile(r"20\d{2}", re.ASCII)
_DAY_PART = re.compile(r"([a-z]+dag)(ochtend|morgen|middag|namiddag|avond|nacht)")
_LONGEST = 20
_WEEK = timedelta(days=7)
# A day so short ago is more often a slip than next year's.
_JUST_PASSED = timedelta(days=60)
FIRST_YEAR, LAST_YEAR = 2000, 2100


def find(line: Line) -> None:
    """Claim every day in `line`."""
    line.scan(_anchored)


def monday_of(day: date) -> date:
    """The Monday of the week that holds `day`."""
    return day - timedelta(days=day.weekday())


def coming(weekday: int, today: date) -> date:
    """The first such weekday after `today`."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def ahead(today: date, **by: int) -> date | None:
    """So much later; None beyond what a calendar here reaches."""
    with suppress(OverflowError):
        day = today + timedelta(**by)
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    return None


def _anchored(line: Line, at: int) -> Found | None:
    key = line.key(at)
    found = _at(line, at, key) if len(key) <= _LONGEST else None
    if found is None:
        return None
    before = line.key(found.first - 1)
    if before in words.ON or (before == "in" and found.week is not None):
        found.first -= 1
        found.is_anchored = True
    return found


def _at(line: Line, at: int, key: str) -> Found | None:
    if key[0].isdecimal():
        return _iso(line, at, key) or _numeric(line, at, key) or _day_and_month(line, at)
    finder = _FINDERS.get(key)
    if finder is not None and (found := finder(line, at)) is not None:
        return found
    if key in words.WEEKDAYS:
        return _weekday(line, at, key)
    if key in words.ENGLISH_MONTHS:
        return _month_and_day(line, at, key)
    return _part_of_day(at, key)


# By numbers


def _iso(line: Line, at: int, key: str) -> Found | None:
    match = _ISO.fullmatch(key)
    if match is None:
        return None
    return _of_year(line, at, at + 1, int(match[3]), int(match[2]), int(match[1]))


def _numeric(line: Line, at: int, key: str) -> Found | None:
    match = _NUMERIC.fullmatch(key)
    if match is None or _counts_something(line, at):
        return None
    first, sign, second, year = int(match[1]), match[2], int(match[3]), match[4]
    if sign == "." and year is None:
        return None
    if line.key(at + 1) in words.MONTHS and sign != ".":
        return _days_of_month(line, at, first, second)
    pairs = _orders(line, first, second, sign)
    found = _first_of(line, at, pairs, None if year is None else _whole_year(year))
    if found is None:
        return None
    found.is_doubtful = found.is_doubtful or key in _ALWAYS
    is_padded = match[1].startswith("0") or match[3].startswith("0")
    if year is None and max(first, second) <= 12 and not is_padded:
        found.grade = "pair" if sign == "-" else "fraction"
    return found


def _counts_something(line: Line, at: int) -> bool:
    """ "deel 3/4", "10-12 jaar", "24/7 open"."""
    if line.key(at) == "24/7" and line.key(at - 1) not in words.ON:
        return True
    return line.key(at - 1) in words.COUNTED or line.key(at + 1) in words.MEASURES


def _days_of_month(line: Line, at: int, first: int, second: int) -> Found | None:
    """ "1-3 maart", "24/25 december"."""
    month = words.MONTHS[line.key(at + 1)]
    ends = [_next(line, at, at + 2, day, month) for day in (first, second)]
    days = tuple(day for end in ends if end is not None for day in end.days)
    return Found("date", at, at + 2, days=days, is_doubtful=True) if days else None


def _orders(line: Line, first: int, second: int, sign: str) -> list[tuple[int, int]]:
    """(day, month) in the orders in which the two numbers can be read."""
    if first > 12:
        return [(first, second)] if second <= 12 else []
    if second > 12:
        # Only Americans write the month first; a range like 12-24 is no day.
        return [(second, first)] if sign == "/" and second <= 31 else []
    both = [(first, second), (second, first)]
    return both if line.language == "en" and first != second else both[:1]


def _first_of(line: Line, at: int, pairs: list[tuple[int, int]], year: int | None) -> Found | None:
    """One finding of all orders in `pairs`: what several can mean is asked."""
    read = [
        _of_year(line, at, at + 1, *pair, year) if year else _next(line, at, at + 1, *pair)
        for pair in pairs
    ]
    possible = [found for found in read if found is not None]
    if not possible:
        return None
    kept = possible[0]
    kept.days = tuple(dict.fromkeys(day for found in possible for day in found.days))
    if len(possible) > 1:
        kept.note = None
    return kept


def _whole_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _of_year(line: Line, first: int, last: int, day: int, month: int, year: int) -> Found | None:
    """A day of a named year; what has passed, or never is, is asked."""
    if not (1 <= month <= 12 and 1 <= day <= 31 and FIRST_YEAR <= year <= LAST_YEAR):
        return None
    if day > monthrange(year, month)[1]:
        return _impossible(first, last, month, year)
    named = date(year, month, day)
    if named >= line.today:
        return Found("date", first, last, days=(named,))
    rolled = _next_days(line.today, day, month)
    return Found(
        "date",
        first,
        last,
        days=(*rolled[:1], named),
        message=messages.PASSED,
        is_doubtful=True,
    )


def _impossible(first: int, last: int, month: int, year: int) -> Found:
    end = date(year, month, monthrange(year, month)[1])
    days = (end, end + timedelta(days=1))
    return Found("date", first, last, days=days, message=messages.IMPOSSIBLE, is_doubtful=True)


def _next(line: Line, first: int, last: int, day: int, month: int) -> Found | None:
    """A day without a year: the next one, said when it is another year's."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    year = line.today.year
    if day > monthrange(2000, month)[1]:
        return _impossible(first, last, month, year if month >= line.today.month else year + 1)
    days = _next_days(line.today, day, month)
    if not days:
        return _impossible(first, last, month, year if month >= line.today.month else year + 1)
    found = Found("date", first, last, days=days)
    if len(days) > 1:
        found.message = messages.PASSED
    elif days[0].year != year:
        found.note = Note(messages.NEXT_YEAR, {"year": days[0].year})
    return found


def _next_days(today: date, day: int, month: int) -> tuple[date, ...]:
    """The next such day, and the last one too when that was shortly ago."""
    near = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):
            near.append(date(year, month, day))
    coming_days = [one for one in near if one >= today][:1]
    passed = [one for one in near if today - _JUST_PASSED <= one < today]
    return (*coming_days, *passed)


# By the name of the month


def _day_and_month(line: Line, at: int) -> Found | None:
    """ "24 dec", "24e december 2026", "24th of December"; "de 24e" alone too."""
    match = _DAY_NUMBER.fullmatch(line.key(at))
    if match is None:
        return None
    place = at + 1
    if line.key(place) in {"of", "van"} and line.key(place + 1) in words.MONTHS:
        place += 1
    month = words.MONTHS.get(line.key(place))
    if month is not None:
        return _dated(line, at, place + 1, int(match[1]), month)
    return _ordinal(line, at, int(match[1])) if match[2] else None


def _month_and_day(line: Line, at: int, key: str) -> Found | None:
    """ "December 24", "may 1st, 2027"."""
    match = _DAY_NUMBER.fullmatch(line.key(at + 1))
    if match is None or not 1 <= int(match[1]) <= 31:
        return None
    found = _dated(line, at, at + 2, int(match[1]), words.MONTHS[key])
    # "We may 24 times" is no day; "maart 24" is no Dutch.
    if found is not None and key in {"may", "mar"} and not line.tokens[at].is_capitalised:
        found.is_doubtful = True
    return found


def _dated(line: Line, first: int, last: int, day: int, month: int) -> Found | None:
    if line.key(first - 1) in words.ARTICLES:
        first -= 1
    year = line.key(last)
    if _YEAR.fullmatch(year):
        return _of_year(line, first, last + 1, day, month, int(year))
    if year.isdecimal() and len(year) == 4:
        # 5 mei 1945 is history.
        return None
    earlier = _DAY_NUMBER.fullmatch(line.key(first - 2))
    if earlier is not None and line.key(first - 1) in words.TO:
        return _two_days(line, first - 2, last, (int(earlier[1]), day), month)
    return _next(line, first, last, day, month)


def _two_days(
    line: Line, first: int, last: int, numbers: tuple[int, int], month: int
) -> Found | None:
    """ "1 t/m 3 maart", "5 en 6 december"."""
    ends = [_next(line, first, last, number, month) for number in numbers]
    days = tuple(day for end in ends if end is not None for day in end.days)
    return Found("date", first, last, days=days, is_doubtful=True) if days else None


def _ordinal(line: Line, at: int, day: int) -> Found | None:
    """ "de 24e": of this month, or of the next; "de 24e editie" is no day."""
    if not 1 <= day <= 31:
        return None
    has_article = line.key(at - 1) in {"de", "the"}
    last = at + 1
    of_month = line.key(last) in {"van", "of"} and line.key(last + 1) in {"de", "the", "deze"}
    if of_month and line.key(last + 2) in {"maand", "month"}:
        last += 3
    after = line.following(last)
    stands_free = after is None or line.owner[after] is not None or last > at + 1
    after_weekday = line.key(at - (2 if has_article else 1)) in words.WEEKDAYS
    if not (has_article or after_weekday) or not (stands_free or after_weekday):
        return None
    found = Found("date", at - has_article, last, days=_this_or_next_month(line.today, day))
    if not stands_free:
        found.is_doubtful = True
    return found


def _this_or_next_month(today: date, day: int) -> tuple[date, ...]:
    months = (
        (today.replace(day=1) + timedelta(days=32 * ahead)).replace(day=1) for ahead in range(3)
    )
    for month in months:
        if day <= monthrange(month.year, month.month)[1] and month.replace(day=day) >= today:
            return (month.replace(day=day),)
    return ()


# By the week


def _weekday(line: Line, at: int, key: str) -> Found | None:
    grade = "long" if key in words.LONG_WEEKDAYS else "short"
    number = words.WEEKDAYS[key]
    if line.key(at - 1) in words.PAST:
        return None
    # "dinsdag over een week", "tuesday week"
    weeks, last = _weeks_after(line, at + 1)
    if weeks:
        return _weekday_after_weeks(line, at, last, number, weeks)
    return Found("date", at, at + 1, grade, weekday=number)


def _weeks_after(line: Line, at: int) -> tuple[int, int]:
    """How many weeks "over een week" at `at` says, and the word after it; 0 when it says none."""
    if line.key(at) == "week" and not _DAY_NUMBER.fullmatch(line.key(at + 1)):
        is_british = not line.key(at + 1) and line.language == "en"
        return (1, at + 1) if is_british else (0, at)
    if line.key(at) not in {"over", "in"}:
        return 0, at
    number = _count(line.key(at + 1))
    is_weeks = words.UNITS.get(line.key(at + 2)) == "week"
    return (number, at + 3) if number and is_weeks else (0, at)


def _weekday_after_weeks(
    line: Line, first: int, last: int, weekday: int, weeks: int
) -> Found | None:
    from_coming = ahead(coming(weekday, line.today), weeks=weeks)
    if from_coming is None:
        return None
    days = [from_coming]
    if line.today.weekday() == weekday:
        # On a Tuesday, "dinsdag over een week" may count from today.
        days.insert(0, from_coming - _WEEK)
    return Found("date", first, last, "sure", days=tuple(days))


def _part_of_day(at: int, key: str) -> Found | None:
    """ "vrijdagmiddag", "maandagochtend"."""
    match = _DAY_PART.fullmatch(key)
    if match is None or match[1] not in words.LONG_WEEKDAYS:
        return None
    part = 0 if match[2] == "morgen" else words.PARTS[match[2]]
    return Found("date", at, at + 1, "long", weekday=words.LONG_WEEKDAYS[match[1]], part=part)


def _numbered_week(line: Line, at: int) -> Found | None:
    """ "week 50", "wk 50 2027": the coming one; a weekday beside it makes it a day."""
    number = line.key(at + 1)
    if not number.isdecimal() or len(number) > 2 or not 1 <= int(number) <= 53:
        return None
    last, year = at + 2, line.today.isocalendar().year
    if _YEAR.fullmatch(line.key(last)):
        monday = _monday_of_week(int(line.key(last)), int(number))
        last += 1
    else:
        monday = _monday_of_week(year, int(number))
        if monday is None or monday + _WEEK <= line.today:
            monday = _monday_of_week(year + 1, int(number)) or monday
    if monday is None:
        return None
    return Found("date", at, last, week=monday, is_numbered=True)


def _monday_of_week(year: int, number: int) -> date | None:
    with suppress(ValueError):
        return date.fromisocalendar(year, number, 1)
    return None


# By words


def _near_day(line: Line, at: int) -> Found | None:
    key = line.key(at)
    if key == "morgen" and (line.key(at - 1) in words.GREETINGS or line.key(at + 1) == "s"):
        return None
    day = line.today + timedelta(days=words.NEAR_DAYS[key])
    grade = "sure" if key == "overmorgen" else "long"
    return Found("date", at, at + 1, grade, days=(day,))


def _part_of_today(line: Line, at: int) -> Found | None:
    days_on, part = words.PARTS_OF_TODAY[line.key(at)]
    day = line.today + timedelta(days=days_on)
    return Found("date", at, at + 1, "long", days=(day,), part=part)


def _after_a_while(line: Line, at: int) -> Found | None:
    """ "over 3 dagen", "in 2 weken", "over een maand"."""
    number, unit = _count(line.key(at + 1)), words.UNITS.get(line.key(at + 2))
    if number is None or unit is None:
        return None
    if unit == "week":
        day = ahead(line.today, weeks=number)
        found = Found("date", at, at + 3, days=() if day is None else (day,), weeks_ahead=number)
        found.week = None if day is None else monday_of(day)
    elif unit == "day":
        day = ahead(line.today, days=number)
        found = Found("date", at, at + 3, days=() if day is None else (day,))
    else:
        day = months_later(line.today, number)
        found = Found("date", at, at + 3, days=() if day is None else (day,))
    return found if found.days else None


def months_later(day: date, months: int) -> date | None:
    """The same day so many months on, or the last of that month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if year > LAST_YEAR:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _count(key: str) -> int | None:
    if key.isdecimal() and key.isascii() and len(key) <= 3:
        return int(key) or None
    return words.NUMBERS.get(key)


def _next_or_this(line: Line, at: int) -> Found | None:
    """ "volgende week", "deze week", "komende dinsdag", "next friday", "dit weekend"."""
    key, after = line.key(at), line.key(at + 1)
    monday = monday_of(line.today)
    if after == "week":
        weeks = 0 if key in words.THIS else 1
        return Found("date", at, at + 2, week=monday + weeks * _WEEK)
    if after == "weekend":
        return _weekend(line, at, key)
    if after in {"maand", "month"} and key not in words.THIS:
        first = months_later(line.today.replace(day=1), 1)
        return None if first is None else _open(at, at + 2, _first_working_day(first), first)
    weekday = words.WEEKDAYS.get(after)
    if weekday is None or (after in words.EVERYDAY and after not in {"mon", "wed"}):
        return None
    return Found("date", at, at + 2, days=_nearest(line.today, key, weekday))


def _nearest(today: date, key: str, weekday: int) -> tuple[date, ...]:
    """What "this", "coming" and "next" Tuesday can be; where people differ, both."""
    first = coming(weekday, today)
    if key in words.COMING:
        return (first,)
    in_week = monday_of(today) + timedelta(days=weekday)
    if key in words.THIS:
        return (in_week,) if in_week >= today else (first,)
    in_next_week = in_week + _WEEK
    return tuple(dict.fromkeys((first, in_next_week)))


def _weekend(line: Line, at: int, key: str) -> Found:
    saturday = monday_of(line.today) + timedelta(days=5)
    if key in words.NEXT:
        saturday += _WEEK
    days = [day for day in (saturday, saturday + timedelta(days=1)) if day >= line.today]
    return _open(at, at + 2, *days)


def _end_of(line: Line, at: int) -> Found | None:
    """ "eind van de maand", "end of the month", "eind december", "begin mei", "medio mei"."""
    place = at + 1
    while line.key(place) in {"van", "of", "de", "the", "deze", "this"} and place < at + 4:
        place += 1
    name, where = line.key(place), line.key(at)
    month = words.MONTHS.get(name)
    if name in {"maand", "month"} and place > at + 1:
        first = line.today.replace(day=1)
    elif month is not None and len(name) > 2:
        year = line.today.year + (month < line.today.month)
        first = date(year, month, 1)
    else:
        return None
    return _open(at, place + 1, *_days_of(where, first, line.today))


def _days_of(where: str, first: date, today: date) -> list[date]:
    end = first.replace(day=monthrange(first.year, first.month)[1])
    if where in {"begin", "early", "start"}:
        days = [_first_working_day(first), first]
    elif where in {"medio", "half", "mid"}:
        days = [first.replace(day=15)]
    else:
        days = [_last_working_day(end), end]
    return [day for day in days if day >= today] or [_last_working_day(end)]


def _open(first: int, last: int, *days: date) -> Found:
    """A stretch of days: which of them is asked."""
    return Found("date", first, last, "open", days=tuple(dict.fromkeys(days)), is_doubtful=True)


def _first_working_day(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _last_working_day(day: date) -> date:
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def _after_tomorrow(line: Line, at: int) -> Found | None:
    """ "the day after tomorrow"."""
    said = [line.key(at + n) for n in range(3)]
    if said != ["day", "after", "tomorrow"]:
        return None
    first = at - 1 if line.key(at - 1) == "the" else at
    return Found("date", first, at + 3, days=(line.today + timedelta(days=2),))


def _week_on(line: Line, at: int) -> Found | None:
    """ "a week on tuesday"."""
    weekday = words.WEEKDAYS.get(line.key(at + 3))
    if [line.key(at + 1), line.key(at + 2)] != ["week", "on"] or weekday is None:
        return None
    return _weekday_after_weeks(line, at, at + 4, weekday, 1)


_FINDERS: dict[str, Callable[[Line, int], Found | None]] = {
    **dict.fromkeys(words.NEAR_DAYS, _near_day),
    **dict.fromkeys(words.PARTS_OF_TODAY, _part_of_today),
    **dict.fromkeys(words.NEXT | words.COMING | words.THIS, _next_or_this),
    **dict.fromkeys(("eind", "einde", "end", "begin", "early", "medio", "mid", "half"), _end_of),
    **dict.fromkeys(("over", "in"), _after_a_while),
    **dict.fromkeys(("week", "wk"), _numbered_week),
    "day": _after_tomorrow,
    "a": _week_on,
}
