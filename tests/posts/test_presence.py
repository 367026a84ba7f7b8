"""Who else has a post open to write on it is told to who writes, and to nobody else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from calendar_app import clock
from calendar_app.people.models import Membership, Person, Team
from calendar_app.posts import presence
from calendar_app.posts.models import Post
from calendar_app.posts.presence import FRESH, GONE_AFTER, LASTS, PostPresence
from tests import builders
from tests.posts.room import NOW, Room, a_room
from tests.support.site import Site, _tuesday_morning, ask, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from calendar_app.db import Database

__all__ = ["_tuesday_morning", "site"]


@pytest.fixture
def post(site: Site) -> str:
    return f"/posts/{site.post().partition(':')[0]}"


def told(client: FlaskClient, post: str) -> str:
    """What a page is told when it says that it is open."""
    answer = ask(client, f"{post}/presence")
    assert answer.status_code == 200, answer.text
    said: str = json.loads(answer.text)["said"]
    return said


def leave(client: FlaskClient, post: str) -> None:
    assert ask(client, f"{post}/presence/end").status_code == 200


def hide(site: Site, role: str) -> None:
    with site.database.writing() as session:
        theirs = select(Membership).where(Membership.person_id == site.people[role])
        session.scalars(theirs).one().takes_part = False


def test_two_writers_see_each_other_come_and_go(site: Site, post: str) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")

    assert told(writer, post) == ""
    assert told(editor, post) == "Writer Bos is working on this post too."
    assert told(writer, post) == "Editor Bos is working on this post too."
    leave(editor, post)
    assert told(writer, post) == ""


def test_who_was_not_heard_of_for_a_while_is_gone(site: Site, post: str, time_machine: Any) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    told(editor, post)

    time_machine.move_to(clock.now() + GONE_AFTER - timedelta(seconds=1), tick=False)
    before = told(writer, post)
    time_machine.move_to(clock.now() + timedelta(seconds=1), tick=False)

    assert before != ""
    assert told(writer, post) == ""


def test_another_post_and_another_team_are_told_nothing(site: Site, post: str) -> None:
    other = f"/posts/{site.post().partition(':')[0]}"
    with site.database.writing() as session:
        stranger = builders.a_person(session, builders.a_team(session), "admin").id
    site.people["stranger"] = stranger
    client = site.visitor("stranger")
    told(site.visitor("editor"), post)

    assert told(site.visitor("writer"), other) == ""
    for path in ("presence", "presence/end"):
        assert ask(client, f"{post}/{path}").status_code == 404
        assert ask(client, f"/posts/999999/{path}").status_code == 404


def test_a_reader_neither_appears_nor_is_told(site: Site, post: str) -> None:
    viewer = site.visitor("viewer")
    told(site.visitor("writer"), post)

    for path in ("presence", "presence/end"):
        assert ask(viewer, f"{post}/{path}").status_code == 403
    assert "data-presence" not in viewer.get(post).text
    assert told(site.visitor("writer"), post) == ""
    assert 'role="status" data-presence="' in site.visitor("writer").get(post).text


def test_who_became_a_reader_or_left_is_told_no_more(site: Site, post: str) -> None:
    writer = site.visitor("writer")
    told(site.visitor("editor"), post)
    theirs = select(Membership).where(Membership.person_id == site.people["editor"])

    with site.database.writing() as session:
        session.scalars(theirs).one().role = "viewer"
    as_reader = told(writer, post)
    with site.database.writing() as session:
        membership = session.scalars(theirs).one()
        membership.role, membership.ended_at = "editor", NOW

    assert (as_reader, told(writer, post)) == ("", "")


def test_a_post_in_the_bin_is_not_there(site: Site, post: str) -> None:
    with site.database.writing() as session:
        session.get_one(Post, int(post.rpartition("/")[2])).deleted_at = NOW

    assert ask(site.visitor(), f"{post}/presence").status_code == 404


def test_who_does_not_want_to_be_seen_is_a_colleague(site: Site, post: str) -> None:
    told(site.visitor("editor"), post)
    hide(site, "editor")

    assert told(site.visitor("writer"), post) == "A colleague is working on this post too."


def test_several_unseen_are_not_counted_and_the_others_are_named(site: Site, post: str) -> None:
    with site.database.writing() as session:
        team = session.get_one(Team, site.team_id)
        row = session.get_one(Post, int(post.rpartition("/")[2]))
        for name in ("Anouk", "Bas", "Coen"):
            person = builders.a_person(session, team, "writer", name=name)
            person.memberships[0].takes_part = name == "Anouk"
            presence.note(session, row, person, clock.now())

    said = told(site.visitor("editor"), post)

    assert said == "Anouk and a colleague are working on this post too."


def test_it_is_written_once_in_ten_seconds(site: Site, post: str, time_machine: Any) -> None:
    writer, began = site.visitor("writer"), clock.now()
    moments = []

    for seconds in (0, FRESH.seconds - 1, FRESH.seconds):
        time_machine.move_to(began + timedelta(seconds=seconds), tick=False)
        told(writer, post)
        with site.database.reading() as session:
            moments.append(session.scalars(select(PostPresence.seen_at)).one())

    assert moments == [began, began, began + FRESH]


def test_it_changes_nothing_of_the_post_and_stops_no_save(site: Site, post: str) -> None:
    pair = f"{post.rpartition('/')[2]}:1"
    before = site.row(pair)

    told(site.visitor("editor"), post)

    after = site.row(pair)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert ask(site.visitor("writer"), f"{post}/cancellation", version="1").status_code == 303


@pytest.mark.parametrize("path", ["presence", "presence/end"])
def test_without_the_token_of_the_form_nothing_is_noted(site: Site, post: str, path: str) -> None:
    told(site.visitor("editor"), post)
    site.app.config["WTF_CSRF_ENABLED"] = True

    assert ask(site.visitor("editor"), f"{post}/{path}").status_code == 400
    assert rows(site.database) == 1
    site.app.config["WTF_CSRF_ENABLED"] = False
    assert told(site.visitor("writer"), post) != ""


def rows(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(PostPresence)) or 0


def test_what_is_a_day_old_is_cleared_away_and_goes_with_its_post(database: Database) -> None:
    with database.writing() as session:
        room: Room = a_room(session)
        old, new = room.post(), room.post()
        presence.note(session, old, room.writer, NOW - LASTS - timedelta(seconds=1))
        presence.note(session, new, room.writer, NOW - LASTS + timedelta(seconds=1))

        presence.forget_old(session, NOW)

        assert session.scalars(select(PostPresence.post_id)).all() == [new.id]
        assert session.get(Person, room.writer.id) is room.writer
        session.delete(new)

    assert rows(database) == 0
