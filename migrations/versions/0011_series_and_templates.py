"""Posts that come back, and posts to begin from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_series",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("post_series", "team_id", "team"),
        sa.Column("creation_key", sa.String(64), nullable=True),
        sa.Column("frequency", sa.String(15), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(13), nullable=False),
        sa.Column("month_day", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("local_time", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("skips_holidays", sa.Boolean(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_until", sa.Date(), nullable=False),
        _key("post_series", "made_by_id", "person"),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        *_editable(),
        sa.UniqueConstraint("team_id", "creation_key", name="uq_post_series_team_id_creation_key"),
        sa.CheckConstraint(
            "frequency IN ('daily', 'weekly', 'monthly_day', 'monthly_weekday')", name="frequency"
        ),
        sa.CheckConstraint("ends_on IS NULL OR count IS NULL", name="one_end"),
    )
    op.create_table(
        "series_exception",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("series_exception", "series_id", "post_series", ondelete="CASCADE"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.UniqueConstraint("series_id", "day", name="uq_series_exception_series_id_day"),
    )
    op.create_table(
        "post_template",
        sa.Column("id", sa.Integer(), primary_key=True),
        _key("post_template", "team_id", "team"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        *_editable(),
        sa.UniqueConstraint("team_id", "name", name="uq_post_template_team_id_name"),
    )
    # Written out: SQLite adds a column with its key, and a batch would drop the search's triggers.
    op.execute(
        "ALTER TABLE post ADD COLUMN series_id INTEGER "
        "CONSTRAINT fk_post_series_id_post_series REFERENCES post_series (id)"
    )
    op.add_column("post", sa.Column("series_day", sa.Date(), nullable=True))
    op.add_column(
        "post", sa.Column("is_touched", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_post_series_id_series_day", "post", ["series_id", "series_day"])
    op.add_column("undoable", sa.Column("series", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("undoable", "series")
    op.drop_index("ix_post_series_id_series_day", "post")
    for name in ("is_touched", "series_day", "series_id"):
        op.drop_column("post", name)
    for name in ("post_template", "series_exception", "post_series"):
        op.drop_table(name)


def _key(table: str, name: str, other: str, ondelete: str | None = None) -> sa.Column[int]:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{name}_{other}", ondelete=ondelete)
    return sa.Column(name, sa.Integer(), key, nullable=False)


def _editable() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    ]
