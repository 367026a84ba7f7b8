"""A request for review that nobody answers: after how long somebody hears of it, and who.

The hours are working hours: what is asked on Friday afternoon is not late on Saturday.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import aliased

from calendar_app.people.models import ROLES, Absence, Membership, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.models import Post
from calendar_app.posts.workflow import APPROVE

_WHO_APPROVE = tuple(role for role in ROLES if allowed(role, APPROVE.action))
# A name of its own: who asks this may be reading absences as well.
_Away = aliased(Absence, name="away")
# A date, or the column that holds it.
Day: TypeAlias = date | SQLColumnExpression[date] | SQLColumnExpression[date | None]


def who_hears(day: Day, *unwilling: ColumnElement[bool]) -> ColumnElement[int | None]:
    """Who hears on `day` that a post waits too long: who the team named, else the first by name.

    Never the reviewer, who knows; and not who was named and is away, with the reviewer to stand in.
    The first by name is there that day, does not stand in for the reviewer, and is none of the
    `unwilling` (conditions on Person). Of a query that reads `post` and `team`.
    """
    away = _Away.person_id == Person.id
    reviewer_away = _Away.person_id == Post.reviewer_id
    named = _first(
        Person.id == Team.escalates_to_id,
        ~_is_away(day, away, _Away.deputy_id == Post.reviewer_id),
    )
    first = _first(
        ~_is_away(day, away),
        ~_is_away(day, reviewer_away, _Away.deputy_id == Person.id),
        *(~one for one in unwilling),
    )
    return func.coalesce(named, first)


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
