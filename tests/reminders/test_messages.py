"""From a planned row to a message at Slack or Teams, and every answer such a service may give."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.reminders import due, outbox
from calendar_app.reminders.models import Delivery, Relay, mute
from calendar_app.reminders.outbox import sweeping
from calendar_app.reminders.processes import ProcessName
from calendar_app.worker import Rounds
from tests.reminders.routing import (
    LOOPBACK,
    Watched,
    a_route,
    by_slack,
    of_today,
    routes,
    send_messages,
    without_mail,
)
from tests.reminders.scenes import DUE, SECOND, START
from tests.support.outside import Outside, hangs_up, in_turn, leads_to, says, stalls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

PATH = "/services/T1/B1/secret"
GONE_PROCESS = ProcessName("another-machine", "another-boot", 1, "1")


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        yield server


def test_a_reminder_goes_by_the_route_that_was_chosen_and_by_no_mail(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside, "Anouk", "Joris")

    scene.send()
    send_messages(scene)
    send_messages(scene)

    assert [one.recipients for one in sink.accepted] == [("joris@delinde.example",)]
    [asked] = outside.asked
    assert asked.path == PATH
    assert asked.headers["content-type"].startswith("application/json")
    told = json.loads(asked.body)
    assert "Tuesday 10 November" in told["text"]
    assert "09:30 (Amsterdam)" in told["text"]
    row = of_today(scene, key)
    assert (row.state, row.reply, row.sent_at, row.body) == ("sent", "200 OK ok", DUE, None)
    assert routes(scene)[0].last_success_at == DUE


def test_the_worker_sends_messages_in_a_round_of_their_own(scene: Scene, outside: Outside) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside)
    rounds = Rounds(scene.desk)

    rounds.send()
    before = len(outside.asked)
    next(job for job in rounds.jobs() if job.name == "messages").act()

    assert (before, len(outside.asked)) == (0, 1)
    assert of_today(scene, key).state == "sent"


def test_who_wants_mail_too_gets_both(scene: Scene, sink: SmtpSink, outside: Outside) -> None:
    outside.pages[PATH] = says(200, b"ok")
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.enter("Anouk")
    a_route(scene, outside.url(PATH))
    scene.plan()
    scene.now = DUE

    scene.send()
    send_messages(scene)

    assert len(sink.accepted) == len(outside.asked) == 1
    assert {row.state for row in scene.of_today()} == {"sent"}


def test_what_was_told_by_mail_is_not_told_again_by_a_route_that_comes_later(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    scene.send()

    a_route(scene, outside.url(PATH))
    without_mail(scene)
    scene.plan()
    send_messages(scene)

    assert len(sink.accepted) == 1
    assert outside.asked == []
    assert [row.state for row in scene.of_today()] == ["sent"]


def test_what_waits_moves_to_the_route_that_is_chosen_and_back(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.enter("Anouk")
    scene.plan()
    key = a_route(scene, outside.url(PATH))
    without_mail(scene)
    scene.plan()
    moved = {row.route: (row.state, row.reason) for row in scene.of_today()}

    with scene.database.writing() as session:
        session.merge(routes(scene)[0]).remove(scene.now)
    scene.plan()
    scene.now = DUE
    scene.send()
    send_messages(scene)

    assert moved == {"email": ("cancelled", due.OTHER_ROUTE), key: ("pending", "")}
    assert {row.route: row.state for row in scene.of_today()} == {"email": "sent", key: "cancelled"}
    assert len(sink.accepted) == 1
    assert outside.asked == []
    assert routes(scene)[0].locked == ""


@pytest.mark.parametrize("status", [429, 500, 503, 408])
def test_a_no_for_now_is_tried_again_with_the_same_bytes(
    scene: Scene, outside: Outside, status: int
) -> None:
    outside.pages[PATH] = in_turn(says(status), says(200, b"ok"))
    key = by_slack(scene, outside)

    send_messages(scene)
    first = of_today(scene, key)
    scene.now = DUE + 4 * SECOND
    send_messages(scene)
    too_early = len(outside.asked)
    scene.now = DUE + 5 * SECOND
    send_messages(scene)

    assert first.state == "retry"
    assert too_early == 1
    assert outside.asked[0].body == outside.asked[1].body
    assert of_today(scene, key).state == "sent"


def test_an_address_that_asks_to_be_left_alone_is_left_alone(
    scene: Scene, outside: Outside
) -> None:
    outside.pages[PATH] = in_turn(says(429, retry_after="40"), says(200, b"ok"))
    key = by_slack(scene, outside)

    send_messages(scene)
    scene.now = DUE + 39 * SECOND
    send_messages(scene)
    asked_before = len(outside.asked)
    scene.now = DUE + 40 * SECOND
    send_messages(scene)

    assert asked_before == 1
    assert of_today(scene, key).state == "sent"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_is_gone_is_noted_and_mail_takes_over(
    scene: Scene, sink: SmtpSink, outside: Outside, status: int
) -> None:
    outside.pages[PATH] = says(status, b"no_service")
    key = by_slack(scene, outside)

    send_messages(scene)
    scene.sweep()
    scene.send()
    scene.plan()
    send_messages(scene)

    dead = of_today(scene, key)
    assert (dead.state, dead.reason) == ("dead", due.REFUSED_BY_ROUTE)
    assert dead.reply.endswith("no_service")
    assert len(outside.asked) == len(sink.accepted) == 1
    [route] = routes(scene)
    assert (route.broken_at, route.failed_at, route.failure) == (DUE, DUE, dead.reply)
    # And what is planned for later goes by mail.
    later = scene.rows(kind="meetup", state="pending")
    assert {row.route for row in later} == {"email"}


def test_a_message_that_is_refused_leaves_the_route_as_it_is(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(400, b"invalid_blocks")
    key = by_slack(scene, outside)

    send_messages(scene)
    scene.sweep()
    scene.send()

    assert of_today(scene, key).state == "dead"
    assert routes(scene)[0].broken_at is None
    assert len(sink.accepted) == 1


@pytest.mark.parametrize(
    "answer", [stalls(), hangs_up(), says(502), says(504)], ids=["stalls", "hangs up", "502", "504"]
)
def test_no_answer_is_held_and_never_repeated_by_itself(
    scene: Scene, sink: SmtpSink, outside: Outside, answer: object
) -> None:
    outside.pages[PATH] = answer  # type: ignore[assignment]
    key = by_slack(scene, outside)

    send_messages(scene)
    for seconds in (5, 60, 300):
        scene.now = DUE + seconds * SECOND
        scene.sweep()
        scene.plan()
        scene.send()
        send_messages(scene)

    held = of_today(scene, key)
    assert (held.state, held.reason, held.ended_at) == ("in_doubt", due.HELD, DUE)
    assert len(outside.asked) == 1
    assert sink.accepted == []


def test_what_is_held_is_sent_again_when_its_reader_says_so(scene: Scene, outside: Outside) -> None:
    outside.pages[PATH] = in_turn(hangs_up(), says(200, b"ok"))
    key = by_slack(scene, outside)
    send_messages(scene)

    scene.now = DUE + 60 * SECOND
    with scene.database.writing() as session:
        outbox.send_again(session, session.get_one(Delivery, of_today(scene, key).id), scene.now)
    send_messages(scene)

    assert outside.asked[0].body == outside.asked[1].body
    assert of_today(scene, key).state == "sent"
    assert [one.outcome for one in scene.attempts()] == ["in_doubt", "sent"]


def test_it_is_sent_again_where_the_operator_holds_mails_in_doubt(
    scene: Scene, outside: Outside
) -> None:
    outside.pages[PATH] = in_turn(hangs_up(), says(200, b"ok"))
    key = by_slack(scene, outside)
    scene.config = replace(scene.config, mail_in_doubt="hold")
    send_messages(scene)
    scene.sweep()
    assert of_today(scene, key).reason == due.HELD

    scene.now = DUE + 60 * SECOND
    with scene.database.writing() as session:
        held = session.get_one(Delivery, of_today(scene, key).id)
        outbox.send_again(session, held, scene.now)
    scene.sweep()
    send_messages(scene)

    assert of_today(scene, key).state == "sent"
    assert len(outside.asked) == 2


def test_a_redirect_is_not_followed(scene: Scene, outside: Outside) -> None:
    outside.pages[PATH] = leads_to(outside.url("/elsewhere"), 307)
    key = by_slack(scene, outside)

    send_messages(scene)

    assert of_today(scene, key).state == "dead"
    assert [one.path for one in outside.asked] == [PATH]


def test_an_address_in_a_closed_network_is_not_asked(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    key = by_slack(scene, outside)
    scene.config = replace(scene.config, outbound_allow=())

    send_messages(scene)
    scene.sweep()
    scene.send()

    dead = of_today(scene, key)
    assert dead.state == "dead"
    assert "closed network" in dead.reply
    assert len(sink.accepted) == 1


def test_a_service_that_is_away_is_asked_by_one_at_a_time_and_mail_takes_over(
    scene: Scene, sink: SmtpSink
) -> None:
    with Outside() as outside:
        pass
    key = by_slack(scene, outside, "Anouk", "Joris")
    a_route(scene, outside.url("/services/T1/B2/secret"), place=1)
    without_mail(scene, place=1)
    scene.plan()

    for seconds in range(0, 60, 5):
        scene.now = DUE + seconds * SECOND
        send_messages(scene)
        scene.sweep()
        scene.send()

    assert len(sink.accepted) == 2
    assert of_today(scene, key).reason == due.GIVEN_TO_MAIL
    assert {one.outcome for one in scene.attempts()} == {"unreachable", "sent"}
    with scene.database.reading() as session:
        relays = {relay.name: relay.failures for relay in session.query(Relay)}
    assert relays[outside.url("")] >= 3


def test_a_message_is_in_flight_before_its_first_byte_leaves(
    scene: Scene, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside)
    seen: list[tuple[str, int]] = []

    def look() -> None:
        seen.append((of_today(scene, key).state, len(outside.asked)))

    class AtTheVeryEnd(Watched):
        def finish(self, chosen: list[bool]) -> list[object]:  # type: ignore[override]
            look()
            return super().finish(chosen)  # type: ignore[return-value]

    send_messages(scene, lambda office: AtTheVeryEnd(office, look))  # type: ignore[arg-type,return-value]

    assert seen == [("claimed", 0), ("in_flight", 0)]


def test_a_worker_that_stood_still_past_its_lease_sends_nothing(
    scene: Scene, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside)
    other = scene.another_worker()

    def paused() -> None:
        scene.now = other.now = DUE + 31 * SECOND
        other.sweep()
        send_messages(other)

    send_messages(scene, lambda office: Watched(office, paused))  # type: ignore[arg-type,return-value]

    assert len(outside.asked) == 1
    assert of_today(scene, key).state == "sent"
    assert [one.worker_id for one in scene.attempts()] == [other.worker_id]


def test_a_message_of_a_worker_that_died_under_way_is_held(scene: Scene, outside: Outside) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside)
    dying = scene.another_worker(GONE_PROCESS)

    class Killed(Exception):
        pass

    class Dies(Watched):
        def finish(self, chosen: list[bool]) -> list[object]:  # type: ignore[override]
            super().finish(chosen)
            raise Killed

    with pytest.raises(Killed):
        send_messages(dying, lambda office: Dies(office, lambda: None))  # type: ignore[arg-type,return-value]
    scene.now = DUE + timedelta(minutes=9)
    with scene.database.writing() as session:
        sweeping.take_over(session, [dying.worker_id], scene.now)
    send_messages(scene)

    held = of_today(scene, key)
    assert (held.state, held.reason) == ("in_doubt", due.HELD)
    assert len(outside.asked) == 1


def test_who_stops_a_kind_or_is_moved_gets_no_message(scene: Scene, outside: Outside) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside)
    with scene.database.writing() as session:
        mute(session, scene.person(0), "meetup", DUE)

    send_messages(scene)

    assert of_today(scene, key).reason == due.MUTED
    assert outside.asked == []


def test_what_no_route_took_in_time_is_told_as_missed_with_its_cause(
    scene: Scene, outside: Outside
) -> None:
    outside.pages[PATH] = says(503)
    key = by_slack(scene, outside)
    send_messages(scene)

    scene.now = START
    scene.sweep()

    missed = of_today(scene, key)
    assert (missed.state, missed.reason) == ("missed", due.NO_ANSWER_IN_TIME)


def test_many_messages_leave_the_rate_of_mails_alone(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    by_slack(scene, outside, "Anouk", "Joris")
    scene.config = replace(scene.config, mail_rate=1)
    send_messages(scene)

    scene.send()

    assert len(sink.accepted) == 1
