"""A meet-up as it is held: begun by somebody, with who is there and who leads, and closed.

When it is closed its agenda is kept as it was, so that the history shows what lay on the table.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    case,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups import actions, queries
from calendar_app.meetups.actions import Action
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.snapshot import KeptAction, Named, frozen, people_in
from calendar_app.moments import local, local_day_bounds
from calendar_app.people.audit import record
from calendar_app.people.models import Person, Team
from calendar_app.people.queries import is_unseen, unseen
from calendar_app.posts.models import Post

COUNTED_DAYS = 28
PAGE_LENGTH = 30
# So long a meet-up can go on after all before everybody is mailed what was agreed.
SUMMARY_WAITS = timedelta(minutes=2)
MOST_IDEAS = 20


class Sitting(Editable, Base):
    """One occurrence while it is held, and after that as it was held."""

    __tablename__ = "sitting"
    __table_args__ = (Index("ix_sitting_team_id_begun_at", "team_id", "begun_at"),)
    # Whoever has the meet-up open sees it at once.
    moves_meeting_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), unique=True)
    begun_at: Mapped[datetime]
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # Who leads; None: nobody in particular.
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # State as who and when: None while it is going on.
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # When all were mailed what was agreed: that is told once, also when it is closed twice.
    told_at: Mapped[datetime | None]
    # What lay on the table when it was closed (`snapshot`); empty while it is going on.
    agenda: Mapped[dict[str, Any]] = mapped_column(default=dict)

    occurrence: Mapped[Occurrence] = relationship()
    host: Mapped[Person | None] = relationship(foreign_keys=host_id)

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.occurrence.called

    @property
    def is_open(self) -> bool:
        """Whether it is going on."""
        return self.closed_at is None

    @property
    def ends_at(self) -> datetime:
        """When its time is up: as long after its begin as the meet-up lasts."""
        return self.begun_at + (self.occurrence.ends_at - self.occurrence.starts_at)

    def lead(self, host: Person | None) -> None:
        """Let `host` (None: nobody in particular) lead it. Raises Refused once it is closed."""
        self.must_be_open()
        self.host_id = None if host is None else host.id

    @property
    def day_ends_at(self) -> datetime:
        """When its local day ends: at the latest then it is over."""
        occurrence = self.occurrence
        return local_day_bounds(occurrence.held_on, occurrence.zone)[1]

    def close(self, by: Person | None, now: datetime, kept: dict[str, Any]) -> None:
        """It is over, at the latest when its day ended; `kept` is what lay on the table.

        Without `by` nobody closed it. Raises Refused when it is closed already.
        """
        self.must_be_open()
        self.closed_at, self.agenda = min(now, self.day_ends_at), kept
        self.closed_by_id = None if by is None else by.id

    def reopen(self, now: datetime) -> None:
        """It goes on after all. Raises Refused on another day than its own."""
        if local(now, self.occurrence.zone).date() != self.occurrence.held_on:
            raise Refused(N_("A meet-up of another day stays closed."))
        self.closed_at = self.closed_by_id = None
        self.agenda = {}

    def must_be_open(self) -> None:
        """Raise Refused unless it is going on."""
        if not self.is_open:
            raise Refused(N_("This meet-up is closed."))


class Attendance(Base):
    """Whether one person was at one meet-up."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"),)
    moves_meeting_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_present: Mapped[bool]

    person: Mapped[Person] = relationship()


def sitting_of(session: Session, occurrence: Occurrence, *, holds: bool = False) -> Sitting | None:
    """How `occurrence` is or was held; None when nobody began it.

    `holds`: until the end of the transaction, so that of two changes one is first.
    """
    wanted = select(Sitting).where(Sitting.occurrence_id == occurrence.id)
    if holds:
        wanted = wanted.with_for_update(of=Sitting)
    return session.scalars(wanted.options(joinedload(Sitting.host))).one_or_none()


def last_closed_at(session: Session) -> datetime | None:
    """When a meet-up of any team was closed last: then there is an outcome to tell."""
    return session.scalar(select(func.max(Sitting.closed_at)))


