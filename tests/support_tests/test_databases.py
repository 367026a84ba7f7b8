from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from calendar_app.schema import SchemaState, state
from tests.support.environment import REPOSITORY, for_child
from tests.support.postgres import Postgres, PostgresUnavailableError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.db import Database

HOLDER = """
import sys
from tests.support.postgres import Postgres
print(Postgres().url("postgres"), flush=True)
sys.stdin.read()
"""


def test_a_tests_database_has_todays_schema_and_no_rows(database: Database) -> None:
    with database.reading() as session:
        teams = session.execute(text("SELECT count(*) FROM team")).scalar_one()

    assert state(database) is SchemaState.CURRENT
    assert teams == 0


@pytest.mark.parametrize("time_around", ["first", "second"])
def test_no_test_sees_the_rows_of_another(database: Database, time_around: str) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE left_behind (name VARCHAR(9))"))
        session.execute(text("INSERT INTO left_behind VALUES (:name)"), {"name": time_around})

    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM left_behind")).scalar_one() == 1


def test_a_session_may_write(session: Session) -> None:
    session.execute(text("CREATE TABLE written (name VARCHAR(9))"))

    assert inspect(session.connection()).has_table("written")


def test_the_kinds_are_told_apart(database: Database, request: pytest.FixtureRequest) -> None:
    kind = database.engine.dialect.name

    assert request.node.callspec.id == kind


def test_a_fresh_database_is_dropped_even_while_somebody_is_connected(postgres: Postgres) -> None:
    with postgres.fresh_database() as url:
        engine = create_engine(url)
        connection = engine.connect()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url.replace("+psycopg", ""))
    connection.invalidate()
    connection.close()
    engine.dispose()


def test_a_killed_test_run_leaves_no_server_behind() -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=for_child({}),
        cwd=REPOSITORY,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        url = holder.stdout.readline().strip()
        folder = Path(create_engine(url).url.query["host"])  # type: ignore[arg-type]  # one host
        there = folder.exists()
        holder.kill()

    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (there, folder.exists()) == (True, False)


def test_a_machine_without_postgresql_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.postgres.COMMAND", [sys.executable, "-c", "1 / 0"])

    with pytest.raises(PostgresUnavailableError, match="ZeroDivisionError"):
        Postgres()
