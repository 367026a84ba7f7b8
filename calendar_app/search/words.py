"""What somebody types to find something: the words in it, and where a text holds them.

Capitals and accents do not matter, nor do signs: only letters and digits are searched for, so that
no text can be read as an order to the database. While somebody types, the last word is half there:
each word is looked for as the beginning of one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MOST_WORDS = 8
LONGEST_WORD = 40
# Nobody types more to find something; what is longer is a paste by mistake.
LONGEST_QUERY = 200

# Of Latin letters alone, as the databases do: in Cyrillic it is part of the letter.
_ACCENTS = re.compile("([a-z])[\u0300-\u036f]+")
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
# Of words of at least so many letters, other endings count as the same word.
_STEM = 4
_ENDING = 3
_BEFORE, _AROUND = 60, 180


@dataclass(frozen=True)
class Piece:
    """A part of a text; `found` when it is one of the words that were looked for."""

    text: str
    found: bool = False


def words(query: str) -> tuple[str, ...]:
    """The words of `query`, folded, in order, each once; at most MOST_WORDS. Never an error."""
    folded = _folded(query[:LONGEST_QUERY])
    found = (word[:LONGEST_WORD] for word in _WORD.findall(folded))
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def marked(text: str, wanted: Sequence[str]) -> list[Piece]:
    """`text` in pieces that together are `text`, with the words that `wanted` finds set apart."""
    pieces: list[Piece] = []
    end = 0
    for match in _WORD.finditer(text):
        if not _fits(_folded(match[0]), wanted):
            continue
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()]))
        pieces.append(Piece(match[0], found=True))
        end = match.end()
    return [*pieces, Piece(text[end:])] if end < len(text) else pieces


def excerpt(text: str, wanted: Sequence[str]) -> list[Piece]:
    """Some words around the first that `wanted` finds, on one line; empty when there is none."""
    line = " ".join(text.split())
    first = next((m for m in _WORD.finditer(line) if _fits(_folded(m[0]), wanted)), None)
    if first is None:
        return []
    start = 0 if first.start() <= _BEFORE else line.rfind(" ", 0, first.start() - _BEFORE) + 1
    end = len(line) if len(line) - start <= _AROUND else _cut(line, start + _AROUND, first.end())
    pieces = marked(line[start:end], wanted)
    if start:
        pieces.insert(0, Piece("… "))
    return [*pieces, Piece(" …")] if end < len(line) else pieces


def _cut(line: str, at: int, after: int) -> int:
    """Where to end: at the last blank before `at`, but never before `after`."""
    return max(line.rfind(" ", 0, at), after)


def _folded(text: str) -> str:
    parted = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", _ACCENTS.sub(r"\1", parted))


def _fits(word: str, wanted: Sequence[str]) -> bool:
    return any(word.startswith(one) or _has_same_stem(word, one) for one in wanted)


def _has_same_stem(word: str, one: str) -> bool:
    """Whether `one` is `word` with another ending, as PostgreSQL's dictionaries may find it."""
    return len(word) >= _STEM and one.startswith(word) and len(one) - len(word) <= _ENDING
