"""One click on the agenda: approve a post, move it to the next meet-up's day, take it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

from calendar_app.meetups.agenda import Item, PostFact
from calendar_app.meetups.item_steps import Steps
from calendar_app.people.models import Team
from calendar_app.posts.models import Post
from tests.builders import a_person, a_plan, a_post, sign_in
from tests.meetups.test_actions import block
from tests.meetups.test_pages import TUESDAY, Room
from tests.meetups.visitor import NOW, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from calendar_app.db import Database

STARTS = datetime(2026, 11, 10, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    """The editor, in English."""
    return Visitor(client).enter(room.editor)


def laid(room: Room, **facts: Any) -> Post:
    """A post of this morning, with all that a day asks for."""
    with room.database.writing() as session:
        session.expire_on_commit = False
        team = session.get_one(Team, room.team_id)
        return a_post(session, team, a_plan(session, team), **{"starts_at": STARTS, **facts})


def kept(room: Room, post: Post) -> Post:
    with room.database.reading() as session:
        found = session.get_one(Post, post.id)
        assert found.team.zone
        return found


def pressed(visitor: Visitor, room: Room, part: str, button: str) -> str:
    """The page after this button of this block was pressed, as its form says."""
    page = block(visitor.see(room.page(TUESDAY)), part)
    form = page.split(f'id="{button}"')[0].rsplit("<form", maxsplit=1)[1]
    address = form.split('action="')[1].split('"')[0]
    names = [piece.split('"') for piece in form.split('name="')[1:]]
    fields = {piece[0]: piece[2] for piece in names if piece[0] != "csrf_token"}
    answer = visitor.send(address, **fields)
    assert (answer.status_code, answer.location) == (303, f"{room.page(TUESDAY)}#{part}")
    return visitor.see(room.page(TUESDAY))


def test_a_post_in_review_is_approved_where_it_stands(visitor: Visitor, room: Room) -> None:
    post = laid(room, state="in_review", reviewer_id=room.editor.id)

    page = pressed(visitor, room, "today", f"approve-{post.id}")

    found = kept(room, post)
    assert (found.state, found.approved_by_id) == ("approved", room.editor.id)
    assert "1 post changed." in page
    assert f'id="approve-{post.id}"' not in page


def test_a_late_post_moves_to_the_day_of_the_next_meet_up(visitor: Visitor, room: Room) -> None:
    post = laid(room, state="draft")

    pressed(visitor, room, "today", f"move-{post.id}")

    assert kept(room, post).starts_at == datetime(2026, 11, 11, 8, tzinfo=UTC)


def test_what_nobody_works_on_is_taken(visitor: Visitor, room: Room) -> None:
    post = laid(room, state="idea", starts_at=None)

    page = pressed(visitor, room, "ideas", f"take-{post.id}")

    assert kept(room, post).owner_id == room.editor.id
    assert f'id="take-{post.id}"' not in page


def test_what_was_changed_meanwhile_is_not_approved(visitor: Visitor, room: Room) -> None:
    post = laid(room, state="in_review")
    form = {"post": f"{post.id}:{post.version}", "step": "approve", "next": room.page(TUESDAY)}
    with room.database.writing() as session:
        session.get_one(Post, post.id).touch()

    answer = visitor.send("/calendar/edits", **form)

    assert answer.status_code == 409
    assert kept(room, post).state == "in_review"


def test_a_viewer_only_looks(client: FlaskClient, room: Room) -> None:
    post = laid(room, state="in_review")
    with room.database.writing() as session:
        session.expire_on_commit = False
        viewer = a_person(session, session.get_one(Team, room.team_id), "viewer")
    sign_in(client, viewer, NOW)

    page = client.get(room.page(TUESDAY)).get_data(as_text=True)

    assert post.title in page
    assert "item-action" not in page


def test_a_post_of_who_does_not_want_to_be_seen_is_not_there_to_be_taken(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        session.expire_on_commit = False
        hidden = a_person(session, session.get_one(Team, room.team_id))
        hidden.memberships[0].takes_part = False
    post = laid(room, state="idea", starts_at=None, owner_id=hidden.id)

    assert f'id="take-{post.id}"' not in visitor.see(room.page(TUESDAY))


def steps(**changes: Any) -> Steps:
    told = {
        "here": "/meetups/occurrences/1",
        "me_id": 7,
        "zone": "Europe/Amsterdam",
        "next_day": date(2026, 11, 11),
        "writes": True,
        "approves": True,
        "only_asked": False,
        **changes,
    }
    return Steps(**told)


def test_with_levels_only_who_is_asked_approves() -> None:
    mine = PostFact(1, "Rooster", "in_review", reviewer_id=7)
    another = PostFact(2, "Rooster", "in_review", reviewer_id=8)

    assert [steps().can_approve(one) for one in (mine, another)] == [True, True]
    assert [steps(only_asked=True).can_approve(one) for one in (mine, another)] == [True, False]
    assert not steps(approves=False).can_approve(mine)
    assert not steps().can_approve(PostFact(3, "Rooster", "draft"))


def test_only_what_waits_moves_on() -> None:
    post = PostFact(1, "Rooster", "draft", starts_at=STARTS)
    last_night = PostFact(
        2, "Rooster", "draft", starts_at=datetime(2026, 11, 9, 23, 30, tzinfo=UTC)
    )

    assert steps().days_on(Item(post, late=True), "yesterday") == 1
    assert steps().days_on(Item(post, unapproved=True), "today") == 1
    assert steps().days_on(Item(post, unapproved=True), "coming") == 0
    assert steps().days_on(Item(post), "today") == 0
    # Half past midnight on the clocks of the team: it is of the tenth.
    assert steps().days_on(Item(last_night, late=True), "yesterday") == 1
    assert steps(writes=False).days_on(Item(post, late=True), "today") == 0
