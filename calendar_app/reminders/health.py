"""Whether reminders go out: as a monitor asks it (/healthz), and as the pages tell it.

Three things can be wrong with a worker: it is dead, it hangs, or it ticks and sends nothing. The
first two show in the age of its last whole tick, the third in how long due reminders wait. Messages
to chat and browsers go in rounds of their own: that those hang shows in nothing being tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from calendar_app.language import N_
from calendar_app.reminders.models import Attempt, Delivery, Relay, Worker
from calendar_app.reminders.routes import EMAIL, Route

# Less than a minute, so that a monitor knows within one.
TOO_LONG = timedelta(seconds=45)

NEVER_RAN = N_("Reminders are not sent: the reminder service has not run yet.")
STANDS_STILL = N_("Reminders are not sent: the reminder service has stopped.")
SENDS_NOTHING = N_("Reminders are late: the mail server does not take them.")
SENDS_NO_MESSAGES = N_("Reminders that do not go by e-mail are late: they are not sent.")


@dataclass(frozen=True)
class Health:
    """How the reminders stand. `last_tick` is aware; seconds are whole; None: there is none."""

    status: Literal["ok", "down"]
    database: Literal["ok", "down"]
    last_tick: datetime | None = None
    oldest_due_seconds: int | None = None

    def as_json(self) -> dict[str, object]:
        """The answer of /healthz."""
        return {
            "status": self.status,
            "database": self.database,
            "worker": {
                "last_tick": self.last_tick.isoformat() if self.last_tick else None,
                "oldest_due_seconds": self.oldest_due_seconds,
            },
        }


def health(session: Session, now: datetime) -> Health:
    """How the reminders stand at `now`."""
    last_tick = _last_tick(session, now)
    oldest, messages_stand_still = _waiting(session, now)
    trouble = _trouble(session, last_tick, oldest, now, messages_stand_still=messages_stand_still)
    return Health(
        status="down" if trouble else "ok",
        database="ok",
        last_tick=last_tick,
        oldest_due_seconds=None if oldest is None else int((now - oldest).total_seconds()),
    )


def without_database() -> Health:
    """How the reminders stand when the database cannot be reached."""
    return Health(status="down", database="down")


def worker_notice(session: Session, now: datetime) -> str | None:
    """What every page says while reminders do not go out (a msgid); None when all is well."""
    last_tick = _last_tick(session, now)
    oldest, messages_stand_still = _waiting(session, now)
    return _trouble(session, last_tick, oldest, now, messages_stand_still=messages_stand_still)


def last_ran_at(session: Session, now: datetime) -> datetime | None:
    """When a worker last looked for due reminders, to the end."""
    return _last_tick(session, now)


def _trouble(
    session: Session,
    last_tick: datetime | None,
    oldest: datetime | None,
    now: datetime,
    *,
    messages_stand_still: bool,
) -> str | None:
    if last_tick is None:
        return NEVER_RAN
    # A tick in the future was noted before the clock was set back: it proves nothing.
    if abs(now - last_tick) > TOO_LONG:
        return STANDS_STILL
    if oldest is not None and now - oldest > TOO_LONG and not _sends(session, now):
        return SENDS_NOTHING
    return SENDS_NO_MESSAGES if messages_stand_still else None


def _last_tick(session: Session, now: datetime) -> datetime | None:
    """The last tick; one from before the clock was set back counts only while there is no other."""
    last = select(func.max(Worker.ticked_at))
    likely = session.scalar(last.where(Worker.ticked_at <= now + TOO_LONG))
    return session.scalar(last) if likely is None else likely


def _waiting(session: Session, now: datetime) -> tuple[datetime | None, bool]:
    """Since when the oldest mail waits that should be out by now; whether messages stand still."""
    waiting = ("pending", "claimed", "in_flight", "retry", "in_doubt")
    oldest = (
        select(func.min(Delivery.due_at))
        # One person's own address that takes nothing is no trouble of the house.
        .where(Delivery.state.in_(waiting), Delivery.ended_at.is_(None), Delivery.route == EMAIL)
        .where(Delivery.due_at <= now, Delivery.useful_until > now)
    )
    found = session.execute(select(oldest.scalar_subquery(), _messages_stand_still(now))).one()
    return found[0], bool(found[1])


def _sends(session: Session, now: datetime) -> bool:
    """Whether mails go out all the same, only slowly: the relay's rate is a choice, no fault."""
    # A service that takes messages says nothing about the mail server.
    by_mail = (~Relay.name.contains("://"), Relay.name.not_in(select(Route.origin)))
    last = session.scalar(select(func.max(Relay.last_success_at)).where(*by_mail))
    return last is not None and abs(now - last) <= TOO_LONG


def _messages_stand_still(now: datetime) -> ColumnElement[bool]:
    """Whether messages wait for too long, and for as long not one of all was tried.

    One service that takes nothing is no trouble of the house: that is tried, and mail takes over.
    """
    long_ago = now - TOO_LONG
    waits = exists(
        select(Delivery.id)
        .join(Route, (Route.person_id == Delivery.person_id) & (Route.key == Delivery.route))
        .where(Delivery.state.in_(("pending", "claimed", "in_flight", "retry")))
        .where(Delivery.ended_at.is_(None), Delivery.route != EMAIL)
        .where(Delivery.due_at < long_ago, Delivery.useful_until > now)
        # What was planned, or was to be tried again, only now, or may not be tried yet, is on time.
        .where(Delivery.created_at < long_ago)
        .where(or_(Delivery.next_try_at.is_(None), Delivery.next_try_at < long_ago))
        .where(or_(Route.not_before.is_(None), Route.not_before < long_ago))
        .where(Route.removed_at.is_(None), Route.broken_at.is_(None), Route.is_used.is_(True))
    )
    tried = exists(
        select(Attempt.id)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .where(Attempt.at >= long_ago, Attempt.at <= now + TOO_LONG, Delivery.route != EMAIL)
    )
    return waits & ~tried
