"""Questions about what comes back from the channels; each starts from the team."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, delete, func, or_, select
from sqlalchemy.orm import Session, joinedload, undefer

from calendar_app.errors import NotYours
from calendar_app.language import N_
from calendar_app.monitoring.metrics import added_up
from calendar_app.monitoring.models import (
    IN_BIN,
    WHO_ANSWER,
    PostResult,
    WebcareItem,
    WebcareReply,
)
from calendar_app.people.models import Person, Team
from calendar_app.people.queries import members
from calendar_app.plans.models import Channel, Plan
from calendar_app.posts.models import Post

PAGE_LENGTH = 30
OPEN, ANSWERED = "open", "answered"
NOBODY = 0
# Of so many days ago a post can be chosen for a question.
_ASKED_ABOUT = timedelta(days=90)
_MOST_POSTS = 100
_IS_OPEN = WebcareItem.answered_at.is_(None)


@dataclass(frozen=True)
class WebcareFilter:
    """Which questions are asked for: states, channels and owners (none: all), and a page from 1.

    The owner NOBODY stands for a question that nobody took, or whose owner cannot answer any more.
    """

    states: tuple[str, ...] = ()
    channels: tuple[int, ...] = ()
    owners: tuple[int, ...] = ()
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.states or self.channels or self.owners)


@dataclass(frozen=True)
class WebcarePage:
    """One page of questions, and how many pages there are in all."""

    items: list[WebcareItem]
    pages: int


def webcare_page(session: Session, team: Team, wanted: WebcareFilter) -> WebcarePage:
    """The questions of `team`: what waits first, by when it is to be answered; then the newest."""
    query = select(WebcareItem).where(*_of(team), *_narrowed(wanted))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    part = _in_order(query).offset((wanted.page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH)
    return WebcarePage(
        list(session.scalars(part.options(*_WHOLE))), max(1, -(-total // PAGE_LENGTH))
    )


def open_items(session: Session, team: Team, limit: int) -> list[WebcareItem]:
    """At most `limit` questions that wait for an answer, the first to be answered first."""
    waiting = select(WebcareItem).where(*_of(team), _IS_OPEN)
    return list(session.scalars(_in_order(waiting).limit(limit).options(*_WHOLE)))


def count_open(session: Session, team: Team, now: datetime) -> tuple[int, int]:
    """How many questions wait, and how many of those too long."""
    late = func.count(case((WebcareItem.answer_by < now, 1)))
    row = session.execute(select(func.count(), late).where(*_of(team), _IS_OPEN)).one()
    return int(row[0]), int(row[1])


def items_of_post(session: Session, post: Post) -> list[WebcareItem]:
    """The questions about `post`, in the order of a list."""
    wanted = select(WebcareItem).where(
        WebcareItem.team_id == post.team_id,
        WebcareItem.post_id == post.id,
        WebcareItem.deleted_at.is_(None),
    )
    return list(session.scalars(_in_order(wanted).options(*_WHOLE)))


def item_made_by(session: Session, team: Team, creation_key: str) -> WebcareItem | None:
    """The question that the form with this key made before, if it did."""
    wanted = select(WebcareItem).where(
        WebcareItem.team_id == team.id, WebcareItem.creation_key == creation_key
    )
    return session.scalars(wanted).one_or_none()


def bin_of(session: Session, team: Team) -> list[WebcareItem]:
    """The questions that were removed and can be put back, the last removed first."""
    wanted = select(WebcareItem).where(
        WebcareItem.team_id == team.id, WebcareItem.deleted_at.is_not(None)
    )
    newest = wanted.order_by(WebcareItem.deleted_at.desc(), WebcareItem.id.desc())
    return list(session.scalars(newest.limit(200)))


def binned_item(session: Session, team: Team, item_id: int) -> WebcareItem:
    """One question of `team`, removed or not. Raises NotYours."""
    found = session.get(WebcareItem, item_id)
    if found is None or found.team_id != team.id:
        raise NotYours(N_("This is not here, or not for you."))
    return found


def empty_bin(session: Session, now: datetime) -> int:
    """Remove for good what was taken out `IN_BIN` ago, of every team; answers how many rows."""
    gone = 0
    for kind in (WebcareItem, WebcareReply):
        ids = list(session.scalars(select(kind.id).where(kind.deleted_at < now - IN_BIN)))
        session.execute(delete(kind).where(kind.id.in_(ids)))
        gone += len(ids)
    return gone


def channels_of(session: Session, team: Team) -> list[tuple[Channel, str]]:
    """The channels of the plans in use, with the name of their plan, in the order of both."""
    query = (
        select(Channel, Plan.name)
        .join(Plan, Plan.id == Channel.plan_id)
        .where(Channel.team_id == team.id, Channel.deleted_at.is_(None))
        .where(Plan.archived_at.is_(None))
        .order_by(Channel.plan_id, Channel.position, Channel.id)
    )
    return [(channel, plan) for channel, plan in session.execute(query)]


def channels_asked_on(session: Session, team: Team) -> list[tuple[int, str]]:
    """The id and name of each channel on which a question came, by name."""
    asked = select(WebcareItem.channel_id).where(*_of(team))
    query = select(Channel.id, Channel.name).where(Channel.id.in_(asked))
    rows = session.execute(query.order_by(func.lower(Channel.name), Channel.id))
    return [(row.id, row.name) for row in rows]


def who_can_answer(session: Session, team: Team) -> list[Person]:
    """The people in the team who may answer a question, by name."""
    return [one.person for one in members(session, team) if one.role in WHO_ANSWER]


def owners_asked(session: Session, team: Team) -> list[Person]:
    """Whoever took a question, by name."""
    asked = select(WebcareItem.owner_id).where(*_of(team))
    query = select(Person).where(Person.id.in_(asked))
    return list(session.scalars(query.order_by(func.lower(Person.name), Person.id)))


def posts_asked_about(session: Session, team: Team, now: datetime) -> list[tuple[int, str]]:
    """The id and title of what went out of late, the newest first."""
    query = (
        select(Post.id, Post.title)
        .where(Post.team_id == team.id, Post.deleted_at.is_(None), Post.state == "published")
        .where(Post.published_at > now - _ASKED_ABOUT)
        .order_by(Post.published_at.desc(), Post.id.desc())
    )
    return [(row.id, row.title) for row in session.execute(query.limit(_MOST_POSTS))]


def replies_of(session: Session, team: Team) -> list[WebcareReply]:
    """The team's replies to use again, by title."""
    return list(session.scalars(_replies(team).where(WebcareReply.deleted_at.is_(None))))


