"""How often the pages of a plan ask the database, and what is counted there; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.people.models import Team
from calendar_app.plans.models import BrandValue, Channel, Plan
from calendar_app.plans.queries import Count, coming_posts_on, counts_by
from calendar_app.posts.models import Post
from tests.builders import a_plan, a_post, a_team
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.plans.room import Room


def grow(room: Room, size: int) -> None:
    """Let the plan have `size` values, audiences with facts, and channels; and posts on them."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        for number in range(len(plan.values), size):
            letters = f"A{chr(ord('A') + number)}"
            plan.add_value(f"Value {number}")
            plan.add_audience(f"Audience {number}").add_fact(f"Fact {number}")
            plan.add_channel(f"Channel {number}", letters)
        session.flush()
        session.refresh(plan)
        a_post(session, session.get_one(Team, room.team_id), plan)


@pytest.mark.parametrize("page", ["plan", "list", "value", "removed"])
def test_a_page_asks_as_often_for_twelve_values_as_for_two(room: Room, page: str) -> None:
    addresses = {
        "plan": room.address,
        "list": "/plans/",
        "value": room.addresses["value"],
        "removed": f"{room.address}/removed",
    }
    visitor = room.visitor()
    asked = []
    for size in (2, 12):
        grow(room, size)
        visitor.open(addresses[page])
        with statements(room.database) as sent:
            visitor.open(addresses[page])
        asked.append(len(sent))

    assert asked[0] == asked[1]
    assert asked[0] > 0


@pytest.fixture
def plan(session: Session) -> Plan:
    return a_plan(session, a_team(session))


def counts(session: Session, plan: Plan) -> Count:
    return counts_by(session, BrandValue, plan.values, NOW)[plan.values[0].id]


def a_post_on(session: Session, plan: Plan, **facts: Any) -> Post:
    return a_post(session, session.get_one(Team, plan.team_id), plan, **facts)


@pytest.mark.parametrize(
    ("published_at", "recent"),
    [
        (NOW - timedelta(days=28) + timedelta(seconds=1), 1),
        (NOW - timedelta(days=28), 0),
        (NOW, 1),
    ],
)
def test_recent_is_published_in_the_last_four_weeks(
    session: Session, plan: Plan, published_at: datetime, recent: int
) -> None:
    a_post_on(session, plan, state="published", published_at=published_at, starts_at=published_at)

    assert counts(session, plan) == Count(recent=recent)


@pytest.mark.parametrize(
    ("facts", "coming"),
    [
        ({"starts_at": NOW + timedelta(seconds=1)}, 1),
        ({"starts_at": NOW}, 0),
        ({"starts_at": None}, 0),
        ({"starts_at": NOW + timedelta(days=1), "state": "approved"}, 1),
        ({"starts_at": NOW + timedelta(days=1), "state": "cancelled"}, 0),
        ({"starts_at": NOW + timedelta(days=1), "deleted_at": NOW}, 0),
    ],
)
def test_coming_is_planned_for_after_now(
    session: Session, plan: Plan, facts: dict[str, Any], coming: int
) -> None:
    a_post_on(session, plan, **facts)

    assert counts(session, plan) == Count(coming=coming)
    for row in (plan, plan.values[0], plan.audiences[0], plan.channels[0]):
        assert coming_posts_on(session, row, NOW) == coming


def test_a_part_without_posts_counts_none(session: Session, plan: Plan) -> None:
    assert counts_by(session, Channel, plan.channels, NOW) == {plan.channels[0].id: Count()}
    assert counts_by(session, Channel, [], NOW) == {}


def test_posts_of_another_plan_do_not_count(session: Session, plan: Plan) -> None:
    other = a_plan(session, session.get_one(Team, plan.team_id))
    a_post_on(session, other, starts_at=NOW + timedelta(days=1))

    assert counts(session, plan) == Count()
    assert coming_posts_on(session, plan, NOW) == 0
