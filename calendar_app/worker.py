"""The clock comes in here: one process that sends the reminders and fetches other calendars.

Any number of workers may run: what each may send is decided by rows with leases and fences
(`reminders.outbox`), never by which of them is first.
"""

from __future__ import annotations

import logging
import math
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import FrameType
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError, OperationalError

from calendar_app import (
    clock,
    logs,
    models,  # noqa: F401 - fills the registry: relationships name their classes as text
)
from calendar_app.config import BadSetting, Config, load
from calendar_app.db import Database, is_away
from calendar_app.layers import fetching
from calendar_app.layers import queries as layers
from calendar_app.media.storage import store_of
from calendar_app.meetups.holidays import is_free
from calendar_app.memory import hold_little
from calendar_app.monitoring import queries as monitoring
from calendar_app.plans import queries as plans
from calendar_app.post_office import post_office
from calendar_app.posts import autosaves, media, presence, series, undo
from calendar_app.posts import queries as posts
from calendar_app.reminders import outbox
from calendar_app.reminders.engines.embedded import EmbeddedEngine
from calendar_app.reminders.engines.jobs import Job
from calendar_app.reminders.outbox import Defer, Desk, Ticket
from calendar_app.reminders.processes import this_process
from calendar_app.transfer import models as transfer

log = logging.getLogger(__name__)

PLAN_EVERY = timedelta(seconds=60)
SEND_EVERY = timedelta(seconds=1)
SWEEP_EVERY = timedelta(seconds=5)
BEAT_EVERY = timedelta(seconds=5)
TIDY_EVERY = timedelta(hours=1)
FETCH_EVERY = timedelta(seconds=20)
_LOOK_EVERY = 0.2
# A worker that stands still holds nobody up for longer; its leases end at about the same time.
IDLE_TRANSACTION = timedelta(seconds=20)
# What a slow relay takes well within a lease over one connection; the rest is claimed in the next
# round. A claim costs as much for a few as for many, so where it is fast more are taken at once.
CLAIM = 40
# A round of one service takes less than a lease, also when none of these answers.
CLAIM_MESSAGES = 4
CLAIM_PER_LINE = 20


class Engine(Protocol):
    """Makes the rounds again and again, from `start` to `stop`."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End: what is being done comes to its end first."""


