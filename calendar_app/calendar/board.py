"""The board: the posts of a month in columns, by what state they are in or on which channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from calendar_app.calendar.cards import Card

BY = ("state", "channel")


@dataclass(frozen=True)
class Column:
    """One column: a name, and its posts in the order in which they came."""

    key: str
    name: str
    cards: Sequence[Card]


def by_state(cards: Iterable[Card], names: Mapping[str, str], *, all_of: bool) -> list[Column]:
    """A column for each state in the order of `names`, which calls each for the reader.

    Without `all_of` the column of what was cancelled is left out while it is empty.
    """
    cards = list(cards)
    columns = [
        Column(state, name, [card for card in cards if card.state == state])
        for state, name in names.items()
    ]
    return [one for one in columns if all_of or one.cards or one.key != "cancelled"]


def by_channel(cards: Iterable[Card], channels: Sequence[str], without: str) -> list[Column]:
    """A column for each of `channels` (names); a post on two stands in both, on none in `without`.

    The last column is left out while it is empty; a channel that no longer is in `channels` but
    has posts comes after them.
    """
    cards = list(cards)
    known = dict.fromkeys(channels)
    known.update(dict.fromkeys(name for card in cards for name in card.channel_names))
    columns = [
        Column(name, name, [card for card in cards if name in card.channel_names]) for name in known
    ]
    bare = [card for card in cards if not card.channel_names]
    return [*columns, Column("", without, bare)] if bare else columns
