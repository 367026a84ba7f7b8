"""The playing field to read: who read which words, said once, and shown to colleagues."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.people.models import AuditEntry, Membership
from calendar_app.plans.digest import ValueWords, digest
from calendar_app.plans.models import Plan, ValueReading
from tests import builders
from tests.plans.room import NOW, Room, fields_of
from tests.support.statements import statements

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.plans.room import Visitor

NEARBY = ValueWords("Nearby", "We know you.", "Faces", "Stock photos", "A day on the ward")
SKILL = ValueWords("Skill", "We are proud.", "Technique", "Boasting")

# The mark


@pytest.mark.parametrize("field", ["name", "meaning", "belongs", "falls_outside", "example"])
def test_other_words_make_another_mark(field: str) -> None:
    other = replace(NEARBY, **{field: "Other words"})

    assert digest([other, SKILL]) != digest([NEARBY, SKILL])


def test_the_mark_is_the_same_in_any_order_and_in_any_process() -> None:
    assert digest([NEARBY, SKILL]) == digest([SKILL, NEARBY])
    assert digest([SKILL]) == "b9355079386dcf5b90b53549a6ce49b6ed4d6bce0ee693a56999abd512432f30"


def test_a_value_more_or_less_makes_another_mark() -> None:
    assert len({digest([]), digest([NEARBY]), digest([SKILL]), digest([NEARBY, SKILL])}) == 4


def test_words_that_move_over_to_the_next_field_make_another_mark() -> None:
    assert digest([ValueWords("A", "B C", "")]) != digest([ValueWords("A", "B", "C")])


# On the pages


def values_of(room: Room) -> str:
    return f"{room.address}/values"


def confirm(room: Room, visitor: Visitor) -> TestResponse:
    """Press the button below the values."""
    return visitor.send(
        f"{values_of(room)}/reading", digest=visitor.form(values_of(room))["digest"]
    )


def change_meaning(room: Room, meaning: str) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).values[0].edit(meaning=meaning)


def readings(room: Room) -> list[ValueReading]:
    with room.database.reading() as session:
        return list(session.scalars(select(ValueReading).order_by(ValueReading.id)))


def name_of(room: Room, role: str) -> str:
    with room.database.reading() as session:
        found = session.scalars(
            select(Membership).where(Membership.person_id == room.people[role])
        ).one()
        return found.person.name


def test_all_that_the_values_ask_stands_on_one_page(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.values[0].edit(example="A day on the ward")
        plan.edit(tone="Warm.", words_to_use="colleague\ncare", words_to_avoid="heroes")

    page = room.visitor("viewer").open(values_of(room))

    for words in (
        "Nearby",
        "We know you.",
        "Faces",
        "Stock photos",
        "A day on the ward",
        "Wanted: 100% of the posts",
        "A bicycle and a bag.",
        "Warm.",
        "With “je”: close",
        "colleague, care",
        "heroes",
        "value-card value-1",
        "I have read the values",
    ):
        assert words in page


@pytest.mark.parametrize("role", ["viewer", "writer", "editor", "admin"])
def test_every_member_says_to_have_read_the_values(room: Room, role: str) -> None:
    visitor = room.visitor(role)

    page = visitor.follow(confirm(room, visitor))

    assert "You read these values on" in page
    assert "I have read the values" not in page
    assert [(one.person_id, one.read_at) for one in readings(room)] == [(room.people[role], NOW)]
    assert name_of(room, role) in page.split('id="readers"')[1]
    assert "Read by 1 of 4 colleagues" in room.visitor("viewer").open(room.address)


def test_saying_it_twice_is_saying_it_once(room: Room) -> None:
    visitor = room.visitor("viewer")
    mark = visitor.form(values_of(room))["digest"]
    visitor.send(f"{values_of(room)}/reading", digest=mark)

    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        again = visitor.send(f"{values_of(room)}/reading", digest=mark)

    assert again.status_code == 303
    assert [one.read_at for one in readings(room)] == [NOW]


def test_nobody_says_it_for_another(room: Room) -> None:
    visitor = room.visitor("viewer")
    mark = visitor.form(values_of(room))["digest"]

    visitor.send(f"{values_of(room)}/reading", digest=mark, person_id=room.people["admin"])

    assert [one.person_id for one in readings(room)] == [room.people["viewer"]]


def test_what_changed_while_somebody_read_is_not_read(room: Room) -> None:
    visitor = room.visitor("viewer")
    mark = visitor.form(values_of(room))["digest"]
    change_meaning(room, "We know each other.")

    answer = visitor.send(f"{values_of(room)}/reading", digest=mark)

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "The values changed while you were reading." in text
    assert "We know each other." in text
    assert readings(room) == []

    visitor.follow(visitor.send(f"{values_of(room)}/reading", digest=fields_of(text)["digest"]))

    assert len(readings(room)) == 1


def test_a_press_without_a_mark_is_no_reading(room: Room) -> None:
    answer = room.visitor("viewer").send(f"{values_of(room)}/reading")

    assert answer.status_code == 409
    assert readings(room) == []


def test_who_read_an_older_text_is_shown_so_and_asked_to_read_again(room: Room) -> None:
    visitor = room.visitor("writer")
    visitor.follow(confirm(room, visitor))
    change_meaning(room, "We know each other.")

    mine = visitor.open(values_of(room))
    theirs = room.visitor("viewer").open(values_of(room))
    plan = visitor.open(room.address)

    assert "You read an older text, on Tuesday 10 November 2026." in mine
    assert "I have read the values" in mine
    assert "read an older text · Tuesday 10 November 2026" in theirs
    assert name_of(room, "writer") in theirs
    assert "Read by 0 of 4 colleagues" in theirs
    assert "They have changed since you read them." in plan

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        visitor.follow(confirm(room, visitor))

    assert [one.read_at for one in readings(room)] == [NOW + timedelta(days=1)]
    assert "Read by 1 of 4 colleagues" in room.visitor("viewer").open(room.address)


def test_colour_order_and_share_are_nothing_new_to_read(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.add_value("Skill")
    visitor = room.visitor("viewer")
    visitor.follow(confirm(room, visitor))
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        plan.values[0].edit(hook=9, wanted_share=40)
        plan.values[1].move_up()

    assert "You read these values on" in visitor.open(values_of(room))


@pytest.mark.parametrize("why", ["left", "unseen"])
def test_who_left_or_is_not_to_be_seen_is_in_no_list_and_in_no_number(room: Room, why: str) -> None:
    visitor = room.visitor("writer")
    visitor.follow(confirm(room, visitor))
    with room.database.writing() as session:
        wanted = select(Membership).where(Membership.person_id == room.people["writer"])
        membership = session.scalars(wanted).one()
        if why == "left":
            membership.ended_at = NOW
        else:
            membership.takes_part = False
    name = name_of(room, "writer")

    for role in ("viewer", "admin"):
        page = room.visitor(role).open(values_of(room))
        plan = room.visitor(role).open(room.address)

        assert name not in page
        assert "Read by 0 of 3 colleagues" in page
        assert "Read by 0 of 3 colleagues" in plan


def test_who_is_not_to_be_seen_may_still_say_it_and_only_they_see_it(room: Room) -> None:
    with room.database.writing() as session:
        wanted = select(Membership).where(Membership.person_id == room.people["writer"])
        session.scalars(wanted).one().takes_part = False
    visitor = room.visitor("writer")

    page = visitor.follow(confirm(room, visitor))

    assert "You read these values on" in page
    assert "your name does not stand here" in page
    assert "Read by 0 of 3 colleagues" in page
    with room.database.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


def test_a_plan_in_the_archive_is_read_and_not_confirmed(room: Room) -> None:
    visitor = room.visitor("viewer")
    mark = visitor.form(values_of(room))["digest"]
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).archived_at = NOW

    page = visitor.open(values_of(room))
    answer = visitor.send(f"{values_of(room)}/reading", digest=mark)

    assert "We know you." in page
    assert "I have read the values" not in page
    assert answer.status_code == 422
    assert readings(room) == []


def test_without_values_there_is_nothing_to_confirm(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).values[0].deleted_at = NOW
    visitor = room.visitor("viewer")

    page = visitor.open(values_of(room))
    answer = visitor.send(f"{values_of(room)}/reading", digest=digest([]))

    assert "No brand values yet" in page
    assert "I have read the values" not in page
    assert answer.status_code == 422


def test_the_page_speaks_dutch(room: Room) -> None:
    page = room.visitor("viewer", "nl").open(values_of(room))

    for words in ("Het speelveld", "Ik heb de merkwaarden gelezen", "Valt erbuiten"):
        assert words in page


@pytest.mark.parametrize("page", ["values", "what", "shares"])
def test_a_page_asks_as_often_for_many_values_and_readers_as_for_few(room: Room, page: str) -> None:
    visitor = room.visitor()
    asked = []
    for size in (2, 9):
        with room.database.writing() as session:
            plan = session.get_one(Plan, room.plan_id)
            for number in range(len(plan.values), size):
                plan.add_value(f"Value {number}")
                person = builders.a_person(session, plan.team, "viewer")
                told = {"team_id": plan.team_id, "plan_id": plan.id, "person_id": person.id}
                session.add(ValueReading(**told, digest="0" * 64, read_at=NOW))
        visitor.open(f"{room.address}/{page}")
        with statements(room.database) as sent:
            visitor.open(f"{room.address}/{page}")
        asked.append(len(sent))

    assert asked[0] == asked[1]


# Step 3 by itself


def test_step_three_holds_the_story_and_the_values(room: Room) -> None:
    page = room.visitor().open(f"{room.address}/what")

    assert 'name="story"' in page
    assert "We know you." in page
    for path in ("values/new", f"values/{room.value_id}", "shares", "values"):
        assert f'href="{room.address}/{path}"' in page


# A plan that falls back


def test_a_value_that_loses_its_meaning_says_what_stays_and_what_is_wrong(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        for days in (1, 2):
            builders.a_post(session, plan.team, plan, starts_at=NOW + timedelta(days=days))
        plan.values[0].edit(meaning="")

    page = room.visitor("editor").open(room.address)
    note = page.split("No new posts can be planned now.")[1].split('class="plan"')[0]

    assert "2 posts that are planned already stay in the calendar." in note
    assert f'href="/calendar?view=list&plan={room.plan_id}"' in note
    assert "Nearby has no meaning yet." in note
    assert f'href="{room.address}/values/{room.value_id}#meaning"' in note
    assert "2 posts" in room.visitor("viewer").open(room.address)
