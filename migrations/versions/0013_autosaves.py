"""What people typed of a post and did not save yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLE = "post_autosave"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("team_id", "team", nullable=False),
        _key("person_id", "person", nullable=False),
        _key("post_id", "post", nullable=True, ondelete="CASCADE"),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("stamp", sa.String(32), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("person_id", "place", name="uq_post_autosave_person_id_place"),
    )
    for name in ("team_id", "post_id", "saved_at"):
        op.create_index(f"ix_{_TABLE}_{name}", _TABLE, [name])


def downgrade() -> None:
    op.drop_table(_TABLE)


def _key(name: str, other: str, *, nullable: bool, ondelete: str | None = None) -> sa.Column[int]:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{_TABLE}_{name}_{other}", ondelete=ondelete)
    return sa.Column(name, sa.Integer(), key, nullable=nullable)
