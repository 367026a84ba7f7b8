"""What people say to a meet-up that they cannot come to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "beforehand",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("yesterday", sa.Text(), nullable=False),
        sa.Column("today", sa.Text(), nullable=False),
        sa.Column("stuck", sa.Text(), nullable=False),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_beforehand_team_id_team"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name="fk_beforehand_occurrence_id_occurrence"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_beforehand_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_beforehand"),
        sa.UniqueConstraint(
            "occurrence_id", "person_id", name="uq_beforehand_occurrence_id_person_id"
        ),
    )
    op.create_index("ix_beforehand_person_id", "beforehand", ["person_id"])


def downgrade() -> None:
    op.drop_table("beforehand")
