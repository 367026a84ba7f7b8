"""What the tests of reminders play with: one team, one worker, one clock."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from calendar_app.db import Database
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.people.models import Person, Team
from calendar_app.reminders import outbox
from calendar_app.reminders.models import Attempt, Delivery, Relay
from calendar_app.reminders.outbox import Desk
from calendar_app.reminders.processes import ProcessName, this_process
from tests.builders import a_meetup, a_person, a_plan, a_team

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.orm import Session

    from calendar_app.config import Config
    from calendar_app.post_office import PostOffice

# Tuesday: half past nine in Amsterdam, and ten minutes before.
START = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
DUE = datetime(2026, 11, 10, 8, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class Scene:
    """One worker with its clock, and a team with a meet-up."""

    database: Database
    config: Config
    office: PostOffice
    worker_id: int
    now: datetime
    team_id: int = 0
    meetup_id: int = 0
    people: list[int] = field(default_factory=list)
    # What the worker's stopwatch has counted: a clock can be set, this cannot.
    counted: float = 0.0

    @property
    def desk(self) -> Desk:
        """The worker's desk."""
        return Desk(
            self.database,
            self.config,
            self.office,
            self.worker_id,
            clock=lambda: self.now,
            stopwatch=lambda: self.counted,
        )

    def enter(self, *names: str, **facts: Any) -> list[str]:
        """Let people with these names enter, and a meet-up with them; returns their addresses."""
        with self.database.writing() as session:
            team = a_team(session, name="De Linde")
            people = [
                a_person(
                    session,
                    team,
                    name=name,
                    email=f"{name.lower()}@delinde.example",
                    language="en",
                )
                for name in names
            ]
            meetup = a_meetup(session, team, people, **facts)
            self.team_id, self.meetup_id = team.id, meetup.id
            self.people = [person.id for person in people]
            return [person.email for person in people]

    def plan(self) -> int:
        """Plan as the worker does."""
        with self.database.writing() as session:
            return outbox.plan(session, self.now)

    def send(self) -> None:
        """One round of the worker: what is due is claimed and delivered."""
        claimed = outbox.claim(self.desk, self.now, 40)
        outbox.deliver(self.desk, claimed)

    def sweep(self) -> None:
        """Sweep as the worker does."""
        outbox.sweep(self.desk, self.now)

    def another_worker(self, process: ProcessName | None = None) -> Scene:
        """A second worker on the same database, by default in this process."""
        worker = outbox.begin_work(self.database, process or this_process(), self.now)
        return replace(self, worker_id=worker)

    def rows(self, **facts: Any) -> list[Delivery]:
        """The deliveries with these facts, by due moment and person."""
        with self.database.reading() as session:
            query = select(Delivery).filter_by(**facts)
            return list(
                session.scalars(query.order_by(Delivery.due_at, Delivery.person_id, Delivery.id))
            )

    def states(self, **facts: Any) -> list[str]:
        """Their states, in the same order."""
        return [row.state for row in self.rows(**facts)]

    def of_today(self) -> list[Delivery]:
        """The deliveries about the meet-up of today."""
        return self.rows(kind="meetup", useful_until=START)

    def attempts(self) -> list[Attempt]:
        """Every attempt, in order."""
        with self.database.reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.id)))

    def relay(self) -> Relay:
        """What is known of the relay."""
        with self.database.reading() as session:
            return session.scalars(select(Relay)).one()

    def occurrence(self) -> Occurrence:
        """The meet-up of today."""
        with self.database.reading() as session:
            return session.scalars(select(Occurrence).where(Occurrence.starts_at == START)).one()

    def person(self, place: int) -> Person:
        """The person who entered as number `place`, from 0."""
        with self.database.reading() as session:
            return session.get_one(Person, self.people[place])

    def team(self) -> Team:
        """The team."""
        with self.database.reading() as session:
            return session.get_one(Team, self.team_id)

    def meetup(self) -> Meetup:
        """The series."""
        with self.database.reading() as session:
            return session.get_one(Meetup, self.meetup_id)


class HeldUp(Database):
    """A database whose process stands still right after its next commit, while things happen."""

    def __init__(self, url: str, meanwhile: Callable[[], object]) -> None:
        super().__init__(url)
        self.meanwhile: Callable[[], object] | None = meanwhile

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """As always; and then, once, the pause."""
        with super().writing() as session:
            yield session
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()


def a_team_of(scene: Scene, roles: dict[str, str], **facts: Any) -> dict[str, int]:
    """The people of a new team of the scene, with a plan: their ids by the parts of `roles`.

    `facts` are the team's. All speak English.
    """
    with scene.database.writing() as session:
        team = a_team(session, name="De Linde", **facts)
        a_plan(session, team)
        scene.team_id = team.id
        return {
            part: a_person(
                session, team, role, name=f"{part.title()} Bos", email=f"{part}@delinde.example",
                language="en",
            ).id
            for part, role in roles.items()
        }  # fmt: skip
