"""Which reminders about posts there should be: a review asked, a moment come, an ambassador gone.

Who is away is asked nothing; their deputy is, when that person may do it: whom they named for those
days, else who stands in by the role matrix of the plan. An ambassador has none: nobody posts from
the account of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from calendar_app.meetups.holidays import is_free
from calendar_app.moments import after_working_hours, in_working_hours, local
from calendar_app.people.models import Absence, Membership, Muted, Team
from calendar_app.people.permissions import allowed
from calendar_app.people.queries import is_unseen
from calendar_app.plans.models import TaskRole
from calendar_app.plans.roles import DEPUTY
from calendar_app.posts.approvals import PostApproval
from calendar_app.posts.escalation import waiting, who_hears
from calendar_app.posts.models import Post, PostChange
from calendar_app.posts.workflow import APPROVE, PUBLISH
from calendar_app.reminders import due
from calendar_app.reminders import webcare_reminders as webcare
from calendar_app.reminders.hushed import Hushed
from calendar_app.reminders.models import Delivery
from calendar_app.reminders.morning_reminders import Morning, mornings
from calendar_app.reminders.queries import (
    AnyRow,
    AnySelect,
    ambassador,
    may_be_asked_to_review,
    who_publishes,
)

Key: TypeAlias = tuple[str, int]
# Of which of these (by id) somebody hears on a day, and who.
WhoHear: TypeAlias = Callable[[Session, Iterable[int], date], Iterator[tuple[int, int]]]

# What is planned elsewhere.
_OF_OTHERS = (*due.OF_MEETUPS, due.OUTCOME, due.MISSED_SUMMARY, *due.OF_CALENDARS)
# A moment outside working hours is told of on the next working day: after a weekend, or after
# holidays on the one day of the week on which a team works.
_LONGEST_PAUSE = timedelta(weeks=4)
# From the quiet hours of one person to those of their deputy, and so on: that ends soon.
_MOST_TURNS = 5


@dataclass(frozen=True)
class _Asked:
    """Somebody who is to be told something of a post."""

    kind: str
    subject: str
    post_id: int | None
    team_id: int
    zone: str
    person_id: int
    due_at: datetime
    useful_until: datetime
    # What a deputy must be allowed; None: nobody can take this over.
    action: str | None
    precondition_id: int | None = None
    action_id: int | None = None
    webcare_item_id: int | None = None
    # Whether it is known already when that person hears it.
    is_settled: bool = False

    @property
    def due_on(self) -> date:
        """The day on the clocks of the team."""
        return local(self.due_at, self.zone).date()

    def heard_by(self, person_id: int, hushed: Hushed, now: datetime) -> _Asked:
        """The same for that person, after their quiet hours."""
        told = {
            "kind": self.kind,
            "team_id": self.team_id,
            "person_id": person_id,
            "due_at": self.due_at,
            "useful_until": self.useful_until,
        }
        # What nobody can take over goes out from their own account.
        moved = hushed.moved(told, now, own_account=self.action is None)
        times = {name: moved[name] for name in ("due_at", "useful_until")}
        return replace(self, person_id=person_id, **times)


@dataclass(frozen=True)
class _Heard:
    """Somebody heard something, or hears it now: when it was due, and of use until."""

    person_id: int
    due_at: datetime
    useful_until: datetime

    def of(self, asked: _Asked) -> _Asked:
        """`asked` as that person heard it. No quiet hours put that off to another day."""
        return replace(
            asked,
            person_id=self.person_id,
            due_at=self.due_at,
            useful_until=self.useful_until,
        )


# By what it is about.
AllHeard: TypeAlias = Mapping[str, Sequence[_Heard]]


def wanted_of_posts(
    session: Session, since: datetime, now: datetime, ahead: timedelta, hushed: Hushed
) -> dict[Key, dict[str, Any]]:
    """The reminders about posts that should be there, by subject and person, as values of a row.

    All that are of use after `since`, up to posts that go out `ahead` of `now`. Each at a moment
    at which its person wants to hear something, and is there.
    """
    heard = _heard_already(session, since)
    asked = [
        *_reviews(session, since),
        *_escalations(session, since, now, hushed),
        *_publishing(session, since, now + ahead),
        *_senders(session, since),
        *(_asked_of(one) for one in mornings(session, since, now + ahead)),
        *_webcare(session, since, now, ahead, hushed, heard),
    ]
    return {
        (one.subject, person_id): _row(one, person_id, now)
        for one, person_id in _told(session, asked, now, hushed, heard)
    }


def _row(one: _Asked, person_id: int, now: datetime) -> dict[str, Any]:
    return {
        "team_id": one.team_id,
        "person_id": person_id,
        "kind": one.kind,
        "subject": one.subject,
        "post_id": one.post_id,
        "precondition_id": one.precondition_id,
        "action_id": one.action_id,
        "webcare_item_id": one.webcare_item_id,
        "due_on": one.due_on,
        "due_at": one.due_at,
        "useful_until": one.useful_until,
        "created_at": now,
    }


def _asked_of(one: Morning) -> _Asked:
    return _Asked(
        kind=one.kind,
        subject=one.subject,
        post_id=one.post_id,
        team_id=one.team_id,
        zone=one.zone,
        person_id=one.person_id,
        due_at=one.due_at,
        useful_until=one.useful_until,
        action=one.action,
        precondition_id=one.precondition_id,
        action_id=one.action_id,
        webcare_item_id=one.webcare_item_id,
    )


def _reviews(session: Session, since: datetime) -> Iterator[_Asked]:
    """Whoever is named to review what waits for it, but for who asks it of themselves.

    Where nobody is named all who may approve are asked. What is asked of one person within an hour
    is told together.
    """
    about = (Post.id, Post.team_id, Team.zone, Post.reviewer_id, Post.sent_to_review_at)
    query = (
        select(*about, Post.starts_at, Team.review_patience, Post.sent_to_review_by_id)
        .join(Team, Team.id == Post.team_id)
        .where(Post.state == "in_review", Post.deleted_at.is_(None))
        .where(Post.sent_to_review_at > since - due.REVIEW_IS_OF_USE)
    )
    rows = _rows(session, query.order_by(Post.sent_to_review_at, Post.id))
    to_all = _asked_of_all(session, [row for row in rows if row.reviewer_id is None])
    of_person: dict[tuple[int, int], list[AnyRow]] = {}
    for row in rows:
        asked = to_all.get(row.id, ()) if row.reviewer_id is None else (row.reviewer_id,)
        for person_id in asked:
            if person_id != row.sent_to_review_by_id:
                of_person.setdefault((row.team_id, person_id), []).append(row)
    for (_team_id, person_id), asked_of_one in of_person.items():
        yield from _asked_for_reviews(person_id, asked_of_one)


def _asked_for_reviews(person_id: int, rows: list[AnyRow]) -> Iterator[_Asked]:
    latest = [
        due.review_latest(row.sent_to_review_at, row.starts_at, row.review_patience) for row in rows
    ]
    moments = due.review_due_at([row.sent_to_review_at for row in rows], latest)
    for row, due_at in zip(rows, moments, strict=True):
        yield _Asked(
            due.REVIEW,
            due.subject_of_review(row.id, row.sent_to_review_at),
            row.id,
            row.team_id,
            row.zone,
            person_id,
            due_at,
            row.sent_to_review_at + due.REVIEW_IS_OF_USE,
            APPROVE.action,
        )


def _asked_of_all(session: Session, rows: list[AnyRow]) -> dict[int, list[int]]:
    """By post who may approve it, of whom nobody is named, but for who gave an approval of it."""
    if not rows:
        return {}
    posts = {row.id: row.team_id for row in rows}
    members = select(Membership.team_id, Membership.person_id).where(
        Membership.team_id.in_(posts.values()), *may_be_asked_to_review()
    )
    of_team: dict[int, list[int]] = {}
    for team_id, person_id in session.execute(members.order_by(Membership.id)):
        of_team.setdefault(team_id, []).append(person_id)
    given = select(PostApproval.post_id, PostApproval.person_id)
    gave = set(map(tuple, session.execute(given.where(PostApproval.post_id.in_(posts)))))
    return {
        post_id: [one for one in of_team.get(team_id, ()) if (post_id, one) not in gave]
        for post_id, team_id in posts.items()
    }


def _escalations(
    session: Session, since: datetime, now: datetime, hushed: Hushed
) -> Iterator[_Asked]:
    """Whoever hears that a request for review got no answer in the hours that the team set."""
    query = (
        select(Post.id, Team, Post.sent_to_review_at)
        .join(Team, Team.id == Post.team_id)
        .where(Post.id.in_(waiting()))
    )
    told = _told_already(session, since)
    asked: dict[int, _Asked] = {}
    for post_id, team, at in _rows(session, query):
        due_at = after_working_hours(at, team.review_patience, team.working_hours(is_free))
        subject = due.subject_of_escalation(post_id, at)
        # Another colleague may be named for it meanwhile: one request is told of once.
        if due_at + due.ESCALATION_IS_OF_USE > since and subject not in told:
            asked[post_id] = _Asked(
                due.ESCALATION,
                subject,
                post_id,
                team.id,
                team.zone,
                0,
                due_at,
                due_at + due.ESCALATION_IS_OF_USE,
                APPROVE.action,
            )
    yield from _settled(session, asked, _who_hear, now, hushed)


def _webcare(
    session: Session,
    since: datetime,
    now: datetime,
    ahead: timedelta,
    hushed: Hushed,
    heard: AllHeard,
) -> Iterator[_Asked]:
    """Whoever answers what waits, and who hears of what waits too long."""
    parts = ((webcare.waiting, webcare.who_answer), (webcare.escalated, webcare.who_hear))
    for find, who_hear in parts:
        found = find(session, since, now + ahead)
        asked = {one.webcare_item_id or 0: _asked_of(one) for one in found}
        for item_id, one in asked.items():
            if one.subject in heard:
                last = max(heard[one.subject], key=lambda told: told.due_at)
                asked[item_id] = last.of(one)
        yield from _settled(session, asked, who_hear, now, hushed)


def _settled(
    session: Session, asked: dict[int, _Asked], who_hear: WhoHear, now: datetime, hushed: Hushed
) -> Iterator[_Asked]:
    """Each of `asked`, by what it is about, for who hears it on the day on which they do."""
    for _turn in range(_MOST_TURNS):
        if not asked:
            break
        settled, asked = _heard(session, asked, who_hear, now, hushed)
        yield from settled


def _heard(
    session: Session, asked: dict[int, _Asked], who_hear: WhoHear, now: datetime, hushed: Hushed
) -> tuple[list[_Asked], dict[int, _Asked]]:
    """What those who hear it on its day hear; and what they do not hear until another."""
    of_day: dict[date, list[int]] = {}
    for about, one in asked.items():
        of_day.setdefault(one.due_on, []).append(about)
    settled, put_off = [], {}
    for day, things in of_day.items():
        for about, person_id in who_hear(session, things, day):
            one = asked[about]
            moved = one if one.person_id == person_id else one.heard_by(person_id, hushed, now)
            if moved.due_on == day:
                settled.append(replace(moved, is_settled=True))
            else:
                put_off[about] = moved
    return settled, put_off


def _who_hear(session: Session, post_ids: Iterable[int], day: date) -> Iterator[tuple[int, int]]:
    """(post, who hears on `day` that it waits too long) for each of which anybody does."""
    query = (
        select(Post.id, who_hears(day))
        .join(Team, Team.id == Post.team_id)
        .where(Post.id.in_(post_ids))
    )
    for post_id, person_id in _rows(session, query):
        if person_id is not None:
            yield post_id, person_id


def _told_already(session: Session, since: datetime) -> set[str]:
    """The requests of which somebody has heard, or is hearing now."""
    waits = Delivery.state.in_(("pending", "retry", "cancelled"))
    heard = (Delivery.kind == due.ESCALATION, Delivery.useful_until > since, ~waits)
    return set(session.scalars(select(Delivery.subject).where(*heard)))


def _heard_already(session: Session, since: datetime) -> AllHeard:
    """Who heard what, or hears it now, by what that is about."""
    told = or_(
        Delivery.state.in_(("sent", "claimed", "in_flight", "in_doubt")),
        and_(Delivery.state == "cancelled", Delivery.reason == due.TOLD_TOGETHER),
    )
    what = (Delivery.subject, Delivery.person_id, Delivery.due_at, Delivery.useful_until)
    query = select(*what).where(
        told, Delivery.useful_until > since, Delivery.kind.not_in(_OF_OTHERS)
    )
    found: dict[str, list[_Heard]] = {}
    for subject, person_id, due_at, useful_until in session.execute(query.order_by(Delivery.id)):
        found.setdefault(subject, []).append(_Heard(person_id, due_at, useful_until))
    return found


def _publishing(session: Session, since: datetime, until: datetime) -> Iterator[_Asked]:
    """Whoever places what is approved, at its moment; an ambassador while at work."""
    earliest = since - due.PUBLISH_IS_OF_USE - _LONGEST_PAUSE
    query = (
        select(Post.id, Team, Post.starts_at, ambassador(), who_publishes())
        .join(Team, Team.id == Post.team_id)
        .where(Post.state == "approved", Post.deleted_at.is_(None))
        .where(Post.starts_at > earliest, Post.starts_at <= until)
        .where(who_publishes().is_not(None))
    )
    for post_id, team, starts_at, sender_id, person_id in _rows(session, query):
        due_at, at_work = starts_at, None
        if sender_id is not None:
            at_work = partial(in_working_hours, hours=team.working_hours(is_free))
            due_at = at_work(starts_at)
        useful_until = due.publish_useful_until(due_at, at_work)
        if useful_until > since:
            subject = due.subject_of_publishing(post_id, starts_at)
            action = PUBLISH.action if sender_id is None else None
            yield _Asked(
                due.PUBLISH,
                subject,
                post_id,
                team.id,
                team.zone,
                person_id,
                due_at,
                useful_until,
                action,
            )


def _rows(session: Session, query: AnySelect) -> list[AnyRow]:
    return list(session.execute(query))


def _senders(session: Session, since: datetime) -> Iterator[_Asked]:
    """The owner of what its ambassador would rather not post."""
    query = (
        select(PostChange.id, PostChange.at, Post.id, Post.team_id, Team.zone, Post.owner_id)
        .join(Post, Post.id == PostChange.post_id)
        .join(Team, Team.id == Post.team_id)
        .where(PostChange.action == "decline", PostChange.at > since - due.SENDER_IS_OF_USE)
        .where(Post.deleted_at.is_(None), Post.owner_id.is_not(None), Post.sender_id.is_(None))
    )
    for change_id, at, post_id, team_id, zone, person_id in _rows(session, query):
        subject = due.subject_of_sender(change_id)
        useful_until = at + due.SENDER_IS_OF_USE
        yield _Asked(
            due.SENDER, subject, post_id, team_id, zone, person_id, at, useful_until, "posts.write"
        )


def _told(
    session: Session, asked: list[_Asked], now: datetime, hushed: Hushed, heard: AllHeard
) -> Iterator[tuple[_Asked, int]]:
    """Each with the one who is told of it, if anybody is, at the moment at which they can be."""
    teams = {one.team_id for one in asked}
    away = _absences(session, teams, min((one.due_on for one in asked), default=None))
    roles = _roles(session, teams)
    deputies = _deputies(session, asked, away)
    muted = session.execute(select(Muted.person_id, Muted.kind))
    deaf = {(person_id, kind) for person_id, kind in muted}

    def instead(one: _Asked) -> int | None:
        return _instead(one, away, roles, deputies)

    for asked_first in asked:
        one = _as_heard(asked_first, instead, heard) or _in_turn(asked_first, instead, now, hushed)
        if one is not None and (one.person_id, one.kind) not in deaf:
            yield one, one.person_id


def _as_heard(
    asked: _Asked, instead: Callable[[_Asked], int | None], heard: AllHeard
) -> _Asked | None:
    """It as it was told to whom it was for on that day; None: that person did not hear it yet."""
    for told in heard.get(asked.subject, ()):
        if instead(replace(told.of(asked), person_id=asked.person_id)) == told.person_id:
            return told.of(asked)
    return None


def _in_turn(
    asked: _Asked, instead: Callable[[_Asked], int | None], now: datetime, hushed: Hushed
) -> _Asked | None:
    """It for who is there on the day on which it goes out to them; None: nobody is.

    Quiet hours may put it off to a day on which that person is away, or is back.
    """
    told: _Asked | None = None
    one = asked
    for _turn in range(_MOST_TURNS):
        person_id = instead(one)
        if person_id is None:
            return None
        if one.is_settled or (told is not None and told.person_id == person_id):
            return replace(one, person_id=person_id)
        told = one.heard_by(person_id, hushed, now)
        if told.due_on == one.due_on:
            return told
        # Who stands in is that of who was asked.
        one = replace(told, person_id=asked.person_id)
    return told


def _absences(session: Session, teams: Iterable[int], first: date | None) -> list[Absence]:
    if first is None:
        return []
    wanted = select(Absence).where(Absence.team_id.in_(teams), Absence.last_day >= first)
    return list(session.scalars(wanted.order_by(Absence.id)))


def _roles(session: Session, teams: Iterable[int]) -> dict[tuple[int, int], str]:
    """The role of each member, by team and person."""
    query = select(Membership.team_id, Membership.person_id, Membership.role).where(
        Membership.team_id.in_(teams), Membership.ended_at.is_(None)
    )
    return {(team_id, person_id): role for team_id, person_id, role in session.execute(query)}


def _deputies(
    session: Session, asked: Iterable[_Asked], away: list[Absence]
) -> dict[tuple[int | None, str], list[int]]:
    """The deputies in the role matrix, by post and task: of posts of which somebody is away."""
    absent = {absence.person_id for absence in away if absence.deputy_id is None}
    posts = {one.post_id for one in asked if one.person_id in absent and one.kind in due.TASKS}
    if not posts:
        return {}
    query = (
        select(Post.id, TaskRole.task, TaskRole.person_id)
        .join(TaskRole, TaskRole.plan_id == Post.plan_id)
        .where(Post.id.in_(posts), TaskRole.part == DEPUTY)
        .where(~is_unseen(TaskRole.person_id, TaskRole.team_id))
        .order_by(TaskRole.id)
    )
    found: dict[tuple[int | None, str], list[int]] = {}
    for post_id, task, person_id in session.execute(query):
        found.setdefault((post_id, task), []).append(person_id)
    return found


def _instead(
    one: _Asked,
    away: list[Absence],
    roles: dict[tuple[int, int], str],
    deputies: dict[tuple[int | None, str], list[int]],
) -> int | None:
    """The person who is asked, or who stands in for them on that day; None: nobody."""
    away_then: dict[int, list[int | None]] = {}
    for absence in away:
        if absence.team_id == one.team_id and absence.first_day <= one.due_on <= absence.last_day:
            away_then.setdefault(absence.person_id, []).append(absence.deputy_id)
    if one.person_id not in away_then:
        return one.person_id if (one.team_id, one.person_id) in roles else None
    if one.action is None:
        return None
    action = one.action
    named = [deputy_id for deputy_id in away_then[one.person_id] if deputy_id is not None]
    by_matrix = deputies.get((one.post_id, due.TASKS.get(one.kind, "")), [])
    fit = (
        deputy_id
        for deputy_id in named or by_matrix
        if deputy_id not in away_then and allowed(roles.get((one.team_id, deputy_id)), action)
    )
    return next(fit, None)
