"""Experiments: tried for a while, with an end, an outcome and a lesson."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.plans.models import Experiment, Plan
from calendar_app.plans.models.experiments import next_name
from calendar_app.plans.queries import empty_bin
from calendar_app.posts.content import Content
from calendar_app.posts.models import Post
from tests.builders import a_person, a_plan, a_post, a_team, an_experiment
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.plans.room import Room

TODAY = date(2026, 11, 10)
START, END = date(2026, 11, 2), date(2026, 11, 30)


@pytest.fixture
def plan(session: Session) -> Plan:
    return a_plan(session, a_team(session))


@pytest.fixture
def person(session: Session, plan: Plan) -> Person:
    return a_person(session, plan.team, "editor")


def begun(plan: Plan, name: str = "Pockets") -> Experiment:
    return plan.add_experiment(name, START, END)


# The rules


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Pockets", [], "Pockets (2)"),
        ("Pockets", ["pockets (2)"], "Pockets (3)"),
        ("Pockets (2)", ["Pockets", "Pockets (2)"], "Pockets (3)"),
        ("Plan (b)", [], "Plan (b) (2)"),
        ("P" * 120, [], "P" * 116 + " (2)"),
    ],
)
def test_a_new_round_has_the_first_free_number(name: str, taken: list[str], expected: str) -> None:
    assert next_name(name, taken) == expected


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "POCKETS"}, "name"),
        ({"starts_on": date(2026, 12, 1)}, "ends_on"),
    ],
)
def test_an_experiment_needs_a_name_of_its_own_and_an_end(
    plan: Plan, facts: dict[str, Any], field: str
) -> None:
    begun(plan)
    other = begun(plan, "Other")
    told = {"name": "New", "starts_on": START, "ends_on": END, **facts}

    with pytest.raises(Refused) as adding:
        plan.add_experiment(**told)
    with pytest.raises(Refused) as editing:
        other.edit(**told)

    assert (adding.value.field, editing.value.field) == (field, field)
    assert other.name == "Other"


@pytest.mark.parametrize("today", [TODAY, END, END + timedelta(days=40)])
def test_it_is_decided_before_and_after_its_last_day(
    plan: Plan, person: Person, today: date
) -> None:
    experiment = begun(plan)

    again = experiment.decide("stop", "Nobody looked.", person, NOW, today=today)

    assert again is None
    assert (experiment.outcome, experiment.lesson) == ("stop", "Nobody looked.")
    assert (experiment.decided_by, experiment.decided_at) == (person, NOW)
    assert not experiment.lacks_outcome(today + timedelta(days=100))


@pytest.mark.parametrize(("today", "lacks"), [(END, False), (END + timedelta(days=1), True)])
def test_it_lacks_an_outcome_from_the_day_after_its_last(
    plan: Plan, today: date, *, lacks: bool
) -> None:
    assert begun(plan).lacks_outcome(today) is lacks


@pytest.mark.parametrize(
    ("outcome", "lesson", "until", "field"),
    [
        ("", "It works.", None, "outcome"),
        ("again", "It works.", None, "outcome"),
        ("stop", "", None, "lesson"),
        ("repeat", "It works.", None, "again_until"),
        ("repeat", "It works.", TODAY, "again_until"),
    ],
)
def test_an_outcome_says_what_and_what_was_learned(
    plan: Plan, person: Person, outcome: str, lesson: str, until: date | None, field: str
) -> None:
    experiment = begun(plan)

    with pytest.raises(Refused) as refused:
        experiment.decide(outcome, lesson, person, NOW, today=TODAY, again_until=until)

    assert refused.value.field == field
    assert experiment.is_open
    assert plan.experiments == [experiment]


@pytest.mark.parametrize(
    ("today", "begins"),
    [
        (TODAY, TODAY + timedelta(days=1)),
        (END, END + timedelta(days=1)),
        (END + timedelta(days=9), END + timedelta(days=1)),
    ],
)
def test_to_repeat_begins_a_new_round_the_day_after_this_one_ended(
    plan: Plan, person: Person, today: date, begins: date
) -> None:
    experiment = begun(plan)
    until = date(2027, 1, 15)

    again = experiment.decide("repeat", "Again.", person, NOW, today=today, again_until=until)

    assert again is not None
    assert (again.name, again.starts_on, again.ends_on) == ("Pockets (2)", begins, until)
    assert again.is_open
    assert again.plan is plan


def test_what_is_over_is_not_changed_until_the_outcome_is_taken_back(
    plan: Plan, person: Person
) -> None:
    experiment = begun(plan)
    experiment.decide("stop", "Nobody looked.", person, NOW, today=TODAY)

    for verb in (
        lambda: experiment.edit(name="New"),
        lambda: experiment.decide("stop", "Twice.", person, NOW, today=TODAY),
    ):
        with pytest.raises(Refused):
            verb()
    experiment.reopen()
    experiment.edit(name="New")

    assert experiment.name == "New"
    assert experiment.is_open
    assert experiment.decided_at is None
    assert experiment.lesson == "Nobody looked."


def test_the_bin_keeps_an_experiment_for_thirty_days_and_as_long_as_a_post_hangs_on_it(
    session: Session, plan: Plan
) -> None:
    old, young = NOW - timedelta(days=30, minutes=1), NOW - timedelta(days=29)
    gone = an_experiment(session, plan, deleted_at=old)
    kept = [an_experiment(session, plan, deleted_at=young)]
    kept.append(an_experiment(session, plan, deleted_at=old))
    a_post(session, plan.team, plan, experiment_id=kept[1].id, deleted_at=NOW)

    assert empty_bin(session, NOW) == 1

    left = set(session.scalars(select(Experiment.id)))
    assert left == {one.id for one in kept}
    assert gone.id not in left


# The pages


def add(room: Room, **facts: Any) -> int:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        return int(an_experiment(session, plan, **facts).id)


def typed() -> dict[str, str]:
    return {
        "name": "Pockets",
        "hypothesis": "We think people like pockets.",
        "measure": "Comments",
        "starts_on": "2026-11-10",
        "ends_on": "2026-12-08",
    }


def actions(room: Room) -> list[str]:
    with room.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_an_experiment_is_begun_and_stands_on_the_plan_and_on_its_step(room: Room) -> None:
    visitor = room.visitor()
    new = f"{room.address}/experiments/new"
    assert visitor.form(new)["starts_on"] == "2026-11-10"

    page = visitor.follow(visitor.send(new, **typed()))
    visitor.send(new, **typed())

    assert page.count("Pockets") == 1
    assert "Pockets" in room.visitor("viewer").open(f"{room.address}/where")
    with room.database.reading() as session:
        assert len(list(session.scalars(select(Experiment)))) == 1
    assert "experiment.added" in actions(room)


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(room: Room) -> None:
    told = {**typed(), "ends_on": "2026-11-09"}

    answer = room.visitor().send(f"{room.address}/experiments/new", **told)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "The last day is before the first day." in page
    assert "We think people like pockets." in page


def test_two_editors_see_both_texts(room: Room) -> None:
    where = f"{room.address}/experiments/{add(room)}/edit"
    old = room.visitor().form(where)
    room.visitor().send_changed(where, name="First")

    answer = room.visitor().send(where, **{**old, "name": "Second"})

    assert answer.status_code == 409
    assert "First" in answer.get_data(as_text=True)
    assert "Second" in answer.get_data(as_text=True)


def test_the_outcome_is_decided_on_its_page_and_taken_back(room: Room) -> None:
    experiment_id = add(room, ends_on=date(2026, 11, 9))
    where = f"{room.address}/experiments/{experiment_id}"
    visitor = room.visitor()
    assert "The last day has passed." in visitor.open(where)
    version = visitor.form(where)["version"]

    decided = {"version": version, "outcome": "stop", "lesson": "Nobody looked at it."}
    page = visitor.follow(visitor.send(f"{where}/outcome", **decided))
    again = visitor.send(f"{where}/outcome", **decided)
    stale = visitor.send(f"{where}/outcome", **{**decided, "lesson": "Another lesson."})
    back = visitor.follow(
        visitor.send(f"{where}/outcome/undo", version=visitor.form(where)["version"])
    )

    assert "Nobody looked at it." in page
    assert again.status_code == 303
    assert stale.status_code == 409
    assert "Another lesson." in stale.text
    assert "The outcome is taken back." in back
    assert actions(room)[-2:] == ["experiment.decided", "experiment.reopened"]


def test_an_outcome_without_a_lesson_is_refused_on_the_page(room: Room) -> None:
    where = f"{room.address}/experiments/{add(room)}"
    version = room.visitor().form(where)["version"]

    answer = room.visitor().send(f"{where}/outcome", version=version, outcome="repeat")

    assert answer.status_code == 422
    assert "Write what you learned." in answer.get_data(as_text=True)


def test_an_experiment_is_removed_and_put_back_unless_posts_to_come_hang_on_it(
    room: Room,
) -> None:
    free, used = add(room), add(room)
    with room.database.writing() as session:
        plan, team = session.get_one(Plan, room.plan_id), session.get_one(Team, room.team_id)
        coming = NOW + timedelta(days=2)
        a_post(session, team, plan, experiment_id=used, starts_at=coming)
    visitor, where = room.visitor(), f"{room.address}/experiments"

    answers = [
        visitor.send(f"{where}/{one}/deletion", version=1).status_code for one in (free, used)
    ]
    removed = visitor.open(f"{room.address}/removed")
    visitor.open(f"{where}/{free}", status=404)
    visitor.follow(visitor.send(f"{where}/{free}/restoration"))

    assert answers == [303, 422]
    assert f'action="{where}/{free}/restoration"' in removed
    visitor.open(f"{where}/{free}")


def test_none_begins_before_the_first_three_steps_are_done(room: Room) -> None:
    running = f"{room.address}/experiments/{add(room)}"
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).story = ""
    visitor, new = room.visitor(), f"{room.address}/experiments/new"
    again = {"outcome": "repeat", "lesson": "It works.", "again_until": "2027-01-31"}

    shown = visitor.open(new, status=422)
    sent = visitor.send(new, **typed())
    repeated = visitor.send(f"{running}/outcome", version=visitor.form(running)["version"], **again)
    plan = visitor.open(room.address)

    for page in (shown, sent.text, repeated.text):
        assert "first finish steps 1 to 3" in page
    assert (sent.status_code, repeated.status_code) == (422, 422)
    assert f'href="{room.address}">To the plan' in shown
    assert "New experiment" not in plan
    with room.database.reading() as session:
        assert len(list(session.scalars(select(Experiment)))) == 1


def test_what_runs_when_the_gate_closes_can_still_be_stopped(room: Room) -> None:
    running = f"{room.address}/experiments/{add(room)}"
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).story = ""
    visitor = room.visitor()
    stop = {"outcome": "stop", "lesson": "Nobody looked."}

    version = visitor.form(running)["version"]

    assert "Nobody looked." in visitor.follow(
        visitor.send(f"{running}/outcome", version=version, **stop)
    )


def test_a_viewer_reads_and_changes_nothing(room: Room) -> None:
    where = f"{room.address}/experiments/{add(room)}"

    page = room.visitor("viewer").open(where)

    assert "/outcome" not in page
    assert "/edit" not in page


def test_a_plan_asks_as_often_for_six_experiments_as_for_one(room: Room) -> None:
    asked: list[int] = []
    for _round in range(2):
        for _more in range(1 + 4 * len(asked)):
            add(room, outcome="stop", lesson="Nobody looked.")
        with statements(room.database) as sent:
            room.visitor().open(room.address)
        asked.append(len(sent))

    assert asked[0] == asked[1]


# Posts


def test_a_post_becomes_part_of_an_experiment_from_its_page(room: Room) -> None:
    experiment_id = add(room, name="Pockets")
    visitor = room.visitor()
    new = f"/posts/new?plan={room.plan_id}&experiment={experiment_id}"
    page = visitor.open(new)
    assert f'<option selected value="{experiment_id}">Pockets</option>' in page

    made = visitor.send(
        "/posts/new", title="Keys", plan=room.plan_id, experiment=experiment_id, form="text",
        intent="inform", creation_key="k",
    )  # fmt: skip

    assert made.status_code == 303
    assert "Keys" in visitor.open(f"{room.address}/experiments/{experiment_id}")
    # The history says it by name.
    assert "Pockets" in visitor.open(made.location)


def test_a_form_without_the_choice_keeps_the_experiment_of_the_post(room: Room) -> None:
    experiment_id = add(room)
    with room.database.writing() as session:
        plan, team = session.get_one(Plan, room.plan_id), session.get_one(Team, room.team_id)
        post_id = a_post(session, team, plan, experiment_id=experiment_id).id
    visitor = room.visitor()
    fields = visitor.form(f"/posts/{post_id}")
    fields.pop("experiment", None)

    visitor.send(f"/posts/{post_id}", **{**fields, "title": "New"})

    assert room.read(Post, post_id).experiment_id == experiment_id


def test_without_an_experiment_to_choose_there_is_no_choice(room: Room) -> None:
    add(room, outcome="stop")

    assert 'name="experiment"' not in room.visitor().open(f"/posts/new?plan={room.plan_id}")


@pytest.mark.parametrize(("outcome", "whose"), [("stop", "own"), ("", "another")])
def test_a_post_is_not_hung_on_what_is_over_or_of_another_plan(
    session: Session, plan: Plan, person: Person, outcome: str, whose: str
) -> None:
    of_plan = plan if whose == "own" else a_plan(session, plan.team)
    experiment = an_experiment(session, of_plan, outcome=outcome)

    with pytest.raises(Refused) as refused:
        Post.new(plan.team, Content("Keys", plan=plan, experiment=experiment), person, NOW)

    assert refused.value.field == "experiment"


def test_a_post_of_an_experiment_that_ended_can_still_be_written(
    session: Session, plan: Plan, person: Person
) -> None:
    experiment = an_experiment(session, plan)
    post = a_post(session, plan.team, plan, experiment=experiment)
    experiment.decide("stop", "Nobody looked.", person, NOW, today=TODAY)

    post.edit(replace(post.content, text="Other"), person, NOW)

    assert post.text == "Other"
    assert post.experiment is experiment
