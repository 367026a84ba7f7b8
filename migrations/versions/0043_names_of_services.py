"""The name of a service is as long in what is known of it as at the routes that lead there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_ROUTE = sa.table("route", sa.column("name", sa.String), sa.column("origin", sa.String))
_RELAY = sa.table("relay", sa.column("name", sa.String))


def upgrade() -> None:
    # SQLite asks for no length, and so let in what no other database takes.
    _cut(_ROUTE.c.name, 200)
    _cut(_ROUTE.c.origin, 300)
    _forget_longer_than(300)
    with op.batch_alter_table("relay") as relay:
        relay.alter_column("name", existing_type=sa.String(200), type_=sa.String(300))


def downgrade() -> None:
    _forget_longer_than(200)
    with op.batch_alter_table("relay") as relay:
        relay.alter_column("name", existing_type=sa.String(300), type_=sa.String(200))


def _cut(column: sa.ColumnElement[str], most: int) -> None:
    """Such an address leads nowhere, however much of it is left."""
    cutting = _ROUTE.update().where(sa.func.length(column) > most)
    op.execute(cutting.values({column: sa.func.substr(column, 1, most)}))


def _forget_longer_than(most: int) -> None:
    """What is known of such a service is found out anew."""
    op.execute(_RELAY.delete().where(sa.func.length(_RELAY.c.name) > most))
