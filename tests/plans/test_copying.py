"""A plan copied to a new period: what goes along, what stays, and that nothing points back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Table, func, select

from calendar_app.db import Base
from calendar_app.people.models import AuditEntry, Membership, Person
from calendar_app.plans.models import (
    Actor,
    ActorAudience,
    Experiment,
    Plan,
    Precondition,
    TaskRole,
    ValueReading,
)
from tests import builders
from tests.plans.room import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.plans.room import Room, Visitor

OLD_FACT = date(2016, 7, 1)
NEW_DAY = date(2027, 12, 1)
# How many rows of each kind the copy has; all else that hangs on a plan stays with the old one.
GOES_ALONG = {
    "plan": 1,
    "brand_value": 2,
    "audience": 2,
    "audience_fact": 2,
    "channel": 2,
    "channel_audience": 2,
    "actor": 2,
    "actor_audience": 2,
    "task_role": 2,
    "precondition": 1,
}


def fill_up(room: Room) -> None:
    """Give the plan one of all that can hang on a plan, and things that were taken out."""
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        editor = session.get_one(Person, room.people["editor"])
        gone = session.get_one(Person, room.people["writer"])
        gone.memberships[0].ended_at = NOW
        plan.edit(
            baseline="9",
            target="18",
            origin="1951",
            tone="Warm.",
            words_to_avoid="heroes",
            horizon="year",
        )
        plan.answer_hours, plan.watch_hours, plan.escalate_hours = 24, 4, 48
        plan.wish_of_ambassadors(20)
        plan.escalate_to, plan.hours_a_week, plan.minutes_a_post = editor, 12, 45
        plan.open_gate("The fair is tomorrow.", editor, NOW)
        plan.add_value("Skill", meaning="We are proud.", hook=9, wanted_share=0)
        plan.add_value("Gone").deleted_at = NOW
        pupils = plan.add_audience("Pupils", wanted_share=30)
        pupils.add_fact("They watch.", certainty="known", source="Survey", dated_on=OLD_FACT)
        removed = plan.add_audience("Removed")
        fill_channels(plan, editor, gone)
        session.flush()
        removed.deleted_at = NOW
        plan.channels[0].audiences.append(removed)
        fill_community(session, plan)
        told: dict[str, Any] = {"team_id": plan.team_id, "plan_id": plan.id}
        plan.set_roles([])
        session.flush()
        for task, person, part in (
            ("writing", editor, "does"),
            ("review", editor, "deputy"),
            ("image", gone, "does"),
        ):
            session.add(TaskRole(**told, task=task, person_id=person.id, part=part))
        rated = {"rating": "stumbling", "evidence": "No budget.", "action": "Ask.", "rated_at": NOW}
        session.add_all(
            [
                Precondition(
                    **told, **rated, key="people", owner=editor, recheck_on=date(2026, 12, 1)
                ),
                Precondition(**told, **rated, key="rules"),
                Precondition(**told, **rated, key="culture", owner=gone),
                Experiment(
                    **told, name="Film", starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1)
                ),
                ValueReading(**told, person_id=editor.id, digest="0" * 64, read_at=NOW),
            ]
        )
        session.flush()
        session.refresh(plan)
        builders.a_post(session, plan.team, plan, starts_at=NOW + timedelta(days=1))


def fill_channels(plan: Plan, editor: Person, gone: Person) -> None:
    linkedin = plan.channels[0]
    linkedin.edit(purpose="Jobs", character_limit=3000, evidence="70%", evidence_year=2016)
    linkedin.forms, linkedin.slots = "text,image", "TU 09:30"
    linkedin.owner, linkedin.deputy = editor, gone
    linkedin.audiences = [plan.audiences[0]]
    plan.add_channel("Intranet", "INT", facing="internal").audiences = [plan.audiences[1]]


def fill_community(session: Session, plan: Plan) -> None:
    told = {"team_id": plan.team_id, "plan_id": plan.id}
    teacher = Actor(**told, name="Teachers", ring=1, bond="They know us.", position=0)
    teacher.reach = [
        ActorAudience(audience=plan.audiences[1], is_trusted=True),
        ActorAudience(audience=plan.audiences[0]),
    ]
    parents = Actor(**told, name="Parents", ring=2, via=teacher, position=1)
    session.add_all([teacher, parents, Actor(**told, name="Gone", deleted_at=NOW)])


def ids(session: Session) -> dict[str, set[int]]:
    tables = Base.metadata.tables
    return {name: set(session.scalars(select(tables[name].c.id))) for name in tables}


def rows_in(session: Session, name: str) -> set[Any]:
    return set(session.execute(select(Base.metadata.tables[name])).all())


def of_a_plan() -> set[str]:
    """The tables whose rows hang on a plan, directly or through another."""
    before: set[str] = set()
    found = {"plan"}
    while found != before:
        before = set(found)
        found |= {name for name, table in Base.metadata.tables.items() if targets(table) & found}
    return found


def targets(table: Table) -> set[str]:
    return {key.column.table.name for key in table.foreign_keys}


def send(visitor: Visitor, room: Room, **more: str) -> TestResponse:
    typed = {"name": "Nurses 2027", "question_before": NEW_DAY.isoformat(), **more}
    return visitor.send_changed(f"{room.address}/copy", **typed)


def the_copy(session: Session, room: Room) -> Plan:
    wanted = select(Plan).where(Plan.team_id == room.team_id, Plan.id != room.plan_id)
    return session.scalars(wanted).one()


def columns(row: Base, *but: str) -> dict[str, Any]:
    own = {"id", "uuid", "version", "created_at", "updated_at", *but}
    return {
        column.name: getattr(row, column.name)
        for column in row.__table__.c
        if column.name not in own
    }


def test_nothing_of_the_copy_points_into_the_old_plan(room: Room) -> None:
    fill_up(room)
    with room.database.reading() as session:
        before = ids(session)

    answer = send(room.visitor(), room)

    assert answer.status_code == 303
    with room.database.reading() as session:
        new = {name: found - before[name] for name, found in ids(session).items()}
        pointing_back = [
            (name, column.name, row_id)
            for name in of_a_plan()
            for column in Base.metadata.tables[name].c
            for key in column.foreign_keys
            if (target := key.column.table.name) in of_a_plan()
            for row_id, value in session.execute(select(Base.metadata.tables[name].c.id, column))
            if row_id in new[name] and value is not None and value not in new[target]
        ]
    assert pointing_back == []
    assert {name: len(new[name]) for name in of_a_plan() if new[name]} == GOES_ALONG


def test_the_old_plan_stays_as_it_was(room: Room) -> None:
    fill_up(room)
    with room.database.reading() as session:
        before = {name: rows_in(session, name) for name in GOES_ALONG}

    send(room.visitor(), room)

    with room.database.reading() as session:
        for name, rows in before.items():
            assert rows <= rows_in(session, name), name


def test_the_plan_goes_along_but_for_its_day_and_its_gate(room: Room) -> None:
    fill_up(room)
    send(room.visitor(), room)

    with room.database.reading() as session:
        old, copy = session.get_one(Plan, room.plan_id), the_copy(session, room)
        own = ("name", "question_before", "gate_opened_at", "gate_opened_by_id", "gate_reason")
        assert columns(copy, *own) == columns(old, *own)
        assert (copy.name, copy.question_before) == ("Nurses 2027", NEW_DAY)
        assert (copy.gate_opened_at, copy.gate_opened_by_id, copy.gate_reason) == (None, None, "")
        assert copy.uuid != old.uuid
        assert copy.ambassador_share == 20


def test_every_part_says_what_the_old_one_says_in_the_same_order(room: Room) -> None:
    fill_up(room)
    send(room.visitor(), room)

    with room.database.reading() as session:
        old, copy = session.get_one(Plan, room.plan_id), the_copy(session, room)
        for kind in ("values", "audiences"):
            assert [columns(one, "plan_id") for one in getattr(copy, kind)] == [
                columns(one, "plan_id") for one in getattr(old, kind)
            ]
        assert [columns(one, "plan_id", "deputy_id") for one in copy.channels] == [
            columns(one, "plan_id", "deputy_id") for one in old.channels
        ]
        facts = [columns(fact, "audience_id") for one in copy.audiences for fact in one.facts]
        assert facts == [
            columns(fact, "audience_id") for one in old.audiences for fact in one.facts
        ]
        assert copy.audiences[1].facts[0].dated_on == OLD_FACT
        assert [one.wanted_share for one in copy.audiences] == [None, 30]


def test_channels_and_the_community_are_tied_to_the_new_audiences(room: Room) -> None:
    fill_up(room)
    send(room.visitor(), room)

    with room.database.reading() as session:
        copy = the_copy(session, room)
        seekers, pupils = copy.audiences
        linkedin, intranet = copy.channels
        teachers, parents = copy.actors
        # The audience that was taken out of the old plan does not come back with a channel.
        assert (linkedin.audiences, intranet.audiences) == ([seekers], [pupils])
        assert (teachers.name, teachers.ring, teachers.bond) == ("Teachers", 1, "They know us.")
        assert {one.audience: one.is_trusted for one in teachers.reach} == {
            seekers: False,
            pupils: True,
        }
        assert (parents.via, teachers.via) == (teachers, None)


def test_who_left_the_team_gets_no_task_in_the_copy(room: Room) -> None:
    fill_up(room)
    send(room.visitor(), room)

    with room.database.reading() as session:
        copy = the_copy(session, room)
        editor = room.people["editor"]
        assert {(one.task, one.person_id, one.part) for one in copy.roles} == {
            ("writing", editor, "does"),
            ("review", editor, "deputy"),
        }
        assert (copy.channels[0].owner_id, copy.channels[0].deputy_id) == (editor, None)
        assert copy.escalate_to_id == editor


def test_preconditions_keep_their_owner_and_are_looked_at_again(room: Room) -> None:
    fill_up(room)
    send(room.visitor(), room)

    with room.database.reading() as session:
        (one,) = the_copy(session, room).preconditions
        assert (one.key, one.owner_id, one.rating) == ("people", room.people["editor"], "unknown")
        assert (one.evidence, one.action, one.recheck_on, one.rated_at) == ("", "", None, None)


def test_without_a_day_the_coach_asks_for_one(room: Room) -> None:
    visitor = room.visitor()

    page = visitor.follow(send(visitor, room, question_before=""))

    assert "The copy is there." in page
    assert "Finish step 1" in page
    with room.database.reading() as session:
        copy = the_copy(session, room)
        assert copy.question_before is None
        assert [point.field for point in copy.path(NOW.date())[0].points] == ["question_before"]


def test_a_copy_with_a_day_is_ready_to_go_on(room: Room) -> None:
    send(room.visitor(), room)

    with room.database.reading() as session:
        assert [step.state for step in the_copy(session, room).path(NOW.date())] == [
            *["done"] * 4,
            # How the preconditions stood does not go along.
            "open",
        ]


def test_the_same_form_sent_twice_makes_one_copy(room: Room) -> None:
    visitor = room.visitor()

    answers = [send(visitor, room) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with room.database.reading() as session:
        entries = session.scalars(select(AuditEntry)).all()
        copy = the_copy(session, room)
    assert [(one.action, one.object_id, one.details) for one in entries] == [
        ("plan.copied", copy.id, {"copied_from": room.plan_id})
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nurses", "“nurses” is there already."),
        ("Nurses", "“Nurses” is there already."),
        ("Pupils", "“Pupils” is there already."),
        ("", "Fill this in."),
        ("x" * 121, "Use at most 120 characters."),
    ],
)
def test_a_name_that_cannot_be_is_refused_at_its_field(room: Room, name: str, words: str) -> None:
    with room.database.writing() as session:
        team = session.get_one(Plan, room.plan_id).team
        session.add(Plan.new(team, "Pupils", question_group="pupils"))
        session.flush()
        before = session.scalar(select(func.count(Plan.id)))

    answer = send(room.visitor(), room, name=name, question_before="2027-07-01")

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text.split('id="name-error"')[1].split("</p>")[0]
    assert 'value="2027-07-01"' in text
    with room.database.reading() as session:
        assert session.scalar(select(func.count(Plan.id))) == before


def test_a_plan_in_the_archive_is_copied_under_its_own_name(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).archived_at = NOW
    visitor = room.visitor()

    assert f'href="{room.address}/copy"' in visitor.open(room.address)
    answer = send(visitor, room, name="Nurses")

    assert answer.status_code == 303
    with room.database.reading() as session:
        assert the_copy(session, room).archived_at is None


def test_only_who_may_change_plans_finds_the_way_to_a_copy(room: Room) -> None:
    for role, finds in (("viewer", False), ("writer", False), ("editor", True), ("admin", True)):
        page = room.visitor(role).open(room.address)

        assert (f'href="{room.address}/copy"' in page) is finds


def test_a_larger_plan_takes_no_more_reading_to_copy(room: Room) -> None:
    visitor = room.visitor()
    asked = []
    for size, name in ((2, "Second"), (9, "Third")):
        with room.database.writing() as session:
            plan = session.get_one(Plan, room.plan_id)
            for number in range(len(plan.audiences), size):
                audience = plan.add_audience(f"Audience {number}")
                audience.add_fact(f"Fact {number}")
                plan.add_channel(f"Channel {number}", f"A{chr(65 + number)}").audiences = [audience]
        with statements(room.database) as sent:
            assert send(visitor, room, name=name).status_code == 303
        asked.append(len([one for one in sent if one.startswith("SELECT")]))

    # The second time the copy of the first is one plan more to compare with; that costs none.
    assert asked[0] == asked[1]


def test_a_member_who_does_not_take_part_keeps_a_task_they_had(room: Room) -> None:
    fill_up(room)
    with room.database.writing() as session:
        wanted = select(Membership).where(Membership.person_id == room.people["editor"])
        session.scalars(wanted).one().takes_part = False

    send(room.visitor("admin"), room)

    with room.database.reading() as session:
        assert len(the_copy(session, room).roles) == 2
