"""Whether reminders go out: as a monitor asks it (/healthz), and as the pages tell it.

Three things can be wrong with a worker: it is dead, it hangs, or it ticks and sends nothing. The
first two show in the age of its last whole tick, the third in how long due reminders wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.language import N_
from calendar_app.reminders.models import Delivery, Relay, Worker

# Less than a minute, so that a monitor knows within one.
TOO_LONG = timedelta(seconds=45)

NEVER_RAN = N_("Reminders are not sent: the reminder service has not run yet.")
STANDS_STILL = N_("Reminders are not sent: the reminder service has stopped.")
SENDS_NOTHING = N_("Reminders are late: the mail server does not take them.")


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
    oldest = _oldest_due(session, now)
    return Health(
        status="down" if _trouble(session, last_tick, oldest, now) else "ok",
        database="ok",
        last_tick=last_tick,
        oldest_due_seconds=None if oldest is None else int((now - oldest).total_seconds()),
    )


def without_database() -> Health:
    """How the reminders stand when the database cannot be reached."""
    return Health(status="down", database="down")


def worker_notice(session: Session, now: datetime) -> str | None:
    """What every page says while reminders do not go out (a msgid); None when all is well."""
    return _trouble(session, _last_tick(session, now), _oldest_due(session, now), now)


def last_ran_at(session: Session, now: datetime) -> datetime | None:
    """When a worker last looked for due reminders, to the end."""
    return _last_tick(session, now)


def _trouble(
    session: Session, last_tick: datetime | None, oldest: datetime | None, now: datetime
) -> str | None:
    if last_tick is None:
        return NEVER_RAN
    # A tick in the future was noted before the clock was set back: it proves nothing.
    if abs(now - last_tick) > TOO_LONG:
        return STANDS_STILL
    if oldest is not None and now - oldest > TOO_LONG and not _sends(session, now):
        return SENDS_NOTHING
    return None


def _last_tick(session: Session, now: datetime) -> datetime | None:
    """The last tick; one from before the clock was set back counts only while there is no other."""
    last = select(func.max(Worker.ticked_at))
    likely = session.scalar(last.where(Worker.ticked_at <= now + TOO_LONG))
    return session.scalar(last) if likely is None else likely


def _oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the oldest reminder waits that should be out by now."""
    waiting = ("pending", "claimed", "in_flight", "retry", "in_doubt")
    return session.scalar(
        select(func.min(Delivery.due_at))
        # One person's own address that takes nothing is no trouble of the house.
        .where(Delivery.state.in_(waiting), Delivery.ended_at.is_(None), Delivery.route == "email")
        .where(Delivery.due_at <= now, Delivery.useful_until > now)
    )


def _sends(session: Session, now: datetime) -> bool:
    """Whether mails go out all the same, only slowly: the relay's rate is a choice, no fault."""
    last = session.scalar(select(func.max(Relay.last_success_at)))
    return last is not None and abs(now - last) <= TOO_LONG
