"""What the sample shows of the preconditions, on the day that it is loaded."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.moments import local
from calendar_app.people.models import Team
from calendar_app.plans.models import Plan
from calendar_app.plans.preconditions import due, loose, unknown
from calendar_app.plans.queries import preconditions_to_look_at
from calendar_app.plans.radar import findings_of
from tests.sample.conftest import LOADED_AT


def test_the_sample_has_something_to_show_of_each_rule(hospital: Session, team: Team) -> None:
    plan = hospital.scalars(select(Plan)).one()
    today = local(LOADED_AT, team.zone).date()

    found = preconditions_to_look_at(hospital, team, today)

    assert [one.key for one in unknown(plan.standings)] == ["resilience"]
    assert [one.key for one in loose(plan.standings)] == ["rules"]
    seen = findings_of(hospital, team, LOADED_AT, today)
    assert ("stumbling_block", "rules") in [(one.key, one.row_key) for _plan, one in seen]
    assert [one.key for one in due(plan.standings, today)] == ["trust"]
    assert [(one.key, one.reason) for one in found] == [
        ("trust", "recheck"),
        ("resilience", "unknown"),
    ]


def test_the_samples_evidence_of_its_hours_is_true(hospital: Session) -> None:
    plan = hospital.scalars(select(Plan)).one()

    evidence = plan.precondition("people").evidence

    assert f"{plan.workload.hours} uur per week" in evidence
    assert f"{plan.workload.posts} berichten" in evidence
    assert plan.workload.fits is False
