"""The radar: which facts make a pitfall, and which do not, each rule with a table of examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.meetups.queries import plan_occurrences
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Experiment, Plan
from calendar_app.plans.pitfalls import (
    AudienceFact,
    ChannelFact,
    ExperimentFact,
    Finding,
    Limits,
    RadarFacts,
    StumblingBlock,
    ValueFact,
    radar,
    working_days_since,
)
from calendar_app.plans.radar import facts_of, findings_of, limits_of
from tests import builders
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from calendar_app.db import Database
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

    assert words(pitfall) == "Anouk owned 90% of the 10 posts of the last 28 days."


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


@pytest.mark.parametrize(
    ("limits", "fires"),
    [
        (Limits(), True),
        (Limits(share=80), True),
        (Limits(share=90), False),
        (Limits(posts=10), True),
        (Limits(posts=11), False),
    ],
)
def test_a_team_chooses_from_where_on_one_person_is_too_much(
    limits: Limits, *, fires: bool
) -> None:
    posts = [("Anouk", 9), ("Joris", 1)]

    assert (keys(posts_by_owner=posts, limits=limits) == ["on_the_side"]) is fires


@pytest.mark.parametrize(("silence", "fires"), [(1, True), (2, True), (3, False)])
def test_a_team_chooses_how_long_a_channel_may_be_silent(silence: int, *, fires: bool) -> None:
    # Ten a week and one working day ago: two periods and a bit.
    channels = [ChannelFact(3, "LinkedIn", 11, date(2026, 11, 6))]

    assert (keys(channels=channels, limits=Limits(silence=silence)) == ["silence"]) is fires


@pytest.mark.parametrize("tasks", [(), ("Writing",), ("Writing", "Webcare")])
def test_a_task_without_a_deputy_is_named(tasks: tuple[str, ...]) -> None:
    pitfalls = found(tasks_without_deputy=tasks)

    assert [one.key for one in pitfalls] == (["without_deputy"] if tasks else [])
    assert [one.values["count"] for one in pitfalls] == ([len(tasks)] if tasks else [])
    assert all("task" in one.msgids for one in pitfalls)


@pytest.mark.parametrize(
    ("ends_on", "decided", "fires"),
    [
        (date(2026, 11, 9), False, True),
        (date(2026, 11, 9), True, False),
        # The last day belongs to it.
        (TUESDAY, False, False),
        (date(2026, 12, 1), False, False),
        (date(2025, 11, 9), False, True),
    ],
)
def test_an_experiment_past_its_end_needs_an_outcome(
    ends_on: date, *, decided: bool, fires: bool
) -> None:
    pitfalls = found(experiments=[ExperimentFact(5, "Films", ends_on, is_decided=decided)])

    assert [(one.key, one.row_id) for one in pitfalls] == (
        [("without_structure", 5)] if fires else []
    )


def test_how_long_ago_an_experiment_ended_is_told() -> None:
    (pitfall,) = found(experiments=[ExperimentFact(5, "Films", date(2026, 11, 3))])

    assert words(pitfall) == "“Films” ended 7 days ago. Nobody said what comes of it."


@pytest.mark.parametrize(
    ("owner", "action", "coming", "lack"),
    [
        (False, False, 3, "has no owner and no action"),
        (True, False, 3, "has no action"),
        (False, True, 3, "has no owner"),
        (True, True, 3, None),
        (False, False, 0, None),
    ],
)
def test_a_stumbling_block_that_nobody_looks_after_while_posts_are_planned(
    *, owner: bool, action: bool, coming: int, lack: str | None
) -> None:
    block = StumblingBlock("people", "Time", has_owner=owner, has_action=action)

    pitfalls = found(stumbling_blocks=[block], coming_posts=coming)

    assert [one.values["lack"] for one in pitfalls] == ([lack] if lack else [])
    assert [one.row_key for one in pitfalls] == (["people"] if lack else [])


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

    assert f"{name} owned 100% of the 8 posts of the last 28 days." in page
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
        seen = facts_of(session, [session.get_one(Plan, room.plan_id)], NOW, TUESDAY)[room.plan_id]

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
        seen = facts_of(session, [session.get_one(Plan, room.plan_id)], NOW, TUESDAY)[room.plan_id]

    assert seen.posts_without_value == 1


def test_an_experiment_that_is_over_is_seen_and_a_decided_one_is_not(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        for name, outcome in (("Films", ""), ("Podcast", "stop")):
            session.add(
                Experiment(
                    team_id=room.team_id,
                    plan_id=plan.id,
                    name=name,
                    starts_on=TUESDAY - timedelta(days=30),
                    ends_on=TUESDAY - timedelta(days=2),
                    outcome=outcome,
                )
            )

    with room.database.reading() as session:
        plans = [session.get_one(Plan, room.plan_id)]
        seen = radar(facts_of(session, plans, NOW, TUESDAY)[room.plan_id])

    assert [one.values["name"] for one in seen if one.key == "without_structure"] == ["Films"]


@pytest.mark.parametrize("path", ["/", "/meetups/occurrences/{id}"])
def test_today_and_the_agenda_show_what_the_radar_sees(room: Room, path: str) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).add_audience("Pupils")
        team = session.get_one(Team, room.team_id)
        person = session.get_one(Person, room.people["editor"])
        meetup = builders.a_meetup(session, team, [person])
        plan_occurrences(session, meetup, NOW)
        occurrence_id = meetup.occurrences[0].id

    page = room.visitor("editor").open(path.format(id=occurrence_id))

    assert "Of Pupils no fact is known about where they are online." in page
    assert f"/plans/{room.plan_id}/audiences/" in page


def test_the_radar_asks_as_much_of_one_plan_as_of_four(room: Room, database: Database) -> None:
    def asked() -> int:
        with database.reading() as session, statements(database) as seen:
            team = session.get_one(Team, room.team_id)
            findings_of(session, team, NOW, TUESDAY)
            return len(seen)

    before = asked()
    with database.writing() as session:
        team = session.get_one(Team, room.team_id)
        for number in range(3):
            builders.a_plan(session, team, name=f"Plan {number}")

    assert asked() == before


def test_the_limits_are_settings_of_the_team(room: Room) -> None:
    typed = {
        "radar_days": 14,
        "radar_share": 90,
        "radar_posts": 3,
        "radar_silence": 4,
        "radar_unknown_days": 60,
    }
    admin = room.visitor("admin")
    with room.database.reading() as session:
        version = session.get_one(Team, room.team_id).version

    wrong = admin.send("/settings/radar", **{**typed, "radar_share": 40}, version=version)
    good = admin.send("/settings/radar", **typed, version=version)
    stale = admin.send("/settings/radar", **{**typed, "radar_days": 21}, version=version)

    assert (wrong.status_code, good.status_code, stale.status_code) == (422, 303, 409)
    with room.database.reading() as session:
        team = session.get_one(Team, room.team_id)
        assert limits_of(team) == Limits(share=90, posts=3, days=14, silence=4)
        assert team.radar_unknown_days == 60
