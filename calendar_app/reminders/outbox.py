"""The transactional outbox: every reminder is a row first, and each row comes to a known end.

Four functions drive it, each safe to run again at any moment and by several workers at once:
`plan` makes the rows, `claim` takes those that are due on a lease, `deliver` hands them over and
`sweep` heals what crashed workers left and settles what came too late.

    pending → claimed → in_flight → sent
    claimed or in_flight → retry (4xx) | dead (5xx) | in_doubt (no answer after the final dot)
    pending or retry → cancelled (no longer wanted) | missed (too late)

Only between the final dot and the relay's answer can nobody know (RFC 1047). Such a mail is sent
again byte for byte, and stays in doubt, not dead or missed, when the repetition fails.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import Presence, host_of, plan_occurrences, presence
from calendar_app.people.models import Membership, Person, Team
from calendar_app.post_office import Answer, Mail, PostOffice
from calendar_app.reminders import due
from calendar_app.reminders.hushed import Hushed, changes_of_quiet_hours
from calendar_app.reminders.mail import Reader, Story, write
from calendar_app.reminders.models import Attempt, Delivery, Muted, Relay, Worker
from calendar_app.reminders.outcome_reminders import wanted_of_outcomes
from calendar_app.reminders.post_reminders import wanted_of_posts
from calendar_app.reminders.processes import ProcessName, can_be_seen, is_gone
from calendar_app.reminders.queries import (
    AnyRow,
    facts_of,
    hosts_of,
    is_there,
    story_of,
    with_facts,
)
from calendar_app.reminders.together import gather, may_wait_again, taken_along

log = logging.getLogger(__name__)

PLANNED = timedelta(days=35)
LEASE = timedelta(seconds=30)
SILENT_FOR = timedelta(minutes=10)
A_MINUTE = timedelta(minutes=1)
NOTED_EVERY = timedelta(seconds=5)
# A worker that was away this long has more to catch up with than old reminders.
LOOK_BACK = timedelta(days=1)
_IDS_AT_ONCE = 500

_WAITING = ("pending", "retry", "in_doubt")
_HELD = ("planned", "moved")


@dataclass(frozen=True)
class Desk:
    """What one worker works with. `clock` tells the present moment, aware.

    A clock can be set; `stopwatch` counts seconds and cannot.
    """

    database: Database
    config: Config
    office: PostOffice
    worker_id: int
    clock: Callable[[], datetime]
    # Set when the worker has to stop: what is claimed and not begun goes back.
    stopping: threading.Event = field(default_factory=threading.Event)
    stopwatch: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Claimed:
    """One delivery that this worker holds under `fence`, with all that its mail needs.

    `frozen` are the bytes of an earlier hand-over, to be repeated as they were.
    """

    id: int
    fence: int
    unique: str
    attempts: int
    lease_until: datetime
    useful_until: datetime
    dated_at: datetime
    reader: Reader
    story: Story
    frozen: bytes | None


# ------------------------------------------------------------------------------------------- plan


def plan(session: Session, now: datetime) -> int:
    """Bring the coming 35 days' reminders in line with meet-ups, posts, people and absences.

    Answers how many rows it made or changed: a second run answers 0.
    """
    for meetup in session.scalars(select(Meetup).where(Meetup.deleted_at.is_(None))):
        plan_occurrences(session, meetup, now, PLANNED.days)
    since = _looks_back_to(session, now)
    asked = (
        _wanted(session, since, now)
        | wanted_of_outcomes(session, since, now)
        | wanted_of_posts(session, since, now, PLANNED)
    )
    hushed = Hushed(session)
    wanted = {key: hushed.moved(row, now) for key, row in asked.items()}
    kept = _kept_rows(session, since)
    new = [facts for key, facts in wanted.items() if key not in kept]
    return (
        _make_missing(session, Delivery, new)
        + _withdraw(session, wanted, kept, now)
        # After that: what would have been told in a mail that was withdrawn waits by itself again.
        + _wake(session, wanted, kept, hushed, now)
        + _retime(session, wanted, kept)
    )


def changes_so_far(session: Session) -> tuple[int, ...]:
    """Some numbers that differ when something that `plan` looks at was changed."""
    revisions = select(func.coalesce(func.sum(Team.revision), 0)).scalar_subquery()
    muted = select(func.coalesce(func.sum(Muted.id), 0)).scalar_subquery()
    row = session.execute(select(revisions, muted)).one()
    return int(row[0]), int(row[1]), changes_of_quiet_hours(session)


def _looks_back_to(session: Session, now: datetime) -> datetime:
    """What began while no worker ran is planned too, so that it is told as missed."""
    last = session.scalar(select(func.max(Worker.ticked_at)))
    return now if last is None else max(min(last, now), now - LOOK_BACK)


def _wanted(
    session: Session, since: datetime, now: datetime
) -> dict[tuple[str, int], dict[str, Any]]:
    """The reminders that should be there, by subject and person, as values of a row."""
    query = (
        select(Occurrence, Meetup)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .where(Occurrence.state.in_(_HELD), Meetup.deleted_at.is_(None))
        .where(Occurrence.starts_at > since, Occurrence.starts_at <= now + PLANNED)
    )
    held = [
        (occurrence, meetup)
        for occurrence, meetup in session.execute(query)
        if occurrence.starts_at > now or _stood_before_it_began(occurrence, meetup)
    ]
    present = presence(session, [occurrence for occurrence, _meetup in held])
    muted = select(Muted.person_id, Muted.kind).where(Muted.kind.in_(due.OF_MEETUPS))
    deaf = {(person_id, kind) for person_id, kind in session.execute(muted)}
    rows = [
        row
        for occurrence, meetup in held
        for row in _rows_of(occurrence, meetup, present[occurrence.id], since, now)
    ]
    return {
        (row["subject"], row["person_id"]): row
        for row in rows
        if (row["person_id"], row["kind"]) not in deaf
    }


def _stood_before_it_began(occurrence: Occurrence, meetup: Meetup) -> bool:
    """Whether people could know of it: what is entered afterwards was missed by nobody."""
    return max(occurrence.updated_at, meetup.updated_at) <= occurrence.starts_at


def _rows_of(
    occurrence: Occurrence, meetup: Meetup, found: Presence, since: datetime, now: datetime
) -> Iterable[dict[str, Any]]:
    """For each who is there that it begins soon, and for who leads that they do."""
    start = occurrence.starts_at
    told = {
        "team_id": occurrence.team_id,
        "occurrence_id": occurrence.id,
        "useful_until": start,
        "created_at": now,
    }
    soon = {
        "kind": due.MEETUP,
        "subject": due.subject(occurrence.id, start),
        "due_at": due.due_at(start, timedelta(minutes=meetup.lead_minutes)),
    }
    for person in found.present:
        yield {**told, **soon, "person_id": person.id}
    host = host_of(occurrence, found)
    until = start - due.HOST_HEARS_BEFORE
    if host is not None and until > since:
        leads = {
            "kind": due.HOST,
            "subject": due.subject_of_host(occurrence.id, start),
            "due_at": due.host_due_at(start, occurrence.zone),
            "useful_until": until,
        }
        yield {**told, **leads, "person_id": host.id}


def _kept_rows(session: Session, since: datetime) -> dict[tuple[str, int], AnyRow]:
    times = (Delivery.due_on, Delivery.due_at, Delivery.useful_until)
    what = (Delivery.id, Delivery.subject, Delivery.person_id, Delivery.state, Delivery.reason)
    query = select(*what, *times).where(
        Delivery.kind != due.MISSED_SUMMARY, Delivery.useful_until > since
    )
    return {(row.subject, row.person_id): row for row in session.execute(query)}


def _make_missing(session: Session, model: type[Any], rows: Sequence[dict[str, Any]]) -> int:
    """Make rows; one that another worker made meanwhile is left alone."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    making = sqlite.insert(model) if on_sqlite else postgresql.insert(model)
    for part in _in_parts(rows):
        session.execute(making.on_conflict_do_nothing(), part)
    return len(rows)


