"""What the posts of a template or a series begin with can be taken off and put back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "source_media", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("source_media", sa.Column("removed_at", UtcDateTime(), nullable=True))
    op.create_index("ix_source_media_removed_at", "source_media", ["removed_at"])


def downgrade() -> None:
    op.execute("DELETE FROM source_media WHERE removed_at IS NOT NULL")
    op.drop_index("ix_source_media_removed_at", "source_media")
    op.drop_column("source_media", "removed_at")
    op.drop_column("source_media", "version")
