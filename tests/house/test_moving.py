"""A move from SQLite to PostgreSQL: all arrives as it was, once, or nothing is changed at all."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Engine,
    Integer,
    Table,
    Time,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import OperationalError

from calendar_app import moving, presence, schema
from calendar_app.db import Database, UtcDateTime
from calendar_app.errors import Refused
from calendar_app.models import Actor, Base, Person, Team
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.routes import Route, new_route
from tests.builders import a_person, a_team
from tests.support import hostile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from calendar_app.config import Config

# What the database keeps beside the rows: its version, and the words that it finds for itself.
NOT_ROWS = re.compile(r"alembic_version|moved_to|sqlite_.*|search_words.*")
MOMENT = datetime(2026, 10, 25, 0, 59, 59, 123456, tzinfo=UTC)
NOTED = {"naïef": ["“é”", None, 1.5, True, {"😀": "\\u0000 \n"}], "null": None}


@pytest.fixture
def source(sqlite_url: str) -> Iterator[Database]:
    with closing(Database(sqlite_url)) as database:
        yield database


@pytest.fixture
def target(postgresql_url: str) -> Iterator[Database]:
    with closing(Database(postgresql_url)) as database:
        yield database


def moved(source: Database, target: Database, tmp_path: Path) -> moving.Moved:
    return moving.move(source.url, target.url, tmp_path / "data", MOMENT)


# Rows of every table, of which one has all that it can have and the other as little as it may


def fill(database: Database) -> None:
    """Two rows in each table, the first with every value, the second with as few as possible."""
    made: dict[str, list[int]] = {}
    with database.engine.execution_options(kapstok_writes=True).begin() as connection:
        for table in Base.metadata.sorted_tables:
            made[table.name] = [
                connection.execute(insert(table).values(_row(table, made, number))).lastrowid
                for number in (0, 1)
            ]
        first, second = made["actor"]
        # One row that refers to a later one of its own table.
        connection.execute(update(Actor).where(Actor.id == first).values(via_id=second))


# Values that a table does not have together.
A_DAY = date(2026, 3, 29)
INSTEAD: dict[tuple[str, int], dict[str, Any]] = {
    ("post_series", 0): {"count": None},
    ("external_event", 0): {"first_day": None, "last_day": None},
    ("external_event", 1): {"first_day": A_DAY, "last_day": A_DAY},
    ("source_media", 0): {"series_id": None},
    ("source_media", 1): {"series_id": 2},
}


def _row(table: Table, made: dict[str, list[int]], number: int) -> dict[str, Any]:
    chosen = _choices(table)
    values = {
        column.name: _value(column, made, number, chosen.get(column.name))
        for column in table.columns
        if column.name != "id" and not (number and column.nullable)
    }
    return values | INSTEAD.get((table.name, number), {})


def _choices(table: Table) -> dict[str, str]:
    """What a rule of the table lets a column be, where it says so."""
    rules = [str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)]
    found = (re.findall(r"(\w+) IN \('([^']*)'", rule) for rule in rules)
    return dict(pair for pairs in found for pair in pairs)


def _value(column: Column[Any], made: dict[str, list[int]], number: int, chosen: str | None) -> Any:
    for key in column.foreign_keys:
        others = made.get(key.column.table.name)
        return others[number] if others else None
    kind = column.type
    if chosen is not None:
        return chosen
    if isinstance(kind, UtcDateTime):
        return MOMENT.replace(microsecond=number and 1)
    if isinstance(kind, JSON):
        return NOTED
    for known, value in (
        (Boolean, bool(number)),
        (Integer, number + 1),
        (Date, date(2026, 3, 29 - number)),
        (Time, time(2, 30, number)),
    ):
        if isinstance(kind, known):
            return value
    return _hostile(getattr(kind, "length", None), number)


def _hostile(length: int | None, number: int) -> str:
    whole = "\n".join(one.text for one in hostile.SHORT)
    return f"{number}{whole}"[:length]


# An independent judge: what the drivers themselves read, and not what the models make of it


def rows_of_sqlite(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: _in_order(connection.execute(f'SELECT * FROM "{name}" ORDER BY id'))  # noqa: S608
            for (name,) in names
            if not NOT_ROWS.fullmatch(name)
        }


def rows_of_postgresql(url: str, names: Any) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SET TIME ZONE 'Asia/Kathmandu'")
        return {
            name: _in_order(connection.execute(f'SELECT * FROM "{name}" ORDER BY id'))  # noqa: S608
            for name in names
        }


def _in_order(cursor: Any) -> list[tuple[Any, ...]]:
    names = [column[0] for column in cursor.description]
    order = sorted(range(len(names)), key=names.__getitem__)
    return [tuple(_plain(row[place]) for place in order) for row in cursor]


def _plain(value: Any) -> Any:
    """A value as SQLite keeps it, JSON apart."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, date | time):
        return value.isoformat("microseconds") if isinstance(value, time) else value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str) and value[:1] == "{":
        with suppress(ValueError):
            return json.dumps(json.loads(value), sort_keys=True)
    return int(value) if isinstance(value, bool) else value


