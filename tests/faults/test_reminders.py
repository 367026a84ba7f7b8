"""What can go wrong while reminders are sent, done to real worker processes.

Every day a few of the points are tried; `make faults` (--whole) tries all of them. An independent
judge (`verdicts`) gives one word about every mail that the relay took and about every row.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from tests.faults.tally import tally
from tests.reminders.houses import verdicts
from tests.support.smtp_faults import Fault, answer, close, reset, wait

if TYPE_CHECKING:
    from tests.reminders.houses import House
    from tests.support.servers import Kapstok
    from tests.support.smtp_faults import Point

NAMES = ("Anouk", "Joris", "Mo")
ALL_RIGHT = {"right": 3, "row sent": 3}
ONE_REPEATED = {**ALL_RIGHT, "repeated": 1}

# Where a worker is killed by SIGKILL, and what the judge must say then.
KILLS: dict[Point, dict[str, int]] = {
    "connect": ALL_RIGHT,
    "greeted": ALL_RIGHT,
    "ehlo": ALL_RIGHT,
    "mail": ALL_RIGHT,
    "rcpt": ALL_RIGHT,
    "data": ALL_RIGHT,
    "body": ALL_RIGHT,
    "dot": ALL_RIGHT,
    "accepted": ONE_REPEATED,
    "answered": ALL_RIGHT,
}
KILLS_OF_EVERY_DAY: tuple[Point, ...] = ("data", "body")

# What the relay does to the first mail.
FAULTS: dict[str, tuple[Fault, dict[str, int]]] = {
    "421 at once": (answer("connect", "421 4.3.2 Not now"), ALL_RIGHT),
    "451 for the sender": (answer("mail", "451 4.3.0 Later"), ALL_RIGHT),
    "451 after the dot": (answer("dot", "451 4.3.0 Later"), ALL_RIGHT),
    "closed at the body": (close("body"), ALL_RIGHT),
    "reset at the body": (reset("body"), ALL_RIGHT),
    "closed at the dot": (close("dot"), ALL_RIGHT),
    "closed after it was taken": (close("accepted"), ONE_REPEATED),
    "reset after it was taken": (reset("accepted"), ONE_REPEATED),
    "closed after the answer": (close("answered"), ALL_RIGHT),
    "silent before the body": (wait("data", times=1), ALL_RIGHT),
    "silent after it was taken": (wait("accepted", times=1), ONE_REPEATED),
}
FAULTS_OF_EVERY_DAY = ("421 at once", "closed after it was taken")


def test_a_worker_killed_anywhere_loses_nothing(house: House, whole: bool) -> None:  # noqa: FBT001 - a fixture
    for point in KILLS if whole else KILLS_OF_EVERY_DAY:
        names = tuple(f"{name}-{point}" for name in NAMES)
        _kill_at(house, point, names)

        assert verdicts(house, names, only_them=True) == KILLS[point], point
        tally(house, f"kill -9, {point}", names, kills=1)


def _kill_at(house: House, point: Point, names: tuple[str, ...]) -> None:
    seen = house.sink.faults_at(point)
    house.sink.program([wait(point)])
    house.meetup(*names, starts_in=110, lead=2)
    killed = house.worker()
    house.sink.wait_for_fault(point, seen + 1, seconds=18)
    if point == "answered":
        # After sending: the worker has heard the answer and written it down.
        house.until(lambda: "sent" in _states_of(house, names))
    killed.kill()
    house.sink.program()
    house.sink.release()
    other = house.worker()
    house.until_all_are("sent")
    other.stop()


def test_a_faulty_relay_loses_nothing(house: House, whole: bool) -> None:  # noqa: FBT001 - a fixture
    house.worker()
    for fault in FAULTS if whole else FAULTS_OF_EVERY_DAY:
        names = tuple(f"{name}-{len(house.states())}" for name in NAMES)
        programmed, expected = FAULTS[fault]
        house.sink.program([programmed])
        house.meetup(*names, starts_in=170, lead=3)
        house.until(lambda names=names: set(_states_of(house, names)) == {"sent"}, 60)  # type: ignore[misc]

        assert verdicts(house, names, only_them=True) == expected, fault
        tally(house, fault, names)


def _states_of(house: House, names: tuple[str, ...]) -> list[str]:
    states = house.states()
    return [states.get(name, "not planned") for name in names]


def test_a_paused_worker_finds_its_fence_gone(house: House, whole: bool) -> None:  # noqa: FBT001 - a fixture
    """It holds a lease and stands still; when the lease is over another one sends; it goes on.

    Every day the pause is shorter than the lease, and nothing may come of it.
    """
    house.meetup(*NAMES, starts_in=170, lead=3)
    house.sink.program([wait("data")])
    paused = house.worker()
    house.sink.wait_for_fault("data", seconds=18)
    _pause_between_two_writes(house, paused)
    house.sink.release()
    if whole:
        house.worker()
        house.until_all_are("sent", seconds=60)
    paused.resume()
    house.until_all_are("sent", seconds=60)
    paused.stop()

    assert verdicts(house, NAMES) == ALL_RIGHT
    tally(house, "paused worker (SIGSTOP), another goes on", NAMES)


def _pause_between_two_writes(house: House, worker: Kapstok) -> None:
    """Pause it while it holds no lock: who stands still with SQLite's only one stops everybody."""
    while True:
        worker.pause()
        asking = _connection(house)
        try:
            asking.execute("PRAGMA busy_timeout=100")
            asking.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            worker.resume()
            time.sleep(0.1)
        else:
            asking.execute("ROLLBACK")
            return
        finally:
            asking.close()


def _connection(house: House) -> sqlite3.Connection:
    return sqlite3.connect(house.database.url.removeprefix("sqlite:///"), isolation_level=None)


def test_a_locked_database_delays_the_reminders_and_no_more(house: House) -> None:
    worker = house.worker().wait_for_line("worker 1 began")
    house.meetup(*NAMES, starts_in=66)
    worker.wait_for_line("planned: 3 reminders")
    locker = _connection(house)
    locker.execute("BEGIN IMMEDIATE")

    # Past the moment at which they are due.
    time.sleep(8)
    sent_while_locked = len(house.sink.accepted)
    locker.execute("ROLLBACK")
    locker.close()
    house.until_all_are("sent")
    worker.stop()

    assert sent_while_locked == 0
    assert verdicts(house, NAMES) == ALL_RIGHT
    tally(house, "locked database", NAMES)
