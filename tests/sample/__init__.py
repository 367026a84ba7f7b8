"""The sample team and the larger ones: what is loaded, when it happened, and what it says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from calendar_app.db import Base, Database

# What differs between two loads of the same: secrets, the names of files that nobody can guess, and
# when the real clock counted a change.
_OF_ONE_LOAD = {"password", "fs_uniquifier", "stored_as", "revised_at"}
# They only join two other rows; those that are written together come in any order.
_JOINTS = {"post_audience", "post_channel"}


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of each table, by id, but for what is of this one load."""
    with database.reading() as session:
        return {name: _rows(session, table) for name, table in Base.metadata.tables.items()}


def _rows(session: Session, table: Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name not in _OF_ONE_LOAD]
    if table.name in _JOINTS:
        columns = [column for column in columns if not column.primary_key]
    order = columns if table.name in _JOINTS else [table.c.id]
    return [dict(row) for row in session.execute(select(*columns).order_by(*order)).mappings()]
