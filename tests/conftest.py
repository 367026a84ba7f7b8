"""What every test may ask for: databases of both kinds, the application, a browser, a relay."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import QueuePool

from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.schema import upgrade
from tests.support import environment
from tests.support.network import loopback_only
from tests.support.postgres import Postgres, PostgresUnavailableError
from tests.support.quickly import compiled_once
from tests.support.smtp_sink import SmtpSink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from tests.support.servers import LiveServer

environment.keep_files_in_memory()

pytest_plugins = ["tests.support.browser", "tests.support.no_skips"]

FLOWS = environment.REPOSITORY / "tests/flows"
MIGRATED = "migrated"  # the PostgreSQL database that the tests' databases are copies of

# No deadlines: two workers share two cores. In CI the same examples each time, so that a red build
# is red again; at the desk new ones, so that they go on finding things.
SLOWLY = [HealthCheck.too_slow]
settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, suppress_health_check=SLOWLY
)
settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=SLOWLY)
settings.load_profile("ci" if environment.in_ci() else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--whole", action="store_true", help="run fault tests at their full length (make faults)"
    )
    parser.addoption("--seed", help="play the random choices of the fault tests of that run again")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, of what a test shows on SQLite too, what PostgreSQL cannot show otherwise.

    A browser is sent the same pages whatever the database is: the pages and whole flows are asked
    of both, the browser's own work of one; `--whole` leaves nothing out. And coverage, which makes
    a test of a page two thirds slower, counts the lines of a test that runs on both once, and
    leaves out what a browser asks for: the tests of those pages count it.
    """
    twins = [item for item in items if _kind_of_database(item) == "postgresql"]
    for item in items:
        if _kind_of_database(item) == "postgresql" or _opens_a_browser(item):
            item.add_marker(pytest.mark.no_cover)
    if config.getoption("--whole"):
        return
    left_out = {item for item in twins if _opens_a_browser(item) and FLOWS not in item.path.parents}
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=[*left_out])


def _opens_a_browser(item: pytest.Item) -> bool:
    return "open_page" in getattr(item, "fixturenames", ())


def _kind_of_database(item: pytest.Item) -> str | None:
    """The database that a test runs on, of those that each runs on."""
    called_with = getattr(item, "callspec", None)
    return None if called_with is None else called_with.params.get("database")


@pytest.fixture(scope="session", autouse=True)
def _on_this_machine_alone() -> Iterator[None]:
    with environment.without_settings(), loopback_only(), compiled_once():
        yield


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether fault tests run at their full length, or at the length for every day."""
    return bool(request.config.getoption("--whole"))


@pytest.fixture
def now() -> datetime:
    """The moment at which tests stand: Tuesday 10 November 2026, 09:18 in Amsterdam."""
    return datetime(2026, 11, 10, 8, 18, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with today's schema, of the test's own; the test runs on both kinds."""
    kind = "sqlite_url" if request.param == "sqlite" else "postgresql_url"
    database = Database(request.getfixturevalue(kind))
    yield database
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    in_use = pool.checkedout()
    database.dispose()
    # It would be closed when it is thrown away: in the midst of some later test, as its failure.
    assert not in_use, f"{in_use} connections are still in use after the test"


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The address of an empty SQLite database of the test's own."""
    file = tmp_path / "kapstok.sqlite"
    shutil.copyfile(migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgres: Postgres) -> Iterator[str]:
    """The address of an empty PostgreSQL database of the test's own."""
    with postgres.fresh_database(template=MIGRATED) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with today's schema, never to be changed."""
    file = tmp_path_factory.mktemp("migrated") / "kapstok.sqlite"
    upgrade(f"sqlite:///{file}")
    # A copy of the file alone must be whole.
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for this process's tests, with a migrated database to copy."""
    try:
        server = Postgres()
    except PostgresUnavailableError as error:
        environment.unavailable(str(error))
    with server:
        upgrade(server.create(MIGRATED))
        yield server


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that may write; it commits when the test ends well."""
    with database.writing() as session:
        yield session


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The settings of an installation at https://kapstok.example with a data folder of its own."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    return Config(
        data_dir=data_dir,
        database_url=f"sqlite:///{data_dir / 'kapstok.sqlite'}",
        secret_key="only-the-tests-of-kapstok-use-this-secret-key",  # noqa: S106 - see what it says
        base_url="https://kapstok.example",
    )


@pytest.fixture
def app(config: Config, database: Database) -> Flask:
    """The application on `database`."""
    return _application(replace(config, database_url=database.url), database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of `app` without a browser, not signed in, who comes through the https proxy."""
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    return client


@pytest.fixture
def site(live_server: LiveServer, config: Config, database: Database) -> Iterator[str]:
    """The address at which the application on `database` answers a browser."""
    here = replace(config, base_url=live_server.url, database_url=database.url)
    yield live_server.serve(_application(here, database))
    # Before the database goes, whichever of the two was asked for first.
    live_server.stop()


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """An SMTP relay on loopback, which accepts everything until it is told otherwise."""
    with SmtpSink() as sink:
        yield sink


def _application(config: Config, database: Database) -> Flask:
    """The application that this process made for such settings, on `database`.

    An application keeps what it was asked in its database and its data folder alone, and these are
    the test's own; its routes and its templates are the same for every test.
    """
    # Loaded here, so that tests of pure rules start without Flask.
    from calendar_app.app import create_app  # noqa: PLC0415 - see above
    from calendar_app.web.request import House  # noqa: PLC0415 - see above

    alike = replace(config, data_dir=Path(), database_url="")
    if alike not in _MADE:
        app = create_app(config, database=database)
        app.testing = True
        _MADE[alike] = app, dict(app.config)
    app, settings = _MADE[alike]
    app.config.clear()
    app.config.update(settings)
    app.extensions["kapstok"] = House(config, database)
    return app


_MADE: dict[Config, tuple[Flask, dict[str, Any]]] = {}