def _wake(
    session: Session,
    wanted: dict[Any, dict[str, Any]],
    kept: dict[Any, AnyRow],
    hushed: Hushed,
    now: datetime,
) -> int:
    """Somebody is back, or a day is held after all: their reminder waits again."""
    ids = [
        row.id
        for key, row in kept.items()
        if row.state == "cancelled"
        and key in wanted
        and not (row.reason == due.QUIET and hushed.silences(wanted[key], now))
    ]
    values = {"state": "pending", "reason": "", "ended_at": None, "next_try_at": None}
    woken = 0
    for part in _in_parts(ids):
        which = (Delivery.id.in_(part), Delivery.state == "cancelled", may_wait_again())
        waking = update(Delivery).where(*which).values({**values, "told_with_id": None})
        told = waking.returning(Delivery.id).execution_options(synchronize_session=False)
        woken += len(session.scalars(told).all())
    return woken


def _retime(session: Session, wanted: dict[Any, dict[str, Any]], kept: dict[Any, AnyRow]) -> int:
    """Another lead, or other hours: the rows that still wait are due at another moment."""
    changed = [
        (row.id, told)
        for key, row in kept.items()
        if key in wanted
        and (told := _times(wanted[key])) != {name: getattr(row, name) for name in told}
    ]
    waiting = Delivery.state.in_(("pending", "retry"))
    retimed = 0
    for delivery_id, told in changed:
        which = (Delivery.id == delivery_id, waiting)
        moving = update(Delivery).where(*which).values(told).returning(Delivery.id)
        retimed += len(session.scalars(moving).all())
    return retimed


