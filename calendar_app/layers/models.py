"""Other calendars of a team: campaigns, events, holidays, followed by address or brought in once.

They lie under the posts, so that nobody plans the open day in the week of another one. Kapstok only
reads them; what people change, they change where the calendar lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app import outbound
from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.layers.reading import (
    LONGEST_LINK,
    LONGEST_NAME,
    LONGEST_PLACE,
    LONGEST_TITLE,
)
from calendar_app.people.models import Team
from calendar_app.plans.models import HOOKS
from calendar_app.text import clean_line

LONGEST_CALENDAR_NAME = 60
MOST_CALENDARS = 20


class ExternalCalendar(Editable, Base):
    """A calendar that lives elsewhere (`address`), or that was brought in as a file (`file`)."""

    __tablename__ = "external_calendar"
    __table_args__ = (CheckConstraint("hook BETWEEN 1 AND 12", name="hook"),)
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_CALENDAR_NAME))
    # One of the colours of brand values.
    hook: Mapped[int]
    # A secret: who knows it can read the calendar. Kept readable, since it is to be fetched again.
    address: Mapped[str] = mapped_column(String(outbound.LONGEST_ADDRESS), default="")
    # What was brought in, without what a layer does not need: it is read anew as time goes by.
    file: Mapped[str] = mapped_column(Text, default="", deferred=True)
    paused_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    # When it is to be read again, and until when somebody is at that.
    due_at: Mapped[datetime] = mapped_column(index=True)
    leased_until: Mapped[datetime | None]
    # When it was last read whole, and when anything was last got from where it lives.
    read_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    etag: Mapped[str] = mapped_column(String(300), default="")
    last_modified: Mapped[str] = mapped_column(String(300), default="")
    # Why the last time failed, as a msgid with what fills its places; "": it did not.
    last_error: Mapped[str] = mapped_column(String(300), default="")
    last_error_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failures: Mapped[int] = mapped_column(default=0)
    # Of the last reading: events that were not understood, and whether some were left out.
    unread: Mapped[int] = mapped_column(default=0)
    is_cut: Mapped[bool] = mapped_column(default=False)

    team: Mapped[Team] = relationship()

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @property
    def is_followed(self) -> bool:
        """Whether it lives at an address, and is fetched again and again."""
        return bool(self.address)

    @property
    def masked_address(self) -> str:
        """As much of the address as may be shown."""
        return outbound.masked(self.address)

    @classmethod
    def new(
        cls, team: Team, name: str, hook: int, others: Sequence[ExternalCalendar], now: datetime
    ) -> ExternalCalendar:
        """A calendar of `team` beside `others`, without contents yet. Raises Refused at a field."""
        _expect_room(others)
        calendar = cls(team=team, due_at=now)
        calendar.edit(name, hook, others)
        return calendar

    def edit(self, name: str, hook: int, others: Iterable[ExternalCalendar]) -> None:
        """Give it another name or colour. Raises Refused at that field."""
        if hook not in HOOKS:
            raise Refused(N_("Choose a colour."), field="hook")
        self.name = _free_name(name, [other for other in others if other is not self])
        self.hook = hook

    def follow(self, address: str) -> None:
        """Let it live at `address` from now on."""
        self.address, self.file = address, ""
        self._forget_marks()

    def bring_in(self, file: str) -> None:
        """Let it be the contents of `file`, which nobody fetches."""
        self.address, self.file = "", file
        self._forget_marks()

    def pause(self, at: datetime) -> None:
        """Show it nowhere, and fetch it no longer."""
        self.paused_at = self.paused_at or at

    def resume(self, at: datetime) -> None:
        """Undo `pause`: it is read again at once."""
        self.paused_at, self.due_at, self.leased_until = None, at, None

    def remove(self, at: datetime) -> None:
        """Take it out of the team's calendars."""
        self.deleted_at = at

    def put_back(self, at: datetime, others: Sequence[ExternalCalendar]) -> None:
        """Undo `remove`. Raises Refused when its name was given away, or there is no room."""
        _expect_room(others)
        _free_name(self.name, others)
        self.deleted_at, self.due_at = None, at

    def _forget_marks(self) -> None:
        # Whoever is fetching it from where it lived finds it changed.
        self.leased_until = None
        self.etag, self.last_modified = "", ""
        self.last_error, self.last_error_values, self.failures = "", {}, 0


class ExternalEvent(Base):
    """One event of another calendar, on one of its days if it comes back. Replaced, never edited.

    Either between two moments, or on whole days, the first and the last included.
    """

    __tablename__ = "external_event"
    __table_args__ = (
        UniqueConstraint("calendar_id", "uid", "recurrence_id"),
        CheckConstraint(
            "(starts_at IS NOT NULL AND ends_at IS NOT NULL AND first_day IS NULL"
            " AND last_day IS NULL) OR (starts_at IS NULL AND ends_at IS NULL"
            " AND first_day IS NOT NULL AND last_day IS NOT NULL)",
            name="moments_or_days",
        ),
        Index("ix_external_event_calendar_id_starts_at", "calendar_id", "starts_at"),
        Index("ix_external_event_calendar_id_first_day", "calendar_id", "first_day"),
    )

    calendar_id: Mapped[int] = mapped_column(ForeignKey("external_calendar.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(LONGEST_NAME))
    # "" for one that does not come back, else the day or the moment it was first meant for.
    recurrence_id: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE), default="")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(LONGEST_PLACE), default="")
    url: Mapped[str] = mapped_column(String(LONGEST_LINK), default="")
    is_cancelled: Mapped[bool] = mapped_column(default=False)


def _expect_room(others: Sequence[ExternalCalendar]) -> None:
    if len(others) >= MOST_CALENDARS:
        raise Refused(
            N_("There are %(most)s calendars already. Remove one first."), most=MOST_CALENDARS
        )


def _free_name(name: str, others: Iterable[ExternalCalendar]) -> str:
    """`name`, cleaned. Raises Refused when it is empty, too long or one of theirs."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Refused(N_("Give the calendar a name."), field="name")
    if len(cleaned) > LONGEST_CALENDAR_NAME:
        raise Refused(
            N_("Use at most %(most)s characters."), field="name", most=LONGEST_CALENDAR_NAME
        )
    if cleaned.casefold() in {other.name.casefold() for other in others}:
        raise Refused(N_("There is a calendar with this name already."), field="name")
    return cleaned
