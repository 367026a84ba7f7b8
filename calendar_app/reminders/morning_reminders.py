"""What is told as a working day begins: to write, past its time, to look at, or to do.

Each thing has a reminder of its own, which is cancelled by itself once it is done; those of one
kind that are due to one person at once go out as one mail (`together`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.meetups.actions import Action
from calendar_app.meetups.holidays import is_free
from calendar_app.moments import in_working_hours, local
from calendar_app.people.models import Team
from calendar_app.plans.models import Plan, Precondition
from calendar_app.posts.models import Post
from calendar_app.reminders import due
from calendar_app.reminders.queries import ACTIONS, UNWRITTEN, ambassador, who_hears_of_late

# From a moment to the next at which somebody is at work: after holidays, in a team that works on
# one day of the week.
_LONGEST_PAUSE = timedelta(weeks=4)
# Whoever changes how a precondition stands may do this, and so may who stands in for the owner.
_RATES = "plans.write"
# Who holds the meet-up may mark an action of anybody as done.
_HOLDS = "meetups.hold"


@dataclass(frozen=True)
class Morning:
    """One thing to tell one person of, before it is known who stands in for them."""

    kind: str
    subject: str
    team_id: int
    zone: str
    person_id: int
    due_at: datetime
    useful_until: datetime
    action: str
    post_id: int | None = None
    precondition_id: int | None = None
    action_id: int | None = None
    webcare_item_id: int | None = None


def mornings(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """All that is of use after `since`, of posts up to `until`."""
    yield from _to_write(session, since, until)
    yield from _late(session, since, until)
    yield from _rechecks(session, since, until)
    yield from _actions(session, since, until)


def _at_work(team: Team) -> due.AtWork:
    return partial(in_working_hours, hours=team.working_hours(is_free))


def _to_write(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """The owner of what goes out soon and has not been sent to review."""
    query = (
        select(Post.id, Team, Post.starts_at, Post.owner_id, Post.created_at)
        .join(Team, Team.id == Post.team_id)
        .where(Post.state.in_(UNWRITTEN), Post.deleted_at.is_(None))
        .where(Post.starts_at > since, Post.starts_at <= until, Post.owner_id.is_not(None))
    )
    for post_id, team, starts_at, owner_id, created_at in session.execute(query):
        if starts_at is None or owner_id is None:
            continue
        due_at = due.write_due_at(starts_at, created_at, team.zone, _at_work(team))
        if due_at >= starts_at:
            # Made for so soon that whoever made it is at it.
            continue
        yield Morning(
            kind=due.WRITE,
            subject=due.subject_of_writing(post_id, local(starts_at, team.zone).date()),
            team_id=team.id,
            zone=team.zone,
            person_id=owner_id,
            due_at=due_at,
            useful_until=starts_at,
            action=ACTIONS[due.WRITE],
            post_id=post_id,
        )


def _late(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """The owner of what is past its time and not marked as published, else its publisher."""
    earliest = since - due.LATE_IS_OF_USE - due.LATE_AFTER - 2 * _LONGEST_PAUSE
    states = ("draft", "in_review", "changes_asked", "approved")
    columns = (Post.id, Team, Post.starts_at, ambassador())
    query = (
        select(*columns, who_hears_of_late())
        .join(Team, Team.id == Post.team_id)
        .where(Post.state.in_(states), Post.deleted_at.is_(None))
        .where(Post.starts_at > earliest, Post.starts_at <= until)
        .where(who_hears_of_late().is_not(None))
    )
    for post_id, team, starts_at, sender_id, person_id in session.execute(query):
        if starts_at is None or person_id is None:
            continue
        at_work = _at_work(team)
        told_at = starts_at if sender_id is None else at_work(starts_at)
        due_at = due.late_due_at(told_at, at_work)
        if due_at + due.LATE_IS_OF_USE > since:
            yield Morning(
                kind=due.LATE,
                subject=due.subject_of_late(post_id, starts_at),
                team_id=team.id,
                zone=team.zone,
                person_id=person_id,
                due_at=due_at,
                useful_until=due_at + due.LATE_IS_OF_USE,
                action=ACTIONS[due.LATE],
                post_id=post_id,
            )


def _rechecks(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """The owner of a precondition, on the day that was chosen to look at it again."""
    earliest = since - due.RECHECK_IS_OF_USE - _LONGEST_PAUSE
    columns = (Precondition.id, Team, Precondition.owner_id)
    query = (
        select(*columns, Precondition.recheck_on)
        .join(Plan, Plan.id == Precondition.plan_id)
        .join(Team, Team.id == Precondition.team_id)
        .where(Plan.archived_at.is_(None), Precondition.owner_id.is_not(None))
        .where(Precondition.recheck_on >= local(earliest, "UTC").date())
        .where(Precondition.recheck_on <= local(until, "UTC").date())
    )
    for precondition_id, team, owner_id, day in session.execute(query):
        if owner_id is None or day is None:
            continue
        due_at = due.recheck_due_at(day, team.zone, _at_work(team))
        if due_at + due.RECHECK_IS_OF_USE > since:
            yield Morning(
                kind=due.RECHECK,
                subject=due.subject_of_recheck(precondition_id, day),
                team_id=team.id,
                zone=team.zone,
                person_id=owner_id,
                due_at=due_at,
                useful_until=due_at + due.RECHECK_IS_OF_USE,
                action=_RATES,
                precondition_id=precondition_id,
            )


def _actions(session: Session, since: datetime, until: datetime) -> Iterator[Morning]:
    """Whoever agreed to do something, on the day by which it has to be done."""
    earliest = since - due.ACTION_IS_OF_USE - _LONGEST_PAUSE
    query = (
        select(Action.id, Team, Action.owner_id, Action.due_on, Action.created_at)
        .join(Team, Team.id == Action.team_id)
        .where(Action.done_at.is_(None), Action.removed_at.is_(None))
        .where(Action.due_on >= local(earliest, "UTC").date())
        .where(Action.due_on <= local(until, "UTC").date())
    )
    for action_id, team, owner_id, day, agreed_at in session.execute(query):
        due_at = due.action_due_at(day, agreed_at, team.zone, _at_work(team))
        if due_at + due.ACTION_IS_OF_USE > since:
            yield Morning(
                kind=due.ACTION,
                subject=due.subject_of_action(action_id, day),
                team_id=team.id,
                zone=team.zone,
                person_id=owner_id,
                due_at=due_at,
                useful_until=due_at + due.ACTION_IS_OF_USE,
                action=_HOLDS,
                action_id=action_id,
            )
