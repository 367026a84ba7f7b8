"""`sweep`: heals what crashed workers left, and settles what came too late."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    exists,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from calendar_app.meetups.hosting import hosts
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import Membership, Muted, Person
from calendar_app.reminders import due
from calendar_app.reminders.models import Attempt, Delivery, Worker
from calendar_app.reminders.outbox.desk import (
    IDS_AT_ONCE,
    LEASE,
    SILENT_FOR,
    WAITING,
    Desk,
    make_missing,
    relay_row,
)
from calendar_app.reminders.outbox.doubts import hold_doubts
from calendar_app.reminders.outbox.noting import fall_back, takers
from calendar_app.reminders.outbox.settling import judge, resting, settle_missed
from calendar_app.reminders.processes import ProcessName, can_be_seen, is_gone
from calendar_app.reminders.queries import (
    with_facts,
)
from calendar_app.reminders.routes import EMAIL, is_told_otherwise
from calendar_app.reminders.together import share_end

log = logging.getLogger(__name__)


def sweep(desk: Desk, now: datetime) -> None:
    """Heal what dead workers left, and settle what came too late, with its cause."""
    with desk.database.writing() as session:
        gone, silent = lost_workers(session, now)
        _release(session, gone, now)
        take_over(session, gone, now)
        hold_doubts(session, desk.config, now)
        fall_back(session, now)
        give_up_waiting_for(session, silent, now)
        _settle_late(session, desk, now)
        _summarise(session, now)


def lost_workers(session: Session, now: datetime) -> tuple[list[int], list[int]]:
    """Holders of deliveries that are provably dead, and those that said nothing for ten minutes.

    A worker of this machine that is still there may only be paused: it is silent, never dead.
    """
    holders = select(Delivery.owner_id).where(Delivery.state.in_(("claimed", "in_flight")))
    gone, silent = [], []
    for worker in session.scalars(select(Worker).where(Worker.id.in_(holders))):
        name = ProcessName(worker.host, worker.boot, worker.pid, worker.pid_started)
        long_silent = worker.heartbeat_at < now - SILENT_FOR
        if is_gone(name) or (long_silent and not can_be_seen(name)):
            gone.append(worker.id)
        elif long_silent:
            silent.append(worker.id)
    return gone, silent


def _release(session: Session, gone: Sequence[int], now: datetime) -> None:
    """Claimed and never begun: free again when the lease is over or the holder is dead.

    A lease that lies far ahead was given before the clock was set back. Nobody sends twice by this:
    who holds it finds its name gone.
    """
    is_over = (Delivery.lease_until <= now) | (Delivery.lease_until > now + 2 * LEASE)
    lost = is_over | Delivery.owner_id.in_(gone)
    values = {"state": resting(), "owner_id": None, "lease_until": None}
    session.execute(update(Delivery).where(Delivery.state == "claimed", lost).values(values))


def take_over(session: Session, gone: Sequence[int], now: datetime) -> None:
    """In flight with a holder that is dead: it may have arrived. A mail is sent again as it was."""
    lost = select(Delivery).where(Delivery.state == "in_flight", Delivery.owner_id.in_(gone))
    held = []
    for delivery in session.scalars(lost.with_for_update()):
        session.add(
            Attempt(
                delivery_id=delivery.id,
                at=now,
                worker_id=delivery.owner_id,
                fence=delivery.fence,
                outcome="in_doubt",
                reply="",
            )
        )
        delivery.state = "in_doubt"
        delivery.attempts += 1
        delivery.next_try_at = None
        delivery.owner_id = delivery.lease_until = None
        if delivery.route != EMAIL:
            # A message has no Message-ID by which two can be told to be one.
            delivery.reason, delivery.ended_at = due.HELD, now
            held.append(delivery.id)
        log.warning("delivery %s: its worker died while it was on its way", delivery.id)
    session.flush()
    share_end(session, held)


def give_up_waiting_for(session: Session, silent: Sequence[int], now: datetime) -> None:
    """A holder that is there and says nothing keeps its deliveries, but not past their use."""
    given_up = session.scalars(
        update(Delivery)
        .where(Delivery.state == "in_flight", Delivery.owner_id.in_(silent))
        .where(Delivery.useful_until <= now)
        .values(state="in_doubt", reason=due.IN_DOUBT, ended_at=now)
        .values(owner_id=None, lease_until=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    share_end(session, given_up.all())


def _settle_late(session: Session, desk: Desk, now: datetime) -> None:
    """What was of use until now is told as missed, or as in doubt; what nobody wants, as that."""
    late = (
        select(Delivery.id)
        .where(Delivery.state.in_(WAITING), Delivery.ended_at.is_(None))
        .where(Delivery.useful_until <= now)
        .limit(IDS_AT_ONCE)
    )
    ids = list(session.scalars(late))
    if not ids:
        return
    rows = session.execute(with_facts().where(Delivery.id.in_(ids))).all()
    missed = [row.Delivery for row, _decision in judge(session, rows, now)["missed"]]
    names = takers(session, missed, desk.office.name)
    relays = {name: relay_row(session, name) for name in sorted(set(names.values()))}
    for delivery in missed:
        settle_missed(session, delivery, relays[names[delivery.id]], now)


def _summarise(session: Session, now: datetime) -> None:
    """One summary about each meet-up with missed reminders, once all of them are settled."""
    other = aliased(Delivery)
    open_ones = exists().where(other.subject == Delivery.subject, other.ended_at.is_(None))
    told = exists().where(other.subject == due.SUMMARY_PREFIX + Delivery.subject)
    missed = (
        select(Delivery.subject, Delivery.occurrence_id)
        .where(Delivery.state == "missed", Delivery.kind == due.MEETUP)
        .where(Delivery.due_at > now - due.SUMMARY_IS_OF_USE, ~open_ones, ~told)
        .where(~is_told_otherwise())
        .distinct()
    )
    for subject, occurrence_id in session.execute(missed).all():
        occurrence = session.get_one(Occurrence, occurrence_id)
        make_missing(
            session,
            Delivery,
            [
                _summary_row(occurrence, subject, person, now)
                for person in _organisers(session, occurrence, now)
            ],
        )


def _summary_row(
    occurrence: Occurrence, subject: str, person: Person, now: datetime
) -> dict[str, Any]:
    return {
        "team_id": occurrence.team_id,
        "person_id": person.id,
        "kind": due.MISSED_SUMMARY,
        "subject": due.SUMMARY_PREFIX + subject,
        "occurrence_id": occurrence.id,
        "due_at": now,
        "useful_until": now + due.SUMMARY_IS_OF_USE,
        "created_at": now,
    }


def _organisers(session: Session, occurrence: Occurrence, now: datetime) -> list[Person]:
    """Who is told: the host of the day, else the team's administrators."""
    deaf = set(session.scalars(select(Muted.person_id).where(Muted.kind == due.MISSED_SUMMARY)))
    host = hosts(session, [occurrence], now)[occurrence.id]
    if host is not None and host.id not in deaf:
        return [host]
    admins = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == occurrence.team_id, Membership.role == "admin")
        .where(Membership.ended_at.is_(None), Person.active.is_(True))
        .order_by(Person.id)
    )
    return [admin for admin in session.scalars(admins) if admin.id not in deaf]
