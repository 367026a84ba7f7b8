"""The reminders from end to end: real worker processes, a real relay on loopback, real time."""

from __future__ import annotations

import signal
import time as real_time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app import clock
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.moments import local
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.queries import delivery_rows
from tests.builders import a_meetup, a_person, a_team, an_absence
from tests.support.servers import Kapstok, settings_for
from tests.support.smtp_faults import wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from calendar_app.db import Database
    from tests.support.smtp_faults import Point
    from tests.support.smtp_sink import SmtpSink

# A zone that never changes its clocks: these tests run at whatever moment it is.
ZONE = "Asia/Tokyo"
NO_END = date(2999, 1, 1)


@dataclass
class House:
    """One installation: its database, its relay, and the workers that a test starts."""

    database: Database
    settings: dict[str, str]
    log: Path
    stack: ExitStack

    def worker(self) -> Kapstok:
        """Start a worker."""
        return self.stack.enter_context(Kapstok("worker", settings=self.settings, log=self.log))

    def meetup(self, *names: str, starts_in: float, lead: int) -> tuple[datetime, list[str]]:
        """A meet-up that begins in so many seconds, in all teams' one team; its start."""
        start = clock.now() + timedelta(seconds=starts_in)
        here = local(start, ZONE)
        with self.database.writing() as session:
            team = a_team(session, zone=ZONE)
            people = [
                a_person(session, team, name=name, email=f"{name.lower()}@delinde.example")
                for name in names
            ]
            a_meetup(
                session,
                team,
                people,
                host_id=people[0].id,
                weekdays="MO,TU,WE,TH,FR,SA,SU",
                local_time=here.time(),
                starts_on=here.date(),
                ends_on=here.date(),
                skips_holidays=False,
                lead_minutes=lead,
            )
            return start, [person.email for person in people]

    def states(self, kind: str = "meetup") -> list[str]:
        """The states of all deliveries of `kind`, by person."""
        with self.database.reading() as session:
            query = select(Delivery.state).where(Delivery.kind == kind)
            return list(session.scalars(query.order_by(Delivery.person_id)))


@pytest.fixture
def house(database: Database, sink: SmtpSink, tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        settings = settings_for(
            tmp_path / "data",
            database_url=database.engine.url.render_as_string(hide_password=False),
            smtp_url=f"{sink.url}?timeout=5",
            mail_from="kapstok@delinde.example",
            mail_rate="60000",
        )
        yield House(database, settings, tmp_path / "worker.log", stack)


def until(holds: Callable[[], bool], seconds: float = 18) -> None:
    """Wait until `holds`. Raises TimeoutError."""
    deadline = real_time.monotonic() + seconds
    while not holds():
        if real_time.monotonic() > deadline:
            raise TimeoutError
        real_time.sleep(0.02)


def recipients(sink: SmtpSink) -> list[str]:
    return sorted(address for one in sink.accepted for address in one.recipients)


def test_each_participant_gets_exactly_one_mail_at_start_minus_lead(
    house: House, sink: SmtpSink
) -> None:
    start, addresses = house.meetup("Anouk", "Joris", "Mo", starts_in=66, lead=1)

    house.worker()
    sink.wait_for_messages(3, 18)
    until(lambda: house.states() == ["sent"] * 3)

    due = start - timedelta(minutes=1)
    assert recipients(sink) == addresses
    assert all(0 <= one.time - due.timestamp() < 3 for one in sink.accepted)


def test_nobody_who_is_absent_and_no_cancelled_day_is_reminded_of(
    house: House, sink: SmtpSink
) -> None:
    start, addresses = house.meetup("Anouk", "Fatima", starts_in=90, lead=2)
    house.meetup("Henk", starts_in=90, lead=2)
    with house.database.writing() as session:
        cancelled, held = _occurrences(session, "henk"), _occurrences(session, "anouk")
        cancelled.cancel_day(cancelled.meetup.participants[0], clock.now())
        fatima = next(one for one in held.meetup.participants if one.name == "Fatima")
        an_absence(session, held.meetup.team, fatima, held.held_on, held.held_on)

    worker = house.worker()
    sink.wait_for_messages(1, 18)
    until(lambda: house.states() == ["sent"])
    worker.stop()

    assert recipients(sink) == addresses[:1]
    assert start > clock.now()


def _occurrences(session: object, name: str) -> Occurrence:
    raise NotImplementedError
