"""The team's checklist for a post, and who ticked which point of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist_point",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_checklist_point_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_point"),
    )
    op.create_index("ix_checklist_point_team_id", "checklist_point", ["team_id"])
    op.create_table(
        "post_check",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.String(120), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_check_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["checklist_point.id"],
            name="fk_post_check_point_id_checklist_point",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_post_check_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_post_check"),
        sa.UniqueConstraint("post_id", "point_id", name="uq_post_check_post_id_point_id"),
    )
    op.create_index("ix_post_check_point_id", "post_check", ["point_id"])


def downgrade() -> None:
    op.drop_table("post_check")
    op.drop_table("checklist_point")
