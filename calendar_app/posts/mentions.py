"""Who is mentioned in a text: `@` and a colleague's first name or whole name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

# Before the @: no letter of an e-mail address, of a link or of another @.
_BEFORE = r"(?<![\w@/=+-])"
# After the name: no more of a longer name, of a domain or of an address.
_AFTER = r"(?!\w|[-.@]\w)"
_BLANKS = r"[^\S\n]+"
# What looks like a name, of whomever.
_ANYBODY = re.compile(rf"{_BEFORE}@([^\W\d_][\w'\u2019-]*){_AFTER}")


@dataclass(frozen=True)
class Mention:
    """One place in a text that mentions somebody, from `begins` up to `ends`, the @ included."""

    person_id: int
    begins: int
    ends: int


@dataclass(frozen=True)
class Found:
    """Who is mentioned in a text, in its order, and the names that fit more than one."""

    mentions: tuple[Mention, ...]
    # As they were typed, without the @; each once.
    unclear: tuple[str, ...]


@dataclass(frozen=True)
class Piece:
    """A part of a text; of a mention it knows who is mentioned."""

    text: str
    person_id: int | None = None


def find(text: str, people: Mapping[int, str]) -> Found:
    """Who of `people` (whole names by id) the text (in NFC) mentions, capitals or not.

    The longest name that stands there counts. A whole name goes before the same word as somebody's
    first name; a name that fits more than one mentions nobody and is unclear.
    """
    fits = _names(people)
    if not fits or "@" not in text:
        return Found((), ())
    found: list[Mention] = []
    unclear: dict[str, str] = {}
    for match in _pattern(fits).finditer(text):
        name = match.group(1)
        mentioned = fits.get(_key(name), set())
        if len(mentioned) == 1:
            found.append(Mention(next(iter(mentioned)), *match.span()))
        else:
            unclear.setdefault(_key(name), name)
    return Found(tuple(found), tuple(unclear.values()))


def unknown(text: str, people: Mapping[int, str]) -> tuple[str, ...]:
    """The words after an `@` in `text` (in NFC) that are the name of nobody, as typed, each once.

    Of a mention of nobody there may be a slip of the pen; or a name on a channel.
    """
    found = find(text, people)
    known = {one.begins for one in found.mentions}
    unclear = {_key(name).split()[0] for name in found.unclear}
    names: dict[str, str] = {}
    for match in _ANYBODY.finditer(text):
        name = match.group(1)
        if match.start() not in known and _key(name) not in unclear:
            names.setdefault(_key(name), name)
    return tuple(names.values())


def pieces(text: str, mentions: Iterable[Mention]) -> Iterator[Piece]:
    """`text` cut into what is said and who is mentioned, in order; together they are `text`."""
    here = 0
    for one in sorted(mentions, key=lambda mention: mention.begins):
        if one.begins > here:
            yield Piece(text[here : one.begins])
        yield Piece(text[one.begins : one.ends], one.person_id)
        here = one.ends
    if here < len(text):
        yield Piece(text[here:])


def beginning(text: str, letters: int) -> str:
    """The first `letters` characters of `text` on one line, with "…" where there is more."""
    line = " ".join(text.split())
    return line if len(line) <= letters else line[: letters - 1].rstrip() + "…"


def _names(people: Mapping[int, str]) -> dict[str, set[int]]:
    """Whom each name fits, by its key."""
    whole: dict[str, set[int]] = defaultdict(set)
    first: dict[str, set[int]] = defaultdict(set)
    for person_id, name in people.items():
        words = _key(name).split()
        if words:
            whole[" ".join(words)].add(person_id)
            first[words[0]].add(person_id)
    return {**first, **whole}


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    forms = "|".join(_BLANKS.join(map(re.escape, name.split())) for name in longest_first)
    return re.compile(f"{_BEFORE}@({forms}){_AFTER}", re.IGNORECASE)


def _key(name: str) -> str:
    return normalize("NFC", " ".join(name.split()).casefold())