def _times(values: dict[str, Any]) -> dict[str, Any]:
    """On which day (None: that of its meet-up), at what moment and until when it is of use."""
    return {
        "due_on": values.get("due_on"),
        "due_at": values["due_at"],
        "useful_until": values["useful_until"],
    }


def _withdraw(
    session: Session, wanted: Collection[Any], kept: dict[Any, AnyRow], now: datetime
) -> int:
    """Cancel what waits and is not wanted any more, each with its reason."""
    ids = [
        row.id
        for key, row in kept.items()
        if row.state in {"pending", "retry"} and key not in wanted
    ]
    withdrawn = 0
    for part in _in_parts(ids):
        rows = session.execute(with_facts().where(Delivery.id.in_(part))).all()
        withdrawn += len(_judged(session, rows, now)["cancel"])
    return withdrawn


def _in_parts(things: Sequence[Any]) -> Iterable[list[Any]]:
    """`things` in lists that a database takes as the values of one statement."""
    rest = iter(things)
    while part := list(islice(rest, _IDS_AT_ONCE)):
        yield part


# ------------------------------------------------------------------------------------------ claim


def anything_due(session: Session, now: datetime) -> bool:
    """Whether `claim` may find something."""
    return session.scalar(select(_due_rows(now).exists())) or False


def claim(desk: Desk, now: datetime, limit: int) -> list[Claimed]:
    """Take at most `limit` due deliveries on a lease, as much as the relay may have now.

    What is no longer wanted, as things stand at this moment, is cancelled instead.
    """
    with desk.database.writing() as session:
        relay = _relay(session, desk.office.name)
        room = min(limit, _room(session, relay, desk.config.mail_rate, now))
        if room <= 0:
            return []
        ids = session.scalars(
            _due_rows(now)
            .order_by(Delivery.useful_until, Delivery.attempts, Delivery.due_at, Delivery.id)
            .limit(room)
            .with_for_update(skip_locked=True)
        ).all()
        rows = session.execute(with_facts().where(Delivery.id.in_(ids))).all()
        judged = _judged(session, rows, now)
        _put_off(session, judged["wait"])
        wanted = gather(session, [row for row, _decision in judged["send"]], now)
        if wanted and relay.failures:
            relay.probe_until = now + LEASE
        return _take(session, desk.worker_id, wanted, now)


def _due_rows(now: datetime) -> Select[int]:
    return select(Delivery.id).where(
        Delivery.state.in_(_WAITING),
        Delivery.ended_at.is_(None),
        Delivery.due_at <= now,
        Delivery.useful_until > now,
        func.coalesce(Delivery.next_try_at, now) <= now,
    )


