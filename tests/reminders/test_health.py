"""The minute within which it is known that reminders do not go out: the rule, with no waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from calendar_app.reminders import outbox
from calendar_app.reminders.health import (
    SENDS_NOTHING,
    STANDS_STILL,
    health,
    last_ran_at,
    worker_notice,
)
from calendar_app.reminders.models import Delivery, Worker
from calendar_app.reminders.processes import this_process
from tests.reminders.scenes import DUE, SECOND

if TYPE_CHECKING:
    from datetime import datetime

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

A_MINUTE = timedelta(minutes=1)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def ready(scene: Scene) -> Scene:
    """Three reminders that are due now, and a worker that ticks."""
    scene.enter("Anouk", "Joris", "Mo")
    scene.plan()
    scene.now = DUE
    tick(scene)
    return scene


def tick(scene: Scene) -> None:
    outbox.beat(scene.database, scene.worker_id, scene.now, ticked_at=scene.now)


def told(scene: Scene, at: datetime) -> str | None:
    """What the pages say at that moment; a monitor hears the same."""
    with scene.database.reading() as session:
        words = worker_notice(session, at)
        assert health(session, at).status == ("down" if words else "ok")
        return words


def test_a_worker_that_is_dead_or_hangs_is_told_of_within_a_minute(ready: Scene) -> None:
    ready.send()

    assert told(ready, DUE + 40 * SECOND) is None
    assert told(ready, DUE + A_MINUTE) == STANDS_STILL


def test_a_worker_that_ticks_and_sends_nothing_is_told_of_within_a_minute(
    ready: Scene, sink: SmtpSink
) -> None:
    sink.refuse()
    for _second in range(60):
        ready.now += SECOND
        ready.send()
        tick(ready)

    assert told(ready, DUE + 40 * SECOND) is None
    assert told(ready, DUE + A_MINUTE) == SENDS_NOTHING
    sink.listen()
    # As soon as the next mail asks, the relay is there again.
    ready.now += 15 * SECOND
    ready.send()
    ready.send()
    tick(ready)
    assert told(ready, ready.now) is None


def test_what_is_on_its_way_for_a_minute_is_told_of_though_another_worker_ticks(
    ready: Scene,
) -> None:
    with ready.database.writing() as session:
        session.execute(update(Delivery).values(state="in_flight", owner_id=ready.worker_id))
    other = ready.another_worker()
    other.now = DUE + A_MINUTE
    tick(other)

    assert told(ready, other.now) == SENDS_NOTHING


def test_a_tick_from_before_the_clock_was_set_back_hides_no_worker_that_ticks_now(
    ready: Scene,
) -> None:
    ready.send()
    with ready.database.writing() as session:
        session.execute(update(Worker).values(ticked_at=DUE + AN_HOUR, stopped_at=DUE + AN_HOUR))
    assert told(ready, DUE) == STANDS_STILL
    another = outbox.begin_work(ready.database, this_process(), DUE)
    outbox.beat(ready.database, another, DUE, ticked_at=DUE)

    assert told(ready, DUE) is None
    with ready.database.reading() as session:
        assert last_ran_at(session, DUE) == DUE
