"""Most of the sample's team read the values, and one of them an older text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from calendar_app.people.models import Person
from calendar_app.plans.models import Plan, ValueReading
from calendar_app.plans.queries import readers_of
from tests.sample.conftest import LOADED_AT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def test_four_colleagues_read_the_values_and_one_an_older_text(hospital: Session) -> None:
    plan = hospital.scalars(select(Plan)).one()
    fatima = hospital.scalars(select(Person).where(Person.name == "Fatima Drissi")).one()

    readers = readers_of(hospital, plan, fatima.id)

    assert readers.colleagues == 6
    assert [reader.name for reader in readers.current] == [
        "Anouk Visser",
        "Henk Mulder",
        "Mo Kaya",
        "Sanne Bos",
    ]
    assert [reader.name for reader in readers.older] == ["Joris de Vries"]
    assert readers.mine is None


def test_they_read_them_after_the_plan_was_made_and_before_today(hospital: Session) -> None:
    plan = hospital.scalars(select(Plan)).one()
    moments = list(hospital.scalars(select(ValueReading.read_at)))

    assert len(moments) == 5
    assert all(plan.created_at < moment < LOADED_AT for moment in moments)