def _relay(session: Session, name: str) -> Relay:
    """What is known of the relay. Holding its row, workers claim one after another."""
    query = select(Relay).where(Relay.name == name).with_for_update()
    relay = session.scalars(query).one_or_none()
    if relay is None:
        _make_missing(session, Relay, [{"name": name}])
        relay = session.scalars(query).one()
    return relay


def _room(session: Session, relay: Relay, rate: int, now: datetime) -> int:
    """How many mails the relay may be offered now."""
    if relay.failures:
        return 0 if _is_left_alone(session, relay, now) else 1
    recent = select(func.count()).where(
        Attempt.at > now - A_MINUTE, Attempt.at <= now, Attempt.outcome != "unreachable"
    )
    under_way = select(func.count()).where(Delivery.state.in_(("claimed", "in_flight")))
    return rate - (session.scalar(recent) or 0) - (session.scalar(under_way) or 0)


def _is_left_alone(session: Session, relay: Relay, now: datetime) -> bool:
    """Whether nobody asks the relay now: another asks already, or it failed a moment ago.

    How long that moment is depends on what is due by now, not on what was tried then: a summary can
    wait a minute, a meet-up that begins soon cannot.
    """
    if relay.probe_until is not None and now < relay.probe_until:
        return True
    due_now = Delivery.id.in_(_due_rows(now))
    nearest = session.scalar(select(func.min(Delivery.useful_until)).where(due_now))
    if relay.failed_at is None or nearest is None:
        return False
    return now < relay.failed_at + due.probe_pause(relay.failures, nearest - now)


def _take(session: Session, worker_id: int, rows: Sequence[AnyRow], now: datetime) -> list[Claimed]:
    """Put this worker's name on the rows; the new fence makes an older holder's word void."""
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_([row.Delivery.id for row in rows]))
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
    held = {one.id: one for one in taken}
    others = taken_along(session, rows, now)
    return [
        _claimed(session, row, held[row.Delivery.id], others.get(row.Delivery.id, ()))
        for row in rows
    ]


def _claimed(session: Session, row: AnyRow, taken: AnyRow, others: Sequence[AnyRow]) -> Claimed:
    delivery, person = row.Delivery, row.Person
    return Claimed(
        id=delivery.id,
        fence=taken.fence,
        unique=delivery.uuid,
        attempts=delivery.attempts,
        lease_until=taken.lease_until,
        useful_until=delivery.useful_until,
        dated_at=taken.dated_at,
        reader=Reader(person.uuid, person.name, person.first_name, person.email),
        story=story_of(session, row, others),
        frozen=None if delivery.body is None else delivery.body.encode("ascii"),
    )


# ---------------------------------------------------------------------------------------- deliver


def deliver(desk: Desk, claimed: Sequence[Claimed]) -> None:
    """Hand over what was claimed, as many side by side as the way out is wide.

    Stops when the relay is away or the worker has to stop; what was not begun goes back.
    """
    rest = list(claimed)
    goes_on = True
    while rest and goes_on and not desk.stopping.is_set():
        group, rest = rest[: desk.office.width], rest[desk.office.width :]
        goes_on = _deliver_together(desk, group)
    if rest:
        _land(desk, [(one, Answer("untried", "")) for one in rest])


def _deliver_together(desk: Desk, group: Sequence[Claimed]) -> bool:
    """Hand a group over; whether the relay is there for more."""
    written = [(one, _written(desk.config, one)) for one in group]
    results = [(one, mail) for one, mail in written if isinstance(mail, Answer)]
    mails = [(one, mail) for one, mail in written if isinstance(mail, Mail)]
    offers = desk.office.offer([mail for _one, mail in mails]) if mails else []
    at_the_door = []
    for (one, mail), answer in zip(mails, offers, strict=True):
        if answer is None:
            at_the_door.append((one, mail))
        else:
            results.append((one, answer))
    results += _let_go(desk, at_the_door)
    _land(desk, results)
    return not _relay_is_away(answer for _one, answer in results)


