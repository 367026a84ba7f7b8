"""The log, a person's own choice, the way to stop, and /healthz, as a browser and a monitor ask."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app import clock
from calendar_app.language import noted, say
from calendar_app.people.models import Person, Team
from calendar_app.reminders.due import KIND_NAMES, KINDS
from calendar_app.reminders.mail import stop_token
from calendar_app.reminders.models import Delivery, Relay, Worker
from calendar_app.reminders.queries import delivery_rows, muted_kinds
from tests.builders import a_person, a_team, sign_in

if TYPE_CHECKING:
    from datetime import datetime

    from flask.testing import FlaskClient

    from calendar_app.config import Config
    from calendar_app.db import Database

A_SECOND = timedelta(seconds=1)


@pytest.fixture
def present() -> datetime:
    return clock.now()


def enter(database: Database, role: str = "admin", language: str = "en") -> tuple[Team, Person]:
    with database.writing() as session:
        team = a_team(session)
        person = a_person(session, team, role, name="Sanne Bakker", language=language)
        session.expunge_all()
        return team, person


def a_delivery(database: Database, team: Team, person: Person, **facts: object) -> None:
    now = clock.now()
    told: dict[str, object] = {
        "kind": "meetup",
        "subject": f"occurrence:1@{facts.get('due_at', now)}",
        "due_at": now,
        "useful_until": now + timedelta(minutes=10),
        "created_at": now,
        "state": "pending",
        **facts,
    }
    with database.writing() as session:
        session.add(Delivery(team_id=team.id, person_id=person.id, **told))


def a_worker(database: Database, ticked_at: datetime | None) -> None:
    now = clock.now()
    with database.writing() as session:
        session.add(
            Worker(
                host="h",
                boot="b",
                pid=1,
                pid_started="1",
                started_at=now,
                heartbeat_at=now,
                ticked_at=ticked_at,
            )
        )


def test_the_log_shows_state_person_and_cause(client: FlaskClient, database: Database) -> None:
    team, person = enter(database)
    a_delivery(
        database,
        team,
        person,
        state="missed",
        reason="The mail server did not answer.",
        reply="[Errno 111] <Connection refused>",
    )
    sign_in(client, person)

    page = client.get("/settings/deliveries").text

    assert "Sanne Bakker" in page
    assert "Missed" in page
    # Not "By", which is whose something is.
    assert re.search(r"<th[^>]*>Route</th>", page)
    assert "The mail server did not answer." in page
    assert "[Errno 111] &lt;Connection refused&gt;" in page


def test_the_log_is_filtered_by_state_and_goes_on_over_pages(
    client: FlaskClient, database: Database
) -> None:
    team, person = enter(database)
    now = clock.now()
    for number in range(51):
        a_delivery(database, team, person, state="sent", due_at=now - number * A_SECOND)
    a_delivery(database, team, person, state="dead", due_at=now - 60 * A_SECOND)
    sign_in(client, person)

    first = client.get("/settings/deliveries?state=sent")
    second = client.get("/settings/deliveries?state=sent&page=2")
    dead = client.get("/settings/deliveries?state=dead&state=nonsense")

    assert first.text.count('scope="row"') == 50
    assert 'href="?state=sent&amp;page=2"' in first.text
    assert second.text.count('scope="row"') == 1
    assert dead.text.count('scope="row"') == 1


def test_the_log_has_nothing_of_another_team(client: FlaskClient, database: Database) -> None:
    _team, person = enter(database)
    with database.writing() as session:
        other = a_team(session)
        stranger = a_person(session, other, name="Vreemde Eend")
        session.expunge_all()
    a_delivery(database, other, stranger, state="sent")
    sign_in(client, person)

    assert "Vreemde Eend" not in client.get("/settings/deliveries").text


def test_only_administrators_see_the_log(client: FlaskClient, database: Database) -> None:
    _team, person = enter(database, role="editor")
    sign_in(client, person)

    assert client.get("/settings/deliveries").status_code == 403


def test_a_person_chooses_what_to_be_reminded_of(client: FlaskClient, database: Database) -> None:
    _team, person = enter(database, role="viewer")
    sign_in(client, person)
    token = csrf_token(client, "/settings/reminders")

    answer = client.post(
        "/settings/reminders", data={"csrf_token": token, "wanted": ["missed_summary"]}
    )

    assert answer.status_code == 303
    with database.reading() as session:
        assert muted_kinds(session, person) == set(KINDS) - {"missed_summary"}
    page = client.get("/settings/reminders").text
    assert 'value="missed_summary" checked' in page
    assert 'value="meetup" checked' not in page


def test_a_kind_that_does_not_exist_is_refused(client: FlaskClient, database: Database) -> None:
    _team, person = enter(database, role="viewer")
    sign_in(client, person)
    token = csrf_token(client, "/settings/reminders")

    answer = client.post("/settings/reminders", data={"csrf_token": token, "wanted": ["x"]})

    assert answer.status_code == 422


def test_looking_at_the_way_to_stop_stops_nothing(
    client: FlaskClient, database: Database, config: Config
) -> None:
    _team, person = enter(database)
    address = f"/unsubscribe/{stop_token(config, person.uuid, 'meetup')}"

    page = client.get(address)

    assert page.status_code == 200
    assert "Stop these mails" in page.text
    with database.reading() as session:
        assert muted_kinds(session, person) == set()


def test_a_mail_program_stops_with_one_post_and_a_person_can_undo_it(
    client: FlaskClient, database: Database, config: Config
) -> None:
    _team, person = enter(database)
    address = f"/unsubscribe/{stop_token(config, person.uuid, 'meetup')}"

    one_click = client.post(address, data={"List-Unsubscribe": "One-Click"})
    again = client.post(address, data={"List-Unsubscribe": "One-Click"})
    with database.reading() as session:
        stopped = muted_kinds(session, person)
    undone = client.post(f"{address}/undo", data={"csrf_token": csrf_token(client, address)})

    assert (one_click.status_code, again.status_code, undone.status_code) == (200, 200, 303)
    assert stopped == {"meetup"}
    with database.reading() as session:
        assert muted_kinds(session, person) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_stopped_by_itself_and_named(
    client: FlaskClient, database: Database, config: Config, kind: str
) -> None:
    _team, person = enter(database)
    address = f"/unsubscribe/{stop_token(config, person.uuid, kind)}"

    asked, stopped = client.get(address).text, client.post(address).text

    assert f"“{KIND_NAMES[kind]}”" in asked
    assert f"You get no more mails of this kind: “{KIND_NAMES[kind]}”." in stopped
    assert "Send them again" in stopped
    with database.reading() as session:
        assert muted_kinds(session, person) == {kind}


def test_the_undo_asks_for_the_pages_own_token(
    client: FlaskClient, database: Database, config: Config
) -> None:
    _team, person = enter(database)
    address = f"/unsubscribe/{stop_token(config, person.uuid, 'meetup')}"

    assert client.post(f"{address}/undo").status_code == 400


def test_a_forged_way_to_stop_is_not_there(
    client: FlaskClient, database: Database, config: Config
) -> None:
    _team, person = enter(database)
    token = stop_token(config, person.uuid, "meetup")
    # Not the last sign: some of its bits say nothing.
    forged = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    of_nobody = stop_token(config, "no-such-person", "meetup")
    of_nothing = stop_token(config, person.uuid, "everything")

    for wrong in (forged, of_nobody, of_nothing, "x"):
        assert client.get(f"/unsubscribe/{wrong}").status_code == 404
        assert client.post(f"/unsubscribe/{wrong}").status_code == 404


def test_health_is_bad_before_a_worker_ran(client: FlaskClient) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json == {
        "status": "down",
        "database": "ok",
        "worker": {"last_tick": None, "oldest_due_seconds": None},
    }


def test_health_is_good_while_the_worker_ticks(
    client: FlaskClient, database: Database, present: datetime
) -> None:
    a_worker(database, present - 20 * A_SECOND)

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    assert answer.json["status"] == "ok"
    assert answer.json["worker"]["last_tick"] == (present - 20 * A_SECOND).isoformat()


@pytest.mark.parametrize("seconds", [-59, 59, 3600])
def test_health_is_bad_within_a_minute_of_the_last_tick(
    client: FlaskClient, database: Database, present: datetime, seconds: int
) -> None:
    a_worker(database, present - seconds * A_SECOND)

    assert client.get("/healthz").status_code == 503


def test_health_is_bad_when_the_worker_ticks_and_sends_nothing(
    client: FlaskClient, database: Database, present: datetime
) -> None:
    team, person = enter(database)
    a_worker(database, present)
    a_delivery(database, team, person, due_at=present - 59 * A_SECOND)

    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json is not None
    assert 59 <= answer.json["worker"]["oldest_due_seconds"] <= 70


def test_a_slow_relay_that_takes_mail_is_no_illness(
    client: FlaskClient, database: Database, present: datetime
) -> None:
    team, person = enter(database)
    a_worker(database, present)
    a_delivery(database, team, person, due_at=present - 59 * A_SECOND)
    with database.writing() as session:
        session.add(Relay(name="relay:25", failures=0, last_success_at=present))

    assert client.get("/healthz").status_code == 200


def test_delivery_rows_are_plain_values_from_a_moment_on(
    database: Database, present: datetime
) -> None:
    team, person = enter(database)
    a_delivery(database, team, person, due_at=present - 60 * A_SECOND, state="sent")
    a_delivery(database, team, person, due_at=present, state="missed", reason="x", reply="y")

    with database.reading() as session:
        everything = delivery_rows(session)
        [late] = delivery_rows(session, present)

    assert [row["state"] for row in everything] == ["sent", "missed"]
    assert late["person"] == person.email
    assert late["due"] == present.isoformat()
    assert (late["reason"], late["reply"], late["sent"]) == ("x", "y", None)


def csrf_token(client: FlaskClient, address: str) -> str:
    page = client.get(address).text
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def test_what_kapstok_noted_itself_is_told_in_the_language_of_who_reads(
    client: FlaskClient, database: Database
) -> None:
    team, person = enter(database)
    with database.writing() as session:
        session.get_one(Person, person.id).language = "nl"
    nobody = noted("There is no computer with the name %(host)s.", host="x.example")
    a_delivery(database, team, person, state="retry", reply=nobody)
    a_delivery(database, team, person, state="dead", reply="550 5.1.1 100% no\x1fsuch user")
    sign_in(client, person)

    page = client.get("/settings/deliveries").text

    assert say("nl", "There is no computer with the name %(host)s.", host="x.example") in page
    assert "There is no computer" not in page
    assert "550 5.1.1 100% no such user" in page
