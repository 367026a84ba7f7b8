"""The relational database: one mapping base, and sessions that either read or write.

SQLite by default, PostgreSQL by one setting. A reading session never writes; a writing session
takes SQLite's write lock at its first statement (`BEGIN IMMEDIATE`), so that it can never fail
half-way because another writer came in between.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Engine, MetaData, create_engine, event
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import TypeDecorator

from calendar_app import clock
from calendar_app.errors import Stale
from calendar_app.language import N_

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite drops time zones silently, so it is put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in, UTC out; a naive moment is a mistake of ours and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone reached the database: {value}")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment as it was put in, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every row of Kapstok has: an integer id inside, and one naming convention."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
    }
    # Whether a change of this row changes what the team's calendar and feeds show.
    moves_revision: ClassVar[bool] = False
    # Whether it changes only what is noted at a meet-up, which neither of those shows.
    moves_meeting_revision: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True)


class Editable:
    """A row that people edit: who writes over somebody else's version is told, not obeyed."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it on the class
        """SQLAlchemy checks the version in every UPDATE and DELETE too."""
        return {"version_id_col": cls.version}

    def expect(self, version: int | None) -> None:
        """Raise Stale unless `version`, the one the person saw, is still the row's."""
        if version != self.version:
            raise Stale(N_("Somebody else changed this while you were busy."))

    def touch(self) -> None:
        """Count a change in what hangs on this row (its values, audiences …) as a change of it."""
        flag_modified(self, "updated_at")


def new_uuid() -> str:
    """The id of a row outside this database: in feeds, mails and addresses."""
    return str(uuid.uuid4())


class Database:
    """One database and its sessions. Made once a process; `dispose` before a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        writing_engine = self.engine.execution_options(kapstok_writes=True)
        self._readers = sessionmaker(self.engine, info={"reads_only": True})
        self._writers = sessionmaker(writing_engine)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    def reader(self) -> Session:
        """A session that refuses to write; the caller closes it."""
        return self._readers()

    def writer(self) -> Session:
        """A session that may write; the caller commits and closes it."""
        return self._writers()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that refuses to write, closed at the end."""
        with self.reader() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end and rolls back on an error."""
        with self.writer() as session, session.begin():
            yield session

    def end_idle_transactions(self, after: timedelta) -> None:
        """Let PostgreSQL end a transaction in which nothing was said for so long.

        A process that stands still (SIGSTOP, a machine asleep) would else keep all others waiting.
        Call it before the first connection. SQLite has nothing like it.
        """
        if not self.is_sqlite:
            order = f"SET idle_in_transaction_session_timeout = {int(after.total_seconds() * 1000)}"
            event.listen(self.engine, "connect", partial(_order_at_connect, order))

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    close = dispose


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite `url`; None for another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def sqlite_files(file: Path) -> list[Path]:
    """The database `file` and what SQLite may keep beside it."""
    return [file.with_name(file.name + end) for end in ("", "-wal", "-shm")]


def _engine(url: str) -> Engine:
    if sqlite_file(url) is None:
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)
    engine = create_engine(url, connect_args={"timeout": 15, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_away(error: DBAPIError) -> bool:
    """Whether `error` says that the database is locked, full or away: later it may be there."""
    return isinstance(error, OperationalError) or error.connection_invalidated


def _order_at_connect(order: str, connection: Any, _record: object) -> None:
    connection.execute(order)
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes too late and is never IMMEDIATE; `_begin_sqlite` sends ours.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        # Each thread has a connection, and each connection this many KiB of pages. The system keeps
        # the file's pages once for all of them; four times as many cost 25 MB and gained no time.
        "cache_size=-500",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("kapstok_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: object, _instances: object) -> None:
    """Refuse writes of a reading session; give each changed row its moment."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    if session.info.get("reads_only") and (changed or session.new or session.deleted):
        raise RuntimeError("a reading session tried to write")
    now = clock.now()
    for row in changed:
        if isinstance(row, Editable):
            row.updated_at = now