def _written(config: Config, one: Claimed) -> Mail | Answer:
    try:
        mail = write(config, one.story, one.reader, one.unique, one.dated_at)
    except ValueError:
        return Answer("never", "the address cannot stand in a mail")
    return mail if one.frozen is None else replace(mail, raw=one.frozen)


def _let_go(
    desk: Desk, at_the_door: Sequence[tuple[Claimed, Mail]]
) -> list[tuple[Claimed, Answer]]:
    """Write down that these are about to leave, and let those go that are still this worker's."""
    if not at_the_door:
        return []
    ours = [False] * len(at_the_door)
    try:
        ours = _may_leave(desk, at_the_door)
    finally:
        # A database that cannot be written calls every mail back: none has had its final dot.
        answers = desk.office.finish(ours)
    return [(one, answer) for (one, _mail), answer in zip(at_the_door, answers, strict=True)]


def _may_leave(desk: Desk, mails: Sequence[tuple[Claimed, Mail]]) -> list[bool]:
    """Which of them have taken off and are, directly before the dot, still leased and of use."""
    steady = replace(desk, clock=_steady_clock(desk))
    flying = _take_off(steady, mails)
    # After the commit this process may have stood still (SIGSTOP, a machine asleep): look again.
    now = steady.clock()
    return [
        flies and now < min(one.lease_until, one.useful_until)
        for (one, _mail), flies in zip(mails, flying, strict=True)
    ]


def _steady_clock(desk: Desk) -> Callable[[], datetime]:
    """The desk's clock; if that is set back, what its stopwatch counts goes by all the same."""
    counted, began = desk.stopwatch(), desk.clock()

    def tell() -> datetime:
        return max(desk.clock(), began + timedelta(seconds=desk.stopwatch() - counted))

    return tell


