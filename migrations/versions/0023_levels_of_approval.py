"""What a team wants of a review: levels of approval, forms without one, and when it escalates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "team",
        sa.Column("forms_without_approval", sa.String(60), nullable=False, server_default=""),
    )
    op.add_column("team", sa.Column("review_patience", sa.Integer(), nullable=True))
    # Written out: SQLite adds a column with its key.
    op.execute(
        "ALTER TABLE team ADD COLUMN escalates_to_id INTEGER "
        "CONSTRAINT fk_team_escalates_to_id_person REFERENCES person (id)"
    )
    op.create_table(
        "review_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_review_level_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_review_level"),
    )
    op.create_index("ix_review_level_team_id", "review_level", ["team_id"])
    op.create_table(
        "review_level_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["level_id"],
            ["review_level.id"],
            name="fk_review_level_person_level_id_review_level",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_review_level_person_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review_level_person"),
        sa.UniqueConstraint(
            "level_id", "person_id", name="uq_review_level_person_level_id_person_id"
        ),
    )
    op.create_index("ix_review_level_person_person_id", "review_level_person", ["person_id"])
    op.create_table(
        "post_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("level_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_approval_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["level_id"],
            ["review_level.id"],
            name="fk_post_approval_level_id_review_level",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_post_approval_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_approval"),
    )
    op.create_index("ix_post_approval_post_id", "post_approval", ["post_id"])
    op.create_index("ix_post_approval_level_id", "post_approval", ["level_id"])
    op.create_index("ix_post_approval_person_id", "post_approval", ["person_id"])


def downgrade() -> None:
    for name in ("post_approval", "review_level_person", "review_level"):
        op.drop_table(name)
    for name in ("escalates_to_id", "review_patience", "forms_without_approval"):
        op.drop_column("team", name)
