"""The text of a post on one channel, found by search too, and where it is placed and stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TRIGGERS = (
    ("added", "INSERT"),
    ("changed", "UPDATE OF post_id, text"),
    ("removed", "DELETE"),
)


def upgrade() -> None:
    op.create_table(
        "post_channel_text",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_channel_text_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name="fk_post_channel_text_channel_id_channel"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_channel_text"),
        sa.UniqueConstraint(
            "post_id", "channel_id", name="uq_post_channel_text_post_id_channel_id"
        ),
    )
    op.create_index("ix_post_channel_text_channel_id", "post_channel_text", ["channel_id"])
    op.create_table(
        "post_publication",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_publication_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name="fk_post_publication_channel_id_channel"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_post_publication_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_post_publication"),
        sa.UniqueConstraint("post_id", "channel_id", name="uq_post_publication_post_id_channel_id"),
    )
    op.create_index("ix_post_publication_channel_id", "post_publication", ["channel_id"])
    op.add_column(
        "channel", sa.Column("address", sa.String(500), nullable=False, server_default="")
    )
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, _event in _TRIGGERS:
        on = "" if sqlite else " ON post_channel_text"
        op.execute(f"DROP TRIGGER search_post_channel_text_{name}{on}")
    if sqlite:
        op.execute("DROP VIEW search_source_post")
        op.execute(f"CREATE VIEW search_source_post AS {_source('char(10)', 'group_concat')}")
    else:
        source = _source("chr(10)", "string_agg")
        op.execute(f"CREATE OR REPLACE VIEW search_source_post AS {source}")
    op.drop_column("channel", "address")
    op.drop_table("post_publication")
    op.drop_table("post_channel_text")


def _source(line_end: str, joined: str, own_texts: str = "") -> str:
    """What the entry of a post is made from (step 0008), with the texts of its channels or not."""
    each = " UNION ALL ".join(
        f"SELECT {other}.name FROM {link} JOIN {other} ON {other}.id = {link}.{key} "
        f"WHERE {link}.post_id = post.id"
        for link, key, other in (
            ("post_value", "value_id", "brand_value"),
            ("post_audience", "audience_id", "audience"),
            ("post_channel", "channel_id", "channel"),
        )
    )
    names = f"coalesce((SELECT {joined}(name, ', ') FROM ({each}) AS hooks), '')"
    return (
        f"SELECT id AS row_id, title AS title, {names} AS names, "
        f"text || {line_end} || link{own_texts} AS text FROM post"
    )


def _with_own_texts(line_end: str, joined: str) -> str:
    own = (
        f" || coalesce((SELECT {line_end} || {joined}(own.text, {line_end}) "
        "FROM post_channel_text AS own WHERE own.post_id = post.id), '')"
    )
    return _source(line_end, joined, own)


def _upgrade_sqlite() -> None:
    op.execute("DROP VIEW search_source_post")
    op.execute(f"CREATE VIEW search_source_post AS {_with_own_texts('char(10)', 'group_concat')}")
    for name, event in _TRIGGERS:
        rows = {"added": ("NEW",), "removed": ("OLD",)}.get(name, ("OLD", "NEW"))
        steps = "; ".join(
            f"DELETE FROM search_words WHERE rowid = {row}.post_id * 16 + 1; "
            "INSERT INTO search_words (rowid, title, names, text) "
            "SELECT row_id * 16 + 1, title, names, text FROM search_source_post "
            f"WHERE row_id = {row}.post_id"
            for row in rows
        )
        op.execute(
            f"CREATE TRIGGER search_post_channel_text_{name} AFTER {event} ON post_channel_text "
            f"BEGIN {steps}; END"
        )


def _upgrade_postgresql() -> None:
    source = _with_own_texts("chr(10)", "string_agg")
    op.execute(f"CREATE OR REPLACE VIEW search_source_post AS {source}")
    for name, event in _TRIGGERS:
        op.execute(
            f"CREATE TRIGGER search_post_channel_text_{name} AFTER {event} ON post_channel_text "
            "FOR EACH ROW EXECUTE FUNCTION search_follow_link()"
        )
