"""The images and files that the posts of a template or a series begin with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_media",
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
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
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["post_template.id"],
            name="fk_source_media_template_id_post_template",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["post_series.id"],
            name="fk_source_media_series_id_post_series",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("(template_id IS NULL) <> (series_id IS NULL)", name="one_source"),
        sa.PrimaryKeyConstraint("id", name="pk_source_media"),
    )
    for name in ("template_id", "series_id", "stored_as"):
        op.create_index(f"ix_source_media_{name}", "source_media", [name])


def downgrade() -> None:
    op.drop_table("source_media")
