"""What a worker works with, what it holds, and the few rules that all of its steps share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.post_office import PostOffice
from calendar_app.reminders.mail import Reader, Story
from calendar_app.reminders.models import Delivery, Relay
from calendar_app.reminders.routes import EMAIL, Way

PLANNED = timedelta(days=35)
LEASE = timedelta(seconds=30)
SILENT_FOR = timedelta(minutes=10)
A_MINUTE = timedelta(minutes=1)
NOTED_EVERY = timedelta(seconds=5)
# A worker that was away this long has more to catch up with than old reminders.
LOOK_BACK = timedelta(days=1)
IDS_AT_ONCE = 500
WAITING = ("pending", "retry", "in_doubt")
HELD = ("planned", "moved")


@dataclass(frozen=True)
class Desk:
    """What one worker works with. `clock` tells the present moment, aware.

    A clock can be set; `stopwatch` counts seconds and cannot.
    """

    database: Database
    config: Config
    office: PostOffice
    worker_id: int
    clock: Callable[[], datetime]
    # Set when the worker has to stop: what is claimed and not begun goes back.
    stopping: threading.Event = field(default_factory=threading.Event)
    stopwatch: Callable[[], float] = time.monotonic
    # Whose deliveries it has: those that go by mail (""), or to one other service.
    origin: str = ""


@dataclass(frozen=True)
class Claimed:
    """One delivery that this worker holds under `fence`, with all that its mail needs.

    `frozen` are the bytes of an earlier hand-over, to be repeated as they were.
    """

    id: int
    fence: int
    unique: str
    attempts: int
    lease_until: datetime
    useful_until: datetime
    dated_at: datetime
    reader: Reader
    story: Story
    frozen: bytes | None
    # By which route it goes, as the delivery calls it.
    route: str = EMAIL
    # Where that leads; None: to mail, or its address cannot be read any more.
    way: Way | None = None

    @property
    def is_message(self) -> bool:
        """Whether it goes to another service than a mail relay."""
        return self.route != EMAIL


def make_missing(session: Session, model: type[Any], rows: Sequence[dict[str, Any]]) -> int:
    """Make rows; one that another worker made meanwhile is left alone."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    making = sqlite.insert(model) if on_sqlite else postgresql.insert(model)
    for part in in_parts(rows):
        session.execute(making.on_conflict_do_nothing(), part)
    return len(rows)


def in_parts(things: Sequence[Any]) -> Iterable[list[Any]]:
    """`things` in lists that a database takes as the values of one statement."""
    rest = iter(things)
    while part := list(islice(rest, IDS_AT_ONCE)):
        yield part


def relay_row(session: Session, name: str) -> Relay:
    """What is known of the relay. Holding its row, workers claim one after another."""
    query = select(Relay).where(Relay.name == name).with_for_update()
    relay = session.scalars(query).one_or_none()
    if relay is None:
        make_missing(session, Relay, [{"name": name}])
        relay = session.scalars(query).one()
    return relay


def is_ours(desk: Desk, ones: Iterable[Claimed]) -> ColumnElement[bool]:
    """Held by this worker under the fence of its claim, and by nobody who came after it.

    Whatever ends a hold takes the owner's name off, so that no state need be asked.
    """
    claims = [(one.id, one.fence) for one in ones]
    return and_(
        # SQLite looks a pair up in no index: without this it would read the whole table.
        Delivery.id.in_([one for one, _fence in claims]),
        Delivery.owner_id == desk.worker_id,
        tuple_(Delivery.id, Delivery.fence).in_(claims),
    )
