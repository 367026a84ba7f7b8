"""Leases, fences and dead workers: who may send, and what becomes of what a worker left."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import OperationalError

from calendar_app.db import Database
from calendar_app.post_office import post_office
from calendar_app.reminders import outbox
from calendar_app.reminders.models import Delivery, Worker, mute
from calendar_app.reminders.outbox import delivering, planning, sweeping
from calendar_app.reminders.outbox.desk import is_ours, relay_row
from calendar_app.reminders.processes import ProcessName, can_be_seen, is_gone, this_process
from tests.reminders.scenes import DUE, SECOND, START, HeldUp
from tests.support.smtp_faults import answer, close

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from calendar_app.reminders.outbox import Claimed
    from tests.reminders.scenes import Scene
    from tests.support.smtp_faults import Fault
    from tests.support.smtp_sink import SmtpSink

ELSEWHERE = ProcessName("another-machine", "another-boot", 1, "1")


@pytest.fixture
def dead_process() -> ProcessName:
    """A process of this machine that has provably ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    name = replace(this_process(), pid=ended.pid, started="1")
    ended.wait()
    return name


def test_two_workers_never_claim_the_same(scene: Scene) -> None:
    scene.enter("Anouk", "Joris", "Mo")
    scene.plan()
    scene.now = DUE
    other = scene.another_worker()

    first = outbox.claim(scene.desk, DUE, 2)
    second = outbox.claim(other.desk, DUE, 40)

    assert [len(first), len(second)] == [2, 1]
    assert {one.id for one in first} & {one.id for one in second} == set()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_has_nothing_new_to_note_of_the_relay_waits_for_no_other_worker(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Joris", "Mo")
    scene.plan()
    scene.now = DUE
    outbox.deliver(scene.desk, outbox.claim(scene.desk, DUE, 1))
    claimed = outbox.claim(scene.desk, DUE, 2)
    delivering_them = threading.Thread(target=outbox.deliver, args=(scene.desk, claimed))
    # As a worker does while it claims.
    with scene.database.writing() as session:
        relay_row(session, scene.office.name)
        delivering_them.start()
        delivering_them.join(20)
        waits = delivering_them.is_alive()
    delivering_them.join()

    assert not waits
    assert len(sink.accepted) == 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_worker_holds_is_found_without_reading_the_whole_table(scene: Scene) -> None:
    scene.enter("Anouk", "Joris", "Mo")
    scene.plan()
    claimed = outbox.claim(scene.desk, DUE, 40)
    held = select(Delivery.id).where(is_ours(scene.desk, claimed))
    asked = held.compile(scene.database.engine, compile_kwargs={"literal_binds": True})

    with scene.database.reading() as session:
        steps = session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()

    assert [step.detail for step in steps if "delivery" in step.detail] == [
        "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)"
    ]


def test_a_lease_that_is_over_gives_the_delivery_free_and_the_late_holder_sends_nothing(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    paused = outbox.claim(scene.desk, DUE, 40)
    other = scene.another_worker()

    other.now = scene.now = DUE + 31 * SECOND
    other.sweep()
    other.send()
    outbox.deliver(scene.desk, paused)

    assert len(sink.accepted) == 1
    assert [one.fence for one in scene.attempts()] == [2]
    assert scene.of_today()[0].state == "sent"


def test_a_holder_whose_lease_is_over_sends_nothing_even_before_anybody_took_over(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    paused = outbox.claim(scene.desk, DUE, 40)

    scene.now = DUE + 31 * SECOND
    outbox.deliver(scene.desk, paused)

    assert sink.accepted == []
    assert scene.of_today()[0].state == "pending"


def test_who_stood_still_after_the_take_off_sends_nothing_once_the_meet_up_has_begun(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = START - SECOND
    claimed = outbox.claim(scene.desk, scene.now, 40)

    _deliver_held_up(scene, claimed, lambda: setattr(scene, "now", START))
    at_rest = scene.of_today()[0].state
    scene.sweep()

    assert sink.accepted == []
    assert scene.attempts() == []
    assert at_rest == "pending"
    assert scene.of_today()[0].state == "missed"


def test_who_stood_still_after_the_take_off_until_its_lease_was_over_sends_nothing(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    claimed = outbox.claim(scene.desk, DUE, 40)

    _deliver_held_up(scene, claimed, lambda: setattr(scene, "now", DUE + 30 * SECOND))
    sent_late = list(sink.accepted)
    [row] = scene.of_today()
    scene.send()

    assert sent_late == []
    assert (row.state, row.owner_id, row.attempts) == ("pending", None, 0)
    assert len(sink.accepted) == 1
    assert [one.outcome for one in scene.attempts()] == ["sent"]


def test_who_stood_still_after_the_take_off_sends_nothing_although_the_clock_was_set_back(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    claimed = outbox.claim(scene.desk, DUE, 40)

    def meanwhile() -> None:
        scene.now = DUE - timedelta(hours=1)
        scene.counted += 30

    _deliver_held_up(scene, claimed, meanwhile)

    assert sink.accepted == []
    assert [row.state for row in scene.of_today()] == ["pending"]


@pytest.mark.parametrize(
    ("claimed_at", "delivered_at"),
    [(DUE, DUE + 30 * SECOND), (START - SECOND, START)],
    ids=["no longer leased", "no longer of use"],
)
def test_what_may_not_leave_is_not_even_written_down_as_leaving(
    scene: Scene, claimed_at: datetime, delivered_at: datetime
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = claimed_at
    claimed = outbox.claim(scene.desk, claimed_at, 40)
    written_down: list[str] = []

    scene.now = delivered_at
    _deliver_held_up(scene, claimed, lambda: written_down.extend(scene.states(useful_until=START)))

    assert written_down == ["claimed"]


def test_who_stood_still_until_another_machine_took_over_sends_nothing_and_changes_nothing(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", lead_minutes=60)
    scene.plan()
    scene.now = START - timedelta(hours=1)
    other = replace(scene.another_worker(), office=post_office(scene.config))
    scene.worker_id = scene.another_worker(ELSEWHERE).worker_id
    claimed = outbox.claim(scene.desk, scene.now, 40)

    def meanwhile() -> None:
        other.now = scene.now = scene.now + timedelta(minutes=11)
        other.sweep()
        other.send()
        other.office.close()

    _deliver_held_up(scene, claimed, meanwhile)

    assert len(sink.accepted) == 1
    assert [one.outcome for one in scene.attempts()] == ["in_doubt", "sent"]
    assert [row.state for row in scene.of_today()] == ["sent"]


def test_nothing_leaves_once_the_meet_up_has_begun(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = START - SECOND
    claimed = outbox.claim(scene.desk, scene.now, 40)

    scene.now = START
    outbox.deliver(scene.desk, claimed)
    scene.sweep()

    assert sink.accepted == []
    assert scene.of_today()[0].state == "missed"


def test_of_workers_that_hold_nothing_nobody_asks_what_became_of_them(
    scene: Scene, dead_process: ProcessName
) -> None:
    scene.another_worker(dead_process)
    scene.now = DUE + timedelta(days=1)

    with scene.database.reading() as session:
        lost = sweeping.lost_workers(session, scene.now)  # thousands may have ended

    assert lost == ([], [])


def test_what_a_dead_worker_only_claimed_is_free_at_once(
    scene: Scene, dead_process: ProcessName
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    dead = scene.another_worker(dead_process)
    outbox.claim(dead.desk, DUE, 40)

    scene.sweep()

    [row] = scene.of_today()
    assert (row.state, row.owner_id, row.attempts) == ("pending", None, 0)


def test_what_a_dead_worker_had_in_flight_is_in_doubt_and_sent_again_as_it_was(
    scene: Scene, sink: SmtpSink, dead_process: ProcessName
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    _leave_in_flight(scene.another_worker(dead_process))
    [kept] = [row.body for row in scene.of_today()]

    scene.sweep()
    doubtful = scene.of_today()[0].state
    scene.send()

    assert doubtful == "in_doubt"
    [received] = sink.accepted
    assert kept is not None
    assert received.raw.decode("ascii") == kept
    assert [one.outcome for one in scene.attempts()] == ["in_doubt", "sent"]


def test_what_a_living_worker_has_in_flight_is_left_to_it_however_silent_it_is(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", lead_minutes=120)
    scene.plan()
    scene.now = START - timedelta(hours=2)
    _leave_in_flight(scene.another_worker())

    scene.now += timedelta(hours=1)
    scene.sweep()
    scene.send()
    before_the_start = scene.states(useful_until=START)
    scene.now = START
    scene.sweep()

    assert before_the_start == ["in_flight"]
    assert sink.accepted == []
    [row] = scene.of_today()
    assert (row.state, row.ended_at) == ("in_doubt", START)


def test_a_worker_elsewhere_is_given_up_after_ten_silent_minutes(scene: Scene) -> None:
    scene.enter("Anouk", lead_minutes=60)
    scene.plan()
    scene.now = START - timedelta(hours=1)
    _leave_in_flight(scene.another_worker(ELSEWHERE))

    scene.now += timedelta(minutes=9)
    scene.sweep()
    after_nine = scene.states(useful_until=START)
    scene.now += timedelta(minutes=2)
    scene.sweep()

    assert after_nine == ["in_flight"]
    assert scene.states(useful_until=START) == ["in_doubt"]


@pytest.mark.parametrize(
    "held_by",
    [lambda _other: {"fence": 9}, lambda other: {"owner_id": other}],
    ids=["a later claim", "another worker after a restore of the database"],
)
def test_an_answer_for_what_somebody_else_holds_by_now_changes_nothing(
    scene: Scene, sink: SmtpSink, held_by: Callable[[int], dict[str, int]]
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    claimed = outbox.claim(scene.desk, DUE, 40)
    holder = held_by(scene.another_worker().worker_id)
    with scene.database.writing() as session:
        session.execute(update(Delivery).where(Delivery.id == claimed[0].id).values(holder))

    outbox.deliver(scene.desk, claimed)

    assert sink.accepted == []
    assert scene.attempts() == []
    assert scene.of_today()[0].state == "claimed"


def test_a_worker_that_has_to_stop_gives_back_what_it_did_not_begin(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()
    scene.now = DUE
    desk = scene.desk
    claimed = outbox.claim(desk, DUE, 40)

    desk.stopping.set()
    outbox.deliver(desk, claimed)
    outbox.end_work(desk, DUE)

    assert sink.accepted == []
    assert [row.state for row in scene.of_today()] == ["pending", "pending"]
    with scene.database.reading() as session:
        assert session.get_one(Worker, scene.worker_id).stopped_at == DUE


def test_a_sign_off_gives_back_what_is_claimed(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    outbox.claim(scene.desk, DUE, 40)

    outbox.end_work(scene.desk, DUE)

    assert [row.state for row in scene.of_today()] == ["pending"]


@pytest.mark.parametrize(
    ("fault", "rests"),
    [(close("accepted"), "in_doubt"), (answer("rcpt", "450 4.2.1 Busy"), "retry")],
    ids=["in doubt", "tried"],
)
def test_what_is_given_back_rests_as_it_did_before(
    scene: Scene, sink: SmtpSink, fault: Fault, rests: str
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([fault])
    scene.send()
    scene.now = DUE + 20 * SECOND
    claimed = outbox.claim(scene.desk, scene.now, 40)

    outbox.end_work(scene.desk, scene.now)

    assert len(claimed) == 1
    assert [row.state for row in scene.of_today()] == [rests]


def test_a_sign_off_leaves_alone_what_others_claimed_and_what_is_on_its_way(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()
    scene.now = DUE
    outbox.claim(scene.another_worker().desk, DUE, 1)
    _leave_in_flight(scene)

    outbox.end_work(scene.desk, DUE)

    assert sorted(row.state for row in scene.of_today()) == ["claimed", "in_flight"]


def test_what_is_claimed_while_a_plan_is_made_is_not_withdrawn_by_it(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    with scene.database.reading() as session:
        kept = planning.kept_rows(session, DUE)  # the race is here
    claimed = outbox.claim(scene.desk, DUE, 40)
    with scene.database.writing() as session:
        mute(session, scene.person(0), "meetup", DUE)

    with scene.database.writing() as session:
        planning.withdraw(session, {}, kept, DUE)  # what the slower of two would do
    [planned] = scene.of_today()
    outbox.deliver(scene.desk, claimed)

    assert (planned.state, planned.reason, planned.ended_at) == ("claimed", "", None)
    assert len(sink.accepted) == 1
    assert [row.state for row in scene.of_today()] == ["sent"]


def test_a_claim_that_was_not_begun_is_never_in_doubt(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = START - SECOND
    silent = scene.another_worker(ELSEWHERE)
    outbox.claim(silent.desk, scene.now, 40)

    with scene.database.writing() as session:
        sweeping.take_over(session, [silent.worker_id], START)  # one step of a sweep
        sweeping.give_up_waiting_for(session, [silent.worker_id], START)  # another

    assert [row.state for row in scene.of_today()] == ["claimed"]
    assert scene.attempts() == []


def test_what_others_hold_past_its_use_does_not_keep_the_rest_from_being_settled(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "IDS_AT_ONCE", 1)
    scene.enter("Anouk", "Joris")
    scene.plan()
    scene.now = START - SECOND
    outbox.claim(scene.desk, scene.now, 1)

    scene.now = START
    scene.sweep()

    assert [row.state for row in scene.of_today()] == ["claimed", "missed"]


def test_a_worker_that_is_heard_of_keeps_what_it_has_on_its_way(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = START - SECOND
    _leave_in_flight(scene.another_worker())
    scene.now = START

    scene.sweep()

    assert [row.state for row in scene.of_today()] == ["in_flight"]


def test_one_bad_address_does_not_hold_up_the_others(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Zoë", "Joris")
    scene.plan()
    scene.now = DUE

    scene.send()

    assert [row.state for row in scene.of_today()] == ["sent", "dead", "sent"]
    assert len(sink.accepted) == 2


def test_a_relay_that_refuses_everything_is_there_and_nobody_probes(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()
    scene.now = DUE
    sink.program([answer("rcpt", "450 4.2.1 Busy", times=None)])

    scene.send()

    assert scene.relay().failures == 0
    assert [row.state for row in scene.of_today()] == ["retry", "retry"]


def test_this_process_is_there_and_an_ended_one_is_gone(dead_process: ProcessName) -> None:
    here = this_process()

    assert not is_gone(here)
    assert can_be_seen(here)
    assert is_gone(dead_process)
    assert is_gone(replace(here, started="1"))


def test_of_another_machine_boot_or_container_nothing_is_proved() -> None:
    here = replace(this_process(), started="1")

    assert not is_gone(replace(here, host="another-machine"))
    assert not is_gone(replace(here, boot="another-boot"))
    assert not can_be_seen(replace(here, boot="another-boot"))


def test_a_killed_process_that_nobody_has_waited_for_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stat = f"/proc/{child.pid}/stat"
    with open(stat, encoding="ascii") as file:  # noqa: PTH123 - not a path of ours
        started = file.read().rpartition(")")[2].split()[19]
    name = replace(this_process(), pid=child.pid, started=started)
    alive = is_gone(name)

    child.kill()
    child.communicate()

    assert (alive, is_gone(name)) == (False, True)


def _deliver_held_up(scene: Scene, claimed: list[Claimed], meanwhile: Callable[[], object]) -> None:
    """Deliver, and stand still between the commit of the take-off and the final dots."""
    held_up = HeldUp(scene.database.url, meanwhile)
    outbox.deliver(replace(scene.desk, database=held_up), claimed)
    held_up.dispose()


def _leave_in_flight(scene: Scene) -> None:
    """Claim, bring the mail to the door and write down that it leaves: and then nothing."""
    desk = scene.desk
    claimed = outbox.claim(desk, scene.now, 40)
    mails = [(one, delivering.mail_of(scene.desk, one)) for one in claimed]
    delivering.take_off(desk, mails)  # type: ignore[arg-type]  # a crash, in slow motion
    assert "in_flight" in scene.states(useful_until=START)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_sends_nothing_that_it_cannot_write_down(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris", "Mo")
    scene.plan()
    scene.now = DUE
    claimed = outbox.claim(scene.desk, DUE, 40)
    full = Database(scene.database.url)
    event.listen(full.engine, "connect", _no_room)

    with pytest.raises(OperationalError, match="full"):
        outbox.deliver(replace(scene.desk, database=full), claimed)
    sent_on_a_full_disk = len(sink.accepted)
    full.dispose()
    scene.now = DUE + 31 * SECOND
    scene.sweep()
    scene.send()

    assert sent_on_a_full_disk == 0
    assert len(sink.accepted) == 3
    assert [row.state for row in scene.of_today()] == ["sent"] * 3


def _no_room(connection: sqlite3.Connection, _record: object) -> None:
    # As many pages as there are: each new one is "database or disk is full".
    connection.execute("PRAGMA max_page_count=1")
