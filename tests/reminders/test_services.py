"""Services that the operator named, by way of Apprise: chosen by name, tried once, never shown."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from calendar_app.config import BadSetting, load
from calendar_app.reminders import due
from calendar_app.reminders.routes import APPRISE, new_route
from tests.reminders.routing import of_today, routes, send_messages, without_mail
from tests.reminders.scenes import DUE, SECOND
from tests.reminders.test_routes import PAGE, outside, person  # noqa: F401 - fixtures
from tests.support.outside import Outside, hangs_up, in_turn, says

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

# Its plugins use what Python is going to take out.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PATH = "/geheim"


def by_apprise(scene: Scene, address: str) -> str:
    """A planned meet-up of somebody who is reached by "phone" alone; at its reminder."""
    scene.config = replace(scene.config, apprise=(("phone", address),))
    scene.enter("Anouk")
    with scene.database.writing() as session:
        route = new_route(
            scene.config, scene.people[0], APPRISE, "apprise:phone", origin="apprise:phone"
        )
        session.add(route)
        session.flush()
        key = route.key
    without_mail(scene)
    scene.plan()
    scene.now = DUE
    return key


def address_of(outside: Outside) -> str:  # noqa: F811
    """The sink as Apprise writes it: it gets a POST with JSON."""
    return outside.url(PATH).replace("http://", "json://")


def test_a_reminder_goes_to_the_service_with_its_link(
    scene: Scene, outside: Outside  # noqa: F811
) -> None:  # fmt: skip
    outside.pages[PATH] = says(200)
    key = by_apprise(scene, address_of(outside))

    send_messages(scene)

    told = json.loads(outside.asked[0].body)
    assert "09:30 (Amsterdam)" in told["title"]
    assert f"Open in Kapstok: {scene.config.base_url}/meetups/occurrences/" in told["message"]
    assert of_today(scene, key).state == "sent"


class Kept(logging.Handler):
    """What would come into the log: pytest's own catcher also hears what goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def log() -> Iterator[list[str]]:
    kept = Kept()
    logging.getLogger().addHandler(kept)
    yield kept.lines
    logging.getLogger().removeHandler(kept)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(says(500), "retry"), (says(400), "dead"), (hangs_up(), "in_doubt")],
    ids=["500", "400", "hangs up"],
)
def test_what_became_of_it_is_told_as_far_as_it_is_known(
    scene: Scene, outside: Outside, answer: object, state: str,  # noqa: F811
    log: list[str],
) -> None:  # fmt: skip
    outside.pages[PATH] = answer  # type: ignore[assignment]
    key = by_apprise(scene, address_of(outside))

    send_messages(scene)

    found = of_today(scene, key)
    assert found.state == state
    # Once: its own way to try again is off.
    assert len(outside.asked) == 1
    assert "geheim" not in " ".join(log) + found.reply + found.reason


def test_who_has_it_already_of_several_gets_it_once(
    scene: Scene, sink: SmtpSink, outside: Outside  # noqa: F811
) -> None:  # fmt: skip
    outside.pages["/"] = in_turn(says(200, b"{}"), says(500))
    key = by_apprise(scene, outside.url("/one/two").replace("http://", "ntfy://"))

    for seconds in (0, 5, 30, 60):
        scene.now = DUE + seconds * SECOND
        send_messages(scene)
        scene.sweep()
        scene.send()

    found = of_today(scene, key)
    assert sorted(json.loads(asked.body)["topic"] for asked in outside.asked) == ["one", "two"]
    assert (found.state, found.reason) == ("in_doubt", due.HELD)
    assert sink.accepted == []


def test_a_service_that_cannot_be_reached_is_tried_again(scene: Scene) -> None:
    with Outside() as outside:  # noqa: F811
        pass
    key = by_apprise(scene, address_of(outside))

    send_messages(scene)

    assert of_today(scene, key).state == "retry"


def test_a_service_that_is_no_longer_set_up_is_left_for_mail(
    scene: Scene, sink: SmtpSink, outside: Outside  # noqa: F811
) -> None:  # fmt: skip
    key = by_apprise(scene, address_of(outside))
    scene.config = replace(scene.config, apprise=())

    send_messages(scene)
    scene.sweep()
    scene.send()

    assert (of_today(scene, key).reason, len(sink.accepted)) == (due.REFUSED_BY_ROUTE, 1)
    assert routes(scene)[0].broken_at == DUE


def test_people_choose_a_service_by_its_name_and_never_see_its_address(
    app: Flask, client: FlaskClient, person: object, outside: Outside  # noqa: F811, ARG001
) -> None:  # fmt: skip
    outside.pages[PATH] = says(200)
    house = app.extensions["kapstok"]
    config = replace(house.config, apprise=(("phone", address_of(outside)),))
    app.extensions["kapstok"] = replace(house, config=config)

    before = client.get(PAGE).text
    added = client.post(f"{PAGE}/service", data={"name": "phone"}, follow_redirects=True).text
    unknown = client.post(f"{PAGE}/service", data={"name": "json://evil.example"})
    after = client.get(PAGE).text

    assert "Add “phone”" in before
    assert "Add “phone”" not in added
    assert "geheim" not in before + added + repr(config)
    assert unknown.status_code == 303
    assert "This service is not there any more." in after
    assert "evil.example" not in after


@pytest.mark.parametrize(
    "wrong", ["geheim", "geheim=ntfy", "a=x://geheim a=x://2", "a/b=x://geheim"]
)
def test_a_setting_that_makes_no_sense_stops_the_start(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="KAPSTOK_APPRISE") as refused:
        load({"KAPSTOK_DATA_DIR": str(tmp_path), "KAPSTOK_APPRISE": wrong})

    assert "geheim" not in str(refused.value)


def test_services_and_chat_hosts_are_read(tmp_path: Path) -> None:
    config = load(
        {
            "KAPSTOK_DATA_DIR": str(tmp_path),
            "KAPSTOK_APPRISE": "phone=ntfys://a?x=1\n  signal=signal://b",
            "KAPSTOK_CHAT_HOSTS": "slack=Chat.Intra.example, teams=10.0.0.3",
        }
    )

    assert config.apprise == (("phone", "ntfys://a?x=1"), ("signal", "signal://b"))
    assert config.chat_hosts == (("slack", "chat.intra.example"), ("teams", "10.0.0.3"))
    with pytest.raises(BadSetting, match="KAPSTOK_CHAT_HOSTS"):
        load({"KAPSTOK_DATA_DIR": str(tmp_path), "KAPSTOK_CHAT_HOSTS": "chat.intra.example"})
