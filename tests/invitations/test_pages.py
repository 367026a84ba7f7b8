"""Choosing how the meet-ups come into one's calendar, on the pages and by the link in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.feed.models import Feed, MeetupsByMail, meetups_by_mail
from calendar_app.language import say
from calendar_app.people.models import AuditEntry, Person
from calendar_app.reminders import due
from calendar_app.reminders.mail import stop_token
from calendar_app.reminders.models import Delivery
from tests.builders import a_meetup, a_person, a_team, sign_in

if TYPE_CHECKING:
    from datetime import datetime

    from flask.testing import FlaskClient

    from calendar_app.config import Config
    from calendar_app.db import Database


@pytest.fixture
def person(database: Database, client: FlaskClient) -> Person:
    """Anouk, signed in, of a team with a meet-up in which she takes part."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = a_team(session)
        person = a_person(session, team, "admin", name="Anouk", language="en")
        a_meetup(session, team, [person])
    sign_in(client, person)
    return person


def a_feed(database: Database, person: Person, now: datetime, scope: str = "meetups") -> str:
    with database.writing() as session:
        owner = session.get_one(Person, person.id)
        feed, token = Feed.new(owner.memberships[0].team, owner, scope, scope, "full", now)
        session.add(feed)
    return token


def choose(client: FlaskClient, **typed: object) -> tuple[int, str]:
    page = client.get("/feeds").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"csrf_token": token, "version": "0", "way": "mail", **typed}
    answer = client.post(
        "/feeds/meetups", data={name: value for name, value in sent.items() if value is not None}
    )
    return answer.status_code, answer.text


def kept(database: Database) -> list[str]:
    with database.reading() as session:
        return [one.way for one in session.scalars(select(MeetupsByMail))]


def test_a_person_chooses_the_mail_and_the_feed_again(
    client: FlaskClient, database: Database, person: Person, now: datetime
) -> None:
    token = a_feed(database, person, now)
    before = client.get(f"/feeds/{token}.ics")
    assert b"BEGIN:VEVENT" in before.data

    assert choose(client)[0] == 303

    assert kept(database) == ["mail"]
    page = client.get("/feeds").text
    assert "This feed is empty now: you get the meet-ups by mail." in page
    assert 'value="mail" checked' in page
    assert "as invitations by mail. When one changes" in client.get("/settings/reminders").text
    after = client.get(f"/feeds/{token}.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"BEGIN:VEVENT" not in after.data
    assert after.headers["ETag"] != before.headers["ETag"]

    assert choose(client, version="1", way="feed")[0] == 303
    assert kept(database) == ["feed"]
    assert choose(client, version="2", way="feed")[0] == 303
    with database.reading() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        told = [(one.action, one.object_id) for one in entries if "invitations" in one.action]
    assert told == [("invitations.chosen", person.id), ("invitations.left", person.id)]
    again = client.get(f"/feeds/{token}.ics", headers={"If-None-Match": after.headers["ETag"]})
    assert b"BEGIN:VEVENT" in again.data
    assert "The meet-ups are in your feeds." in client.get("/settings/reminders").text


@pytest.mark.parametrize("scope", ["team", "mine", "meetups"])
def test_all_of_my_feeds_are_without_the_meet_ups_and_nobody_elses(
    client: FlaskClient, database: Database, person: Person, now: datetime, scope: str
) -> None:
    with database.writing() as session:
        team = session.get_one(Person, person.id).memberships[0].team
        session.expire_on_commit = False
        other = a_person(session, team, name="Joris")
        a_meetup(session, team, [other], name="Van Joris")
    mine, others = a_feed(database, person, now, scope), a_feed(database, other, now, scope)

    choose(client)

    assert b"BEGIN:VEVENT" not in client.get(f"/feeds/{mine}.ics").data
    assert b"BEGIN:VEVENT" in client.get(f"/feeds/{others}.ics").data
    page = client.get("/feeds").text
    assert ("Without the meet-ups: you get those by mail." in page) == (scope != "meetups")


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    "typed",
    [
        {"way": None},
        {"way": ""},
        {"way": "both"},
        {"way": "mail\r\nX: 1"},
        {"way": "mail", "version": "x"},
        {"way": "mail", "version": None},
        {"way": "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace")},
    ],
    ids=["none", "empty", "both", "lines", "no number", "no version", "surrogate"],
)
def test_a_choice_that_is_none_is_refused_and_changes_nothing(
    client: FlaskClient, database: Database, typed: dict[str, object]
) -> None:
    status, page = choose(client, **typed)

    # A choice that was not sent stays as it is.
    assert status == 303 if typed == {"way": None} else status in {409, 422}
    assert status == 303 or "Meet-ups in your calendar" in page
    assert kept(database) == []


