"""Who answers a question on a day, and who hears of it when nobody does."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, case, func, select
from sqlalchemy.orm import aliased

from calendar_app.monitoring.models import WHO_ANSWER, WebcareItem
from calendar_app.people.models import Absence, Membership, Muted, Person
from calendar_app.plans.models import Channel, Plan, TaskRole
from calendar_app.plans.roles import DEPUTY, DOES

# As the reminders call it.
_ESCALATED = "webcare_escalation"
_TASK = "webcare"
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


def who_hears_of_webcare(day: Day) -> ColumnElement[int | None]:
    """Who hears on `day` of what nobody answers: whom the channel's plan names; else who is there.

    For who was named and is away somebody hears it whom they named; then, also for who left the
    team or does not want to be seen any more, a deputy by the role matrix of the plan, and then an
    administrator, rather not the owner, who knows. NULL where the plan names nobody. Of a query
    that reads `webcare_item`.
    """
    of_named = (_Away.person_id == _named(), _Away.deputy_id == _Someone.id)
    not_owner = _Someone.id.is_distinct_from(WebcareItem.owner_id)
    can = (_There.takes_part.is_(True), ~_is_deaf())
    is_admin = (*can, _There.role == "admin")
    heard = func.coalesce(
        _one(_Someone.id == _named(), _There.takes_part.is_(True), *_is_there(day)),
        _first(day, _is_away(day, *of_named)),
        _by_matrix(day, DEPUTY, *can, not_owner),
        _first(day, *is_admin, not_owner),
        _first(day, *is_admin),
    )
    return case((_named().is_not(None), heard))


def _named() -> ScalarSelect[int | None]:
    """Whom the channel's plan names for what nobody answers."""
    return (
        select(_Plan.escalate_to_id)
        .join(_Asked, _Asked.plan_id == _Plan.id)
        .where(_Asked.id == WebcareItem.channel_id)
        .correlate_except(_Plan, _Asked)
        .scalar_subquery()
    )


def _is_deaf() -> ColumnElement[bool]:
    """Whether that person does not want to hear of what waits too long."""
    muted = (Muted.person_id == _Someone.id, Muted.kind == _ESCALATED)
    return select(Muted.id).where(*muted).correlate_except(Muted).exists()


def _by_matrix(day: Day, part: str, *wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first in that part of the task, in the order in which they are asked."""
    return (
        select(_Role.person_id)
        .join(_Asked, _Asked.plan_id == _Role.plan_id)
        .join(_Someone, _Someone.id == _Role.person_id)
        .join(_There, _There.person_id == _Role.person_id)
        .where(_Asked.id == WebcareItem.channel_id, _Role.task == _TASK, _Role.part == part)
        .where(_There.takes_part.is_(True), *_can(day), *wanted)
        .order_by(_Role.id)
        .limit(1)
        .correlate_except(_Role, _Asked, _Someone, _There)
        .scalar_subquery()
    )


def _first(day: Day, *wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first by name of who can answer and for whom all `wanted` hold."""
    return _one(*wanted, *_can(day))


def _one(*wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first by name of whom all `wanted` hold."""
    return (
        select(_Someone.id)
        .join(_There, _There.person_id == _Someone.id)
        .where(*wanted)
        .order_by(func.lower(_Someone.name), _Someone.id)
        .limit(1)
        .correlate_except(_Someone, _There)
        .scalar_subquery()
    )


def _can(day: Day) -> tuple[ColumnElement[bool], ...]:
    """That somebody is in the team, may answer, and is there on `day`."""
    return (*_is_there(day), _There.role.in_(WHO_ANSWER))


def _is_there(day: Day) -> tuple[ColumnElement[bool], ...]:
    """That somebody is in the team, and is there on `day`."""
    return (
        _There.team_id == WebcareItem.team_id,
        _There.ended_at.is_(None),
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
