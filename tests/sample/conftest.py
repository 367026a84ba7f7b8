"""The sample team, loaded once for the tests that only look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from calendar_app import sample
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.people.models import Team
from calendar_app.people.queries import team_by_name

LOADED_AT = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
# The tests count posts and people by hand, so these are the files' own words.
NAME = "De Linde"


def settings(folder: Path, url: str) -> Config:
    return Config(
        data_dir=folder,
        database_url=url,
        secret_key="only-the-tests-of-kapstok-use-this-secret-key",  # noqa: S106 - see what it says
        sample_password="een lange zin voor de proef",  # noqa: S106 - as above
    )


@pytest.fixture(scope="module")
def loaded(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with the sample as it was loaded on Tuesday 10 November 2026, 09:18 local time."""
    folder = tmp_path_factory.mktemp("sample")
    file = folder / "kapstok.sqlite"
    shutil.copyfile(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    sample.load(settings(folder, database.url), database, LOADED_AT)
    yield database
    database.dispose()


@pytest.fixture
def hospital(loaded: Database) -> Iterator[Session]:
    """A session that reads the loaded sample."""
    with loaded.reading() as session:
        yield session


@pytest.fixture
def team(hospital: Session) -> Team:
    found = team_by_name(hospital, NAME)
    assert found is not None
    return found


@pytest.fixture
def migrated_copies(migrated_file: Path, tmp_path: Path) -> Iterator[list[Database]]:
    """Three empty databases with today's schema."""
    files = [tmp_path / f"{number}.sqlite" for number in range(3)]
    for file in files:
        shutil.copyfile(migrated_file, file)
    databases = [Database(f"sqlite:///{file}") for file in files]
    yield databases
    for database in databases:
        database.dispose()
