"""Several real workers that share their rounds through PostgreSQL, and what can go wrong with them.

The judge is the one of the other fault tests: one word about every mail that the relay took and
about every row.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from calendar_app.db import Database
from calendar_app.reminders.models import Attempt
from tests.reminders.houses import House, verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.smtp_sink import SmtpSink

MANY = tuple(f"Collega{number}" for number in range(200))
ALL_RIGHT = {"right": len(MANY), "row sent": len(MANY)}
# A lease, and the round that finds that it is over.
A_LEASE = 40


@pytest.fixture
def house(postgresql_url: str, sink: SmtpSink, tmp_path: Path) -> Iterator[House]:
    database = Database(postgresql_url)
    with ExitStack() as stack:
        yield House(database, sink, tmp_path, stack)
    database.dispose()


def test_two_workers_send_two_hundred_reminders_once_each(house: House) -> None:
    workers = [house.worker(), house.worker()]
    _wait_for(house, workers=2)
    house.meetup(*MANY, starts_in=62)

    house.until_all_are("sent", seconds=60)
    statuses = [worker.stop() for worker in workers]

    assert verdicts(house, MANY) == ALL_RIGHT
    assert _who_sent(house) == 2
    assert statuses == [0, 0]
    assert _jobs(house) == []


def test_a_worker_that_is_killed_half_way_loses_nothing(house: House) -> None:
    killed, _other = house.worker(), house.worker()
    _wait_for(house, workers=2)
    house.meetup(*MANY, starts_in=62)
    house.until(lambda: len(house.sink.accepted) > 50, seconds=60)
    killed.kill()

    house.until_all_are("sent", seconds=90)

    told = verdicts(house, MANY)
    # What was between its final dot and the answer may be there twice, the same byte for byte.
    assert told.pop("repeated", 0) <= 1
    assert told == ALL_RIGHT


def test_a_worker_that_stood_still_finds_its_fence_gone(house: House, whole: bool) -> None:  # noqa: FBT001 - a fixture
    """Every day the pause is shorter than a lease, and nothing may come of it."""
    paused, _other = house.worker(), house.worker()
    _wait_for(house, workers=2)
    house.meetup(*MANY, starts_in=62 + whole * A_LEASE, lead=1)
    house.until(lambda: len(house.sink.accepted) > 50, seconds=60 + whole * A_LEASE)
    paused.pause()
    time.sleep(A_LEASE if whole else 3)
    paused.resume()

    house.until_all_are("sent", seconds=90)

    assert verdicts(house, MANY) == ALL_RIGHT


def test_a_database_that_goes_away_holds_the_reminders_up_and_no_more(house: House) -> None:
    workers = [house.worker(), house.worker()]
    _wait_for(house, workers=2)
    house.meetup(*MANY, starts_in=63)
    house.until(lambda: len(house.sink.accepted) > 20, seconds=60)

    _cut_off(house)

    house.until_all_are("sent", seconds=90)
    told = verdicts(house, MANY)
    assert told.pop("repeated", 0) <= 2, "one a worker, whose result could not be written down"
    assert told == ALL_RIGHT
    # They came back by themselves.
    assert [worker.process.poll() for worker in workers] == [None, None]


def _cut_off(house: House) -> None:
    """Let nobody in for three seconds, and end every connection: as a server that starts again."""
    name = house.database.engine.url.database
    elsewhere = Database(
        house.database.engine.url.set(database="postgres").render_as_string(hide_password=False)
    )
    ending = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with elsewhere.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        connection.execute(ending, {"name": name})
        time.sleep(3)
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    elsewhere.dispose()


def _wait_for(house: House, workers: int) -> None:
    """Until so many workers are there, and a round was made."""
    query = text("SELECT count(*), count(ticked_at) FROM worker")

    def are_there() -> bool:
        with house.database.reading() as session:
            there, ticked = session.execute(query).one()
        return bool(there == workers and ticked > 0)

    house.until(are_there, seconds=40)


def _who_sent(house: House) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count(Attempt.worker_id.distinct()))) or 0


def _jobs(house: House) -> list[str]:
    """What is left of the jobs: of those that are done, nothing."""
    with house.database.reading() as session:
        jobs = text("SELECT task_name FROM kapstok_jobs.procrastinate_jobs WHERE status <> 'todo'")
        return list(session.scalars(jobs))
