"""Questions from outside with their answers, replies to use again, and the results of posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_METRICS = ("views", "reactions", "comments", "shares", "clicks", "applications")


def upgrade() -> None:
    _webcare_item()
    _webcare_reply()
    _post_result()


def downgrade() -> None:
    op.drop_table("post_result")
    op.drop_table("webcare_reply")
    op.drop_table("webcare_item")


def _webcare_item() -> None:
    op.create_table(
        "webcare_item",
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("creation_key", sa.String(64), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("answer_by", UtcDateTime(), nullable=True),
        sa.Column("escalates_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        *_editable(),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_webcare_item_team_id_team"),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
            name="fk_webcare_item_channel_id_channel",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_webcare_item_post_id_post", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name="fk_webcare_item_owner_id_person"
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name="fk_webcare_item_answered_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webcare_item"),
        sa.UniqueConstraint("uuid", name="uq_webcare_item_uuid"),
        sa.UniqueConstraint("team_id", "creation_key", name="uq_webcare_item_team_id_creation_key"),
    )
    for name in ("channel_id", "post_id", "owner_id", "answer_by", "deleted_at"):
        op.create_index(f"ix_webcare_item_{name}", "webcare_item", [name])
    op.create_index(
        "ix_webcare_item_team_id_answered_at", "webcare_item", ["team_id", "answered_at"]
    )


def _webcare_reply() -> None:
    op.create_table(
        "webcare_reply",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        *_editable(),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_webcare_reply_team_id_team"),
        sa.PrimaryKeyConstraint("id", name="pk_webcare_reply"),
    )
    op.create_index("ix_webcare_reply_team_id", "webcare_reply", ["team_id"])


def _post_result() -> None:
    op.create_table(
        "post_result",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _METRICS),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        *_editable(),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_post_result_team_id_team"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name="fk_post_result_post_id_post", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.id"],
            name="fk_post_result_channel_id_channel",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["person.id"], name="fk_post_result_noted_by_id_person"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_result"),
        sa.UniqueConstraint("post_id", "channel_id", name="uq_post_result_post_id_channel_id"),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 0" for name in _METRICS), name=op.f("ck_post_result_counts")
        ),
    )
    op.create_index("ix_post_result_channel_id", "post_result", ["channel_id"])


def _editable() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
    )
