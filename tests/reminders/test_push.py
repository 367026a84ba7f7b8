"""Push to browsers: what goes over the line, what only the browser reads, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidTag

from calendar_app.errors import Refused
from calendar_app.reminders import due
from calendar_app.reminders.push import (
    PUSH,
    Subscription,
    browser_name,
    expect_subscription,
    public_key,
)
from calendar_app.reminders.routes import new_route
from tests.reminders.routing import LOOPBACK, of_today, routes, send_messages, without_mail
from tests.reminders.scenes import DUE, START
from tests.reminders.test_routes import PAGE, outside, person  # noqa: F401 - fixtures
from tests.support.outside import Outside, says
from tests.support.receiver import Receiver, claims_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from calendar_app.people.models import Person
    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

PATH = "/push/secret"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def by_push(scene: Scene, outside: Outside, receiver: Receiver) -> str:  # noqa: F811
    """A planned meet-up of somebody who is reached by a browser alone; at its reminder."""
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.enter("Anouk", name="Überleg <b>")
    endpoint = outside.url(PATH)
    keys = Subscription(endpoint, receiver.p256dh, receiver.auth)
    with scene.database.writing() as session:
        route = new_route(scene.config, scene.people[0], PUSH, endpoint, secret=keys.as_text())
        session.add(route)
        session.flush()
        key = route.key
    without_mail(scene)
    scene.plan()
    scene.now = DUE
    return key


def test_a_push_can_be_read_by_its_browser_alone(scene: Scene, outside: Outside) -> None:  # noqa: F811
    outside.pages[PATH] = says(201)
    receiver = Receiver()
    key = by_push(scene, outside, receiver)

    send_messages(scene)

    [asked] = outside.asked
    assert b"Amsterdam" not in asked.body
    told = receiver.reads(asked.body)
    assert told["title"] == "Überleg <b>: Tuesday 10 November at 09:30 (Amsterdam)"
    assert "When: Tuesday 10 November, 09:30 (Amsterdam)" in told["body"]
    assert "To stop it: in Kapstok, Settings, Reminders you get." in told["body"]
    assert told["url"].startswith(f"{scene.config.base_url}/meetups/occurrences/")
    assert (told["lang"], told["tag"]) == ("en", of_today(scene, key).uuid)
    with pytest.raises(InvalidTag):
        Receiver().reads(asked.body)
    assert of_today(scene, key).state == "sent"


def test_a_push_is_signed_and_says_how_long_it_is_of_use(
    scene: Scene, outside: Outside  # noqa: F811
) -> None:  # fmt: skip
    outside.pages[PATH] = says(201)
    by_push(scene, outside, Receiver())

    send_messages(scene)

    headers = outside.asked[0].headers
    claims = claims_of(headers["authorization"])
    assert (claims["scheme"], claims["key"]) == ("vapid", public_key(scene.config.secret_key))
    assert claims["aud"] == outside.url("")
    assert claims["exp"] == int((DUE + timedelta(hours=12)).timestamp())
    assert claims["sub"] == "mailto:kapstok@delinde.example"
    assert headers["ttl"] == str(int((START - DUE).total_seconds()))
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    assert len(headers["topic"]) == 32


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_mail_takes_over(
    scene: Scene, sink: SmtpSink, outside: Outside, status: int  # noqa: F811
) -> None:  # fmt: skip
    outside.pages[PATH] = says(status)
    key = by_push(scene, outside, Receiver())

    send_messages(scene)
    scene.sweep()
    scene.send()

    [route] = routes(scene)
    assert (route.broken_at, route.locked, route.mark) == (DUE, "", "")
    assert (of_today(scene, key).state, len(sink.accepted)) == ("dead", 1)
    assert of_today(scene, key).reason == due.REFUSED_BY_ROUTE


def test_a_push_service_in_a_closed_network_is_not_asked(
    scene: Scene, outside: Outside  # noqa: F811
) -> None:  # fmt: skip
    key = by_push(scene, outside, Receiver())
    scene.config = replace(scene.config, outbound_allow=())

    send_messages(scene)

    assert outside.asked == []
    assert "closed network" in of_today(scene, key).reply


def test_a_key_is_the_same_for_every_process_and_another_for_another_installation() -> None:
    assert public_key("k" * 40) == public_key("k" * 40) != public_key("j" * 40)


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example/1"},
        {"endpoint": "file:///etc/passwd"},
        {"endpoint": "https://sanne:geheim@push.example/1"},
        {"p256dh": ""},
        {"p256dh": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"p256dh": "é"},
        {"auth": "AAAA"},
        {"auth": "!" * 22},
    ],
    ids=range(9),
)
def test_what_is_no_subscription_is_refused(wrong: dict[str, str]) -> None:
    receiver = Receiver()
    right = {"p256dh": receiver.p256dh, "auth": receiver.auth}

    expect_subscription("https://push.example/1", **right)
    with pytest.raises(Refused):
        expect_subscription(**{"endpoint": "https://push.example/1", **right, **wrong})


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Windows"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604.1", "Safari, iPhone"),
        ("", "Browser"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def subscribe(client: FlaskClient, endpoint: str, receiver: Receiver) -> int:
    given = {"endpoint": endpoint, "p256dh": receiver.p256dh, "auth": receiver.auth}
    return client.post(f"{PAGE}/push", data=given, headers={"User-Agent": FIREFOX}).status_code


def test_a_browser_is_added_tried_and_told_to_be_gone(
    client: FlaskClient, person: Person, outside: Outside  # noqa: F811, ARG001
) -> None:  # fmt: skip
    receiver = Receiver()
    outside.pages[PATH] = says(201)
    first = subscribe(client, outside.url(PATH), receiver)
    again = subscribe(client, outside.url(PATH), receiver)

    page = client.get(PAGE).text
    [number] = {
        part.split("/")[0] for part in page.split(f"{PAGE}/")[1:] if "/test" in part[:12]
    } - {"mail"}
    tried = client.post(f"{PAGE}/{number}/test", follow_redirects=True).text
    outside.pages[PATH] = says(410)
    gone = client.post(f"{PAGE}/{number}/test", follow_redirects=True).text

    assert (first, again) == (303, 303)
    assert "Firefox, Windows" in page
    assert outside.url(PATH) not in page
    assert "Browser took the test." in tried
    assert receiver.reads(outside.asked[0].body)["title"] == "A test from Kapstok"
    assert "This browser takes no messages any more" in gone


def test_what_is_no_subscription_is_told_on_the_page(
    client: FlaskClient, person: Person  # noqa: F811, ARG001
) -> None:  # fmt: skip
    answer = client.post(f"{PAGE}/push", data={"endpoint": "https://push.example/1"})
    other = client.post(
        f"{PAGE}/push", data={"endpoint": "https://push.example/1", "p256dh": "AA", "auth": "AA"}
    )

    assert (answer.status_code, other.status_code) == (422, 422)
    assert "is no subscription" in other.text


def test_the_service_worker_stands_at_the_root_and_is_asked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_web_and_worker_start_without_what_only_a_push_needs() -> None:
    code = (
        "import sys, calendar_app.worker, calendar_app.app\n"
        "print([m for m in ('http_ece', 'py_vapid', 'apprise', 'requests') if m in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_a_service_with_the_longest_name_there_can_be_is_noted_on_every_database(
    scene: Scene, outside: Outside  # noqa: F811
) -> None:  # fmt: skip
    outside.pages[PATH] = says(201)
    longest, receiver = ".".join(["a" * 63] * 3 + ["a" * 61]), Receiver()
    key = by_push(scene, outside, receiver)
    with scene.database.writing() as session:
        route = session.merge(routes(scene)[0])
        route.origin = f"https://{longest}:65535"

    send_messages(scene)

    assert of_today(scene, key).state == "sent"


def test_a_browser_of_a_host_that_cannot_be_is_refused() -> None:
    receiver = Receiver()

    with pytest.raises(Refused, match="too long"):
        expect_subscription(f"https://{'a' * 64}.example/x", receiver.p256dh, receiver.auth)
