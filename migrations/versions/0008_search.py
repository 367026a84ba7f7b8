"""Search by the database's own full text, and each person's choice of single-key shortcuts.

`search_words` holds one entry for each thing that can be found: a post, a plan, an audience, a
value, a channel, a series of meet-ups. The key of an entry is the number of its row times sixteen
plus the number of its kind, so that an entry is found and replaced by its key alone. SQLite keeps
the words in an FTS5 table, PostgreSQL as a tsvector in three readings (as written, Dutch, English).

Triggers keep it right, not the program: they also see what comes in by a bulk load, by a cascade
or by hand, and they are part of the transaction that they follow. What is deleted stays indexed;
who searches joins the rows themselves and leaves out the bin and other teams.

A later step that makes one of these tables anew (a batch operation on SQLite) drops its triggers
and has to make them again.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = {"post": 1, "plan": 2, "audience": 3, "brand_value": 4, "channel": 5, "meetup": 6}
# What is read of a row: the title, and the columns of its text.
_TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "post": ("title", ("text", "link")),
    "plan": (
        "name",
        (
            "question_group",
            "question_behaviour",
            "question_measure",
            "baseline",
            "target",
            "origin",
            "story",
            "tone",
        ),
    ),
    "audience": ("name", ("description",)),
    "brand_value": ("name", ("meaning", "belongs", "falls_outside", "example")),
    "channel": ("name", ("purpose", "evidence", "evidence_source")),
    "meetup": ("name", ("place",)),
}
# What a post hangs on is found in it too: the table of links, its key, and the table it names.
_LINKS = (
    ("post_value", "value_id", "brand_value"),
    ("post_audience", "audience_id", "audience"),
    ("post_channel", "channel_id", "channel"),
)


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("single_keys", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    _make_sources("char(10)" if sqlite else "chr(10)", "group_concat" if sqlite else "string_agg")
    if sqlite:
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, name, _event in _triggers():
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
    if not sqlite:
        for name in _functions():
            op.execute(f"DROP FUNCTION {name}")
    for table in _KINDS:
        op.execute(f"DROP VIEW search_source_{table}")
    op.execute("DROP TABLE search_words")
    if not sqlite:
        op.execute("DROP FUNCTION search_vector(text, text, text)")
        op.execute("DROP FUNCTION search_folded(text)")
    op.drop_column("person", "single_keys")


def _make_sources(line_end: str, joined: str) -> None:
    """A view for each kind: row_id, title, names, text. What an entry is made from."""
    for table, (title, columns) in _TEXTS.items():
        text = f" || {line_end} || ".join(columns)
        names = _names_of_post(joined) if table == "post" else "''"
        op.execute(
            f"CREATE VIEW search_source_{table} AS SELECT id AS row_id, {title} AS title, "
            f"{names} AS names, {text} AS text FROM {table}"
        )


def _names_of_post(joined: str) -> str:
    each = " UNION ALL ".join(
        f"SELECT {other}.name FROM {link} JOIN {other} ON {other}.id = {link}.{key} "
        f"WHERE {link}.post_id = post.id"
        for link, key, other in _LINKS
    )
    return f"coalesce((SELECT {joined}(name, ', ') FROM ({each}) AS hooks), '')"


def _triggers() -> Iterable[tuple[str, str, str]]:
    """Each trigger: the table it watches, its name, and what it follows."""
    for table, (title, columns) in _TEXTS.items():
        yield table, f"search_{table}_added", "INSERT"
        yield table, f"search_{table}_changed", f"UPDATE OF {', '.join((title, *columns))}"
        yield table, f"search_{table}_removed", "DELETE"
    for link, key, _other in _LINKS:
        yield link, f"search_{link}_added", "INSERT"
        yield link, f"search_{link}_changed", f"UPDATE OF post_id, {key}"
        yield link, f"search_{link}_removed", "DELETE"


def _row(name: str) -> str:
    return "OLD" if name.endswith("_removed") else "NEW"


# SQLite


def _upgrade_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5(title, names, text, "
        "tokenize = \"unicode61 remove_diacritics 2\", prefix = '2 3')"
    )
    # A word of the title counts for ten in the text, one of a value, an audience or a channel for four.
    op.execute(
        "INSERT INTO search_words (search_words, rank) VALUES ('rank', 'bm25(10.0, 4.0, 1.0)')"
    )
    for table in _KINDS:
        op.execute(_put_sqlite(table))
    for table, name, event in _triggers():
        steps = "; ".join(_steps_sqlite(table, name))
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {steps}; END")


def _steps_sqlite(table: str, name: str) -> Iterable[str]:
    row = _row(name)
    if table not in _KINDS:
        yield from _anew_sqlite("post", f"= {row}.post_id")
        if name.endswith("_changed"):
            yield from _anew_sqlite("post", "= OLD.post_id")
        return
    if name.endswith("_removed"):
        yield f"DELETE FROM search_words WHERE rowid = OLD.id * 16 + {_KINDS[table]}"
        return
    yield from _anew_sqlite(table, f"= {row}.id")
    for link, key, other in _LINKS:
        if other == table and name.endswith("_changed"):
            yield from _anew_sqlite("post", f"IN (SELECT post_id FROM {link} WHERE {key} = NEW.id)")


def _anew_sqlite(table: str, which: str) -> Iterable[str]:
    kind = _KINDS[table]
    keys = f"SELECT row_id * 16 + {kind} FROM search_source_{table} WHERE row_id {which}"
    yield f"DELETE FROM search_words WHERE rowid IN ({keys})"
    yield f"{_put_sqlite(table)} WHERE row_id {which}"


def _put_sqlite(table: str) -> str:
    return (
        "INSERT INTO search_words (rowid, title, names, text) "
        f"SELECT row_id * 16 + {_KINDS[table]}, title, names, text FROM search_source_{table}"
    )


# PostgreSQL


def _upgrade_postgresql() -> None:
    op.execute("CREATE TABLE search_words (rowid bigint PRIMARY KEY, words tsvector NOT NULL)")
    op.execute(_FOLDED)
    op.execute(_VECTOR)
    for table in _KINDS:
        op.execute(_put_postgresql(table, ""))
    # Once it is full: an index made at once is smaller and sooner made.
    op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")
    for table in _KINDS:
        op.execute(_following_rows(table))
        op.execute(_following_removal(table))
    op.execute(_FOLLOWING_LINKS)
    for table, name, event in _triggers():
        if table not in _KINDS:
            function = "search_follow_link"
        elif name.endswith("_removed"):
            function = f"search_forget_{table}"
        else:
            function = f"search_follow_{table}"
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def _functions() -> Iterable[str]:
    for table in _KINDS:
        yield f"search_follow_{table}()"
        yield f"search_forget_{table}()"
    yield "search_follow_link()"


# Accents go without the extension `unaccent`, which not every server has; every sign becomes a
# blank, else the parser would keep an address or a compound as one word.
_FOLDED = r"""
CREATE FUNCTION search_folded(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT regexp_replace(
    normalize(regexp_replace(
        normalize(lower(told), NFD), '([a-z])[\u0300-\u036f]+', '\1', 'g'), NFC),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f]+', ' ', 'g')
$$
"""
_VECTOR = """
CREATE FUNCTION search_vector(title text, names text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT setweight(to_tsvector('simple', search_folded(title)), 'A')
    || setweight(to_tsvector('dutch', search_folded(title)), 'A')
    || setweight(to_tsvector('english', search_folded(title)), 'A')
    || setweight(to_tsvector('simple', search_folded(names)), 'B')
    || setweight(to_tsvector('dutch', search_folded(names)), 'B')
    || setweight(to_tsvector('english', search_folded(names)), 'B')
    || to_tsvector('simple', search_folded(body))
    || to_tsvector('dutch', search_folded(body))
    || to_tsvector('english', search_folded(body))
$$
"""


def _put_postgresql(table: str, which: str) -> str:
    return (
        "INSERT INTO search_words (rowid, words) "
        f"SELECT row_id::bigint * 16 + {_KINDS[table]}, search_vector(title, names, text) "
        f"FROM search_source_{table} {which} "
        "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words"
    )


def _following_rows(table: str) -> str:
    steps = [_put_postgresql(table, "WHERE row_id = NEW.id")]
    for link, key, other in _LINKS:
        if other == table:
            posts = f"(SELECT post_id FROM {link} WHERE {key} = NEW.id)"
            # Whoever writes one of these posts now is waited for, so that neither misses the other.
            lock = f"PERFORM 1 FROM post WHERE id IN {posts} ORDER BY id FOR UPDATE"
            put = _put_postgresql("post", f"WHERE row_id IN {posts}")
            steps.append(f"IF TG_OP = 'UPDATE' THEN {lock}; {put}; END IF")
    return _function(f"search_follow_{table}", steps)


def _following_removal(table: str) -> str:
    steps = [f"DELETE FROM search_words WHERE rowid = OLD.id::bigint * 16 + {_KINDS[table]}"]
    return _function(f"search_forget_{table}", steps)


def _function(name: str, steps: list[str]) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {'; '.join(steps)}; RETURN NULL; END $$"
    )


_FOLLOWING_LINKS = _function(
    "search_follow_link",
    [
        f"IF TG_OP <> 'DELETE' THEN {_put_postgresql('post', 'WHERE row_id = NEW.post_id')}; END IF",
        f"IF TG_OP <> 'INSERT' THEN {_put_postgresql('post', 'WHERE row_id = OLD.post_id')}; END IF",
    ],
)
