"""The role matrix: eight tasks, who does each, and who stands in.

"Only one person who does it on the side" is one of the pitfalls of the method. The matrix names
people for each task of a plan, and from there on Kapstok proposes them: as owner, reviewer,
publisher and watcher of a post, and as host of the meet-up. It only proposes; people choose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from calendar_app.language import N_

TASK_NAMES = {
    "ideas": N_("Ideas"),
    "writing": N_("Writing"),
    "image": N_("Images"),
    "review": N_("Review"),
    "publishing": N_("Publishing"),
    "monitoring": N_("Monitoring"),
    "webcare": N_("Webcare"),
    "hosting": N_("Leading the meet-up"),
}
TASKS = tuple(TASK_NAMES)
DOES, DEPUTY = "does", "deputy"
PART_NAMES = {DOES: N_("Does it"), DEPUTY: N_("Deputy")}
PARTS = tuple(PART_NAMES)

# Who is away, each with the deputy for those days, if there is one.
Away = Mapping[int, int | None]


class Everybody:
    """Holds whoever is asked for."""

    def __contains__(self, _person: object) -> bool:
        return True


EVERYBODY: Container[int] = Everybody()


@dataclass(frozen=True)
class Matrix:
    """Who has which part in which task: people by id, in the order in which they are asked."""

    doers: Mapping[str, Sequence[int]] = field(default_factory=dict)
    deputies: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def part(self, task: str, person: int) -> str:
        """ "does", "deputy" or ""."""
        if person in self.doers.get(task, ()):
            return DOES
        return DEPUTY if person in self.deputies.get(task, ()) else ""

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """(task, person, part) of each cell that is filled in, in a fixed order."""
        return sorted(
            (task, person, part)
            for part, people in ((DOES, self.doers), (DEPUTY, self.deputies))
            for task in people
            for person in people[task]
        )

    @property
    def people(self) -> set[int]:
        """Whoever has a part in some task."""
        return {person for _task, person, _part in self.cells}

    @property
    def digest(self) -> str:
        """A short text that differs when the matrix does: what was shown, is that still so?"""
        told = ";".join(f"{task}:{person}:{part}" for task, person, part in self.cells)
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Choice:
    """Who is asked for a task, and whom that person stands in for (None: nobody)."""

    person: int
    instead_of: int | None = None


def matrix(cells: Iterable[tuple[str, int, str]]) -> Matrix:
    """The matrix of these (task, person, part), each task's people in the order given."""
    parts: dict[str, dict[str, list[int]]] = {DOES: {}, DEPUTY: {}}
    for task, person, part in cells:
        people = parts[part].setdefault(task, [])
        if person not in people:
            people.append(person)
    return Matrix(parts[DOES], parts[DEPUTY])


def who_does(
    roles: Matrix,
    task: str,
    away: Away,
    *,
    able: Container[int] = EVERYBODY,
    rather: int | None = None,
) -> Choice | None:
    """Who is asked for `task` on a day on which the people in `away` are not there.

    First who does it (before the others `rather`, if among them), then its deputies, then whom an
    absent doer named for those days. Only who is in `able`, and there. None: nobody.
    """
    doers = sorted(roles.doers.get(task, ()), key=lambda person: person != rather)
    absent = [person for person in doers if person in away]
    missed = absent[0] if absent else None
    asked = [
        *(Choice(person) for person in doers),
        *(Choice(person, missed) for person in roles.deputies.get(task, ())),
        *(Choice(deputy, person) for person in absent if (deputy := away[person]) is not None),
    ]
    there = (one for one in asked if one.person not in away and one.person in able)
    return next(there, None)


def without_doer(roles: Matrix) -> list[str]:
    """The tasks that nobody does, in their order."""
    return [task for task in TASKS if not roles.doers.get(task)]


def without_deputy(roles: Matrix) -> list[str]:
    """The tasks that somebody does, but for whom nobody stands in."""
    return [task for task in TASKS if roles.doers.get(task) and not roles.deputies.get(task)]


def with_deputy_alone(roles: Matrix) -> list[str]:
    """The tasks that have somebody to stand in, but nobody who does them."""
    return [task for task in TASKS if roles.deputies.get(task) and not roles.doers.get(task)]
