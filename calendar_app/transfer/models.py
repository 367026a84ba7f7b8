"""A table that somebody brought and has not taken in yet: kept for that person alone, for a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.transfer.columns import FIELD_NAMES, LEFT_OUT, Line, Table, matched

LASTS = timedelta(days=1)
# How many one person can have open; the oldest makes room.
MOST_OPEN = 5


class PostImport(Editable, Base):
    """One table of posts: what stands in it, what its columns are about, and whether it came in."""

    __tablename__ = "post_import"

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # The name of the file; "" for what was pasted.
    name: Mapped[str] = mapped_column(String(120), default="")
    # {"head": [name, ...], "rows": [[number, [cell, ...]], ...]}; empty once it came in.
    lines: Mapped[dict[str, Any]]
    # {"fields": [what a column is about, ...], "as_ideas": whether a refused day makes an idea}
    choices: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime] = mapped_column(index=True)
    imported_at: Mapped[datetime | None]
    # How many posts it became.
    imported: Mapped[int] = mapped_column(default=0)

    @property
    def table(self) -> Table:
        """What stands in it."""
        rows = tuple(Line(number, tuple(cells)) for number, cells in self.lines["rows"])
        return Table(tuple(self.lines["head"]), rows)

    @property
    def fields(self) -> list[str]:
        """What each column is about."""
        return list(self.choices["fields"])

    @property
    def as_ideas(self) -> bool:
        """Whether a row whose day is refused comes in as an idea."""
        return bool(self.choices["as_ideas"])

    def choose(self, fields: Sequence[str], *, as_ideas: bool) -> None:
        """Take the columns for these. Raises Refused when two are the same, or none is a title."""
        if len(fields) != len(self.fields) or any(
            field not in FIELD_NAMES and field != LEFT_OUT for field in fields
        ):
            raise Refused(N_("These are not the columns of this table. Reload the page."))
        chosen = [field for field in fields if field != LEFT_OUT]
        if len(chosen) != len(set(chosen)):
            raise Refused(N_("Two columns are the same. Choose something else for one of them."))
        self.choices = {"fields": list(fields), "as_ideas": as_ideas}

    def creation_key(self, line_number: int) -> str:
        """What makes a row of it one post, however often it is sent."""
        return f"import-{self.uuid.replace('-', '')}-{line_number}"

    def finish(self, number: int, now: datetime) -> None:
        """It became that many posts; what stood in it is not kept twice."""
        self.lines = {"head": [], "rows": []}
        self.imported_at, self.imported = now, number


def keep(
    session: Session, team: Team, person: Person, table: Table, name: str, now: datetime
) -> PostImport:
    """Keep `table` until it comes in or a day has passed. Flushes."""
    _make_room(session, person)
    kept = PostImport(
        uuid=new_uuid(),
        team_id=team.id,
        person_id=person.id,
        name=name[:120],
        lines={
            "head": list(table.head),
            "rows": [[line.number, list(line.cells)] for line in table.rows],
        },
        choices={"fields": matched(table.head), "as_ideas": False},
        kept_at=now,
    )
    session.add(kept)
    session.flush()
    return kept


def own(
    session: Session, team: Team, person: Person, uuid: str, *, to_change: bool = False
) -> PostImport:
    """The one with this name; `to_change`: nobody else changes it meanwhile. Raises NotYours."""
    wanted = select(PostImport).where(
        PostImport.uuid == uuid, PostImport.team_id == team.id, PostImport.person_id == person.id
    )
    found = session.scalars(wanted.with_for_update() if to_change else wanted).one_or_none()
    if found is None:
        raise NotYours(N_("This table is not here any more. Bring the file again."))
    return found


def open_ones(session: Session, team: Team, person: Person) -> list[PostImport]:
    """What `person` brought and did not take in, the last first."""
    wanted = select(PostImport).where(
        PostImport.team_id == team.id,
        PostImport.person_id == person.id,
        PostImport.imported_at.is_(None),
    )
    return list(session.scalars(wanted.order_by(PostImport.id.desc())))


def forget_old(session: Session, now: datetime) -> None:
    """Remove what nobody came back for, and what came in a day ago."""
    session.execute(delete(PostImport).where(PostImport.kept_at < now - LASTS))


def _make_room(session: Session, person: Person) -> None:
    mine = select(PostImport.id).where(
        PostImport.person_id == person.id, PostImport.imported_at.is_(None)
    )
    too_many = list(session.scalars(mine.order_by(PostImport.id.desc()).offset(MOST_OPEN - 1)))
    session.execute(delete(PostImport).where(PostImport.id.in_(too_many)))
