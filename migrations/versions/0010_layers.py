"""Other calendars of a team, and their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KINDS_OF_TIME = (
    "(starts_at IS NOT NULL AND ends_at IS NOT NULL AND first_day IS NULL AND last_day IS NULL)"
    " OR (starts_at IS NULL AND ends_at IS NULL AND first_day IS NOT NULL AND last_day IS NOT NULL)"
)


def upgrade() -> None:
    op.create_table(
        "external_calendar",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "team_id",
            sa.Integer(),
            sa.ForeignKey("team.id", name="fk_external_calendar_team_id_team"),
            nullable=False,
        ),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("hook", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(1000), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("fetched_at", UtcDateTime(), nullable=True),
        sa.Column("etag", sa.String(300), nullable=False),
        sa.Column("last_modified", sa.String(300), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.Column("last_error_values", sa.JSON(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("hook BETWEEN 1 AND 12", name="hook"),
    )
    op.create_index("ix_external_calendar_team_id", "external_calendar", ["team_id"])
    op.create_index("ix_external_calendar_due_at", "external_calendar", ["due_at"])
    op.create_table(
        "external_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "calendar_id",
            sa.Integer(),
            sa.ForeignKey(
                "external_calendar.id",
                name="fk_external_event_calendar_id_external_calendar",
                ondelete="CASCADE",
            ),
            nullable=False,
        ),
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("recurrence_id", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.UniqueConstraint(
            "calendar_id",
            "uid",
            "recurrence_id",
            name="uq_external_event_calendar_id_uid_recurrence_id",
        ),
        sa.CheckConstraint(_KINDS_OF_TIME, name="moments_or_days"),
    )
    for name in ("starts_at", "first_day"):
        op.create_index(
            f"ix_external_event_calendar_id_{name}", "external_event", ["calendar_id", name]
        )


def downgrade() -> None:
    op.drop_table("external_event")
    op.drop_table("external_calendar")
