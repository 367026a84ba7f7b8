"""The pages on which a person manages their own feeds."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.feed.models import Feed
from calendar_app.people.models import AuditEntry
from calendar_app.web.request import House
from tests.builders import a_person, a_team, sign_in
from tests.feed.conftest import again

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.people.models import Person
    from tests.feed.conftest import Room

NEW = {"name": "Outlook werk", "scope": "team", "detail": "title"}


@pytest.fixture
def visitor(app: Flask, client: FlaskClient, room: Room) -> FlaskClient:
    """Anouk, signed in. What a form needs besides its fields is the test of the door."""
    app.config["WTF_CSRF_ENABLED"] = False
    sign_in(client, room.person)
    return client


def only_feed(room: Room) -> Feed:
    with room.database.reading() as session:
        return session.scalars(select(Feed)).one()


def somebody_else(room: Room, *, in_the_team: bool) -> Person:
    with room.database.writing() as session:
        session.expire_on_commit = False
        return a_person(session, again(session, room.team) if in_the_team else a_team(session))


def test_without_feeds_the_page_invites_to_make_one(visitor: FlaskClient) -> None:
    page = visitor.get("/feeds")

    assert page.status_code == 200
    assert "Je hebt nog geen agenda-abonnement" in page.text
    assert "Maak het agenda-abonnement" in page.text


def test_making_a_feed_tells_its_address_once(visitor: FlaskClient, room: Room) -> None:
    made = visitor.post("/feeds", data=NEW)
    (address,) = set(re.findall(r'value="(https://kapstok\.example/feeds/[^"]+\.ics)"', made.text))
    path = address.removeprefix("https://kapstok.example")

    assert made.status_code == 201
    assert "no-store" in made.headers["Cache-Control"]
    assert visitor.get(path).status_code == 200
    assert path not in visitor.get("/feeds").text
    assert path not in visitor.get(f"/feeds/{only_feed(room).id}").text


def test_the_page_of_a_new_feed_has_a_button_for_each_program(visitor: FlaskClient) -> None:
    made = visitor.post("/feeds", data=NEW).text

    for part in (
        'href="https://outlook.office.com/calendar/0/addfromweb?url=https%3A%2F%2F',
        'href="https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2F',
        'href="https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F',
        'href="webcal://kapstok.example/feeds/',
        'data-copy="#feed-address"',
        'download="kapstok.ics"',
    ):
        assert part in made
    assert "3 uur" in made
    assert "8 tot 24 uur" in made


def test_a_feed_that_the_internet_cannot_reach_says_so(visitor: FlaskClient, app: Flask) -> None:
    house: House = app.extensions["kapstok"]
    words = "Outlook en Google op het web kunnen niet bij dit adres."
    assert words not in visitor.post("/feeds", data=NEW).text

    at_home = replace(house.config, base_url="http://127.0.0.1:8000")
    app.extensions["kapstok"] = House(at_home, house.database)

    assert words in visitor.post("/feeds", data={**NEW, "name": "Thuis"}).text


def test_a_feed_that_is_made_or_ended_stands_in_the_audit_log_without_its_token(
    visitor: FlaskClient, room: Room
) -> None:
    visitor.post("/feeds", data=NEW)
    visitor.post(f"/feeds/{only_feed(room).id}/revocation")

    with room.database.reading() as session:
        log = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.action for entry in log] == ["feed.made", "feed.revoked"]
    assert log[0].details == {"scope": "team", "detail": "title"}


def test_loading_the_answer_again_makes_no_second_feed(visitor: FlaskClient, room: Room) -> None:
    visitor.post("/feeds", data=NEW)

    twice = visitor.post("/feeds", data=NEW)

    assert twice.status_code == 422
    assert "Je hebt al een agenda-abonnement met deze naam." in twice.text
    assert only_feed(room).name == "Outlook werk"


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "x" * 61}, {"scope": "all"}, {"detail": "x"}],
    ids=["no name", "too long", "scope", "detail"],
)
def test_a_form_that_makes_no_sense_comes_back(visitor: FlaskClient, wrong: dict[str, str]) -> None:
    answer = visitor.post("/feeds", data={**NEW, **wrong})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_the_page_tells_when_and_by_which_program_a_feed_was_fetched(
    visitor: FlaskClient, room: Room
) -> None:
    token = room.feed(name="Telefoon")
    assert "Nog niet opgehaald" in visitor.get("/feeds").text

    visitor.get(f"/feeds/{token}.ics", headers={"User-Agent": "iOS/17.4 dataaccessd/1.0"})

    page = visitor.get("/feeds").text
    assert "door Apple." in page
    assert "Nog niet opgehaald" not in page


def test_a_feed_gets_another_name(visitor: FlaskClient, room: Room) -> None:
    visitor.post("/feeds", data=NEW)
    feed = only_feed(room)
    assert 'value="Outlook werk"' in visitor.get(f"/feeds/{feed.id}").text

    answer = visitor.post(f"/feeds/{feed.id}", data={"name": "Thuis", "version": feed.version})

    assert answer.status_code == 303
    assert only_feed(room).name == "Thuis"


def test_a_stale_name_answers_409_with_both_texts(visitor: FlaskClient, room: Room) -> None:
    visitor.post("/feeds", data=NEW)
    feed = only_feed(room)
    visitor.post(f"/feeds/{feed.id}", data={"name": "Thuis", "version": feed.version})

    stale = visitor.post(f"/feeds/{feed.id}", data={"name": "Werk", "version": feed.version})

    assert stale.status_code == 409
    assert "Thuis" in stale.text
    assert "Werk" in stale.text
    assert only_feed(room).name == "Thuis"


def test_a_name_that_is_taken_comes_back(visitor: FlaskClient, room: Room) -> None:
    room.feed(name="Telefoon")
    visitor.post("/feeds", data=NEW)
    with room.database.reading() as session:
        feed = session.scalars(select(Feed).where(Feed.name == "Outlook werk")).one()

    answer = visitor.post(f"/feeds/{feed.id}", data={"name": "telefoon", "version": feed.version})

    assert answer.status_code == 422


def test_an_ended_feed_is_gone(visitor: FlaskClient, room: Room) -> None:
    token = room.feed()
    feed = only_feed(room)

    answer = visitor.post(f"/feeds/{feed.id}/revocation")

    assert answer.status_code == 303
    assert visitor.get(f"/feeds/{token}.ics").status_code == 404
    assert f"feed-{feed.id}" not in visitor.get("/feeds").text
    assert visitor.post(f"/feeds/{feed.id}/revocation").status_code == 404


@pytest.mark.parametrize("in_the_team", [True, False], ids=["colleague", "stranger"])
def test_somebody_elses_feed_is_not_there(
    visitor: FlaskClient, room: Room, *, in_the_team: bool
) -> None:
    room.feed(name="Geheim abonnement")
    feed = only_feed(room)
    sign_in(visitor, somebody_else(room, in_the_team=in_the_team))

    assert "Geheim abonnement" not in visitor.get("/feeds").text
    assert visitor.get(f"/feeds/{feed.id}").status_code == 404
    assert visitor.post(f"/feeds/{feed.id}", data={"name": "x", "version": 1}).status_code == 404
    assert visitor.post(f"/feeds/{feed.id}/revocation").status_code == 404
    assert only_feed(room).revoked_at is None


def test_a_form_from_elsewhere_is_refused(client: FlaskClient, room: Room) -> None:
    sign_in(client, room.person)

    assert client.post("/feeds", data=NEW).status_code == 400


def test_a_visitor_who_is_not_signed_in_is_sent_to_the_door(client: FlaskClient) -> None:
    answer = client.get("/feeds")

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")
