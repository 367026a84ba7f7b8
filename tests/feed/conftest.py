"""A team with a plan, a person with a feed, and the feed as a subscriber gets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar, Event

from calendar_app.feed import queries
from calendar_app.feed.entries import Window, entries
from calendar_app.feed.ics import FeedEntry, calendar_file
from calendar_app.feed.models import Feed
from tests.builders import a_person, a_plan, a_team
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.config import Config
    from calendar_app.db import Database
    from calendar_app.people.models import Person, Team
    from calendar_app.plans.models import Plan

A_DAY = timedelta(days=1)


def again(session: Session, row: Any) -> Any:
    """The same row, as it is now, in `session`."""
    return session.get_one(type(row), row.id)


@dataclass
class Room:
    """A team, a person of it, a plan of it, and feeds of that person."""

    database: Database
    config: Config
    now: datetime
    team: Team
    person: Person
    plan: Plan

    def feed(self, scope: str = "team", detail: str = "full", **facts: Any) -> str:
        """Make a feed and give its token."""
        with self.database.writing() as session:
            team, person = again(session, self.team), again(session, self.person)
            name = facts.pop("name", f"{scope} {detail}")
            feed, token = Feed.new(team, person, name, scope, detail, self.now, **facts)
            session.add(feed)
        return token

    def entries(self, token: str) -> list[FeedEntry]:
        """What the feed with `token` holds now."""
        with self.database.reading() as session:
            found = queries.subscription(session, token)
            assert found is not None
            return entries(session, found, Window.around(self.now), self.config)

    def file(self, token: str) -> bytes:
        """The feed with `token` as a file."""
        return calendar_file("De Linde", self.entries(token), last_year=2027)

    def events(self, token: str) -> list[Event]:
        """The events in the file, as written."""
        calendar = Calendar.from_ical(self.file(token))
        assert isinstance(calendar, Calendar)
        events: list[Event] = calendar.events
        return events

    def starts_on(self, token: str, day: date) -> list[datetime]:
        """When something begins on `day` (of UTC), as a subscriber's program works it out."""
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return [
            event.start.astimezone(UTC)
            for event in events_between(self.file(token), begin, begin + A_DAY)
        ]


@pytest.fixture
def room(database: Database, config: Config, now: datetime) -> Room:
    """A team with a writer and a plan; what they have done is for the test."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = a_team(session, name="De Linde")
        person = a_person(session, team, name="Anouk de Wit")
        plan = a_plan(session, team)
        assert plan.values
        assert plan.audiences
        assert plan.channels
    return Room(database, config, now, team, person, plan)
