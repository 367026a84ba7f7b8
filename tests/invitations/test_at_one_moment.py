"""Two choices, two plans and two rounds at one moment; on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from calendar_app.feed.models import MeetupsByMail
from calendar_app.invitations.models import Invitation, InvitationVersion
from calendar_app.people.models import Person
from calendar_app.reminders import due, outbox
from calendar_app.reminders.mail import stop_token
from calendar_app.worker import Rounds
from tests.builders import sign_in
from tests.invitations.conftest import A_WHILE, Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from calendar_app.config import Config
    from calendar_app.db import Base


def together(*acts: Callable[[], object]) -> list[object]:
    """What each answers, begun at one moment; what one raises is raised."""
    start = Barrier(len(acts))

    def begin(act: Callable[[], object]) -> object:
        start.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def count(room: Room, model: type[Base]) -> int:
    with room.scene.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_of_two_plans_each_calendar_gets_one_version(room: Room) -> None:
    room.enter("Anouk", "Joris")
    room.choose("mail", 0, 1)
    room.plan()
    room.change(place="Zaal 4")

    made = together(*[room.plan] * 4)

    assert sorted(map(str, made)) == ["0", "0", "0", "4"]
    assert (count(room, Invitation), count(room, InvitationVersion)) == (2, 4)


def test_of_two_first_plans_each_calendar_gets_one_version(room: Room) -> None:
    room.enter("Anouk", "Joris")
    with room.writing() as session:
        outbox.plan(session, room.scene.now)
    room.choose("mail", 0, 1)

    made = together(*[room.plan] * 3)

    assert sorted(map(str, made)) == ["0", "0", "2"]
    assert (count(room, Invitation), count(room, InvitationVersion)) == (2, 2)


def test_one_choice_is_kept_of_two_that_are_made_at_one_moment(app: Flask, room: Room) -> None:
    room.enter("Anouk")
    app.config["WTF_CSRF_ENABLED"] = False

    def choose() -> int:
        with app.app_context():
            client = app.test_client()
        client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
        sign_in(client, room.scene.person(0))
        return client.post("/feeds/meetups", data={"way": "mail", "version": "0"}).status_code

    answers = together(choose, choose)

    assert sorted(map(str, answers)) == ["303", "409"]
    assert count(room, MeetupsByMail) == 1


def test_the_link_of_a_mail_may_be_posted_twice_at_one_moment(
    app: Flask, config: Config, room: Room
) -> None:
    room.enter("Anouk")
    room.choose("mail")
    with room.scene.database.reading() as session:
        uuid = session.get_one(Person, room.scene.people[0]).uuid
    address = f"/unsubscribe/{stop_token(config, uuid, due.INVITATION)}"

    answers = together(*[lambda: app.test_client().post(address).status_code] * 3)

    assert answers == [200, 200, 200]
    with room.scene.database.reading() as session:
        assert session.scalars(select(MeetupsByMail)).one().way == "feed"


def test_the_worker_plans_and_sends_it_by_itself(room: Room) -> None:
    room.enter("Anouk")
    rounds = Rounds(room.scene.desk)
    rounds.send()
    assert room.rows() == []

    # A choice is a change at which the worker plans anew.
    room.choose("mail")
    rounds.send()
    assert room.states() == [("invitation", "pending")]

    room.scene.now += A_WHILE
    rounds.send()
    assert room.states() == [("invitation", "sent")]
    assert room.calendars["anouk"].take(room.mails()) == ["REQUEST"]
