"""How Alembic reaches the database: the running program hands over a connection, or names a URL."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from calendar_app.config import load
from calendar_app.db import Database, UtcDateTime
from calendar_app.models import Base
from calendar_app.search.index import include_name


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our UTC type by its name; Alembic would write the type below it and lose the zone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from calendar_app.db import UtcDateTime")
        return "UtcDateTime()"
    return False


def migrate() -> None:
    """Run the migrations in one transaction on the connection we were given, or on our own."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    database = Database(load().database_url)
    with database.engine.execution_options(kapstok_writes=True).begin() as connection:
        run(connection)
    database.dispose()


def run(connection: Any) -> None:
    """Configure Alembic for this connection and migrate."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        render_as_batch=True,
        compare_type=True,
        include_name=include_name,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
