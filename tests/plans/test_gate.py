"""The gate: steps 1 to 3 come before channels and posts, unless an administrator says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.plans.coach import NO_MEASURE
from calendar_app.plans.models import Plan
from calendar_app.plans.steps import AudienceFacts, ChannelFacts, PlanFacts, ValueFacts, gate, path
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from tests import builders
from tests.plans.room import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.plans.room import Room

WEDNESDAY = datetime(2026, 11, 11, 9, tzinfo=UTC)
VALUE = ValueFacts(7, "Nearby", "We know you.", "Faces", "Stock photos", 100)
WHOLE = PlanFacts(
    question_is_begun=True,
    story="A bicycle and a bag.",
    values=[VALUE],
    audiences=[AudienceFacts(8, "Nurses", facts=2)],
    channels=[ChannelFacts(9, "LinkedIn", cadence=3, audiences=1)],
    tasks_without_doer=(),
    answer_hours=4,
)
# What a plan can lack in its first three steps, by what is then said of it.
LACKING: list[tuple[dict[str, Any], str]] = [
    ({"advice": [NO_MEASURE]}, "Say how you will measure it."),
    ({"audiences": ()}, "Add an audience: who do you want to reach?"),
    ({"audiences": [AudienceFacts(8, "Nurses")]}, "%(name)s: write down where they are"),
    ({"story": ""}, "Write your story: why did you once begin?"),
    ({"values": ()}, "Add a brand value: what do you stand for?"),
    ({"values": [replace(VALUE, meaning="")]}, "%(name)s has no meaning yet."),
    ({"values": [replace(VALUE, belongs="")]}, "%(name)s: write what belongs"),
    ({"values": [replace(VALUE, falls_outside="")]}, "%(name)s: write what belongs"),
    ({"values": [replace(VALUE, wanted_share=90)]}, "The wanted shares add up to"),
]


@pytest.mark.parametrize(("lack", "words"), LACKING)
def test_each_point_of_the_first_three_steps_closes_the_gate(
    lack: dict[str, Any], words: str
) -> None:
    steps = path(replace(WHOLE, **lack))

    (point,) = gate(steps)
    assert point.message.startswith(words)
    assert steps[3].state == "closed"


@pytest.mark.parametrize("channels", [(), [ChannelFacts(9, "LinkedIn")]])
def test_what_step_four_lacks_closes_nothing(channels: Any) -> None:
    steps = path(replace(WHOLE, channels=channels))

    assert gate(steps) == []
    assert steps[3].state in {"open", "busy"}


def test_a_gate_that_was_forced_leaves_step_four_open_and_the_points_in_sight() -> None:
    steps = path(replace(WHOLE, story="", gate_is_forced=True))

    assert [point.place for point in gate(steps)] == ["what"]
    assert steps[3].state == "done"


# Posts


@pytest.fixture
def team(session: Session) -> Team:
    return builders.a_team(session)


@pytest.fixture
def writer(session: Session, team: Team) -> Person:
    return builders.a_person(session, team)


@pytest.fixture
def plan(session: Session, team: Team) -> Plan:
    """A plan that falls short: its story is gone."""
    return builders.a_plan(session, team, story="")


def content(plan: Plan, **more: Any) -> Content:
    values = ((plan.values[0], "Omdat we haar kennen."),)
    return Content("Samira", plan=plan, values=values, audiences=tuple(plan.audiences), **more)


def test_an_idea_may_hang_on_a_plan_that_is_not_ready(
    team: Team, plan: Plan, writer: Person
) -> None:
    idea = Post.new(team, content(plan), writer, NOW)

    assert idea.state == "idea"


def test_a_post_with_a_day_may_not(team: Team, plan: Plan, writer: Person) -> None:
    with pytest.raises(Refused) as refused:
        Post.new(team, content(plan, starts_at=WEDNESDAY), writer, NOW)

    assert refused.value.field == "day"
    assert "(1 points are missing)" in str(refused.value)


def test_an_idea_gets_no_day_and_does_not_become_a_draft(
    session: Session, team: Team, plan: Plan, writer: Person
) -> None:
    idea = Post.new(team, content(plan), writer, NOW)
    session.add(idea)
    session.flush()

    for verb in (
        lambda: idea.schedule(WEDNESDAY.date(), time(9), writer, NOW),
        lambda: idea.back_to_draft(writer, NOW),
    ):
        with pytest.raises(Refused, match="is not ready"):
            verb()

    assert (idea.state, idea.starts_at) == ("idea", None)


def test_a_post_does_not_change_over_to_a_plan_that_is_not_ready(
    session: Session, team: Team, plan: Plan, writer: Person
) -> None:
    ready = builders.a_plan(session, team)
    post = builders.a_post(session, team, ready)

    with pytest.raises(Refused, match="is not ready"):
        post.edit(content(plan, starts_at=post.starts_at), writer, NOW)


def test_a_plan_that_falls_back_keeps_what_is_planned(
    session: Session, team: Team, writer: Person
) -> None:
    plan = builders.a_plan(session, team)
    post = builders.a_post(session, team, plan, starts_at=WEDNESDAY)
    plan.values[0].edit(meaning="")

    post.move_to(date(2026, 11, 12), writer, NOW)
    post.send_to_review(writer, NOW)

    assert post.starts_at == WEDNESDAY.replace(day=12)
    assert post.state == "in_review"


def test_a_date_that_has_passed_closes_the_gate(session: Session, team: Team) -> None:
    plan = builders.a_plan(session, team, question_before=date(2026, 11, 10))

    plan.expect_ready(date(2026, 11, 9))
    with pytest.raises(Refused):
        plan.expect_ready(date(2026, 11, 10))


# On the pages


def lose_the_story(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).edit(story="")


def test_the_plan_says_that_nothing_can_be_planned_yet(room: Room) -> None:
    lose_the_story(room)

    page = room.visitor("writer").open(room.address)

    assert "No posts can be planned yet." in page
    assert "One point of steps 1 to 3 is missing." in page
    assert "opens after step 3" in page
    assert "Let the team go on already" not in page


def test_a_channel_waits_for_the_first_three_steps(room: Room) -> None:
    lose_the_story(room)
    visitor = room.visitor()

    visitor.open(f"{room.address}/channels/new", status=422)
    answer = visitor.send(f"{room.address}/channels/new", name="Intranet", short="IN")

    assert answer.status_code == 422
    assert f"{room.address}/channels/new" not in visitor.open(room.address)


def test_a_refusal_leads_back_to_the_plan(room: Room) -> None:
    """Not only to today: what is missing stands on the plan, and so does the way out."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.story, plan.answer_hours, plan.roles = "", None, []
        plan.channels[0].remove(NOW, 0)
    visitor = room.visitor()

    pages = [visitor.open(f"{room.address}/{page}", 422) for page in ("roles", "channels/new")]
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).archived_at = NOW
    pages += [visitor.open(f"{room.address}/{page}", 422) for page in ("why", "values/new")]

    for page in pages:
        back, today = page.index(f'href="{room.address}">To the plan'), page.index(">To today")
        assert back < today


