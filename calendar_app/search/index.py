"""The index of words that the database keeps (migrations 0008 and 0015), and how it is asked.

`search_words` has one entry a row that can be found; `row_of` and `is_of` say of
which. SQLite keeps the words
in FTS5, PostgreSQL in a tsvector; `matches` and `rank` ask either in its own words. Triggers in the
database keep it right, so nothing here writes to it, but for a bulk load.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    Integer,
    String,
    Text,
    bindparam,
    cast,
    column,
    literal,
    table,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement, TableClause
from sqlalchemy.types import NullType

# Each kind of thing that is found: its table, and its number in the keys.
KINDS = {"post": 1, "plan": 2, "audience": 3, "brand_value": 4, "channel": 5, "meetup": 6}
_KINDS_IN_A_KEY = 16
# The tables that a whole load of posts fills.
_OF_POSTS = ("post", "post_value", "post_audience", "post_channel", "post_channel_text")

search_words = table("search_words", column("rowid", BigInteger), column("rank", Float))


def source_of(kind: str) -> TableClause:
    """The view that says what an entry of `kind` is made from: row_id, title, names, text."""
    return table(
        f"search_source_{kind}",
        column("row_id", Integer),
        column("title", String),
        column("names", Text),
        column("text", Text),
    )


def row_of(key: ColumnElement[int]) -> ColumnElement[int]:
    """The id of the row whose entry has this key."""
    return key // _KINDS_IN_A_KEY


def is_of(kind: str, key: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the entry with this key is of `kind`."""
    return key % _KINDS_IN_A_KEY == KINDS[kind]


class _Asked(FunctionElement[Any]):
    """Something asked of the index about some words: each a bound value, so plans are kept."""

    inherit_cache = True


class _Matches(_Asked):
    # A Boolean would be compared with 1 in SQLite, and FTS5's MATCH stands by itself.
    type = NullType()
    inherit_cache = True


class _Rank(_Asked):
    type = Float()
    inherit_cache = True


def matches(words: Sequence[str]) -> ColumnElement[bool]:
    """Whether an entry holds a beginning of each of `words`, as `words.words` gives them."""
    return _Matches(*_bound(words))


def rank(words: Sequence[str]) -> ColumnElement[float]:
    """How well an entry of `matches(words)` answers: the lower, the better."""
    return _Rank(*_bound(words))


def _bound(words: Sequence[str]) -> list[ColumnElement[str]]:
    if not words:
        raise ValueError("there is nothing to look for")
    return [literal(word, String) for word in words]


@compiles(_Matches, "sqlite")
def _match_in_sqlite(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    # "vac"* "spo"*: strings in quotes are never read as orders, and a blank means AND.
    parts = (f"""'"' || {compiler.process(word, **options)} || '"* '""" for word in element.clauses)
    return f"search_words MATCH ({' || '.join(parts)})"


@compiles(_Rank, "sqlite")
def _rank_in_sqlite(_element: _Rank, _compiler: SQLCompiler, **_options: Any) -> str:
    return "search_words.rank"


@compiles(_Matches, "postgresql")
def _match_in_postgresql(element: _Matches, compiler: SQLCompiler, **options: Any) -> str:
    return f"search_words.words @@ ({_query(element, compiler, options)})"


@compiles(_Rank, "postgresql")
def _rank_in_postgresql(element: _Rank, compiler: SQLCompiler, **options: Any) -> str:
    return f"(-ts_rank(search_words.words, {_query(element, compiler, options)}))"


def _query(element: _Asked, compiler: SQLCompiler, options: dict[str, Any]) -> str:
    """Each word as the beginning of one, or as the same word with another ending."""
    said = [compiler.process(cast(word, Text), **options) for word in element.clauses]
    return " && ".join(
        f"(to_tsquery('simple', '''' || {word} || ''':*')"
        f" || plainto_tsquery('dutch', {word}) || plainto_tsquery('english', {word}))"
        for word in said
    )


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """For Alembic: the index belongs to the database, and no model tells of its tables."""
    return not (kind == "table" and name is not None and name.startswith("search_words"))


@contextmanager
def read_in_one_go(connection: Connection, first_id: int) -> Iterator[None]:
    """For a bulk load of posts with ids from `first_id`: their words are read once, at the end.

    One by one each post is read again with each value, audience and channel that it is hung on.
    """
    in_sqlite = connection.dialect.name == "sqlite"
    stop, go_on = (_triggers_of_sqlite if in_sqlite else _triggers_of_postgresql)(connection)
    for order in stop:
        connection.exec_driver_sql(order)
    yield
    for order in go_on:
        connection.exec_driver_sql(order)
    put = _PUT_IN_SQLITE if in_sqlite else _PUT_IN_POSTGRESQL
    connection.execute(text(put), {"first": first_id})


_PUT_IN_SQLITE = (
    "INSERT INTO search_words (rowid, title, names, text) "
    "SELECT row_id * 16 + 1, title, names, text FROM search_source_post WHERE row_id >= :first"
)
_PUT_IN_POSTGRESQL = (
    "INSERT INTO search_words (rowid, words) SELECT row_id::bigint * 16 + 1, "
    "search_vector(title, names, text) FROM search_source_post WHERE row_id >= :first"
)


def _triggers_of_sqlite(connection: Connection) -> tuple[list[str], list[str]]:
    """SQLite switches no trigger off: each is dropped, and made again by its own words."""
    wanted = text(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'search\\_%'"
        " ESCAPE '\\' AND tbl_name IN :tables"
    ).bindparams(bindparam("tables", _OF_POSTS, expanding=True))
    found = connection.execute(wanted).all()
    return [f"DROP TRIGGER {row.name}" for row in found], [row.sql for row in found]


def _triggers_of_postgresql(_connection: Connection) -> tuple[list[str], list[str]]:
    names = [
        (table, f"search_{table}_{event}")
        for table in _OF_POSTS
        for event in ("added", "changed", "removed")
    ]
    return (
        [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in names],
        [f"ALTER TABLE {table} ENABLE TRIGGER {name}" for table, name in names],
    )
