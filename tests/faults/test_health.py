"""A worker that is dead, hangs, or ticks and sends nothing: /healthz and the page say so.

Real processes. A whole run has the limits of an installation and measures the seconds; every day
the web is less patient and the worker says more often that it is there. The minute itself is
looked at in tests/reminders/test_health.py, on the rule alone.
"""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.app import create_app
from calendar_app.config import load
from calendar_app.people.models import Membership, Person
from calendar_app.reminders.health import SENDS_NOTHING, STANDS_STILL
from tests.builders import cookie_of
from tests.faults.tally import ALARMS, tally
from tests.support.smtp_faults import wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.reminders.houses import House

IMPATIENT = ("--too-long", "4", "--beat", "1")
# Seconds until all must know, and until all is well again.
MINUTE = 60.0
SOON = 15.0


class Watch:
    """Somebody who asks /healthz and looks at a page, again and again."""

    def __init__(self, house: House, *, whole: bool) -> None:
        self.house = house
        self.whole = whole
        self.stage = () if whole else IMPATIENT
        # A relay that nobody hears from for long.
        house.settings["KAPSTOK_SMTP_URL"] = f"{house.sink.url}?timeout=300"
        self.worker = house.worker(*self.stage)
        self.web = house.web(*self.stage)
        # In less than an hour, so that no mail is due yet.
        house.meetup("Anouk", starts_in=3000)
        self.cookie = self._sign_in("Anouk")
        self.web.wait_for_health()
        assert self._told() is None

    def sees(self, *troubles: str, what: str, mend: Callable[[], object]) -> None:
        """Wait for the alarm about `what`, mend it, and wait for its end; kept for the table.

        The page tells one of `troubles` until it has ended.
        """
        wrong = self._seconds_until(503)
        assert self._told() in troubles
        mend()
        well = self._seconds_until(200)
        assert self._told() is None
        assert wrong <= (MINUTE if self.whole else SOON)
        if self.whole:
            ALARMS.append((what, wrong, well))

    def _told(self) -> str | None:
        page = self.page()
        return next((words for words in (STANDS_STILL, SENDS_NOTHING) if words in page), None)

    def page(self) -> str:
        """The month, as an administrator sees it."""
        connection = http.client.HTTPConnection(self.web.bind, timeout=30)
        connection.request("GET", "/calendar", headers={"Cookie": f"kapstok={self.cookie}"})
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        assert answer.status == 200
        return page

    def _seconds_until(self, status: int) -> float:
        began = time.monotonic()
        while self.web.health()[0] != status:
            assert time.monotonic() - began < 2 * MINUTE, self.web.health()
            time.sleep(0.2)
        return time.monotonic() - began

    def _sign_in(self, name: str) -> str:
        with self.house.database.writing() as session:
            person = session.scalars(select(Person).where(Person.name == name)).one()
            query = select(Membership).where(Membership.person_id == person.id)
            session.scalars(query).one().role = "admin"
            session.flush()
            session.expunge(person)
        return cookie_of(create_app(load(self.house.settings)), person)


@pytest.fixture
def watch(house: House, whole: bool) -> Watch:  # noqa: FBT001 - a fixture
    return Watch(house, whole=whole)


def test_a_killed_worker_is_told_of_and_another_makes_it_well(watch: Watch) -> None:
    watch.worker.kill()

    def start_another() -> None:
        watch.house.worker(*watch.stage)

    watch.sees(STANDS_STILL, what="worker killed", mend=start_another)


def test_a_worker_that_hangs_is_told_of_and_makes_it_well_itself(watch: Watch) -> None:
    watch.worker.pause()

    watch.sees(STANDS_STILL, what="worker hangs (SIGSTOP)", mend=watch.worker.resume)


def test_a_worker_that_ticks_and_cannot_send_is_told_of(watch: Watch) -> None:
    watch.house.sink.refuse()
    watch.house.meetup("Joris", "Mo", starts_in=170, lead=3)

    what = "ticks and sends nothing (relay away)"
    watch.sees(SENDS_NOTHING, what=what, mend=watch.house.sink.listen)

    _everybody_has_theirs(watch, "Joris", "Mo")


def test_a_worker_that_is_stuck_in_a_delivery_is_told_of(watch: Watch) -> None:
    watch.house.sink.program([wait("data")])
    watch.house.meetup("Joris", "Mo", starts_in=290, lead=5)
    watch.house.sink.wait_for_fault("data", seconds=60)

    what = "stuck in a delivery (relay silent)"
    # Which of both depends on whether the mail was due, or the worker ticked, longer ago.
    watch.sees(STANDS_STILL, SENDS_NOTHING, what=what, mend=watch.house.sink.release)

    _everybody_has_theirs(watch, "Joris", "Mo")


def _everybody_has_theirs(watch: Watch, *names: str) -> None:
    def are_sent() -> bool:
        states = watch.house.states()
        return all(states.get(name) == "sent" for name in names)

    watch.house.until(are_sent, seconds=60)
    tally(watch.house, "healthz: reminders sent after the alarm", names)
