"""Reviews of a post by somebody without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_review",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_guest_review_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name="fk_guest_review_asked_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_guest_review"),
        sa.UniqueConstraint("secret_hash", name="uq_guest_review_secret_hash"),
    )
    op.create_index("ix_guest_review_post_id_asked_at", "guest_review", ["post_id", "asked_at"])
    op.create_index("ix_guest_review_asked_by_id", "guest_review", ["asked_by_id"])


def downgrade() -> None:
    op.drop_table("guest_review")
