"""Whom the role matrix of a plan proposes for a post. It only proposes: people choose."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass

from calendar_app.plans.roles import Away, Choice, Matrix, who_does

# Which task of the matrix proposes whom.
TASK_OF = {
    "owner": "writing",
    "reviewer": "review",
    "publisher": "publishing",
    "watcher": "monitoring",
}
# Done on the day of the post itself; the others are asked now.
_ON_ITS_DAY = frozenset({"publisher", "watcher"})


@dataclass(frozen=True)
class Around:
    """Who is away today and on the day of the post, and who may be what, by the field."""

    away_today: Away
    away_then: Away
    able: Mapping[str, Collection[int]]


def suggestions(roles: Matrix, around: Around, writer: int | None) -> dict[str, Choice]:
    """Whom the matrix proposes for each field of a post, where there is somebody.

    Of several who write, `writer`, who fills in the form, comes first. Nobody is proposed to review
    what is theirs.
    """
    owner = _choice("owner", roles, around, around.able["owner"], rather=writer)
    theirs = owner.person if owner else writer
    reviewers = {person for person in around.able["reviewer"] if person != theirs}
    found = {
        "owner": owner,
        "reviewer": _choice("reviewer", roles, around, reviewers),
        "publisher": _choice("publisher", roles, around, around.able["publisher"]),
        "watcher": _choice("watcher", roles, around, around.able["watcher"]),
    }
    return {name: choice for name, choice in found.items() if choice is not None}


def _choice(
    name: str,
    roles: Matrix,
    around: Around,
    able: Container[int],
    rather: int | None = None,
) -> Choice | None:
    away = around.away_then if name in _ON_ITS_DAY else around.away_today
    return who_does(roles, TASK_OF[name], away, able=able, rather=rather)
