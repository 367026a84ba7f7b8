"""The index of words through the life of a database: made, taken away, copied, compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from calendar_app import backup, schema
from calendar_app.config import folder
from calendar_app.db import Database
from calendar_app.people.models import Team
from calendar_app.search.queries import find
from tests import builders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)


def settings_of_migrations() -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(folder("migrations")))
    return settings


def before_search() -> str:
    """The revision below the one that makes the index."""
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (below,) = [step.down_revision for step in steps if step.path.endswith("_search.py")]
    assert isinstance(below, str)
    return below


def migrate(database: Database, go: Callable[..., None], revision: str) -> None:
    """Bring `database` up or down to `revision`, as the program would."""
    settings = settings_of_migrations()
    engine = database.engine.execution_options(kapstok_writes=True)
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        go(settings, revision)


def filled(database: Database) -> int:
    """Put in a team with a post on a plan; answers the team's id."""
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team, name="Zorgplan")
        builders.a_person(session, team)
        builders.a_post(session, team, plan, title="Nachtdienst", text="Op de spoed.")
        return team.id


def found(database: Database, team_id: int, query: str) -> list[str]:
    with database.reading() as session:
        team = session.get_one(Team, team_id)
        return [hit.title for hit in find(session, team, query).hits]


def test_what_was_there_before_the_index_is_found_after_going_down_and_up(
    database: Database,
) -> None:
    team_id = filled(database)

    migrate(database, command.downgrade, before_search())
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names() + inspect(connection).get_view_names()
        people = inspect(connection).get_columns("person")
        connection.execute(text("UPDATE post SET text = 'Op de poli.'"))
        connection.commit()
    migrate(database, command.upgrade, "head")

    assert not [name for name in names if name.startswith("search")]
    assert "single_keys" not in {column["name"] for column in people}
    assert found(database, team_id, "nachtdienst linkedin poli") == ["Nachtdienst"]
    assert found(database, team_id, "zorgplan") == ["Zorgplan"]
    assert found(database, team_id, "spoed") == []
    with database.reading() as session:
        assert session.execute(text("SELECT single_keys FROM person")).scalar_one()


def test_wishes_come_and_go_with_the_index_untouched(database: Database) -> None:
    team_id = filled(database)

    migrate(database, command.downgrade, "0011")
    with database.writing() as session:
        before = session.execute(text("SELECT name, story FROM plan")).all()
    migrate(database, command.upgrade, "head")

    with database.writing() as session:
        wishes = session.execute(text("SELECT ambassador_share, name, story FROM plan")).all()
        assert wishes == [(None, *row) for row in before]
        session.execute(text("UPDATE plan SET name = 'Nieuw plan', ambassador_share = 100"))
        session.execute(text("UPDATE audience SET name = 'Herintreders', wanted_share = 0"))
        session.execute(text("UPDATE post SET title = 'Avonddienst'"))
    assert schema.differences(database) == []
    assert found(database, team_id, "zorgplan") == []
    assert found(database, team_id, "nieuw plan") == ["Nieuw plan"]
    assert found(database, team_id, "avonddienst herintreders") == ["Avonddienst"]


@pytest.mark.parametrize("share", [-1, 101])
@pytest.mark.parametrize(
    "writing",
    ["UPDATE audience SET wanted_share = :share", "UPDATE plan SET ambassador_share = :share"],
)
def test_the_database_too_takes_no_share_that_is_no_percentage(
    database: Database, writing: str, share: int
) -> None:
    filled(database)

    with pytest.raises(IntegrityError), database.writing() as session:
        session.execute(text(writing), {"share": share})


def test_the_models_tell_nothing_that_the_database_lacks(database: Database) -> None:
    filled(database)

    assert schema.differences(database) == []


def test_a_copy_that_is_put_back_finds_what_the_database_found(
    sqlite_url: str, tmp_path: Path
) -> None:
    database = Database(sqlite_url)
    team_id = filled(database)
    copy, elsewhere = tmp_path / "copy.sqlite", tmp_path / "elsewhere"
    backup.back_up(sqlite_url, copy)
    database.dispose()
    url = f"sqlite:///{elsewhere / 'kapstok.sqlite'}"
    elsewhere.mkdir()
    backup.restore(url, copy, elsewhere, NOW)

    restored = Database(url)
    assert found(restored, team_id, "nachtdienst") == ["Nachtdienst"]
    with restored.writing() as session:
        session.execute(text("UPDATE post SET title = 'Rooster'"))
    assert found(restored, team_id, "rooster") == ["Rooster"]
    restored.dispose()


def test_sqlite_itself_finds_the_index_sound_after_many_changes(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    filled(database)
    with database.writing() as session:
        for number in range(30):
            session.execute(text("UPDATE post SET title = :title"), {"title": f"Dienst {number}"})
            session.execute(text("UPDATE channel SET name = :name"), {"name": f"Kanaal {number}"})
    database.dispose()

    file = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection:
        # Raises an error when index and rows do not fit.
        connection.execute("INSERT INTO search_words (search_words) VALUES ('integrity-check')")
        whole = connection.execute("PRAGMA integrity_check").fetchone()

    assert whole == ("ok",)
