"""How other calendars are kept up to date, by the worker and when somebody asks for it.

Claim, fetch, settle: who takes a calendar on holds it for two minutes, by an UPDATE that only one
can win; then fetches and reads without holding the database; then writes down what came of it,
unless somebody changed the calendar meanwhile. A crash in between costs those two minutes.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from calendar_app import outbound
from calendar_app.db import Database
from calendar_app.errors import Refused
from calendar_app.layers.models import ExternalCalendar, ExternalEvent
from calendar_app.layers.reading import Event, Reading, read
from calendar_app.moments import local
from calendar_app.people.models import Team, count_change

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
LONGEST_PAUSE = timedelta(hours=24)
LEASE = timedelta(minutes=2)
# Time goes by, and with it the months that are looked at: what did not change is read anew.
READ_ANEW = timedelta(days=7)
# A file is read in a fraction of it, however large; one that is made to take for ever is cut off.
READING_SECONDS = 3.0

# Past the mapper: to fetch a calendar is nobody's edit, and makes no colleague's form stale.
_CALENDAR: Any = ExternalCalendar.__table__.c
_EVENT: Any = ExternalEvent.__table__.c
_TEAM: Any = Team.__table__.c
_OF_EVENT = tuple(Event.__dataclass_fields__)


@dataclass(frozen=True)
class Place:
    """Where a calendar lives: at an address, with the marks of what was last got; or in a file."""

    address: str = ""
    file: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Got:
    """What was got from a place; `reading` is None when it is still the same."""

    reading: Reading | None
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Claim:
    """A calendar that somebody took on, held until `leased_until` unless its version changes."""

    calendar_id: int
    version: int
    team_id: int
    zone: str
    place: Place
    failures: int
    leased_until: datetime


def refresh_due(database: Database, allowed: Sequence[str], now: datetime) -> bool:
    """Take on one calendar that is due, of any team, and bring it up to date; False: none is."""
    claim = _claim(database, now, _CALENDAR.due_at <= now)
    if claim is None:
        return False
    _refresh(database, claim, allowed, now)
    return True


def refresh(
    database: Database, calendar_id: int, allowed: Sequence[str], now: datetime
) -> Refused | None:
    """Bring this calendar up to date, due or not; why that failed, or None.

    Nothing is done while somebody else is at it, or when it is switched off.
    """
    claim = _claim(database, now, _CALENDAR.id == calendar_id)
    return None if claim is None else _refresh(database, claim, allowed, now)


def got(place: Place, allowed: Sequence[str], zone: str, now: datetime) -> Got:
    """What stands at `place`, for a team in `zone`. Raises Unfetched or Unreadable."""
    fetched: outbound.Fetched | None = outbound.Fetched(place.file.encode())
    if place.address:
        fetched = outbound.fetch(
            place.address, allowed, etag=place.etag, last_modified=place.last_modified
        )
    if fetched is None:
        return Got(None, place.etag, place.last_modified)
    until = time.monotonic() + READING_SECONDS
    today = local(now, zone).date()
    reading = read(fetched.body, zone, today, lambda: time.monotonic() > until)
    return Got(reading, fetched.etag, fetched.last_modified)


def keep(session: Session, calendar: ExternalCalendar, new: Got, now: datetime) -> None:
    """Let `calendar` be what was got for it just now."""
    for name, value in _good(new, now, is_followed=calendar.is_followed).items():
        setattr(calendar, name, value)
    session.add(calendar)
    session.flush()
    if new.reading is not None:
        _replace(session, calendar.id, new.reading.events)


def next_due(now: datetime, failures: int, spread: float) -> datetime:
    """When to fetch again: in an hour, later after each failure, a tenth more or less.

    `spread` from 0 to 1 says where in that tenth, so that calendars do not come all at once.
    """
    pause = min(EVERY * 2 ** min(failures, 10), LONGEST_PAUSE)
    return now + _spread(pause, spread)


def _spread(pause: timedelta, spread: float) -> timedelta:
    return pause * (0.9 + 0.2 * spread)


def _by_chance() -> float:
    return secrets.randbelow(1001) / 1000


def _claim(database: Database, now: datetime, wanted: ColumnElement[bool]) -> Claim | None:
    """Take on the `wanted` calendar in use that is due first; None when none is free."""
    free = or_(_CALENDAR.leased_until.is_(None), _CALENDAR.leased_until <= now)
    conditions = (wanted, free, _CALENDAR.deleted_at.is_(None), _CALENDAR.paused_at.is_(None))
    first = select(_CALENDAR.id).where(*conditions).order_by(_CALENDAR.due_at, _CALENDAR.id)
    until = now + LEASE
    while True:
        with database.reading() as session:
            calendar_id = session.scalar(first.limit(1))
        if calendar_id is None:
            return None
        with database.writing() as session:
            mine = _CALENDAR.id == calendar_id
            # Whoever was quicker has made the conditions untrue.
            taking = update(ExternalCalendar).where(mine, *conditions).values(leased_until=until)
            if _changes_one(session, taking):
                return _held(session, calendar_id, until, now)


def _changes_one(session: Session, statement: Update) -> bool:
    """Whether `statement` changed the one row that it is about."""
    result: Any = session.execute(statement)
    return bool(result.rowcount == 1)


def _held(session: Session, calendar_id: int, until: datetime, now: datetime) -> Claim:
    query = (
        select(*ExternalCalendar.__table__.c, _TEAM.zone)
        .join(Team.__table__, _TEAM.id == _CALENDAR.team_id)
        .where(_CALENDAR.id == calendar_id)
    )
    row: Any = session.execute(query).one()
    is_old = row.read_at is None or row.read_at <= now - READ_ANEW
    marks = ("", "") if is_old else (row.etag, row.last_modified)
    return Claim(
        calendar_id=calendar_id,
        version=row.version,
        team_id=row.team_id,
        zone=row.zone,
        place=Place(row.address, row.file, *marks),
        failures=row.failures,
        leased_until=until,
    )


def _refresh(
    database: Database, claim: Claim, allowed: Sequence[str], now: datetime
) -> Refused | None:
    try:
        new = got(claim.place, allowed, claim.zone, now)
    except Refused as refused:
        log.info("calendar %d not fetched: %s", claim.calendar_id, refused.message)
        _settle(database, claim, _bad(claim, refused, now), None)
        return refused
    values = _good(new, now, is_followed=bool(claim.place.address))
    _settle(database, claim, values, new.reading)
    return None


def _settle(
    database: Database, claim: Claim, values: dict[str, Any], reading: Reading | None
) -> None:
    """Write down what came of it, unless the calendar was changed or taken over meanwhile."""
    ours = (
        _CALENDAR.id == claim.calendar_id,
        _CALENDAR.version == claim.version,
        _CALENDAR.leased_until == claim.leased_until,
    )
    told = {**values, "leased_until": None}
    with database.writing() as session:
        settling = update(ExternalCalendar).where(*ours).values(told)
        if not _changes_one(session, settling):
            return
        if reading is not None and _replace(session, claim.calendar_id, reading.events):
            count_change(session, claim.team_id)


def _good(new: Got, now: datetime, *, is_followed: bool) -> dict[str, Any]:
    """What is kept of a calendar after it was got."""
    pause = EVERY if is_followed else READ_ANEW
    values: dict[str, Any] = {
        "due_at": now + _spread(pause, _by_chance()),
        "fetched_at": now,
        "etag": new.etag,
        "last_modified": new.last_modified,
        "failures": 0,
        "last_error": "",
        "last_error_values": {},
    }
    if new.reading is not None:
        told = {"read_at": now, "unread": new.reading.unread, "is_cut": new.reading.is_cut}
        values.update(told)
    return values


def _bad(claim: Claim, refused: Refused, now: datetime) -> dict[str, Any]:
    """What is kept of a calendar that could not be got; its events stay as they were."""
    failures = claim.failures + 1
    return {
        "due_at": next_due(now, failures, _by_chance()),
        "failures": failures,
        "last_error": refused.message,
        "last_error_values": dict(refused.values),
    }


def _replace(session: Session, calendar_id: int, events: Sequence[Event]) -> bool:
    """Let the calendar hold just these events; False when it did."""
    of_calendar = _EVENT.calendar_id == calendar_id
    columns = [_EVENT[name] for name in _OF_EVENT]
    before = {tuple(row) for row in session.execute(select(*columns).where(of_calendar))}
    if before == {tuple(getattr(event, name) for name in _OF_EVENT) for event in events}:
        return False
    session.execute(delete(ExternalEvent).where(of_calendar))
    if events:
        rows = [{"calendar_id": calendar_id, **asdict(event)} for event in events]
        session.execute(insert(ExternalEvent), rows)
    return True
