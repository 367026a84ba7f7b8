"""Kept pages: quick to look at again, and never old after somebody changed something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calendar_app.people.models import Person, Team
from calendar_app.posts.models import Post
from calendar_app.web.kept import Kept
from tests import builders
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database

MONTH = "/calendar?date=2026-11-10"
# The mark of a post; the legend has one too.
LATE = 'is-late" href='


def month(client: FlaskClient) -> str:
    """The month page, as this browser sees it."""
    return client.get(MONTH).get_data(as_text=True)


def a_full_month(database: Database) -> tuple[Person, Person, int]:
    """Two colleagues of a team and the id of its one post."""
    with database.writing() as session:
        session.expire_on_commit = False
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        writer = builders.a_person(session, team, name="Anouk Visser")
        viewer = builders.a_person(session, team, "viewer", name="Henk Mulder")
        post = builders.a_post(session, team, plan, title="Voor de wijziging")
        return writer, viewer, post.id


def test_a_colleagues_change_shows_at_once(
    app: Flask, database: Database, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-10T08:18:00Z", tick=False)
    writer, _viewer, post_id = a_full_month(database)
    client = app.test_client()
    builders.sign_in(client, writer)
    month(client)
    assert "Voor de wijziging" in month(client)

    with database.writing() as session:
        session.get_one(Post, post_id).title = "Na de wijziging"

    assert "Na de wijziging" in month(client)


def test_each_person_sees_their_own_page(app: Flask, database: Database, time_machine: Any) -> None:
    time_machine.move_to("2026-11-10T08:18:00Z", tick=False)
    writer, viewer, _post_id = a_full_month(database)
    pages = {}
    for person in (writer, viewer):
        client = app.test_client()
        builders.sign_in(client, person)
        month(client)
        pages[person.name] = month(client)

    assert "Anouk Visser" in pages["Anouk Visser"]
    assert "/posts/new" in pages["Anouk Visser"]
    assert "Anouk Visser" not in pages["Henk Mulder"].split("<main")[0]
    assert "/posts/new" not in pages["Henk Mulder"]


def test_a_role_that_changed_changes_the_page(
    app: Flask, database: Database, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-10T08:18:00Z", tick=False)
    writer, _viewer, _post_id = a_full_month(database)
    client = app.test_client()
    builders.sign_in(client, writer)
    month(client)
    assert "/posts/new" in month(client)

    with database.writing() as session:
        session.get_one(Person, writer.id).memberships[0].role = "viewer"

    assert "/posts/new" not in month(client)


def test_a_post_becomes_late_within_ten_seconds(
    app: Flask, database: Database, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-10T09:29:55Z", tick=False)
    writer, _viewer, _post_id = a_full_month(database)
    client = app.test_client()
    builders.sign_in(client, writer)
    month(client)
    assert LATE not in month(client)

    time_machine.move_to("2026-11-10T09:30:05Z", tick=False)

    assert LATE in month(client)


def test_the_second_look_asks_one_question(
    app: Flask, database: Database, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-10T08:18:00Z", tick=False)
    writer, _viewer, _post_id = a_full_month(database)
    client = app.test_client()
    builders.sign_in(client, writer)
    month(client)
    month(client)

    with statements(database) as sent:
        month(client)

    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 1


def test_a_message_is_shown_once(app: Flask, database: Database, time_machine: Any) -> None:
    time_machine.move_to("2026-11-10T08:18:00Z", tick=False)
    writer, _viewer, _post_id = a_full_month(database)
    client = app.test_client()
    builders.sign_in(client, writer)
    month(client)
    month(client)
    with client.session_transaction() as cookie:
        cookie["_flashes"] = [("good", "Opgeslagen, en wel nu.")]

    first, second = month(client), month(client)

    assert "Opgeslagen, en wel nu." in first
    assert "Opgeslagen, en wel nu." not in second


def test_a_value_written_over_itself_is_no_change(database: Database) -> None:
    writer, _viewer, post_id = a_full_month(database)
    with database.reading() as session:
        team_id = session.get_one(Person, writer.id).memberships[0].team_id
        before = session.get_one(Team, team_id).revision

    with database.writing() as session:
        post = session.get_one(Post, post_id)
        post.title = str(post.title)

    with database.reading() as session:
        assert session.get_one(Team, team_id).revision == before


def test_what_was_not_looked_at_for_longest_leaves_first() -> None:
    kept = Kept(most=10)
    kept.put("a", b"1234")
    kept.put("b", b"1234")
    assert kept.get("a") == b"1234"

    kept.put("c", b"1234")

    assert kept.get("b") is None
    assert kept.get("a") == kept.get("c") == b"1234"


def test_a_page_larger_than_all_room_is_not_kept() -> None:
    kept = Kept(most=10)

    kept.put("a", b"12345678901")

    assert kept.get("a") is None
