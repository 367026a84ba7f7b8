"""When a feed was last fetched, and by which program: so that people see whether theirs works.

Noted in a write of its own, beside the reading request, and never at the cost of it: when the
database is busy, full or read-only, the feed is served and the note is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import or_, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from calendar_app.db import Database
from calendar_app.feed.models import Feed
from calendar_app.text import clean_line

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
LONGEST = 200
# Milliseconds to wait for another writer.
PATIENCE = 200


def worth_noting(fetched_at: datetime | None, now: datetime) -> bool:
    """Whether the last noted fetch is long enough ago to note another."""
    return fetched_at is None or now - fetched_at >= EVERY


def note(database: Database, feed_id: int, user_agent: str, now: datetime) -> None:
    """Keep that `user_agent` fetched the feed `now`, unless one was noted in the last five minutes.

    A fetch is no edit: it leaves the feed's version alone.
    """
    long_ago = or_(Feed.fetched_at.is_(None), Feed.fetched_at <= now - EVERY)
    told = {"fetched_at": now, "fetched_by": clean_line(user_agent)[:LONGEST]}
    noting = update(Feed).where(Feed.id == feed_id, long_ago).values(told)
    try:
        with _soon_giving_up(database) as connection:
            connection.execute(noting)
    except DBAPIError as error:
        log.warning("fetch of feed %s not noted: %s", feed_id, error.orig)


@contextmanager
def _soon_giving_up(database: Database) -> Iterator[Connection]:
    """A connection that may write and commits at the end, but waits for no other writer."""
    patience = _on_sqlite if database.is_sqlite else _on_postgresql
    engine = database.engine.execution_options(kapstok_writes=True)
    with engine.connect() as connection, patience(connection):
        yield connection
        connection.commit()


@contextmanager
def _on_sqlite(connection: Connection) -> Iterator[None]:
    # Past SQLAlchemy, which would begin by waiting for the lock.
    driver = connection.connection.cursor()
    usual = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {usual}")


@contextmanager
def _on_postgresql(connection: Connection) -> Iterator[None]:
    connection.execute(text(f"SET LOCAL lock_timeout = {PATIENCE}"))
    yield
