"""A request for review that nobody answers: after how long somebody hears of it, and who.

The hours are working hours of the team: what is asked on Friday afternoon is not late on Saturday,
nor on a public holiday.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from sqlalchemy import ColumnElement, ScalarSelect, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import aliased

from calendar_app.people.models import ROLES, Absence, Membership, Muted, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.models import Post
from calendar_app.posts.workflow import APPROVE

_WHO_APPROVE = tuple(role for role in ROLES if allowed(role, APPROVE.action))
# As the reminders call it.
_KIND = "escalation"
# A name of its own: who asks this may be reading absences as well.
_Away = aliased(Absence, name="away")
# A date, or the column that holds it.
Day: TypeAlias = date | SQLColumnExpression[date] | SQLColumnExpression[date | None]


def who_hears(day: Day) -> ColumnElement[int | None]:
    """Who hears on `day` that a post waits too long: who the team named, else the first by name.

    Never the reviewer, who knows. For who was named and is away somebody hears it who stands in for
    them, of several the first by name. These, and who hears it when nobody was named, may approve,
    are there and want to hear it, and do not stand in for the reviewer: then they were asked. Of a
    query that reads `post` and `team`.
    """
    named = (Person.id == Team.escalates_to_id,)
    stands_in_for_named = (_Away.person_id == _first(*named), _Away.deputy_id == Person.id)
    stands_in_for_reviewer = (_Away.person_id == Post.reviewer_id, _Away.deputy_id == Person.id)
    is_there = ~_is_away(day, _Away.person_id == Person.id)
    can = (is_there, ~_is_away(day, *stands_in_for_reviewer), ~_is_deaf())
    return func.coalesce(
        _first(*named, is_there), _first(*can, _is_away(day, *stands_in_for_named)), _first(*can)
    )


def _is_deaf() -> ColumnElement[bool]:
    """Whether that person does not want to hear what waits too long."""
    muted = (Muted.person_id == Person.id, Muted.kind == _KIND)
    return select(Muted.id).where(*muted).correlate_except(Muted).exists()


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
