"""The rules of a plan and its parts, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.people.models import Team
from calendar_app.plans.models import Audience, BrandValue, Channel, OrderedPart, Plan
from tests.builders import a_team


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def plan(session: Session, team: Team) -> Plan:
    plan = Plan.new(team, "Nurses")
    session.add(plan)
    session.flush()
    return plan


def add_value(plan: Plan, name: str) -> BrandValue:
    return plan.add_value(name)


def add_audience(plan: Plan, name: str) -> Audience:
    return plan.add_audience(name)


def add_channel(plan: Plan, name: str) -> Channel:
    letters = "".join(chr(ord("A") + (len(plan.channels) + step) % 26) for step in range(3))
    return plan.add_channel(name, letters)


Adder = Callable[[Plan, str], OrderedPart]
every_part = pytest.mark.parametrize("add", [add_value, add_audience, add_channel])


def names(session: Session, plan: Plan, add: Adder) -> list[str]:
    """The parts of one kind as the database now gives them."""
    session.flush()
    session.expire_all()
    parts: dict[object, list[str]] = {
        add_value: [part.name for part in plan.values],
        add_audience: [part.name for part in plan.audiences],
        add_channel: [part.name for part in plan.channels],
    }
    return parts[add]


# The plan itself


def test_a_plan_begins_with_a_name_and_what_is_known(session: Session, team: Team) -> None:
    plan = Plan.new(team, "Nurses", facing="internal", question_before=date(2027, 7, 1))

    session.add(plan)
    session.flush()

    assert plan.team_id == team.id
    assert (plan.facing, plan.question_before) == ("internal", date(2027, 7, 1))


def test_a_plan_needs_a_name(team: Team) -> None:
    with pytest.raises(Refused) as refused:
        Plan.new(team, "")

    assert refused.value.field == "name"


def test_two_plans_of_a_team_have_different_names(session: Session, plan: Plan, team: Team) -> None:
    with pytest.raises(Refused) as refused:
        Plan.new(team, plan.name.swapcase())

    assert refused.value.field == "name"
    assert Plan.new(a_team(session), "Nurses").name == "Nurses"


def test_the_name_of_an_archived_plan_is_free(plan: Plan, team: Team, now: datetime) -> None:
    plan.archive(now, coming_posts=0)

    assert Plan.new(team, "Nurses").name == "Nurses"


def test_editing_a_plan_changes_only_what_is_given(plan: Plan) -> None:
    plan.edit(story="A bicycle and a bag.")
    plan.edit(question_group="nurses", question_before=None)

    assert (plan.name, plan.story, plan.question_group) == (
        "Nurses",
        "A bicycle and a bag.",
        "nurses",
    )


def test_a_plan_may_keep_its_own_name_and_not_take_another(
    session: Session, plan: Plan, team: Team
) -> None:
    other = Plan.new(team, "Pupils")
    session.add(other)
    session.flush()

    plan.edit(name="Nurses")
    with pytest.raises(Refused):
        plan.edit(name="Pupils", story="Never written")

    assert (plan.name, plan.story) == ("Nurses", "")


def test_a_plan_with_posts_to_come_is_not_archived(plan: Plan, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        plan.archive(now, coming_posts=3)

    assert "3" in str(refused.value)
    assert plan.archived_at is None


def test_an_archived_plan_refuses_change_until_it_is_taken_out(plan: Plan, now: datetime) -> None:
    plan.archive(now, coming_posts=0)
    with pytest.raises(Refused):
        plan.expect_active()

    plan.take_out()

    plan.expect_active()
    assert plan.archived_at is None


def test_a_plan_is_not_taken_out_beside_its_namesake(
    session: Session, plan: Plan, team: Team, now: datetime
) -> None:
    plan.archive(now, coming_posts=0)
    session.add(Plan.new(team, "Nurses"))
    session.flush()

    with pytest.raises(Refused):
        plan.take_out()

    assert plan.archived_at == now


# What all parts share


@every_part
def test_a_part_needs_a_name(plan: Plan, add: Adder) -> None:
    with pytest.raises(Refused) as refused:
        add(plan, "")

    assert refused.value.field == "name"


@every_part
def test_two_parts_of_a_plan_have_different_names(session: Session, plan: Plan, add: Adder) -> None:
    add(plan, "Élan")

    with pytest.raises(Refused) as refused:
        add(plan, "ÉLAN")

    assert refused.value.field == "name"
    assert names(session, plan, add) == ["Élan"]


@every_part
def test_two_plans_may_use_the_same_name(
    session: Session, plan: Plan, team: Team, add: Adder
) -> None:
    other = Plan.new(team, "Pupils")
    session.add(other)
    session.flush()
    add(plan, "Nearby")

    assert add(other, "Nearby").name == "Nearby"


@every_part
def test_renaming_a_part_obeys_the_same_rule(session: Session, plan: Plan, add: Adder) -> None:
    add(plan, "First")
    second = add(plan, "Second")
    assert isinstance(second, BrandValue | Audience | Channel)

    with pytest.raises(Refused):
        second.edit(name="first")
    second.edit(name="SECOND")

    assert names(session, plan, add) == ["First", "SECOND"]


def revision_of(session: Session, plan: Plan) -> int:
    return session.scalars(select(Team.revision).where(Team.id == plan.team_id)).one()


@every_part
def test_a_removed_part_is_gone_and_comes_back(
    session: Session, plan: Plan, add: Adder, now: datetime
) -> None:
    add(plan, "First")
    second = add(plan, "Second")
    session.flush()

    second.remove(now, coming_posts=0)
    assert names(session, plan, add) == ["First"]
    second.put_back()

    assert names(session, plan, add) == ["First", "Second"]


@every_part
def test_a_part_with_posts_to_come_stays(plan: Plan, add: Adder, now: datetime) -> None:
    part = add(plan, "First")

    with pytest.raises(Refused) as refused:
        part.remove(now, coming_posts=2)

    assert "2" in str(refused.value)
    assert part.deleted_at is None


@every_part
def test_the_name_of_a_removed_part_is_free_and_then_it_cannot_come_back(
    session: Session, plan: Plan, add: Adder, now: datetime
) -> None:
    part = add(plan, "First")
    session.flush()
    part.remove(now, coming_posts=0)
    add(plan, "First")

    with pytest.raises(Refused) as refused:
        part.put_back()

    assert refused.value.field is None
    assert part.deleted_at == now


@every_part
def test_parts_move_up_and_down_and_stop_at_the_ends(
    session: Session, plan: Plan, add: Adder
) -> None:
    first, _second, third = add(plan, "1"), add(plan, "2"), add(plan, "3")
    session.flush()

    third.move_up()
    assert names(session, plan, add) == ["1", "3", "2"]
    first.move_up()
    assert names(session, plan, add) == ["1", "3", "2"]
    first.move_down()
    assert names(session, plan, add) == ["3", "1", "2"]
    first.move_down()
    first.move_down()

    assert names(session, plan, add) == ["3", "2", "1"]


@every_part
def test_another_place_is_no_new_version_but_a_change_of_the_calendar(
    session: Session, plan: Plan, add: Adder
) -> None:
    """A colleague who has the form open may still save; feeds name the parts in their order."""
    first, second = add(plan, "1"), add(plan, "2")
    session.flush()
    versions, revision = (first.version, second.version), revision_of(session, plan)

    second.move_up()
    session.expire_all()

    assert names(session, plan, add) == ["2", "1"]
    assert (first.version, second.version) == versions
    assert revision_of(session, plan) > revision


# Values


def test_a_new_value_gets_the_next_free_colour(plan: Plan) -> None:
    plan.add_value("First")
    plan.add_value("Third", hook=3)

    assert plan.add_value("Second").hook == 2
    assert plan.add_value("Fourth").hook == 4


def test_two_values_of_a_plan_never_share_a_colour(plan: Plan) -> None:
    plan.add_value("First", hook=5)
    second = plan.add_value("Second", hook=6)

    for attempt in (lambda: plan.add_value("Third", hook=5), lambda: second.edit(hook=5)):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.field == "hook"
        assert "First" in str(refused.value)
    second.edit(hook=6)

    assert second.hook == 6


def test_a_plan_has_at_most_twelve_values(plan: Plan) -> None:
    for number in range(12):
        plan.add_value(f"Value {number}")

    with pytest.raises(Refused):
        plan.add_value("One too many")

    assert {value.hook for value in plan.values} == set(range(1, 13))


def test_a_value_that_comes_back_gets_another_colour_when_its_own_is_taken(
    session: Session, plan: Plan, now: datetime
) -> None:
    value = plan.add_value("First", hook=1)
    session.flush()
    value.remove(now, coming_posts=0)
    session.flush()
    session.expire_all()
    plan.add_value("Second", hook=1)

    value.put_back()

    assert value.hook == 2


def test_a_value_does_not_come_back_when_every_colour_is_taken(
    session: Session, plan: Plan, now: datetime
) -> None:
    value = plan.add_value("First")
    session.flush()
    value.remove(now, coming_posts=0)
    session.flush()
    session.expire_all()
    for number in range(12):
        plan.add_value(f"Value {number}")

    with pytest.raises(Refused):
        value.put_back()

    assert value.deleted_at == now


@pytest.mark.parametrize("share", [-1, 101])
def test_a_wanted_share_is_a_percentage(plan: Plan, share: int) -> None:
    value = plan.add_value("First")

    for attempt in (
        lambda: plan.add_value("Second", wanted_share=share),
        lambda: value.edit(wanted_share=share),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.field == "wanted_share"


@pytest.mark.parametrize("share", [-1, 101])
def test_what_is_wished_of_an_audience_or_of_ambassadors_is_a_percentage(
    plan: Plan, share: int
) -> None:
    audience = plan.add_audience("First", wanted_share=40)
    plan.wish_of_ambassadors(20)
    fields = []

    for attempt in (
        lambda: plan.add_audience("Second", wanted_share=share),
        lambda: audience.edit(wanted_share=share),
        lambda: plan.wish_of_ambassadors(share),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        fields.append(refused.value.field)

    assert fields == ["wanted_share", "wanted_share", "ambassador_share"]
    assert [one.name for one in plan.audiences] == ["First"]
    assert (audience.wanted_share, plan.ambassador_share) == (40, 20)


def test_what_is_wished_of_an_audience_stays_when_something_else_is_written(plan: Plan) -> None:
    audience = plan.add_audience("First", description="They read.", wanted_share=0)

    audience.edit(name="Second")

    assert (audience.name, audience.description, audience.wanted_share) == (
        "Second",
        "They read.",
        0,
    )
    audience.edit(wanted_share=None)
    assert audience.wanted_share is None


@pytest.mark.parametrize(("share", "left"), [(None, None), (0, 100), (15, 85), (100, 0)])
def test_the_brand_posts_what_the_ambassadors_leave(
    plan: Plan, share: int | None, left: int | None
) -> None:
    plan.wish_of_ambassadors(share)

    assert plan.brand_share == left


def test_shares_over_a_hundred_together_are_told_and_not_refused(plan: Plan) -> None:
    plan.add_value("First", wanted_share=80)
    plan.add_value("Second", wanted_share=80)

    assert plan.wanted_total == 160


# Facts


def test_an_assumed_fact_needs_no_source(plan: Plan) -> None:
    fact = plan.add_audience("Nurses").add_fact("They talk at lunch.", side="offline")

    assert (fact.side, fact.certainty, fact.dated_on) == ("offline", "assumed", None)


@pytest.mark.parametrize(
    ("source", "dated_on", "field"),
    [
        ("", None, "source"),
        ("", date(2026, 1, 1), "source"),
        ("Unique", None, "dated_on"),
    ],
)
def test_a_known_fact_needs_a_source_and_a_date(
    plan: Plan, source: str, dated_on: date | None, field: str
) -> None:
    audience = plan.add_audience("Nurses")
    fact = audience.add_fact("They talk at lunch.")

    for attempt in (
        lambda: audience.add_fact("New", certainty="known", source=source, dated_on=dated_on),
        lambda: fact.edit(certainty="known", source=source, dated_on=dated_on),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.field == field


def test_a_fact_becomes_known_with_its_source_and_date(plan: Plan) -> None:
    fact = plan.add_audience("Nurses").add_fact("They talk at lunch.")

    fact.edit(certainty="known", source="Survey", dated_on=date(2026, 3, 1))

    assert (fact.text, fact.certainty) == ("They talk at lunch.", "known")


def test_a_fact_needs_words_that_are_not_there_already(plan: Plan) -> None:
    audience = plan.add_audience("Nurses")
    audience.add_fact("They read.")

    for text in ("", "they READ."):
        with pytest.raises(Refused) as refused:
            audience.add_fact(text)
        assert refused.value.field == "text"


def test_a_removed_fact_is_gone_and_comes_back(session: Session, plan: Plan, now: datetime) -> None:
    audience = plan.add_audience("Nurses")
    fact = audience.add_fact("They read.")
    session.flush()

    fact.remove(now)
    session.flush()
    session.expire_all()
    assert audience.facts == []
    fact.put_back()
    session.flush()
    session.expire_all()

    assert [kept.text for kept in audience.facts] == ["They read."]


@pytest.mark.parametrize(
    ("dated_on", "today", "old"),
    [
        (None, date(2026, 11, 10), False),
        (date(2025, 11, 10), date(2026, 11, 10), False),
        (date(2025, 11, 9), date(2026, 11, 10), True),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_a_fact_is_old_after_a_year(
    plan: Plan,
    dated_on: date | None,
    today: date,
    old: bool,  # noqa: FBT001 - a column of a table
) -> None:
    fact = plan.add_audience("Nurses").add_fact("They read.", dated_on=dated_on)

    assert fact.is_old(today) is old


# Channels


@pytest.mark.parametrize("short", ["", "L", "LINKD", "L1", "L I", "L-", "<b"])
def test_a_channel_has_two_to_four_letters(plan: Plan, short: str) -> None:
    channel = plan.add_channel("Intranet", "INT")

    for attempt in (
        lambda: plan.add_channel("LinkedIn", short),
        lambda: channel.edit(short=short),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.field == "short"


@pytest.mark.parametrize("short", ["LI", "Fb", "ÉÉN", "INTR"])
def test_letters_of_any_kind_will_do(plan: Plan, short: str) -> None:
    assert plan.add_channel("Channel", short).short == short


def test_two_channels_of_a_plan_have_different_letters(plan: Plan) -> None:
    plan.add_channel("LinkedIn", "LI")

    with pytest.raises(Refused) as refused:
        plan.add_channel("Lijn", "li")

    assert refused.value.field == "short"
    assert "LinkedIn" in str(refused.value)


def test_a_channel_does_not_come_back_when_its_letters_are_taken(
    session: Session, plan: Plan, now: datetime
) -> None:
    channel = plan.add_channel("LinkedIn", "LI")
    session.flush()
    channel.remove(now, coming_posts=0)
    plan.add_channel("Lijn", "LI")

    with pytest.raises(Refused):
        channel.put_back()

    assert channel.deleted_at == now


@pytest.mark.parametrize("cadence", [-1, 51])
def test_a_rhythm_is_a_number_of_posts_a_week_that_people_can_make(
    plan: Plan, cadence: int
) -> None:
    with pytest.raises(Refused) as refused:
        plan.add_channel("LinkedIn", "LI", cadence=cadence)

    assert refused.value.field == "cadence"
