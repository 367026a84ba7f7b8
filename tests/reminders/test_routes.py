"""The page of a person's routes: what may be added, what is shown, and what a test tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app import clock
from calendar_app.errors import Refused
from calendar_app.language import say
from calendar_app.people.models import AuditEntry, Membership, Person
from calendar_app.people.seals import lock, unlocked
from calendar_app.reminders import due
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.routes import EMAIL, Route, way_of, ways_to_people
from calendar_app.reminders.webhooks import kind_of
from tests.builders import a_person, a_team, sign_in
from tests.reminders.routing import LOOPBACK
from tests.support.outside import Outside, hangs_up, says

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database
    from tests.support.smtp_sink import SmtpSink

PAGE = "/settings/reminders/routes"
OF_SLACK = "https://hooks.slack.com/services/T0001/B0001/geheimgeheim"
OF_TEAMS = (
    "https://prod-12.westeurope.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=geheim"
)
NEWER_OF_TEAMS = (
    "https://default0123.45.environment.api.powerplatform.com:443/powerautomate/automations/direct"
    "/workflows/abc/triggers/manual/paths/invoke?api-version=1&sig=geheim"
)


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        yield server


@pytest.fixture
def person(app: Flask, database: Database, client: FlaskClient) -> Person:
    """Somebody who is signed in, where loopback speaks as Slack does."""
    app.config["WTF_CSRF_ENABLED"] = False
    house = app.extensions["kapstok"]
    config = replace(house.config, chat_hosts=(("slack", "127.0.0.1"),), outbound_allow=LOOPBACK)
    app.extensions["kapstok"] = replace(house, config=config)
    with database.writing() as session:
        team = a_team(session)
        person = a_person(session, team, "admin", name="Sanne Bakker", language="en")
        session.flush()
        session.expunge_all()
    sign_in(client, person)
    return person


def add(client: FlaskClient, address: str) -> int:
    return client.post(PAGE, data={"address": address}).status_code


def routes(database: Database) -> list[Route]:
    with database.reading() as session:
        return list(session.scalars(select(Route).where(Route.key != EMAIL).order_by(Route.id)))


def test_a_route_that_works_is_not_called_by_the_head_of_a_column(
    client: FlaskClient, database: Database, person: Person
) -> None:
    """In Dutch the log's "On" is another word than that of a switch."""
    add(client, OF_SLACK)
    assert client.get(PAGE).text.count("Switched on") == 2

    with database.writing() as session:
        session.get_one(Person, person.id).language = "nl"

    assert "Waarop" not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("address", "kind"), [(OF_SLACK, "slack"), (OF_TEAMS, "teams"), (NEWER_OF_TEAMS, "teams")]
)
def test_an_address_tells_whose_it_is(address: str, kind: str) -> None:
    assert kind_of(address) == kind


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://delinde.webhook.office.com/webhookb2/1/IncomingWebhook/2/3", "Workflows"),
        ("https://outlook.office.com/webhook/1/IncomingWebhook/2/3", "Workflows"),
        ("http://hooks.slack.com/services/T1/B1/x", "https://"),
        ("https://hooks.slack.com/workflows/T1/B1/x", "not whole"),
        (OF_TEAMS.replace("&sig=geheim", ""), "not whole"),
        ("https://hooks.slack.com.evil.example/services/T1/B1/x", "knows no Teams or Slack"),
        ("https://evil-logic.azure.com.example/workflows/1?sig=x", "knows no Teams or Slack"),
        ("https://logic.azure.com@evil.example/workflows/1?sig=x", "the password"),
        ("https://127.0.0.1/services/T1/B1/x", "knows no Teams or Slack"),
        ("ftp://hooks.slack.com/services/T1/B1/x", "Give an address"),
    ],
)
def test_another_address_is_refused_with_the_way_out(address: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        kind_of(address)

    assert words in str(refused.value)


def test_a_host_that_the_operator_named_may_be_used() -> None:
    assert (
        kind_of("http://chat.intra.example/hooks/x", [("slack", "chat.intra.example")]) == "slack"
    )


def test_what_is_locked_opens_with_the_same_key_and_purpose_alone() -> None:
    locked = lock("k" * 40, "route", OF_SLACK)

    assert "geheim" not in locked
    assert unlocked("k" * 40, "route", locked) == OF_SLACK
    assert unlocked("j" * 40, "route", locked) is None
    assert unlocked("k" * 40, "other", locked) is None


def test_an_address_is_kept_locked_and_shown_nowhere(
    app: Flask, database: Database, client: FlaskClient, person: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    assert add(client, OF_SLACK) == 303

    page = client.get(PAGE).text
    [route] = routes(database)
    assert "geheim" not in page + caplog.text + route.locked + route.called
    assert "hooks.slack.com/…" in page
    assert (route.person_id, route.kind, route.origin) == (
        person.id, "slack", "https://hooks.slack.com",
    )  # fmt: skip
    way = way_of(app.extensions["kapstok"].config, route)
    assert way is not None
    assert way.address == OF_SLACK
    assert "geheim" not in repr(way)
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "route.added"))
        assert ["geheim" in str(vars(entry)) for entry in entries] == [False]


