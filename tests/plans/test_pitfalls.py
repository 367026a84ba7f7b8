"""The radar: which facts make a pitfall, and which do not, each rule with a table of examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Plan
from calendar_app.plans.pitfalls import (
    AudienceFact,
    ChannelFact,
    Finding,
    RadarFacts,
    ValueFact,
    radar,
    working_days_since,
)
from calendar_app.plans.queries import radar_facts
from tests import builders
from tests.plans.room import NOW

if TYPE_CHECKING:
    from tests.plans.room import Room

TUESDAY = date(2026, 11, 10)
CALM = RadarFacts(
    today=TUESDAY,
    audiences=[AudienceFact(1, "Nurses", known_online=1)],
    values=[ValueFact(2, "Nearby")],
    channels=[ChannelFact(3, "LinkedIn", 3, date(2026, 11, 9))],
    posts_by_owner=[("Anouk", 5), ("Joris", 5)],
)


def found(**facts: Any) -> list[Finding]:
    return radar(replace(CALM, **facts))


def keys(**facts: Any) -> list[str]:
    return [finding.key for finding in found(**facts)]


def words(finding: Finding) -> str:
    return finding.fact % finding.values


def test_a_team_that_does_well_has_no_pitfall() -> None:
    assert radar(CALM) == []


def test_a_team_that_has_nothing_yet_has_no_pitfall() -> None:
    assert radar(RadarFacts(TUESDAY)) == []


@pytest.mark.parametrize(("points", "fires"), [(0, False), (1, True), (4, True)])
def test_a_question_with_points_is_too_broad(points: int, *, fires: bool) -> None:
    assert (keys(points_of_question=points) == ["too_broad"]) is fires


@pytest.mark.parametrize(("known", "fires"), [(0, True), (1, False), (3, False)])
def test_an_audience_without_a_known_online_fact_is_named(known: int, *, fires: bool) -> None:
    audiences = [AudienceFact(1, "Nurses", known), AudienceFact(4, "Pupils", 2)]

    pitfalls = found(audiences=audiences)

    assert [(one.key, one.row_id) for one in pitfalls] == ([("not_online", 1)] if fires else [])


@pytest.mark.parametrize("lack", ["has_meaning", "has_border", "has_example"])
def test_a_value_that_lacks_something_is_counted_and_led_to(lack: str) -> None:
    lacking: dict[str, Any] = {lack: False}
    bare = replace(ValueFact(7, "Skill"), **lacking)

    (pitfall,) = found(values=[ValueFact(2, "Nearby"), bare])

    assert pitfall.row_id == 7
    assert words(pitfall) == "1 of the 2 values lack a meaning, a border or an example."


@pytest.mark.parametrize(("count", "fires"), [(0, False), (1, True)])
def test_posts_that_fit_no_value_go_in_all_directions(count: int, *, fires: bool) -> None:
    assert (keys(posts_without_value=count) == ["without_value"]) is fires


@pytest.mark.parametrize(
    ("posts", "fires"),
    [
        ({"Anouk": 8}, True),
        ({"Anouk": 7}, False),
        ({"Anouk": 7, "Joris": 3}, False),
        ({"Anouk": 8, "Joris": 3}, True),
        ({"Anouk": 71, "Joris": 29}, True),
        ({"Anouk": 70, "Joris": 30}, False),
        ({}, False),
    ],
)
def test_one_person_with_more_than_seventy_percent_of_eight_posts_or_more(
    posts: dict[str, int], *, fires: bool
) -> None:
    assert (keys(posts_by_owner=list(posts.items())) == ["on_the_side"]) is fires


def test_who_does_it_on_the_side_is_named_with_the_share() -> None:
    (pitfall,) = found(posts_by_owner=[("Anouk", 9), ("Joris", 1)])

    assert words(pitfall) == "Anouk owned 90% of the 10 posts of the last four weeks."


@pytest.mark.parametrize(
    ("cadence", "last", "fires"),
    [
        # Three a week: two periods are three working days and a third.
        (3, date(2026, 11, 4), False),
        (3, date(2026, 11, 3), True),
        # Every working day: Friday to Tuesday is one day of silence.
        (5, date(2026, 11, 6), False),
        (5, date(2026, 11, 5), False),
        (5, date(2026, 11, 4), True),
        (1, date(2026, 10, 26), False),
        (1, date(2026, 10, 23), True),
        (0, date(2026, 1, 1), False),
        (3, date(2026, 11, 12), False),
    ],
)
def test_a_channel_is_silent_after_two_periods_of_its_cadence(
    cadence: int, last: date, *, fires: bool
) -> None:
    channels = [ChannelFact(3, "LinkedIn", cadence, last)]

    assert (keys(channels=channels) == ["silence"]) is fires


@pytest.mark.parametrize(
    ("last", "days"),
    [
        (date(2026, 11, 9), 0),
        (date(2026, 11, 6), 1),
        (date(2026, 11, 3), 4),
        (date(2026, 11, 10), 0),
        (date(2026, 11, 20), 0),
    ],
)
def test_working_days_between_leave_out_both_ends_and_the_weekend(last: date, days: int) -> None:
    assert working_days_since(last, TUESDAY) == days


# In a team that works


def test_the_plan_shows_what_its_posts_and_parts_say(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        team = session.get_one(Team, room.team_id)
        plan.values[0].edit(example="A day at the ward.")
        for _ in range(8):
            owner = room.people["writer"]
            builders.a_post(
                session,
                team,
                plan,
                owner_id=owner,
                state="published",
                published_at=NOW - timedelta(days=9),
            )
        plan.add_audience("Pupils").add_fact("They watch films.")
        name = session.get_one(Person, room.people["writer"]).name

    page = room.visitor("editor").open(room.address)

    assert f"{name} owned 100% of the 8 posts of the last four weeks." in page
    assert "LinkedIn had no post for 6 working days; you want 3 a week." in page
    assert "Of Pupils no fact is known about where they are online." in page
    assert "lack a meaning" not in page
    assert "hang on no value" not in page


def test_old_coming_deleted_and_cancelled_posts_do_not_count(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        team = session.get_one(Team, room.team_id)
        facts: list[dict[str, Any]] = [
            {"starts_at": NOW - timedelta(days=29)},
            {"starts_at": NOW + timedelta(days=1)},
            {"starts_at": NOW - timedelta(days=1), "deleted_at": NOW},
            {"starts_at": NOW - timedelta(days=1), "state": "cancelled"},
            {"starts_at": None, "state": "idea"},
        ]
        for each in facts * 2:
            builders.a_post(session, team, plan, owner_id=room.people["writer"], **each)

    with room.database.reading() as session:
        seen = radar_facts(session, session.get_one(Plan, room.plan_id), NOW, TUESDAY)

    assert seen.posts_by_owner == []
    assert seen.posts_without_value == 0


def test_a_post_without_a_value_is_seen(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        post = builders.a_post(
            session, session.get_one(Team, room.team_id), plan, starts_at=NOW - timedelta(days=1)
        )
        post.value_links = []

    with room.database.reading() as session:
        seen = radar_facts(session, session.get_one(Plan, room.plan_id), NOW, TUESDAY)

    assert seen.posts_without_value == 1
