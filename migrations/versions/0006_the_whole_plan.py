"""The plan whole: community, readings, roles, webcare, preconditions, experiments, thresholds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WHOLE_NUMBERS: dict[str, dict[str, int | None]] = {
    "team": {
        "radar_share": 70,
        "radar_posts": 8,
        "radar_days": 28,
        "radar_silence": 2,
        "radar_unknown_days": 30,
    },
    "plan": dict.fromkeys(
        ("answer_hours", "watch_hours", "escalate_hours", "hours_a_week", "minutes_a_post")
    ),
}
# Written out: SQLite adds a column with its key, but no key to a column that is there.
_KEYS = {
    "plan": {"escalate_to_id": "person"},
    "channel": {"owner_id": "person", "deputy_id": "person"},
    "post": {"publisher_id": "person", "watcher_id": "person", "experiment_id": "experiment"},
}
_TABLES = (
    "precondition",
    "task_role",
    "value_reading",
    "channel_audience",
    "actor_audience",
    "actor",
    "experiment",
)


def upgrade() -> None:
    _add_tables()
    _add_columns()


def downgrade() -> None:
    op.drop_index("ix_post_experiment_id", "post")
    for table, keys in _KEYS.items():
        for name in keys:
            op.drop_column(table, name)
    for table, names in _WHOLE_NUMBERS.items():
        for name in names:
            op.drop_column(table, name)
    for table, name in (
        ("channel", "forms"),
        ("channel", "slots"),
        ("membership", "ambassador_since"),
        ("membership", "takes_part"),
    ):
        op.drop_column(table, name)
    for name in _TABLES:
        op.drop_table(name)


def _add_columns() -> None:
    for table, numbers in _WHOLE_NUMBERS.items():
        for name, default in numbers.items():
            words = None if default is None else str(default)
            op.add_column(
                table,
                sa.Column(name, sa.Integer(), nullable=default is None, server_default=words),
            )
    for table, keys in _KEYS.items():
        for name, other in keys.items():
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {name} INTEGER "
                f"CONSTRAINT fk_{table}_{name}_{other} REFERENCES {other} (id)"
            )
    op.create_index("ix_post_experiment_id", "post", ["experiment_id"])
    for name, length in {"forms": 30, "slots": 300}.items():
        op.add_column(
            "channel", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
    op.add_column("membership", sa.Column("ambassador_since", UtcDateTime(), nullable=True))
    op.add_column(
        "membership",
        sa.Column("takes_part", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def _add_tables() -> None:
    op.create_table(
        "experiment",
        *_of_plan("experiment"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("hypothesis", sa.Text(), nullable=False),
        sa.Column("measure", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        _key("experiment", "decided_by_id", "person", nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        *_editable(),
        sa.CheckConstraint("outcome IN ('', 'stop', 'repeat', 'routine')", name="outcome"),
        sa.CheckConstraint("starts_on <= ends_on", name="order"),
    )
    op.create_index("ix_experiment_plan_id", "experiment", ["plan_id"])
    op.create_table(
        "actor",
        *_of_plan("actor"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column("bond", sa.Text(), nullable=False),
        _key("actor", "via_id", "actor", nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        *_editable(),
        sa.CheckConstraint("ring IN (1, 2)", name="ring"),
    )
    op.create_index("ix_actor_plan_id", "actor", ["plan_id"])
    op.create_table(
        "actor_audience",
        _id(),
        _key("actor_audience", "actor_id", "actor"),
        _key("actor_audience", "audience_id", "audience"),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        _unique("actor_audience", "actor_id", "audience_id"),
    )
    op.create_index("ix_actor_audience_audience_id", "actor_audience", ["audience_id"])
    op.create_table(
        "channel_audience",
        _id(),
        _key("channel_audience", "channel_id", "channel"),
        _key("channel_audience", "audience_id", "audience"),
        _unique("channel_audience", "channel_id", "audience_id"),
    )
    op.create_index("ix_channel_audience_audience_id", "channel_audience", ["audience_id"])
    op.create_table(
        "value_reading",
        *_of_plan("value_reading"),
        _key("value_reading", "person_id", "person"),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        _unique("value_reading", "plan_id", "person_id"),
    )
    op.create_index("ix_value_reading_person_id", "value_reading", ["person_id"])
    op.create_table(
        "task_role",
        *_of_plan("task_role"),
        sa.Column("task", sa.String(12), nullable=False),
        _key("task_role", "person_id", "person"),
        sa.Column("part", sa.String(6), nullable=False),
        _unique("task_role", "plan_id", "task", "person_id"),
        sa.CheckConstraint("part IN ('does', 'deputy')", name="part"),
    )
    op.create_index("ix_task_role_person_id", "task_role", ["person_id"])
    op.create_table(
        "precondition",
        *_of_plan("precondition"),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("rating", sa.String(10), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        _key("precondition", "owner_id", "person", nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("recheck_on", sa.Date(), nullable=True),
        sa.Column("rated_at", UtcDateTime(), nullable=True),
        *_editable(),
        _unique("precondition", "plan_id", "key"),
        sa.CheckConstraint("rating IN ('unknown', 'success', 'stumbling')", name="rating"),
    )
    op.create_index("ix_precondition_owner_id", "precondition", ["owner_id"])


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _key(table: str, name: str, other: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{name}_{other}")
    return sa.Column(name, sa.Integer(), key, nullable=nullable)


def _of_plan(table: str) -> list[sa.Column[int]]:
    return [_id(), _key(table, "team_id", "team"), _key(table, "plan_id", "plan")]


def _editable() -> list[sa.Column[object]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    ]


def _unique(table: str, *names: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*names, name=f"uq_{table}_{'_'.join(names)}")