def _take_off(desk: Desk, mails: Sequence[tuple[Claimed, Mail]]) -> list[bool]:
    """Which of them are still ours to send and of use; those are in flight when this returns."""
    with desk.database.writing() as session:
        now = desk.clock()
        taking_off = (
            update(Delivery)
            .where(_is_ours(desk, [one for one, _mail in mails]))
            .where(Delivery.lease_until > now, Delivery.useful_until > now)
            .values(state="in_flight")
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
        flying = set(session.scalars(taking_off))
        kept = [_bytes_of(one, mail) for one, mail in mails if one.id in flying]
        if kept:
            session.connection().execute(_KEEP_BYTES, kept)
        return [one.id in flying for one, _mail in mails]


def _is_ours(desk: Desk, ones: Iterable[Claimed]) -> ColumnElement[bool]:
    """Held by this worker under the fence of its claim, and by nobody who came after it.

    Whatever ends a hold takes the owner's name off, so that no state need be asked.
    """
    claims = [(one.id, one.fence) for one in ones]
    return and_(
        Delivery.owner_id == desk.worker_id, tuple_(Delivery.id, Delivery.fence).in_(claims)
    )


def _bytes_of(one: Claimed, mail: Mail) -> dict[str, object]:
    return {"which": one.id, "bytes": mail.raw.decode("ascii"), "name": _id_in(mail)}


def _id_in(mail: Mail) -> str:
    """The Message-ID as it stands in the bytes."""
    found = re.search(rb"(?im)^Message-ID: *(<[^>]*>)", mail.raw)
    return found[1].decode("ascii") if found else ""


def _land(desk: Desk, results: Sequence[tuple[Claimed, Answer]]) -> None:
    """Write down what became of each, however long the database takes to be there again."""
    while True:
        try:
            with desk.database.writing() as session:
                _write_down(session, desk, results, desk.clock())
        except OperationalError as error:
            log.warning("results of %d deliveries wait: %s", len(results), error.orig)
            if desk.stopping.wait(1):
                raise
        else:
            return


def _write_down(
    session: Session, desk: Desk, results: Sequence[tuple[Claimed, Answer]], now: datetime
) -> None:
    held = _still_held(session, desk, [one for one, _answer in results])
    for kind, landing in _LANDINGS.items():
        landed = [result for result in results if result[1].kind == kind and result[0].id in held]
        if landed:
            filled_in = [_filled_in(kind, *result, now) for result in landed]
            session.connection().execute(landing, filled_in)
    tried = [(one, answer) for one, answer in results if answer.kind != "untried"]
    told = [_attempt(desk.worker_id, one, answer, now) for one, answer in tried if one.id in held]
    if told:
        session.execute(insert(Attempt), told)
    for one, answer in results:
        log.info("delivery %s: %s%s", one.id, answer.kind, "" if one.id in held else ", not ours")
    _note_relay(session, desk, results, now)


def _still_held(session: Session, desk: Desk, ones: Sequence[Claimed]) -> set[int]:
    query = select(Delivery.id).where(_is_ours(desk, ones))
    return set(session.scalars(query.with_for_update()))


def _filled_in(kind: str, one: Claimed, answer: Answer, now: datetime) -> dict[str, object]:
    """The values that the landing of `kind` asks for."""
    known = {
        "which": one.id,
        "words": answer.words,
        "moment": now,
        "again": due.next_try(one.attempts + 1, one.useful_until, now),
    }
    return {name: known[name] for name in _ASKS_FOR[kind]}


def _attempt(worker_id: int | None, one: Claimed, answer: Answer, now: datetime) -> dict[str, Any]:
    outcomes = {"accepted": "sent", "later": "retry", "never": "dead", "unknown": "in_doubt"}
    return {
        "delivery_id": one.id,
        "at": now,
        "worker_id": worker_id,
        "fence": one.fence,
        "outcome": outcomes.get(answer.kind, answer.kind),
        "reply": answer.words,
    }


def _resting() -> ColumnElement[str]:
    """The state of a delivery that nobody holds and that has not come to its end."""
    return case(
        (_was_in_doubt(), "in_doubt"), (Delivery.attempts > 0, "retry"), else_=literal("pending")
    )


def _unless_in_doubt(value: str, otherwise: str = "in_doubt") -> ColumnElement[str]:
    """`value`; but what was once in doubt may have arrived, and nothing later can deny that."""
    return case((_was_in_doubt(), literal(otherwise)), else_=literal(value))


def _was_in_doubt() -> ColumnElement[bool]:
    return is_there(Attempt, Attempt.delivery_id == Delivery.id, Attempt.outcome == "in_doubt")


# What each answer makes of a delivery. Built once: building a statement costs more than running it.
_WHICH = update(Delivery.metadata.tables["delivery"]).where(Delivery.id == bindparam("which"))
_KEEP_BYTES = _WHICH.values(body=bindparam("bytes"), message_id=bindparam("name"))
_LET_LOOSE = _WHICH.values(owner_id=None, lease_until=None)
_TRIED = _LET_LOOSE.values(attempts=Delivery.attempts + 1, reply=bindparam("words"))
_TRIED_AGAIN_LATER = _TRIED.values(state=_unless_in_doubt("retry"), next_try_at=bindparam("again"))
_LANDINGS: dict[str, Update] = {
    "untried": _LET_LOOSE.values(state=_resting()),
    # The bytes were kept for a repetition; now they are the reader's alone.
    "accepted": _TRIED.values(
        state="sent", sent_at=bindparam("moment"), ended_at=bindparam("moment"), body=None
    ),
    "later": _TRIED_AGAIN_LATER,
    "unreachable": _TRIED_AGAIN_LATER,
    "never": _TRIED.values(
        state=_unless_in_doubt("dead"),
        reason=_unless_in_doubt(due.REFUSED, due.IN_DOUBT),
        ended_at=bindparam("moment"),
    ),
    "unknown": _TRIED.values(state="in_doubt", next_try_at=bindparam("again")),
}
_PLACES = {"which", "words", "moment", "again"}
_ASKS_FOR = {kind: _PLACES & set(landing.compile().params) for kind, landing in _LANDINGS.items()}


def _relay_is_away(answers: Iterable[Answer]) -> bool:
    """Whether nobody answered: then one probe at a time asks, not every mail."""
    kinds = {answer.kind for answer in answers}
    return bool(kinds & {"unreachable", "unknown"}) and not kinds & {"accepted", "later", "never"}


def _note_relay(
    session: Session, desk: Desk, results: Sequence[tuple[Claimed, Answer]], now: datetime
) -> None:
    answers = [answer for _one, answer in results if answer.kind != "untried"]
    if not answers:
        return
    relay = _relay(session, desk.office.name)
    if _relay_is_away(answers):
        relay.probe_until = None
        relay.failures += 1
        relay.last_error = answers[0].words
        relay.failed_at = now
        return
    if relay.failures:
        relay.failures = 0
        relay.failed_at = relay.probe_until = None
    long_ago = relay.last_success_at is None or abs(now - relay.last_success_at) > NOTED_EVERY
    if long_ago and any(answer.kind == "accepted" for answer in answers):
        relay.last_success_at = now


# ------------------------------------------------------------------------------------------ sweep


def sweep(desk: Desk, now: datetime) -> None:
    """Heal what dead workers left, and settle what came too late, with its cause."""
    with desk.database.writing() as session:
        gone, silent = _lost_workers(session, now)
        _release(session, gone, now)
        _take_over(session, gone, now)
        _give_up_waiting_for(session, silent, now)
        _settle_late(session, desk, now)
        _summarise(session, now)


def _lost_workers(session: Session, now: datetime) -> tuple[list[int], list[int]]:
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
    """Claimed and never begun: free again when the lease is over or the holder is dead."""
    lost = (Delivery.lease_until <= now) | Delivery.owner_id.in_(gone)
    values = {"state": _resting(), "owner_id": None, "lease_until": None}
    session.execute(update(Delivery).where(Delivery.state == "claimed", lost).values(values))


def _take_over(session: Session, gone: Sequence[int], now: datetime) -> None:
    """In flight with a holder that is dead: it may have arrived, and is sent again as it was."""
    lost = select(Delivery).where(Delivery.state == "in_flight", Delivery.owner_id.in_(gone))
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
        log.warning("delivery %s: its worker died while it was on its way", delivery.id)
    session.flush()


def _give_up_waiting_for(session: Session, silent: Sequence[int], now: datetime) -> None:
    """A holder that is there and says nothing keeps its deliveries, but not past their use."""
    session.execute(
        update(Delivery)
        .where(Delivery.state == "in_flight", Delivery.owner_id.in_(silent))
        .where(Delivery.useful_until <= now)
        .values(state="in_doubt", reason=due.IN_DOUBT, ended_at=now)
        .values(owner_id=None, lease_until=None)
    )


def _settle_late(session: Session, desk: Desk, now: datetime) -> None:
    """What was of use until now is told as missed, or as in doubt; what nobody wants, as that."""
    late = (
        select(Delivery.id)
        .where(Delivery.state.in_(_WAITING), Delivery.ended_at.is_(None))
        .where(Delivery.useful_until <= now)
        .limit(_IDS_AT_ONCE)
    )
    ids = list(session.scalars(late))
    if not ids:
        return
    relay = _relay(session, desk.office.name)
    rows = session.execute(with_facts().where(Delivery.id.in_(ids))).all()
    for row, _decision in _judged(session, rows, now)["missed"]:
        _miss(session, row.Delivery, relay, now)


def _judged(
    session: Session, rows: Sequence[AnyRow], now: datetime
) -> dict[str, list[tuple[AnyRow, due.Decision]]]:
    """What is to be done with each of `rows`, by verdict; what nobody wants is cancelled."""
    hosts = hosts_of(session, rows)
    hushed = Hushed(session, {row.Person.id for row in rows})
    judged: dict[str, list[tuple[AnyRow, due.Decision]]] = defaultdict(list)
    for row in rows:
        quiet_until = hushed.quiet_until(row.Person.id, row.Team.id, now)
        facts = replace(facts_of(row, hosts), quiet_until=quiet_until)
        decision = due.decide(facts, row.Delivery.useful_until, now)
        judged[decision.verdict].append((row, decision))
        if decision.verdict == "cancel":
            _end(session, [row.Delivery.id], "cancelled", decision.reason, now)
    return judged


def _put_off(session: Session, waiting: Sequence[tuple[AnyRow, due.Decision]]) -> None:
    """Somebody wants to hear nothing now: it is due when their quiet hours end."""
    for row, decision in waiting:
        which = (Delivery.id == row.Delivery.id, Delivery.state.in_(_WAITING))
        session.execute(update(Delivery).where(*which).values(due_at=decision.until))


def _miss(session: Session, delivery: Delivery, relay: Relay, now: datetime) -> None:
    ran = exists().where(
        Worker.started_at <= delivery.useful_until, Worker.ticked_at >= delivery.due_at
    )
    hindrance = due.Hindrance(
        tried=delivery.attempts > 0,
        relay_down=relay.failures > 0,
        worker_ran=bool(session.scalar(select(ran))),
    )
    if relay.failures and not delivery.reply:
        delivery.reply = relay.last_error
    session.flush()
    _end(session, [delivery.id], "missed", due.cause_of_missing(hindrance), now)


def _end(session: Session, ids: Sequence[int], state: str, reason: str, now: datetime) -> None:
    values = {
        "state": _unless_in_doubt(state),
        "reason": _unless_in_doubt(reason, due.IN_DOUBT),
        "ended_at": now,
    }
    # Somebody may have claimed it since it was read: what is on its way comes to another end.
    which = (Delivery.id.in_(ids), Delivery.state.in_(_WAITING))
    session.execute(update(Delivery).where(*which).values(values))
    log.info("deliveries %s: %s", list(ids), state)


def _summarise(session: Session, now: datetime) -> None:
    """One summary about each meet-up with missed reminders, once all of them are settled."""
    other = aliased(Delivery)
    open_ones = exists().where(other.subject == Delivery.subject, other.ended_at.is_(None))
    told = exists().where(other.subject == due.SUMMARY_PREFIX + Delivery.subject)
    missed = (
        select(Delivery.subject, Delivery.occurrence_id)
        .where(Delivery.state == "missed", Delivery.kind == due.MEETUP)
        .where(Delivery.due_at > now - due.SUMMARY_IS_OF_USE, ~open_ones, ~told)
        .distinct()
    )
    for subject, occurrence_id in session.execute(missed).all():
        occurrence = session.get_one(Occurrence, occurrence_id)
        _make_missing(
            session,
            Delivery,
            [
                _summary_row(occurrence, subject, person, now)
                for person in _organisers(session, occurrence)
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


def _organisers(session: Session, occurrence: Occurrence) -> list[Person]:
    """Who is told: the host of the day, else the team's administrators."""
    deaf = set(session.scalars(select(Muted.person_id).where(Muted.kind == due.MISSED_SUMMARY)))
    host = host_of(occurrence, presence(session, [occurrence])[occurrence.id])
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


# ------------------------------------------------------------------------------------- who works


def begin_work(database: Database, process: ProcessName, now: datetime) -> int:
    """Sign a worker on; its id."""
    with database.writing() as session:
        worker = Worker(
            host=process.host,
            boot=process.boot,
            pid=process.pid,
            pid_started=process.started,
            started_at=now,
            heartbeat_at=now,
        )
        session.add(worker)
        session.flush()
        return worker.id


def beat(database: Database, worker_id: int, now: datetime, *, ticked_at: datetime | None) -> None:
    """Say that the worker is there, and when it last looked for due reminders to the end."""
    values = {"heartbeat_at": now} | ({} if ticked_at is None else {"ticked_at": ticked_at})
    with database.writing() as session:
        session.execute(update(Worker).where(Worker.id == worker_id).values(values))


def end_work(desk: Desk, now: datetime) -> None:
    """Give back what is claimed and not begun, and sign the worker off."""
    with desk.database.writing() as session:
        mine = (Delivery.state == "claimed", Delivery.owner_id == desk.worker_id)
        values = {"state": _resting(), "owner_id": None, "lease_until": None}
        session.execute(update(Delivery).where(*mine).values(values))
        signing_off = update(Worker).where(Worker.id == desk.worker_id)
        session.execute(signing_off.values(stopped_at=now, heartbeat_at=now))
