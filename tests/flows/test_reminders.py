"""The reminders from end to end: real worker processes, a real relay on loopback, real time."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from calendar_app import clock
from calendar_app.meetups.models import Meetup
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.people.models import Person
from calendar_app.reminders.queries import muted_kinds
from tests.builders import an_absence
from tests.reminders.houses import House, address_of, verdicts
from tests.support.smtp_faults import wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from calendar_app.db import Database
    from tests.support.smtp_faults import Point
    from tests.support.smtp_sink import SmtpSink


@pytest.fixture
def house(database: Database, sink: SmtpSink, tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(database, sink, tmp_path, stack)


def test_each_participant_gets_exactly_one_mail_at_start_minus_lead(house: House) -> None:
    house.worker().wait_for_line("worker 1 began")
    start = house.meetup("Anouk", "Joris", "Mo", starts_in=64)

    house.until_all_are("sent")

    due = (start - timedelta(minutes=1)).timestamp()
    assert verdicts(house, ("Anouk", "Joris", "Mo")) == {"right": 3, "row sent": 3}
    assert all(0 <= one.time - due < 5 for one in house.sink.accepted)


def test_nobody_who_is_absent_and_no_cancelled_day_is_reminded_of(house: House) -> None:
    house.meetup("Henk", starts_in=90, lead=2)
    house.meetup("Anouk", "Fatima", starts_in=90, lead=2)
    with house.database.writing() as session:
        cancelled, held = session.scalars(select(Meetup).order_by(Meetup.id)).all()
        for meetup in (cancelled, held):
            plan_occurrences(session, meetup, clock.now())
        cancelled.occurrences[0].cancel_day(cancelled.participants[0], clock.now())
        day = held.occurrences[0].held_on
        an_absence(session, held.team, held.participants[1], day, day)

    worker = house.worker()
    house.until_all_are("sent")
    worker.stop()

    assert verdicts(house, ("Anouk",)) == {"right": 1, "row sent": 1}


def test_two_workers_started_together_send_nothing_twice(house: House) -> None:
    names = tuple(f"Collega{number}" for number in range(20))
    house.meetup(*names, starts_in=90, lead=2)

    workers = [house.worker(), house.worker()]
    house.until_all_are("sent")
    for worker in workers:
        worker.stop()

    assert verdicts(house, names) == {"right": 20, "row sent": 20}


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("mail", {"right": 3, "row sent": 3}),
        ("dot", {"right": 3, "row sent": 3}),
        # Taken, and the worker killed before it could know: repeated byte for byte.
        ("accepted", {"right": 3, "repeated": 1, "row sent": 3}),
    ],
    ids=["before", "during", "after"],
)
def test_a_worker_killed_while_it_sends_loses_nothing(
    house: House, point: Point, expected: dict[str, int]
) -> None:
    house.meetup("Anouk", "Joris", "Mo", starts_in=110, lead=2)
    house.sink.program([wait(point, after=1)])

    killed = house.worker()
    house.sink.wait_for_fault(point, seconds=18)
    killed.kill()
    house.sink.release()
    house.worker()
    house.until_all_are("sent")

    assert verdicts(house, ("Anouk", "Joris", "Mo")) == expected


def test_a_relay_that_is_away_until_the_start_means_missed_and_one_summary(house: House) -> None:
    house.sink.refuse()
    house.worker().wait_for_line("worker 1 began")
    start = house.meetup("Anouk", "Joris", starts_in=5)

    house.until_all_are("missed")
    assert clock.now() >= start
    house.sink.listen()
    house.until_all_are("sent", kind="missed_summary")

    assert set(house.accepted()) == {address_of("Anouk")}
    [summary] = house.sink.messages
    assert summary["Subject"].startswith("Not everybody was reminded: Content-meet-up")
    text = summary.get_body(("plain",))
    assert text is not None
    assert "- Joris: The mail server did not answer." in text.get_content()


def test_without_a_relay_the_mails_are_kept_as_files(house: House) -> None:
    del house.settings["KAPSTOK_SMTP_URL"]
    house.meetup("Anouk", starts_in=90, lead=2)

    house.worker()
    house.until_all_are("sent")

    [file] = (house.folder / "data" / "mails").iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (file.suffix, message["To"].addresses[0].addr_spec) == (".eml", address_of("Anouk"))


def test_the_way_to_stop_in_a_mail_stops_the_next_one(
    house: House, client: FlaskClient, sink: SmtpSink
) -> None:
    secret = client.application.config["SECRET_KEY"]
    house.settings["KAPSTOK_SECRET_KEY"] = secret
    house.meetup("Anouk", "Joris", starts_in=90, lead=2)
    house.worker()
    house.until_all_are("sent")
    [mail] = (one for one in sink.messages if one["To"].addresses[0].username == "anouk")

    address = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
    answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
    house.meetup_again(starts_in=90, lead=2)
    house.until(lambda: len(sink.accepted) == 3)

    assert answer.status_code == 200
    assert len(house.accepted()[address_of("Joris")]) == 2
    assert len(house.accepted()[address_of("Anouk")]) == 1
    with house.database.reading() as session:
        anouk = session.scalars(select(Person).where(Person.name == "Anouk")).one()
        assert muted_kinds(session, anouk) == {"meetup"}


def test_a_worker_that_is_asked_to_stop_finishes_what_is_on_its_way(house: House) -> None:
    house.meetup("Anouk", "Joris", starts_in=110, lead=2)
    house.sink.program([wait("accepted", seconds=1.0)])

    worker = house.worker()
    house.sink.wait_for_fault("accepted", seconds=18)
    status = worker.stop()

    assert status == 0
    assert sorted(house.states().values()) == ["pending", "sent"]
    assert len(house.sink.accepted) == 1
