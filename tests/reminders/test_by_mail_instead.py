"""What a route does not take goes by mail, as the same reminder and while it is of use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, update

from calendar_app.people.models import Person, Team
from calendar_app.reminders import due, outbox
from calendar_app.reminders.models import Delivery, QuietHours
from calendar_app.reminders.routes import BY_MAIL_ALONE, EMAIL, Route
from tests.builders import a_person, sign_in
from tests.reminders.routing import (
    LOOPBACK,
    a_route,
    by_slack,
    of_today,
    send_messages,
    without_mail,
)
from tests.reminders.scenes import DUE, SECOND, START
from tests.reminders.test_actions import MORNING, YESTERDAY, agree
from tests.reminders.test_mornings import a_precondition
from tests.reminders.test_posts import make, people, sent
from tests.reminders.test_webcare import ANSWER_BY, RECEIVED, ask
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.outside import Outside, in_turn, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture

PATH = "/services/T1/B1/secret"
A_DAY = timedelta(days=1)
# What a delivery goes through by its own route.
OF_ITS_WAY = {
    *("id", "uuid", "route", "created_at", "state", "attempts", "next_try_at", "ended_at"),
    *("owner_id", "fence", "lease_until", "message_id", "dated_at", "body", "sent_at"),
    *("reply", "reason", "told_with_id"),
}


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        yield server


def reached_by_slack(scene: Scene, outside: Outside, person_id: int) -> str:
    """Let that person be reached by Slack alone, at the address of `outside`."""
    scene.config = replace(scene.config, outbound_allow=LOOPBACK)
    scene.people = [person_id]
    without_mail(scene)
    return a_route(scene, outside.url(PATH))


def go_round(scene: Scene, *later: timedelta) -> None:
    """A round of the worker now, and at so much later each."""
    began = scene.now
    for after in (timedelta(), *later):
        scene.now = began + after
        send_messages(scene)
        scene.sweep()
        scene.send()


def by_route(scene: Scene, kind: str) -> dict[str, Delivery]:
    """The deliveries of that kind of today, by the kind of their route."""
    rows = [row for row in scene.rows(kind=kind) if row.due_at <= scene.now]
    return {row.route.partition("-")[0]: row for row in rows}


@pytest.mark.parametrize("kind", [kind for kind in due.KINDS if kind not in BY_MAIL_ALONE])
def test_the_mail_instead_of_a_message_is_about_all_that_it_was_about(
    scene: Scene, kind: str
) -> None:
    scene.enter("Anouk")
    scene.plan()
    about: dict[str, Any] = {
        "team_id": scene.team_id,
        "person_id": scene.people[0],
        "kind": kind,
        "subject": "x",
        "occurrence_id": scene.occurrence().id,
        "post_id": 2,
        "precondition_id": 3,
        "action_id": 4,
        "webcare_item_id": 5,
        "due_on": date(2026, 11, 9),
        "due_at": DUE,
        "useful_until": START,
    }
    with scene.database.writing() as session:
        session.add(Delivery(**about, route="slack-1", state="dead", created_at=DUE))

    scene.now = DUE
    scene.sweep()

    [mail] = scene.rows(subject="x", route=EMAIL)
    assert {name: getattr(mail, name) for name in about} == about
    assert (mail.state, mail.attempts, mail.reply) == ("pending", 0, "")
    # Whoever adds a column says here whether the mail is about it too.
    assert {one.key for one in inspect(Delivery).column_attrs} == OF_ITS_WAY | set(about)


def enter_action(scene: Scene, people: dict[str, int]) -> None:
    scene.now = YESTERDAY
    agree(scene, people["writer"])
    scene.plan()
    scene.now = MORNING


def enter_question(scene: Scene, people: dict[str, int]) -> None:
    scene.now = RECEIVED
    ask(scene, people["writer"])
    scene.plan()
    scene.now = ANSWER_BY


def enter_precondition(scene: Scene, people: dict[str, int]) -> None:
    a_precondition(scene, people)
    scene.plan()
    [row] = scene.rows(kind=due.RECHECK)
    scene.now = row.due_at


@pytest.mark.parametrize(
    ("kind", "enter"),
    [
        (due.ACTION, enter_action),
        (due.WEBCARE, enter_question),
        (due.RECHECK, enter_precondition),
    ],
)
def test_what_is_refused_by_chat_is_told_by_mail_and_that_is_that(
    scene: Scene,
    people: dict[str, int],
    sink: SmtpSink,
    outside: Outside,
    kind: str,
    enter: Callable[[Scene, dict[str, int]], None],
) -> None:
    outside.pages[PATH] = says(400, b"invalid_blocks")
    reached_by_slack(scene, outside, people["writer"])
    enter(scene, people)

    go_round(scene)
    scene.now += timedelta(minutes=1)

    assert {name: row.state for name, row in by_route(scene, kind).items()} == {
        "slack": "dead",
        "email": "sent",
    }
    assert [mail["To"].addresses[0].username for mail in sent(sink)] == ["writer"]
    assert scene.plan() == 0


def test_a_mail_that_waits_after_all_is_due_when_the_message_was(
    scene: Scene, people: dict[str, int], sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(400, b"invalid_blocks")
    scene.now = YESTERDAY
    nobody = {"publisher_id": None, "reviewer_id": None}
    make(scene, people, "approved", starts_at=MORNING + timedelta(hours=1), **nobody)
    scene.plan()
    # Mail was planned; then Slack is chosen instead, and then days on which it is quiet.
    reached_by_slack(scene, outside, people["writer"])
    scene.plan()
    with scene.database.writing() as session:
        session.add(QuietHours(person_id=people["writer"], week_days="1,2,3"))
    scene.plan()
    [message] = [row for row in scene.rows(kind=due.LATE) if row.route != EMAIL]
    scene.now = message.due_at
    assert scene.now > MORNING + 2 * A_DAY

    go_round(scene)

    [mail] = scene.rows(kind=due.LATE, route=EMAIL)
    assert mail.state == "sent"
    assert (mail.due_at, mail.useful_until, mail.due_on) == (
        message.due_at,
        message.useful_until,
        message.due_on,
    )
    assert [one["To"].addresses[0].username for one in sent(sink)] == ["writer"]


@pytest.mark.parametrize("asks", ["3600", "80000", "31"])
def test_an_address_that_asks_to_be_left_alone_for_long_leaves_it_to_mail(
    scene: Scene, sink: SmtpSink, outside: Outside, asks: str
) -> None:
    outside.pages[PATH] = says(429, retry_after=asks)
    key = by_slack(scene, outside)

    go_round(scene, 5 * SECOND)

    told = of_today(scene, key)
    assert (told.state, told.reason) == ("dead", due.GIVEN_TO_MAIL)
    assert of_today(scene, EMAIL).state == "sent"
    assert len(outside.asked) == len(sink.accepted) == 1


def test_what_an_address_was_never_asked_for_since_it_rests_goes_by_mail_too(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    key = by_slack(scene, outside)
    with scene.database.writing() as session:
        session.execute(update(Route).values(not_before=DUE + timedelta(hours=5)))

    go_round(scene)

    assert of_today(scene, key).state == "dead"
    assert outside.asked == []
    assert len(sink.accepted) == 1


def test_an_address_that_rests_until_it_is_too_late_leaves_it_to_mail(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = says(429, retry_after="20")
    key = by_slack(scene, outside)
    scene.now = START - 20 * SECOND

    go_round(scene)

    assert of_today(scene, key).state == "dead"
    assert len(sink.accepted) == 1


def test_an_address_that_rests_for_a_moment_is_asked_again(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    outside.pages[PATH] = in_turn(says(429, retry_after="20"), says(200, b"ok"))
    key = by_slack(scene, outside)

    go_round(scene, 10 * SECOND, 20 * SECOND)

    assert of_today(scene, key).state == "sent"
    assert len(outside.asked) == 2
    assert sink.accepted == []


def test_a_route_whose_address_cannot_be_read_is_broken_and_mail_takes_over(
    scene: Scene, sink: SmtpSink, outside: Outside
) -> None:
    key = by_slack(scene, outside)
    with scene.database.writing() as session:
        session.execute(update(Route).where(Route.key == key).values(locked="rubbish"))

    go_round(scene)
    scene.plan()

    told = of_today(scene, key)
    assert (told.state, told.reason) == ("dead", due.REFUSED_BY_ROUTE)
    assert told.reply == "The address cannot be read any more. Enter it again."
    with scene.database.reading() as session:
        route = session.scalars(select(Route).where(Route.key == key)).one()
        assert (route.broken_at, route.failed_at, route.failure) == (DUE, DUE, told.reply)
    assert len(sink.accepted) == 1
    later = scene.rows(kind="meetup", state="pending")
    assert {row.route for row in later} == {EMAIL}


def test_several_in_one_message_are_told_in_words_that_fit_it(
    scene: Scene, people: dict[str, int], outside: Outside, app: Flask
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    reached_by_slack(scene, outside, people["writer"])
    scene.now = YESTERDAY
    for text in ("Foto's vragen", "Zaal boeken"):
        agree(scene, people["writer"], text)
    scene.plan()
    scene.now = MORNING

    go_round(scene)

    [other] = scene.rows(kind=due.ACTION, state="cancelled")
    assert "mail" not in other.reason
    client = app.test_client()
    with scene.database.reading() as session:
        sign_in(client, session.get_one(Person, people["writer"]))
    page = client.get(f"/reminders/{other.uuid}").text
    assert "Zaal boeken" in page
    assert "What this reminder told of" in page


def test_what_leaves_a_message_because_it_is_too_late_has_a_cause_that_fits_it(
    scene: Scene, people: dict[str, int], outside: Outside
) -> None:
    outside.pages[PATH] = says(200, b"ok")
    reached_by_slack(scene, outside, people["writer"])
    scene.now = YESTERDAY
    agree(scene, people["writer"], "Eerder", due_on=YESTERDAY.date(), created_at=YESTERDAY - A_DAY)
    agree(scene, people["writer"], "Later")
    scene.plan()
    [first, _second] = scene.rows(kind=due.ACTION)
    scene.now = MORNING
    with scene.database.reading() as session:
        [origin] = outbox.origins_due(session, scene.now)
    desk = outbox.desk_for(scene.desk, origin)
    # The worker stops before it has begun, and the first is of no use any more when it is back.
    outbox.claim(desk, scene.now, 4)
    outbox.end_work(desk, scene.now)
    scene.now = first.useful_until
    outbox.claim(outbox.desk_for(scene.desk, origin), scene.now, 4)

    [missed] = scene.rows(kind=due.ACTION, state="missed")
    assert (missed.id, missed.reason) == (first.id, due.NO_ANSWER_IN_TIME)


def test_the_log_tells_in_the_language_of_its_reader_that_an_address_cannot_be_read(
    scene: Scene, outside: Outside, app: Flask
) -> None:
    key = by_slack(scene, outside)
    with scene.database.writing() as session:
        session.execute(update(Route).where(Route.key == key).values(locked="rubbish"))
    go_round(scene)
    with scene.database.writing() as session:
        sanne = a_person(session, session.get_one(Team, scene.team_id), "admin", language="nl")
        session.flush()
        session.expunge_all()
    client = app.test_client()
    sign_in(client, sanne)

    assert "Het adres is niet meer te lezen." in client.get("/settings/deliveries").text
    with scene.database.writing() as session:
        session.execute(update(Delivery).values(reply="452 4.2.2 Mailbox 100% full (s)"))
    assert "Mailbox 100% full (s)" in client.get("/settings/deliveries").text


def test_an_upgrade_keeps_what_was_told_together_as_told(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = YESTERDAY
    for text in ("Foto's vragen", "Zaal boeken"):
        agree(scene, people["writer"], text)
    scene.plan()
    scene.now = MORNING
    scene.send()
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    [below] = [step.down_revision for step in steps if "_reasons_that_fit_" in step.path]
    assert isinstance(below, str)

    migrate(scene.database, command.downgrade, below)
    [before] = scene.rows(kind=due.ACTION, state="cancelled")
    migrate(scene.database, command.upgrade, "head")

    [after] = scene.rows(kind=due.ACTION, state="cancelled")
    assert before.reason == "It stood in one mail with others of its kind."
    assert after.reason == due.TOLD_TOGETHER
    assert scene.plan() == 0
    scene.send()
    assert len(sink.accepted) == 1