class Rounds:
    """What a worker does again and again, and what it remembers from round to round."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._ticked_at: datetime | None = None
        self._planned: tuple[object, ...] | None = None
        self._one_plan_at_a_time = threading.Lock()
        self._at_once = max(CLAIM, CLAIM_PER_LINE * desk.office.width)
        self._at_the_office = threading.Lock()

    def jobs(self) -> list[Job]:
        """The rounds and how often each is made, by a worker that does everything itself."""
        return [
            Job("send", self.send, SEND_EVERY),
            # By itself: a service that is slow holds no mail up.
            Job("messages", self.send_messages, SEND_EVERY),
            Job("beat", self.beat, BEAT_EVERY),
            *self._for_all(),
        ]

    def shared_jobs(self, defer: Defer) -> list[Job]:
        """The rounds that one of several workers makes for all; `defer` passes on what is due."""
        return [Job("claim", lambda: self.hand_out(defer), SEND_EVERY), *self._for_all()]

    def own_jobs(self) -> list[Job]:
        """What each of several workers does for itself."""
        return [
            Job("beat", self.beat, BEAT_EVERY),
            Job("rest", self.rest, SEND_EVERY),
            Job("messages", self.send_messages, SEND_EVERY),
        ]

    def _for_all(self) -> list[Job]:
        return [
            Job("sweep", self.sweep, SWEEP_EVERY),
            Job("plan", self.plan, PLAN_EVERY),
            Job("tidy", self.tidy, TIDY_EVERY),
            Job("fetch", self.fetch, FETCH_EVERY),
        ]

    def plan(self) -> None:
        """Make the reminders of the coming weeks."""
        # The zone data of the machine may have been renewed; it is read once and kept otherwise.
        ZoneInfo.clear_cache()
        with self._one_plan_at_a_time, self.desk.database.writing() as session:
            # Asked first: what is changed meanwhile is planned in the next round.
            seen = outbox.changes_so_far(session)
            changed = outbox.plan(session, self.desk.clock())
            changed += outbox.invite(session, self.desk.config, self.desk.clock())
        self._planned = seen
        if changed:
            log.info("planned: %d reminders made or changed", changed)

    def send(self) -> None:
        """Plan when something changed, then send all that is due."""
        self._plan_what_changed()
        while self._something_is_due() and not self.desk.stopping.is_set():
            claimed = outbox.claim(self.desk, self.desk.clock(), self._at_once)
            if not claimed:
                break
            outbox.deliver(self.desk, claimed)
            self._ticked_at = self.desk.clock()
        self.desk.office.rest()
        self._ticked_at = self.desk.clock()

    def send_messages(self) -> None:
        """Send what is due by other routes than mail: a little of each service in turn."""
        failed: set[str] = set()
        goes_on = True
        while goes_on and not self.desk.stopping.is_set():
            goes_on = self._take_turns(failed)

    def _take_turns(self, failed: set[str]) -> bool:
        """One turn of each service but those that `failed`; whether there may be more."""
        with self.desk.database.reading() as session:
            origins = outbox.origins_due(session, self.desk.clock())
        sent = 0
        for origin in origins:
            if self.desk.stopping.is_set():
                break
            if origin not in failed:
                sent += self._take_turn(origin, failed)
        return sent > 0

    def _take_turn(self, origin: str, failed: set[str]) -> int:
        """Send a few messages to `origin`; how many were taken up. What fails is added."""
        try:
            desk = outbox.desk_for(self.desk, origin)
            claimed = outbox.claim(desk, desk.clock(), CLAIM_MESSAGES)
            outbox.deliver(desk, claimed)
        except Exception as error:
            # No other service has to wait for what is wrong with this one. Without a database
            # none can go on.
            if isinstance(error, DBAPIError) and is_away(error):
                raise
            log.exception("messages to %s failed", origin)
            failed.add(origin)
            return 0
        return len(claimed)

    def hand_out(self, defer: Defer) -> None:
        """Plan when something changed, then claim all that is due for whoever has time for it."""
        self._plan_what_changed()
        while self._somebody_can_send() and not self.desk.stopping.is_set():
            if not outbox.hand_out(self.desk, self.desk.clock(), self._at_once, defer):
                break
        self._ticked_at = self.desk.clock()

    def deliver(self, tickets: Sequence[Ticket], defer: Defer) -> None:
        """Send what was handed out, then claim more: who is done must not wait for a tick."""
        with self._at_the_office:
            if not self.desk.stopping.is_set():
                claimed = outbox.receive(self.desk, tickets, self.desk.clock())
                outbox.deliver(self.desk, claimed)
        self.hand_out(defer)

    def rest(self) -> None:
        """Look after the lines to the relay while nothing is sent."""
        if self._at_the_office.acquire(blocking=False):
            try:
                self.desk.office.rest()
            finally:
                self._at_the_office.release()

    def sweep(self) -> None:
        """Heal and settle."""
        outbox.sweep(self.desk, self.desk.clock())

    def beat(self) -> None:
        """Say that this worker is there, and when it last made a whole round."""
        now = self.desk.clock()
        outbox.beat(self.desk.database, self.desk.worker_id, now, ticked_at=self._ticked_at)

    def tidy(self) -> None:
        """Empty the bin of what lay in it for thirty days, and carry on what comes back."""
        with self.desk.database.writing() as session:
            removed = posts.empty_bin(session, self.desk.clock())
            parts = plans.empty_bin(session, self.desk.clock())
            undo.forget(session, self.desk.clock())
            autosaves.forget_old(session, self.desk.clock())
            presence.forget_old(session, self.desk.clock())
            transfer.forget_old(session, self.desk.clock())
            calendars = layers.empty_bin(session, self.desk.clock())
            questions = monitoring.empty_bin(session, self.desk.clock())
        with self.desk.database.writing() as session:
            made, refused = series.extend_all(session, self.desk.clock(), is_free)
        self._tidy_files()
        if removed or parts or calendars or questions:
            words = (
                "tidied: %d posts, %d parts of plans, %d other calendars"
                " and %d questions and replies left for good"
            )
            log.info(words, removed, parts, calendars, questions)
        if made or refused:
            log.info("series: %d posts made, %d series not carried on", made, refused)

    def _tidy_files(self) -> None:
        """Clear away the files that no post has."""
        store = store_of(self.desk.config)
        try:
            rows, files = media.tidy(self.desk.database, store, self.desk.clock())
        except OSError as error:
            log.warning("tidy: the place for files is not there, again later: %s", error)
            return
        if rows or files:
            log.info("tidied: %d images and files left their posts, %d were cleared", rows, files)

    def fetch(self) -> None:
        """Bring the other calendars that are due up to date, one after the other."""
        allowed = self.desk.config.outbound_allow
        while not self.desk.stopping.is_set():
            if not fetching.refresh_due(self.desk.database, allowed, self.desk.clock()):
                break

    def _plan_what_changed(self) -> None:
        with self.desk.database.reading() as session:
            changed = outbox.changes_so_far(session) != self._planned
        if changed:
            self.plan()

    def _somebody_can_send(self) -> bool:
        now = self.desk.clock()
        with self.desk.database.reading() as session:
            due = outbox.anything_due(session, now)
            return due and not outbox.hands_are_full(session, now, self._at_once)

    def _something_is_due(self) -> bool:
        with self.desk.database.reading() as session:
            return outbox.anything_due(session, self.desk.clock())


def run(config: Config) -> int:
    """Send reminders until SIGTERM or SIGINT; what is on its way is finished. Answers 0."""
    hold_little()
    asked = _Asked()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, asked.by_signal)
    try:
        office = post_office(config)
    except BadSetting as error:
        sys.stderr.write(f"{error}\n")
        return 1
    database = Database(config.database_url)
    database.end_idle_transactions(IDLE_TRANSACTION)
    try:
        worker_id = _begin(database, asked)
        if worker_id is not None:
            _work(Desk(database, config, office, worker_id, clock.now), asked)
    finally:
        database.dispose()
    return 0


class _Asked:
    """Whether somebody asked this process to stop.

    A signal may reach any thread, and then wakes nobody; and what its handler may do is little (an
    Event that the main thread waits for can lock both). So it is noted, and looked for.
    """

    def __init__(self) -> None:
        self.to_stop = False

    def by_signal(self, _signal: int, _frame: FrameType | None) -> None:
        self.to_stop = True

    def wait(self, seconds: float = math.inf) -> None:
        """Wait for it, at most `seconds`."""
        deadline = time.monotonic() + seconds
        while not self.to_stop and time.monotonic() < deadline:
            time.sleep(_LOOK_EVERY)


def _work(desk: Desk, asked: _Asked) -> None:
    engine = _engine(desk)
    engine.start()
    log.info("worker %d began (%s)", desk.worker_id, desk.config.engine)
    asked.wait()
    desk.stopping.set()
    engine.stop()
    desk.office.close()
    try:
        outbox.end_work(desk, clock.now())
    except OperationalError as error:
        # Others find out by the process being gone.
        log.warning("worker %d could not sign off: %s", desk.worker_id, error.orig)
    log.info("worker %d ended", desk.worker_id)


def _engine(desk: Desk) -> Engine:
    """What makes the rounds: an alarm clock in this process, or one that several workers share."""
    rounds = Rounds(desk)
    if desk.config.engine == "embedded":
        return EmbeddedEngine([_patient(job) for job in rounds.jobs()], clock.now)
    # Loaded only here: it is an extra part, and costs memory.
    from calendar_app.reminders.engines.postgres import (  # noqa: PLC0415 - see above
        ProcrastinateEngine,
        defer,
    )

    def deliver(tickets: Sequence[Ticket]) -> None:
        delivering = Job("deliver", lambda: rounds.deliver(tickets, defer), SEND_EVERY)
        _patient(delivering).act()

    return ProcrastinateEngine(
        desk.config.database_url,
        [_patient(job) for job in rounds.shared_jobs(defer)],
        [_patient(job) for job in rounds.own_jobs()],
        deliver,
        clock.now,
    )


def _begin(database: Database, asked: _Asked) -> int | None:
    """Sign on, however long the database takes to be there; None when asked to stop first."""
    while not asked.to_stop:
        try:
            return outbox.begin_work(database, this_process(), clock.now())
        except OperationalError as error:
            log.warning("the worker waits for the database: %s", error.orig)
            asked.wait(1)
    return None


def _patient(job: Job) -> Job:
    """`job`, for which a database that is locked, full or away means: in the next round."""

    def act() -> None:
        try:
            job.act()
        except DBAPIError as error:
            if not is_away(error):
                raise
            log.warning("%s: the database is not there, again soon: %s", job.name, error.orig)

    return Job(job.name, act, job.every)


def main() -> int:
    """`python -m calendar_app.worker`: the worker with this process's settings."""
    try:
        config = load()
    except BadSetting as error:
        sys.stderr.write(f"{error}\n")
        return 1
    logs.set_up(config.log)
    return run(config)


if __name__ == "__main__":
    sys.exit(main())
