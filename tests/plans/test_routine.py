"""A routine: one post of an experiment that comes back every week."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.moments import local
from calendar_app.people.models import Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post
from calendar_app.posts.routine import days
from tests.builders import a_post, an_experiment

if TYPE_CHECKING:
    from tests.plans.room import Room


@pytest.mark.parametrize(
    ("after", "weekday", "weeks", "expected"),
    [
        # A Tuesday: the same day next week, and tomorrow.
        (date(2026, 11, 10), 1, 2, [date(2026, 11, 17), date(2026, 11, 24)]),
        (date(2026, 11, 10), 2, 1, [date(2026, 11, 11)]),
        (date(2026, 11, 10), 0, 1, [date(2026, 11, 16)]),
        # Over the end of summer time on 25 October 2026, and its beginning on 28 March 2027.
        (date(2026, 10, 20), 6, 2, [date(2026, 10, 25), date(2026, 11, 1)]),
        (date(2027, 3, 22), 6, 2, [date(2027, 3, 28), date(2027, 4, 4)]),
    ],
)
def test_a_routine_falls_on_its_weekday_after_today(
    after: date, weekday: int, weeks: int, expected: list[date]
) -> None:
    assert days(after, weekday, weeks) == expected


def test_a_routine_of_thirteen_weeks_has_a_week_between_its_days() -> None:
    found = days(date(2026, 11, 10), 4, 13)

    assert len(found) == 13
    assert {(later - sooner).days for sooner, later in pairwise(found)} == {7}


def tried(room: Room, outcome: str = "routine", **facts: Any) -> tuple[int, int]:
    """The ids of an experiment and of its one post."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        told = {"outcome": outcome, "lesson": "It works."}
        experiment = an_experiment(session, plan, **told)
        team = session.get_one(Team, room.team_id)
        post = a_post(session, team, plan, experiment_id=experiment.id, **facts)
        return experiment.id, post.id


def copies(room: Room) -> list[Post]:
    with room.database.reading() as session:
        made = select(Post).where(Post.creation_key.is_not(None)).order_by(Post.starts_at)
        return list(session.scalars(made))


@pytest.mark.parametrize(
    ("now", "weekday", "first_days"),
    [
        (datetime(2026, 10, 20, 8, tzinfo=UTC), 1, ["2026-10-27 09:30", "2026-11-03 09:30"]),
        (datetime(2026, 10, 16, 8, tzinfo=UTC), 4, ["2026-10-23 09:30", "2026-10-30 09:30"]),
        (datetime(2027, 3, 22, 8, tzinfo=UTC), 3, ["2027-03-25 09:30", "2027-04-01 09:30"]),
    ],
)
def test_the_time_on_the_wall_stays_when_the_clocks_change(
    room: Room, now: datetime, weekday: int, first_days: list[str]
) -> None:
    experiment_id, post_id = tried(room)
    with time_machine.travel(now, tick=False):
        answer = room.visitor("writer").send(
            f"/experiments/{experiment_id}/routine",
            post=post_id,
            weekday=weekday,
            time="09:30",
            weeks=2,
        )

    assert answer.status_code == 303
    starts = [local(post.starts_at, "Europe/Amsterdam") for post in copies(room) if post.starts_at]
    assert [f"{start:%Y-%m-%d %H:%M}" for start in starts] == first_days


def test_a_routine_makes_drafts_that_say_the_same(room: Room) -> None:
    experiment_id, post_id = tried(room, title="Question of the week", owner_id=None)
    visitor = room.visitor("writer")
    page = visitor.open(f"/experiments/{experiment_id}/routine")

    visitor.send(
        f"/experiments/{experiment_id}/routine", post=post_id, weekday=1, time="10:30", weeks=4
    )

    assert "Question of the week" in page
    with room.database.reading() as session:
        source = session.get_one(Post, post_id)
        made = list(session.scalars(select(Post).where(Post.creation_key.is_not(None))))
        assert len(made) == 4
        for post in made:
            assert (post.state, post.title, post.text) == ("draft", source.title, source.text)
            assert post.values == source.values
            assert post.audiences == source.audiences
            assert post.channels == source.channels
            assert post.experiment_id is None


def test_a_routine_sent_twice_makes_its_posts_once_and_a_longer_one_adds_the_rest(
    room: Room,
) -> None:
    experiment_id, post_id = tried(room)
    visitor, where = room.visitor("writer"), f"/experiments/{experiment_id}/routine"
    asked = {"post": post_id, "weekday": 1, "time": "10:30", "weeks": 3}

    answers = [visitor.send(where, **asked), visitor.send(where, **asked)]
    once = len(copies(room))
    visitor.send(where, **{**asked, "weeks": 5})

    assert [answer.status_code for answer in answers] == [303, 303]
    assert once == 3
    assert len(copies(room)) == 5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"weeks": 14}, "Choose a number from 1 to 13."),
        ({"weeks": 0}, "Fill this in."),
        ({"time": ""}, "Choose a time too."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    room: Room, wrong: dict[str, Any], words: str
) -> None:
    experiment_id, post_id = tried(room)
    asked = {"post": post_id, "weekday": 1, "time": "10:30", "weeks": 3, **wrong}

    answer = room.visitor("writer").send(f"/experiments/{experiment_id}/routine", **asked)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert copies(room) == []


def test_all_posts_of_a_routine_are_made_or_none(room: Room) -> None:
    """Who would post it has not agreed: no week gets a post."""
    experiment_id, post_id = tried(room, sender_id=room.people["writer"])

    answer = room.visitor("writer").send(
        f"/experiments/{experiment_id}/routine", post=post_id, weekday=1, time="10:30", weeks=3
    )

    assert answer.status_code == 422
    assert "no ambassador now" in answer.get_data(as_text=True)
    assert copies(room) == []


def test_what_has_not_become_a_routine_makes_no_posts(room: Room) -> None:
    experiment_id, post_id = tried(room, outcome="stop")
    where = f"/experiments/{experiment_id}/routine"
    visitor = room.visitor("writer")

    assert visitor.client.get(where).status_code == 303
    answer = visitor.send(where, post=post_id, weekday=1, time=time(9).isoformat(), weeks=1)
    assert answer.status_code == 422
    assert copies(room) == []
