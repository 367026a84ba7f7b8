"""Reminders of one kind that are due to one person at once go out as one mail.

Each stays a row of its own, which is cancelled by itself once it is done. At the claim the one that
is of use the longest takes the others along: those are settled as told in its mail, which is put
together then, not when they were planned. When that mail comes to nothing they wait again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.queries import AnyRow, facts_of, with_facts
from calendar_app.reminders.routes import EMAIL

_OPEN = ("pending", "retry")
# How a mail ends of which nobody can say that it was read.
_CAME_TO_NOTHING = ("missed", "dead", "in_doubt")
_Leader = aliased(Delivery, name="leader")
_Near = aliased(Delivery, name="near")


def with_company(session: Session, ids: Sequence[int], now: datetime) -> list[int]:
    """`ids`, and all that is due and goes out with one of them."""
    same = [mine == of_near for mine, of_near in zip(_GROUP, _GROUP_OF_NEAR, strict=True)]
    near = select(_Near.id).where(_Near.id.in_(ids), _Near.body.is_(None), *same)
    query = (
        select(Delivery.id)
        .where(Delivery.kind.in_(due.TOGETHER), Delivery.id.not_in(ids), _can_join(now))
        .where(near.exists())
        # What somebody else is changing now goes by itself.
        .with_for_update(skip_locked=True)
    )
    return [*ids, *session.scalars(query)] if ids else []


def gather(session: Session, rows: Sequence[AnyRow], now: datetime) -> list[AnyRow]:
    """Those of `rows` that go out as a mail of their own; they take the others along."""
    ours = [row.Delivery for row in rows if _is_told_together(row.Delivery)]
    leaders = _leaders(ours)
    pairs = [(one.id, leaders[_group_of(one)]) for one in ours]
    taken = [
        {"which": which, "leader": leader, "at": now} for which, leader in pairs if which != leader
    ]
    if taken:
        session.connection().execute(_TAKE_ALONG, taken)
        session.connection().execute(_BRING_WITH, taken)
    gone = {one["which"] for one in taken}
    return [row for row in rows if row.Delivery.id not in gone]


def share_end(session: Session, leaders: Sequence[int]) -> None:
    """What went along with a mail that did not arrive, or may not have, ends as that did."""
    if not leaders:
        return
    ended = _Leader.ended_at.is_not(None) & _Leader.state.in_(_CAME_TO_NOTHING)
    same = (_Leader.id == Delivery.told_with_id, ended)
    values = {
        "state": select(_Leader.state).where(*same).scalar_subquery(),
        "reason": select(_Leader.reason).where(*same).scalar_subquery(),
        "ended_at": select(_Leader.ended_at).where(*same).scalar_subquery(),
    }
    went_along = (Delivery.told_with_id.in_(leaders), Delivery.state == "cancelled")
    sharing = update(Delivery).where(*went_along, select(_Leader.id).where(*same).exists())
    session.execute(sharing.values(values).execution_options(synchronize_session=False))


def taken_along(
    session: Session, rows: Sequence[AnyRow], now: datetime
) -> Mapping[int, list[AnyRow]]:
    """What the mail of each of `rows` tells besides, by its id; what nobody wants leaves it."""
    ids = [row.Delivery.id for row in rows if _is_told_together(row.Delivery)]
    found: dict[int, list[AnyRow]] = defaultdict(list)
    if not ids:
        return found
    query = with_facts().where(Delivery.told_with_id.in_(ids))
    for row in session.execute(query):
        decision = due.decide(facts_of(row), row.Delivery.useful_until, now)
        # Whose quiet hours it is has been asked for the mail as a whole.
        if decision.verdict == "send":
            found[row.Delivery.told_with_id].append(row)
        else:
            _let_go(session, row.Delivery, decision)
    return found


def may_wait_again() -> ColumnElement[bool]:
    """Whether a settled delivery was told in no mail, nor is going to be."""
    came_to_nothing = select(_Leader.id).where(
        _Leader.id == Delivery.told_with_id, _Leader.state == "cancelled"
    )
    return or_(Delivery.told_with_id.is_(None), came_to_nothing.exists())


def _is_told_together(delivery: Delivery) -> bool:
    """Whether others can go along: what left once is repeated as it was."""
    return delivery.kind in due.TOGETHER and delivery.body is None


def _group_of(one: Delivery) -> tuple[int, int, str, str]:
    return one.team_id, one.person_id, one.kind, one.route


def _leaders(deliveries: Sequence[Delivery]) -> dict[tuple[int, int, str, str], int]:
    """By team, person, kind and route the delivery that is of use the longest."""
    in_order = sorted(deliveries, key=lambda one: (one.useful_until, one.id))
    return {_group_of(one): one.id for one in in_order}


def _can_join(now: datetime) -> ColumnElement[bool]:
    return (
        Delivery.state.in_(_OPEN)
        & Delivery.body.is_(None)
        & Delivery.ended_at.is_(None)
        & (Delivery.due_at <= now)
        & (Delivery.useful_until > now)
        & (func.coalesce(Delivery.next_try_at, now) <= now)
    )


def _let_go(session: Session, delivery: Delivery, decision: due.Decision) -> None:
    """What was to be told in a mail or message that had to wait, and is not to be told any more."""
    state = "missed" if decision.verdict == "missed" else "cancelled"
    too_late = due.UNREACHABLE_IN_TIME if delivery.route == EMAIL else due.NO_ANSWER_IN_TIME
    reason = decision.reason or too_late
    values = {"state": state, "reason": reason, "told_with_id": None}
    session.execute(update(Delivery).where(Delivery.id == delivery.id).values(values))


_GROUP = (Delivery.team_id, Delivery.person_id, Delivery.kind, Delivery.route)
_GROUP_OF_NEAR = (_Near.team_id, _Near.person_id, _Near.kind, _Near.route)
_TABLE = Delivery.metadata.tables["delivery"]
# Somebody may have cancelled it since it was read.
_TAKE_ALONG = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("which"))
    .where(or_(*(_TABLE.c.state == state for state in _OPEN)))
    .values(
        state="cancelled",
        reason=due.TOLD_TOGETHER,
        told_with_id=bindparam("leader"),
        ended_at=bindparam("at"),
    )
)
_BRING_WITH = (
    update(_TABLE)
    .where(_TABLE.c.told_with_id == bindparam("which"))
    .values(told_with_id=bindparam("leader"))
)
