"""`kapstok db move`: a whole installation from SQLite to PostgreSQL, losing and repeating nothing.

All rows go over in one transaction of the target, a few hundred in memory at a time, each with the
id that it has; then every table is read back and compared, sign for sign. Nobody can write to the
source meanwhile. At the end it gets a mark: no program begins on it again, and one that still runs
there can write nothing. Until then it is as it was, and a target that was not finished is empty.

What SQLite keeps otherwise comes out right by the types of the models (moments, yes or no); JSON
goes over as it is written, so that its "null" stays apart from no value at all. Words to be found
are not copied: the target makes its own index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Insert,
    MetaData,
    RowMapping,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from calendar_app import presence, schema
from calendar_app.db import Database, sqlite_file
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.models import Base
from calendar_app.search.index import read_in_one_go
from calendar_app.text import clean_line

_ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Moved:
    """What was moved, and where it is now (without a password)."""

    tables: int
    rows: int
    place: str


@dataclass(frozen=True)
class Print:
    """The fingerprint of a table: how many rows, and a digest of all that stands in them."""

    rows: int
    digest: str


class _AsWritten(TypeDecorator[str]):
    """JSON as the text that it is kept as."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        """Into a column of JSON."""
        return cast(type_coerce(bindvalue, Text), JSON)

    def column_expression(self, column: Any) -> Any:
        """Out of one."""
        return cast(column, Text)


def move(source_url: str, target_url: str, data_dir: Path, now: datetime) -> Moved:
    """Move all from the SQLite database at `source_url` to the empty PostgreSQL at `target_url`.

    Raises Refused, changing nothing, while Kapstok runs on the data folder, when the target holds
    data, when either is not as this program needs it, and when PostgreSQL refuses a row.
    """
    _check_kinds(source_url, target_url)
    with (
        presence.alone(data_dir),
        closing(Database(source_url)) as source,
        closing(Database(target_url)) as target,
    ):
        _require_current(source)
        if schema.state(target) is schema.SchemaState.EMPTY:
            schema.upgrade(target_url)
        _require_current(target)
        with _writing(source) as reader:
            prints = _bring_over(reader, target)
            moved = Moved(len(prints), sum(one.rows for one in prints.values()), _place(target_url))
            _mark(reader, moved.place, now)
        return moved


def _check_kinds(source_url: str, target_url: str) -> None:
    if sqlite_file(source_url) is None:
        raise Refused(N_("Kapstok is on PostgreSQL already: KAPSTOK_DATABASE_URL says so."))
    if make_url(target_url).get_backend_name() != "postgresql":
        raise Refused(N_("Name a PostgreSQL: postgresql+psycopg://user:password@host/name."))


def _require_current(database: Database) -> None:
    if schema.state(database) is not schema.SchemaState.CURRENT:
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        words = N_("The %(kind)s database is of another version. Run: kapstok db upgrade")
        raise Refused(words, kind=kind)


@contextmanager
def _writing(database: Database) -> Iterator[Connection]:
    """A transaction; on SQLite nobody else writes meanwhile."""
    with database.engine.execution_options(kapstok_writes=True).begin() as connection:
        yield connection


def _place(url: str) -> str:
    parsed = make_url(url)
    host = parsed.host or "localhost"
    return f"{host}{f':{parsed.port}' if parsed.port else ''}/{parsed.database}"


# Bringing over


def tables() -> list[Table]:
    """All tables of Kapstok, each after those that it refers to, with JSON as written."""
    twins = MetaData()
    return [_twin(table, twins) for table in Base.metadata.sorted_tables]


def _twin(table: Table, twins: MetaData) -> Table:
    columns = [
        Column(one.name, _AsWritten() if isinstance(one.type, JSON) else one.type)
        for one in table.columns
    ]
    return Table(table.name, twins, *columns)


def _bring_over(reader: Connection, target: Database) -> dict[str, Print]:
    """Copy and compare in one transaction of the target. The same is never brought twice."""
    all_tables = tables()
    with _writing(target) as writer:
        _have_it_alone(writer, all_tables)
        if _is_filled(writer, all_tables):
            return _same_or_refused(reader, writer, all_tables)
        with read_in_one_go(writer, first_id=0):
            written = {table.name: _copy(reader, writer, table) for table in all_tables}
        _set_counters(writer, all_tables)
        for table in all_tables:
            if _print(writer, table) != written[table.name]:
                words = N_("The table %(table)s did not arrive as it was. Nothing was moved.")
                raise Refused(words, table=table.name)
        return written


def _have_it_alone(writer: Connection, all_tables: Sequence[Table]) -> None:
    """Wait for who writes to the target, and keep others from it until all is there."""
    names = ", ".join(_quoted(writer, table.name) for table in all_tables)
    writer.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def _is_filled(writer: Connection, all_tables: Sequence[Table]) -> bool:
    return any(writer.scalar(select(select(table).exists())) for table in all_tables)


def _same_or_refused(
    reader: Connection, writer: Connection, all_tables: Sequence[Table]
) -> dict[str, Print]:
    """A move that was cut off after all had arrived, and before the source got its mark."""
    prints = {table.name: _print(reader, table) for table in all_tables}
    if any(_print(writer, table) != prints[table.name] for table in all_tables):
        raise Refused(N_("The PostgreSQL database holds data already. Name an empty one."))
    return prints


def _copy(reader: Connection, writer: Connection, table: Table) -> Print:
    own = _references_to_itself(table.name)
    taking = _Taking()
    for rows in _heaps(reader, table):
        taking.add(rows)
        _put(writer, table, insert(table), [{**row, **dict.fromkeys(own)} for row in rows])
    for name in own:
        _refer(reader, writer, table, name)
    return taking.print()


def _references_to_itself(name: str) -> list[str]:
    """The columns that name another row of the same table, which may come later."""
    table = Base.metadata.tables[name]
    return sorted({key.parent.name for key in table.foreign_keys if key.column.table is table})


def _refer(reader: Connection, writer: Connection, table: Table, name: str) -> None:
    """Fill in a reference of the table to itself, now that all its rows are there."""
    column = table.c[name]
    query = select(table.c.id.label("which"), column.label("other")).where(column.is_not(None))
    filling = update(table).where(table.c.id == bindparam("which"))
    filling = filling.values({name: bindparam("other")})
    for rows in _streamed(reader, query):
        _put(writer, table, filling, [dict(row) for row in rows])


def _put(
    writer: Connection, table: Table, order: Insert | Update, rows: Sequence[dict[str, Any]]
) -> None:
    """Write; what SQLite let pass and PostgreSQL does not (a sign, a length) is said in words."""
    try:
        writer.execute(order, rows)
    except DBAPIError as error:
        cause = clean_line(str(error.orig)).removesuffix(".")
        words = N_("PostgreSQL refuses a row of %(table)s: %(cause)s. Nothing was moved.")
        raise Refused(words, table=table.name, cause=cause) from error


def _set_counters(writer: Connection, all_tables: Sequence[Table]) -> None:
    """Let each table go on counting after the highest id that was brought."""
    for table in all_tables:
        highest = writer.scalar(select(func.max(table.c.id)))
        if highest is not None:
            sequence = func.pg_get_serial_sequence(_quoted(writer, table.name), "id")
            writer.execute(select(func.setval(sequence, highest)))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


# Comparing


class _Taking:
    """Takes the fingerprint of rows as they go by."""

    def __init__(self) -> None:
        self._rows = 0
        self._digest = hashlib.sha256()

    def add(self, rows: Sequence[RowMapping]) -> None:
        self._rows += len(rows)
        for row in rows:
            self._digest.update(repr(tuple(row.values())).encode("utf-8", "surrogatepass"))

    def print(self) -> Print:
        return Print(self._rows, self._digest.hexdigest())


def _print(connection: Connection, table: Table) -> Print:
    """The fingerprint of `table`, the same for the same rows in either database."""
    taking = _Taking()
    for rows in _heaps(connection, table):
        taking.add(rows)
    return taking.print()


def _heaps(connection: Connection, table: Table) -> Iterator[Sequence[RowMapping]]:
    return _streamed(connection, select(table).order_by(table.c.id))


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Sequence[RowMapping]]:
    """The rows of `query`, a heap at a time: no table is ever in memory as a whole."""
    options = {"stream_results": True, "yield_per": _ROWS_AT_ONCE}
    with connection.execute(query, execution_options=options) as result:
        yield from result.mappings().partitions(_ROWS_AT_ONCE)


# The mark on what is left behind


def _mark(reader: Connection, place: str, now: datetime) -> None:
    """Note where all went, and let nobody write here any more, not even who still has it open."""
    reader.exec_driver_sql(
        f"CREATE TABLE {schema.MOVED} (at VARCHAR NOT NULL, place VARCHAR NOT NULL)"
    )
    noting = f"INSERT INTO {schema.MOVED} (at, place) VALUES (?, ?)"  # noqa: S608 - a name of our own
    reader.exec_driver_sql(noting, (f"{now:%Y-%m-%d %H:%M} UTC", place))
    # A table that is not there: each program then says that it cannot write, and tries again later,
    # as with a full disk. RAISE would look like a name that is taken.
    nowhere = _quoted(reader, f"Kapstok moved to {place}")
    for table in Base.metadata.sorted_tables:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            name = f"moved_{table.name}_{verb.lower()}"
            when = f"BEFORE {verb} ON {_quoted(reader, table.name)}"
            stopping = f"SELECT 1 FROM {nowhere}"  # noqa: S608 - quoted
            reader.exec_driver_sql(f"CREATE TRIGGER {name} {when} BEGIN {stopping}; END")
