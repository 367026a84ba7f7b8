"""What can go wrong around a worker: no relay, a full disk, a clock that is set, another worker."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app import clock
from calendar_app.people.models import Person
from calendar_app.reminders import due
from calendar_app.reminders.models import Attempt, Relay, mute
from tests.faults.tally import tally
from tests.reminders.houses import verdicts
from tests.support.smtp_faults import answer, wait

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reminders.houses import House
    from tests.support.servers import Kapstok

NAMES = ("Anouk", "Joris", "Mo")
ALL_RIGHT = {"right": 3, "row sent": 3}
AN_HOUR = 3600


def test_a_relay_that_nobody_listens_at_is_probed_and_gets_all_when_it_is_back(
    house: House,
    whole: bool,  # noqa: FBT001 - a fixture
) -> None:
    house.sink.refuse()
    worker = house.worker()
    house.meetup(*NAMES, starts_in=290, lead=5)
    house.until(lambda: _outcomes(house, "unreachable") >= (4 if whole else 1), seconds=60)
    house.sink.listen()
    house.until_all_are("sent", seconds=40)
    worker.stop()

    assert verdicts(house, NAMES) == ALL_RIGHT
    # One mail asks for all of them.
    assert _outcomes(house, "unreachable") <= (6 if whole else 3)
    assert _relay(house).failures == 0
    tally(house, "relay refuses connections, then is back", NAMES)


def test_a_recipient_who_is_refused_for_good_is_told_and_the_others_get_theirs(
    house: House,
) -> None:
    house.sink.program([answer("rcpt", "550 5.1.1 No such user", times=None, recipient="joris")])
    worker = house.worker()
    house.meetup(*NAMES, starts_in=110, lead=2)
    house.until(lambda: set(house.states().values()) == {"sent", "dead"})
    worker.stop()

    assert house.states() == {"Anouk": "sent", "Joris": "dead", "Mo": "sent"}
    assert len(house.sink.accepted) == 2
    assert tally(house, "550 for one recipient", NAMES).dead == 1


def test_two_workers_at_once_send_each_mail_once(house: House, whole: bool) -> None:  # noqa: FBT001 - a fixture
    names = tuple(f"Collega{number}" for number in range(400 if whole else 90))
    # Slow enough for both to have their share.
    house.sink.program([wait("body", seconds=0.02, times=None)])
    workers = [house.worker(), house.worker()]
    for number in (1, 2):
        workers[0].wait_for_line(f"worker {number} began")
    house.meetup(*names, starts_in=170, lead=3)
    house.until_all_are("sent", seconds=120)
    for worker in workers:
        worker.stop()

    assert verdicts(house, names) == {"right": len(names), "row sent": len(names)}
    assert _workers_that_sent(house) == 2
    tally(house, "two workers at once", names)


def test_a_full_disk_sends_nothing_and_loses_nothing(house: House) -> None:
    worker = house.worker().wait_for_line("worker 1 began")
    house.meetup(*NAMES, starts_in=66)
    worker.wait_for_line("planned: 3 reminders")
    _fill_the_disk_of(worker)
    # Past the moment at which they are due.
    time.sleep(8)
    sent_on_a_full_disk = len(house.sink.accepted)
    _clear_the_disk_of(worker)
    house.until_all_are("sent")
    worker.stop()

    assert sent_on_a_full_disk == 0
    assert verdicts(house, NAMES) == ALL_RIGHT
    tally(house, "full disk, then room again", NAMES)


def test_a_disk_that_fills_while_a_mail_is_on_its_way_repeats_nothing(house: House) -> None:
    house.sink.program([wait("accepted")])
    worker = house.worker()
    house.meetup(*NAMES, starts_in=110, lead=2)
    house.sink.wait_for_fault("accepted", seconds=18)
    _fill_the_disk_of(worker)
    house.sink.release()
    # The relay has it, and the worker has heard so; it cannot write it down.
    time.sleep(3)
    _clear_the_disk_of(worker)
    house.until_all_are("sent")
    worker.stop()

    assert verdicts(house, NAMES) == ALL_RIGHT
    assert tally(house, "disk fills while mails leave", NAMES).messages == 3


def _fill_the_disk_of(worker: Kapstok) -> None:
    """No file of that process can be written beyond its first page: as good as full."""
    _, most = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (4096, most))


def _clear_the_disk_of(worker: Kapstok) -> None:
    _, most = resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(worker.process.pid, resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("hours", [-1, 1], ids=["back", "forward"])
def test_a_clock_that_is_set_stops_no_reminder_and_repeats_none(
    house: House, tmp_path: Path, hours: int
) -> None:
    dial = tmp_path / "clock"
    dial.write_text("0", encoding="ascii")
    worker = house.worker("--clock", str(dial))
    house.meetup(*NAMES, starts_in=110, lead=2)
    house.until_all_are("sent")
    # An hour ago it was of use to tell its host; that would be another mail.
    _mute_hosts(house)

    dial.write_text(str(hours * AN_HOUR), encoding="ascii")
    worker.wait_for_line("the clock of this machine was set")
    # Due on the clock as it goes now; and the last hour comes again, or the next never came.
    later = tuple(f"{name}-later" for name in NAMES)
    house.meetup(*later, starts_in=hours * AN_HOUR + 66)
    house.until(lambda: list(house.states().values()) == ["sent"] * 6, seconds=30)
    time.sleep(2)
    worker.stop()

    assert verdicts(house, NAMES + later) == {"right": 6, "row sent": 6}
    word = "back" if hours < 0 else "forward"
    tally(house, f"the clock set {word} an hour", NAMES + later)


def test_a_clock_that_jumps_past_the_meet_up_sends_nothing_late_and_one_summary(
    house: House, tmp_path: Path
) -> None:
    dial = tmp_path / "clock"
    dial.write_text("0", encoding="ascii")
    house.sink.program([wait("data")])
    worker = house.worker("--clock", str(dial))
    house.meetup(*NAMES, starts_in=170, lead=3)
    house.sink.wait_for_fault("data", seconds=18)
    dial.write_text(str(AN_HOUR), encoding="ascii")
    worker.wait_for_line("the clock of this machine was set")
    house.sink.program()
    house.sink.release()
    house.until_all_are("missed", seconds=30)
    house.until_all_are("sent", kind="missed_summary", seconds=30)
    worker.stop()

    assert [one.recipients for one in house.sink.accepted] == [("anouk@delinde.example",)]
    assert "Not everybody was reminded" in str(house.sink.messages[0]["Subject"])
    assert house.states() == dict.fromkeys(NAMES, "missed")
    line = tally(house, "the clock jumps past the meet-up: one summary", NAMES)
    assert (line.missed, line.messages) == (3, 1)


def _outcomes(house: House, outcome: str) -> int:
    with house.database.reading() as session:
        return len(session.scalars(select(Attempt.id).where(Attempt.outcome == outcome)).all())


def _mute_hosts(house: House) -> None:
    with house.database.writing() as session:
        for person in session.scalars(select(Person)).all():
            mute(session, person, due.HOST, clock.now())


def _relay(house: House) -> Relay:
    with house.database.reading() as session:
        return session.scalars(select(Relay)).one()


def _workers_that_sent(house: House) -> int:
    with house.database.reading() as session:
        sent = select(Attempt.worker_id).where(Attempt.outcome == "sent").distinct()
        return len(session.scalars(sent).all())
