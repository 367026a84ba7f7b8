"""The precondition that a reminder is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("precondition_id", sa.Integer(), nullable=True))
    op.create_index("ix_precondition_recheck_on", "precondition", ["recheck_on"])


def downgrade() -> None:
    op.drop_index("ix_precondition_recheck_on", "precondition")
    op.drop_column("delivery", "precondition_id")