@pytest.mark.usefixtures("person")
def test_a_choice_that_was_changed_elsewhere_is_not_overwritten(
    client: FlaskClient, database: Database
) -> None:
    choose(client)

    status, page = choose(client, way="feed")

    assert status == 409
    assert "As invitations by mail" in page
    assert kept(database) == ["mail"]


def test_the_link_in_a_mail_brings_the_meet_ups_back_into_the_feeds(
    client: FlaskClient, database: Database, config: Config, person: Person
) -> None:
    choose(client)
    address = f"/unsubscribe/{stop_token(config, person.uuid, due.INVITATION)}"

    asked = client.get(address).text
    assert "The meet-ups then go back into your feeds." in asked
    assert kept(database) == ["mail"]
    # A mail program posts this without a token of ours.
    stopped = client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    assert "The meet-ups are in your feeds." in stopped.text
    assert kept(database) == ["feed"]
    assert client.post(address).status_code == 200
    assert kept(database) == ["feed"]

    page = client.get(address).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(f"{address}/undo", data={"csrf_token": token}).status_code == 303
    assert kept(database) == ["mail"]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_log_and_the_page_of_a_day_name_the_kinds(
    client: FlaskClient, database: Database, person: Person, now: datetime, language: str
) -> None:
    with database.writing() as session:
        session.get_one(Person, person.id).language = language
        team_id = session.get_one(Person, person.id).memberships[0].team_id
        for kind in due.OF_CALENDARS:
            facts = {"team_id": team_id, "person_id": person.id, "kind": kind, "state": "cancelled"}
            times = {"due_at": now, "useful_until": now, "created_at": now, "ended_at": now}
            session.add(Delivery(subject=f"{kind}@0", reason=due.TOLD_NEWER, **facts, **times))

    log = client.get("/settings/deliveries").text
    day = client.get(f"/settings/reminders/day?day={now:%Y-%m-%d}").text

    for name in (*due.CALENDAR_NAMES.values(), due.TOLD_NEWER):
        assert say(language, name) in log
        assert say(language, name) in day
    with database.reading() as session:
        uuid = session.scalars(select(Delivery.uuid)).first()
    assert client.get(f"/reminders/{uuid}").status_code == 200


def test_who_does_not_want_to_be_seen_keeps_the_meet_ups_in_the_feed(
    client: FlaskClient, database: Database, person: Person, now: datetime
) -> None:
    token = a_feed(database, person, now)
    choose(client)
    with database.writing() as session:
        session.get_one(Person, person.id).memberships[0].takes_part = False

    assert b"BEGIN:VEVENT" in client.get(f"/feeds/{token}.ics").data


@pytest.mark.usefixtures("person")
def test_a_new_feed_of_meet_ups_says_that_it_is_empty(client: FlaskClient) -> None:
    choose(client)
    page = client.get("/feeds").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]

    made = client.post(
        "/feeds",
        data={"csrf_token": token, "name": "Outlook", "scope": "meetups", "detail": "full"},
    )

    assert made.status_code == 201
    assert "This feed is empty now: you get the meet-ups by mail." in made.text


def test_who_never_chose_has_the_feed(database: Database, person: Person) -> None:
    with database.reading() as session:
        choice = meetups_by_mail(session, session.get_one(Person, person.id))

    assert (choice.way, choice.version) == ("feed", 0)
