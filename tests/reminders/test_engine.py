"""The alarm clock: it goes on through locked databases and clocks that are set."""

from __future__ import annotations

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import event, func, select

from calendar_app import clock, worker
from calendar_app.db import Database
from calendar_app.reminders import outbox
from calendar_app.reminders.engines.embedded import EmbeddedEngine
from calendar_app.reminders.engines.jobs import ClockGuard, Job
from calendar_app.reminders.models import Worker
from calendar_app.worker import Rounds, _patient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
TENTH = timedelta(seconds=0.1)


class Bell:
    """Counts how often it is rung, and by which thread at once."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1

    def wait_for(self, more: int, seconds: float = 10) -> None:
        """Wait for that many more rings."""
        wanted = self.rings + more
        until(lambda: self.rings >= wanted, seconds)


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.perf_counter() + seconds
    while not holds():
        assert time.perf_counter() < deadline, "it took too long"
        time.sleep(0.01)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def ringing(bell: Bell) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine([Job("ring", bell.ring, TENTH)], clock.now)
    engine.start()
    yield engine
    engine.stop()


@pytest.mark.usefixtures("ringing")
def test_a_job_runs_at_once_and_again_and_again(bell: Bell) -> None:
    bell.wait_for(5)


@pytest.mark.usefixtures("ringing")
def test_a_clock_that_is_set_back_an_hour_stops_nothing(bell: Bell) -> None:
    bell.wait_for(2)

    with time_machine.travel(clock.now() - timedelta(hours=1)):
        bell.wait_for(20)


@pytest.mark.usefixtures("ringing")
def test_a_clock_that_is_set_forward_stops_nothing(bell: Bell) -> None:
    bell.wait_for(2)

    with time_machine.travel(clock.now() + timedelta(hours=1)):
        bell.wait_for(20)


def test_a_job_never_overlaps_with_itself() -> None:
    at_once: list[int] = []
    inside = threading.Semaphore(0)
    running = 0

    def slow() -> None:
        nonlocal running
        running += 1
        at_once.append(running)
        inside.acquire(timeout=0.3)
        running -= 1

    engine = EmbeddedEngine([Job("slow", slow, timedelta(seconds=0.05))], clock.now)
    engine.start()
    until(lambda: len(at_once) >= 4)
    engine.stop()

    assert set(at_once) == {1}


def test_a_job_that_fails_runs_again(bell: Bell, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        bell.ring()
        raise RuntimeError("a mistake of ours")

    engine = EmbeddedEngine([Job("fail", fail, TENTH)], clock.now)
    engine.start()
    bell.wait_for(3)
    engine.stop()

    assert "a mistake of ours" in caplog.text


def test_stopping_waits_for_what_runs() -> None:
    began, finished = threading.Event(), threading.Event()

    def work() -> None:
        began.set()
        time.sleep(0.2)
        finished.set()

    engine = EmbeddedEngine([Job("work", work, timedelta(hours=1))], clock.now)
    engine.start()
    assert began.wait(10)
    engine.stop()

    assert finished.is_set()


@pytest.mark.parametrize(
    ("wall", "steady", "was_set"),
    [(1, 1, False), (60, 60, False), (1, 3.5, True), (3600, 1, True), (-3600, 1, True)],
)
def test_the_guard_compares_wall_and_monotonic_time(
    wall: float,
    steady: float,
    was_set: bool,  # noqa: FBT001 - a table of cases
) -> None:
    walls = iter([NOON, NOON + timedelta(seconds=wall), NOON + timedelta(seconds=wall)])
    steadies = iter([100.0, 100.0 + steady, 100.0 + steady])
    guard = ClockGuard(lambda: next(walls), lambda: next(steadies))

    assert guard.was_set() == was_set
    assert not guard.was_set()


def test_a_round_plans_sends_and_notes_its_tick(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk")
    scene.now = datetime(2026, 11, 10, 8, 20, tzinfo=UTC)
    rounds = Rounds(scene.desk)

    rounds.send()
    rounds.beat()
    rounds.sweep()

    assert len(sink.accepted) == 1
    with scene.database.reading() as session:
        assert session.get_one(Worker, scene.worker_id).ticked_at == scene.now


def test_a_change_is_planned_in_the_next_round_and_not_only_in_a_minute(scene: Scene) -> None:
    rounds = Rounds(scene.desk)
    rounds.send()

    scene.enter("Anouk")
    rounds.send()

    assert scene.rows() != []


def test_a_round_without_a_change_plans_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.enter("Anouk")
    rounds = Rounds(scene.desk)
    rounds.send()
    rounds.send()
    planned: list[str] = []

    def plan_again(*_: object) -> int:
        planned.append("again")
        return 0

    monkeypatch.setattr(outbox, "plan", plan_again)

    rounds.send()

    assert planned == []


def test_a_locked_database_delays_and_never_stops_the_ticking(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(sqlite_url)
    # Fifteen seconds of patience make a good installation and a slow test.
    event.listen(database.engine, "connect", _short_patience)
    writer = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    tried = Bell()

    def write() -> None:
        tried.ring()
        with database.writing() as session:
            session.add(Worker(**_a_worker()))

    engine = EmbeddedEngine([_patient(Job("write", write, TENTH))], clock.now)
    writer.execute("BEGIN IMMEDIATE")
    engine.start()
    tried.wait_for(3)
    until(lambda: "again soon" in caplog.text)
    writer.execute("ROLLBACK")

    until(lambda: _count_workers(database) > 0)
    engine.stop()
    writer.close()
    database.dispose()


def test_a_wrong_relay_address_stops_the_start_with_one_sentence(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**vars(scene.config), "smtp_url": "smtp://relay?starttls=maybe"}

    status = worker.run(type(scene.config)(**wrong))

    assert status == 1
    assert "starttls is one of" in capsys.readouterr().err


def _short_patience(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=50")


def _a_worker() -> dict[str, object]:
    now = clock.now()
    names = {"host": "h", "boot": "b", "pid": 1, "pid_started": "1"}
    return {**names, "started_at": now, "heartbeat_at": now}


def _count_workers(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Worker)) or 0
