"""Who answers a question on a day, and who hears of it when nobody does."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, func, select
from sqlalchemy.orm import aliased

from calendar_app.monitoring.models import WebcareItem
from calendar_app.people.models import ROLES, Absence, Membership, Person
from calendar_app.people.permissions import allowed
from calendar_app.plans.models import Channel, Plan, TaskRole
from calendar_app.plans.roles import DEPUTY, DOES

# As the reminders call it.
_ESCALATED = "webcare_escalation"
_TASK = "webcare"
_WHO_ANSWER = tuple(role for role in ROLES if allowed(role, "webcare.write"))
# Names of their own: who asks this may be reading the same tables.
_Away = aliased(Absence, name="away_from_webcare")
_Someone = aliased(Person, name="someone")
_There = aliased(Membership, name="at_webcare")
_Asked = aliased(Channel, name="asked_on")
_Plan = aliased(Plan, name="plan_of_question")
_Role = aliased(TaskRole, name="webcare_role")
# A date, or the column that holds it.
Day: TypeAlias = date | SQLColumnExpression[date] | SQLColumnExpression[date | None]


def promised(item: WebcareItem, kind: str) -> datetime | None:
    """From which moment on a reminder of that kind tells that it waits too long."""
    return item.escalates_at if kind == _ESCALATED else item.answer_by


def who_answers(day: Day) -> ColumnElement[int | None]:
    """Who is asked on `day` to answer: the owner, else whoever has the task of webcare.

    For an owner who is away it is somebody they named; then who does the task by the role matrix of
    the channel's plan, and then its deputies. Each only if they may, and are there. Of a query that
    reads `webcare_item`.
    """
    of_owner = (_Away.person_id == WebcareItem.owner_id, _Away.deputy_id == _Someone.id)
    return func.coalesce(
        _first(day, _Someone.id == WebcareItem.owner_id),
        _first(day, _is_away(day, *of_owner)),
        _by_matrix(day, DOES),
        _by_matrix(day, DEPUTY),
    )


def who_hears_of_webcare() -> ScalarSelect[int | None]:
    """Whom the channel's plan names for what nobody answers. Of a query on `webcare_item`."""
    return (
        select(_Plan.escalate_to_id)
        .join(_Asked, _Asked.plan_id == _Plan.id)
        .where(_Asked.id == WebcareItem.channel_id)
        .correlate_except(_Plan, _Asked)
        .scalar_subquery()
    )


def _by_matrix(day: Day, part: str) -> ScalarSelect[int]:
    """The first in that part of the task, in the order in which they are asked."""
    return (
        select(_Role.person_id)
        .join(_Asked, _Asked.plan_id == _Role.plan_id)
        .join(_Someone, _Someone.id == _Role.person_id)
        .join(_There, _There.person_id == _Role.person_id)
        .where(_Asked.id == WebcareItem.channel_id, _Role.task == _TASK, _Role.part == part)
        .where(_There.takes_part.is_(True), *_can(day))
        .order_by(_Role.id)
        .limit(1)
        .correlate_except(_Role, _Asked, _Someone, _There)
        .scalar_subquery()
    )


def _first(day: Day, *wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first by name of who can answer and for whom all `wanted` hold."""
    return (
        select(_Someone.id)
        .join(_There, _There.person_id == _Someone.id)
        .where(*wanted, *_can(day))
        .order_by(func.lower(_Someone.name), _Someone.id)
        .limit(1)
        .correlate_except(_Someone, _There)
        .scalar_subquery()
    )


def _can(day: Day) -> tuple[ColumnElement[bool], ...]:
    """That somebody is in the team, may answer, and is there on `day`."""
    return (
        _There.team_id == WebcareItem.team_id,
        _There.ended_at.is_(None),
        _There.role.in_(_WHO_ANSWER),
        _Someone.active.is_(True),
        ~_is_away(day, _Away.person_id == _Someone.id),
    )


def _is_away(day: Day, *whose: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(_Away.id)
        .where(_Away.team_id == WebcareItem.team_id)
        .where(_Away.first_day <= day, _Away.last_day >= day, *whose)
        .correlate_except(_Away)
        .exists()
    )
