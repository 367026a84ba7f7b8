"""Signed-in browsers. A cookie names a visit by a secret; the table keeps only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from calendar_app.people.models import Person, Visit

LASTS = timedelta(days=30)


def begin(session: Session, person: Person, now: datetime, team_id: int | None = None) -> str:
    """Open a visit for `person`; the secret for the cookie comes back, this once."""
    secret = secrets.token_urlsafe(24)
    session.add(
        Visit(
            key_hash=_hashed(secret),
            person_id=person.id,
            team_id=team_id,
            started_at=now,
            expires_at=now + LASTS,
        )
    )
    return secret


def new_key() -> str:
    """A new key between a person and their sessions; the sessions under the old one are over."""
    return secrets.token_urlsafe(32)


def open_visit(session: Session, secret: str | None, now: datetime) -> Visit | None:
    """The visit that `secret` names, if it has not ended or expired."""
    if not secret:
        return None
    query = select(Visit).where(Visit.key_hash == _hashed(secret), Visit.ended_at.is_(None))
    visit = session.scalars(query).first()
    return visit if visit is not None and visit.expires_at > now else None


def end_all(session: Session, person: Person, now: datetime) -> None:
    """Sign `person` out everywhere: after a new password, or when the account is closed."""
    session.execute(
        update(Visit)
        .where(Visit.person_id == person.id, Visit.ended_at.is_(None))
        .values(ended_at=now)
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
