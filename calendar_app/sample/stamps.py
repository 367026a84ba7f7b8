"""What a row of the sample gets besides its facts: a moment of the story, an id that repeats."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from calendar_app.db import Editable

# Any id; those of the sample's rows are derived from it.
_ROOT = uuid.UUID("2f0a6c5e-5d0b-4f0e-9f0e-3a4f6f1d8b21")


class Stamps:
    """Dates the rows of `session` at the moment `at`, which the teller of the story moves on."""

    def __init__(self, session: Session, at: datetime, name: str) -> None:
        self.at = at
        self._root = uuid.uuid5(_ROOT, name)
        self._made = 0
        # A session's own listeners run after those of every session: this moment is the last word.
        event.listen(session, "before_flush", self._stamp)

    def uuid(self) -> str:
        """The next id; the same ones, in the same order, for the same name."""
        self._made += 1
        return str(uuid.uuid5(self._root, str(self._made)))

    def _stamp(self, session: Session, _context: object, _instances: object) -> None:
        for row in session.new:
            if getattr(row, "uuid", "needs none") is None:
                row.uuid = self.uuid()
            if isinstance(row, Editable):
                row.created_at = row.updated_at = self.at
        for row in session.dirty:
            if isinstance(row, Editable) and session.is_modified(row):
                row.updated_at = self.at