def begin(
    session: Session,
    occurrence: Occurrence,
    host: Person | None,
    *,
    by: Person,
    now: datetime,
    away: Sequence[int] = (),
) -> Sitting:
    """Begin `occurrence`, led by `host`.

    Who is expected is present, but for who said they cannot come (`away`). Raises Refused when it
    does not take place, or not today.
    """
    if not occurrence.is_held:
        raise Refused(N_("This meet-up does not take place. Put it back first."))
    if local(now, occurrence.zone).date() != occurrence.held_on:
        raise Refused(N_("A meet-up begins on its own day."))
    found = queries.presence(session, [occurrence])[occurrence.id]
    there = [person for person in found.present if person.id not in away]
    sitting = Sitting(
        team_id=occurrence.team_id,
        occurrence=occurrence,
        begun_at=now,
        begun_by_id=by.id,
        host_id=None if host is None else host.id,
    )
    session.add(sitting)
    # Who was about to call it off or to move it has an older version now.
    occurrence.begun_at = now
    session.flush()
    invited = [*found.present, *(absence.person for absence in found.absent)]
    session.add_all(_attendance(sitting, person, person in there) for person in invited)
    return sitting


def nothing_hangs_on(session: Session, sitting: Sitting, away: Sequence[int] = ()) -> bool:
    """Whether it stands as it was begun: nothing agreed, nobody's presence or its host changed."""
    if not sitting.is_open or sitting.version > 1:
        return False
    made = (Action.occurrence_id == sitting.occurrence_id, Action.created_at >= sitting.begun_at)
    if session.scalar(select(Action.id).where(*made).limit(1)) is not None:
        return False
    found = queries.presence(session, [sitting.occurrence])[sitting.occurrence_id]
    there = {person.id for person in found.present if person.id not in away}
    noted = select(Attendance.person_id).where(
        Attendance.sitting_id == sitting.id, Attendance.is_present.is_(True)
    )
    return set(session.scalars(noted)) == there


def take_back(session: Session, sitting: Sitting, away: Sequence[int] = ()) -> None:
    """It was not begun after all. Raises Refused once something hangs on it."""
    sitting.must_be_open()
    if not nothing_hangs_on(session, sitting, away):
        raise Refused(N_("Something was noted at this meet-up already. Close it instead."))
    sitting.occurrence.begun_at = None
    session.delete(sitting)


def _attendance(sitting: Sitting, person: Person, is_present: bool) -> Attendance:  # noqa: FBT001
    return Attendance(
        team_id=sitting.team_id, sitting_id=sitting.id, person_id=person.id, is_present=is_present
    )


def attendance_of(session: Session, sitting: Sitting) -> list[Attendance]:
    """Who was expected at it, by name; but for who does not want to be seen."""
    wanted = (
        select(Attendance)
        .join(Attendance.person)
        .where(Attendance.sitting_id == sitting.id)
        .where(~is_unseen(Attendance.person_id, sitting.team_id))
        .options(joinedload(Attendance.person))
        .order_by(Person.name, Person.id)
    )
    return list(session.scalars(wanted))


def note(session: Session, sitting: Sitting, person_id: int, *, is_present: bool) -> None:
    """Say whether somebody is there. Twice is the same as once.

    Raises Refused once it is closed, and for who is not expected.
    """
    sitting.must_be_open()
    wanted = select(Attendance).where(
        Attendance.sitting_id == sitting.id, Attendance.person_id == person_id
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise Refused(N_("This person does not take part in this meet-up."))
    if found.is_present != is_present:
        found.is_present = is_present


def what_lies_there(
    session: Session, team: Team, occurrence: Occurrence, now: datetime
) -> dict[str, Any]:
    """The agenda and the actions of this moment, as they are kept."""
    table = actions.on_the_table(session, team, queries.day_starts(occurrence))
    return frozen(
        queries.agenda_of(session, team, occurrence, now),
        [
            KeptAction(one.id, one.text, one.owner_id, one.due_on, one.done_at is not None)
            for one in table
        ],
    )


def close_forgotten(session: Session, now: datetime) -> int:
    """Close what nobody closed on its own day, as it lay there when that ended; how many."""
    going_on = (
        select(Sitting)
        .join(Sitting.occurrence)
        .where(Sitting.closed_at.is_(None), Occurrence.held_on <= now.date())
        .options(joinedload(Sitting.occurrence))
        .order_by(Sitting.id)
        .with_for_update(of=Sitting)
    )
    forgotten = [one for one in session.scalars(going_on) if one.day_ends_at <= now]
    for sitting in forgotten:
        team, ended = session.get_one(Team, sitting.team_id), sitting.day_ends_at
        sitting.close(None, ended, what_lies_there(session, team, sitting.occurrence, ended))
        record(session, "sitting.closed", at=now, origin="worker", team=team, subject=sitting)
    session.flush()
    return len(forgotten)


def note_told(session: Session, occurrence_ids: Collection[int], now: datetime) -> None:
    """All are mailed now what was agreed at these meet-ups."""
    untold = (Sitting.occurrence_id.in_(occurrence_ids), Sitting.told_at.is_(None))
    # No change that a page shows: whoever has the meet-up open has no older version after it.
    telling = update(Sitting).where(*untold).values(told_at=now)
    session.execute(telling.execution_options(synchronize_session=False))


def names_in(session: Session, team: Team, kept: Mapping[str, Any]) -> dict[int, Named]:
    """The people whom a kept agenda names, by id; but for who does not want to be seen now."""
    hidden = unseen(session, team)
    ids = people_in(kept) - hidden.keys()
    found = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: Named(person.first_name, person.initials) for person in found}


