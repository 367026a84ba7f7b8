"""Dutch that most people can read (level B1): short sentences, and plain words for hard ones.

Where a sentence ends is a guess: a full stop may be that of "bijv.", of a number or of an address.
So what is said of long sentences is a hint.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# More than this many words is hard to keep in mind.
MOST_WORDS = 20
_TABLE = Path(__file__).parent / "plain_words.toml"
_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"\w+(?:[-'\u2019]\w+)*")
_OPENERS, _CLOSERS = "([{\"'“\u2018«„*_", ")]}\"'”\u2019»*_"
_QUOTED = "\"'”\u2019»)"
# Emoji and what joins them.
_PICTURE = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0f\u20e3]"
)
# After these a sentence goes on, also before a name.
_ALWAYS_SHORT = """
aant. afd. afz. bijv. blz. bv. ca. cq. dd. dhr. dr. dra. drs. d.m.v. d.w.z. e.g. evt. excl. fam. fr.
gem. i.e. incl. ing. ir. jhr. jr. kath. lic. m.b.t. m.i. m.n. mej. mevr. mln. mld. mr. mrs. ms. mw.
n.a.v. nl. nr. nrs. o.a. o.b.v. o.l.v. opm. pag. par. plm. prof. resp. sr. st. str. t.a.v. t.b.v.
t.g.v. t.o.v. t.w. tel. tgov. v.a. vb. verm. vgl. vnl. vs. z.g. zgn.
"""
# These may close a sentence: then a capital follows.
_MAY_CLOSE = """
a.m. a.s. a.u.b. b.v. e.a. e.d. e.o. e.v. enz. etc. inc. jl. k.k. ltd. n.v. p.j. p.m. p.p. p.w.
s.v.p. u. v.l.n.r.
"""
# These are short for something only before a number.
_BEFORE_NUMBER = "art. fig. hfst. max. min. no. p. vol."
_KINDS = {
    **dict.fromkeys(_ALWAYS_SHORT.split(), "goes on"),
    **dict.fromkeys(_MAY_CLOSE.split(), "may close"),
    **dict.fromkeys(_BEFORE_NUMBER.split(), "before a number"),
}
_POINTED = re.compile(r"(?:\w\.){2,}$|\w\.$")
_LIST_MARK = re.compile(r"(?:\d{1,3}|[a-z])[.)]$")
_ITEM = re.compile(r"\s*(?:[-\u2013—*•·▪►→✓✔]|(?:\d{1,3}|[a-z])[.)]\s|[^\w\s(\"'“\u2018«„#@])")
# A line that is broken by hand is about this long; a shorter one was ended.
_BROKEN_FROM = 40


@dataclass(frozen=True)
class Sentence:
    """One sentence, as it stands in the text, and how many words people read in it."""

    text: str
    words: int


@dataclass(frozen=True)
class HardWord:
    """A word or phrase as it was written, where it begins, and a plain one for it."""

    word: str
    start: int
    plain: str


def sentences(text: str) -> list[Sentence]:
    """The sentences of `text`, in their order. A line of a list is one by itself."""
    found = []
    for paragraph in _paragraphs(text):
        found += [_sentence(pieces) for pieces in _split(paragraph)]
    return [sentence for sentence in found if sentence.words]


def long_sentences(text: str) -> list[Sentence]:
    """Those with more than MOST_WORDS words."""
    return [sentence for sentence in sentences(text) if sentence.words > MOST_WORDS]


def first_words(sentence: str, number: int = 6) -> str:
    """The beginning of `sentence`, with "…" when it goes on."""
    pieces = sentence.split(maxsplit=number)
    return " ".join(pieces[:number]) + ("…" if len(pieces) > number else "")


def hard_words(text: str) -> list[HardWord]:
    """Each Dutch word or phrase of the table in `text`, in its order; of two the longer one."""
    words = list(_WORD.finditer(text))
    keys = [word[0].casefold().replace("\u2019", "'") for word in words]
    found, place = [], 0
    while place < len(words):
        length, plain = _known(text, words, keys, place)
        if length:
            start, end = words[place].start(), words[place + length - 1].end()
            found.append(HardWord(" ".join(text[start:end].split()), start, plain))
        place += length or 1
    return found


@cache
def table() -> dict[tuple[str, ...], str]:
    """The plain word for each form of each hard one, the form as its words in small letters."""
    with _TABLE.open("rb") as file:
        kept = tomllib.load(file)
    forms = {form: plain for verb, plain in kept["verbs"].items() for form in _forms(verb)}
    for names, plain in kept["words"].items():
        forms |= dict.fromkeys(names.split(", "), plain)
    return {tuple(form.split()): plain for form, plain in forms.items()}


@cache
def _by_first() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The forms by their first word, the longest first."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for form, plain in sorted(table().items(), key=lambda one: -len(one[0])):
        by_first.setdefault(form[0], []).append((form, plain))
    return by_first


def _forms(verb: str) -> list[str]:
    """What becomes of a Dutch verb on -eren: "realiseren", "realiseert" and so on."""
    root = verb[:-4]
    # "creëren" keeps its trema, "initiëren" loses it.
    stem = root + ("ëer" if root.endswith("e") else "eer")
    opened = {"e": "geë", "i": "geï", "u": "geü"}.get(stem[0], f"ge{stem[0]}")
    done = f"{opened}{stem[1:]}d"
    present = [verb, stem, f"{stem}t", f"{verb}d", f"{verb}de"]
    return [*present, f"{stem}de", f"{stem}den", done, f"{done}e"]


def _known(text: str, words: list[re.Match[str]], keys: list[str], place: int) -> tuple[int, str]:
    """How many words from `place` on make a hard one, and the plain one; 0 when they do not."""
    for form, plain in _by_first().get(keys[place], ()):
        last = place + len(form) - 1
        if tuple(keys[place : last + 1]) == form and all(
            text[words[one].end() : words[one + 1].start()].isspace() for one in range(place, last)
        ):
            return len(form), plain
    return 0, ""


def _paragraphs(text: str) -> Iterator[str]:
    """The lines, those together that were only broken to fit a screen."""
    kept: list[str] = []
    for line in text.split("\n"):
        if kept and not _goes_on(kept[-1], line):
            yield "\n".join(kept)
            kept = []
        kept.append(line)
    yield "\n".join(kept)


def _goes_on(line: str, following: str) -> bool:
    return (
        len(line) >= _BROKEN_FROM
        and line.rstrip()[-1:] not in ".!?…:;"
        and following.lstrip()[:1].islower()
        and not _ITEM.match(following)
    )


def _split(paragraph: str) -> Iterator[list[str]]:
    pieces = _PIECE.findall(paragraph)
    begun = 0
    for place, piece in enumerate(pieces):
        following = pieces[place + 1] if place + 1 < len(pieces) else ""
        is_mark = place == begun and _LIST_MARK.match(piece)
        if not is_mark and _ends(piece, following):
            yield pieces[begun : place + 1]
            begun = place + 1
    yield pieces[begun:]


def _ends(piece: str, following: str) -> bool:
    """Whether a sentence ends with `piece` when `following` comes after it."""
    if not following or (piece.startswith("#") and following.startswith("#")):
        return True
    bare = _without_pictures(piece)
    core = bare.rstrip(_CLOSERS)
    if core.endswith(("...", "…")):
        return not _continues(following)
    if core.endswith(("!", "?")):
        return not (bare[-1] in _QUOTED and _continues(following))
    if core.endswith("."):
        return _is_full_stop(core.lstrip(_OPENERS), following)
    # People end a sentence with a picture too.
    return bare != piece and _begins(following)


def _without_pictures(piece: str) -> str:
    """`piece` without the emoji at its end; a pattern would begin again at each of many."""
    end = len(piece)
    while end and _PICTURE.match(piece[end - 1]):
        end -= 1
    return piece[:end]


def _is_full_stop(word: str, following: str) -> bool:
    kind = _KINDS.get(word.casefold())
    if kind == "before a number":
        return not following.lstrip(_OPENERS)[:1].isdigit()
    if kind == "may close":
        return _begins(following)
    if kind == "goes on" or _POINTED.match(word):
        # The second: an initial, or letters with points between them.
        return False
    # A short word before a small letter is an abbreviation that nobody listed.
    return not (len(word) <= 5 and word[:1].isalpha() and _continues(following))


def _begins(following: str) -> bool:
    first = following.lstrip(_OPENERS)[:1]
    return first.isupper()


def _continues(following: str) -> bool:
    return following.lstrip(_OPENERS)[:1].islower()


def _sentence(pieces: list[str]) -> Sentence:
    return Sentence(" ".join(pieces), sum(map(_is_word, pieces)))


def _is_word(piece: str) -> bool:
    """Whether people read a word here: no dash, no emoji, no hashtag."""
    return not piece.startswith("#") and any(sign.isalnum() for sign in piece)
