"""A post as each of its channels shows it: how long it is there, and where it is cut off.

A channel folds what is long behind "…more". Where it does so depends on the screen; these are the
lengths of the feed on a wide screen (posttruncate.com/en/platform-limits, read in 2026). LinkedIn
folds after three lines too. X folds nothing: what is too long does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendar_app.posts.channel_length import (
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    X,
    kind_of,
    length_on,
)

if TYPE_CHECKING:
    from calendar_app.plans.models import Channel
    from calendar_app.posts.content import Content

# What fits at most on a channel of which the plan tells no limit.
MOST_ON = {X: 280, LINKEDIN: 3_000, FACEBOOK: 63_206, INSTAGRAM: 2_200}
# (characters, lines) before the fold; None: any number of lines.
FOLDS: dict[str, tuple[int, int | None]] = {
    LINKEDIN: (210, 3),
    FACEBOOK: (480, None),
    INSTAGRAM: (125, None),
}
# Of each of these only the text is seen; elsewhere a post has its title above it.
_WITHOUT_TITLE = frozenset(MOST_ON)
# A web address counts for less on X than it has characters; no text is many times longer.
_LONGEST = 10
_LONGEST_WORD = 30


@dataclass(frozen=True)
class Preview:
    """A post on one channel. Its text is `seen`, `folded` and `lost`, one after the other."""

    channel: Channel
    # Empty where the channel shows none.
    title: str
    # What is read at once, what comes after "…more", and what does not fit.
    seen: str
    folded: str
    lost: str
    # As the channel counts; no limit: None.
    letters: int
    limit: int | None
    # Whether it is a text of this channel alone.
    is_own: bool

    @property
    def over(self) -> int:
        """How many characters are too many."""
        return max(0, self.letters - self.limit) if self.limit else 0


def previews(content: Content) -> list[Preview]:
    """`content` on each of its channels, in their order."""
    return [_preview(content, channel) for channel in content.channels]


def _preview(content: Content, channel: Channel) -> Preview:
    kind, text = kind_of(channel.name), content.placed_on(channel)
    limit = channel.character_limit or MOST_ON.get(kind)
    fits = text[: _fitting(kind, text, limit)] if limit else text
    letters, lines = FOLDS.get(kind, (None, None))
    place = len(fits) if letters is None else _fold(kind, fits, letters, lines)
    return Preview(
        channel=channel,
        title="" if kind in _WITHOUT_TITLE else content.title,
        seen=fits[:place].rstrip() if place < len(fits) else fits,
        folded=fits[place:],
        lost=text[len(fits) :],
        letters=length_on(kind, text),
        limit=limit,
        is_own=bool(content.own_text(channel.id)),
    )


def _fold(kind: str, text: str, letters: int, lines: int | None) -> int:
    """Where `text` is folded: at the end of a word, unless that is far away."""
    place = _fitting(kind, text, letters)
    if lines is not None:
        place = min(place, len("".join(text.splitlines(keepends=True)[:lines])))
    if place == len(text):
        return place
    begins = 1 + max(text.rfind(" ", 0, place + 1), text.rfind("\n", 0, place + 1))
    return begins if begins and place - begins < _LONGEST_WORD else place


def _fitting(kind: str, text: str, letters: int) -> int:
    """How many characters of `text` make at most `letters` in the counting of the channel."""
    if length_on(kind, text) <= letters:
        return len(text)
    low, high = 0, min(len(text), letters * _LONGEST)
    while low < high:
        middle = (low + high + 1) // 2
        if length_on(kind, text[:middle]) <= letters:
            low = middle
        else:
            high = middle - 1
    return low
