"""A view of the calendar that somebody keeps under a name, for themselves or for the team."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person

LONGEST_QUERY = 2000
MOST_VIEWS = 50


class SavedView(Editable, Base):
    """What stands in the address of a view but for its day, under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_team_id_person_id", "team_id", "person_id"),)
    # The pages of the calendar name them, and are kept by the revision.
    moves_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    # Who made it; a shared one stays theirs.
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(60))
    # "view=week&channel=3", as the calendar reads it.
    query: Mapped[str] = mapped_column(String(LONGEST_QUERY))
    is_shared: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()

    @property
    def href(self) -> str:
        """Where it opens, on the present day."""
        return f"/calendar?{self.query}"

    @classmethod
    def new(
        cls, session: Session, by: Person, team_id: int, name: str, query: str, *, is_shared: bool
    ) -> SavedView:
        """A view of `by`, which the caller adds. Raises Refused for a name or a filter too long."""
        if len(query) > LONGEST_QUERY:
            raise Refused(N_("Choose fewer filters for a view that you keep."), field="name")
        view = cls(team_id=team_id, person_id=by.id, query=query, is_shared=is_shared)
        view.rename(session, name)
        return view

    def rename(self, session: Session, name: str) -> None:
        """Call it `name`. Raises Refused when its maker has another one of that name."""
        same = session.query(SavedView.id).where(
            SavedView.team_id == self.team_id,
            SavedView.person_id == self.person_id,
            SavedView.name == name,
        )
        with session.no_autoflush:
            taken = [row.id for row in same if row.id != self.id]
        if taken:
            raise Refused(N_("You have a view with this name already."), field="name")
        self.name = name
