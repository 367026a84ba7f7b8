"""From when until when a point was on the checklist, and in which words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("checklist_point", sa.Column("since", UtcDateTime(), nullable=True))
    op.create_table(
        "earlier_checklist_point",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(120), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["checklist_point.id"],
            name="fk_earlier_checklist_point_point_id_checklist_point",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_checklist_point"),
    )
    op.create_index(
        "ix_earlier_checklist_point_point_id_since",
        "earlier_checklist_point",
        ["point_id", "since"],
    )


def downgrade() -> None:
    op.drop_table("earlier_checklist_point")
    op.drop_column("checklist_point", "since")
