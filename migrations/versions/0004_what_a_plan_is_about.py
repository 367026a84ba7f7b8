"""A plan says in which field its question lies, how far it looks, and which brand it speaks for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Added as they are: to make the table anew would drop what hangs on it.
_NEW = {"domain": ("own", 15), "horizon": ("", 10), "brand_kind": ("employer", 10)}


def upgrade() -> None:
    for name, (default, length) in _NEW.items():
        column = sa.Column(name, sa.String(length), nullable=False, server_default=default)
        op.add_column("plan", column)


def downgrade() -> None:
    for name in _NEW:
        op.drop_column("plan", name)
