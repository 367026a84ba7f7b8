"""How fast reminders leave: 1,000 that are due at one second, SQLite FULL, relay and worker beside.

The same worker process as in production, against a relay in a process of its own on loopback. The
clock runs from the moment at which the reminders are due until the relay has accepted the last.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.load import limit
from calendar_app import (
    clock,
    models,  # noqa: F401 - fills the registry: relationships name their classes as text
)
from calendar_app.db import Database
from calendar_app.meetups.models import Meetup, MeetupParticipant
from calendar_app.moments import local
from calendar_app.people.models import Membership, Person, Team
from calendar_app.schema import upgrade
from tests.support.servers import Kapstok, settings_for
from tests.support.smtp_log import of_kind
from tests.support.smtp_process import SinkProcess

PEOPLE = 1000
# Planning happens before the reminders are due, as it does in life.
TIME_TO_PLAN = timedelta(seconds=12)
ZONE = "Asia/Tokyo"


def run() -> list[dict[str, object]]:
    """Seconds until the first and until the last of 1,000 reminders is accepted."""
    with tempfile.TemporaryDirectory() as folder:
        times = accepted_after(PEOPLE, Path(folder))
    of = f"reminders: {PEOPLE} due at one second"
    return [
        limit(f"{of}, the first accepted after", times[0], "s", at_least=2.0, aim=2.0),
        limit(f"{of}, all accepted after", times[-1], "s", at_least=60.0, aim=6.0),
    ]


def accepted_after(people: int, folder: Path) -> list[float]:
    """The moments of acceptance of that many reminders, in seconds after they were due; sorted."""
    url = f"sqlite:///{folder / 'kapstok.sqlite'}"
    upgrade(url)
    with SinkProcess(folder / "relay.jsonl") as relay:
        due = _enter(url, people)
        settings = settings_for(
            folder, database_url=url, smtp_url=relay.url, mail_rate="600000", log="json"
        )
        with Kapstok("worker", settings=settings, log=folder / "worker.log"):
            relay.wait_for_messages(people, 180)
        accepted = of_kind(relay.events(), "message")
    return sorted(float(event["time"]) - due.timestamp() for event in accepted)


def _enter(url: str, people: int) -> datetime:
    """One meet-up with all of them; the moment at which their reminders are due."""
    due = clock.now() + TIME_TO_PLAN
    start = local(due + timedelta(minutes=1), ZONE)
    database = Database(url)
    with database.writing() as session:
        team = Team(name="De Linde", zone=ZONE)
        everybody = [
            Person(name=f"Collega {number}", email=f"collega{number}@delinde.example")
            for number in range(people)
        ]
        session.add_all([team, *everybody])
        session.flush()
        meetup = Meetup(
            team_id=team.id,
            name="Content-meet-up",
            weekdays="MO,TU,WE,TH,FR,SA,SU",
            local_time=start.time(),
            zone=ZONE,
            starts_on=start.date(),
            ends_on=start.date(),
            skips_holidays=False,
            lead_minutes=1,
        )
        session.add(meetup)
        session.flush()
        session.add_all(
            Membership(team_id=team.id, person_id=person.id, role="writer") for person in everybody
        )
        session.add_all(
            MeetupParticipant(meetup_id=meetup.id, person_id=person.id) for person in everybody
        )
    database.dispose()
    return due
