"""Times of the day as people write them: 9:30, 9u30, 14u, 2pm, half tien, kwart voor vier.

On a clock of twelve hours an office means the day: from one to six it is the afternoon, from eight
on the morning. Between six and eight nobody can tell, so it is asked.
"""

from __future__ import annotations

import re
from datetime import time

from calendar_app.calendar.quick_add import words
from calendar_app.calendar.quick_add.line import Found, Line

_CLOCK = re.compile(r"(\d{1,2})([:.uh])(\d{2})(u|uur|h|hrs|am|pm|a\.?m|p\.?m)?", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})(u|uur|h|am|pm|a\.?m|p\.?m)", re.ASCII)
_RANGE = re.compile(r"(\d{1,2})[:.u](\d{2})[-\u2013](\d{1,2})[:.u](\d{2})(?:u|uur)?", re.ASCII)
_DIGITS = re.compile(r"\d{1,2}", re.ASCII)
_HALF_DAYS = frozenset({"am", "pm", "a.m", "p.m"})
_LONGEST = 14

_HALF_DAY = 720
_NOON = time(12)
# Hours at which somebody may be writing a number of hours as well as a time.
_FEW_HOURS = range(8)
_PART_HOURS = {0: (9, 10, 11), 1: (13, 14, 15, 16), 2: (19, 20, 21), 3: (23,)}


def find(line: Line) -> None:
    """Claim every time in `line`."""
    line.scan(_anchored)


def clock_times(found: Found, part: int | None) -> tuple[time, ...]:
    """What the time `found` can be, when it is in the part of the day `part` (None: not said)."""
    if found.spoken is not None:
        return _spoken(found.spoken, part)
    if part in {1, 2} and len(found.times) == 1 and 0 < found.times[0].hour < 12:
        return (found.times[0].replace(hour=found.times[0].hour + 12),)
    return found.times


def times_of_part(part: int) -> tuple[time, ...]:
    """What is offered when only a part of the day was named."""
    return tuple(time(hour) for hour in _PART_HOURS[part])


def _anchored(line: Line, at: int) -> Found | None:
    found = _at(line, at)
    if found is not None and line.key(at - 1) in words.AT:
        found.first -= 1
        found.is_anchored = True
    return found


def _at(line: Line, at: int) -> Found | None:
    key = line.key(at)
    if not key or len(key) > _LONGEST:
        return None
    if key[0].isdecimal():
        return _clock(line, at, key) or _hour(line, at, key) or _range(at, key) or _number(line, at)
    return _phrase(line, at, key)


def _clock(line: Line, at: int, key: str) -> Found | None:
    match = _CLOCK.fullmatch(key)
    if match is None:
        return None
    hour, sign, minute, unit = int(match[1]), match[2], int(match[3]), match[4]
    last = at + 1
    if unit is None and _is_unit(line.key(last)):
        unit, last = line.key(last), last + 1
    if hour > 24 or minute > 59:
        return None
    if unit in _HALF_DAYS:
        return _half_day(at, last, hour, minute, unit)
    if hour == 24:
        return Found("time", at, last, "loose", times=(time(23, 59),), is_doubtful=True)
    loose = sign == "." and unit is None
    moment = time(hour, minute)
    if not match[1].startswith("0") and 0 < hour < 6:
        # 3:30 at night is not what an office means by it, but may be what it says.
        both = (moment.replace(hour=hour + 12), moment)
        return Found("time", at, last, "loose" if loose else "sure", times=both)
    return Found("time", at, last, "loose" if loose else "sure", times=(moment,))


def _is_unit(key: str) -> bool:
    return key in words.HOUR_WORDS or key in _HALF_DAYS


def _half_day(first: int, last: int, hour: int, minute: int, unit: str) -> Found | None:
    """A time with am or pm."""
    if not 1 <= hour <= 12:
        return None
    minutes = hour % 12 * 60 + minute + (_HALF_DAY if unit.startswith("p") else 0)
    return Found("time", first, last, times=(_time(minutes),))


def _hour(line: Line, at: int, key: str) -> Found | None:
    match = _HOUR.fullmatch(key)
    if match is None:
        return None
    return _whole_hour(line, at, at + 1, int(match[1]), match[2])


def _number(line: Line, at: int) -> Found | None:
    """ "9 uur", "2 pm", and "10 over half vier"."""
    number = _small_number(line.key(at))
    if number is None:
        return None
    unit = line.key(at + 1)
    if _is_unit(unit):
        return _whole_hour(line, at, at + 2, number, unit)
    return _around_hour(line, at, number) or _bare_hour(line, at, number)


def _bare_hour(line: Line, at: int, hour: int) -> Found | None:
    """ "di om 9"; "om 2 redenen" is no time."""
    if line.key(at - 1) not in words.AT or hour > 23:
        return None
    after = line.following(at + 1)
    goes_on = after is not None and bool(line.key(after)) and not line.tokens[after].is_capitalised
    found = Found("time", at, at + 1, is_doubtful=goes_on)
    if 1 <= hour <= 12:
        found.spoken = hour * 60 % _HALF_DAY
    else:
        found.times = (time(hour),)
    return found


