"""A routine: what an experiment showed to work comes back, as a series of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.people.models import Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post, PostSeries
from tests.builders import a_post, an_experiment

if TYPE_CHECKING:
    from tests.plans.room import Room


def tried(room: Room, outcome: str = "routine", **facts: Any) -> tuple[int, int]:
    """The ids of an experiment and of its one post."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        experiment = an_experiment(session, plan, outcome=outcome, lesson="It works.")
        team = session.get_one(Team, room.team_id)
        post = a_post(session, team, plan, experiment_id=experiment.id, **facts)
        return experiment.id, post.id


def page(room: Room, role: str, experiment_id: int) -> str:
    return room.visitor(role).open(f"/plans/{room.plan_id}/experiments/{experiment_id}")


@pytest.mark.parametrize("state", ["published", "draft"])
def test_a_post_of_a_routine_comes_back_as_a_series_outside_the_experiment(
    room: Room, state: str
) -> None:
    experiment_id, post_id = tried(room, state=state, title="Question of the week")
    offered = page(room, "writer", experiment_id)

    answer = room.visitor("writer").send(
        f"/posts/{post_id}/repeat",
        version=1,
        creation_key="once",
        frequency="weekly",
        interval=1,
        weekdays=[1],
        nth=2,
        weekday=1,
        starts_on="2026-11-17",
        time="09:30",
        ends="after",
        count=4,
        make="1",
    )

    assert f'href="/posts/{post_id}/repeat"' in offered
    assert answer.status_code == 303
    with room.database.reading() as session:
        series = session.scalars(select(PostSeries)).one()
        made = [*session.scalars(select(Post).where(Post.series_id == series.id))]
        source = session.get_one(Post, post_id)
        assert len(made) == 4
        assert source.experiment_id == experiment_id
        for post in made:
            assert (post.state, post.title) == ("draft", "Question of the week")
            assert post.values == source.values
            assert post.channels == source.channels
            assert post.experiment_id is None


@pytest.mark.parametrize(("outcome", "role"), [("stop", "writer"), ("routine", "viewer")])
def test_nothing_comes_back_of_what_stopped_or_for_who_writes_no_posts(
    room: Room, outcome: str, role: str
) -> None:
    experiment_id, post_id = tried(room, outcome=outcome)

    assert f"/posts/{post_id}/repeat" not in page(room, role, experiment_id)
