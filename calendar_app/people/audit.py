"""The audit log: who did what to what, when, from where and with which result. It only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from calendar_app.people.models import AuditEntry, Person, Team


def record(
    session: Session,
    action: str,
    *,
    at: datetime,
    origin: str,
    team: Team | None = None,
    actor: Person | None = None,
    subject: Any = None,
    result: str = "done",
    **details: object,
) -> None:
    """Add one entry; `details` are small facts by name, never a password, a token or a text."""
    session.flush()
    session.add(
        AuditEntry(
            team_id=None if team is None else team.id,
            at=at,
            actor_id=None if actor is None else actor.id,
            action=action,
            object_kind="" if subject is None else subject.__tablename__,
            object_id=None if subject is None else subject.id,
            result=result,
            origin=origin,
            details=dict(details),
        )
    )