def _whole_hour(line: Line, first: int, last: int, hour: int, unit: str) -> Found | None:
    if unit in _HALF_DAYS:
        return _half_day(first, last, hour, 0, unit)
    if hour > 23 or line.key(last) in words.LENGTHS:
        return None
    is_written_together = last == first + 1
    grade = "sure" if is_written_together and hour not in _FEW_HOURS else "loose"
    if 1 <= hour <= 12:
        return Found("time", first, last, grade, spoken=hour * 60 % _HALF_DAY)
    return Found("time", first, last, grade, times=(time(hour),))


def _range(at: int, key: str) -> Found | None:
    """ "9:30-10:00": a post has one moment, so it is asked which."""
    match = _RANGE.fullmatch(key)
    if match is None:
        return None
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    if max(hours) > 23 or max(minutes) > 59:
        return None
    both = tuple(time(*pair) for pair in zip(hours, minutes, strict=True))
    return Found("time", at, at + 1, "loose", times=both, is_doubtful=True)


def _phrase(line: Line, at: int, key: str) -> Found | None:
    if key in {"noon", "midday"}:
        return _noon(line, at)
    if key == "half":
        return _half(line, at)
    if key in words.QUARTERS:
        return _around_hour(line, at, 15)
    if key in words.MINUTES:
        return _around_hour(line, at, words.MINUTES[key]) or _spoken_hour(line, at)
    return _spoken_hour(line, at)


def _noon(line: Line, at: int) -> Found | None:
    return None if line.key(at - 1) == "high" else Found("time", at, at + 1, "long", times=(_NOON,))


def _half(line: Line, at: int) -> Found | None:
    """ "half tien" is 9:30; the British "half ten" is 10:30, or was meant the Dutch way."""
    key = line.key(at + 1)
    if key == "past":
        hour = _hour_named(line.key(at + 2))
        return None if hour is None else _told(line, at, at + 3, hour * 60 + 30)
    hour = _hour_named(key)
    if hour is None:
        return None
    is_english = key in words.ENGLISH_HOURS or (key.isdecimal() and line.language == "en")
    found = _told(line, at, at + 2, hour * 60 - 30)
    if is_english and key not in words.DUTCH_HOURS:
        british = _spoken((hour * 60 + 30) % _HALF_DAY, None)
        found.times = (*british, *_spoken((hour * 60 - 30) % _HALF_DAY, None))
        found.spoken = None
    return found


def _around_hour(line: Line, at: int, minutes: int) -> Found | None:
    """ "kwart voor vier", "tien over drie", "5 voor half vier", "quarter to four"."""
    place, after = at + 1, line.key(at + 1)
    if after == "minuten":
        place, after = at + 2, line.key(at + 2)
    if after not in words.AFTER_HOUR | words.BEFORE_HOUR or minutes > 25:
        return None
    is_half = line.key(place + 1) == "half"
    hour_at = place + 2 if is_half else place + 1
    hour = _hour_named(line.key(hour_at))
    if hour is None:
        return None
    middle = hour * 60 - (30 if is_half else 0)
    told = middle + minutes if after in words.AFTER_HOUR else middle - minutes
    found = _told(line, at, hour_at + 1, told)
    by_digits = line.key(at).isdecimal() and not is_half
    # "Nine to five" and "10 to 4" are ranges, "vijf voor twaalf" is a saying.
    is_saying = after == "voor" and hour == 12
    if after == "to" and by_digits and line.key(at - 1) not in words.AT:
        return None
    found.grade = "loose" if by_digits or is_saying or (after == "to" and minutes != 15) else "sure"
    return found


def _spoken_hour(line: Line, at: int) -> Found | None:
    """ "tien uur", "nine o'clock"; "een uur" is as often a length of time."""
    hour = words.NUMBERS.get(line.key(at))
    if hour is None or line.key(at + 1) not in words.HOUR_WORDS:
        return None
    if line.key(at + 2) in words.LENGTHS:
        return None
    found = _told(line, at, at + 2, hour * 60)
    found.grade = "loose"
    return found


def _told(line: Line, first: int, last: int, minutes: int) -> Found:
    if line.key(last) in words.HOUR_WORDS:
        last += 1
    return Found("time", first, last, spoken=minutes % _HALF_DAY)


def _hour_named(key: str) -> int | None:
    if key in words.DUTCH_HOURS | words.ENGLISH_HOURS:
        return words.NUMBERS[key]
    number = _small_number(key)
    return number if number is not None and 1 <= number <= 12 else None


def _small_number(key: str) -> int | None:
    return int(key) if _DIGITS.fullmatch(key) and key.isascii() else None


def _spoken(minutes: int, part: int | None) -> tuple[time, ...]:
    """The times at which a clock of twelve hours shows `minutes` past twelve, that are likely."""
    morning, later = _time(minutes), _time(minutes + _HALF_DAY)
    if part is not None:
        return (morning,) if part == 0 or (part == 3 and minutes < 360) else (later,)
    if minutes < 360:
        return (later,)
    return (morning, later) if minutes < 480 else (morning,)


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
