"""What the meet-up's agenda says of the preconditions of the team's plans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from calendar_app.meetups.agenda import (
    SHOWN_PRECONDITIONS,
    Block,
    Facts,
    PreconditionFact,
    agenda,
    window,
)
from calendar_app.people.models import Team
from tests.builders import a_plan
from tests.meetups.test_pages import Room
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from calendar_app.db import Database

TUESDAY = date(2026, 11, 10)
SINCE = datetime(2026, 11, 9, 8, 30, tzinfo=UTC)


def a_fact(number: int) -> PreconditionFact:
    return PreconditionFact(1, "Nurses", f"key-{number}", f"Name {number}", "unknown")


def coming(number: int) -> Block:
    facts = Facts(preconditions=[a_fact(each) for each in range(number)])
    blocks = agenda(facts, window(TUESDAY, "Europe/Amsterdam", SINCE), SINCE)
    return {block.key: block for block in blocks}["coming"]


@pytest.mark.parametrize("number", [0, 1, 3, 4, 11])
def test_the_coming_days_name_a_few_preconditions_and_count_the_others(number: int) -> None:
    block = coming(number)

    shown = min(number, SHOWN_PRECONDITIONS)
    assert len(block.preconditions) == shown
    assert len(block.more_preconditions) == number - shown
    assert block.is_quiet is (number == 0)


@pytest.fixture
def room(database: Database) -> Iterator[Room]:
    with time_machine.travel(NOW, tick=False):
        yield Room(database)


def add_plan(room: Room) -> int:
    """A plan made just now, with one precondition that asks for a look and one of tomorrow."""
    with room.database.writing() as session:
        plan = a_plan(session, session.get_one(Team, room.team_id))
        long_ago = NOW - timedelta(days=100)
        for key, days in (("trust", 0), ("rules", 1)):
            again = TUESDAY + timedelta(days=days)
            row = plan.precondition(key)
            row.evidence = "We saw it."
            plan.rate(row, "success", at=long_ago, today=long_ago.date(), recheck_on=again)
        return plan.id


def coming_days(page: str) -> str:
    return page.split('id="coming"')[1].split('id="ideas"', maxsplit=1)[0]


def test_the_agenda_leads_an_editor_to_what_is_due_on_its_day(
    client: FlaskClient, room: Room
) -> None:
    plan_id = add_plan(room)

    shown = coming_days(Visitor(client).enter(room.editor).see(room.page(TUESDAY)))
    tomorrow = coming_days(
        Visitor(client).enter(room.editor).see(room.page(TUESDAY + timedelta(days=1)))
    )

    assert f'href="/plans/{plan_id}/preconditions/trust"' in shown
    assert "Precondition: Room, trust and empowerment. Is it still so?" in shown
    assert "Procedures and rules" not in shown
    assert "Precondition: Procedures and rules. Is it still so?" in tomorrow


def test_the_agenda_leads_who_may_not_rate_to_what_can_be_read(
    client: FlaskClient, room: Room
) -> None:
    plan_id = add_plan(room)

    shown = coming_days(Visitor(client).enter(room.writer).see(room.page(TUESDAY)))

    assert f'href="/plans/{plan_id}/preconditions#precondition-trust"' in shown


def test_a_plan_that_nobody_looked_around_is_a_few_lines_and_a_count(
    client: FlaskClient, room: Room
) -> None:
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        a_plan(session, team, created_at=NOW - timedelta(days=31))

    shown = coming_days(Visitor(client).enter(room.editor).see(room.page(TUESDAY)))

    assert shown.count("Does it help you or hinder you?") == 3
    assert "8 more preconditions to look at" in shown


def test_the_agenda_asks_as_often_for_four_plans_as_for_one(
    client: FlaskClient, room: Room
) -> None:
    visitor, asked = Visitor(client).enter(room.editor), []
    for more in (1, 3):
        for _ in range(more):
            add_plan(room)
        visitor.see(room.page(TUESDAY))
        with statements(room.database) as sent:
            visitor.see(room.page(TUESDAY))
        asked.append(len(sent))

    assert asked[0] == asked[1]
