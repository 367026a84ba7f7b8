"""The images and files of a post."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_media",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stored_as", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind_name", sa.String(10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("alternative", sa.String(1000), nullable=False),
        sa.Column("is_decorative", sa.Boolean(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_media_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name="fk_post_media_added_by_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["person.id"], name="fk_post_media_removed_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_media"),
        sa.UniqueConstraint("post_id", "sha256", name="uq_post_media_post_id_sha256"),
    )
    op.create_index("ix_post_media_post_id_position", "post_media", ["post_id", "position"])
    op.create_index("ix_post_media_stored_as", "post_media", ["stored_as"])
    op.create_index("ix_post_media_removed_at", "post_media", ["removed_at"])


def downgrade() -> None:
    op.drop_table("post_media")