def test_every_row_of_every_table_arrives_as_it_was(
    source: Database, target: Database, tmp_path: Path
) -> None:
    fill(source)
    before = rows_of_sqlite(source.url)

    told = moved(source, target, tmp_path)

    assert {name for name, rows in before.items() if len(rows) != 2} == set()
    assert rows_of_postgresql(target.url, before) == before
    assert (told.tables, told.rows) == (len(before), 2 * len(before))


def test_json_arrives_as_it_was_written(source: Database, target: Database, tmp_path: Path) -> None:
    fill(source)
    written = '{"b" : 1.0,  "a": null, "b": "\\u0000"}'
    with source.engine.execution_options(kapstok_writes=True).begin() as connection:
        connection.exec_driver_sql("UPDATE undoable SET series = ?", (written,))

    moved(source, target, tmp_path)

    with target.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT series::text FROM undoable")
        assert found.scalars().all() == [written]


def test_new_rows_count_on_after_those_that_were_brought(
    source: Database, target: Database, tmp_path: Path
) -> None:
    fill(source)

    moved(source, target, tmp_path)

    with target.writing() as session:
        team = Team(name="Nieuw")
        session.add(team)
        session.flush()
        assert team.id == 3


def test_what_was_moved_is_found_by_its_words(
    source: Database, target: Database, tmp_path: Path
) -> None:
    fill(source)

    moved(source, target, tmp_path)

    with target.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT count(DISTINCT mod(rowid, 16)) FROM search_words"
        )
        # Of each kind of thing that is found.
        assert found.scalar() == 6


# What is left behind


def test_who_still_has_the_old_database_open_can_read_and_not_write(
    source: Database, target: Database, tmp_path: Path
) -> None:
    fill(source)
    with source.reader() as still_open:
        people = len(still_open.scalars(select(Person)).all())
        still_open.rollback()
        moved(source, target, tmp_path)
        assert len(still_open.scalars(select(Person)).all()) == people

    for change in (insert(Team).values(name="X"), update(Delivery).values(state="pending")):
        with (
            pytest.raises(OperationalError, match="Kapstok moved to"),
            source.writing() as session,
        ):
            session.execute(change)


def test_nothing_begins_on_a_database_that_was_moved(
    source: Database, target: Database, tmp_path: Path
) -> None:
    moved(source, target, tmp_path)

    for begin in (
        lambda: schema.state(source),
        lambda: schema.upgrade(source.url),
        lambda: moved(source, target, tmp_path),
    ):
        with pytest.raises(Refused, match=r"moved on 2026-10-25 00:59 UTC to localhost/test_"):
            begin()


# What is refused, and changes nothing


def _nothing_changed(source: Database, target: Database, before: Any) -> None:
    assert rows_of_sqlite(source.url) == before
    assert schema.state(source) is schema.SchemaState.CURRENT
    assert not any(rows_of_postgresql(target.url, before).values())
    with source.writing() as session:
        session.add(Team(name="Het gaat door"))


def test_a_move_that_breaks_off_changes_nothing_and_can_be_done_again(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source)
    before = rows_of_sqlite(source.url)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_set_counters", broken)
        with pytest.raises(KeyboardInterrupt):
            moved(source, target, tmp_path)

    _nothing_changed(source, target, before)
    moved(source, target, tmp_path)
    assert len(rows_of_postgresql(target.url, ["team"])["team"]) == 3


