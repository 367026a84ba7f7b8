"""The playing field of a period: how its posts are spread, and how the plan would have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

FULL_WEEK = 7


@dataclass(frozen=True)
class Wish:
    """One value, audience, channel or sender, and what the plan wants of it."""

    key: object
    name: str
    # In percent of the posts; None: the plan says nothing about it.
    percent: int | None = None
    # In posts a week.
    a_week: int | None = None
    # The colour of a value.
    hook: int | None = None


@dataclass(frozen=True)
class Share:
    """How many posts there are of it, and how many there would be; None: there is no wish."""

    key: object
    name: str
    hook: int | None
    done: int
    wanted: int | None

    @property
    def reached(self) -> float:
        """Which part of the wish there is, 1.0 for all of it; without a wish it is reached."""
        return self.done / self.wanted if self.wanted else 1.0

    @property
    def lags(self) -> bool:
        """Whether it stays at least two posts, or half of the wish, behind."""
        if not self.wanted:
            return False
        return self.done <= max(self.wanted - 2, self.wanted // 2)


@dataclass(frozen=True)
class Group:
    """The shares of one kind of thing that posts are spread over, under its name."""

    name: str
    shares: Sequence[Share]
    # What the kind is called in the address of the ideas that fit; "": ideas are not asked by it.
    word: str = ""
    # Where else to look when it lags; "": nowhere.
    address: str = ""

    @property
    def behind(self) -> Share | None:
        """Of those that lag the one that is furthest from its wish; of equals the first."""
        lagging = (share for share in self.shares if share.lags)
        return min(lagging, key=lambda share: share.reached, default=None)


def shares(wishes: Iterable[Wish], posts: Sequence[Collection[object]], days: int) -> list[Share]:
    """For each wish its share of `posts`, in the order given, over a period of `days`.

    `posts` holds the keys of each post; one with two keys counts for both. The caller leaves out
    cancelled posts and ideas without a day.
    """
    counted = Counter(key for keys in posts for key in set(keys))
    return [
        Share(wish.key, wish.name, wish.hook, counted[wish.key], _wanted(wish, len(posts), days))
        for wish in wishes
    ]


def _wanted(wish: Wish, posts: int, days: int) -> int | None:
    if wish.percent is not None:
        return round(posts * wish.percent / 100)
    return None if wish.a_week is None else round(wish.a_week * days / FULL_WEEK)
