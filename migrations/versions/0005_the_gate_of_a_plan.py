"""The gate of a plan: who opened it before the first three steps were done, when, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from calendar_app.db import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Written out: SQLite adds a column with its key, but no key to a column that is there.
_OPENED_BY = (
    "ALTER TABLE plan ADD COLUMN gate_opened_by_id INTEGER "
    "CONSTRAINT fk_plan_gate_opened_by_id_person REFERENCES person (id)"
)


def upgrade() -> None:
    op.add_column("plan", sa.Column("gate_opened_at", UtcDateTime(), nullable=True))
    op.execute(_OPENED_BY)
    reason = sa.Column("gate_reason", sa.String(300), nullable=False, server_default="")
    op.add_column("plan", reason)


def downgrade() -> None:
    for name in ("gate_reason", "gate_opened_by_id", "gate_opened_at"):
        op.drop_column("plan", name)
