"""How fast reminders leave: 10,000 that are due at one second, relay, worker and web beside.

The same processes as in production: `kapstok worker` sends to a relay in a process of its own on
loopback, `kapstok web` answers a colleague who looks at the month and at today meanwhile. The clock
runs from the moment at which the reminders are due until the relay has accepted the last.

Once on SQLite with one worker, and on PostgreSQL with two and with four. Both wait for the disk at
each commit, so TMPDIR should be on one.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from benchmarks.load import Load, limit
from benchmarks.month import PASSWORD, a_team_of, signed_in
from calendar_app import (
    clock,
    models,  # noqa: F401 - fills the registry: relationships name their classes as text
)
from calendar_app.db import Database, new_uuid
from calendar_app.meetups.models import Meetup, MeetupParticipant
from calendar_app.moments import local
from calendar_app.people.models import Membership, Person, Team
from calendar_app.reminders.models import Delivery
from tests.support.postgres import Postgres
from tests.support.servers import Kapstok, settings_for
from tests.support.smtp_log import of_kind
from tests.support.smtp_process import SinkProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

PEOPLE = 10_000
PEOPLE_IN_A_TEAM = 500
WORKERS = (2, 4)
# A year of a busy team, so that its month page shows as many posts as that of `month`.
POSTS, WEEKS = 2_000, 52
PAGES = ("/calendar", "/meetups/today")
# Planning happens before the reminders are due, as it does in life.
TIME_TO_PLAN = timedelta(seconds=75)
PATIENCE = 240  # seconds
ZONE = "Asia/Tokyo"
BETWEEN_PAGES = 0.05  # seconds in which somebody reads


@dataclass
class Sent:
    """What was measured: seconds after they were due, and seconds that pages took meanwhile."""

    accepted: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)

    def figures(self, of: str) -> list[dict[str, object]]:
        """The rows of the table."""
        p95 = statistics.quantiles(self.pages, n=20)[-1] * 1000
        return [
            limit(f"{of}, the first accepted after", self.accepted[0], "s", 2.0, 2.0),
            limit(f"{of}, all accepted after", self.accepted[-1], "s", 60.0, 20.0),
            limit(f"{of}, pages meanwhile p95", p95, "ms", 300, 150),
        ]


def run() -> list[dict[str, object]]:
    """Seconds until the first and the last of 10,000 reminders, and pages meanwhile."""
    of = f"reminders: {PEOPLE} due at one second"
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(PEOPLE, Path(folder)).figures(f"{of}, SQLite")
    for workers in WORKERS:
        sent = on_postgresql(PEOPLE, workers)
        figures += sent.figures(f"{of}, PostgreSQL, {workers} workers")
    return figures


def on_postgresql(people: int, workers: int) -> Sent:
    """The same on PostgreSQL, by so many workers."""
    with (
        Postgres() as server,
        server.fresh_database() as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        server.wait_for_the_disk()
        return measured(people, Path(folder), database_url=url, workers=workers)


def measured(
    people: int, folder: Path, *, database_url: str | None = None, workers: int = 1
) -> Sent:
    """Let that many reminders be sent by so many workers, and look at pages meanwhile."""
    url = database_url or f"sqlite:///{folder / 'kapstok.sqlite'}"
    sent = Sent()
    with ExitStack() as stack:
        relay = stack.enter_context(SinkProcess(folder / "relay.jsonl"))
        settings = settings_for(
            folder,
            database_url=url,
            smtp_url=relay.url,
            mail_rate="600000",
            log="json",
            sample_password=PASSWORD,
        )
        a_team_of(POSTS, settings, weeks=WEEKS)
        due = _enter(url, people)
        web = stack.enter_context(Kapstok("web", settings=settings, log=folder / "web.log"))
        visitor = signed_in(web.wait_for_answer().url)
        for number in range(workers):
            log = folder / f"worker-{number}.log"
            stack.enter_context(Kapstok("worker", settings=settings, log=log))
        _wait_until_planned(url, people, due)
        _sleep_until(due)
        with _looking_at_pages(web.bind, visitor, sent.pages):
            # What the sample's own people are told comes on top; those are few.
            sent.accepted = _accepted(relay, people, due)
    _tell_of_the_machine()
    return sent


def _accepted(relay: SinkProcess, people: int, due: datetime) -> list[float]:
    """The moments of acceptance, in seconds after they were due; sorted, one a person."""
    deadline = time.monotonic() + PATIENCE
    while True:
        first: dict[str, float] = {}
        for event in of_kind(relay.events(), "message"):
            if event["verdict"] == "accepted" and event["recipients"][0].startswith("collega"):
                first.setdefault(event["recipients"][0], event["time"] - due.timestamp())
        if len(first) >= people:
            return sorted(first.values())
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {len(first)} of {people} reminders were accepted")
        time.sleep(0.5)


@contextmanager
def _looking_at_pages(bind: str, visitor: dict[str, str], seconds: list[float]) -> Iterator[None]:
    """Inside, a colleague looks at one page after the other; each one's seconds are noted."""
    over = threading.Event()
    failures: list[BaseException] = []

    def look() -> None:
        pages = [Load(bind, path, visitor) for path in PAGES]
        try:
            while not over.wait(BETWEEN_PAGES):
                began = time.monotonic()
                pages[len(seconds) % len(pages)].body()
                seconds.append(time.monotonic() - began)
        except (OSError, RuntimeError) as error:
            failures.append(error)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
    if failures:
        raise RuntimeError(f"a page was not answered: {failures[0]}")