# What everybody is told of it


@dataclass(frozen=True)
class Agreed:
    """An action that was agreed at it."""

    text: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class Outcome:
    """What came of a meet-up: names and titles, nobody who does not want to be seen."""

    present: tuple[str, ...]
    absent: tuple[str, ...]
    agreed: tuple[Agreed, ...]
    ideas: tuple[str, ...]


def outcome_of(session: Session, sitting: Sitting) -> Outcome:
    """What came of a meet-up that is closed."""
    there = attendance_of(session, sitting)
    hidden = unseen(session, session.get_one(Team, sitting.team_id))
    agreed = (
        Agreed(one.text, "" if one.owner_id in hidden else one.owner.first_name, one.due_on)
        for one in actions.made_at(session, sitting.occurrence)
    )
    return Outcome(
        present=tuple(one.person.first_name for one in there if one.is_present),
        absent=tuple(one.person.first_name for one in there if not one.is_present),
        agreed=tuple(agreed),
        ideas=tuple(_ideas_during(session, sitting)),
    )


def _ideas_during(session: Session, sitting: Sitting) -> list[str]:
    wanted = (
        select(Post.title)
        .where(Post.team_id == sitting.team_id, Post.state == "idea", Post.deleted_at.is_(None))
        .where(Post.created_at >= sitting.begun_at, Post.created_at <= sitting.closed_at)
        .order_by(Post.created_at, Post.id)
    )
    return list(session.scalars(wanted.limit(MOST_IDEAS)))


# The history


@dataclass(frozen=True)
class Held:
    """One meet-up in the history."""

    sitting: Sitting
    present: int
    expected: int
    agreed: int


@dataclass(frozen=True)
class HeldPage:
    """One page of the history, the last meet-up first, and how many pages there are."""

    rows: list[Held]
    pages: int


@dataclass(frozen=True)
class Rhythm:
    """How often it was held of the times that it was planned in the last COUNTED_DAYS days."""

    held: int
    planned: int


def history(session: Session, team: Team, page: int) -> HeldPage:
    """The meet-ups of `team` that were begun, in two queries; `page` from 1."""
    of_team = select(Sitting).where(Sitting.team_id == team.id)
    total = session.scalar(select(func.count()).select_from(of_team.subquery())) or 0
    seen = (Attendance.sitting_id == Sitting.id, ~is_unseen(Attendance.person_id, team.id))
    query = (
        of_team.add_columns(
            _counted(Attendance.id, *seen, Attendance.is_present.is_(True)),
            _counted(Attendance.id, *seen),
            _counted(
                Action.id,
                Action.occurrence_id == Sitting.occurrence_id,
                Action.removed_at.is_(None),
            ),
        )
        .options(
            joinedload(Sitting.occurrence).joinedload(Occurrence.meetup), joinedload(Sitting.host)
        )
        .order_by(Sitting.begun_at.desc(), Sitting.id.desc())
        .offset((page - 1) * PAGE_LENGTH)
        .limit(PAGE_LENGTH)
    )
    rows = [Held(*row) for row in session.execute(query)]
    return HeldPage(rows, max(1, -(-total // PAGE_LENGTH)))


def _counted(what: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(func.count(what)).where(*conditions)
    return counted.correlate(Sitting).scalar_subquery()


def rhythm(session: Session, team: Team, now: datetime) -> Rhythm:
    """How often the team met of late."""
    query = (
        select(func.count(Occurrence.id), func.sum(case((Sitting.id.is_not(None), 1), else_=0)))
        .outerjoin(Sitting, Sitting.occurrence_id == Occurrence.id)
        .where(Occurrence.team_id == team.id, Occurrence.state.in_(("planned", "moved")))
        .where(Occurrence.ends_at <= now)
        .where(Occurrence.starts_at > now - timedelta(days=COUNTED_DAYS))
    )
    planned, held = session.execute(query).one()
    return Rhythm(int(held or 0), int(planned))
