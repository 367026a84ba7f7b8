"""Names in a line: #value, @person, +audience, an audience after "voor", a channel by its name.

Names are compared without capitals and accents, whole words only, the longest first. A name of more
words may follow its sign with or without the blanks: #Eigen regie, #eigenregie, #eigen-regie.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from calendar_app.calendar.quick_add import messages, words
from calendar_app.calendar.quick_add.facts import (
    Alternative,
    Hook,
    Named,
    Question,
    Vocabulary,
)
from calendar_app.calendar.quick_add.line import Found, Line
from calendar_app.calendar.quick_add.tokens import fold

_SIGNS = {"#": "value", "@": "person", "+": "audience"}
_UNKNOWN = {
    "value": messages.WHICH_VALUE,
    "person": messages.NOBODY_CALLED,
    "audience": messages.WHICH_AUDIENCE,
}
_APART = re.compile(r"[^\W_]+")
_FOR = frozenset({"voor", "for"})
# After a channel or an audience these go on with it: verpleegkundigen in opleiding.
_GOES_ON = frozenset(
    {
        "in",
        "van",
        "met",
        "uit",
        "die",
        "of",
        "with",
        "who",
        "from",
        "and",
        "en",
        "or",
        "zonder",
        "without",
    }
)
# What makes a channel the subject of the title: tips over LinkedIn.
_IS_SUBJECT = frozenset(
    {
        "over",
        "van",
        "met",
        "about",
        "of",
        "with",
        "naar",
        "to",
        "from",
        "zonder",
        "without",
        "vs",
        "versus",
    }
)
# So many unknown names of one line are asked; more is no line but a text.
MOST_ASKED = 6
_ALIKE = 0.7
_NONE = "none"


@dataclass(frozen=True)
class _Index:
    """The names of one kind by their first word; of each its words, the longest first."""

    by_first: Mapping[str, Sequence[tuple[tuple[str, ...], tuple[Named, ...]]]]
    by_whole: Mapping[str, tuple[Named, ...]]

    def longest(self, line: Line, at: int) -> tuple[int, tuple[Named, ...]]:
        """How many words from `at` on are a name, and what is called so; 0 when none are."""
        for name, called in self.by_first.get(line.key(at), ()):
            if all(line.key(at + n) == word for n, word in enumerate(name)):
                return len(name), called
        return 0, ()


def lookup(
    named: Iterable[Named], *, with_first_names: bool = False
) -> Callable[[str], tuple[Named, ...]]:
    """What is called as a name says that stands by itself, compared as those in a line are.

    Nothing is: (); several may be, such as the channels of one name of several plans.
    """
    index = _index(named, with_first_names=with_first_names)
    return lambda name: index.by_whole.get(_squeezed(fold(name)), ())


def near(named: Iterable[Named]) -> Callable[[str], str]:
    """The name that a name was probably meant to be; "" when none comes near."""
    by_whole = {_squeezed(fold(one.name)): one.name for one in named}

    def nearest(name: str) -> str:
        found = get_close_matches(_squeezed(fold(name))[:60], by_whole, n=1, cutoff=_ALIKE)
        return by_whole[found[0]] if found else ""

    return nearest


def find(line: Line, vocabulary: Vocabulary) -> None:
    """Claim every name of `vocabulary` in `line`."""
    indexes = {
        "value": _index(vocabulary.values),
        "person": _index(vocabulary.people, with_first_names=True),
        "audience": _index(vocabulary.audiences),
        "channel": _index(vocabulary.channels),
    }
    _find_signed(line, indexes)
    _find_audiences(line, indexes["audience"])
    _find_channels(line, indexes["channel"])


def _index(named: Iterable[Named], *, with_first_names: bool = False) -> _Index:
    by_name: dict[tuple[str, ...], list[Named]] = defaultdict(list)
    for one in named:
        name = tuple(fold(one.name).split())
        if name:
            by_name[name].append(one)
        if with_first_names and len(name) > 1:
            by_name[name[:1]].append(one)
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[Named, ...]]]] = defaultdict(list)
    by_whole: dict[str, list[Named]] = defaultdict(list)
    for name in sorted(by_name, key=len, reverse=True):
        by_first[name[0]].append((name, tuple(by_name[name])))
        by_whole[_squeezed(" ".join(name))] += by_name[name]
    return _Index(by_first, {name: tuple(called) for name, called in by_whole.items()})


def _squeezed(text: str) -> str:
    return "".join(_APART.findall(text))


# With a sign


def _find_signed(line: Line, indexes: Mapping[str, _Index]) -> None:
    asked = 0
    for at, token in enumerate(line.tokens):
        kind = _SIGNS.get(token.text[:1])
        # "#1", "+31 6" and a lone sign are no names.
        if kind is None or not line.key(at) or not token.text[1:2].isalpha():
            continue
        found = _signed(line, at, kind, indexes[kind])
        if found is None and asked < MOST_ASKED:
            asked += 1
            found = _unknown(at, token.text[1:], kind, indexes[kind])
        if found is not None:
            line.claim(found)


def _signed(line: Line, at: int, kind: str, index: _Index) -> Found | None:
    """The name after the sign: of several words, or written as one."""
    first = line.key(at)[1:]
    for name, called in index.by_first.get(first, ()):
        if all(line.key(at + n) == word for n, word in enumerate(name) if n):
            return _named(kind, at, at + len(name), called)
    called = index.by_whole.get(_squeezed(first), ())
    return _named(kind, at, at + 1, called) if called else None


def _named(kind: str, first: int, last: int, called: tuple[Named, ...]) -> Found:
    return Found(kind, first, last, named=called)


def _unknown(at: int, name: str, kind: str, index: _Index) -> Found:
    """Nothing is called so: asked, with what comes near."""
    squeezed = _squeezed(fold(name))
    near = [one for one in index.by_whole if squeezed and one.startswith(squeezed)]
    near += get_close_matches(squeezed[:60], list(index.by_whole), n=3, cutoff=_ALIKE)
    called = tuple(dict.fromkeys(one for key in near for one in index.by_whole[key]))[:5]
    return Found(kind, at, at + 1, named=called, is_doubtful=True, message=_UNKNOWN[kind])


# Without a sign


def _find_audiences(line: Line, index: _Index) -> None:
    """An audience after "voor" or "for"; more of them with "en" between."""
    for at in range(len(line.tokens)):
        if line.key(at) not in _FOR:
            continue
        place = at + 2 if line.key(at + 1) in words.ARTICLES else at + 1
        first = at
        while (length_and_called := index.longest(line, place))[0]:
            length, called = length_and_called
            found = line.claim(_named("audience", first, place + length, called))
            first = place = place + length
            if line.key(place) in words.AND and index.longest(line, place + 1)[0]:
                place += 1
                continue
            if line.key(place) in _GOES_ON:
                # "voor verpleegkundigen in opleiding" may be somebody else.
                found.is_doubtful, found.message = True, messages.IS_IT_AN_AUDIENCE
            break


def _find_channels(line: Line, index: _Index) -> None:
    at = 0
    while at < len(line.tokens):
        length, called = index.longest(line, at)
        if not length:
            at += 1
            continue
        found = _named("channel", at, at + length, called)
        before = line.key(at - 1)
        if before in _IS_SUBJECT:
            found.is_doubtful, found.message = True, messages.IS_IT_A_CHANNEL
            found.stays = True
        elif before in {"op", "on", "via"}:
            found.first -= 1
        line.claim(found)
        at += length


# What they are


def ask(found: Found, line: Line, key: str) -> Question | None:
    """What to ask about a name, if anything: it is not known, or several are called so."""
    several = len({one.name for one in found.named}) > 1 or (
        found.kind == "person" and len(found.named) > 1
    )
    if not found.is_doubtful and not several:
        return None
    message = found.message or (
        messages.WHICH_PERSON if found.kind == "person" else messages.WHICH_VALUE
    )
    choices = _by_name(found.named) if found.kind != "person" else list(found.named)
    alternatives = [Alternative(str(one.id), one) for one in choices]
    if found.is_doubtful:
        alternatives.append(Alternative(_NONE, words=messages.IN_THE_TITLE))
    said = line.words(found).lstrip("#@+")
    return Question(found.kind, key, message, {"words": said}, tuple(alternatives))


def _by_name(named: Iterable[Named]) -> list[Named]:
    """One for each name: the plan decides which of them is meant."""
    return list({one.name: one for one in reversed(list(named))}.values())[::-1]


def settle(found: Found, answer: str) -> bool:
    """Take `answer` to its question; False when the words belong to the title."""
    if answer == _NONE:
        return False
    chosen = next(one for one in found.named if str(one.id) == answer)
    if found.kind == "person":
        found.named = (chosen,)
    else:
        found.named = tuple(one for one in found.named if one.name == chosen.name)
    return True


def plans_of(groups: Sequence[Sequence[Hook]]) -> list[int]:
    """The ids of the plans that have a hook in each of `groups`, in the order of the first."""
    if not groups:
        return []
    first = dict.fromkeys(one.plan_id for one in groups[0])
    return [plan for plan in first if all(any(h.plan_id == plan for h in g) for g in groups)]
