"""The question that a reminder is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("webcare_item_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "webcare_item_id")