def test_a_move_that_breaks_off_before_the_mark_is_finished_by_the_next(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(source)
    before = rows_of_sqlite(source.url)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_mark", broken)
        with pytest.raises(KeyboardInterrupt):
            moved(source, target, tmp_path)
    was_free = schema.state(source)
    moved(source, target, tmp_path)

    assert was_free is schema.SchemaState.CURRENT
    assert rows_of_postgresql(target.url, before) == before
    with pytest.raises(Refused, match="moved on"):
        schema.state(source)


def test_a_row_that_arrives_otherwise_is_noticed(
    source: Database, target: Database, tmp_path: Path
) -> None:
    """A rule of the target's own that changes what is written, as a proof that all is compared."""
    fill(source)
    before = rows_of_sqlite(source.url)
    with target.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.reply := left(NEW.reply, 5); RETURN NEW; END $$"
        )
        each = "FOR EACH ROW EXECUTE FUNCTION shorten()"
        connection.exec_driver_sql(f"CREATE TRIGGER shorten BEFORE INSERT ON attempt {each}")

    with pytest.raises(Refused, match="table attempt did not arrive as it was"):
        moved(source, target, tmp_path)

    _nothing_changed(source, target, before)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("x" * 500, "refuses a row of team: value too long"), ("a\x00b", "refuses a row of team")],
)
def test_what_postgresql_does_not_take_is_said(
    source: Database, target: Database, tmp_path: Path, name: str, refusal: str
) -> None:
    with source.writing() as session:
        session.add(Team(name=name))
    before = rows_of_sqlite(source.url)

    with pytest.raises(Refused, match=refusal):
        moved(source, target, tmp_path)

    _nothing_changed(source, target, before)


def test_a_target_that_holds_anything_else_is_left_alone(
    source: Database, target: Database, tmp_path: Path
) -> None:
    fill(source)
    with target.writing() as session:
        session.add(Team(name="Van iemand anders"))

    with pytest.raises(Refused, match="holds data already"):
        moved(source, target, tmp_path)

    assert schema.state(source) is schema.SchemaState.CURRENT
    assert len(rows_of_postgresql(target.url, ["team"])["team"]) == 1


@pytest.mark.parametrize("which", ["source", "target"])
def test_another_version_is_refused(
    source: Database, target: Database, tmp_path: Path, which: str
) -> None:
    other = source if which == "source" else target
    with other.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    with pytest.raises(Refused, match="of another version"):
        moved(source, target, tmp_path)


def test_kapstok_must_not_run_meanwhile(source: Database, target: Database, tmp_path: Path) -> None:
    with (
        presence.running(tmp_path / "data"),
        pytest.raises(Refused, match="running on this data folder"),
    ):
        moved(source, target, tmp_path)


def test_only_from_sqlite_to_postgresql(source: Database, target: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="on PostgreSQL already"):
        moved(target, source, tmp_path)
    with pytest.raises(Refused, match="Name a PostgreSQL"):
        moved(source, source, tmp_path)


def test_no_table_is_ever_in_memory_as_a_whole(
    source: Database, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "_ROWS_AT_ONCE", 10)
    with source.writing() as session:
        session.add_all(Team(name=f"Team {number}") for number in range(95))
    sizes: list[int] = []

    def note(_1: object, _2: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("INSERT INTO team "):
            sizes.append(len(values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        moved(source, target, tmp_path)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert sizes == [10] * 9 + [5]
    assert len(rows_of_postgresql(target.url, ["team"])["team"]) == 95


def test_a_route_with_the_longest_name_there_can_be_is_moved(
    source: Database, target: Database, config: Config, tmp_path: Path
) -> None:
    address = f"https://{'.'.join(['b' * 60] * 4)}/workflows/x?sig=1"
    with source.writing() as session:
        person = a_person(session, a_team(session))
        session.flush()
        session.add(new_route(config, person.id, "teams", address))

    moved(source, target, tmp_path)

    with target.reading() as session:
        assert session.scalars(select(Route.origin)).all() == [address.partition("/workflows")[0]]