@pytest.mark.usefixtures("person")
def test_a_refused_address_stands_at_its_field_and_is_not_shown_again(
    client: FlaskClient, database: Database
) -> None:
    answer = client.post(PAGE, data={"address": "https://x.webhook.office.com/webhookb2/geheim"})

    assert answer.status_code == 422
    assert 'id="address-error"' in answer.text
    assert "Microsoft has stopped addresses of this kind" in answer.text
    assert "geheim" not in answer.text
    assert client.post(PAGE, data={}).status_code == 422
    assert routes(database) == []


@pytest.mark.usefixtures("person")
def test_a_test_that_is_taken_says_so_and_is_the_last_success(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages["/services/x"] = says(200, b"ok")
    add(client, outside.url("/services/x"))
    [route] = routes(database)

    answer = client.post(f"{PAGE}/{route.id}/test", follow_redirects=True)

    assert "Slack took the test." in answer.text
    assert "Last success:" in answer.text
    assert b"A test from Kapstok" in outside.asked[0].body


def test_a_test_that_is_refused_tells_why_and_the_next_success_mends_it(
    client: FlaskClient, person: Person, database: Database, outside: Outside
) -> None:
    outside.pages["/services/x"] = says(404, b"no_service")
    add(client, outside.url("/services/x"))
    [route] = routes(database)

    refused = client.post(f"{PAGE}/{route.id}/test", follow_redirects=True).text
    with database.reading() as session:
        by_mail = ways_to_people(session)
    outside.pages["/services/x"] = says(200, b"ok")
    mended = client.post(f"{PAGE}/{route.id}/test", follow_redirects=True).text

    assert "Slack did not take the test: 404 Not Found no_service" in refused
    assert "Does not work" in refused
    assert by_mail == {person.id: (EMAIL,)}
    assert "Does not work" not in mended
    assert "Last failure" not in mended


@pytest.mark.usefixtures("person")
def test_a_test_without_an_answer_says_that_it_may_have_arrived(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages["/services/x"] = hangs_up()
    add(client, outside.url("/services/x"))
    [route] = routes(database)

    answer = client.post(f"{PAGE}/{route.id}/test", follow_redirects=True)

    assert "the test may have arrived" in answer.text
    assert len(outside.asked) == 1


def test_a_test_by_mail_goes_to_the_person(client: FlaskClient, person: Person, app: Flask) -> None:
    answer = client.post(f"{PAGE}/mail/test", follow_redirects=True)

    # Without a mail server nobody took it, and the page says so.
    assert "E-mail took the test." not in answer.text
    assert answer.text.count("Mails are kept in the data folder.") > 1
    folder = app.extensions["kapstok"].config.data_dir / "mails"
    [mail] = folder.glob("*.eml")
    assert person.email in mail.read_text(encoding="utf-8")


def test_a_test_by_mail_says_that_the_mail_server_took_it(
    client: FlaskClient, person: Person, app: Flask, sink: SmtpSink
) -> None:
    house = app.extensions["kapstok"]
    app.extensions["kapstok"] = replace(house, config=replace(house.config, smtp_url=sink.url))

    answer = client.post(f"{PAGE}/mail/test", follow_redirects=True)

    assert "E-mail took the test." in answer.text
    assert [one.recipients for one in sink.accepted] == [(person.email,)]


@pytest.mark.usefixtures("person")
def test_tests_are_not_sent_without_end(
    client: FlaskClient, database: Database, outside: Outside
) -> None:
    outside.pages["/services/x"] = says(200, b"ok")
    add(client, outside.url("/services/x"))
    [route] = routes(database)

    statuses = [client.post(f"{PAGE}/{route.id}/test").status_code for _ in range(11)]

    assert statuses == [303] * 10 + [429]
    assert len(outside.asked) == 10


def test_a_route_is_switched_off_and_on_and_removed(
    client: FlaskClient, person: Person, database: Database
) -> None:
    add(client, OF_SLACK)
    ways = []
    for verb in ("pause", "use", "deletion"):
        [route] = routes(database)
        client.post(f"{PAGE}/{route.id}/{verb}", data={"version": route.version})
        with database.reading() as session:
            ways.append(ways_to_people(session).get(person.id, (EMAIL,)))

    [route] = routes(database)
    assert ways == [(EMAIL,), (EMAIL, route.key), (EMAIL,)]
    assert route.locked == ""
    assert client.post(f"{PAGE}/{route.id}/test").status_code == 404


@pytest.mark.usefixtures("person")
def test_a_page_that_is_old_changes_nothing(client: FlaskClient, database: Database) -> None:
    add(client, OF_SLACK)
    [route] = routes(database)

    answer = client.post(f"{PAGE}/{route.id}/deletion", data={"version": 7})

    assert answer.status_code == 409
    assert routes(database)[0].removed_at is None


def test_who_wants_no_mail_gets_it_only_while_nothing_else_works(
    client: FlaskClient, person: Person, database: Database
) -> None:
    add(client, OF_SLACK)
    client.post(f"{PAGE}/mail", data={"version": 0, "wanted": "no"})
    with database.reading() as session:
        alone = ways_to_people(session)[person.id]
    [route] = routes(database)

    client.post(f"{PAGE}/{route.id}/pause", data={"version": route.version})

    assert alone == (route.key,)
    with database.reading() as session:
        assert ways_to_people(session)[person.id] == (EMAIL,)
    assert client.post(f"{PAGE}/mail", data={"version": 0, "wanted": "yes"}).status_code == 409


@pytest.mark.usefixtures("person")
def test_somebody_else_reaches_none_of_it(client: FlaskClient, database: Database) -> None:
    add(client, OF_SLACK)
    [route] = routes(database)
    with database.writing() as session:
        other = a_person(session, a_team(session), language="en")
        session.flush()
        session.expunge(other)
    sign_in(client, other)

    for verb in ("test", "use", "pause", "deletion"):
        assert client.post(f"{PAGE}/{route.id}/{verb}").status_code == 404
    assert "hooks.slack.com/…" not in client.get(PAGE).text


def test_what_is_held_is_shown_and_sent_again_by_its_reader(
    client: FlaskClient, person: Person, database: Database
) -> None:
    add(client, OF_SLACK)
    [route] = routes(database)
    now = clock.now()
    with database.writing() as session:
        held = Delivery(
            team_id=session.scalars(select(Membership.team_id)).one(),
            person_id=person.id, kind="meetup", route=route.key, subject="occurrence:1",
            due_at=now, useful_until=now + timedelta(minutes=9), created_at=now,
            state="in_doubt", reason=due.HELD, ended_at=now,
        )  # fmt: skip
        session.add(held)
        session.flush()
        uuid = held.uuid

    page = client.get(PAGE).text
    first = client.post(f"/settings/reminders/again/{uuid}", follow_redirects=True).text
    second = client.post(f"/settings/reminders/again/{uuid}", follow_redirects=True).text
    log = client.get("/settings/deliveries").text

    assert "Did these arrive?" in page
    assert "It is sent once more." in first
    assert "does not wait for an answer of yours" in second
    assert "Slack" in log
    with database.reading() as session:
        assert session.scalars(select(Delivery.ended_at)).one() is None


@pytest.mark.usefixtures("person")
def test_so_many_routes_are_enough(client: FlaskClient) -> None:
    statuses = [add(client, f"{OF_SLACK}{number}") for number in range(9)]
    again = client.post(PAGE, data={"address": f"{OF_SLACK}1"})

    assert statuses == [303] * 8 + [422]
    assert again.status_code == 422
    assert "You have this route already." in again.text


@pytest.mark.usefixtures("person")
def test_a_reason_with_a_name_in_it_is_told_in_the_language_of_who_reads(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_host: str, _port: int) -> list[str]:
        raise OSError

    monkeypatch.setattr("calendar_app.outbound.addresses_of", nobody)
    add(client, OF_SLACK)
    [route] = routes(database)
    with database.writing() as session:
        session.scalars(select(Person)).one().language = "nl"

    told = client.post(f"{PAGE}/{route.id}/test", follow_redirects=True).text

    words = say("nl", "There is no computer with the name %(host)s.", host="hooks.slack.com")
    # In what became of the test, and at the route.
    assert told.count(words) == 2
    assert "There is no computer" not in told


@pytest.mark.usefixtures("person")
def test_what_is_chosen_is_in_the_audit_log_and_what_stays_as_it_was_is_not(
    client: FlaskClient, database: Database
) -> None:
    add(client, OF_SLACK)
    [route] = routes(database)
    for verb in ("use", "pause", "pause", "use"):
        [route] = routes(database)
        client.post(f"{PAGE}/{route.id}/{verb}", data={"version": route.version})
    for version, wanted in enumerate(("no", "no", "yes")):
        client.post(f"{PAGE}/mail", data={"version": min(version, 1), "wanted": wanted})

    with database.reading() as session:
        noted = session.execute(
            select(AuditEntry.action, AuditEntry.object_kind, AuditEntry.object_id)
            .where(AuditEntry.action.startswith("route") | AuditEntry.action.startswith("mail"))
            .order_by(AuditEntry.id)
        ).all()
        person = session.scalars(select(Person.id)).one()
    assert [tuple(one) for one in noted] == [
        ("route.added", "route", route.id),
        ("route.paused", "route", route.id),
        ("route.resumed", "route", route.id),
        ("mail.left", "person", person),
        ("mail.chosen", "person", person),
    ]
