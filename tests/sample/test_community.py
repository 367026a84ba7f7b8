"""The community of the sample's plan: two rings, and each audience with somebody it trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from calendar_app.plans.community import Centre, draw, ways_to
from calendar_app.plans.models import Plan
from tests.plans.test_community import tiles_over

if TYPE_CHECKING:
    from calendar_app.db import Database


def test_the_sample_shows_both_rings_and_a_way_to_every_audience(loaded: Database) -> None:
    with loaded.reading() as session:
        plan = session.scalars(select(Plan)).one()
        around = [one.around for one in plan.actors]
        ways = {one.name: ways_to(one.id, around) for one in plan.audiences}

        assert {one.ring for one in around} == {1, 2}
        assert all(one.bond and one.reaches for one in plan.actors)
        assert all(one.via and one.via.ring == 1 for one in plan.actors if one.ring == 2)
        assert [name for name, found in ways.items() if not found] == []
        # Not everybody who reaches an audience is trusted there: the map shows both.
        assert any(one.reaches and not one.trusted_by for one in plan.actors)


def test_on_the_map_of_the_sample_no_line_goes_behind_somebody(loaded: Database) -> None:
    with loaded.reading() as session:
        plan = session.scalars(select(Plan)).one()
        centre = [Centre(one.id, one.name) for one in plan.audiences]
        drawing = draw(centre, [one.around for one in plan.actors])

    assert [line.path for line in drawing.lines if tiles_over(line.path, drawing)] == []
