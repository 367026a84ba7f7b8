"""What is noted of the routes that are not mail, and what becomes of what they do not take."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, inspect, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.post_office import Answer
from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery, Relay
from calendar_app.reminders.outbox.desk import WAITING, Claimed, make_missing
from calendar_app.reminders.push import PUSH
from calendar_app.reminders.routes import EMAIL, Route
from calendar_app.reminders.together import share_end

log = logging.getLogger(__name__)

_AS_IT_STANDS = {"synchronize_session": False}
# What a route did not take so often goes by mail, while it is still of use.
MOST_TRIES = 3
# Who wants to be left alone for longer than this does not take it.
LONGEST_REST = timedelta(seconds=30)
# What a delivery went through by its own route: another of the same begins without it.
_OF_ITS_WAY = frozenset(
    {
        *("id", "uuid", "route", "created_at", "state", "attempts", "next_try_at", "ended_at"),
        *("owner_id", "fence", "lease_until", "message_id", "dated_at", "body", "sent_at"),
        *("reply", "reason", "told_with_id"),
    }
)
# All the rest is what it tells, to whom and when: a column that is added goes along.
TOLD = tuple(one.key for one in inspect(Delivery).column_attrs if one.key not in _OF_ITS_WAY)


def origins_due(session: Session, now: datetime) -> list[str]:
    """To which services something other than a mail is due."""
    query = (
        select(Route.origin)
        .join(Delivery, _is_its_way())
        .where(Delivery.state.in_(WAITING), Delivery.ended_at.is_(None))
        .where(Delivery.due_at <= now, Delivery.useful_until > now)
        .where(Route.removed_at.is_(None), Route.origin != "")
        .distinct()
    )
    return sorted(session.scalars(query))


def note_routes(session: Session, results: Sequence[tuple[Claimed, Answer]], now: datetime) -> None:
    """Write down at each route how it fared: the last success, or the last failure and why."""
    for one, answer in results:
        if one.is_message and answer.kind != "untried":
            # Its way tells which, but not when its address cannot be read.
            its = select(Route.id).join(Delivery, _is_its_way()).where(Delivery.id == one.id)
            noting = update(Route).where(Route.id.in_(its.correlate(None)))
            session.execute(noting.values(_noted(answer, now)), execution_options=_AS_IT_STANDS)
            if answer.gone and one.way is not None and one.way.kind == PUSH:
                # That subscription is over for good: the browser makes another.
                forgetting = noting.values(locked="", mark="")
                session.execute(forgetting, execution_options=_AS_IT_STANDS)


def _noted(answer: Answer, now: datetime) -> dict[str, Any]:
    if answer.kind == "accepted":
        return {"last_success_at": now, "failed_at": None, "failure": "", "not_before": None}
    noted: dict[str, Any] = {"failed_at": now, "failure": answer.words}
    if answer.wait:
        noted["not_before"] = now + timedelta(seconds=answer.wait)
    if answer.gone:
        # Another version: what was to go this way is planned anew.
        noted |= {"broken_at": now, "version": Route.version + 1}
    return noted


def takers(
    session: Session, deliveries: Collection[Delivery], mail_relay: str
) -> Mapping[int, str]:
    """The name of the relay that takes each of these, by its id."""
    ids = [one.id for one in deliveries if one.route != EMAIL]
    query = select(Delivery.id, Route.origin).join(Route, _is_its_way())
    found = {row.id: row.origin for row in session.execute(query.where(Delivery.id.in_(ids)))}
    return {one.id: found.get(one.id) or mail_relay for one in deliveries}


def fall_back(session: Session, now: datetime) -> None:
    """What a route refuses, or does not take for long, goes by mail as long as it is of use."""
    _give_up(session, now)
    other = aliased(Delivery)
    has_mail = exists(
        select(other.id).where(
            other.subject == Delivery.subject,
            other.person_id == Delivery.person_id,
            other.kind == Delivery.kind,
            other.route == EMAIL,
            ~((other.state == "cancelled") & (other.reason == due.OTHER_ROUTE)),
        )
    )
    # Told by another route all the same, or perhaps: nobody gets it twice.
    told = exists(
        select(other.id).where(
            other.subject == Delivery.subject,
            other.person_id == Delivery.person_id,
            other.kind == Delivery.kind,
            other.id != Delivery.id,
            other.state.in_(("sent", "claimed", "in_flight", "in_doubt")),
        )
    )
    refused = select(Delivery).where(
        Delivery.route != EMAIL,
        Delivery.state == "dead",
        Delivery.useful_until > now,
        ~has_mail,
        ~told,
    )
    for one in session.scalars(refused).all():
        if not _by_mail_after_all(session, one):
            make_missing(session, Delivery, [_by_mail(one, now)])


def _give_up(session: Session, now: datetime) -> None:
    """What was tried often enough, or waits for who is away or rests, waits no longer."""
    is_away = exists(
        select(Relay.id)
        .join(Route, Route.origin == Relay.name)
        .where(_is_its_way(), Relay.failures >= MOST_TRIES)
    )
    stuck = (
        Delivery.route != EMAIL,
        Delivery.state.in_(("pending", "retry")),
        Delivery.ended_at.is_(None),
        Delivery.due_at <= now,
        Delivery.useful_until > now,
        (Delivery.attempts >= MOST_TRIES) | is_away | _rests_too_long(now),
    )
    values = {"state": "dead", "reason": due.GIVEN_TO_MAIL, "ended_at": now}
    giving_up = update(Delivery).where(*stuck).values(values).returning(Delivery.id)
    ids = session.scalars(giving_up.execution_options(synchronize_session=False)).all()
    if ids:
        share_end(session, ids)
        log.info("deliveries %s: not taken, by mail instead", list(ids))


def _rests_too_long(now: datetime) -> ColumnElement[bool]:
    """Whether its address is asked again only when that is late, or of no use any more."""
    asked_to = exists(select(Route.id).where(_is_its_way(), _is_late(Route.not_before, now)))
    return _is_late(Delivery.next_try_at, now) | asked_to


def _is_late(at: InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[bool]:
    return or_(at >= Delivery.useful_until, at > now + LONGEST_REST)


def _by_mail_after_all(session: Session, refused: Delivery) -> bool:
    """Whether it had been planned by mail, before another route was chosen: that waits again.

    At the times of what was refused, which may have moved meanwhile.
    """
    planned = (
        Delivery.subject == refused.subject,
        Delivery.person_id == refused.person_id,
        Delivery.kind == refused.kind,
        Delivery.route == EMAIL,
        Delivery.state == "cancelled",
    )
    times = {name: getattr(refused, name) for name in ("due_on", "due_at", "useful_until")}
    values = {"state": "pending", "reason": "", "ended_at": None, "next_try_at": None, **times}
    waking = update(Delivery).where(*planned).values(values).returning(Delivery.id)
    return session.scalars(waking.execution_options(synchronize_session=False)).first() is not None


def _by_mail(refused: Delivery, now: datetime) -> dict[str, Any]:
    told = {name: getattr(refused, name) for name in TOLD}
    return {**told, "route": EMAIL, "created_at": now}


def send_again(session: Session, delivery: Delivery, now: datetime) -> None:
    """A person decided: what may have arrived is sent once more. Raises Refused."""
    if delivery.state != "in_doubt" or delivery.route == EMAIL or delivery.ended_at is None:
        raise Refused(N_("This reminder does not wait for an answer of yours."))
    if delivery.useful_until <= now:
        raise Refused(N_("This reminder is of no use any more."))
    held = (Delivery.id == delivery.id, Delivery.ended_at.is_not(None))
    values = {"ended_at": None, "next_try_at": None, "reason": ""}
    session.execute(update(Delivery).where(*held, Delivery.state == "in_doubt").values(values))
    # What stood in the same message is told by its repetition.
    with_it = (Delivery.told_with_id == delivery.id, Delivery.state == "in_doubt")
    again = {"state": "cancelled", "reason": due.TOLD_TOGETHER}
    session.execute(update(Delivery).where(*with_it).values(again))


def _is_its_way() -> ColumnElement[bool]:
    return and_(Route.person_id == Delivery.person_id, Route.key == Delivery.route)
