"""The path of a plan: how each step stands, and the one sentence for each thing it lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from calendar_app.plans.coach import NO_GROUP, NO_MEASURE
from calendar_app.plans.preconditions import KINDS, Standing, standings
from calendar_app.plans.roles import TASKS
from calendar_app.plans.steps import (
    GATED_BY,
    AudienceFacts,
    ChannelFacts,
    PlanFacts,
    Point,
    Step,
    ValueFacts,
    gate,
    next_step,
    path,
)

NEARBY = ValueFacts(7, "Nearby", "We know you.", "Faces", "Stock photos", 100)
NURSES = AudienceFacts(8, "Nurses", facts=2)
TUESDAY = date(2026, 11, 10)
CARRIED = [Standing(key, "success") for key in KINDS]
LINKEDIN = ChannelFacts(9, "LinkedIn", cadence=3, audiences=1)
WHOLE = PlanFacts(
    question_is_begun=True,
    story="We began with a bicycle.",
    values=[NEARBY],
    audiences=[NURSES],
    channels=[LINKEDIN],
    preconditions=CARRIED,
    today=TUESDAY,
    tasks_without_doer=(),
    answer_hours=4,
)


def step(number: int, plan: PlanFacts) -> Step:
    return path(plan)[number - 1]


def only_point(number: int, plan: PlanFacts) -> Point:
    points = step(number, plan).points
    assert len(points) == 1
    return points[0]


def test_a_whole_plan_is_done_from_first_to_last() -> None:
    steps = path(WHOLE)

    assert [(step.number, step.key, step.state) for step in steps] == [
        (1, "why", "done"),
        (2, "who", "done"),
        (3, "what", "done"),
        (4, "where", "done"),
        (5, "preconditions", "done"),
    ]
    assert next_step(steps) is None


def test_an_empty_plan_has_not_begun() -> None:
    steps = path(PlanFacts(advice=[NO_GROUP]))

    assert [step.state for step in steps] == ["open", "open", "open", "closed", "open"]
    assert all(step.points for step in steps)
    assert next_step(steps) == steps[0]


def test_the_next_step_is_the_first_that_is_not_done() -> None:
    following = next_step(path(replace(WHOLE, story="", channels=())))

    assert following is not None
    assert following.number == 3


def test_a_half_question_is_busy() -> None:
    plan = replace(WHOLE, advice=[NO_MEASURE])

    assert step(1, plan).state == "busy"
    assert only_point(1, plan) == Point(NO_MEASURE.message, "why", field="question_measure")


def test_an_audience_of_which_nothing_is_written_down_is_named() -> None:
    plan = replace(WHOLE, audiences=[NURSES, AudienceFacts(3, "Pupils")])

    point = only_point(2, plan)

    assert step(2, plan).state == "busy"
    assert (point.place, point.row_id, point.values) == ("facts", 3, {"name": "Pupils"})


def test_a_plan_without_audiences_asks_for_one() -> None:
    plan = replace(WHOLE, audiences=())

    assert step(2, plan).state == "open"
    assert only_point(2, plan).place == "audiences"


def test_a_value_without_meaning_is_named() -> None:
    point = only_point(3, replace(WHOLE, values=[replace(NEARBY, meaning="")]))

    assert "meaning" in point.message
    assert (point.place, point.row_id, point.values) == ("values", 7, {"name": "Nearby"})


def test_a_value_with_half_a_border_is_named_once() -> None:
    for half in (replace(NEARBY, belongs=""), replace(NEARBY, falls_outside="")):
        point = only_point(3, replace(WHOLE, values=[half]))

        assert "falls outside" in point.message
        assert point.row_id == 7
        assert point.field == ("belongs" if half.falls_outside else "falls_outside")


def test_shares_that_do_not_make_a_whole_are_told_with_their_sum() -> None:
    second = replace(NEARBY, id=11, name="Skill", wanted_share=15)

    point = only_point(3, replace(WHOLE, values=[NEARBY, second]))

    assert point.message % point.values == "The wanted shares add up to 115%. Make it 100%."
    assert (point.place, point.row_id) == ("shares", None)


def test_a_plan_without_a_story_asks_for_it_on_the_page_of_the_story() -> None:
    assert only_point(3, replace(WHOLE, story="")).place == "what"


def test_a_plan_without_values_asks_for_one_and_not_for_their_shares() -> None:
    point = only_point(3, replace(WHOLE, values=()))

    assert (point.place, point.row_id) == ("values", None)


def test_a_channel_without_rhythm_is_named() -> None:
    point = only_point(
        4, replace(WHOLE, channels=[LINKEDIN, ChannelFacts(5, "Intranet", audiences=1)])
    )

    assert (point.place, point.row_id, point.values) == ("channels", 5, {"name": "Intranet"})


def test_a_plan_without_channels_asks_for_one() -> None:
    plan = replace(WHOLE, channels=())

    assert step(4, plan).state == "busy"
    assert step(4, replace(plan, tasks_without_doer=TASKS)).state == "open"
    assert only_point(4, plan).place == "channels"


def with_one(standing: Standing) -> PlanFacts:
    others = [one for one in CARRIED if one.key != standing.key]
    return replace(WHOLE, preconditions=standings([*others, standing]))


def test_preconditions_are_open_from_the_first_day_and_stand_before_no_gate() -> None:
    steps = path(PlanFacts(advice=[NO_GROUP]))

    assert steps[4].state == "open"
    assert len(steps) == GATED_BY + 2
    assert not gate(path(replace(WHOLE, preconditions=standings())))


def test_what_is_not_known_is_counted_in_one_sentence_that_leads_to_the_first() -> None:
    known = [Standing("infrastructure", "success"), Standing("trust", "success")]

    point = only_point(5, replace(WHOLE, preconditions=standings(known)))

    words = "Not known yet: 9 of the 11 preconditions."
    assert point.message % point.values == words
    assert (point.place, point.key) == ("preconditions", "people")
    assert step(5, replace(WHOLE, preconditions=standings(known))).state == "busy"


def test_a_stumbling_block_that_nobody_works_on_is_named() -> None:
    for half in (Standing("rules", "stumbling", has_owner=True), Standing("rules", "stumbling")):
        point = only_point(5, with_one(half))

        assert point.message % point.values == (
            "Procedures and rules is a stumbling block: say who does what about it."
        )
        assert point.key == "rules"


def test_a_stumbling_block_with_owner_and_action_is_no_point() -> None:
    held = Standing("rules", "stumbling", has_owner=True, has_action=True)

    assert step(5, with_one(held)).state == "done"


def test_a_precondition_of_which_the_day_has_come_is_named_until_it_is_looked_at() -> None:
    for day, points in ((TUESDAY, 1), (TUESDAY + timedelta(days=1), 0)):
        facts = with_one(Standing("trust", "success", recheck_on=day))

        assert [one.key for one in step(5, facts).points] == ["trust"] * points


def test_a_channel_that_is_for_nobody_is_named() -> None:
    plan = replace(WHOLE, channels=[LINKEDIN, ChannelFacts(5, "Intranet", cadence=1)])

    point = only_point(4, plan)

    assert (point.place, point.row_id, point.field) == ("channels", 5, "audiences")
    assert point.values == {"name": "Intranet"}


def test_tasks_that_nobody_does_are_named_together() -> None:
    point = only_point(4, replace(WHOLE, tasks_without_doer=["image", "webcare"]))

    assert (point.place, point.listed) == ("roles", ["Images", "Webcare"])


def test_an_empty_matrix_is_asked_for_without_naming_all_its_tasks() -> None:
    point = only_point(4, replace(WHOLE, tasks_without_doer=TASKS))

    assert (point.place, point.listed) == ("roles", ())


def test_a_time_to_answer_is_asked_for() -> None:
    point = only_point(4, replace(WHOLE, answer_hours=None))

    assert (point.place, point.field) == ("webcare", "answer_hours")


def test_step_four_holds_no_post_back() -> None:
    plan = replace(WHOLE, channels=(), tasks_without_doer=TASKS, answer_hours=None)

    assert gate(path(plan)) == []


def test_every_step_says_what_it_is_about_in_words() -> None:
    for each in path(WHOLE):
        assert each.title
        assert each.subject
        assert each.state_name == "done"
