"""Reminders as rows: what is to be sent to whom by which way, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import Muted, Person
from calendar_app.reminders.quiet import Quiet

# A scheme, the longest host that there can be, and a port; or the name of an operator's service.
LONGEST_ORIGIN = 300
# One day a week has to be left.
MOST_QUIET_DAYS = 6
STATES = (
    "pending",
    "claimed",
    "in_flight",
    "sent",
    "retry",
    "in_doubt",
    "dead",
    "missed",
    "cancelled",
)
STATE_NAMES = {
    "pending": N_("Waiting"),
    "claimed": N_("Being sent"),
    "in_flight": N_("On its way"),
    "sent": N_("Sent"),
    "retry": N_("Trying again"),
    "in_doubt": N_("In doubt"),
    "dead": N_("Refused"),
    "missed": N_("Missed"),
    "cancelled": N_("Not needed"),
}


class Delivery(Base):
    """One reminder to one person by one route. Never two rows for the same."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("subject", "person_id", "route", "kind"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
        Index("ix_delivery_team_id_due_at", "team_id", "due_at"),
        CheckConstraint(
            "state IN ('pending', 'claimed', 'in_flight', 'sent', 'retry', 'in_doubt', 'dead',"
            " 'missed', 'cancelled')",
            name="state",
        ),
    )

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    route: Mapped[str] = mapped_column(String(20), default="email")
    # What it is about, as the uniqueness needs it: "occurrence:12@2026-11-10T08:30Z".
    subject: Mapped[str] = mapped_column(String(80))
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"), index=True)
    # The post that it is about. No reference: the log outlives what the bin is emptied of.
    post_id: Mapped[int | None] = mapped_column(index=True)
    # The precondition that it is about; no reference, for the same reason.
    precondition_id: Mapped[int | None]
    # The action that it is about, likewise.
    action_id: Mapped[int | None]
    # The question that it is about, likewise.
    webcare_item_id: Mapped[int | None]
    # Of one about a post: the team's day on which it is due, to know who is away then.
    due_on: Mapped[date | None]
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    # Who holds it, until when, and the number that makes an older holder's word void.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"))
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    # Frozen at the first attempt, so that a repetition is the same mail byte for byte.
    message_id: Mapped[str | None] = mapped_column(String(200))
    dated_at: Mapped[datetime | None]
    body: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    # The one in whose mail it is told, with others of its kind.
    told_with_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship()


class Attempt(Base):
    """One try to hand one delivery over. Rows are added, never changed."""

    __tablename__ = "attempt"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    worker_id: Mapped[int | None] = mapped_column(ForeignKey("worker.id"))
    fence: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20))
    reply: Mapped[str] = mapped_column(Text, default="")


class Worker(Base):
    """One run of the worker process, told apart from every other by boot, process and its start."""

    __tablename__ = "worker"

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    host: Mapped[str] = mapped_column(String(120))
    boot: Mapped[str] = mapped_column(String(60))
    pid: Mapped[int]
    # The kernel's start time of the process, as text: a pid alone comes round again.
    pid_started: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime] = mapped_column(index=True)
    ticked_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class Relay(Base):
    """A mail relay, or the origin of routes, as last seen: whether it is down, and until when."""

    __tablename__ = "relay"

    name: Mapped[str] = mapped_column(String(LONGEST_ORIGIN), unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    # Down since: for a while nobody asks it; after that one mail is the probe, until `probe_until`.
    failed_at: Mapped[datetime | None]
    probe_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


class QuietHours(Editable, Base):
    """When a person gets no reminders: every day from one time to another, and on whole days."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), unique=True)
    begins: Mapped[time | None]
    ends: Mapped[time | None]
    # Days of the week from 0, Monday, joined by commas: "5,6".
    week_days: Mapped[str] = mapped_column(String(13), default="")

    person: Mapped[Person] = relationship()

    @classmethod
    def none_yet(cls, person: Person) -> QuietHours:
        """Those of somebody who never chose any; not in the database."""
        # Of version 0, so that a form that shows it is stale once another made the row.
        return cls(person_id=person.id, version=0, begins=None, ends=None, week_days="")

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.person.name

    @property
    def days(self) -> tuple[int, ...]:
        """The days of the week that are quiet as a whole, ascending from 0, Monday."""
        return tuple(int(day) for day in self.week_days.split(",") if day)

    def choose(self, begins: time | None, ends: time | None, days: Collection[int]) -> None:
        """Be quiet from one time to another, and on whole days. Raises Refused at the field."""
        if (begins is None) != (ends is None):
            missing = "ends" if ends is None else "begins"
            raise Refused(N_("Fill in both times, or none."), field=missing)
        if begins is not None and begins == ends:
            raise Refused(N_("Choose two times that differ."), field="ends")
        if len(set(days)) > MOST_QUIET_DAYS:
            words = N_("Leave one day. To get no reminders at all, switch them off one by one.")
            raise Refused(words, field="days")
        self.begins, self.ends = begins, ends
        self.week_days = ",".join(str(day) for day in sorted(set(days)))

    def on_clocks_of(self, zone: str) -> Quiet:
        """The same as the rules look at it."""
        return Quiet(zone, self.begins, self.ends, self.days)


def quiet_hours_of(session: Session, person: Person) -> QuietHours:
    """The quiet hours of `person`, or an empty choice that is not in the database."""
    found = session.scalars(select(QuietHours).where(QuietHours.person_id == person.id)).first()
    return found or QuietHours.none_yet(person)


def mute(session: Session, person: Person, kind: str, at: datetime) -> None:
    """`person` gets no more reminders of `kind`. Doing it twice changes nothing."""
    if _muted(session, person, kind) is None:
        session.add(Muted(person_id=person.id, kind=kind, at=at))


def unmute(session: Session, person: Person, kind: str) -> None:
    """`person` gets reminders of `kind` again."""
    found = _muted(session, person, kind)
    if found is not None:
        session.delete(found)


def _muted(session: Session, person: Person, kind: str) -> Muted | None:
    query = select(Muted).where(Muted.person_id == person.id, Muted.kind == kind)
    return session.scalars(query).one_or_none()
