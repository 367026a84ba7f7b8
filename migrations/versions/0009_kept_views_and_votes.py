"""Views of the calendar that people keep, and votes for ideas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_saved_view_person_id_person"
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_saved_view_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sa.UniqueConstraint("uuid", name="uq_saved_view_uuid"),
    )
    op.create_index("ix_saved_view_team_id_person_id", "saved_view", ["team_id", "person_id"])
    op.create_table(
        "post_vote",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_post_vote_person_id_person"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_vote_post_id_post", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_vote"),
        sa.UniqueConstraint("post_id", "person_id", name="uq_post_vote_post_id_person_id"),
    )
    op.create_index("ix_post_vote_person_id", "post_vote", ["person_id"])


def downgrade() -> None:
    op.drop_table("post_vote")
    op.drop_table("saved_view")
