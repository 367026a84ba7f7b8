"""The key of a text for one channel, by which the same text is found again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.posts.likeness import key_of

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("post_channel_text", sa.Column("text_key", sa.String(32), nullable=True))
    _fill(op.get_bind())
    op.create_index("ix_post_channel_text_text_key", "post_channel_text", ["text_key"])


def downgrade() -> None:
    op.drop_index("ix_post_channel_text_text_key", "post_channel_text")
    op.drop_column("post_channel_text", "text_key")


def _fill(connection: sa.Connection) -> None:
    """Give each text that is there its key, so many at a time."""
    own = sa.table("post_channel_text", sa.column("id"), sa.column("text"), sa.column("text_key"))
    known = own.update().where(own.c.id == sa.bindparam("of")).values(text_key=sa.bindparam("key"))
    some = sa.select(own.c.id, own.c.text).order_by(own.c.id).limit(_AT_ONCE)
    last = 0
    while rows := connection.execute(some.where(own.c.id > last)).all():
        keys = [{"of": row.id, "key": key} for row in rows if (key := key_of(row.text))]
        if keys:
            connection.execute(known, keys)
        last = rows[-1].id
