"""Whatever happens in whatever order, the rows tell the truth about what arrived.

Two workers, of which one is on another machine, plan, claim, deliver and sweep; the relay says yes,
no or nothing; workers crash or stand still at each named point and come back; the clock runs and is
set; people edit. After each step the rows are held against what the relay really took, and each
claim, sweep and plan against what it promises.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, event, select, update

from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.errors import Refused
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import neighbours
from calendar_app.people.models import Absence, Muted, Person
from calendar_app.post_office import Answer, Mail
from calendar_app.posts.models import Post
from calendar_app.reminders import due, outbox
from calendar_app.reminders.hushed import Hushed
from calendar_app.reminders.models import (
    Attempt,
    Delivery,
    QuietHours,
    Relay,
    Worker,
    mute,
    quiet_hours_of,
)
from calendar_app.reminders.outbox import Claimed, Desk
from calendar_app.reminders.processes import ProcessName, this_process
from tests.builders import a_meetup, a_person, a_plan, a_post, a_team, an_absence
from tests.reminders.scenes import HeldUp

BEGIN = datetime(2026, 11, 10, 8, 20, tzinfo=UTC)
PEOPLE = 3
POSTS = 3
FINAL = {"sent", "dead", "missed", "cancelled", "in_doubt"}
WAITING = {"pending", "retry", "in_doubt"}
HELD = {"claimed", "in_flight"}
ELSEWHERE = ProcessName("another-machine", "another-boot", 1, "1")
# What the relay does with a mail; "took, silent" has it and does not say so.
VERDICTS = ("yes", "yes", "yes", "later", "never", "away", "took, silent", "lost, silent")
CRASHES = ("before the body", "before the dot", "after the dot, taken", "after the dot, not taken")

PAUSES = ("before the body", "after the take-off", "before the dot", "after the answer")
WHEN = st.sampled_from(["now", "when the next is due", "when the next is due"])


class Crash(BaseException):
    """The process is gone in the middle of a line, as by SIGKILL."""


@dataclass(frozen=True)
class Taken:
    """A mail that the relay has, and when."""

    name: str
    raw: bytes
    at: datetime
    # Its worker stood still at the very dot, where it looks at no clock: it may leave late.
    was_held_up: bool


class FickleRelay:
    """A way out that does as it is told, mail by mail."""

    name = "relay:25"
    width = 2

    def __init__(self, machine: Outbox) -> None:
        self.machine = machine
        self.verdicts: list[str] = ["yes"]
        self.crash: str | None = None
        # A point, and what the rest of the world does while this worker stands still there.
        self.pause: tuple[str, Callable[[], None]] | None = None
        self.turn = 0
        self.took = 0
        self.was_held_up = False
        self.door: list[tuple[Mail, str]] = []

    def offer(self, mails: Sequence[Mail]) -> list[Answer | None]:
        """Take mails to the door, or be away."""
        self._reach("before the body")
        answers: list[Answer | None] = []
        for mail in mails:
            verdict = self.verdicts[self.turn % len(self.verdicts)]
            self.turn += 1
            if verdict == "away":
                answers.append(Answer("unreachable", "away"))
            else:
                self.door.append((mail, verdict))
                answers.append(None)
        return answers

    def finish(self, chosen: Sequence[bool]) -> list[Answer]:
        """Take what is let go, or not."""
        self.was_held_up = self.pause is not None and self.pause[0] == "before the dot"
        self._reach("before the dot")
        door, self.door = self.door, []
        going = [one for one, go in zip(door, chosen, strict=True) if go]
        if self.crash == "after the dot, taken":
            for mail, _verdict in going:
                self._take(mail)
        self._reach("after the dot, taken")
        self._reach("after the dot, not taken")
        answers = [
            self._answer(mail, verdict) if go else Answer("untried", "")
            for (mail, verdict), go in zip(door, chosen, strict=True)
        ]
        self._reach("after the answer")
        return answers

    def rest(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""

    def _answer(self, mail: Mail, verdict: str) -> Answer:
        if verdict in {"yes", "took, silent"}:
            self._take(mail)
        kinds = {"yes": "accepted", "later": "later", "never": "never"}
        return Answer(kinds.get(verdict, "unknown"), verdict)  # type: ignore[arg-type]

    def _take(self, mail: Mail) -> None:
        taken = Taken(mail.name, mail.raw, self.machine.now, self.was_held_up)
        self.machine.taken.append(taken)
        self.took += 1

    def _reach(self, point: str) -> None:
        if self.pause is not None and self.pause[0] == point:
            (_point, meanwhile), self.pause = self.pause, None
            meanwhile()
        if self.crash == point:
            self.crash = None
            self.door = []
            raise Crash


class Outbox(RuleBasedStateMachine):
    """One team, one series, two workers."""

    migrated: ClassVar[Path]

    @initialize()
    def enter(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copyfile(self.migrated, self.folder / "kapstok.sqlite")
        self.database = Database(f"sqlite:///{self.folder / 'kapstok.sqlite'}")
        # A power cut is not among the things that happen here; the disk may be lazy.
        event.listen(
            self.database.engine, "connect", lambda c, _r: c.execute("PRAGMA synchronous=OFF")
        )
        self.config = Config(
            data_dir=self.folder,
            database_url=self.database.url,
            secret_key="only-the-tests-of-kapstok-use-this-secret-key",  # noqa: S106 - a test's
            mail_rate=1000,
        )
        self.now = BEGIN
        # What the workers' stopwatches have counted.
        self.counted = 0.0
        self.taken: list[Taken] = []
        self.ended: dict[int, tuple[object, ...]] = {}
        self.claims: dict[int, list[Claimed]] = {}
        with self.database.writing() as session:
            team = a_team(session)
            people = [a_person(session, team) for _ in range(PEOPLE)]
            meetup = a_meetup(session, team, people, host_id=people[0].id, skips_holidays=False)
            self.team_id, self.meetup_id = team.id, meetup.id
            self.people = [person.id for person in people]
            plan = a_plan(session, team)
            self.posts = [
                a_post(
                    session,
                    team,
                    plan,
                    state="draft",
                    title=f"Bericht {number}",
                    created_at=BEGIN - timedelta(days=1),
                    owner_id=people[0].id,
                    starts_at=BEGIN + timedelta(days=3, hours=number),
                ).id
                for number in range(POSTS)
            ]
        self.relays = [FickleRelay(self), FickleRelay(self)]
        self.workers = [self._begin_work(0), self._begin_work(1)]
        self.plan()

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self._bring_to_its_end()
            self.database.dispose()
            shutil.rmtree(self.folder)

    # What workers do

    @rule()
    def plan(self) -> None:
        before = self._rows()
        with self.database.writing() as session:
            outbox.plan(session, self.now)
            again = outbox.plan(session, self.now)
        assert again == 0, "planned twice, and not the same"
        after = {row.id: row for row in self._rows()}
        assert all(_same(row, after[row.id]) for row in before if row.state in HELD)
        self._what_waits_is_as_people_want_it(list(after.values()))

    @rule(
        which=st.sampled_from([0, 1]),
        when=WHEN,
        verdicts=st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=4),
    )
    def send(self, which: int, when: str, verdicts: list[str]) -> None:
        self._wait_until(when)
        self.relays[which].verdicts = verdicts
        outbox.deliver(self._desk(which), self._claim(which, 10))

    @rule(which=st.sampled_from([0, 1]), when=WHEN, count=st.integers(1, 3))
    def claim_and_pause(self, which: int, when: str, count: int) -> None:
        self._wait_until(when)
        self.claims.setdefault(which, []).extend(self._claim(which, count))

    @precondition(lambda self: self.claims)
    @rule(verdicts=st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=4), data=st.data())
    def go_on(self, verdicts: list[str], data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.claims)))
        self.relays[which].verdicts = verdicts
        outbox.deliver(self._desk(which), self.claims.pop(which))

    @rule(which=st.sampled_from([0, 1]))
    def sweep(self, which: int) -> None:
        before = self._rows()
        outbox.sweep(self._desk(which), self.now)
        self._only_what_was_left_is_healed(before, self._rows())

    @rule(which=st.sampled_from([0, 1]))
    def sign_off_and_on(self, which: int) -> None:
        self.claims.pop(which, None)
        before = [row for row in self._rows() if row.owner_id == self.workers[1 - which]]
        outbox.end_work(self._desk(which), self.now)
        after = {row.id: row for row in self._rows()}
        assert all(_same(row, after[row.id]) for row in before)
        assert all(row.owner_id != self.workers[which] for row in after.values())
        self.workers[which] = self._begin_work(which)

    @rule(
        which=st.sampled_from([0, 1]),
        point=st.sampled_from(PAUSES),
        seconds=st.sampled_from([0, 31, 700, 3600]),
        hand=st.sampled_from(["off the clock", "sets it back"]),
        who=st.integers(0, PEOPLE - 1),
    )
    def pause_in_the_middle(
        self,
        which: int,
        point: str,
        seconds: int,
        hand: str,
        who: int,
    ) -> None:
        def meanwhile() -> None:
            self._goes_by(seconds)
            other = 1 - which
            outbox.beat(self.database, self.workers[other], self.now, ticked_at=self.now)
            self.somebody_mutes_or_unmutes(who)
            self.plan()
            self.sweep(other)
            self.send(other, "now", ["yes"])
            self.the_rows_tell_the_truth()
            if hand == "sets it back":
                self.the_clock_is_set_back(seconds)

        self._wait_until("when the next is due")
        relay, desk = self.relays[which], self._desk(which)
        relay.verdicts, took = ["yes"], relay.took
        claimed = self._claim(which, 10)
        if point == "after the take-off":
            held_up = HeldUp(self.database.url, meanwhile)
            outbox.deliver(replace(desk, database=held_up), claimed)
            held_up.dispose()
            assert relay.took == took or seconds == 0, "it slept, and sent all the same"
        else:
            relay.pause = (point, meanwhile)
            outbox.deliver(desk, claimed)
            relay.pause = None

    @rule(which=st.sampled_from([0, 1]), when=WHEN, point=st.sampled_from(CRASHES))
    def crash(self, which: int, when: str, point: str) -> None:
        self._wait_until(when)
        relay, desk = self.relays[which], self._desk(which)
        relay.verdicts, relay.crash = ["yes"], point
        claimed = self.claims.pop(which, []) or self._claim(which, 10)
        with suppress(Crash):
            outbox.deliver(desk, claimed)
        relay.crash = None
        with self.database.writing() as session:
            # Its pid belongs to another process by now: that is how its end is proved, here.
            gone = update(Worker).where(Worker.id == desk.worker_id)
            session.execute(gone.values(pid_started="1"))
        self.workers[which] = self._begin_work(which)

    # What happens around them

    @rule(seconds=st.sampled_from([1, 5, 15, 31, 120, 601, 3600, 86_400]))
    def time_goes_by(self, seconds: int) -> None:
        self._goes_by(seconds)
        self._both_are_there()

    @rule(seconds=st.sampled_from([3, 60, 3600]))
    def the_clock_is_set_back(self, seconds: int) -> None:
        self.now -= timedelta(seconds=seconds)

    @rule(who=st.integers(0, PEOPLE - 1))
    def somebody_leaves_or_comes_back(self, who: int) -> None:
        day = self.now.date()
        with self.database.writing() as session:
            person = session.get_one(Person, self.people[who])
            meetup = session.get_one(Meetup, self.meetup_id)
            if session.execute(delete(Absence).filter_by(person_id=person.id)).rowcount == 0:  # type: ignore[attr-defined]  # a DELETE has it
                an_absence(session, meetup.team, person, day, day + timedelta(days=1))

    @rule(who=st.integers(0, PEOPLE - 1))
    def somebody_mutes_or_unmutes(self, who: int) -> None:
        with self.database.writing() as session:
            person = session.get_one(Person, self.people[who])
            if session.execute(delete(Muted).filter_by(person_id=person.id)).rowcount == 0:  # type: ignore[attr-defined]  # a DELETE has it
                mute(session, person, "meetup", self.now)

    @rule(lead=st.sampled_from([0, 5, 10, 60]))
    def the_lead_changes(self, lead: int) -> None:
        with self.database.writing() as session:
            session.get_one(Meetup, self.meetup_id).lead_minutes = lead

    @rule(place=st.sampled_from(["Kamer 3", "De kantine", ""]))
    def the_place_changes(self, place: str) -> None:
        with self.database.writing() as session:
            session.get_one(Meetup, self.meetup_id).place = place

    @rule(
        who=st.integers(0, PEOPLE - 1),
        begins=st.sampled_from([None, 0, 8, 9, 18, 22]),
        lasts=st.sampled_from([1, 3, 11]),
        days=st.sampled_from([(), (1,), (5, 6)]),
    )
    def somebody_chooses_quiet_hours(
        self, who: int, begins: int | None, lasts: int, days: tuple[int, ...]
    ) -> None:
        with self.database.writing() as session:
            hours = quiet_hours_of(session, session.get_one(Person, self.people[who]))
            if begins is None:
                hours.choose(None, None, days)
            else:
                hours.choose(time(begins), time((begins + lasts) % 24), days)
            if hours.version == 0:
                hours.version = 1
                session.add(hours)
            session.flush()
            chosen = update(QuietHours).where(QuietHours.id == hours.id)
            session.execute(chosen.values(updated_at=self.now))

    @rule(which=st.integers(0, POSTS - 1), state=st.sampled_from(["draft", "in_review"]))
    def a_post_is_written_or_not(self, which: int, state: str) -> None:
        with self.database.writing() as session:
            session.get_one(Post, self.posts[which]).state = state

    @rule(hour=st.integers(7, 18), how=st.sampled_from(["cancel", "move", "restore"]))
    def the_next_meetup_is_changed(self, hour: int, how: str) -> None:
        with self.database.writing() as session, suppress(Refused):
            person = session.get_one(Person, self.people[0])
            found = session.scalars(
                select(Occurrence)
                .where(Occurrence.starts_at > self.now)
                .order_by(Occurrence.starts_at)
            ).first()
            if found is None:
                return
            between = neighbours(session, found)
            if how == "cancel":
                found.cancel_day(person, self.now)
            elif how == "move":
                found.move_day(
                    found.held_on, time(hour, 5), by=person, now=self.now, between=between
                )
            else:
                found.restore_day(by=person, now=self.now, between=between)

    # What always holds

    @invariant()
    def the_rows_tell_the_truth(self) -> None:
        if not hasattr(self, "database"):
            return
        taken = Counter(one.name for one in self.taken)
        doubts = self._doubts()
        for row in self._rows():
            times = taken[row.uuid]
            assert times <= 1 + doubts[row.id], "repeated without a doubt"
            if row.state == "sent":
                assert times >= 1, "told as sent, and never taken"
            elif row.state in {"pending", "retry", "missed", "cancelled", "dead"}:
                assert times == 0, f"taken, and told as {row.state}"

    @invariant()
    def a_repetition_is_the_same_byte_for_byte(self) -> None:
        bytes_of = defaultdict(set)
        for one in getattr(self, "taken", []):
            bytes_of[one.name].add(one.raw)
        assert all(len(different) == 1 for different in bytes_of.values())

    @invariant()
    def nothing_leaves_after_the_start(self) -> None:
        if not hasattr(self, "database"):
            return
        useful = {row.uuid: row.useful_until for row in self._rows()}
        assert all(one.at < useful[one.name] for one in self.taken if not one.was_held_up)

    @invariant()
    def a_row_is_whole(self) -> None:
        if not hasattr(self, "database"):
            return
        for row in self._rows():
            held = row.state in {"claimed", "in_flight"}
            assert (row.owner_id is not None) == held
            if row.state != "in_doubt":
                assert (row.ended_at is not None) == (row.state in FINAL)
            assert (row.sent_at is not None) == (row.state == "sent")
            if row.state in {"missed", "cancelled", "dead"}:
                assert row.reason

    @invariant()
    def what_is_told_in_another_mail_is_told_in_one(self) -> None:
        if not hasattr(self, "database"):
            return
        rows = {row.id: row for row in self._rows()}
        for row in rows.values():
            if row.told_with_id is None:
                assert row.reason != due.TOLD_TOGETHER
                continue
            leader = rows[row.told_with_id]
            if leader.state in {"missed", "dead"} or (leader.state, bool(leader.ended_at)) == (
                "in_doubt",
                True,
            ):
                assert (row.state, row.reason) == (leader.state, leader.reason)
            else:
                assert (row.state, row.reason) == ("cancelled", due.TOLD_TOGETHER)
            assert leader.told_with_id is None
            assert (leader.kind, leader.person_id) == (row.kind, row.person_id)

    @invariant()
    def what_has_come_to_its_end_stays_there(self) -> None:
        if not hasattr(self, "database"):
            return
        for row in self._rows():
            end = (row.state, row.reason, row.ended_at, row.attempts)
            assert self.ended.get(row.id, end) == end
            # Somebody may be back: what was cancelled can be wanted again.
            if row.ended_at is not None and row.state != "cancelled":
                self.ended[row.id] = end

    @invariant()
    def each_claim_is_tried_once_and_counted(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.reading() as session:
            tried = [(one.delivery_id, one.fence) for one in session.scalars(select(Attempt))]
        assert len(set(tried)) == len(tried)
        count = Counter(delivery_id for delivery_id, _fence in tried)
        assert all(row.attempts == count[row.id] for row in self._rows())

    def _bring_to_its_end(self) -> None:
        """When all runs well again, every reminder of the past comes to a known end."""
        self.claims.clear()
        self.now += timedelta(days=9)
        for worker in self.workers:
            with self.database.writing() as session:
                gone = update(Worker).where(Worker.id == worker)
                session.execute(gone.values(pid_started="1"))
        self.workers = [self._begin_work(0), self._begin_work(1)]
        for _ in range(3):
            self.sweep(0)
            self.the_rows_tell_the_truth()
        past = [row for row in self._rows() if row.useful_until <= self.now]
        assert {row.state for row in past} <= FINAL
        assert all(row.ended_at is not None for row in past)
        self._each_missed_meetup_has_one_summary()

    def _each_missed_meetup_has_one_summary(self) -> None:
        rows = self._rows()
        told = Counter(row.subject for row in rows if row.kind == "missed_summary")
        a_week_ago = self.now - timedelta(days=7)
        missed = {
            row.subject
            for row in rows
            if row.state == "missed" and row.kind == "meetup" and row.due_at > a_week_ago
        }
        assert all(told[f"missed:{subject}"] == 1 for subject in missed)
        assert set(told.values()) <= {1}
        assert set(told) <= {f"missed:{row.subject}" for row in rows if row.state == "missed"}

    # What is promised

    def _claim(self, which: int, limit: int) -> list[Claimed]:
        before = {row.id: row for row in self._rows()}
        most = 1 if self._relay_is_down() else limit
        claimed = outbox.claim(self._desk(which), self.now, limit)
        assert len(claimed) <= most
        for one in claimed:
            row = before[one.id]
            assert row.state in WAITING, f"claimed, and was {row.state}"
            assert row.ended_at is None
            assert max(row.due_at, row.next_try_at or row.due_at) <= self.now < row.useful_until
            assert one.fence > row.fence
            assert self._quiet_until(row) is None, "claimed in quiet hours"
        return claimed

    def _only_what_was_left_is_healed(self, before: list[Delivery], after: list[Delivery]) -> None:
        found = {row.id: row for row in after}
        workers = self._workers()
        for row in before:
            if row.owner_id is not None and self._is_in_good_hands(row, workers[row.owner_id]):
                assert _same(row, found[row.id]), "taken from somebody who was at it"
        for row in after:
            assert row.state != "claimed" or (row.lease_until or self.now) > self.now
            assert row.owner_id is None or not self._is_lost(workers[row.owner_id])
            if row.state in WAITING and row.ended_at is None:
                assert row.useful_until > self.now
        self._summaries_are_last_words(before, after)

    def _is_in_good_hands(self, row: Delivery, holder: Worker) -> bool:
        if self._is_lost(holder):
            return False
        if row.state == "claimed":
            return row.lease_until is not None and row.lease_until > self.now
        return self._is_heard_of(holder) or row.useful_until > self.now

    def _is_lost(self, worker: Worker) -> bool:
        is_here = worker.host != ELSEWHERE.host
        return worker.pid_started == "1" if is_here else not self._is_heard_of(worker)

    def _is_heard_of(self, worker: Worker) -> bool:
        return worker.heartbeat_at >= self.now - timedelta(minutes=10)

    def _summaries_are_last_words(self, before: list[Delivery], after: list[Delivery]) -> None:
        told = {row.subject for row in before if row.kind == "missed_summary"}
        known = {row.id for row in before}
        new = {row.subject for row in after if row.id not in known}
        still_open = {f"missed:{row.subject}" for row in after if row.ended_at is None}
        assert not new & (told | still_open)

    def _what_waits_is_as_people_want_it(self, rows: list[Delivery]) -> None:
        with self.database.reading() as session:
            deaf = set(session.scalars(select(Muted.person_id)))
            hushed = Hushed(session)
            lead = timedelta(minutes=session.get_one(Meetup, self.meetup_id).lead_minutes)
        # A clock that was set back leaves rows behind the horizon.
        planned_to = self.now + outbox.PLANNED
        for row in (row for row in rows if row.kind == "meetup"):
            if row.state in {"pending", "retry"} and self.now < row.useful_until <= planned_to:
                assert row.person_id not in deaf
                told = {
                    "kind": row.kind,
                    "person_id": row.person_id,
                    "team_id": row.team_id,
                    "due_at": row.useful_until - lead,
                    "useful_until": row.useful_until,
                }
                assert row.due_at == hushed.moved(told, self.now)["due_at"]

    # Small parts

    def _begin_work(self, which: int) -> int:
        process = this_process() if which == 0 else ELSEWHERE
        return outbox.begin_work(self.database, process, self.now)

    def _desk(self, which: int) -> Desk:
        return Desk(
            self.database,
            self.config,
            self.relays[which],
            self.workers[which],
            clock=lambda: self.now,
            stopwatch=lambda: self.counted,
        )

    def _goes_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.counted += seconds

    def _wait_until(self, when: str) -> None:
        """Stay where we are, or let the moment come at which the next reminder can be tried."""
        if when == "now":
            return
        coming = [
            max(row.due_at, row.next_try_at or row.due_at)
            for row in self._rows()
            if row.ended_at is None and row.state not in {"claimed", "in_flight"}
        ]
        self.now = min((moment for moment in coming if moment > self.now), default=self.now)
        self._both_are_there()

    def _both_are_there(self) -> None:
        for worker in self.workers:
            outbox.beat(self.database, worker, self.now, ticked_at=self.now)

    def _quiet_until(self, row: Delivery) -> datetime | None:
        with self.database.reading() as session:
            return Hushed(session).quiet_until(row, self.now)

    def _relay_is_down(self) -> bool:
        with self.database.reading() as session:
            return any(relay.failures for relay in session.scalars(select(Relay)))

    def _workers(self) -> dict[int, Worker]:
        with self.database.reading() as session:
            return {worker.id: worker for worker in session.scalars(select(Worker))}

    def _rows(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery)))

    def _doubts(self) -> Counter[int]:
        with self.database.reading() as session:
            query = select(Attempt.delivery_id).where(Attempt.outcome == "in_doubt")
            return Counter(session.scalars(query))


def _same(one: Delivery, other: Delivery) -> bool:
    def facts(row: Delivery) -> tuple[object, ...]:
        return (row.state, row.owner_id, row.fence, row.lease_until, row.attempts, row.ended_at)

    return facts(one) == facts(other)


def test_the_rows_tell_the_truth_whatever_happens(migrated_file: Path, whole: bool) -> None:  # noqa: FBT001 - a fixture
    Outbox.migrated = migrated_file
    length = settings(
        max_examples=400 if whole else 15,
        stateful_step_count=40 if whole else 25,
        deadline=None,
        # The smallest example of a fault is worth minutes of search only when one has them.
        phases=tuple(Phase) if whole else (Phase.reuse, Phase.generate),
    )

    run_state_machine_as_test(Outbox, settings=length)
