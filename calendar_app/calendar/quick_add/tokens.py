"""A line as words: where each stands, and what it is without capitals, accents and signs around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_OPENING = "([{<'\u2018\u2019\"“”„«"
_CLOSING = ",.;:!?)]}>'\u2018\u2019\"“”„»…"
# What a quotation begins with, and what may end it.
_QUOTES = {'"': '"', "“": '”"“', "„": '”“"', "«": "»"}


@dataclass(frozen=True)
class Token:
    """One word between blanks: `text` as typed from `start` to `end`, without signs around it."""

    # With the signs around it.
    raw: str
    text: str
    start: int
    end: int
    key: str
    is_quoted: bool = False

    @property
    def is_sign(self) -> bool:
        """Whether no letter and no digit is in it."""
        return not any(letter.isalnum() for letter in self.text)

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[:1].isupper()

    @property
    def shouts(self) -> bool:
        """Whether it is an abbreviation: VR, WO, MA."""
        return len(self.text) > 1 and self.text.isupper()


def fold(text: str) -> str:
    """`text` without capitals and accents, as it is compared."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def tokens(line: str) -> list[Token]:
    """The words of `line`, in order. What stands between double quotes is marked as quoted."""
    quotations = list(_quotations(line))
    found = []
    for match in _WORD.finditer(line):
        while quotations and quotations[0][1] <= match.start():
            quotations.pop(0)
        is_quoted = bool(quotations) and quotations[0][0] < match.end()
        found.append(_token(match[0], match.start(), is_quoted=is_quoted))
    return found


def _token(raw: str, at: int, *, is_quoted: bool) -> Token:
    inner = raw.lstrip(_OPENING)
    start = at + len(raw) - len(inner)
    core = inner.rstrip(_CLOSING)
    if not core:
        core, start = raw, at
    return Token(raw, core, start, start + len(core), fold(core), is_quoted)


def _quotations(line: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each quotation; a quote that nobody closes is a sign like others."""
    at = 0
    never_closed: set[str] = set()
    while at < len(line):
        closing = _QUOTES.get(line[at])
        begins_word = at == 0 or not line[at - 1].isalnum()
        if closing is None or line[at] in never_closed or not begins_word:
            at += 1
            continue
        end = min((place for sign in closing if (place := line.find(sign, at + 1)) > 0), default=-1)
        if end < 0:
            never_closed.add(line[at])
            at += 1
            continue
        yield at, end + 1
        at = end + 1
