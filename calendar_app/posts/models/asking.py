"""The approvals that a post has where its team wants several, and who is asked for the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.plans.roles import Away, who_does
from calendar_app.posts import approvals, workflow
from calendar_app.posts import content as contents
from calendar_app.posts.approvals import PostApproval
from calendar_app.posts.content import Content
from calendar_app.posts.levels import Level

if TYPE_CHECKING:
    from calendar_app.posts.models.post import Post

# As the role matrix calls it.
_TASK = "review"


def have(post: Post, given: Sequence[tuple[int, int, datetime]]) -> None:
    """Have these approvals, and no other: (level, person, when) each."""
    kept = {(one.level_id, one.person_id, one.at): one for one in post.approvals}
    post.approvals = [
        kept.get(one) or PostApproval(level_id=one[0], person_id=one[1], at=one[2]) for one in given
    ]


def lose(post: Post) -> dict[str, list[Any]]:
    """Have none of the approvals any more; answers what to tell of that."""
    if not post.approvals:
        return {}
    names = {level.id: level.name for level in post.team.review_levels}
    lost = [names[one.level_id] for one in post.approvals if one.level_id in names]
    post.approvals = []
    return {"levels": [lost, []]}


def begin_again(post: Post, day: date) -> dict[str, list[Any]]:
    """Ask for the first approval on the local `day`; answers what to tell of that.

    Where nobody was chosen whom the role matrix names is asked; else all who may approve are.
    """
    before = post.content
    told = lose(post)
    if post.reviewer is None:
        post.reviewer = of_matrix(post, day)
    ask_next(post)
    return told | contents.differences(before.told(), post.content.told())


def of_matrix(post: Post, day: date) -> Person | None:
    """Who reviews `post` by the role matrix of its plan, or stands in for who is away on `day`.

    Nobody reviews what is theirs.
    """
    if post.plan is None:
        return None
    roles = post.plan.matrix
    if not roles.doers.get(_TASK) and not roles.deputies.get(_TASK):
        return None
    people = {one.id: one for one in approvals.approvers(post.team) if one is not post.owner}
    members = [one.person for one in post.team.memberships if one.ended_at is None]
    able = people.keys() - approvals.unseen_in(post.team)
    choice = who_does(roles, _TASK, _away(members, post.team, day), able=able)
    return None if choice is None else people[choice.person]


def _away(members: Iterable[Person], team: Team, day: date) -> Away:
    return {
        person.id: away.deputy_id
        for person in members
        for away in person.absences
        if away.team_id == team.id and away.first_day <= day <= away.last_day
    }


def ask_next(post: Post) -> dict[str, list[Any]]:
    """Let the reviewer be who may give the open level; answers what to tell of that."""
    if not post.team.review_levels:
        return {}
    before = post.content
    people = {one.id: one for one in approvals.approvers(post.team)}
    asked = post.standing.reviewer(None if post.reviewer is None else post.reviewer.id)
    if post.reviewer is None or post.reviewer.id != asked:
        post.reviewer = None if asked is None else people[asked]
    return contents.differences(before.told(), post.content.told())


def loses(post: Post, told: dict[str, list[Any]], *, goes_outside: bool) -> bool:
    """Whether this edit takes what was given already."""
    return bool((goes_outside or workflow.is_read(set(told))) and post.approvals)


def still_asked(post: Post, content: Content) -> Content:
    """`content`, in which who is asked for an approval that only some may give is not empty."""
    if post.state != "in_review" or content.reviewer is not None:
        return content
    now = post.standing
    level = now.open
    if level is None or now.could_give(level) == now.approvers:
        return content
    asked = now.reviewer(None if post.reviewer is None else post.reviewer.id)
    people = {one.id: one for one in approvals.approvers(post.team)}
    return content if asked is None else replace(content, reviewer=people[asked])


def check_asked(
    post: Post, content: Content, told: dict[str, list[Any]], state: str, *, goes_outside: bool
) -> None:
    """Whoever is asked anew for a post in review may give the approval that it waits for."""
    asked = content.reviewer
    if asked is None or "reviewer" not in told or not post.state == state == "in_review":
        return
    lost = loses(post, told, goes_outside=goes_outside)
    now = approvals.standing(post.team, () if lost else post.approvals)
    level = now.open
    if level is not None and asked.id not in now.may_give(level):
        raise Refused(
            N_("%(name)s may not give the approval “%(level)s” of this post."),
            field="reviewer",
            name=asked.name,
            level=level.name,
        )


def add(post: Post, level: Level, by: Person, now: datetime) -> dict[str, list[Any]]:
    """Have the approval of `level` too; answers what to tell of that."""
    have(
        post,
        [
            *((one.level_id, one.person_id, one.at) for one in post.approvals),
            (level.id, by.id, now),
        ],
    )
    return {"level": ["", level.name]}


def lacks_only(post: Post, level: Level) -> bool:
    """Whether all other approvals that the team wants are there."""
    now = post.standing
    return all(one.id in now.given or one == level for one in now.levels)
