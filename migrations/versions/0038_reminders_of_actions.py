"""The action that a reminder is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("action_id", sa.Integer(), nullable=True))
    # Looked at each minute, by day: what is open and due.
    op.create_index("ix_meetup_action_due_on", "meetup_action", ["due_on"])


def downgrade() -> None:
    op.drop_index("ix_meetup_action_due_on", "meetup_action")
    op.drop_column("delivery", "action_id")
