"""Reminders about a post: a review that is asked, a moment that has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No reference: the log outlives the post, and SQLite adds none without making the table anew.
    op.add_column("delivery", sa.Column("post_id", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("due_on", sa.Date(), nullable=True))
    op.create_index("ix_delivery_post_id", "delivery", ["post_id"])


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempt WHERE delivery_id IN "
        "(SELECT id FROM delivery WHERE kind IN ('review', 'publish', 'sender'))"
    )
    op.execute("DELETE FROM delivery WHERE kind IN ('review', 'publish', 'sender')")
    op.execute("DELETE FROM muted WHERE kind IN ('review', 'publish', 'sender')")
    op.drop_index("ix_delivery_post_id", "delivery")
    op.drop_column("delivery", "due_on")
    op.drop_column("delivery", "post_id")