def removed_replies(session: Session, team: Team) -> list[WebcareReply]:
    """The replies that were taken off the list and can be put back, by title."""
    return list(session.scalars(_replies(team).where(WebcareReply.deleted_at.is_not(None))))


def results_of(session: Session, post: Post) -> dict[int, PostResult]:
    """What was counted of `post`, by channel."""
    wanted = select(PostResult).where(
        PostResult.team_id == post.team_id, PostResult.post_id == post.id
    )
    found = session.scalars(wanted.options(joinedload(PostResult.noted_by)))
    return {one.channel_id: one for one in found}


def results_added_up(
    session: Session, team: Team, post_ids: Iterable[int]
) -> dict[int, tuple[tuple[str, int], ...]]:
    """(metric, number) over all channels of each of these posts of which anything was counted."""
    ids: Collection[int] = set(post_ids)
    if not ids:
        return {}
    wanted = select(PostResult).where(PostResult.team_id == team.id, PostResult.post_id.in_(ids))
    of_post: dict[int, list[dict[str, int | None]]] = {}
    for one in session.scalars(wanted):
        of_post.setdefault(one.post_id, []).append(one.counts)
    return {post_id: added_up(rows) for post_id, rows in of_post.items()}


def _of(team: Team) -> tuple[ColumnElement[bool], ...]:
    return (WebcareItem.team_id == team.id, WebcareItem.deleted_at.is_(None))


def _narrowed(wanted: WebcareFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if len(wanted.states) == 1:
        found.append(_IS_OPEN if wanted.states[0] == OPEN else ~_IS_OPEN)
    if wanted.channels:
        found.append(WebcareItem.channel_id.in_(wanted.channels))
    if wanted.owners:
        named = WebcareItem.owner_id.in_(wanted.owners)
        nobody = WebcareItem.owner_id.is_(None) | (_IS_OPEN & ~WebcareItem.owner_answers)
        found.append(or_(named, nobody) if NOBODY in wanted.owners else named)
    return found


def _in_order(query: Select[WebcareItem]) -> Select[WebcareItem]:
    waits = case((_IS_OPEN, 0), else_=1)
    # What is promised by no moment comes after what is.
    promised = case((_IS_OPEN & WebcareItem.answer_by.is_(None), 1), else_=0)
    soonest = case((_IS_OPEN, WebcareItem.answer_by))
    newest = (WebcareItem.received_at.desc(), WebcareItem.id.desc())
    return query.order_by(waits, promised, soonest, *newest)


def _replies(team: Team) -> Select[WebcareReply]:
    ours = select(WebcareReply).where(WebcareReply.team_id == team.id)
    return ours.order_by(func.lower(WebcareReply.title), WebcareReply.id)


_WHOLE = (
    joinedload(WebcareItem.channel),
    joinedload(WebcareItem.post),
    joinedload(WebcareItem.owner),
    joinedload(WebcareItem.answered_by),
    undefer(WebcareItem.owner_answers),
)
