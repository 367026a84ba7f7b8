"""A relay remembers when it failed, not until when it is left alone: that depends on what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("relay") as relay:
        relay.add_column(sa.Column("failed_at", UtcDateTime(), nullable=True))
        relay.drop_column("open_until")


def downgrade() -> None:
    with op.batch_alter_table("relay") as relay:
        relay.add_column(sa.Column("open_until", UtcDateTime(), nullable=True))
        relay.drop_column("failed_at")
