"""A whole installation for tests with real worker processes, a real relay and real time."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from calendar_app import clock
from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.reminders.models import Attempt, Delivery
from tests.builders import a_meetup, a_person, a_team
from tests.support.servers import Kapstok, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from calendar_app.db import Database
    from tests.support.smtp_log import Received
    from tests.support.smtp_sink import SmtpSink

# A zone that never changes its clocks: these tests run at whatever moment it is.
ZONE = "Asia/Tokyo"


@dataclass
class House:
    """One installation: its database, its relay, and the workers that a test starts."""

    database: Database
    sink: SmtpSink
    folder: Path
    stack: ExitStack
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One line to the relay, so that at most one mail can be in doubt."""
        self.settings = settings_for(
            self.folder / "data",
            database_url=self.database.engine.url.render_as_string(hide_password=False),
            smtp_url=f"{self.sink.url}?timeout=8",
            mail_from="kapstok@delinde.example",
            mail_rate="1199",
        )

    def worker(self, *stage: str) -> Kapstok:
        """Start a worker; with options of `tests.support.staged` on another stage."""
        return self._start("worker", stage)

    def web(self, *stage: str) -> Kapstok:
        """Start what answers the pages; returns when it does."""
        return self._start("web", stage).wait_for_answer()

    def _start(self, name: str, stage: Sequence[str]) -> Kapstok:
        log = self.folder / f"{name}.log"
        kapstok = Kapstok(name, settings=self.settings, log=log, stage=stage)
        return self.stack.enter_context(kapstok)

    def meetup(self, *names: str, starts_in: float, lead: int = 1) -> datetime:
        """A team with these people and a meet-up that begins in so many seconds; its start.

        The first of them is its host. The reminder is due `lead` minutes before.
        """
        with self.database.writing() as session:
            team = a_team(session, zone=ZONE, language="en")
            for name in names:
                a_person(session, team, name=name, email=address_of(name))
            return _enter(session, team, starts_in, lead)

    def meetup_again(self, *, starts_in: float, lead: int = 1) -> datetime:
        """Another meet-up of the newest team, with the same people."""
        with self.database.writing() as session:
            team = session.scalars(select(Team).order_by(Team.id.desc())).first()
            assert team is not None
            return _enter(session, team, starts_in, lead)

    def states(self, kind: str = "meetup") -> dict[str, str]:
        """The state of each person's delivery of `kind`, by name."""
        with self.database.reading() as session:
            query = select(Person.name, Delivery.state).join_from(
                Delivery, Person, Delivery.person_id == Person.id
            )
            rows = session.execute(query.filter_by(kind=kind))
            return {row.name: row.state for row in rows}

    def until(self, holds: Callable[[], bool], seconds: float = 18) -> None:
        """Wait until `holds`. Raises AssertionError with what the workers said."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                log = (self.folder / "worker.log").read_text(encoding="utf-8")
                raise AssertionError(f"It took too long: {self.states()}\n{log}")
            time.sleep(0.02)

    def until_all_are(self, state: str, kind: str = "meetup", seconds: float = 18) -> None:
        """Wait until every delivery of `kind` is in `state`."""
        self.until(lambda: set(self.states(kind).values()) == {state}, seconds)

    def accepted(self) -> dict[str, list[Received]]:
        """What the relay took, by address."""
        found: dict[str, list[Received]] = {}
        for one in self.sink.accepted:
            found.setdefault(one.recipients[0], []).append(one)
        return found


def _enter(session: Session, team: Team, starts_in: float, lead: int) -> datetime:
    start = clock.now() + timedelta(seconds=starts_in)
    here = local(start, ZONE)
    people = [membership.person for membership in team.memberships]
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
    return start


def address_of(name: str) -> str:
    """The mail address of a person in these tests."""
    return f"{name.lower()}@delinde.example"


def verdicts(house: House, names: tuple[str, ...], *, only_them: bool = False) -> Counter[str]:
    """An independent judge: one word about every mail that the relay took, and about every row.

    A mail is "right", or "repeated" (byte for byte, and its row was in doubt), else "wrong"; so is
    a person without a mail, and a mail for nobody who should have one. With `only_them` nothing
    is said of others.
    """
    told: Counter[str] = Counter()
    accepted = house.accepted()
    doubts = _doubts_by_address(house)
    expected = {address_of(name) for name in names}
    for address in expected if only_them else expected | set(accepted):
        mails = accepted.get(address, [])
        told["right" if mails and address in expected else "wrong"] += 1
        for repeated in mails[1:]:
            same = repeated.raw == mails[0].raw and doubts[address] > 0
            doubts[address] -= 1
            told["repeated" if same else "wrong"] += 1
    rows = house.states()
    told.update(f"row {rows[name]}" for name in (names if only_them else rows))
    return told


def _doubts_by_address(house: House) -> Counter[str]:
    with house.database.reading() as session:
        query = (
            select(Person.email)
            .join_from(Attempt, Delivery, Attempt.delivery_id == Delivery.id)
            .join(Person, Person.id == Delivery.person_id)
            .where(Attempt.outcome == "in_doubt")
        )
        return Counter(session.scalars(query))
