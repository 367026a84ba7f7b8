"""Two people at one meet-up press the same button at one moment; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from calendar_app.db import Base, Database
from calendar_app.meetups.actions import Action
from calendar_app.meetups.beforehand import Beforehand, link_word
from calendar_app.meetups.hosting import HostOfDay, MeetupTurn
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.sittings import Attendance, Sitting
from calendar_app.people.models import AuditEntry, Person
from tests.builders import a_sitting, an_action, sign_in
from tests.meetups.test_pages import THURSDAY, TUESDAY, Room
from tests.meetups.test_pages import answers as answers_of_form
from tests.meetups.visitor import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


def both_post(app: Flask, room: Room, path: str, **fields: object) -> list[int]:
    """What the editor and the writer are answered who send the same at one moment."""
    app.config["WTF_CSRF_ENABLED"] = False
    start = Barrier(2)

    def post(person: Person) -> int:
        client = app.test_client()
        sign_in(client, person, NOW)
        start.wait()
        return client.post(path, data=fields).status_code

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(post, (room.editor, room.writer)))


def count(room: Room, model: type[Base]) -> int:
    with room.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def noted(room: Room, action: str) -> int:
    with room.database.reading() as session:
        wanted = select(func.count()).select_from(AuditEntry).filter_by(action=action)
        return session.scalar(wanted) or 0


def test_a_meetup_is_begun_once(app: Flask, room: Room) -> None:
    version = room.day(TUESDAY).version

    answers = both_post(app, room, f"{room.page(TUESDAY)}/beginning", version=version)

    assert answers == [303, 303]
    assert (count(room, Sitting), count(room, Attendance)) == (1, 2)
    assert noted(room, "sitting.begun") == 1


def test_a_meetup_is_closed_once(app: Flask, room: Room) -> None:
    with room.database.writing() as session:
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        a_sitting(session, occurrence, session.get_one(Person, room.editor.id), begun_at=NOW)

    answers = both_post(app, room, f"{room.page(TUESDAY)}/closing", version=1)

    assert answers == [303, 303]
    assert noted(room, "sitting.closed") == 1


def test_one_day_is_taken_over_by_one(app: Flask, room: Room) -> None:
    path = f"{room.page(TUESDAY)}/turn"

    answers = both_post(app, room, path, shown=room.editor.id, host=room.writer.id)

    assert answers in ([303, 303], [303, 409])
    assert (count(room, HostOfDay), noted(room, "occurrence.host_chosen")) == (1, 1)


def both_are_editors(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Person, room.writer.id).memberships[0].role = "editor"


def test_the_order_of_turns_is_changed_once(app: Flask, room: Room) -> None:
    both_are_editors(room)
    places = {f"turn_{room.editor.id}": 2, f"turn_{room.writer.id}": 1}

    answers = both_post(app, room, f"/meetups/{room.meetup_id}/hosts", version=1, **places)

    # Who comes second sees it done already, or is told that somebody was before them.
    assert answers in ([303, 303], [303, 409])
    assert (count(room, MeetupTurn), noted(room, "meetup.turns_changed")) == (2, 1)


def test_a_series_is_changed_from_one_day_on_once(app: Flask, room: Room) -> None:
    both_are_editors(room)
    told = answers_of_form(room, starts_on="2026-11-12", creation_key="one", version=1)

    answers = both_post(app, room, f"{room.page(THURSDAY)}/following", **told)

    # Whose form is the same as one that was sent, sees that it is done.
    assert answers in ([303, 303], [303, 409])
    assert (count(room, Meetup), noted(room, "meetup.changed_from")) == (2, 1)


def test_days_off_are_called_off_once(app: Flask, room: Room) -> None:
    both_are_editors(room)
    told = {"first": "2027-02-08", "last": "2027-02-12"}

    answers = both_post(app, room, f"/meetups/{room.meetup_id}/days-off", **told)

    # Who comes second is told that there is no meet-up on these days.
    assert answers == [303, 422]
    assert noted(room, "occurrence.cancelled") == 5


def test_something_on_the_agenda_becomes_one_action(app: Flask, room: Room) -> None:
    room.post(title="Een inval", state="idea", starts_at=None)

    answers = both_post(app, room, f"{room.page(TUESDAY)}/agenda-actions", item="post:1")

    assert answers == [303, 303]
    assert (count(room, Action), noted(room, "action.made")) == (1, 1)


def test_an_action_is_done_by_one(app: Flask, room: Room) -> None:
    with room.database.writing() as session:
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        action_id = an_action(session, occurrence, session.get_one(Person, room.writer.id)).id

    answers = both_post(app, room, f"/actions/{action_id}/completion", version=1)

    # Who comes second sees it done already, or is told that somebody was before them.
    assert answers in ([303, 303], [303, 409])
    assert noted(room, "action.done") == 1


def test_what_is_said_beforehand_is_said_once(app: Flask, room: Room) -> None:
    key = app.extensions["kapstok"].config.secret_key
    word = link_word(key, room.writer.uuid, room.day(TUESDAY).uuid)

    answers = both_post(app, room, f"/beforehand/{word}", stuck="Geen foto.")

    # The same twice is one; who comes later is shown that something is there already.
    assert answers in ([303, 303], [303, 409])
    assert (count(room, Beforehand), noted(room, "beforehand.said")) == (1, 1)
