"""What several workers share: one claims and passes on, whichever is free delivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from calendar_app import clock, schema
from calendar_app.db import Database, is_away
from calendar_app.doctor import examine
from calendar_app.errors import Refused
from calendar_app.meetups.models import Occurrence
from calendar_app.reminders import due, outbox
from calendar_app.reminders.engines import postgres
from calendar_app.reminders.engines.jobs import Job
from calendar_app.reminders.models import QuietHours
from calendar_app.reminders.outbox import LEASE
from calendar_app.schema import upgrade
from tests.reminders.scenes import DUE, SECOND, START
from tests.reminders.test_engine import until
from tests.reminders.test_posts import make, people, send_to_review
from tests.support.servers import kapstok, settings_for
from tests.support.smtp_faults import close

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from calendar_app.config import Config
    from tests.reminders.scenes import Scene
    from tests.support.postgres import Postgres
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture


class Lost(Exception):
    """The job could not be written."""


class Heap:
    """Keeps what is handed out, instead of a queue."""

    def __init__(self) -> None:
        self.tickets: list[tuple[int, int]] = []

    def defer(self, _connection: Connection, tickets: Sequence[tuple[int, int]]) -> None:
        self.tickets += tickets


@pytest.fixture
def heap() -> Heap:
    return Heap()


def _due(scene: Scene) -> Scene:
    scene.enter("Anouk", "Joris")
    scene.plan()
    return replace(scene, now=DUE)


def test_what_one_worker_hands_out_another_delivers(
    scene: Scene, heap: Heap, sink: SmtpSink
) -> None:
    one = _due(scene)
    other = one.another_worker()

    handed = outbox.hand_out(one.desk, one.now, 40, heap.defer)
    received = outbox.receive(other.desk, heap.tickets, other.now)
    outbox.deliver(other.desk, received)

    assert handed == 2
    assert [row.state for row in one.of_today()] == ["sent", "sent"]
    assert {attempt.worker_id for attempt in one.attempts()} == {other.worker_id}
    assert len(sink.accepted) == 2


def test_a_job_that_comes_twice_delivers_once(scene: Scene, heap: Heap, sink: SmtpSink) -> None:
    one = _due(scene)
    outbox.hand_out(one.desk, one.now, 40, heap.defer)

    outbox.deliver(one.desk, outbox.receive(one.desk, heap.tickets, one.now))
    again = outbox.receive(one.desk, heap.tickets, one.now)

    assert again == []
    assert len(sink.accepted) == 2


def test_a_job_that_comes_after_its_lease_delivers_nothing(scene: Scene, heap: Heap) -> None:
    one = _due(scene)
    outbox.hand_out(one.desk, one.now, 40, heap.defer)

    late = replace(one, now=one.now + LEASE)

    assert outbox.receive(late.desk, heap.tickets, late.now) == []


def test_a_job_of_a_worker_that_died_delivers_nothing_once_others_claimed_it(
    scene: Scene, heap: Heap
) -> None:
    one = _due(scene)
    outbox.hand_out(one.desk, one.now, 40, heap.defer)
    later = replace(one, now=one.now + LEASE + SECOND)
    later.sweep()
    newer = Heap()
    outbox.hand_out(later.desk, later.now, 40, newer.defer)

    assert outbox.receive(later.desk, heap.tickets, later.now) == []
    assert len(outbox.receive(later.desk, newer.tickets, later.now)) == 2


def test_what_is_not_wanted_any_more_when_its_job_comes_is_not_sent(
    scene: Scene, heap: Heap, sink: SmtpSink
) -> None:
    one = _due(scene)
    outbox.hand_out(one.desk, one.now, 40, heap.defer)
    with one.database.writing() as session:
        session.get_one(Occurrence, one.occurrence().id).state = "cancelled"
    one.plan()

    received = outbox.receive(one.desk, heap.tickets, one.now + SECOND)

    assert received == []
    assert sink.accepted == []
    assert [(row.state, row.reason) for row in one.of_today()] == [
        ("cancelled", due.CALLED_OFF)
    ] * 2
    assert [row.owner_id for row in one.of_today()] == [None, None]


def test_who_wants_to_hear_nothing_when_the_job_comes_hears_it_afterwards(
    scene: Scene, people: dict[str, int], heap: Heap, sink: SmtpSink
) -> None:
    send_to_review(scene, people, make(scene, people))
    outbox.hand_out(scene.desk, scene.now, 40, heap.defer)
    quiet = scene.now + timedelta(hours=2)
    with scene.database.writing() as session:
        hours = QuietHours(person_id=people["reviewer"], begins=time(0), ends=time(23))
        session.add(hours)

    outbox.deliver(scene.desk, outbox.receive(scene.desk, heap.tickets, scene.now + SECOND))

    [row] = scene.rows(kind="review")
    assert sink.accepted == []
    assert (row.state, row.owner_id, row.lease_until) == ("pending", None, None)
    assert row.due_at > quiet


def test_what_is_of_no_use_any_more_when_its_job_comes_is_missed(
    scene: Scene, heap: Heap, sink: SmtpSink
) -> None:
    one = replace(_due(scene), now=START - SECOND)
    outbox.hand_out(one.desk, one.now, 40, heap.defer)

    received = outbox.receive(one.desk, heap.tickets, START)

    assert received == []
    assert [row.state for row in one.of_today()] == ["missed", "missed"]
    assert sink.accepted == []


def test_what_was_in_doubt_and_is_not_wanted_any_more_stays_that(
    scene: Scene, heap: Heap, sink: SmtpSink
) -> None:
    one = _due(scene)
    sink.program([close("accepted"), close("accepted")])
    one.send()
    later = replace(one, now=one.now + 20 * SECOND)
    outbox.hand_out(later.desk, later.now, 40, heap.defer)
    with one.database.writing() as session:
        session.get_one(Occurrence, one.occurrence().id).state = "cancelled"

    outbox.receive(later.desk, heap.tickets, later.now)

    asked = {ticket for ticket, _fence in heap.tickets}
    found = [row for row in one.of_today() if row.id in asked]
    assert found
    assert {(row.state, row.reason) for row in found} == {("in_doubt", due.IN_DOUBT)}
    assert all(row.ended_at == later.now for row in found)


def test_without_its_job_nothing_is_claimed(scene: Scene) -> None:
    one = _due(scene)

    def fails(_connection: Connection, _tickets: Sequence[tuple[int, int]]) -> None:
        raise Lost

    with pytest.raises(Lost):
        outbox.hand_out(one.desk, one.now, 40, fails)

    assert {row.state for row in one.of_today()} == {"pending"}


def test_hands_are_full_with_a_heap_each_and_one_that_waits(scene: Scene, heap: Heap) -> None:
    one = _due(scene)
    outbox.beat(one.database, one.worker_id, one.now, ticked_at=None)

    def are_full() -> bool:
        with one.database.reading() as session:
            return outbox.hands_are_full(session, one.now, 1)

    before = are_full()
    outbox.hand_out(one.desk, one.now, 40, heap.defer)
    alone = are_full()
    one.another_worker()
    helped = are_full()

    assert (before, alone, helped) == (False, True, False)


# The tables of Procrastinate


@pytest.fixture
def shared(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    yield database
    database.dispose()


def test_an_upgrade_makes_the_tables_of_procrastinate_and_nothing_of_ours_differs(
    shared: Database,
) -> None:
    assert schema.engine_is_ready(shared)
    assert schema.differences(shared) == []


def test_an_upgrade_makes_the_tables_of_another_version_anew_and_keeps_its_own(
    shared: Database,
) -> None:
    with shared.engine.begin() as connection:
        words = "Kapstok''s jobs, made anew by kapstok db upgrade: another version"
        connection.execute(text(f"COMMENT ON SCHEMA kapstok_jobs IS '{words}'"))
        connection.execute(text("INSERT INTO kapstok_jobs.procrastinate_workers DEFAULT VALUES"))
        connection.execute(text("INSERT INTO relay (name, failures, last_error) VALUES ('x',0,'')"))
    was_ready = schema.engine_is_ready(shared)

    upgrade(shared.engine.url.render_as_string(hide_password=False))

    with shared.engine.begin() as connection:
        workers = text("SELECT count(*) FROM kapstok_jobs.procrastinate_workers")
        kept = text("SELECT count(*) FROM relay")
        assert (connection.scalar(workers), connection.scalar(kept)) == (0, 1)
    assert (was_ready, schema.engine_is_ready(shared)) == (False, True)


def test_an_upgrade_leaves_a_schema_of_somebody_else_alone(postgres: Postgres) -> None:
    with postgres.fresh_database() as url:
        database = Database(url)
        with database.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA kapstok_jobs"))
            connection.execute(text("CREATE TABLE kapstok_jobs.theirs (id int)"))

        with pytest.raises(Refused, match="not of Kapstok"):
            upgrade(url)

        with database.engine.connect() as connection:
            theirs = text("SELECT to_regclass('kapstok_jobs.theirs') IS NOT NULL")
            assert connection.scalar(theirs)
        database.dispose()


def test_the_doctor_tells_the_engine_and_what_it_lacks(
    shared: Database, config: Config, now: datetime
) -> None:
    url = shared.engine.url.render_as_string(hide_password=False)

    def engine(named: str) -> tuple[bool, str]:
        settings = replace(config, database_url=url, engine=named)
        (found,) = [one for one in examine(settings, now) if one.about == "engine"]
        return found.well, found.words

    told = [engine("embedded"), engine("procrastinate")]
    with shared.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA kapstok_jobs CASCADE"))
    told.append(engine("procrastinate"))

    assert [well for well, _words in told] == [True, True, False]
    assert "embedded" in told[0][1]
    assert "share their rounds" in told[1][1]
    assert "kapstok db upgrade" in told[2][1]


def test_a_worker_without_the_tables_of_its_engine_says_what_to_do(
    shared: Database, tmp_path: Path
) -> None:
    url = shared.engine.url.render_as_string(hide_password=False)
    settings = settings_for(tmp_path / "data", database_url=url)
    with shared.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA kapstok_jobs CASCADE"))

    answer = kapstok("worker", settings=settings)

    assert answer.returncode == 1
    assert "Run: kapstok db upgrade" in answer.stderr


def test_a_job_is_there_only_when_its_claim_is(shared: Database) -> None:
    count = text("SELECT count(*) FROM kapstok_jobs.procrastinate_jobs")

    with shared.engine.connect() as connection:
        postgres.defer(connection, [(1, 1)])
        seen_inside = connection.scalar(count)
        connection.rollback()
        left = connection.scalar(count)
        connection.rollback()
        postgres.defer(connection, [(1, 1)])
        connection.commit()
        kept = connection.scalar(count)

    assert (seen_inside, left, kept) == (1, 0, 1)


@pytest.mark.parametrize(
    ("every", "words"),
    [(1, "* * * * * */1"), (5, "* * * * * */5"), (60, "* * * * *"), (3600, "0 * * * *")],
)
def test_how_often_is_told_in_the_words_of_cron(every: int, words: str) -> None:
    assert postgres.cron(timedelta(seconds=every)) == words


def test_what_does_not_come_round_in_a_minute_is_no_tick() -> None:
    with pytest.raises(ValueError, match="no tick"):
        postgres.cron(timedelta(seconds=7))


def test_who_says_nothing_in_a_transaction_loses_it(shared: Database, postgresql_url: str) -> None:
    database = Database(postgresql_url)
    database.end_idle_transactions(timedelta(milliseconds=50))
    there = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")

    with (
        shared.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other,
        database.engine.connect() as paused,
    ):
        pid = paused.scalar(text("SELECT pg_backend_pid()"))
        until(lambda: other.scalar(there, {"pid": pid}) == 0)
        with pytest.raises(DBAPIError) as told:
            paused.execute(text("SELECT 1"))
    database.dispose()

    assert is_away(told.value)


def test_a_mistake_in_a_job_is_told_and_the_next_tick_comes(
    shared: Database, caplog: pytest.LogCaptureFixture
) -> None:
    rings: list[int] = []

    def ring() -> None:
        rings.append(1)
        raise ValueError("a mistake of ours")

    jobs = [Job("ring", ring, timedelta(seconds=1))]
    url = shared.engine.url.render_as_string(hide_password=False)
    engine = postgres.ProcrastinateEngine(url, jobs, [], lambda _tickets: None, clock.now)

    engine.start()
    try:
        until(lambda: len(rings) >= 2, seconds=30)
    finally:
        engine.stop()

    assert "ring failed" in caplog.text
    assert "a mistake of ours" in caplog.text


def test_a_mistake_in_what_each_worker_does_for_itself_is_told_and_it_goes_on(
    shared: Database, caplog: pytest.LogCaptureFixture
) -> None:
    beats: list[int] = []

    def beat() -> None:
        beats.append(1)
        raise ValueError("a mistake of ours")

    jobs = [Job("beat", beat, timedelta(seconds=0.01))]
    url = shared.engine.url.render_as_string(hide_password=False)
    engine = postgres.ProcrastinateEngine(url, [], jobs, lambda _tickets: None, clock.now)

    engine.start()
    try:
        until(lambda: len(beats) >= 3, seconds=30)
    finally:
        engine.stop()

    assert "beat failed" in caplog.text
    assert "a mistake of ours" in caplog.text
