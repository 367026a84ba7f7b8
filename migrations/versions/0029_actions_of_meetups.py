"""What teams agree to do at their meet-ups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meetup_action",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("creation_key", sa.String(64), nullable=True),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_meetup_action_team_id_team"),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name="fk_meetup_action_occurrence_id_occurrence",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name="fk_meetup_action_owner_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["person.id"], name="fk_meetup_action_done_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meetup_action"),
        sa.UniqueConstraint(
            "team_id", "creation_key", name="uq_meetup_action_team_id_creation_key"
        ),
    )
    op.create_index("ix_meetup_action_occurrence_id", "meetup_action", ["occurrence_id"])
    for name in ("team_id", "owner_id"):
        op.create_index(f"ix_meetup_action_{name}_done_at", "meetup_action", [name, "done_at"])


def downgrade() -> None:
    op.drop_table("meetup_action")
