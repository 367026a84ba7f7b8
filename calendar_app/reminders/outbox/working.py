"""The worker's own row: that it began, is there, and ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from calendar_app.db import Database
from calendar_app.reminders.models import Delivery, Worker
from calendar_app.reminders.outbox.desk import LEASE, Desk
from calendar_app.reminders.outbox.settling import resting
from calendar_app.reminders.processes import ProcessName


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
        values = {"state": resting(), "owner_id": None, "lease_until": None}
        session.execute(update(Delivery).where(*mine).values(values))
        signing_off = update(Worker).where(Worker.id == desk.worker_id)
        session.execute(signing_off.values(stopped_at=now, heartbeat_at=now))


def hands_are_full(session: Session, now: datetime, each: int) -> bool:
    """Whether the workers that are there hold `each` deliveries and one more heap waits for them.

    What is claimed long before somebody comes to it would only outlive its lease.
    """
    there = select(func.count()).where(
        Worker.heartbeat_at > now - LEASE, Worker.stopped_at.is_(None)
    )
    held = select(func.count()).where(Delivery.state == "claimed")
    return (session.scalar(held) or 0) >= each * ((session.scalar(there) or 0) + 1)
