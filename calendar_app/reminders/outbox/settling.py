"""What decides about a row that waits, and how it comes to its end without being sent."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    case,
    exists,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from calendar_app.moments import local
from calendar_app.reminders import due
from calendar_app.reminders.hushed import Hushed
from calendar_app.reminders.invitation_mails import told_in, with_invitation
from calendar_app.reminders.models import Attempt, Delivery, Relay, Worker
from calendar_app.reminders.outbox.desk import WAITING
from calendar_app.reminders.queries import (
    AnyRow,
    facts_of,
    hosts_of,
    is_there,
)
from calendar_app.reminders.routes import EMAIL
from calendar_app.reminders.together import share_end

log = logging.getLogger(__name__)


def resting() -> ColumnElement[str]:
    """The state of a delivery that nobody holds and that has not come to its end."""
    return case(
        (was_in_doubt(), "in_doubt"), (Delivery.attempts > 0, "retry"), else_=literal("pending")
    )


def unless_in_doubt(value: str, otherwise: str = "in_doubt") -> ColumnElement[str]:
    """`value`; but what was once in doubt may have arrived, and nothing later can deny that."""
    return case((was_in_doubt(), literal(otherwise)), else_=literal(value))


def was_in_doubt() -> ColumnElement[bool]:
    """Whether it may have arrived."""
    return is_there(Attempt, Attempt.delivery_id == Delivery.id, Attempt.outcome == "in_doubt")


def judge(
    session: Session, rows: Sequence[AnyRow], now: datetime
) -> dict[str, list[tuple[AnyRow, due.Decision]]]:
    """What is to be done with each of `rows`, by verdict; what nobody wants is cancelled."""
    hosts = hosts_of(session, rows, now)
    invited = told_in(session, rows)
    hushed = Hushed(session, {row.Person.id for row in rows})
    judged: dict[str, list[tuple[AnyRow, due.Decision]]] = defaultdict(list)
    for row in rows:
        own_account = _goes_out_from_them(row)
        facts = replace(
            with_invitation(facts_of(row, hosts), row, invited.get(row.Delivery.id)),
            quiet_until=hushed.quiet_until(row.Delivery, now, own_account=own_account),
            was_due_before=hushed.was_due_before(row.Delivery, now, own_account=own_account),
        )
        decision = due.decide(facts, row.Delivery.useful_until, now)
        judged[decision.verdict].append((row, decision))
        if decision.verdict == "cancel":
            _end(session, [row.Delivery.id], "cancelled", decision.reason, now)
    return judged


def _goes_out_from_them(row: AnyRow) -> bool:
    """Whether it is about a post of which that person is the ambassador."""
    return row.Post is not None and bool(row.Post.sender_id == row.Person.id)


def put_off(session: Session, waiting: Sequence[tuple[AnyRow, due.Decision]]) -> None:
    """Somebody wants to hear nothing now: it is due when their quiet hours end, or at work."""
    hushed = Hushed(session, {row.Person.id for row, _decision in waiting})
    for row, decision in waiting:
        which = (Delivery.id == row.Delivery.id, Delivery.state.in_(WAITING))
        values: dict[str, Any] = {
            "due_at": decision.until,
            "useful_until": hushed.useful_until(row.Delivery, own_account=_goes_out_from_them(row)),
        }
        if row.Delivery.due_on is not None and decision.until is not None:
            # Who is away then hears nothing.
            values["due_on"] = local(decision.until, row.Team.zone).date()
        session.execute(update(Delivery).where(*which).values(values))


def settle_missed(session: Session, delivery: Delivery, relay: Relay, now: datetime) -> None:
    """It came too late: say why."""
    ran = exists().where(
        Worker.started_at <= delivery.useful_until, Worker.ticked_at >= delivery.due_at
    )
    hindrance = due.Hindrance(
        tried=delivery.attempts > 0,
        relay_down=relay.failures > 0,
        worker_ran=bool(session.scalar(select(ran))),
        by_mail=delivery.route == EMAIL,
    )
    if relay.failures and not delivery.reply:
        delivery.reply = relay.last_error
    session.flush()
    _end(session, [delivery.id], "missed", due.cause_of_missing(hindrance), now)


def _end(session: Session, ids: Sequence[int], state: str, reason: str, now: datetime) -> None:
    values = {
        "state": unless_in_doubt(state),
        "reason": unless_in_doubt(reason, due.IN_DOUBT),
        "ended_at": now,
    }
    # Somebody may have claimed it since it was read: what is on its way comes to another end.
    which = (Delivery.id.in_(ids), Delivery.state.in_(WAITING))
    session.execute(update(Delivery).where(*which).values(values))
    share_end(session, ids)
    log.info("deliveries %s: %s", list(ids), state)
