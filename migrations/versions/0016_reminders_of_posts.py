"""Reminders about a post: a review that is asked, a moment that has come."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Written out: SQLite adds a column with its reference, and keeps the table as it is.
    op.execute(
        "ALTER TABLE delivery ADD COLUMN post_id INTEGER "
        "CONSTRAINT fk_delivery_post_id_post REFERENCES post (id) ON DELETE SET NULL"
    )
    op.execute("ALTER TABLE delivery ADD COLUMN due_on DATE")
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
