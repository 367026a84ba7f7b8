"""How often something may be tried: counted in the database, which all processes share."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from calendar_app import clock
from calendar_app.people.models import Hit

# Wrong passwords in a quarter of an hour: from one address, and for one account from one kind of
# browser. A browser that signed in before counts apart, so strangers never lock its owner out.
FROM_ONE_ADDRESS = RateLimitItemPerMinute(40, 15, namespace="address")
FOR_ONE_ACCOUNT = RateLimitItemPerMinute(10, 15, namespace="account")
# Apart from the passwords: who works in one building with who guesses still gets in by a link.
LINKS_FROM_ONE_ADDRESS = RateLimitItemPerMinute(40, 15, namespace="links-address")
LINKS_FOR_ONE_ACCOUNT = RateLimitItemPerMinute(3, 60, namespace="link")
# A PDF takes up to some seconds of one processor.
PAPER_FOR_ONE_PERSON = RateLimitItemPerMinute(20, namespace="paper")
# A table takes up to some seconds of one processor, in or out.
TABLES_OF_ONE_PERSON = RateLimitItemPerMinute(30, namespace="tables")
# A fetch takes up to ten seconds, and goes to whatever address somebody typed.
FETCHES_OF_ONE_TEAM = RateLimitItemPerMinute(30, 10, namespace="fetches")
# A test takes up to twenty seconds, and goes to an address that somebody typed.
TESTS_OF_ONE_PERSON = RateLimitItemPerMinute(10, 10, namespace="tests")
# What is said beforehand needs no sign-in, only the link of the mail.
BEFOREHAND_OF_ONE_PERSON = RateLimitItemPerMinute(30, 10, namespace="beforehand")


class Hits(Storage):
    """The counts of `limits`, kept in the table `hit` through one session."""

    STORAGE_SCHEME = None
    base_exceptions = SQLAlchemyError

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more under `key` for `expiry` seconds, and answer the count."""
        now = clock.now()
        self._session.execute(delete(Hit).where(Hit.expires_at <= now))
        dialect = self._session.get_bind().dialect.name
        insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
        row = {"key": _hashed(key), "count": amount, "expires_at": now + timedelta(seconds=expiry)}
        statement = insert(Hit).values(row)
        upsert = statement.on_conflict_do_update(
            index_elements=[Hit.key], set_={"count": Hit.count + amount}
        )
        self._session.execute(upsert)
        return self.get(key)

    def get(self, key: str) -> int:
        """The count under `key`; 0 when it has expired."""
        query = select(Hit.count).where(Hit.key == _hashed(key), Hit.expires_at > clock.now())
        return self._session.scalar(query) or 0

    def get_expiry(self, key: str) -> float:
        """When the count under `key` starts again, in seconds since 1970."""
        ends = self._session.scalar(select(Hit.expires_at).where(Hit.key == _hashed(key)))
        return (ends or clock.now()).timestamp()

    def check(self) -> bool:
        """Whether the counts can be read."""
        return self._session.scalar(select(func.count(Hit.id))) is not None

    def reset(self) -> int | None:
        """Forget every count."""
        self._session.execute(delete(Hit))
        return None

    def clear(self, key: str) -> None:
        """Forget the count under `key`."""
        self._session.execute(delete(Hit).where(Hit.key == _hashed(key)))


def left(session: Session, limit: RateLimitItem, *who: str) -> bool:
    """Whether `who` may still try under `limit`."""
    return FixedWindowRateLimiter(Hits(session)).test(limit, *who)


def count(session: Session, limit: RateLimitItem, *who: str) -> bool:
    """Count one try of `who`; False when that was one too many."""
    return FixedWindowRateLimiter(Hits(session)).hit(limit, *who)


def forget(session: Session, limit: RateLimitItem, *who: str) -> None:
    """Start `who`'s count again."""
    FixedWindowRateLimiter(Hits(session)).clear(limit, *who)


def seconds_left(session: Session, limit: RateLimitItem, *who: str) -> int:
    """After how many seconds `who` may try again."""
    ends = FixedWindowRateLimiter(Hits(session)).get_window_stats(limit, *who).reset_time
    return max(1, int(ends - clock.now().timestamp()) + 1)


def _hashed(key: str) -> str:
    """Addresses of people and machines are not kept readable here."""
    return hashlib.sha256(key.encode()).hexdigest()
