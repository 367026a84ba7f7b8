"""Wanted shares of the posts: whole percentages that together make a hundred.

People think in "about as much as that one"; a hundred seldom divides into whole percents. What is
left goes one by one to whoever lost most by rounding (the method of the largest remainder).
"""

from __future__ import annotations

from collections.abc import Sequence

ALL = 100


def even(count: int) -> list[int]:
    """ALL shared out over `count`, each as much, the first ones a percent more."""
    return [ALL // count + (place < ALL % count) for place in range(count)]


def scaled(shares: Sequence[int]) -> list[int]:
    """`shares` (0 or more) made to add up to ALL in the same proportions; zero stays zero.

    When all are zero there is no proportion to keep: then each gets as much.
    """
    total = sum(shares)
    if not total:
        return even(len(shares))
    whole = [ALL * share // total for share in shares]
    lost = [ALL * share % total for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda place: -lost[place])
    for place in by_loss[: ALL - sum(whole)]:
        whole[place] += 1
    return whole
