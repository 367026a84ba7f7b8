"""The daily ten-minute content meet-up: a series with a rule, and its occurrences on real days."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.meetups.recurrence import BadRule, Rule, days, first_day, parse_weekdays
from calendar_app.moments import moment
from calendar_app.people.models import Person, Team
from calendar_app.posts.content import check_day

# A reminder that is due when the meet-up begins would already be too late.
SHORTEST_LEAD = 1
LONGEST_LEAD = 1440

WEEKDAY_NAMES = {
    "MO": N_("Monday"),
    "TU": N_("Tuesday"),
    "WE": N_("Wednesday"),
    "TH": N_("Thursday"),
    "FR": N_("Friday"),
    "SA": N_("Saturday"),
    "SU": N_("Sunday"),
}

STATE_NAMES = {
    "planned": N_("Planned"),
    "moved": N_("Moved"),
    "cancelled": N_("Called off"),
    "skipped": N_("Does not take place"),
}


@dataclass(frozen=True)
class Series:
    """What a person says of a series of meet-ups when they make or change it."""

    name: str
    weekdays: tuple[str, ...]
    local_time: time
    zone: str
    minutes: int
    starts_on: date
    ends_on: date | None
    participants: Sequence[Person]
    host: Person | None = None
    skips_holidays: bool = True
    # Whether they lead it in turn; then nobody is the host of all of it.
    rotates: bool = False
    place: str = ""
    link: str = ""
    lead_minutes: int = 10


@dataclass(frozen=True)
class Between:
    """The days of the meet-ups before and after one of the same series; None: there is none."""

    before: date | None
    after: date | None

    @property
    def first(self) -> date | None:
        """The first day that is free; None: any day before `last`."""
        return self.before and self.before + timedelta(days=1)

    @property
    def last(self) -> date | None:
        """The last day that is free; None: any day after `first`."""
        return self.after and self.after - timedelta(days=1)

    def holds(self, day: date) -> bool:
        """Whether `day` lies after the one and before the other."""
        return (self.before is None or self.before < day) and (
            self.after is None or day < self.after
        )


class Meetup(Editable, Base):
    """A series: on some weekdays, at a local time in a zone, with the same people."""

    __tablename__ = "meetup"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 240", name="minutes"),
        CheckConstraint("lead_minutes BETWEEN 0 AND 1440", name="lead_minutes"),
        UniqueConstraint("team_id", "creation_key"),
    )
    moves_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    # Made by the form: sending the same form twice makes one series, and so one reminder.
    creation_key: Mapped[str | None] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    # RFC 5545 day names in week order, joined by commas: "MO,TU,WE,TH,FR".
    weekdays: Mapped[str] = mapped_column(String(20))
    local_time: Mapped[time]
    zone: Mapped[str] = mapped_column(String(64))
    minutes: Mapped[int] = mapped_column(default=10)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    skips_holidays: Mapped[bool] = mapped_column(default=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    lead_minutes: Mapped[int] = mapped_column(default=10)
    host_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Whether people lead it in turn (`hosting`).
    rotates: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The first of the series that this one goes on with; None: it goes on with none.
    root_id: Mapped[int | None] = mapped_column(ForeignKey("meetup.id"))
    # RFC 5545 §3.8.7.4: rises with each change of the rule.
    sequence: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()
    host: Mapped[Person | None] = relationship(foreign_keys=host_id)
    participants: Mapped[list[Person]] = relationship(
        secondary="meetup_participant", order_by="(Person.name, Person.id)"
    )
    occurrences: Mapped[list[Occurrence]] = relationship(
        back_populates="meetup", order_by="Occurrence.local_day"
    )

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @property
    def family(self) -> int:
        """One number for this series and those that it goes on with."""
        return self.root_id or self.id

    @classmethod
    def family_of_all(cls) -> ColumnElement[int]:
        """The `family` of each series in a query."""
        return func.coalesce(cls.root_id, cls.id)

    @classmethod
    def new(cls, team: Team, series: Series, creation_key: str | None = None) -> Meetup:
        """A series of `team`. Raises Refused at the field that cannot be."""
        _check(series)
        meetup = cls(team=team, creation_key=creation_key, sequence=0)
        meetup._take(series)
        meetup.participants = list(series.participants)
        return meetup

    @property
    def rule(self) -> Rule:
        """When the series falls, holidays left aside."""
        return Rule(
            weekdays=parse_weekdays(self.weekdays),
            local_time=self.local_time,
            zone=self.zone,
            minutes=self.minutes,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
        )

    def reached_in_time(self, mails_a_minute: int) -> int:
        """How many participants a relay of that rate can mail between lead and start."""
        return mails_a_minute * self.lead_minutes

    def falls_on(self, day: date) -> bool:
        """Whether the series, as it is now, has the local `day`; a deleted one has none."""
        return self.deleted_at is None and bool(days(self.rule, day, day))

    def edit(self, series: Series, hidden: Container[int] = ()) -> None:
        """Take what the person says now. Raises Refused at the field that cannot be.

        People with a `hidden` id, whom the person cannot see, stay as they were. Another rule
        raises the sequence; call `queries.plan_occurrences` after it.
        """
        _check(series)
        before = (self.rule, self.skips_holidays)
        host = self.host
        stay = [person for person in self.participants if person.id in hidden]
        self._take(series)
        unchosen = series.host is None and not series.rotates
        if unchosen and host is not None and host.id in hidden:
            self.host = host
        self._invite([*series.participants, *stay])
        if (self.rule, self.skips_holidays) != before:
            self.sequence += 1

    def end_before(self, day: date) -> None:
        """Let it go on until the day before `day` only."""
        self.ends_on = day - timedelta(days=1)
        self.sequence += 1

    def delete(self, now: datetime) -> None:
        """End the series: what was held stays, what was still to come goes with the next plan."""
        self.deleted_at = now
        self.sequence += 1

    def _take(self, series: Series) -> None:
        self.name = series.name
        self.weekdays = ",".join(parse_weekdays(",".join(series.weekdays)))
        self.local_time = series.local_time
        self.zone = series.zone
        self.minutes = series.minutes
        self.starts_on = series.starts_on
        self.ends_on = series.ends_on
        self.skips_holidays = series.skips_holidays
        self.place = series.place
        self.link = series.link
        self.lead_minutes = series.lead_minutes
        self.host = None if series.rotates else series.host
        self.rotates = series.rotates

    def _invite(self, people: Sequence[Person]) -> None:
        if {person.id for person in people} != {person.id for person in self.participants}:
            self.participants = list(people)
            # Another row changed, but it is this series that people see changing.
            self.touch()


def _check(series: Series) -> None:
    """Raise Refused at the first field of `series` that makes no sense."""
    if not series.name:
        raise Refused(N_("Give the meet-up a name."), field="name")
    if not series.participants:
        raise Refused(N_("Choose at least one participant."), field="participants")
    if series.host is not None and series.host not in series.participants:
        raise Refused(N_("The host must be one of the participants."), field="host")
    _check_rule(series)


def _check_rule(series: Series) -> None:
    if not series.weekdays:
        raise Refused(N_("Choose at least one weekday."), field="weekdays")
    if not 1 <= series.minutes <= 240:
        raise Refused(N_("A meet-up lasts between 1 and 240 minutes."), field="minutes")
    if not SHORTEST_LEAD <= series.lead_minutes <= LONGEST_LEAD:
        raise Refused(N_("Choose between 1 and 1440 minutes."), field="lead_minutes")
    check_day(series.starts_on, "starts_on")
    if series.ends_on is not None:
        check_day(series.ends_on, "ends_on")
    if series.ends_on is not None and series.ends_on < series.starts_on:
        raise Refused(N_("The last day lies before the first day."), field="ends_on")
    if first_day(_rule_of(series)) is None:
        raise Refused(
            N_("Between the first and the last day there is no such weekday."), field="ends_on"
        )


def _rule_of(series: Series) -> Rule:
    try:
        return Rule(
            parse_weekdays(",".join(series.weekdays)),
            series.local_time,
            series.zone,
            series.minutes,
            series.starts_on,
            series.ends_on,
        )
    except BadRule as error:
        raise Refused(N_("Kapstok does not know this time zone."), field="zone") from error


class MeetupParticipant(Base):
    """A person who takes part in a series."""

    __tablename__ = "meetup_participant"
    __table_args__ = (UniqueConstraint("meetup_id", "person_id"),)

    meetup_id: Mapped[int] = mapped_column(ForeignKey("meetup.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class Occurrence(Editable, Base):
    """One meet-up on one day. `local_day` is the rule's own day, also after it was moved."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("meetup_id", "local_day"),
        Index("ix_occurrence_team_id_starts_at", "team_id", "starts_at"),
        CheckConstraint("state IN ('planned', 'moved', 'cancelled', 'skipped')", name="state"),
    )
    moves_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    meetup_id: Mapped[int] = mapped_column(ForeignKey("meetup.id"))
    local_day: Mapped[date]
    # Where it is now: the local day and time in `zone`, and the same moment in UTC.
    held_on: Mapped[date]
    local_time: Mapped[time]
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # The version of the rule by which this row was last planned.
    rule_version: Mapped[int]
    # planned; moved or cancelled by hand; skipped by the rule (a holiday, or the rule changed).
    state: Mapped[str] = mapped_column(String(10), default="planned")
    reason: Mapped[str] = mapped_column(String(200), default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sequence: Mapped[int] = mapped_column(default=0)
    # When somebody began it (`sittings`): from then on it stays where it is.
    begun_at: Mapped[datetime | None]

    meetup: Mapped[Meetup] = relationship(back_populates="occurrences")

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return f"{self.meetup.name}, {self.held_on}"

    @classmethod
    def planned(cls, meetup: Meetup, day: date, holiday: str | None) -> Occurrence:
        """The meet-up of `meetup` on `day`; skipped when that is a holiday with this name."""
        occurrence = cls(team_id=meetup.team_id, meetup=meetup, local_day=day, sequence=0)
        occurrence._stand_at_rule(meetup)
        occurrence._be("skipped" if holiday else "planned", holiday or "")
        return occurrence

    @property
    def is_held(self) -> bool:
        """Whether people meet: as planned, or at another moment."""
        return self.state in {"planned", "moved"}

    @property
    def is_dropped(self) -> bool:
        """Whether the series no longer has this day; a holiday is skipped with its name."""
        return self.state == "skipped" and not self.reason

    def cancel_day(self, by: Person, now: datetime, reason: str = "") -> None:
        """Call this one meet-up off. Raises Refused."""
        self._refuse_unless_open(now)
        self._be("cancelled", reason, by)
        self.sequence += 1

    def move_day(
        self, day: date, local_time: time, *, by: Person, now: datetime, between: Between
    ) -> None:
        """Hold this one meet-up on `day` at `local_time` (in its own zone). Raises Refused.

        `between` are its neighbours: calendar programs know no series whose meet-ups overtake each
        other or share a day.
        """
        self._refuse_unless_open(now)
        check_day(day)
        if moment(day, local_time, self.zone) <= now:
            raise Refused(N_("Choose a moment that is still to come."), field="day")
        if not between.holds(day):
            raise Refused(
                N_("Choose a day between the meet-up before this one and the one after it."),
                field="day",
            )
        if (day, local_time) == (self.local_day, self.meetup.local_time):
            self._stand_at_rule(self.meetup)
            self._be("planned", "", by)
        else:
            self._stand(day, local_time, self.zone, self.meetup.minutes)
            self._be("moved", "", by)
        self.sequence += 1

    def restore_day(self, *, by: Person, now: datetime, between: Between) -> None:
        """Hold this meet-up as the series says after all, also on a holiday. Raises Refused."""
        if self.state == "planned":
            raise Refused(N_("This meet-up already takes place as planned."))
        if self.begun_at is not None:
            raise Refused(N_("This meet-up has begun or is over."))
        if not self.meetup.falls_on(self.local_day):
            raise Refused(N_("The series no longer has this day."))
        if moment(self.local_day, self.meetup.local_time, self.meetup.zone) <= now:
            raise Refused(N_("The time of this meet-up has passed."))
        if not between.holds(self.local_day):
            raise Refused(
                N_("Another meet-up of this series was moved here. Put that one back first.")
            )
        self._stand_at_rule(self.meetup)
        self._be("planned", "", by)
        self.sequence += 1

    def follow_rule(self, meetup: Meetup, holiday: str | None) -> None:
        """Be what the series says now; what a person decided for this day stays.

        `holiday` is the name of the day off that `local_day` is, if it is one.
        """
        before = (self.state, self.starts_at, self.ends_at)
        if not meetup.falls_on(self.local_day):
            self._be("skipped", "")
        elif self.state not in {"moved", "cancelled"}:
            self._stand_at_rule(meetup)
            self._rest_on(holiday)
        else:
            # The clocks of its zone may go otherwise than when somebody chose its moment.
            length = (self.ends_at - self.starts_at) // timedelta(minutes=1)
            self._stand(self.held_on, self.local_time, self.zone, length)
        if (self.state, self.starts_at, self.ends_at) != before:
            self.sequence += 1
        self._put(rule_version=meetup.sequence)

    def fall_back(self, meetup: Meetup) -> None:
        """Stand at the series' own moment again: where it was moved to is taken now."""
        self._stand_at_rule(meetup)
        self._be("planned", "")
        self.sequence += 1

    def _rest_on(self, holiday: str | None) -> None:
        put_back_by_hand = self.state == "planned" and self.changed_by_id is not None
        if holiday and not put_back_by_hand:
            self._be("skipped", holiday)
        elif self.state == "skipped":
            self._be("planned", "")

    def _be(self, state: str, reason: str, by: Person | None = None) -> None:
        self._put(state=state, reason=reason, changed_by_id=by.id if by else None)

    def _stand_at_rule(self, meetup: Meetup) -> None:
        self._put(rule_version=meetup.sequence)
        self._stand(self.local_day, meetup.local_time, meetup.zone, meetup.minutes)

    def _stand(self, day: date, local_time: time, zone: str, minutes: int) -> None:
        starts_at = moment(day, local_time, zone)
        ends_at = starts_at + timedelta(minutes=minutes)
        self._put(
            held_on=day, local_time=local_time, zone=zone, starts_at=starts_at, ends_at=ends_at
        )

    def _put(self, **values: object) -> None:
        # A value put over itself would still count as a change of the team's calendar.
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    def _refuse_unless_open(self, now: datetime) -> None:
        if self.begun_at is not None or self.starts_at <= now:
            raise Refused(N_("This meet-up has begun or is over."))
        if not self.is_held:
            raise Refused(N_("This meet-up does not take place. Put it back first."))
