"""What somebody did to posts, so that it can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "undoable",
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_undoable_person_id_person"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_undoable_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_undoable"),
        sa.UniqueConstraint("uuid", name="uq_undoable_uuid"),
    )
    op.create_index("ix_undoable_team_id_person_id", "undoable", ["team_id", "person_id"])
    op.create_index("ix_undoable_made_at", "undoable", ["made_at"])
    op.create_table(
        "undoable_post",
        sa.Column("undoable_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_undoable_post_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["undoable_id"],
            ["undoable.id"],
            name="fk_undoable_post_undoable_id_undoable",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_undoable_post"),
    )
    op.create_index("ix_undoable_post_post_id", "undoable_post", ["post_id"])
    op.create_index("ix_undoable_post_undoable_id", "undoable_post", ["undoable_id"])


def downgrade() -> None:
    op.drop_table("undoable_post")
    op.drop_table("undoable")
