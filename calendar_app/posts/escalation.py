"""A request for review that nobody answers: after how long somebody hears of it, and who.

The hours are working hours: what is asked on Friday afternoon is not late on Saturday.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, true

from calendar_app.people.models import ROLES, Membership, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.models import Post
from calendar_app.posts.workflow import APPROVE

_WHO_APPROVE = tuple(role for role in ROLES if allowed(role, APPROVE.action))


def who_hears() -> ColumnElement[int | None]:
    """Who hears that a post waits too long: who the team named, else the first by name who may.

    Never the reviewer, who knows. Of a query that reads `post` and `team`.
    """
    return func.coalesce(_first(Person.id == Team.escalates_to_id), _first(true()))


def _first(wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    """The first by name of who may hear it and for whom `wanted` holds."""
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
            wanted,
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
