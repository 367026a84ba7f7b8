"""The sample's plan on paper: as much as a plan holds, on two sheets."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.plans.models import Plan
from calendar_app.plans.paper import sheet
from calendar_app.plans.queries import fill_for_paper
from calendar_app.sheets import as_pdf
from tests.support.papers import Paper

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.people.models import Team


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", ["Aangenomen, offline:", "Valt erbuiten"]), ("en", ["Assumed, offline:", "Belongs"])],
)
def test_the_plan_of_the_sample_fits_on_two_pages(
    hospital: Session, team: Team, language: str, words: list[str]
) -> None:
    plan = hospital.scalars(select(Plan).where(Plan.team_id == team.id)).one()
    fill_for_paper(hospital, plan)

    paper = Paper(as_pdf(sheet(plan, language, date(2026, 11, 10))))

    assert paper.pages == 2
    assert paper.declares_accessible
    names = [part.name for parts in (plan.values, plan.audiences, plan.channels) for part in parts]
    assert [text for text in [plan.name, *names, *words] if text not in paper.text] == []
