"""Where a post falls towards each of its values, and who agreed that it falls outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "post_value", sa.Column("place", sa.String(10), nullable=False, server_default="inside")
    )
    op.add_column("post", sa.Column("outside_agreed_at", UtcDateTime(), nullable=True))
    # Written out: SQLite adds a column with its key, and a batch would drop the search's triggers.
    op.execute(
        "ALTER TABLE post ADD COLUMN outside_agreed_by_id INTEGER "
        "CONSTRAINT fk_post_outside_agreed_by_id_person REFERENCES person (id)"
    )


def downgrade() -> None:
    for name in ("outside_agreed_by_id", "outside_agreed_at"):
        op.drop_column("post", name)
    op.drop_column("post_value", "place")
