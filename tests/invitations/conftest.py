"""A team whose people may get the meet-ups by mail, and a worker that sends to a real relay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.feed import queries as feeds
from calendar_app.feed.entries import Window, entries
from calendar_app.feed.ics import calendar_file
from calendar_app.feed.models import Feed, take_meetups
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.people.models import Person
from calendar_app.reminders import due, outbox
from calendar_app.reminders.models import Delivery
from tests.invitations.outlook import Outlook
from tests.reminders.conftest import scene
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_log import Received
    from tests.support.smtp_sink import SmtpSink

__all__ = ["scene"]

AHEAD = timedelta(days=34)
# Longer than changes rest.
A_WHILE = timedelta(minutes=20)
MINUTE = timedelta(minutes=1)


@dataclass
class Room:
    """People who take part in a meet-up, their calendars, and the worker."""

    scene: Scene
    sink: SmtpSink
    token: str = ""
    calendars: dict[str, Outlook] = field(default_factory=dict)

    def enter(self, *names: str, **facts: object) -> None:
        """Let these people enter, with a meet-up on working days at half past nine."""
        for address in self.scene.enter(*names, **facts):
            self.calendars[address.partition("@")[0]] = Outlook(address)

    def writing(self) -> AbstractContextManager[Session]:
        """A session that commits at its end."""
        return self.scene.database.writing()

    def choose(self, way: str, *places: int) -> None:
        """The people at these places choose that way."""
        with self.writing() as session:
            for place in places or (0,):
                person = session.get_one(Person, self.scene.people[place])
                take_meetups(session, person, way, self.scene.now)

    def plan(self) -> int:
        """One plan of the worker, with what it makes for calendars; how many of those."""
        with self.writing() as session:
            outbox.plan(session, self.scene.now)
            return outbox.invite(session, self.scene.config, self.scene.now)

    def send(self) -> None:
        """Plan, and send all that is due."""
        self.plan()
        for _round in range(3):
            self.scene.send()
        self.scene.sweep()

    def settle(self, whose: str = "anouk") -> list[str]:
        """Let what changed be told; what came for that person's calendar."""
        self.plan()
        self.scene.now += A_WHILE
        self.send()
        assert self.plan() == 0
        return self.calendars[whose].take(self.mails())

    def mails(self) -> list[Received]:
        """What the relay took for calendars, in order."""
        return [mail for mail in self.sink.accepted if b"text/calendar" in mail.raw]

    def rows(self) -> list[Delivery]:
        """The deliveries about calendars, in the order in which they were made."""
        with self.scene.database.reading() as session:
            query = select(Delivery).where(Delivery.kind.in_(due.OF_CALENDARS))
            return list(session.scalars(query.order_by(Delivery.id)))

    def states(self) -> list[tuple[str, str]]:
        """Kind and state of each."""
        return [(row.kind.removeprefix("calendar_"), row.state) for row in self.rows()]

    def change(self, **facts: object) -> None:
        """The series is another one from now on."""
        with self.writing() as session:
            meetup = session.get_one(Meetup, self.scene.meetup_id)
            before = (meetup.rule, meetup.skips_holidays)
            for name, value in facts.items():
                setattr(meetup, name, value)
            if (meetup.rule, meetup.skips_holidays) != before:
                meetup.sequence += 1
            plan_occurrences(session, meetup, self.scene.now)

    def occurrence(self, session: Session, place: int) -> Occurrence:
        """The meet-up that is held as number `place` from now on, from 0."""
        query = (
            select(Occurrence)
            .where(Occurrence.starts_at > self.scene.now)
            .where(Occurrence.team_id == self.scene.team_id)
            .where(Occurrence.state.in_(("planned", "moved")))
            .order_by(Occurrence.starts_at)
        )
        return list(session.scalars(query))[place]

    def held(self) -> list[datetime]:
        """When meet-ups are held in the coming weeks, as the database has them."""
        until = self.scene.now + AHEAD
        with self.scene.database.reading() as session:
            query = (
                select(Occurrence.starts_at)
                .where(Occurrence.state.in_(("planned", "moved")))
                .where(Occurrence.starts_at > self.scene.now, Occurrence.starts_at < until)
                .where(Occurrence.team_id == self.scene.team_id)
            )
            return sorted(session.scalars(query))

    def in_calendar(self, whose: str = "anouk") -> list[datetime]:
        """When something is in that person's calendar by mail."""
        found = self.calendars[whose].starts(
            self.scene.now + timedelta(seconds=1), self.scene.now + AHEAD
        )
        return [start.astimezone(self.scene.now.tzinfo) for start in found]

    def in_feed(self) -> list[datetime]:
        """When a meet-up is in the first person's own feed, which shows all of the team."""
        with self.scene.database.writing() as session:
            person = session.get_one(Person, self.scene.people[0])
            if not self.token:
                team = person.memberships[0].team
                feed, self.token = Feed.new(team, person, "Alles", "team", "full", self.scene.now)
                session.add(feed)
        with self.scene.database.reading() as session:
            found = feeds.subscription(session, self.token)
            assert found is not None
            shown = entries(session, found, Window.around(self.scene.now), self.scene.config)
        file = calendar_file("De Linde", shown, last_year=2028)
        events = events_between(file, self.scene.now + timedelta(seconds=1), self.scene.now + AHEAD)
        starts = [event.start.astimezone(self.scene.now.tzinfo) for event in events]
        return [start for start in starts if start > self.scene.now]


@pytest.fixture
def room(scene: Scene, sink: SmtpSink) -> Room:
    """A worker, and nobody yet."""
    return Room(scene, sink)
