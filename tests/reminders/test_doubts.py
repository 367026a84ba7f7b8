"""A mail of which nobody knows whether it arrived: repeated, or held, as the operator wants it.

And what a clock that was set back leaves in the rows: moments that lie ahead and hold nothing up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from calendar_app.reminders import due, outbox
from calendar_app.reminders.models import Delivery, Relay
from calendar_app.reminders.outbox import delivering
from calendar_app.reminders.processes import this_process
from tests.reminders.scenes import DUE, SECOND, START
from tests.support.smtp_faults import close

if TYPE_CHECKING:
    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def ready(scene: Scene) -> Scene:
    """One reminder that is due now."""
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    return scene


def held(scene: Scene) -> Scene:
    scene.config = replace(scene.config, mail_in_doubt="hold")
    return scene


def test_a_mail_in_doubt_is_held_and_shown_where_the_operator_wants_that(
    ready: Scene, sink: SmtpSink
) -> None:
    scene = held(ready)
    sink.program([close("accepted")])
    scene.send()
    scene.now += 20 * SECOND
    scene.sweep()
    scene.send()
    [row] = scene.of_today()

    assert (row.state, row.reason, row.ended_at) == ("in_doubt", due.IN_DOUBT, DUE)
    assert len(sink.accepted) == 1
    assert [attempt.outcome for attempt in scene.attempts()] == ["in_doubt"]


def test_what_a_dead_worker_had_in_flight_is_held_too(ready: Scene, sink: SmtpSink) -> None:
    scene = held(ready)
    gone = scene.another_worker(replace(this_process(), pid=2**22 - 1, started="1"))
    claimed = outbox.claim(gone.desk, DUE, 40)
    mails = [(one, delivering.mail_of(gone.desk, one)) for one in claimed]
    delivering.take_off(gone.desk, mails)  # type: ignore[arg-type]  # a crash, in slow motion
    scene.sweep()
    scene.send()
    [row] = scene.of_today()

    assert (row.state, row.reason, row.ended_at) == ("in_doubt", due.IN_DOUBT, DUE)
    assert sink.accepted == []


def test_by_default_it_is_repeated(ready: Scene, sink: SmtpSink) -> None:
    sink.program([close("accepted")])
    ready.send()
    ready.now += 20 * SECOND
    ready.sweep()
    ready.send()

    assert [row.state for row in ready.of_today()] == ["sent"]
    assert len({one.raw for one in sink.accepted}) == 1
    assert len(sink.accepted) == 2


@pytest.mark.parametrize("left", ["failed_at", "probe_until"])
def test_a_relay_that_failed_before_the_clock_was_set_back_is_asked_again(
    ready: Scene, sink: SmtpSink, left: str
) -> None:
    ready.sweep()
    with ready.database.writing() as session:
        session.add(Relay(name=ready.office.name, failures=3, **{left: DUE + AN_HOUR}))
    ready.send()

    assert len(sink.accepted) == 1


def test_a_lease_from_before_the_clock_was_set_back_is_over(ready: Scene) -> None:
    ready.now = DUE + AN_HOUR
    with ready.database.writing() as session:
        later = {"useful_until": START + AN_HOUR, "state": "claimed", "fence": 1}
        session.execute(
            update(Delivery)
            .where(Delivery.useful_until == START)
            .values(**later, owner_id=ready.worker_id, lease_until=DUE + AN_HOUR + 30 * SECOND)
        )
    ready.now = DUE
    ready.sweep()

    assert ready.states(useful_until=START + AN_HOUR) == ["pending"]


def test_a_lease_that_goes_on_is_left_alone(ready: Scene) -> None:
    claimed = outbox.claim(ready.desk, DUE, 40)
    ready.now = DUE - 20 * SECOND
    ready.sweep()

    assert len(claimed) == 1
    assert ready.states(useful_until=START) == ["claimed"]
