"""Teams and the people in them: who belongs where, with which role, and who is away."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from functools import partial
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from calendar_app import clock
from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.moments import WorkingHours
from calendar_app.people.account import Account

ROLES = ("viewer", "writer", "editor", "admin")
ROLE_NAMES = {
    "viewer": N_("Viewer"),
    "writer": N_("Writer"),
    "editor": N_("Editor"),
    "admin": N_("Administrator"),
}


def area(country: str, region: str) -> str:
    """A country and a region of it ("": all of it) as one word, as ISO 3166-2 writes them."""
    return f"{country}-{region}" if region else country


class Team(Editable, Base):
    """People who share plans and one calendar. Everything else belongs to one team."""

    __tablename__ = "team"
    moves_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    name: Mapped[str] = mapped_column(String(120))
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Amsterdam")
    language: Mapped[str] = mapped_column(String(2), default="nl")
    country: Mapped[str] = mapped_column(String(2), default="NL")
    # The part of the country whose public holidays count ("BY"); "": those of all of it.
    region: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # When the pitfall radar calls: one person owns so many percent of at least so many posts of
    # the last so many days, a channel is silent for so many periods, and a precondition is not
    # known for so many days.
    radar_share: Mapped[int] = mapped_column(default=70, server_default="70")
    radar_posts: Mapped[int] = mapped_column(default=8, server_default="8")
    radar_days: Mapped[int] = mapped_column(default=28, server_default="28")
    radar_silence: Mapped[int] = mapped_column(default=2, server_default="2")
    radar_unknown_days: Mapped[int] = mapped_column(default=30, server_default="30")
    # The forms of post ("text,image") that go out without an approval.
    forms_without_approval: Mapped[str] = mapped_column(String(60), default="", server_default="")
    # After how many working hours without an answer a request for review is escalated (None:
    # never), and to whom (None: who comes first, `posts.escalation`).
    review_patience: Mapped[int | None]
    escalates_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # On which days ("0,1", from 0, Monday) and hours, on the clocks of its zone, it works.
    work_days: Mapped[str] = mapped_column(
        String(13), default="0,1,2,3,4", server_default="0,1,2,3,4"
    )
    work_begins: Mapped[time] = mapped_column(default=time(9), server_default="09:00:00.000000")
    work_ends: Mapped[time] = mapped_column(default=time(17), server_default="17:00:00.000000")
    # Counts every change that the calendar or a feed shows; a poll compares this one number.
    revision: Mapped[int] = mapped_column(default=1)
    # How often what is noted at its meet-ups changed: only their own pages show that.
    meeting_revision: Mapped[int] = mapped_column(default=1, server_default="1")
    revised_at: Mapped[datetime | None]

    memberships: Mapped[list[Membership]] = relationship(back_populates="team")
    review_levels: Mapped[list[ReviewLevel]] = relationship(
        cascade="all, delete-orphan", order_by="ReviewLevel.position"
    )

    @property
    def area(self) -> str:
        """Whose public holidays count: a country, and its region where one was chosen ("DE-BY")."""
        return area(self.country, self.region)

    def working_hours(self, is_free: Callable[[str, date], bool]) -> WorkingHours:
        """When the team is at work; `is_free` tells the public holidays of its area."""
        is_off = partial(is_free, self.area)
        return WorkingHours(self.zone, self.working_days, self.work_begins, self.work_ends, is_off)

    @property
    def working_days(self) -> tuple[int, ...]:
        """The days of the week on which it works, ascending from 0, Monday."""
        return tuple(int(day) for day in self.work_days.split(","))

    @working_days.setter
    def working_days(self, days: Collection[int]) -> None:
        self.work_days = ",".join(str(day) for day in sorted(set(days)))

    @property
    def free_forms(self) -> frozenset[str]:
        """The forms of post that go out without an approval."""
        return frozenset(self.forms_without_approval.split(",")) - {""}

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @property
    def team_id(self) -> int:
        """The team a row belongs to; a team belongs to itself."""
        return self.id


class Person(Account, Editable, Base):
    """A colleague with an account."""

    __tablename__ = "person"

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_urlsafe(32)
    )
    # None: as the browser, or failing that the team, says.
    language: Mapped[str | None] = mapped_column(String(2))
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    # Whether one key alone does something (WCAG 2.1.4); with Ctrl or Alt it always may.
    single_keys: Mapped[bool] = mapped_column(default=True, server_default=true())
    signed_in_at: Mapped[datetime | None]

    memberships: Mapped[list[Membership]] = relationship(back_populates="person")
    absences: Mapped[list[Absence]] = relationship(
        foreign_keys="Absence.person_id", order_by="Absence.id", viewonly=True
    )

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for a small badge: of the first and the last word of the name."""
        words = self.name.split() or ["?"]
        letters = words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])
        return letters.upper()

    @property
    def first_name(self) -> str:
        """How colleagues call this person in a list."""
        return self.name.split()[0] if self.name.split() else self.name


