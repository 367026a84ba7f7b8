"""On which days and at which hours a team works."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    days = sa.Column("work_days", sa.String(13), nullable=False, server_default="0,1,2,3,4")
    op.add_column("team", days)
    for name, default in (("work_begins", "09:00:00.000000"), ("work_ends", "17:00:00.000000")):
        op.add_column("team", sa.Column(name, sa.Time(), nullable=False, server_default=default))


def downgrade() -> None:
    for name in ("work_days", "work_begins", "work_ends"):
        op.drop_column("team", name)
