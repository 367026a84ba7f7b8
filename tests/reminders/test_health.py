"""The minute within which it is known that reminders do not go out: the rule, with no waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from calendar_app.reminders import outbox
from calendar_app.reminders.health import (
    SENDS_NO_MESSAGES,
    SENDS_NOTHING,
    STANDS_STILL,
    health,
    last_ran_at,
    worker_notice,
)
from calendar_app.reminders.models import Delivery, Worker
from calendar_app.reminders.processes import this_process
from tests.reminders.routing import a_route, by_slack, send_messages, without_mail
from tests.reminders.scenes import DUE, SECOND
from tests.support.outside import Outside, says, stalls

if TYPE_CHECKING:
    from collections.abc import Iterator
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


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A service that takes all that it is brought."""
    with Outside() as server:
        server.pages["/services/T1/B1/secret"] = says(200, b"ok")
        yield server


def test_messages_that_go_out_hide_no_mail_server_that_is_away(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    by_slack(scene, outside, "Anouk", "Joris")
    sink.refuse()
    for second in range(60):
        scene.now = DUE + second * SECOND
        scene.send()
        if second == 40:
            send_messages(scene)
        tick(scene)

    assert len(outside.asked) == 1
    assert told(scene, DUE + 40 * SECOND) is None
    assert told(scene, DUE + A_MINUTE) == SENDS_NOTHING


def test_a_round_of_messages_that_hangs_is_told_of_within_a_minute(
    scene: Scene, outside: Outside
) -> None:
    by_slack(scene, outside)
    scene.now = DUE + A_MINUTE
    scene.send()
    tick(scene)

    assert told(scene, DUE + 40 * SECOND) is None
    assert told(scene, DUE + A_MINUTE) == SENDS_NO_MESSAGES
    send_messages(scene)
    assert told(scene, DUE + A_MINUTE) is None


@pytest.mark.parametrize(
    "answer", [says(503), says(429, retry_after="600"), stalls()], ids=["503", "429", "stalls"]
)
def test_one_service_that_takes_nothing_is_no_trouble_of_the_house(
    scene: Scene, outside: Outside, answer: object
) -> None:
    outside.pages["/services/T1/B1/secret"] = answer  # type: ignore[assignment]
    by_slack(scene, outside)
    for second in range(0, 121, 4):
        scene.now = DUE + second * SECOND
        send_messages(scene)
        scene.sweep()
        scene.send()
        tick(scene)
        assert told(scene, scene.now) is None


def test_a_route_that_is_chosen_late_is_not_late(scene: Scene, outside: Outside) -> None:
    by_slack(scene, outside, "Anouk", "Joris")
    send_messages(scene)
    scene.now = DUE + A_MINUTE
    a_route(scene, outside.url("/services/T1/B1/secret"), place=1)
    without_mail(scene, place=1)
    scene.plan()
    tick(scene)

    waiting = [row.state for row in scene.of_today() if row.route.startswith("slack")]

    assert sorted(waiting) == ["pending", "sent"]
    assert told(scene, scene.now) is None
