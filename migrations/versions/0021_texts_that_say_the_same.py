"""The key of a post's text, by which the same text is found again; and who writes on which post."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime
from calendar_app.posts.likeness import key_of

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("post", sa.Column("text_key", sa.String(32), nullable=True))
    _fill(op.get_bind())
    op.create_index("ix_post_team_id_text_key", "post", ["team_id", "text_key"])
    op.create_table(
        "post_presence",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_presence_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_post_presence_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_presence"),
        sa.UniqueConstraint("post_id", "person_id", name="uq_post_presence_post_id_person_id"),
    )
    op.create_index("ix_post_presence_person_id", "post_presence", ["person_id"])
    op.create_index("ix_post_presence_seen_at", "post_presence", ["seen_at"])


def downgrade() -> None:
    op.drop_table("post_presence")
    op.drop_index("ix_post_team_id_text_key", "post")
    op.drop_column("post", "text_key")


def _fill(connection: sa.Connection) -> None:
    """Give each text that is there its key, so many posts at a time."""
    post = sa.table("post", sa.column("id"), sa.column("text"), sa.column("text_key"))
    known = (
        post.update().where(post.c.id == sa.bindparam("of")).values(text_key=sa.bindparam("key"))
    )
    some = sa.select(post.c.id, post.c.text).order_by(post.c.id).limit(_AT_ONCE)
    last = 0
    while rows := connection.execute(some.where(post.c.id > last)).all():
        keys = [{"of": row.id, "key": key} for row in rows if (key := key_of(row.text))]
        if keys:
            connection.execute(known, keys)
        last = rows[-1].id
