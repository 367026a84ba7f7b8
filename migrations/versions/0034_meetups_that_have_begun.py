"""Which meet-ups have begun: those stay where they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occurrence", sa.Column("begun_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE occurrence SET begun_at ="
        " (SELECT sitting.begun_at FROM sitting WHERE sitting.occurrence_id = occurrence.id)"
    )


def downgrade() -> None:
    op.drop_column("occurrence", "begun_at")
