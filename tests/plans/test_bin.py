"""What was taken out of a plan can be put back for thirty days; then what is not needed is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from calendar_app.plans.models import Audience, AudienceFact, BrandValue, Channel
from calendar_app.plans.queries import empty_bin
from tests import builders

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

KINDS = (BrandValue, Audience, Channel, AudienceFact)


def ids(session: Session) -> dict[str, set[int]]:
    return {kind.__tablename__: set(session.scalars(select(kind.id))) for kind in KINDS}


def test_the_bin_keeps_parts_for_thirty_days_and_no_longer(session: Session, now: datetime) -> None:
    plan = builders.a_plan(session, builders.a_team(session))
    kept = ids(session)
    young, old = now - timedelta(days=29, hours=23), now - timedelta(days=30, minutes=1)
    in_use = builders.a_fact(session, plan.audiences[0])
    builders.a_fact(session, plan.audiences[0], deleted_at=old)
    for age in (young, old):
        builders.a_value(session, plan, deleted_at=age)
        builders.a_channel(session, plan, deleted_at=age)
        builders.a_fact(session, builders.an_audience(session, plan, deleted_at=age))

    gone = empty_bin(session, now)

    assert gone == 5
    left = ids(session)
    assert {name: len(left[name] - kept[name]) for name in left} == {
        "brand_value": 1,
        "audience": 1,
        "channel": 1,
        "audience_fact": 2,
    }
    assert in_use.id in left["audience_fact"]
    assert empty_bin(session, now) == 0


def test_what_a_post_hangs_on_stays_however_old(session: Session, now: datetime) -> None:
    team = builders.a_team(session)
    plan = builders.a_plan(session, team)
    builders.a_fact(session, plan.audiences[0])
    builders.a_post(session, team, plan, state="published")
    for part in (plan.values[0], plan.audiences[0], plan.channels[0]):
        part.deleted_at = now - timedelta(days=400)
    session.flush()
    before = ids(session)

    assert empty_bin(session, now) == 0
    assert ids(session) == before
