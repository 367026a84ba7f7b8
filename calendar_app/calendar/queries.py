"""Reading the calendar: few columns, a fixed number of queries, always from the team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from calendar_app.calendar.cards import OVER, PostRow
from calendar_app.calendar.filters import Filters
from calendar_app.calendar.models import SavedView
from calendar_app.meetups.holidays import is_free
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.moments import after_working_hours, local
from calendar_app.people.models import Absence, Person, Team
from calendar_app.people.queries import is_ambassador, is_unseen
from calendar_app.plans.models import Audience, BrandValue, Channel, Plan, TaskRole
from calendar_app.plans.roles import DEPUTY
from calendar_app.posts.approvals import PostApproval
from calendar_app.posts.escalation import waiting, who_hears
from calendar_app.posts.models import Post, PostAudience, PostChannel, PostValue
from calendar_app.posts.places import OUTSIDE
from calendar_app.search.queries import post_is_found

_Owner = aliased(Person)


def rows_between(
    session: Session, team: Team, start: datetime, end: datetime, filters: Filters
) -> list[PostRow]:
    """Posts with `start` <= starts_at < `end`, ascending by moment, then id. Four queries."""
    between = (Post.starts_at >= start, Post.starts_at < end)
    return _rows(session, [*_of(team), *between, *chosen(filters)], (Post.starts_at, Post.id))


def late(session: Session, team: Team, now: datetime) -> list[PostRow]:
    """Posts past their moment that nobody marked published, the oldest first."""
    wanted = (Post.starts_at < now, Post.state.not_in(OVER))
    return _rows(session, [*_of(team), *wanted], (Post.starts_at, Post.id))


def waiting_for(session: Session, team: Team, reviewer: Person, now: datetime) -> list[PostRow]:
    """Posts that wait for this reviewer, or for nobody in particular, the nearest first.

    Also those of who is away today and has this reviewer as deputy.
    """
    stands_in = _stands_in(team, reviewer, now)
    mine = or_(Post.reviewer_id == reviewer.id, Post.reviewer_id.is_(None), stands_in)
    # Who gave one of its approvals waits for somebody else, unless they are named.
    gave = _linked(PostApproval.post_id, PostApproval.person_id == reviewer.id)
    wanted = (Post.state == "in_review", mine, or_(Post.reviewer_id.is_not(None), ~gave))
    return _rows(
        session, [*_of(team), *wanted], (Post.starts_at.is_(None), Post.starts_at, Post.id)
    )


def _stands_in(team: Team, person: Person, now: datetime) -> ColumnElement[bool]:
    """Whether `person` reviews a post instead of its reviewer, who is away today.

    As the mail has it: whom they named for those days, else a deputy in the role matrix.
    """
    day = local(now, team.zone).date()
    away = (
        Absence.person_id == Post.reviewer_id,
        Absence.team_id == team.id,
        Absence.first_day <= day,
        Absence.last_day >= day,
    )
    deputy = (
        TaskRole.plan_id == Post.plan_id,
        TaskRole.task == "review",
        TaskRole.part == DEPUTY,
        TaskRole.person_id == person.id,
    )
    named_nobody = and_(
        exists().where(*away),
        ~exists().where(*away, Absence.deputy_id.is_not(None)),
    )
    by_matrix = and_(exists().where(*deputy), named_nobody)
    return or_(exists().where(*away, Absence.deputy_id == person.id), by_matrix)


def unanswered(session: Session, team: Team, person: Person, now: datetime) -> list[PostRow]:
    """Posts that wait for an approval longer than the team wants, of which `person` hears."""
    patience, hours = team.review_patience, team.working_hours(is_free)
    if patience is None:
        return []
    hears = who_hears(local(now, team.zone).date()) == person.id
    asked = (
        select(Post.id, Post.sent_to_review_at)
        .join(Team, Team.id == Post.team_id)
        .where(Post.id.in_(waiting()), Post.team_id == team.id, hears)
    )
    late = [
        post_id
        for post_id, at in session.execute(asked)
        if at is not None and after_working_hours(at, patience, hours) <= now
    ]
    in_order = (Post.sent_to_review_at, Post.id)
    return _rows(session, [*_of(team), Post.id.in_(late)], in_order) if late else []


def to_write(session: Session, team: Team, owner: Person, until: datetime) -> list[PostRow]:
    """What `owner` still has to write for the time until `until`, the nearest first."""
    wanted = (
        Post.owner_id == owner.id,
        Post.state.in_(("draft", "changes_asked")),
        Post.starts_at < until,
    )
    return _rows(session, [*_of(team), *wanted], (Post.starts_at, Post.id))


def to_place(session: Session, team: Team, person: Person, until: datetime) -> list[PostRow]:
    """Approved posts before `until` that `person` places: as ambassador, or for the organisation.

    The nearest first.
    """
    own_account = and_(Post.sender_id.is_not(None), is_ambassador(Post.sender_id, Post.team_id))
    for_us = and_(~own_account, Post.publisher_id == person.id)
    wanted = (
        Post.state == "approved",
        or_(and_(own_account, Post.sender_id == person.id), for_us),
        Post.starts_at < until,
    )
    return _rows(session, [*_of(team), *wanted], (Post.starts_at, Post.id))


def newest_ideas(session: Session, team: Team, filters: Filters, limit: int) -> list[PostRow]:
    """The newest ideas without a day."""
    wanted = (Post.state == "idea", Post.starts_at.is_(None))
    conditions = [*_of(team), *wanted, *chosen(filters)]
    return _rows(session, conditions, (Post.created_at.desc(), Post.id.desc()), limit)


def fitting_ideas(
    session: Session,
    team: Team,
    limit: int,
    *,
    channel: Channel | None,
    value: BrandValue | None,
    audience: Audience | None,
) -> list[PostRow]:
    """Ideas on `value`, for `audience`, and on `channel` or on none yet, as far as each is given.

    Those on the channel come first, then the newest.
    """
    wanted: list[ColumnElement[bool]] = [Post.state == "idea", Post.starts_at.is_(None)]
    order: list[Any] = []
    if value is not None:
        wanted += [
            Post.plan_id == value.plan_id,
            _linked(PostValue.post_id, PostValue.value_id == value.id),
        ]
    if audience is not None:
        wanted += [
            Post.plan_id == audience.plan_id,
            _linked(PostAudience.post_id, PostAudience.audience_id == audience.id),
        ]
    if channel is not None:
        on_it = _linked(PostChannel.post_id, PostChannel.channel_id == channel.id)
        on_any = exists().where(PostChannel.post_id == Post.id)
        wanted += [Post.plan_id == channel.plan_id, or_(on_it, ~on_any)]
        order.append(case((on_it, 0), else_=1))
    newest = (Post.created_at.desc(), Post.id.desc())
    return _rows(session, [*_of(team), *wanted], (*order, *newest), limit)


def count_attention(
    session: Session, team: Team, person: Person, now: datetime, *, approves: bool
) -> int:
    """How many posts ask something of `person`: theirs that are late, and reviews.

    Who `approves` also sees those of a reviewer for whom they stand in.
    """
    mine_late = (Post.owner_id == person.id) & (Post.starts_at < now) & Post.state.not_in(OVER)
    asks_me = Post.reviewer_id == person.id
    if approves:
        asks_me = or_(asks_me, _stands_in(team, person, now))
    # What is told of each post comes first: SQLite looks at both sides in this order.
    my_review = (Post.state == "in_review") & asks_me
    query = select(Post.id).where(*_of(team), or_(mine_late, my_review)).limit(100)
    return len(session.scalars(query).all())


def meetings_between(
    session: Session, team: Team, start: datetime, end: datetime
) -> Sequence[tuple[Occurrence, str]]:
    """Meet-ups that are held or were called off by hand, with their name, by moment. One query."""
    query = (
        select(Occurrence, Meetup.name)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .where(
            Occurrence.team_id == team.id,
            Occurrence.starts_at >= start,
            Occurrence.starts_at < end,
            Occurrence.state != "skipped",
            Meetup.deleted_at.is_(None),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return [(occurrence, name) for occurrence, name in session.execute(query)]


def moments_on_channels(
    session: Session, plan: Plan, start: datetime, end: datetime
) -> Sequence[tuple[int, datetime]]:
    """(channel id, moment) of each post of `plan` in [`start`, `end`) that is not cancelled."""
    query = (
        select(PostChannel.channel_id, Post.starts_at)
        .join(Post, Post.id == PostChannel.post_id)
        .where(
            Post.team_id == plan.team_id,
            Post.plan_id == plan.id,
            Post.starts_at >= start,
            Post.starts_at < end,
            Post.state != "cancelled",
            Post.deleted_at.is_(None),
        )
    )
    return [(channel_id, at) for channel_id, at in session.execute(query) if at is not None]


def views_for(session: Session, team: Team, person: Person) -> list[SavedView]:
    """The views that `person` keeps and those of the team, by name."""
    seen = or_(SavedView.person_id == person.id, SavedView.is_shared)
    wanted = (
        select(SavedView)
        .where(SavedView.team_id == team.id, seen)
        .options(selectinload(SavedView.person))
        .order_by(func.lower(SavedView.name), SavedView.id)
    )
    return list(session.scalars(wanted))


def count_views(session: Session, team: Team, person: Person) -> int:
    """How many views `person` keeps in `team`."""
    mine = (SavedView.team_id == team.id, SavedView.person_id == person.id)
    return session.scalar(select(func.count()).select_from(SavedView).where(*mine)) or 0


def _of(team: Team) -> list[ColumnElement[bool]]:
    return [Post.team_id == team.id, Post.deleted_at.is_(None)]


def chosen(filters: Filters) -> Iterable[ColumnElement[bool]]:
    """What a post must be to be seen with these filters."""
    if filters.plan:
        yield Post.plan_id.in_(filters.plan)
    if filters.state:
        yield Post.state.in_(filters.state)
    if filters.person:
        people = filters.person
        writers = (Post.owner_id, Post.reviewer_id, Post.sender_id)
        parts = (*writers, Post.publisher_id, Post.watcher_id)
        yield or_(*(part.in_(people) for part in parts))
    if filters.value:
        yield _linked(PostValue.post_id, PostValue.value_id.in_(filters.value))
    if filters.audience:
        yield _linked(PostAudience.post_id, PostAudience.audience_id.in_(filters.audience))
    if filters.channel:
        yield _linked(PostChannel.post_id, PostChannel.channel_id.in_(filters.channel))
    if filters.q:
        yield post_is_found(filters.q)


def _linked(post_id: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(post_id == Post.id, condition)


def _rows(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int | None = None,
) -> list[PostRow]:
    """Plain columns: whole mapped rows of 200 posts cost three times as much as the page."""
    posts = (
        select(
            Post.id,
            Post.title,
            Post.state,
            Post.starts_at,
            Post.owner_id,
            _Owner.name,
            Post.version,
            Post.plan_id,
            Post.sender_id.is_not(None).label("by_ambassador"),
        )
        .outerjoin(_Owner, (_Owner.id == Post.owner_id) & ~is_unseen(Post.owner_id, Post.team_id))
        .where(*conditions)
        .order_by(*order)
        .limit(limit)
    )
    found = session.execute(posts).all()
    wanted = _same_posts(conditions, order, limit)
    values = _by_post(session, _values(wanted)) if found else {}
    channels = _by_post(session, _channels(wanted)) if found else {}
    audiences = _by_post(session, _audiences(wanted)) if found else {}
    return [
        PostRow(
            id=row.id,
            title=row.title,
            state=row.state,
            starts_at=row.starts_at,
            owner_id=row.owner_id,
            owner_name=row.name or "",
            values=tuple((hook, name) for _id, hook, name, _place in values.get(row.id, ())),
            channels=tuple((short, name) for _id, short, name in channels.get(row.id, ())),
            version=row.version,
            plan_id=row.plan_id,
            by_ambassador=row.by_ambassador,
            # What falls outside a value adds nothing to its share.
            value_ids=tuple(
                value_id
                for value_id, _hook, _name, place in values.get(row.id, ())
                if place != OUTSIDE
            ),
            audience_ids=tuple(audience_id for (audience_id,) in audiences.get(row.id, ())),
            channel_ids=tuple(channel_id for channel_id, *_rest in channels.get(row.id, ())),
        )
        for row in found
    ]


def _same_posts(
    conditions: Sequence[ColumnElement[bool]], order: Sequence[Any], limit: int | None
) -> Select[int]:
    query = select(Post.id).where(*conditions)
    return query if limit is None else query.order_by(*order).limit(limit)


def _values(wanted: Select[int]) -> Select[int, int, int, str, str]:
    return (
        select(PostValue.post_id, BrandValue.id, BrandValue.hook, BrandValue.name, PostValue.place)
        .join(BrandValue, BrandValue.id == PostValue.value_id)
        .where(PostValue.post_id.in_(wanted))
        .order_by(PostValue.post_id, PostValue.position, PostValue.id)
    )


def _channels(wanted: Select[int]) -> Select[int, int, str, str]:
    return (
        select(PostChannel.post_id, Channel.id, Channel.short, Channel.name)
        .join(Channel, Channel.id == PostChannel.channel_id)
        .where(PostChannel.post_id.in_(wanted))
        .order_by(PostChannel.post_id, Channel.position, Channel.id)
    )


def _audiences(wanted: Select[int]) -> Select[int, int]:
    return (
        select(PostAudience.post_id, PostAudience.audience_id)
        .where(PostAudience.post_id.in_(wanted))
        .order_by(PostAudience.post_id, PostAudience.id)
    )


def _by_post(session: Session, query: Select[*tuple[Any, ...]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for post_id, *told in session.execute(query):
        found[post_id].append(tuple(told))
    return found
