"""Who confirmed to have read the values of a plan."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.people.models import Person


class ValueReading(Base):
    """A colleague read the values of a plan as they were then, and said so."""

    __tablename__ = "value_reading"
    __table_args__ = (UniqueConstraint("plan_id", "person_id"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # A hash of the values' texts: whoever read an older text is asked to read again.
    digest: Mapped[str] = mapped_column(String(64))
    read_at: Mapped[datetime]

    person: Mapped[Person] = relationship()

    def renew(self, digest: str, at: datetime) -> None:
        """The person read the texts with this `digest`; saying so twice is saying it once."""
        if self.digest != digest:
            self.digest, self.read_at = digest, at
