"""The levels of approval of a team: who may give which, whose turn it is, and who is asked.

A team without levels has none of this: then one editor approves. With levels, a post in review
needs the approval of each, in their order, and as far as it can be each of somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MOST = 3
MOST_LETTERS = 60


@dataclass(frozen=True)
class Level:
    """One approval that a team wants; without `people` everybody who may approve can give it."""

    id: int
    name: str
    # The ids of who is named for it, in the order in which they are asked.
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How far a post is: the levels in order, who gave which, and who of the team may approve."""

    levels: tuple[Level, ...]
    # The id of the person by the id of the level.
    given: Mapping[int, int]
    approvers: tuple[int, ...]
    # Who may approve and does not want to be seen: asked by nobody.
    unseen: frozenset[int] = frozenset()

    @property
    def open(self) -> Level | None:
        """The level whose turn it is; None: none is wanted any more."""
        return next((level for level in self.levels if level.id not in self.given), None)

    def could_give(self, level: Level) -> tuple[int, ...]:
        """Who is named for `level` and may approve; when nobody is, all who may approve."""
        named = tuple(one for one in level.people if one in self.approvers)
        return named or self.approvers

    def may_give(self, level: Level) -> tuple[int, ...]:
        """Of those, who gave no other level of this post; all, when nobody else can be asked.

        Who does not want to be seen can give it, and is asked nothing.
        """
        left = self._left(level)
        return left if set(left) - self.unseen else self.could_give(level)

    def _left(self, level: Level) -> tuple[int, ...]:
        gave = {person for one, person in self.given.items() if one != level.id}
        return tuple(one for one in self.could_give(level) if one not in gave)

    def is_stuck(self, level: Level) -> bool:
        """Whether nobody is left who can be asked for `level`."""
        return not set(self.may_give(level)) - self.unseen

    def is_kept_for(self, person: int, level: Level) -> bool:
        """Whether another open level than `level` can be given by `person` alone."""
        return any(
            self.could_give(one) == (person,)
            for one in self.levels
            if one.id not in self.given and one != level
        )

    def reviewer(self, current: int | None) -> int | None:
        """Who is asked for the open level, when `current` was asked until now.

        None: nobody in particular, which only a level for everybody can be, or nobody at all
        (`is_stuck`). Without an open level `current` stays. Who does not want to be seen is asked
        no longer.
        """
        level = self.open
        if level is None:
            return current
        may = self.may_give(level)
        if current in may and current not in self.unseen:
            return current
        is_for_all = self.could_give(level) == self.approvers
        # Who gave another one is asked by name, or would not know.
        if is_for_all and current is None and len(may) != 1 and may == self._left(level):
            return None
        return next((one for one in may if one not in self.unseen), None)


def same_again(
    before: Sequence[Level], wanted: Sequence[tuple[str, Collection[int]]]
) -> list[int | None]:
    """The id of the level of `before` as which each of `wanted` goes on; None: a new one.

    `wanted` has (name, the ids of who is named) each. One with the same name goes on, wherever it
    stood; else the one in the same place that names the same people, under its new name.
    """
    by_name = {level.name.casefold(): level.id for level in before}
    found = [by_name.get(name.casefold()) for name, _people in wanted]
    free = {level.id for level in before} - set(found)
    for place, (level, (_name, people)) in enumerate(zip(before, wanted, strict=False)):
        # What others gave under another name was not given for this.
        if found[place] is None and level.id in free and set(people) == set(level.people):
            found[place] = level.id
    return found
