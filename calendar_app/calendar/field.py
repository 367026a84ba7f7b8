"""The playing field of a period: how its posts are spread over a plan's values, and the wish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """One value: how many posts hang on it, and how many would match its wanted share."""

    name: str
    hook: int
    done: int
    wanted: int

    @property
    def lags(self) -> bool:
        """Whether the value stays at least two posts, or half of the wish, behind."""
        return self.wanted > 0 and self.done <= max(self.wanted - 2, self.wanted // 2)


def shares(
    values: Iterable[tuple[str, int, int]], posts: Sequence[Sequence[tuple[int, str]]]
) -> list[Share]:
    """For each value (name, hook, wanted percent) its share of `posts`, in the order given.

    `posts` holds the (hook, name) pairs of each post; a post on two values counts for both. The
    caller leaves out cancelled posts and ideas without a day.
    """
    counted = Counter(name for pairs in posts for _hook, name in pairs)
    return [
        Share(name, hook, counted[name], round(len(posts) * percent / 100))
        for name, hook, percent in values
    ]
