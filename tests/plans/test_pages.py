"""What people see of the plans, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Team
from calendar_app.plans.models import Plan
from tests.builders import a_post, a_team
from tests.plans.room import NOW

if TYPE_CHECKING:
    from tests.plans.room import Room


def test_the_list_shows_each_plan_with_its_question_and_how_far_it_is(room: Room) -> None:
    page = room.visitor("viewer").open("/plans/")

    assert f'href="/plans/{room.plan_id}"' in page
    assert "How can we help nurses to apply before 1 July 2027" in page
    assert page.count("step-state is-done") == 4
    assert f'href="/plans/{room.foreign_plan_id}"' not in page


@pytest.mark.parametrize(
    ("language", "title", "step"),
    [("en", "No plan yet", "Preconditions"), ("nl", "Nog geen plan", "Randvoorwaarden")],
)
def test_a_team_without_plans_reads_the_five_steps(
    room: Room, language: str, title: str, step: str
) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).team_id = a_team(session).id

    page = room.visitor("editor", language).open("/plans/")

    assert title in page
    assert step in page
    assert page.count("<li><strong>") == 5
    assert 'href="/plans/new"' in page


def test_who_may_not_make_a_plan_is_told_who_can(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).team_id = a_team(session).id

    page = room.visitor("writer").open("/plans/")

    assert "An editor of your team can make the first plan." in page
    assert "/plans/new" not in page


def test_a_whole_plan_stands_on_one_page(room: Room) -> None:
    page = room.visitor("viewer").open(room.address)

    for words in (
        "measured by applications a month?",
        "A bicycle and a bag.",
        "Nearby",
        "We know you.",
        "Faces",
        "Stock photos",
        "Wanted: 100% of the posts",
        "Job seekers",
        "They look around.",
        "Most are on LinkedIn.",
        "Survey",
        "1 February 2026",
        "LinkedIn",
        "3 posts a week",
    ):
        assert words in page
    assert page.count("Nothing is missing.") == 4


def test_the_page_speaks_dutch(room: Room) -> None:
    page = room.visitor("viewer", "nl").open(room.address)

    for words in ("Wie?", "Hoort erbij", "Valt erbuiten", "Bekend", "3 berichten per week"):
        assert words in page
    assert "vóór 1 juli 2027" in page


def test_a_fact_of_more_than_a_year_ago_is_shown_as_old(room: Room) -> None:
    assert "Older than a year" not in room.visitor("viewer").open(room.address)
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.audiences[0].facts[0].dated_on = date(2025, 11, 9)

    assert "Older than a year" in room.visitor("viewer").open(room.address)


def test_known_and_assumed_are_told_apart_in_words(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).audiences[0].add_fact("They talk at lunch.")

    page = room.visitor("viewer").open(room.address)

    assert '<span class="known-sign">Known</span>' in page
    assert '<span class="known-sign">Assumed</span>' in page


def test_each_missing_point_leads_an_editor_to_where_it_is_mended(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.edit(question_measure="", story="")
        plan.values[0].edit(meaning="")
        plan.channels[0].edit(cadence=0)
        pupils = plan.add_audience("Pupils")
        session.flush()
        pupils_id = pupils.id

    page = room.visitor("editor").open(room.address)

    for path, words in (
        ("why#question_measure", "Say how you will measure it."),
        ("what#story", "Write your story: why did you once begin?"),
        (
            f"values/{room.value_id}#meaning",
            "Nearby has no meaning yet. Write what colleagues notice.",
        ),
        (f"channels/{room.channel_id}#cadence", "LinkedIn: say how many posts a week you want."),
        (
            f"audiences/{pupils_id}/facts/new#text",
            "Pupils: write down where they are, online and offline.",
        ),
    ):
        assert f'<a href="{room.address}/{path}">{words}</a>' in page
    assert "Finish step 1" in page


def test_an_empty_plan_leads_to_the_page_of_each_first_part(room: Room) -> None:
    with room.database.writing() as session:
        plan = Plan.new(session.get_one(Team, room.team_id), "Pupils")
        session.add(plan)
        session.flush()
        address = f"/plans/{plan.id}"

    page = room.visitor("editor").open(address)

    for kind in ("audiences", "values"):
        assert f'<a href="{address}/{kind}/new#name">' in page
    # Its time has not come.
    assert f"{address}/channels/new" not in page


def test_shares_that_do_not_add_up_are_hinted_at(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).values[0].edit(wanted_share=60)

    page = room.visitor("viewer").open(room.address)

    assert "The wanted shares add up to 60%. Make it 100%." in page


def test_posts_are_counted_per_part(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        team = session.get_one(Team, room.team_id)
        a_post(session, team, plan, state="published", published_at=NOW - timedelta(days=3))
        a_post(session, team, plan, starts_at=NOW + timedelta(days=1))
        a_post(session, team, plan, starts_at=NOW + timedelta(days=2))

    page = room.visitor("viewer").open(room.address)

    assert page.count("1 published in 4 weeks, 2 planned") == 3
    assert "100%, wanted 100%" in page


def test_a_viewer_sees_a_plan_without_anything_to_change(room: Room) -> None:
    for role in ("viewer", "writer"):
        page = room.visitor(role).open(room.address)

        for path in room.addresses.values():
            assert f'"{path}"' not in page
        assert f'action="{room.address}' not in page
        assert "Finish step" not in page


def test_an_editor_finds_every_page_from_the_plan(room: Room) -> None:
    visitor = room.visitor("editor")
    pages = visitor.open(room.address) + visitor.open(room.addresses["audience"])

    for path in [*room.addresses.values(), *room.new_addresses.values()]:
        assert f'"{path}"' in pages or path == "/plans/new"
        assert "<h1" in visitor.open(path)


def test_what_is_not_written_down_is_not_an_empty_place(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.values[0].edit(meaning="")
        plan.edit(story="")

    page = room.visitor("viewer").open(room.address)

    assert "No meaning yet." in page
    assert "No story yet." in page
