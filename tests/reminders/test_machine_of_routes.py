"""The same machine with a second way out: people choose routes, and a message is never repeated.

On top of what holds for mails alone: planning twice changes nothing, whatever was chosen, refused
or in doubt meanwhile; and what may have arrived as a message is not sent by that route again.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from calendar_app.reminders import due, outbox
from calendar_app.reminders.models import Relay, Worker
from calendar_app.reminders.routes import EMAIL, Route, mail_route, new_route
from tests.reminders.test_machine import CRASHES, PEOPLE, VERDICTS, WHEN, Crash, FickleRelay, Outbox

if TYPE_CHECKING:
    from pathlib import Path

    from calendar_app.reminders.outbox import Desk

CHAT = "https://chat.example"


class RoutedOutbox(Outbox):
    """One team of which everybody has a route to a chat, and chooses."""

    @initialize()
    def enter(self) -> None:
        super().enter()
        self.chats = [FickleRelay(self), FickleRelay(self)]
        with self.database.writing() as session:
            for person_id in self.people:
                session.add(new_route(self.config, person_id, "slack", f"{CHAT}/services/1"))
        self.plan()

    @rule(who=st.integers(0, PEOPLE - 1), chat=st.booleans(), mail=st.booleans())
    def somebody_chooses_routes(self, who: int, chat: bool, mail: bool) -> None:  # noqa: FBT001
        with self.database.writing() as session:
            query = select(Route).where(Route.person_id == self.people[who], Route.key != EMAIL)
            session.scalars(query).one().is_used = chat
            choice = mail_route(session, self.people[who])
            choice.is_used = mail
            if choice.version == 0:
                choice.version = 1
                session.add(choice)

    @rule(
        which=st.sampled_from([0, 1]),
        when=WHEN,
        verdicts=st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=4),
    )
    def send_messages(self, which: int, when: str, verdicts: list[str]) -> None:
        self._wait_until(when)
        self.chats[which].verdicts = verdicts
        desk = self._chat_desk(which)
        outbox.deliver(desk, outbox.claim(desk, self.now, 4))

    @rule(which=st.sampled_from([0, 1]), when=WHEN, point=st.sampled_from(CRASHES))
    def crash_with_messages(self, which: int, when: str, point: str) -> None:
        self._wait_until(when)
        self.chats[which].verdicts, self.chats[which].crash = ["yes"], point
        desk = self._chat_desk(which)
        with suppress(Crash):
            outbox.deliver(desk, outbox.claim(desk, self.now, 4))
        self.chats[which].crash = None
        self.claims.pop(which, None)
        with self.database.writing() as session:
            gone = update(Worker).where(Worker.id == desk.worker_id)
            session.execute(gone.values(pid_started="1"))
        self.workers[which] = self._begin_work(which)

    @invariant()
    def a_message_is_taken_once(self) -> None:
        if not hasattr(self, "chats"):
            return
        taken = Counter(one.name for one in self.taken)
        for row in self._rows():
            if row.route != EMAIL:
                assert taken[row.uuid] <= 1, "a message was repeated"
                assert row.state != "in_doubt" or row.ended_at is not None, "nobody holds it"

    @invariant()
    def what_a_route_refuses_is_not_told_by_it(self) -> None:
        if not hasattr(self, "chats"):
            return
        for row in self._rows():
            assert row.reason != due.GIVEN_TO_MAIL or row.route != EMAIL

    def _chat_desk(self, which: int) -> Desk:
        return replace(self._desk(which), office=self.chats[which], origin=CHAT)

    def _relay_is_down(self) -> bool:
        with self.database.reading() as session:
            mail = select(Relay).where(Relay.name == FickleRelay.name)
            return any(relay.failures for relay in session.scalars(mail))

    def _each_missed_meetup_has_one_summary(self) -> None:
        rows = self._rows()
        sent = {(row.subject, row.person_id) for row in rows if row.state == "sent"}
        told = Counter(row.subject for row in rows if row.kind == "missed_summary")
        missed = {
            row.subject
            for row in rows
            if row.state == "missed"
            and row.kind == "meetup"
            and (row.subject, row.person_id) not in sent
            and row.due_at > self.now - due.SUMMARY_IS_OF_USE
        }
        assert all(told[f"missed:{subject}"] == 1 for subject in missed)
        assert set(told.values()) <= {1}


def test_the_rows_tell_the_truth_whatever_people_choose(migrated_file: Path, whole: bool) -> None:  # noqa: FBT001 - a fixture
    RoutedOutbox.migrated = migrated_file
    run_state_machine_as_test(
        RoutedOutbox,
        settings=settings(
            max_examples=200 if whole else 12,
            stateful_step_count=40 if whole else 25,
            deadline=None,
            derandomize=not whole,
            phases=tuple(Phase) if whole else (Phase.reuse, Phase.generate),
        ),
    )
