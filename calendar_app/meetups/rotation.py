"""Whose turn it is to lead: of those who take turns, who did so longest ago.

That is fair whoever comes and goes: who was away for a while waits longest, and so comes first when
they are back; who took over for somebody goes to the end, and that other one comes next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Turn:
    """One meet-up that somebody is to lead; people are told by their ids."""

    key: int
    starts_at: datetime
    # Who takes turns, in the order in which they begin; nobody: nobody in particular leads.
    order: Sequence[int] = ()
    there: Collection[int] = ()
    # Whom colleagues chose for it, or who was told of it. Only while they are there.
    settled: int | None = None


def whose_turn(
    order: Sequence[int], led: Mapping[int, datetime], there: Collection[int]
) -> int | None:
    """Who of `order` who is `there` led longest ago, or never; of several the first in `order`.

    `led` is when each led last. None: nobody of them is there.
    """
    able = (person for person in order if person in there)
    return min(able, key=lambda person: led.get(person, _NEVER), default=None)


def in_turn(turns: Iterable[Turn], led: Mapping[int, datetime]) -> dict[int, int | None]:
    """Who leads each of `turns`, by its key, when one after the other is held as planned.

    `led` is when each led last before the first of them.
    """
    last, found = dict(led), dict[int, int | None]()
    for turn in sorted(turns, key=lambda turn: (turn.starts_at, turn.key)):
        is_settled = turn.settled is not None and turn.settled in turn.there
        host = turn.settled if is_settled else whose_turn(turn.order, last, turn.there)
        found[turn.key] = host
        if host is not None:
            last[host] = turn.starts_at
    return found
