"""Whether words that look like a moment are one: it is the words around them that tell.

A day at the start or the end of a line, or beside a time, is the day of the post. Amid the words of
a title it may be what the post is about, so it is asked; and some words are never a day there.
"""

from __future__ import annotations

from enum import Enum

from calendar_app.calendar.quick_add import words
from calendar_app.calendar.quick_add.line import Found, Line
from calendar_app.calendar.quick_add.tokens import Token

_MOMENTS = frozenset({"date", "time", "recurrence"})
_BETWEEN_TIMES = frozenset(
    {"tot", "van", "tussen", "from", "between", "until", "till", "sinds", "vanaf"}
)
_PART_OF = frozenset({"van", "of", "deel"})


class Verdict(Enum):
    """Whether a finding counts."""

    SURE = "sure"
    ASKED = "asked"
    TITLE = "title"


def verdict(line: Line, found: Found) -> Verdict:
    """Whether `found` counts, is asked, or was no moment after all."""
    judge = {"date": _day, "time": _time, "recurrence": _rule}[found.kind]
    judged = judge(line, found)
    if judged is Verdict.SURE and (found.is_doubtful or _is_amid(line, found)):
        judged = Verdict.ASKED
    # What is understood amid a sentence stays in it: without it the sentence would limp.
    found.stays = found.stays or (judged is Verdict.ASKED and _is_amid(line, found))
    return judged


def _is_amid(line: Line, found: Found) -> bool:
    return line.word_before(found) is not None and line.word_after(found) is not None


def _has_moment_beside(line: Line, found: Found) -> bool:
    return any(one.kind in _MOMENTS for one in line.neighbours(found))


def _day(line: Line, found: Found) -> Verdict:
    before = line.word_before(found)
    if before is not None and before.key in words.ABOUT:
        return Verdict.ASKED
    if found.grade == "short":
        return _short_day(line, found)
    if found.grade == "long":
        return _long_day(line, found)
    if found.grade in {"pair", "fraction"}:
        return _two_numbers(line, found)
    return Verdict.SURE


def _two_numbers(line: Line, found: Found) -> Verdict:
    """Two small numbers: 3-1 may be a score or a range, 3/4 a part of something."""
    if found.is_anchored or _has_moment_beside(line, found):
        return Verdict.SURE
    after = line.word_after(found)
    if found.grade == "fraction":
        is_part = after is not None and after.key in _PART_OF
        return Verdict.ASKED if is_part else Verdict.SURE
    # A title begins with a capital, what is counted does not: 3-4 tips.
    begins = line.begins(found) and (after is None or after.is_capitalised)
    return Verdict.SURE if begins else Verdict.ASKED


def _long_day(line: Line, found: Found) -> Verdict:
    before, after = line.word_before(found), line.word_after(found)
    if before is not None and found.weekday is not None and not found.is_anchored:
        if before.key in words.NAMED_DAYS:
            return Verdict.TITLE
        if _is_a_name(line, found, before):
            return Verdict.ASKED
    if line.begins(found) and after is not None and after.key in words.VERBS:
        return Verdict.ASKED
    return Verdict.SURE


def _is_a_name(line: Line, found: Found, before: Token) -> bool:
    """Whether both words have a capital, as Pancake Tuesday has."""
    own = line.tokens[found.first].is_capitalised
    return own and before.is_capitalised and not _has_moment_beside(line, found)


def _short_day(line: Line, found: Found) -> Verdict:
    token = line.tokens[found.last - 1]
    before, after = line.word_before(found), line.word_after(found)
    if token.key == "do" and _is_the_verb(before, after):
        return Verdict.TITLE
    if found.is_anchored or _has_moment_beside(line, found):
        return Verdict.SURE
    is_word = token.key in words.EVERYDAY or _stands_out(line, token)
    if line.begins(found):
        return _short_day_at_start(line, token, after, is_word=is_word)
    if before is not None and after is not None:
        return _short_day_amid(before, after, is_word=is_word)
    if not is_word:
        return Verdict.ASKED
    return Verdict.ASKED if line.neighbours(found) and token.key != "zo" else Verdict.TITLE


def _short_day_at_start(line: Line, token: Token, after: Token | None, *, is_word: bool) -> Verdict:
    if after is None:
        # "Do LinkedIn ads work?"
        is_english_do = token.key == "do" and line.language == "en"
        return Verdict.ASKED if is_english_do else Verdict.SURE
    # A sentence begins with a capital, and here the title does: "zo Open dag".
    if not is_word or (token.text.islower() and after.is_capitalised):
        return Verdict.SURE
    return Verdict.TITLE if token.key == "zo" else Verdict.ASKED


def _short_day_amid(before: Token, after: Token, *, is_word: bool) -> Verdict:
    # Leonardo di Caprio
    is_in_name = before.is_capitalised and after.is_capitalised
    return Verdict.TITLE if is_word or is_in_name else Verdict.ASKED


def _stands_out(line: Line, token: Token) -> bool:
    """Whether it is an abbreviation in a line that is not all capitals: VR, WO."""
    return token.shouts and not line.text.isupper()


def _is_the_verb(before: Token | None, after: Token | None) -> bool:
    if before is not None and before.key in words.BEFORE_DO:
        return True
    return after is not None and after.key in words.AFTER_DO


def _time(line: Line, found: Found) -> Verdict:
    before = line.word_before(found)
    if before is not None and before.key in _BETWEEN_TIMES:
        return Verdict.ASKED
    if found.grade == "loose" and not found.is_anchored and not _has_moment_beside(line, found):
        return Verdict.ASKED
    return Verdict.SURE


def _rule(line: Line, found: Found) -> Verdict:
    after = line.word_after(found)
    if line.begins(found) and after is not None and after.key in words.VERBS:
        return Verdict.ASKED
    if found.grade == "loose" and not _has_moment_beside(line, found):
        return Verdict.ASKED
    return Verdict.SURE
