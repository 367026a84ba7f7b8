"""The line while it is read: its words, and what was found in which of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from calendar_app.calendar.quick_add.facts import Hook, Named, Note, Question
from calendar_app.calendar.quick_add.rules import Rule
from calendar_app.calendar.quick_add.tokens import Token

# How plainly a finding says what it is:
# sure    nothing else looks like it (24-12-2026, 9:30)
# long    a day by its whole name, which titles hold too (dinsdag, morgen)
# short   a day of two or three letters, which may be another word (di, do, zo, sat)
# pair    two small numbers that may be a range or a score (3-1)
# loose   a length of time, or a saying, as much as a time (2 uur, vijf voor twaalf)
# open    a moment, but not which one (eind van de maand, vrijdagmiddag)


# More moments of one kind than any line has: what comes after is left in the title.
MOST_MOMENTS = 12


@dataclass(eq=False)
class Found:
    """Words `first` up to `last` (not included) that were found to be a `kind`."""

    kind: str
    first: int
    last: int
    grade: str = "sure"
    # What they can mean; several: it is asked which.
    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    named: tuple[Named | Hook, ...] = ()
    rule: Rule | None = None
    # What the same words say to others: "every second Friday" of a month, or of two.
    other_rule: Rule | None = None
    # A weekday that was named alone, from 0.
    weekday: int | None = None
    # The Monday of a week that was named, and whether by its number.
    week: date | None = None
    is_numbered: bool = False
    # So many weeks from now, which a weekday beside it makes a day.
    weeks_ahead: int | None = None
    # Minutes since midnight or noon, of a time on a clock of twelve hours.
    spoken: int | None = None
    # The part of the day it names (words.PARTS).
    part: int | None = None
    # A preposition before it says that it is a moment: om 9:30, op 24-12.
    is_anchored: bool = False
    # It is asked even when it can mean but one thing, and then may be none.
    is_doubtful: bool = False
    # The title keeps these words also when they are understood: they stand amid its words.
    stays: bool = False
    question: Question | None = None
    message: str = ""
    note: Note | None = None


@dataclass
class Line:
    """The words, and by each word what it was found to be part of."""

    text: str
    tokens: list[Token]
    now: datetime
    language: str
    found: dict[Found, None] = field(default_factory=dict)
    owner: list[Found | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.owner = [None] * len(self.tokens)

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()

    def key(self, at: int) -> str:
        """The word at `at` as it is compared; "" beyond the ends, in quotations and where taken."""
        if not 0 <= at < len(self.tokens) or self.owner[at] is not None:
            return ""
        token = self.tokens[at]
        return "" if token.is_quoted else token.key

    def scan(self, read: Callable[[Line, int], Found | None]) -> None:
        """Claim what `read` finds at each word, from left to right."""
        at = claimed = 0
        while at < len(self.tokens) and claimed < MOST_MOMENTS:
            found = read(self, at) if self.key(at) else None
            if found is None:
                at += 1
                continue
            self.claim(found)
            claimed += 1
            at = found.last

    def claim(self, found: Found) -> Found:
        """Take its words for `found`."""
        for at in range(found.first, found.last):
            self.owner[at] = found
        self.found[found] = None
        return found

    def reclaim(self, found: Found) -> None:
        """Take also the words by which `found` has grown."""
        for at in range(found.first, found.last):
            self.owner[at] = found

    def release(self, found: Found) -> None:
        """Give its words back: they were something else."""
        self.found.pop(found, None)
        for at in range(found.first, found.last):
            self.owner[at] = None

    def merge(self, kept: Found, gone: Found) -> None:
        """Make `kept` also own the words of `gone`, and the words between the two."""
        del self.found[gone]
        kept.first, kept.last = min(kept.first, gone.first), max(kept.last, gone.last)
        for at in range(kept.first, kept.last):
            self.owner[at] = kept

    def words(self, found: Found) -> str:
        """The words of `found` as they were typed."""
        return self.text[self.tokens[found.first].start : self.tokens[found.last - 1].end]

    def of_kind(self, *kinds: str) -> list[Found]:
        """What was found of these kinds, in the order of the line."""
        return sorted((one for one in self.found if one.kind in kinds), key=lambda one: one.first)

    def previous(self, at: int) -> int | None:
        """The nearest word before `at` that is more than a sign; None at the start."""
        return next((n for n in range(at - 1, -1, -1) if not self.tokens[n].is_sign), None)

    def following(self, at: int) -> int | None:
        """The nearest word from `at` on that is more than a sign; None at the end."""
        ahead = range(at, len(self.tokens))
        return next((n for n in ahead if not self.tokens[n].is_sign), None)

    def word_before(self, found: Found) -> Token | None:
        """The word of the title that stands before `found`; None where there is none."""
        return self._free(self.previous(found.first))

    def word_after(self, found: Found) -> Token | None:
        """The word of the title that stands after `found`; None where there is none."""
        return self._free(self.following(found.last))

    def neighbours(self, found: Found) -> list[Found]:
        """What was found directly before and after."""
        places = (self.previous(found.first), self.following(found.last))
        owners = [None if at is None else self.owner[at] for at in places]
        return [owner for owner in owners if owner is not None]

    def begins(self, found: Found) -> bool:
        """Whether no word of the title stands anywhere before `found`."""
        before = range(found.first)
        return all(self.owner[at] is not None or self.tokens[at].is_sign for at in before)

    def _free(self, at: int | None) -> Token | None:
        return None if at is None or self.owner[at] is not None else self.tokens[at]
