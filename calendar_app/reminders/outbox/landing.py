"""What the relay answered, written down for those deliveries that are still ours."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Text,
    Update,
    bindparam,
    case,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from calendar_app.db import is_away
from calendar_app.post_office import Answer
from calendar_app.reminders import due
from calendar_app.reminders.models import Attempt, Delivery, Relay
from calendar_app.reminders.outbox.desk import NOTED_EVERY, Claimed, Desk, is_ours, relay_row
from calendar_app.reminders.outbox.doubts import hold_doubts
from calendar_app.reminders.outbox.noting import note_routes
from calendar_app.reminders.outbox.settling import resting, unless_in_doubt, was_in_doubt
from calendar_app.reminders.together import share_end

log = logging.getLogger(__name__)


def write_results(desk: Desk, results: Sequence[tuple[Claimed, Answer]]) -> None:
    """Write down what became of each, however long the database takes to be there again."""
    while True:
        try:
            with desk.database.writing() as session:
                _write_down(session, desk, results, desk.clock())
        except DBAPIError as error:
            if not is_away(error):
                raise
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
        landed = [one for one in results if _kind_of(*one) == kind and one[0].id in held]
        if landed:
            filled_in = [_filled_in(kind, *result, now) for result in landed]
            session.connection().execute(landing, filled_in)
    ended = [one.id for one, answer in results if _kind_of(one, answer) in {"never", "held"}]
    share_end(session, ended)
    hold_doubts(session, desk.config, now)
    tried = [(one, answer) for one, answer in results if answer.kind != "untried"]
    told = [_attempt(desk.worker_id, one, answer, now) for one, answer in tried if one.id in held]
    if told:
        session.execute(insert(Attempt), told)
    for one, answer in results:
        log.info("delivery %s: %s%s", one.id, answer.kind, "" if one.id in held else ", not ours")
    _note_relay(session, desk, results, now)
    note_routes(session, [(one, answer) for one, answer in tried if one.id in held], now)


def _kind_of(one: Claimed, answer: Answer) -> str:
    """The landing of an answer: a message in doubt is held for a person, a mail is repeated."""
    return "held" if answer.kind == "unknown" and one.is_message else answer.kind


def _still_held(session: Session, desk: Desk, ones: Sequence[Claimed]) -> set[int]:
    query = select(Delivery.id).where(is_ours(desk, ones))
    return set(session.scalars(query.with_for_update()))


def _filled_in(kind: str, one: Claimed, answer: Answer, now: datetime) -> dict[str, object]:
    """The values that the landing of `kind` asks for."""
    known = {
        "which": one.id,
        "words": answer.words,
        "moment": now,
        "again": max(
            due.next_try(one.attempts + 1, one.useful_until, now),
            now + timedelta(seconds=answer.wait),
        ),
        "why": due.REFUSED_BY_ROUTE if one.is_message else due.REFUSED,
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


# What each answer makes of a delivery. Built once: building a statement costs more than running it.
_WHICH = update(Delivery.metadata.tables["delivery"]).where(Delivery.id == bindparam("which"))
KEEP_BYTES = _WHICH.values(body=bindparam("bytes"), message_id=bindparam("name"))
_LET_LOOSE = _WHICH.values(owner_id=None, lease_until=None)
_TRIED = _LET_LOOSE.values(attempts=Delivery.attempts + 1, reply=bindparam("words"))
_TRIED_AGAIN_LATER = _TRIED.values(state=unless_in_doubt("retry"), next_try_at=bindparam("again"))
_LANDINGS: dict[str, Update] = {
    "untried": _LET_LOOSE.values(state=resting()),
    # The bytes were kept for a repetition; now they are the reader's alone.
    "accepted": _TRIED.values(
        state="sent", sent_at=bindparam("moment"), ended_at=bindparam("moment"), body=None
    ),
    "later": _TRIED_AGAIN_LATER,
    "unreachable": _TRIED_AGAIN_LATER,
    "never": _TRIED.values(
        state=unless_in_doubt("dead"),
        reason=case((was_in_doubt(), due.IN_DOUBT), else_=bindparam("why", type_=Text)),
        ended_at=bindparam("moment"),
    ),
    "unknown": _TRIED.values(state="in_doubt", next_try_at=bindparam("again")),
    "held": _TRIED.values(state="in_doubt", reason=due.HELD, ended_at=bindparam("moment")),
}
_PLACES = {"which", "words", "moment", "again", "why"}
_ASKS_FOR = {kind: _PLACES & set(landing.compile().params) for kind, landing in _LANDINGS.items()}


def relay_is_away(answers: Iterable[Answer]) -> bool:
    """Whether nobody answered: then one probe at a time asks, not every mail."""
    kinds = {answer.kind for answer in answers}
    return bool(kinds & {"unreachable", "unknown"}) and not kinds & {"accepted", "later", "never"}


def _note_relay(
    session: Session, desk: Desk, results: Sequence[tuple[Claimed, Answer]], now: datetime
) -> None:
    answers = [answer for _one, answer in results if answer.kind != "untried"]
    if not answers or not _is_news(session, desk, answers, now):
        return
    relay = relay_row(session, desk.office.name)
    if relay_is_away(answers):
        relay.probe_until = None
        relay.failures += 1
        relay.last_error = answers[0].words
        relay.failed_at = now
        return
    if relay.failures:
        relay.failures = 0
        relay.failed_at = relay.probe_until = None
    if _is_long_ago(relay.last_success_at, now) and _was_accepted(answers):
        relay.last_success_at = now


def _is_news(session: Session, desk: Desk, answers: Sequence[Answer], now: datetime) -> bool:
    """Whether the relay's row has to change. Asked without its lock: all workers wait for that.

    What another one notes at this moment counts at the next answers.
    """
    seen = select(Relay.failures, Relay.last_success_at).where(Relay.name == desk.office.name)
    relay = session.execute(seen).one_or_none()
    if relay is None or relay.failures or relay_is_away(answers):
        return True
    return _is_long_ago(relay.last_success_at, now) and _was_accepted(answers)


def _is_long_ago(last: datetime | None, now: datetime) -> bool:
    return last is None or abs(now - last) > NOTED_EVERY


def _was_accepted(answers: Iterable[Answer]) -> bool:
    return any(answer.kind == "accepted" for answer in answers)
