"""The approvals of a post on its page: which there are, who gave them, whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from calendar_app.errors import Forbidden, Refused
from calendar_app.language import N_
from calendar_app.people.door import audit, may, me, my_team, seen
from calendar_app.people.models import Person
from calendar_app.people.queries import accounts
from calendar_app.posts import approvals, workflow
from calendar_app.posts.levels import Level, Standing
from calendar_app.posts.models import Post
from calendar_app.web.request import now, session

# Before that nobody is asked, and after it nobody need know.
_SHOWN_IN = frozenset({"in_review", "approved", "published"})


@dataclass(frozen=True)
class Line:
    """One level of approval: who gave it and when, else who can, as far as they may be named."""

    name: str
    by: Person | None
    at: datetime | None
    is_open: bool
    could: list[Person]
    # Whether everybody may give it for want of who is named.
    nobody_named: bool
    # Whether nobody is left who can be asked for it.
    nobody_left: bool


def audit_approval(post: Post) -> None:
    """Write into the audit log which approval `post` just got."""
    if post.state == "approved":
        audit("post.approved", post)
    else:
        audit("post.level_approved", post)


def approve_among_many(post: Post) -> None:
    """Approve `post`, also one that needs no review, and write that into the audit log.

    Raises Forbidden for who may not, Refused.
    """
    step = workflow.APPROVE_OWN if post.is_free else workflow.APPROVE
    if not may(step.action):
        raise Forbidden(N_("Your role does not allow this."))
    if step is workflow.APPROVE_OWN:
        post.approve_own(me(), now())
        audit("post.approved_own", post)
        return
    post.approve(me(), now())
    audit_approval(post)


def told_approved(post: Post) -> str:
    """What its approver hears: that it is approved, or what it waits for now."""
    level = post.standing.open if post.state == "in_review" else None
    if level is None:
        return _("The post is approved.")
    return _("Your approval is kept. Now it waits for “%(level)s”.", level=level.name)


def lines_of(post: Post) -> list[Line]:
    """The approvals that the team wants for `post`, in order; none where there are none to show.

    Of a post that has what it needed only those that it got: the team may want more by now.
    """
    if post.state not in _SHOWN_IN or not post.team.review_levels:
        return []
    waits = post.state == "in_review"
    if not waits and not post.approvals:
        # Approved before the team wanted several.
        return []
    # Held meanwhile: one query for all people instead of one each.
    _held = accounts(session(), my_team())
    stands = post.standing
    people = {one.id: one for one in approvals.approvers(post.team)}
    given = {one.level_id: one for one in post.approvals}
    nobody_named = approvals.nobody_named(post.team)
    return [
        Line(
            level.name,
            given[level.id].person if level.id in given else None,
            given[level.id].at if level.id in given else None,
            level == stands.open and waits,
            seen(people[one] for one in _asked(post, stands, level)),
            level.id in nobody_named,
            stands.is_stuck(level),
        )
        for level in stands.levels
        if waits or level.id in given
    ]


def _asked(post: Post, stands: Standing, level: Level) -> tuple[int, ...]:
    """Whom to name: who is asked for it now, else all who could be."""
    could = stands.may_give(level)
    asked = post.reviewer_id
    is_asked = level == stands.open and asked in set(could) - stands.unseen
    return (asked,) if asked is not None and is_asked else could


def my_steps(post: Post) -> set[str]:
    """The names of the steps that I can take with `post` now."""
    found = workflow.next_steps(post.state, may, needs_approval=post.needs_approval)
    names = {step.name for step in found}
    if workflow.APPROVE.name in names:
        level = post.standing.open
        if level is not None and not _may_give(post, level):
            names.discard(workflow.APPROVE.name)
    return names


def _may_give(post: Post, level: Level) -> bool:
    try:
        post.check_may_give(level, me(), now())
    except Refused:
        return False
    return True
