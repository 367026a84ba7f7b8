"""Meet-ups as they were held: when, by whom, with whom, and with what on the table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sitting",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_sitting_team_id_team"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name="fk_sitting_occurrence_id_occurrence"
        ),
        *(
            sa.ForeignKeyConstraint([name], ["person.id"], name=f"fk_sitting_{name}_person")
            for name in ("begun_by_id", "host_id", "closed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sitting"),
        sa.UniqueConstraint("occurrence_id", name="uq_sitting_occurrence_id"),
    )
    op.create_index("ix_sitting_team_id_begun_at", "sitting", ["team_id", "begun_at"])
    op.create_index("ix_sitting_closed_at", "sitting", ["closed_at"])
    op.create_table(
        "attendance",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_present", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_attendance_team_id_team"),
        sa.ForeignKeyConstraint(
            ["sitting_id"],
            ["sitting.id"],
            name="fk_attendance_sitting_id_sitting",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_attendance_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attendance"),
        sa.UniqueConstraint("sitting_id", "person_id", name="uq_attendance_sitting_id_person_id"),
    )
    op.create_index("ix_attendance_person_id", "attendance", ["person_id"])


def downgrade() -> None:
    op.drop_table("attendance")
    op.drop_table("sitting")
