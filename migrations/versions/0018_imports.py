"""Tables of posts that people brought and did not take in yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_import",
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=True),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_post_import_team_id_team"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_post_import_person_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_import"),
        sa.UniqueConstraint("uuid", name="uq_post_import_uuid"),
    )
    for name in ("team_id", "person_id", "kept_at"):
        op.create_index(f"ix_post_import_{name}", "post_import", [name])


def downgrade() -> None:
    op.drop_table("post_import")
