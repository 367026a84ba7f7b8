"""Signed-in browsers. A cookie names a visit by a secret; the table keeps only its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, case, select, update
from sqlalchemy.orm import Session

from calendar_app.db import UtcDateTime
from calendar_app.people.models import Membership, Person, Team, Visit

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


@dataclass(frozen=True)
class Pass:
    """What one request must know of who asks, read in one query."""

    visit_id: int
    person_id: int
    person_key: str
    person_version: int
    language: str | None
    theme: str
    # The place in the team they look at; None for a person who is in no team (any more).
    membership_id: int | None
    role: str | None
    team_id: int | None
    team_revision: int | None
    team_zone: str | None
    team_language: str | None


def recognise(session: Session, secret: str | None, now: datetime) -> Pass | None:
    """Who the cookie's `secret` belongs to, if the visit lasts and the account is open."""
    if not secret:
        return None
    found = session.execute(_WHO, {"key_hash": _hashed(secret), "now": now}).first()
    return None if found is None else Pass(*found)


def end(session: Session, visit_id: int, now: datetime) -> None:
    """End one visit for good: a copy of its cookie opens nothing."""
    session.execute(update(Visit).where(Visit.id == visit_id).values(ended_at=now))


def look_at(session: Session, visit_id: int, team_id: int) -> None:
    """From now on the visit looks at the team `team_id`."""
    session.execute(update(Visit).where(Visit.id == visit_id).values(team_id=team_id))


def end_all(session: Session, person: Person, now: datetime) -> None:
    """Sign `person` out everywhere: after a new password, or when the account is closed."""
    session.execute(
        update(Visit)
        .where(Visit.person_id == person.id, Visit.ended_at.is_(None))
        .values(ended_at=now)
    )


def _who() -> Select[Any]:
    """Built once, over bare tables: this is asked at every request."""
    visit, person, member, team = (model.__table__.c for model in (Visit, Person, Membership, Team))
    return (
        select(
            visit.id,
            person.id,
            person.fs_uniquifier,
            person.version,
            person.language,
            person.theme,
            member.id,
            member.role,
            team.id,
            team.revision,
            team.zone,
            team.language,
        )
        .join_from(Visit.__table__, Person.__table__, person.id == visit.person_id)
        .outerjoin(
            Membership.__table__, (member.person_id == person.id) & member.ended_at.is_(None)
        )
        .outerjoin(Team.__table__, team.id == member.team_id)
        .where(
            visit.key_hash == bindparam("key_hash"),
            visit.ended_at.is_(None),
            visit.expires_at > bindparam("now", type_=UtcDateTime()),
            person.active,
        )
        # The team of this visit first, else the one joined first.
        .order_by(case((member.team_id == visit.team_id, 0), else_=1), member.id)
        .limit(1)
    )


_WHO = _who()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
