"""A request for review that nobody answers: after how long somebody hears of it, and who.

The hours are working hours of the team: what is asked on Friday afternoon is not late on Saturday,
nor on a public holiday.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import aliased

from calendar_app.people.models import ROLES, Absence, Membership, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.models import Post
from calendar_app.posts.workflow import APPROVE

_WHO_APPROVE = tuple(role for role in ROLES if allowed(role, APPROVE.action))
# Names of their own: who asks this may be reading absences and people as well.
_Away = aliased(Absence, name="away")
_Deputy = aliased(Membership, name="deputy")
_DeputyPerson = aliased(Person, name="deputy_person")
_DeputyAway = aliased(Absence, name="deputy_away")
# A date, or the column that holds it.
Day: TypeAlias = date | SQLColumnExpression[date] | SQLColumnExpression[date | None]
# Whether somebody, by the column with their id, does not want to hear it.
Unwilling: TypeAlias = Callable[[SQLColumnExpression[Any]], ColumnElement[bool]]


def who_hears(day: Day, *unwilling: Unwilling) -> ColumnElement[int | None]:
    """Who hears on `day` that a post waits too long: who the team named, else the first by name.

    Never the reviewer, who knows; and not who was named and is away, unless somebody stands in who
    may approve, is there, was not asked already and is none of the `unwilling`. So is the first by
    name, who does not stand in for the reviewer. Of a query that reads `post` and `team`.
    """
    away = _Away.person_id == Person.id
    reviewer_away = _Away.person_id == Post.reviewer_id
    named = _first(
        Person.id == Team.escalates_to_id,
        or_(~_is_away(day, away), _is_away(day, away, *_has_deputy(day, *unwilling))),
    )
    first = _first(
        ~_is_away(day, away),
        ~_is_away(day, reviewer_away, _Away.deputy_id == Person.id),
        *(~one(Person.id) for one in unwilling),
    )
    return func.coalesce(named, first)


def _has_deputy(day: Day, *unwilling: Unwilling) -> tuple[ColumnElement[bool], ...]:
    """What holds for an absence with somebody who stands in and can hear it."""
    is_away_too = (
        select(_DeputyAway.id)
        .where(_DeputyAway.team_id == Post.team_id, _DeputyAway.person_id == _Away.deputy_id)
        .where(_DeputyAway.first_day <= day, _DeputyAway.last_day >= day)
        .correlate_except(_DeputyAway)
        .exists()
    )
    may = (
        select(_Deputy.id)
        .join(_DeputyPerson, _DeputyPerson.id == _Deputy.person_id)
        .where(_Deputy.team_id == Post.team_id, _Deputy.person_id == _Away.deputy_id)
        .where(_Deputy.ended_at.is_(None), _Deputy.role.in_(_WHO_APPROVE))
        .where(_DeputyPerson.active.is_(True))
        .correlate_except(_Deputy, _DeputyPerson)
        .exists()
    )
    was_asked = _Away.deputy_id.is_not_distinct_from(Post.reviewer_id)
    return (may, ~is_away_too, ~was_asked, *(~one(_Away.deputy_id) for one in unwilling))


def _is_away(day: Day, *whose: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(_Away.id)
        .where(_Away.team_id == Post.team_id, _Away.first_day <= day, _Away.last_day >= day, *whose)
        .correlate_except(_Away)
        .exists()
    )


def _first(*wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first by name of who may hear it and for whom all `wanted` hold."""
    return (
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.team_id == Post.team_id,
            Membership.ended_at.is_(None),
            Membership.takes_part.is_(True),
            Membership.role.in_(_WHO_APPROVE),
            Person.active.is_(True),
            Person.id.is_distinct_from(Post.reviewer_id),
            *wanted,
        )
        .order_by(func.lower(Person.name), Person.id)
        .limit(1)
        # Said aloud: the person and the membership are always this query's own.
        .correlate_except(Person, Membership)
        .scalar_subquery()
    )


def waiting() -> Select[int]:
    """The ids of the posts in review of teams that want to hear when nobody answers."""
    return (
        select(Post.id)
        .join(Team, Team.id == Post.team_id)
        .where(Post.state == "in_review", Post.deleted_at.is_(None))
        .where(Team.review_patience.is_not(None), Post.sent_to_review_at.is_not(None))
    )
