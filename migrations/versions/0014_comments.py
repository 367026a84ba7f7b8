"""Comments on a post, and who is called in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_comment",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("creation_key", sa.String(64), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_comment_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_post_comment_by_id_person"),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["person.id"], name="fk_post_comment_resolved_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_comment"),
        sa.UniqueConstraint("post_id", "creation_key", name="uq_post_comment_post_id_creation_key"),
    )
    op.create_index("ix_post_comment_post_id_at", "post_comment", ["post_id", "at"])
    op.create_index("ix_post_comment_by_id", "post_comment", ["by_id"])
    op.create_table(
        "post_mention",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["post_comment.id"],
            name="fk_post_mention_comment_id_post_comment",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_post_mention_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_mention"),
        sa.UniqueConstraint("comment_id", "begins", name="uq_post_mention_comment_id_begins"),
    )
    op.create_index("ix_post_mention_person_id", "post_mention", ["person_id"])


def downgrade() -> None:
    op.drop_table("post_mention")
    op.drop_table("post_comment")
