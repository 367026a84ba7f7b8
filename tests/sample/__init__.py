"""The sample team and the larger ones: what is loaded, when it happened, and what it says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from calendar_app.db import Base, Database

# What differs between two loads of the same: secrets, and when the real clock counted a change.
_OF_ONE_LOAD = {"password", "fs_uniquifier", "revised_at"}


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of each table, by id, but for what is of this one load."""
    with database.reading() as session:
        return {
            name: [
                {key: row[key] for key in row if key not in _OF_ONE_LOAD}
                for row in session.execute(select(table).order_by(table.c.id)).mappings()
            ]
            for name, table in Base.metadata.tables.items()
        }
