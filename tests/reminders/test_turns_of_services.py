"""Several services that take messages: each has its turn, and none holds another up."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import OperationalError

from calendar_app import worker
from calendar_app.reminders import outbox
from calendar_app.worker import Rounds
from tests.reminders.routing import LOOPBACK, a_route, of_today, without_mail
from tests.reminders.scenes import DUE
from tests.support.outside import Outside, says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reminders.scenes import Scene

NAMES = ("Anouk", "Bo", "Cas", "Daan", "Eva", "Fay")


@pytest.fixture
def services() -> Iterator[list[Outside]]:
    """Two services that take everything, in the order in which the worker comes to them."""
    with Outside() as one, Outside() as other:
        yield sorted((one, other), key=lambda service: service.url(""))


def each_by(scene: Scene, services: list[Outside]) -> list[str]:
    """People with a reminder that is due, each by one of these services alone; their routes."""
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.enter(*NAMES[: len(services)])
    keys = []
    for place, service in enumerate(services):
        path = f"/services/T1/B{place}/secret"
        service.pages[path] = says(200, b"ok")
        keys.append(a_route(scene, service.url(path), place=place))
        without_mail(scene, place)
    scene.plan()
    scene.now = DUE
    return keys


def test_who_is_asked_to_stop_in_the_midst_of_many_messages_stops(
    scene: Scene, services: list[Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    each_by(scene, services[:1] * 6)
    desk = scene.desk
    claim, claims = outbox.claim, 0

    def counted(*facts: Any) -> list[outbox.Claimed]:
        nonlocal claims
        claims += 1
        if claims == 2:
            desk.stopping.set()
        if claims > 20:
            # Past all that catches mistakes.
            raise SystemExit("it goes on for ever")
        return claim(*facts)

    monkeypatch.setattr(outbox, "claim", counted)

    Rounds(desk).send_messages()

    states = sorted(row.state for row in scene.of_today())
    assert states == ["pending", "pending", "sent", "sent", "sent", "sent"]


def test_services_take_turns(scene: Scene, services: list[Outside]) -> None:
    first, second = services
    keys = each_by(scene, [first] * 5 + [second])

    Rounds(scene.desk).send_messages()

    names = {row.id: row.route for row in scene.of_today()}
    told = [names[one.delivery_id] for one in scene.attempts()]
    assert sorted(told) == sorted(keys)
    # Not all that waits for the first comes before it.
    assert told.index(keys[5]) == worker.CLAIM_MESSAGES


def test_a_service_at_which_something_breaks_holds_no_other_up(
    scene: Scene,
    services: list[Outside],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = services[0].url("")
    keys = each_by(scene, services)
    claim, asked = outbox.claim, 0

    def breaks(desk: outbox.Desk, *facts: Any) -> list[outbox.Claimed]:
        nonlocal asked
        if desk.origin == broken:
            asked += 1
            raise RuntimeError("a mistake of ours")
        return claim(desk, *facts)

    monkeypatch.setattr(outbox, "claim", breaks)

    Rounds(scene.desk).send_messages()

    assert [of_today(scene, key).state for key in keys] == ["pending", "sent"]
    # It has its next chance in the next round.
    assert asked == 1
    assert f"messages to {broken} failed" in caplog.text
    assert "a mistake of ours" in caplog.text


def test_without_its_database_a_round_ends_at_once(
    scene: Scene, services: list[Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    each_by(scene, services)
    asked = 0

    def is_locked(*_facts: object) -> list[outbox.Claimed]:
        nonlocal asked
        asked += 1
        raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(outbox, "claim", is_locked)

    with pytest.raises(OperationalError):
        Rounds(scene.desk).send_messages()
    assert asked == 1
