"""Who cannot come says so by the link of the mail, without a sign-in; on both databases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.logs import masked
from calendar_app.meetups.beforehand import Beforehand, link_word
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.people.models import AuditEntry, Person
from calendar_app.people.throttle import BEFOREHAND_OF_ONE_PERSON
from tests.builders import a_sitting, said_beforehand
from tests.meetups.test_meeting import begin, people, there
from tests.meetups.test_pages import TUESDAY, WEDNESDAY, Room
from tests.meetups.visitor import NOW, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from calendar_app.db import Database

STUCK = {"yesterday": "", "today": "", "stuck": "Wie maakt de foto?"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


class Outsider:
    """Somebody with the link of a mail, at a browser that nobody signed in with."""

    def __init__(self, app: Flask, room: Room) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.client, self.room = app.test_client(), room
        self.key = app.extensions["kapstok"].config.secret_key
        self.path = self.path_of(room.writer)

    def path_of(self, person: Person) -> str:
        word = link_word(self.key, person.uuid, self.room.day(TUESDAY).uuid)
        return f"/beforehand/{word}"

    def see(self) -> TestResponse:
        return self.client.get(self.path, headers={"Accept-Language": "en"})

    def say(self, **fields: object) -> TestResponse:
        headers = {"Accept-Language": "en"}
        return self.client.post(self.path, data={**STUCK, **fields}, headers=headers)


@pytest.fixture
def outsider(app: Flask, room: Room) -> Outsider:
    return Outsider(app, room)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    """The editor, in English."""
    return Visitor(client).enter(room.editor)


def said(room: Room) -> list[Beforehand]:
    with room.database.reading() as session:
        return list(session.scalars(select(Beforehand)))


def test_what_is_said_without_a_sign_in_stands_on_the_page_of_the_meetup(
    outsider: Outsider, visitor: Visitor, room: Room
) -> None:
    assert "Content-meet-up of De Linde, Tue 10 Nov 09:30" in outsider.see().text

    assert outsider.say(yesterday="Twee\nregels").status_code == 303

    (row,) = said(room)
    assert (row.person_id, row.yesterday, row.stuck) == (
        room.writer.id,
        "Twee\nregels",
        "Wie maakt de foto?",
    )
    page = visitor.see(room.page(TUESDAY))
    part = page.split('id="said"')[1].split("</section>", maxsplit=1)[0]
    assert "Joris Visser" in part
    assert "Wie maakt de foto?" in part
    assert "cannot come" in people(page)
    assert "Saved." in outsider.see().text
    with room.database.reading() as session:
        entry = session.scalars(select(AuditEntry).filter_by(action="beforehand.said")).one()
        assert entry.actor_id == room.writer.id


def test_who_said_so_is_absent_when_it_begins(
    outsider: Outsider, visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    outsider.say()

    begin(visitor, room, clock)

    assert there(room) == {"Mo Kaya": True, "Joris Visser": False}


def test_nothing_at_all_is_refused_and_too_much_stays_typed(outsider: Outsider, room: Room) -> None:
    nothing = outsider.say(stuck="")
    much = outsider.say(stuck="x" * 1001)

    assert (nothing.status_code, much.status_code) == (422, 422)
    assert "Fill in at least one of the three." in nothing.text
    assert "x" * 1001 in much.text
    assert said(room) == []


def test_it_is_changed_and_a_stale_change_shows_both_texts(outsider: Outsider, room: Room) -> None:
    outsider.say()
    first = said(room)[0].version
    assert outsider.say(stuck="Toch niet", version=first).status_code == 303

    stale = outsider.say(stuck="Van een oud scherm", version=first)
    unseen = outsider.say(stuck="Van een leeg scherm")

    assert (stale.status_code, unseen.status_code) == (409, 409)
    assert "Toch niet" in stale.text
    assert "Van een oud scherm" in stale.text
    assert [one.stuck for one in said(room)] == ["Toch niet"]


def test_who_can_come_after_all_takes_it_back(outsider: Outsider, room: Room) -> None:
    outsider.say()
    where = f"{outsider.path}/withdrawal"

    stale = outsider.client.post(where, data={"version": 99})
    back = [outsider.client.post(where, data={"version": 1}).status_code for _ in range(2)]

    assert stale.status_code == 409
    assert back == [303, 303]
    assert said(room) == []


def test_a_link_that_nobody_signed_opens_nothing(outsider: Outsider, room: Room) -> None:
    whole = outsider.path
    with room.database.reading() as session:
        others = session.get_one(Occurrence, room.ids[WEDNESDAY]).uuid
    forged = link_word("another key altogether, of somebody else", room.writer.uuid, others)

    for path in (f"{whole}x", "/beforehand/no-such-token", f"/beforehand/{forged}"):
        outsider.path = path
        assert outsider.see().status_code == 410
        assert outsider.say().status_code == 410
        assert outsider.client.post(f"{path}/withdrawal").status_code == 410
    assert said(room) == []
    assert masked(whole) == "/beforehand/..."


class Ending:
    """The ways in which nobody waits for an answer any more."""

    def __init__(self, session: Session, room: Room) -> None:
        self.occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        self.meetup = session.get_one(Meetup, room.meetup_id)
        self.writer = session.get_one(Person, room.writer.id)
        self.editor = session.get_one(Person, room.editor.id)
        self.session = session

    def closed(self) -> None:
        told = {"closed_at": NOW, "closed_by_id": self.editor.id}
        a_sitting(self.session, self.occurrence, self.editor, **told)

    def cancelled(self) -> None:
        self.occurrence.cancel_day(self.editor, NOW)

    def ended(self) -> None:
        self.meetup.delete(NOW)

    def left(self) -> None:
        self.writer.memberships[0].ended_at = NOW

    def unseen(self) -> None:
        self.writer.memberships[0].stop_taking_part()

    def uninvited(self) -> None:
        self.meetup.participants = [self.editor]

    def without_account(self) -> None:
        self.writer.active = False

    def long_over(self) -> None:
        self.occurrence.starts_at -= timedelta(days=1)
        self.occurrence.ends_at -= timedelta(days=1)


@pytest.mark.parametrize("way", [name for name in vars(Ending) if not name.startswith("_")])
def test_a_link_is_over_once_nobody_waits_for_an_answer(
    outsider: Outsider, room: Room, way: str
) -> None:
    outsider.say()
    with room.database.writing() as session:
        getattr(Ending(session, room), way)()

    assert outsider.see().status_code == 410
    assert outsider.say(stuck="Te laat", version=1).status_code == 410
    assert [one.stuck for one in said(room)] == ["Wie maakt de foto?"]


def test_one_person_sends_it_only_so_often(outsider: Outsider) -> None:
    allowed = BEFOREHAND_OF_ONE_PERSON.amount

    answers = [outsider.say(stuck="").status_code for _ in range(allowed + 1)]

    assert answers == [422] * allowed + [429]


def test_who_is_not_to_be_seen_said_nothing_that_is_shown(visitor: Visitor, room: Room) -> None:
    with room.database.writing() as session:
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        joris = session.get_one(Person, room.writer.id)
        said_beforehand(session, occurrence, joris)
        joris.memberships[0].stop_taking_part()

    assert 'id="said"' not in visitor.see(room.page(TUESDAY))


def test_a_participant_finds_the_link_on_the_page_too(visitor: Visitor, room: Room) -> None:
    page = visitor.see(room.page(TUESDAY))
    (own,) = re.findall(r'href="(/beforehand/[^"]+)">I cannot come', page)

    assert visitor.send(own, **STUCK).status_code == 303

    assert [one.person_id for one in said(room)] == [room.editor.id]
    assert "Change what you said beforehand" in visitor.see(room.page(TUESDAY))
