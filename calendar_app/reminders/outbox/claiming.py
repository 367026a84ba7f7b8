"""`claim`: takes what is due, on a lease, as far as the relay has room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    Connection,
    Select,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from calendar_app.meetups.hosting import keep_host
from calendar_app.meetups.sittings import note_told
from calendar_app.reminders import due
from calendar_app.reminders.invitation_mails import story_of_invitation, told_in
from calendar_app.reminders.mail import Reader, Story
from calendar_app.reminders.models import Attempt, Delivery, Relay
from calendar_app.reminders.outbox.desk import A_MINUTE, LEASE, WAITING, Claimed, Desk, relay_row
from calendar_app.reminders.outbox.settling import judge, put_off, resting, settle_missed
from calendar_app.reminders.queries import (
    AnyRow,
    leaders_of,
    story_of,
    with_facts,
)
from calendar_app.reminders.routes import goes_to, is_asked_to_wait, ways_of
from calendar_app.reminders.together import gather, taken_along, with_company

# A delivery that was handed out, and the fence under which it is held.
Ticket = tuple[int, int]
Defer = Callable[[Connection, Sequence[Ticket]], None]

# Far below what Slack and Teams take; each address has a limit of its own, which it tells by a 429.
MESSAGES_A_MINUTE = 600


def anything_due(session: Session, now: datetime, origin: str = "") -> bool:
    """Whether `claim` may find something that goes to `origin`; "": by mail."""
    return session.scalar(select(_due_rows(origin, now).exists())) or False


def claim(desk: Desk, now: datetime, limit: int) -> list[Claimed]:
    """Take at most `limit` due deliveries on a lease, as much as the relay may have now.

    What is no longer wanted, as things stand at this moment, is cancelled instead.
    """
    with desk.database.writing() as session:
        wanted = _wanted(session, desk, now, limit)
        held = _take(session, desk.worker_id, [row.Delivery.id for row in wanted], now)
        return _with_mails(session, desk, wanted, held, now)


def hand_out(desk: Desk, now: datetime, limit: int, defer: Defer) -> int:
    """Claim as `claim` does, for whichever worker comes first to `receive`; how many.

    `defer` is told each delivery and its fence in the transaction of the claim: either both are
    there, the claim and the work that it makes, or neither.
    """
    with desk.database.writing() as session:
        ids = [row.Delivery.id for row in _wanted(session, desk, now, limit)]
        held = _take(session, desk.worker_id, ids, now)
        if held:
            defer(session.connection(), [(one, held[one].fence) for one in ids])
        return len(held)


def receive(desk: Desk, tickets: Sequence[Ticket], now: datetime) -> list[Claimed]:
    """Put this worker's name on what was handed out, as far as it is still held under its fence.

    What is no longer wanted by now is cancelled instead, as at the claim.
    """
    with desk.database.writing() as session:
        ids = _lay_down(session, tickets, now)
        rows = session.execute(with_facts().where(Delivery.id.in_(ids))).all()
        order = {one: place for place, (one, _fence) in enumerate(tickets)}
        wanted = sorted(
            _still_wanted(session, desk, rows, now), key=lambda row: order[row.Delivery.id]
        )
        held = _take(session, desk.worker_id, [row.Delivery.id for row in wanted], now)
        return _with_mails(session, desk, wanted, held, now)


def _lay_down(session: Session, tickets: Sequence[Ticket], now: datetime) -> Sequence[int]:
    """Let what is still held under its fence wait again, for as long as it is looked at.

    Nobody else sees that: it is in the transaction in which it is taken up, or comes to its end.
    """
    laying_down = (
        update(Delivery)
        # SQLite looks a pair up in no index: without this it would read the whole table.
        .where(Delivery.id.in_([one for one, _fence in tickets]))
        .where(tuple_(Delivery.id, Delivery.fence).in_(tickets))
        .where(Delivery.state == "claimed", Delivery.lease_until > now)
        .values(state=resting(), owner_id=None, lease_until=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(laying_down).all()


def _wanted(session: Session, desk: Desk, now: datetime, limit: int) -> list[AnyRow]:
    """What is due and wanted, as much as the relay may have now; the rest comes to its end."""
    relay = relay_row(session, desk.office.name)
    room = min(limit, _room(session, desk, relay, now))
    if room <= 0:
        return []
    ids = session.scalars(
        _due_rows(desk.origin, now)
        .order_by(Delivery.useful_until, Delivery.attempts, Delivery.due_at, Delivery.id)
        .limit(room)
        .with_for_update(skip_locked=True)
    ).all()
    ids = with_company(session, ids, now)
    rows = session.execute(with_facts().where(Delivery.id.in_(ids))).all()
    wanted = gather(session, _still_wanted(session, desk, rows, now), now)
    if wanted and relay.failures:
        relay.probe_until = now + LEASE
    return wanted


def _still_wanted(
    session: Session, desk: Desk, rows: Sequence[AnyRow], now: datetime
) -> list[AnyRow]:
    """Those of `rows` that are to be sent now; the others wait longer, or come to their end."""
    judged = judge(session, rows, now)
    put_off(session, judged["wait"])
    for row, _decision in judged["missed"]:
        settle_missed(session, row.Delivery, relay_row(session, desk.office.name), now)
    return [row for row, _decision in judged["send"]]


def _due_rows(origin: str, now: datetime) -> Select[int]:
    asked = (goes_to(origin), ~is_asked_to_wait(now)) if origin else (goes_to(origin),)
    return select(Delivery.id).where(
        *asked,
        Delivery.state.in_(WAITING),
        Delivery.ended_at.is_(None),
        Delivery.due_at <= now,
        Delivery.useful_until > now,
        func.coalesce(Delivery.next_try_at, now) <= now,
    )


def _room(session: Session, desk: Desk, relay: Relay, now: datetime) -> int:
    """How many mails, or messages, the relay may be offered now."""
    if relay.failures:
        return 0 if _is_left_alone(session, desk, relay, now) else 1
    recent = (
        select(func.count())
        .select_from(Attempt)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .where(Attempt.at > now - A_MINUTE, Attempt.at <= now, Attempt.outcome != "unreachable")
        .where(goes_to(desk.origin))
    )
    under_way = select(func.count()).where(
        Delivery.state.in_(("claimed", "in_flight")), goes_to(desk.origin)
    )
    rate = MESSAGES_A_MINUTE if desk.origin else desk.config.mail_rate
    return rate - (session.scalar(recent) or 0) - (session.scalar(under_way) or 0)


def _is_left_alone(session: Session, desk: Desk, relay: Relay, now: datetime) -> bool:
    """Whether nobody asks the relay now: another asks already, or it failed a moment ago.

    How long that moment is depends on what is due by now, not on what was tried then: a summary can
    wait a minute, a meet-up that begins soon cannot.
    """
    # What lies farther ahead was noted before the clock was set back.
    if relay.probe_until is not None and now < relay.probe_until <= now + LEASE:
        return True
    due_now = Delivery.id.in_(_due_rows(desk.origin, now))
    nearest = session.scalar(select(func.min(Delivery.useful_until)).where(due_now))
    if relay.failed_at is None or nearest is None:
        return False
    return abs(now - relay.failed_at) < due.probe_pause(relay.failures, nearest - now)


def _take(
    session: Session,
    worker_id: int,
    ids: Sequence[int],
    now: datetime,
) -> dict[int, AnyRow]:
    """Put this worker's name on the rows; the new fence makes an older holder's word void."""
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(
            state="claimed",
            owner_id=worker_id,
            fence=Delivery.fence + 1,
            lease_until=now + LEASE,
            dated_at=func.coalesce(Delivery.dated_at, now),
        )
        .returning(Delivery.id, Delivery.fence, Delivery.lease_until, Delivery.dated_at)
        .execution_options(synchronize_session=False)
    ).all()
    return {one.id: one for one in taken}


def _with_mails(
    session: Session,
    desk: Desk,
    rows: Sequence[AnyRow],
    held: Mapping[int, AnyRow],
    now: datetime,
) -> list[Claimed]:
    others = taken_along(session, rows, now)
    leaders = leaders_of(session, rows, now)
    outcomes = {row.Occurrence.id for row in rows if row.Delivery.kind == due.OUTCOME}
    if outcomes:
        note_told(session, outcomes, now)
    for row in rows:
        if row.Delivery.kind == due.HOST:
            keep_host(session, row.Occurrence, row.Person.id)
    invited = told_in(session, rows)
    stories = {
        row.Delivery.id: story_of_invitation(row, told)
        if (told := invited.get(row.Delivery.id))
        else story_of(session, row, others.get(row.Delivery.id, ()), leaders)
        for row in rows
    }
    ways = ways_of(session, desk.config, held) if desk.origin else {}
    return [
        replace(
            _claimed(row, held[row.Delivery.id], stories[row.Delivery.id]),
            way=ways.get(row.Delivery.id),
        )
        for row in rows
    ]


def _claimed(row: AnyRow, taken: AnyRow, story: Story) -> Claimed:
    delivery, person = row.Delivery, row.Person
    return Claimed(
        id=delivery.id,
        fence=taken.fence,
        unique=delivery.uuid,
        route=delivery.route,
        attempts=delivery.attempts,
        lease_until=taken.lease_until,
        useful_until=delivery.useful_until,
        dated_at=taken.dated_at,
        reader=Reader(person.uuid, person.name, person.first_name, person.email),
        story=story,
        frozen=None if delivery.body is None else delivery.body.encode("ascii"),
    )
