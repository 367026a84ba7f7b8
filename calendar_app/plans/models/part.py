"""What hangs on a plan, some of it in an order of its own, and the rules that it all shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import set_committed_value

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import count_change


class PlanPart:
    """What hangs on a plan under a name, and can be taken out of it and put back."""

    id: Any
    team_id: Any
    plan_id: Any
    name: Any
    version: Any
    deleted_at: Any

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return str(self.name)

    @property
    def siblings(self) -> Sequence[PlanPart]:
        """The plan's parts of the same kind, this one among them."""
        raise NotImplementedError

    def remove(self, at: datetime, coming_posts: int) -> None:
        """Take it out of the plan. Raises Refused while `coming_posts` planned posts hang on it."""
        check_unused(coming_posts)
        self.deleted_at = at

    def put_back(self) -> None:
        """Undo `remove`. Raises Refused when its name was given away."""
        check_name(self.name, self.siblings, but=self, field=None)
        self.deleted_at = None


class OrderedPart(PlanPart):
    """A part that people put in an order: a value, an audience, an actor or a channel."""

    position: Any

    @property
    def siblings(self) -> Sequence[OrderedPart]:
        """The plan's parts of the same kind in their order, this one among them."""
        raise NotImplementedError

    def move_up(self) -> None:
        """One place earlier; the first stays where it is."""
        self._move(-1)

    def move_down(self) -> None:
        """One place later; the last stays where it is."""
        self._move(+1)

    def _move(self, step: int) -> None:
        order = live(self.siblings)
        place = order.index(self)
        other = place + step
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            put_in_order(order)


class Named(Protocol):
    """What has a name."""

    name: Any


Part = TypeVar("Part", bound=PlanPart)
Ordered = TypeVar("Ordered", bound=OrderedPart)


def live(parts: Sequence[Part]) -> list[Part]:
    """`parts` without those that were removed since they were read."""
    return [part for part in parts if part.deleted_at is None]


def append(parts: list[Ordered], part: Ordered) -> Ordered:
    """Put `part` behind the others."""
    part.position = max((other.position for other in parts), default=-1) + 1
    parts.append(part)
    return part


def put_in_order(parts: Sequence[OrderedPart]) -> None:
    """Past the mapper: another place is nobody's edit, and makes no colleague's form stale."""
    session = object_session(parts[0])
    if session is None:
        raise ValueError("an order is kept only of what is in the database")
    session.flush()
    for position, part in enumerate(parts):
        kind: Any = type(part)
        placing = update(kind).where(kind.id == part.id).values(position=position)
        session.connection().execute(placing)
        set_committed_value(part, "position", position)
    count_change(session, parts[0].team_id)


def write(row: object, changes: Mapping[str, object]) -> None:
    """Give the row's attributes these values."""
    for name, value in changes.items():
        setattr(row, name, value)


def check_name(
    name: str,
    others: Sequence[Named],
    *,
    but: object = None,
    field: str | None = "name",
) -> None:
    """A name is needed, and nobody beside `but` has it, in capitals or not."""
    if not name:
        raise Refused(N_("Give it a name."), field=field)
    taken = {
        other.name.casefold()
        for other in others
        if other is not but and getattr(other, "deleted_at", None) is None
    }
    if name.casefold() in taken:
        raise Refused(
            N_("“%(name)s” is there already. Choose another name."), field=field, name=name
        )


def check_share(share: int | None, field: str = "wanted_share") -> None:
    """A share is a percentage, or not wished for."""
    if share is not None and not 0 <= share <= 100:
        raise Refused(N_("Choose a share from 0 to 100 percent."), field=field)


def check_unused(coming_posts: int) -> None:
    """Nothing is taken away from under posts that are to come."""
    if coming_posts:
        raise Refused(
            N_("Posts to come still hang on this: %(count)s. Change or cancel those first."),
            count=coming_posts,
        )
