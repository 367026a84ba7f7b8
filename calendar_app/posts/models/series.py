"""What posts are made of: a series that comes back by its rule, and a template."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.moments import moment
from calendar_app.people.models import Person, Team
from calendar_app.posts.content import Content
from calendar_app.posts.models.post import Post
from calendar_app.posts.repetition import Rule

_RULE = ("frequency", "interval", "month_day", "nth", "starts_on", "ends_on", "count")


class PostSeries(Editable, Base):
    """A post that comes back: on which days, at what local time, and what its posts say.

    Its posts are rows like all others. They are made some weeks ahead, up to `made_until`; one that
    somebody changed by itself goes its own way (`Post.is_touched`).
    """

    __tablename__ = "post_series"
    __table_args__ = (
        UniqueConstraint("team_id", "creation_key"),
        CheckConstraint(
            "frequency IN ('daily', 'weekly', 'monthly_day', 'monthly_weekday')", name="frequency"
        ),
        CheckConstraint("ends_on IS NULL OR count IS NULL", name="one_end"),
    )

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    creation_key: Mapped[str | None] = mapped_column(String(64))
    frequency: Mapped[str] = mapped_column(String(15))
    interval: Mapped[int]
    # "0,2": from 0, Monday.
    weekdays: Mapped[str] = mapped_column(String(13), default="")
    month_day: Mapped[int] = mapped_column(default=0)
    nth: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    count: Mapped[int | None]
    # A time on the wall of that zone: it stays the same when the clocks change.
    local_time: Mapped[time]
    zone: Mapped[str] = mapped_column(String(64))
    skips_holidays: Mapped[bool] = mapped_column(default=False)
    # What its posts say, as `Content.kept` tells it.
    content: Mapped[dict[str, Any]]
    # The last local day that was looked at; what lies later is still to be made.
    made_until: Mapped[date]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stopped_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()
    made_by: Mapped[Person] = relationship()
    exceptions: Mapped[list[SeriesException]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="SeriesException.day"
    )

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.title

    @property
    def title(self) -> str:
        """The title of its posts."""
        return str(self.content["title"])

    @property
    def rule(self) -> Rule:
        """On which days it falls."""
        weekdays = tuple(int(day) for day in self.weekdays.split(",") if day)
        return Rule(weekdays=weekdays, **{name: getattr(self, name) for name in _RULE})

    @rule.setter
    def rule(self, rule: Rule) -> None:
        self.weekdays = ",".join(str(day) for day in rule.weekdays)
        for name in _RULE:
            setattr(self, name, getattr(rule, name))

    @property
    def left_out(self) -> set[date]:
        """The days of its rule on which it does not come."""
        return {one.day for one in self.exceptions}

    def leave_out(self, day: date) -> None:
        """Make no post for `day`."""
        if day not in self.left_out:
            self.exceptions.append(SeriesException(day=day))

    def take_in(self, day: date) -> None:
        """Make no exception of `day` any more."""
        self.exceptions = [one for one in self.exceptions if one.day != day]

    def starts(self, day: date) -> datetime:
        """The moment of its post on `day`."""
        return moment(day, self.local_time, self.zone)

    def post_on(self, day: date, content: Content, by: Person, now: datetime) -> Post:
        """A new draft for `day` that says `content`. Raises Refused."""
        content = replace(content, starts_at=self.starts(day), experiment=None)
        key = f"series-{self.id}-{day}"
        post = Post.new(self.team, content, by, now, creation_key=key)
        post.series, post.series_day = self, day
        return post


class SeriesException(Base):
    """A day of its rule on which a series does not come: a holiday, or a post that was deleted."""

    __tablename__ = "series_exception"
    __table_args__ = (UniqueConstraint("series_id", "day"),)

    series_id: Mapped[int] = mapped_column(ForeignKey("post_series.id", ondelete="CASCADE"))
    day: Mapped[date]


class PostTemplate(Editable, Base):
    """A post to begin from: what it says, without a day, under a name that the team knows."""

    __tablename__ = "post_template"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    name: Mapped[str] = mapped_column(String(120))
    # What it says, as `Content.kept` tells it.
    content: Mapped[dict[str, Any]]

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name
