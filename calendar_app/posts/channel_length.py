"""How long a text is as its channel counts it: no two of them count the same.

X weighs what is written: twitter-text 3.0, config/v3.json, its README on counting, and its tests on
what is a link; which endings an address has says publicsuffix.org. LinkedIn and Facebook count as a
browser does, in UTF-16 code units: an emoji is two or more (Buffer, "Character limits",
developers.buffer.com/guides/character-limits). All others are counted in characters, each code
point one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from publicsuffixlist import PublicSuffixList

X, LINKEDIN, FACEBOOK, INSTAGRAM = "x", "linkedin", "facebook", "instagram"
VIVA_ENGAGE, OTHER = "viva_engage", "other"
# A link is as long as the short one that X makes of it.
ADDRESS_ON_X = 23
# What weighs one on X; all the rest weighs two.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_NAMES = {
    "x": X,
    "twitter": X,
    "insta": INSTAGRAM,
    "ig": INSTAGRAM,
    "fb": FACEBOOK,
    "linkedin": LINKEDIN,
    "facebook": FACEBOOK,
    "instagram": INSTAGRAM,
    # It was called Yammer before.
    "yammer": VIVA_ENGAGE,
    "viva": VIVA_ENGAGE,
    "vivaengage": VIVA_ENGAGE,
}
# A name is several words in Dutch and one at once: "Facebook-pagina", "Instagramstories".
_BEGINNINGS = ("facebook", "instagram", "linkedin", "twitter", "vivaengage", "yammer")
_ADDRESS = re.compile(
    r"https?://[^\s<>]+|(?<![\w@.-])(?:[a-z0-9-]+\.)+([a-z]{2,})(?![\w-])(?!\.\w)(/[^\s<>]*)?",
    re.IGNORECASE,
)
# A country's own ending makes a link on X only with something before or behind, but for these two.
_SHORT_ON_X = re.compile(r"[^./]+\.(?!(?:co|tv)$)[a-z]{2}", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?…'\"\u2019”»*"
_PICTURE = (
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff"
    "\u203c\u2049\u2122\u2139\u3030\u303d\u3297\u3299\xa9\xae]"
)
_MARKED = f"{_PICTURE}\ufe0f?[\U0001f3fb-\U0001f3ff]?"
# A flag, a number in a box, or pictures joined to one: each is one sign to who reads it.
EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    f"|{_MARKED}[\U000e0020-\U000e007f]*(?:\u200d{_MARKED})*"
)
# These are letters to X, unless they are asked to be pictures.
_PLAIN = {"\xa9", "\xae", "\u203c", "\u2049", "\u2122", "\u2139"}


def kind_of(name: str) -> str:
    """One of the kinds above, by how a team calls its channel ("X (Twitter)", "Insta-verhalen")."""
    told = name.casefold().replace("linked in", "linkedin").replace("x-ray", "")
    words = [_beginning(word) for word in re.findall(r"[^\W_]+", told)]
    # One letter may stand for anything, but at the beginning.
    names = (word for place, word in enumerate(words) if word != X or place == 0)
    return next((_NAMES[word] for word in names if word in _NAMES), OTHER)


def _beginning(word: str) -> str:
    """The name that a word of several begins with; the word itself when there is none."""
    return next((name for name in _BEGINNINGS if word.startswith(name)), word)


def length_on(kind: str, text: str) -> int:
    """How many characters `text` takes on a channel of `kind`, in the channel's own counting.

    On X after NFC: a web address is 23, a picture 2 however it is built, and of the rest a sign of
    the Latin and near scripts 1 and any other 2 (twitter-text 3.0).
    """
    text = unicodedata.normalize("NFC", text)
    if kind == X:
        return _on_x(text)
    if kind in {LINKEDIN, FACEBOOK}:
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where each web address in `text` begins and ends, also one without https://.

    What closes a sentence or a bracket around it is not part of it.
    """
    for found in _ADDRESS.finditer(text):
        address, ending = found[0], found[1]
        if ending and not _is_an_ending(ending):
            continue
        kept = address.rstrip(_AFTER_ADDRESS)
        if kept.endswith(")") and "(" not in kept:
            kept = kept.rstrip(")" + _AFTER_ADDRESS)
        yield found.start(), found.start() + len(kept)


def _is_an_ending(label: str) -> bool:
    """Whether there are addresses that end on this: "nl", "gent"."""
    return _endings().publicsuffix(label.lower()) is not None


@cache
def _endings() -> PublicSuffixList:
    # Read when it is first asked: a third of a megabyte.
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def _on_x(text: str) -> int:
    length, place = 0, 0
    for start, end in addresses(text):
        if _SHORT_ON_X.fullmatch(text, start, end):
            continue
        length += _weight(text[place:start]) + ADDRESS_ON_X
        place = end
    return length + _weight(text[place:])


def _weight(text: str) -> int:
    pictures = [found[0] for found in EMOJI.finditer(text) if found[0] not in _PLAIN]
    of_pictures = sum(map(_letters, pictures))
    return _letters(text) - of_pictures + 2 * len(pictures)


def _letters(text: str) -> int:
    return sum(1 if any(low <= ord(sign) <= high for low, high in _LIGHT) else 2 for sign in text)