class Membership(Editable, Base):
    """One person in one team, with a role. Ended, never removed: their posts stay the team's."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("team_id", "person_id"),
        CheckConstraint("role IN ('viewer', 'writer', 'editor', 'admin')", name="role"),
    )
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    # Somebody who agreed to post from their own account; only they themselves can say so.
    ambassador_since: Mapped[datetime | None]
    # False: this colleague does not want to be seen, and is listed, counted and ranked nowhere.
    takes_part: Mapped[bool] = mapped_column(default=True, server_default=true())
    ended_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(back_populates="memberships")

    @property
    def role_name(self) -> str:
        """The role as an English msgid."""
        return ROLE_NAMES[self.role]

    def change_role(self, role: str, *, admins: int) -> None:
        """Give another role. `admins` is how many administrators the team has now."""
        if self.role == "admin" and role != "admin":
            _keep_one_admin(admins)
        self.role = role

    @property
    def is_ambassador(self) -> bool:
        """Whether this colleague agreed to post from their own account, and still does."""
        return self.ambassador_since is not None and self.takes_part and self.ended_at is None

    def agree_as_ambassador(self, at: datetime) -> None:
        """The colleague agrees to post from their own account. Raises Refused for who is unseen."""
        if not self.takes_part:
            raise Refused(N_("First choose to be seen. An ambassador has a name."))
        self.ambassador_since = self.ambassador_since or at

    def stop_as_ambassador(self) -> None:
        """The colleague posts no longer from their own account; nobody asks why."""
        self.ambassador_since = None

    def stop_taking_part(self) -> None:
        """The colleague is seen nowhere from now on, and is no ambassador any more."""
        self.takes_part = False
        self.stop_as_ambassador()

    def take_part(self) -> None:
        """The colleague is seen again. What they did before they do not do again by itself."""
        self.takes_part = True

    def end(self, now: datetime, *, admins: int) -> None:
        """Take the person out of the team; their posts stay the team's."""
        if self.role == "admin":
            _keep_one_admin(admins)
        self.ended_at = now
        self.stop_as_ambassador()

    def renew(self, role: str) -> None:
        """Take back in who was in the team before."""
        self.role = role
        self.ended_at = None


def _keep_one_admin(admins: int) -> None:
    if admins < 2:
        raise Refused(
            N_("A team needs an administrator. Make somebody else one first."), field="role"
        )


class ReviewLevel(Base):
    """One of the approvals, in their order, that a post of the team needs before it goes out.

    Part of the team's settings: the version is the team's.
    """

    __tablename__ = "review_level"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))

    # Who may give it; nobody: everybody who may approve.
    people: Mapped[list[Person]] = relationship(
        secondary="review_level_person", order_by="(Person.name, Person.id)"
    )


class ReviewLevelPerson(Base):
    """Somebody who may give that approval."""

    __tablename__ = "review_level_person"
    __table_args__ = (UniqueConstraint("level_id", "person_id"),)

    level_id: Mapped[int] = mapped_column(ForeignKey("review_level.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Visit(Base):
    """One signed-in browser. The cookie only names it, so that signing out really ends it."""

    __tablename__ = "visit"

    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class Absence(Editable, Base):
    """Days on which a person is away, both ends included; reminders stay silent meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index("ix_absence_person_id_last_day", "person_id", "last_day"),
    )
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(200), default="")

    person: Mapped[Person] = relationship(foreign_keys=person_id)
    deputy: Mapped[Person | None] = relationship(foreign_keys=deputy_id)

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return f"{self.person.name}, {self.first_day}"


class Muted(Base):
    """A kind of reminder that a person does not want any more."""

    __tablename__ = "muted"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]


class AuditEntry(Base):
    """One security-relevant act. Rows are added, never changed: the database refuses it too."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_team_id_at", "team_id", "at"),)

    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(30), default="")
    object_id: Mapped[int | None]
    result: Mapped[str] = mapped_column(String(10), default="done")
    origin: Mapped[str] = mapped_column(String(60), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    actor: Mapped[Person | None] = relationship()


class Hit(Base):
    """How often something throttled was tried in one window of time, shared by all processes."""

    __tablename__ = "hit"

    key: Mapped[str] = mapped_column(String(120), unique=True)
    count: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@event.listens_for(Session, "after_flush")
def _move_revision(session: Session, _context: object) -> None:
    """Count a change of the team's calendar, in the same transaction as the change."""
    rewritten = [row for row in session.dirty if session.is_modified(row)]
    changed: list[Any] = [*session.new, *rewritten, *session.deleted]
    moved = {row.team_id for row in changed if getattr(row, "moves_revision", False)}
    for team_id in sorted(moved - {None}):
        count_change(session, team_id)
    noted = {row.team_id for row in changed if getattr(row, "moves_meeting_revision", False)}
    for team_id in sorted(noted):
        counted = update(Team).where(Team.id == team_id)
        session.connection().execute(counted.values(meeting_revision=Team.meeting_revision + 1))


def count_change(session: Session, team_id: int) -> None:
    """Count a change of what the team's calendar and feeds show."""
    counted = {"revision": Team.revision + 1, "revised_at": clock.now()}
    # Past the mapper: the count is nobody's edit, and raises no version.
    session.connection().execute(update(Team).where(Team.id == team_id).values(counted))