def _wait_until_planned(url: str, people: int, due: datetime) -> None:
    """Raises RuntimeError when the reminders are due and not all planned: nothing is measured."""
    database = Database(url)
    planned = select(func.count()).where(Delivery.kind == "meetup", Delivery.due_at == due)
    try:
        while clock.now() < due:
            with database.reading() as session:
                if (session.scalar(planned) or 0) >= people:
                    return
            time.sleep(1)
    finally:
        database.dispose()
    raise RuntimeError("the reminders were due before they were planned")


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))


def _tell_of_the_machine() -> None:
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    print(f"load average of this machine at the end: {load}", file=sys.stderr)


def _enter(url: str, people: int) -> datetime:
    """Teams with a meet-up of all their people; the moment at which their reminders are due."""
    database = Database(url)
    numbers = range(people)
    teams = [numbers[start:][:PEOPLE_IN_A_TEAM] for start in range(0, people, PEOPLE_IN_A_TEAM)]
    with database.writing() as session:
        entered = [_team_of(session, of_team) for of_team in teams]
        # A whole second, so that the moment is the same wherever it is looked up.
        due = clock.now().replace(microsecond=0) + TIME_TO_PLAN
        for team_id, ids in entered:
            _meet(session, team_id, ids, due)
    database.dispose()
    return due


def _team_of(session: Session, numbers: range) -> tuple[int, list[int]]:
    team = Team(name=f"Team {numbers[0]}", zone=ZONE)
    session.add(team)
    session.flush()
    values: list[dict[str, Any]] = [
        {"uuid": new_uuid(), "name": f"Collega {n}", "email": f"collega{n}@delinde.example"}
        for n in numbers
    ]
    ids = list(session.scalars(insert(Person).returning(Person.id), values))
    of_team = [{"team_id": team.id, "person_id": one, "role": "writer"} for one in ids]
    session.execute(insert(Membership), of_team)
    return team.id, ids


def _meet(session: Session, team_id: int, ids: list[int], due: datetime) -> None:
    # The lead is long enough for the last to be in time on a slow machine.
    lead = 10
    start = local(due + timedelta(minutes=lead), ZONE)
    meetup = Meetup(
        team_id=team_id,
        name="Content-meet-up",
        weekdays="MO,TU,WE,TH,FR,SA,SU",
        local_time=start.time(),
        zone=ZONE,
        starts_on=start.date(),
        ends_on=start.date(),
        skips_holidays=False,
        lead_minutes=lead,
    )
    session.add(meetup)
    session.flush()
    joining = [{"meetup_id": meetup.id, "person_id": one} for one in ids]
    session.execute(insert(MeetupParticipant), joining)
