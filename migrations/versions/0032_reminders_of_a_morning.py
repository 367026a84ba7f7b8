"""The precondition that a reminder is about, and the mail in which it is told with others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("precondition_id", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("told_with_id", sa.Integer(), nullable=True))
    op.create_index("ix_delivery_told_with_id", "delivery", ["told_with_id"])
    op.create_index("ix_precondition_recheck_on", "precondition", ["recheck_on"])


def downgrade() -> None:
    op.drop_index("ix_precondition_recheck_on", "precondition")
    op.drop_index("ix_delivery_told_with_id", "delivery")
    op.drop_column("delivery", "told_with_id")
    op.drop_column("delivery", "precondition_id")
