from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.errors import NotYours, Refused
from calendar_app.people.models import Person, Team
from calendar_app.posts import queries
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from tests.builders import a_value
from tests.posts.room import DAY, NOW, Room, a_room
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.db import Database


def test_posts_between_holds_the_start_and_not_the_end_in_order(room: Room) -> None:
    later = room.post(starts_at=DAY + timedelta(hours=2))
    first, same = room.post(), room.post()
    room.post(starts_at=DAY - timedelta(seconds=1))
    room.post(starts_at=DAY + timedelta(days=1))
    room.post(starts_at=None)

    found = queries.posts_between(room.session, room.team, DAY, DAY + timedelta(days=1))

    assert found == [first, same, later]


def test_no_query_shows_the_bin_or_another_team(room: Room) -> None:
    binned = room.post()
    binned.delete(room.writer, NOW)
    foreign = a_room(room.session).post("published")
    start, end = DAY - timedelta(days=9), DAY + timedelta(days=9)
    room.session.flush()

    assert queries.posts_between(room.session, room.team, start, end) == []
    assert queries.late_posts(room.session, room.team, end) == []
    assert queries.unapproved_posts(room.session, room.team, start, end) == []
    assert queries.published_between(room.session, room.team, start, end) == []
    assert queries.ideas(room.session, room.team) == []
    for post in (binned, foreign):
        with pytest.raises(NotYours):
            queries.post_of(room.session, room.team, post.id)


def test_late_posts_are_past_and_neither_published_nor_cancelled(room: Room) -> None:
    late = [room.post(state) for state in ("draft", "in_review", "changes_asked", "approved")]
    room.post("published")
    room.post("cancelled")
    room.post(starts_at=DAY + timedelta(days=1))

    assert queries.late_posts(room.session, room.team, DAY + timedelta(minutes=1)) == late
    assert queries.late_posts(room.session, room.team, DAY) == []


def test_unapproved_posts_are_those_that_still_wait_for_somebody(room: Room) -> None:
    waiting = [room.post(state) for state in ("draft", "in_review", "changes_asked")]
    for state in ("approved", "published", "cancelled"):
        room.post(state)

    end = DAY + timedelta(days=1)

    assert queries.unapproved_posts(room.session, room.team, DAY, end) == waiting


def test_published_between_looks_at_the_moment_it_went_out(room: Room) -> None:
    post = room.post("published")
    room.post("approved")
    day = timedelta(days=1)

    assert queries.published_between(room.session, room.team, NOW, NOW + day) == [post]
    assert queries.published_between(room.session, room.team, NOW - day, NOW) == []


def test_ideas_come_newest_first(room: Room) -> None:
    old = Post.new_idea(room.team, "Oud", room.writer, NOW)
    new = Post.new_idea(room.team, "Nieuw", room.writer, NOW + timedelta(hours=1))
    room.session.add_all([new, old])
    room.session.flush()

    assert queries.ideas(room.session, room.team) == [new, old]


def test_the_bin_holds_what_was_deleted_and_gives_only_that(room: Room) -> None:
    kept, gone = room.post(), room.post()
    gone.delete(room.writer, NOW)
    room.session.flush()

    assert queries.bin_of(room.session, room.team) == [gone]
    assert queries.post_in_bin(room.session, room.team, gone.id) is gone
    with pytest.raises(Refused):
        queries.post_in_bin(room.session, room.team, kept.id)
    with pytest.raises(NotYours):
        queries.post_in_bin(room.session, a_room(room.session).team, gone.id)


def test_the_history_comes_last_change_first(room: Room) -> None:
    post = room.post("approved")

    told = [change.action for change in queries.changes_of(room.session, post)]

    assert told == ["approve", "send_to_review", "created"]


def test_two_hundred_posts_take_as_many_queries_as_ten(database: Database) -> None:
    with database.writing() as session:
        room = a_room(session)
        a_value(session, room.plan)
        session.refresh(room.plan)
        team_id, writer_id = room.team.id, room.writer.id
        _fill(session, team_id, writer_id, 10)
    few = _queries(database, team_id)
    with database.writing() as session:
        _fill(session, team_id, writer_id, 190)

    assert _queries(database, team_id) == few <= 6


def _fill(session: Session, team_id: int, writer_id: int, number: int) -> None:
    team, writer = session.get_one(Team, team_id), session.get_one(Person, writer_id)
    plan = queries.open_plans(session, team)[0]
    content = Content(
        "Een bericht",
        plan=plan,
        values=tuple((value, "past") for value in plan.values),
        audiences=tuple(plan.audiences),
        channels=tuple(plan.channels),
        owner=writer,
        starts_at=DAY,
    )
    session.add_all(Post.new(team, content, writer, NOW) for _ in range(number))


def _queries(database: Database, team_id: int) -> int:
    with database.reading() as reader:
        team = reader.get_one(Team, team_id)
        with statements(database) as asked:
            for post in queries.posts_between(reader, team, DAY, DAY + timedelta(days=2)):
                assert [value.name for value in post.values]
                assert [audience.name for audience in post.audiences]
                assert [channel.name for channel in post.channels]
                assert post.owner is not None
                assert post.owner.name
    return len(asked)


def test_posts_to_change_bring_their_approvals_and_own_texts(
    room: Room, database: Database
) -> None:
    ids = [room.post("in_review").id for _number in range(3)]
    room.session.expire_all()
    found = queries.posts_of(room.session, room.team, ids)
    waiting = queries.posts_in_review(room.session, room.team)

    with statements(database) as seen:
        assert [(post.approvals, post.own_text_rows) for post in found] == [([], [])] * 3

    assert (seen, waiting) == ([], found)