def test_what_is_not_there_leads_to_no_plan(room: Room) -> None:
    page = room.visitor().open("/plans/999/why", 404)

    assert "To the plan" not in page
    assert "To today" in page


def test_an_administrator_lets_the_team_go_on_with_a_reason_and_takes_it_back(room: Room) -> None:
    lose_the_story(room)
    admin = room.visitor("admin")
    version = admin.form(room.address)["version"]

    opened = admin.follow(
        admin.send(f"{room.address}/gate", version=version, reason="De banenmarkt is morgen.")
    )

    assert "“De banenmarkt is morgen.”" in opened
    assert "No posts can be planned yet." not in opened
    assert "“De banenmarkt is morgen.”" in room.visitor("viewer").open(room.address)
    room.visitor().open(f"{room.address}/channels/new")

    back = admin.follow(admin.send(f"{room.address}/gate/closing"))

    assert "No posts can be planned yet." in back
    with room.database.reading() as session:
        told = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.details) for entry in told] == [
        ("gate.opened", {"reason": "De banenmarkt is morgen."}),
        ("gate.closed", {}),
    ]
    # Taken back, it is still in the log for everybody who looks after the team.
    assert "“De banenmarkt is morgen.”" in admin.open("/settings/log")


def test_without_a_reason_the_gate_stays_closed(room: Room) -> None:
    lose_the_story(room)
    admin = room.visitor("admin")
    version = admin.form(room.address)["version"]

    answer = admin.send(f"{room.address}/gate", version=version, reason="  ")

    assert answer.status_code == 422
    assert "Write why the team may go on already." in answer.get_data(as_text=True)
    assert room.read(Plan, room.plan_id).gate_opened_at is None


def test_an_editor_may_not_open_the_gate(room: Room) -> None:
    lose_the_story(room)

    answer = room.visitor("editor").send(f"{room.address}/gate", version="2", reason="Haast")

    assert answer.status_code == 403


def test_the_form_of_a_post_says_beforehand_that_its_plan_is_not_ready(room: Room) -> None:
    writer = room.visitor("writer")
    before = writer.open("/posts/new")
    lose_the_story(room)

    page = writer.open("/posts/new")

    words = "One point of steps 1 to 3 of this plan is missing."
    assert words not in before
    assert words in page
    assert f'<a href="{room.address}">To the plan</a>' in page
