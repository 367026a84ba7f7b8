"""Questions about a team's posts. Every answer starts from the team and leaves out the bin.

Values, audiences, channels and the owner come along in a fixed number of queries, however many the
posts are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, delete, func, or_, select, union
from sqlalchemy.orm import Session, joinedload, selectinload

from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.people.queries import is_unseen
from calendar_app.plans.models import Audience, Channel, Plan
from calendar_app.plans.queries import of_step_four
from calendar_app.posts.content import PEOPLE, TEXTS, Content
from calendar_app.posts.likeness import key_of
from calendar_app.posts.models import (
    OF_SERIES,
    Post,
    PostChange,
    PostChannelText,
    PostSeries,
    PostTemplate,
    PostValue,
    PostVote,
    if_fit,
)
from calendar_app.posts.workflow import ASK_CHANGES

OVER = ("published", "cancelled")
UNAPPROVED = ("idea", "draft", "in_review", "changes_asked")
BIN_SIZE = 200
# Who changes several posts reads the texts of their channels and their approvals too, at once.
_TO_CHANGE = (
    selectinload(Post.own_text_rows).selectinload(PostChannelText.channel),
    selectinload(Post.approvals),
)
IN_BIN = timedelta(days=30)
# Within so long of each other two posts with one text are seen as one too many.
NEAR = timedelta(days=30)
MOST_TWINS = 3


class InBin(NotYours):
    """A post of the own team that lies in the bin: not there, but to be taken out again."""

    def __init__(self, post_id: int) -> None:
        super().__init__(N_("This post is in the bin."))
        self.post_id = post_id


class Votes(NamedTuple):
    """How many find an idea good, and whether who asks is one of them."""

    number: int = 0
    mine: bool = False


class Twin(NamedTuple):
    """A post with the same text as another one."""

    id: int
    title: str
    state: str
    # On the clocks of the zone in which it was chosen.
    local_start: datetime


def posts_between(session: Session, team: Team, start: datetime, end: datetime) -> list[Post]:
    """The team's posts with `start` <= starts_at < `end` (aware), by moment, then id."""
    return _in_order(session, _of(team).where(*_starts_in(start, end)))


def late_posts(session: Session, team: Team, now: datetime) -> list[Post]:
    """Posts whose moment has passed without being published or cancelled, oldest first."""
    return _in_order(session, _of(team).where(Post.starts_at < now, Post.state.not_in(OVER)))


def unapproved_posts(session: Session, team: Team, start: datetime, end: datetime) -> list[Post]:
    """Posts due in [`start`, `end`) that nobody has approved yet, by moment."""
    wanted = _of(team).where(*_starts_in(start, end), Post.state.in_(UNAPPROVED))
    return _in_order(session, wanted)


def published_between(session: Session, team: Team, start: datetime, end: datetime) -> list[Post]:
    """Posts that were marked published in [`start`, `end`), by the moment they were planned for."""
    wanted = _of(team).where(
        Post.state == "published", Post.published_at >= start, Post.published_at < end
    )
    return _in_order(session, wanted)


def ideas(session: Session, team: Team) -> list[Post]:
    """The team's ideas, newest first."""
    newest_first = (Post.created_at.desc(), Post.id.desc())
    wanted = _of(team).where(Post.state == "idea").order_by(*newest_first)
    return list(session.scalars(wanted))


def votes_for_ideas(session: Session, team: Team, person: Person) -> dict[int, Votes]:
    """The votes for each idea that has any, by its id; not of who does not want to be seen."""
    query = (
        select(
            PostVote.post_id,
            func.count(),
            func.max(case((PostVote.person_id == person.id, 1), else_=0)),
        )
        .join(Post, Post.id == PostVote.post_id)
        .where(Post.team_id == team.id, Post.state == "idea", Post.deleted_at.is_(None))
        .where(~is_unseen(PostVote.person_id, Post.team_id))
        .group_by(PostVote.post_id)
    )
    return {post_id: Votes(count, bool(mine)) for post_id, count, mine in session.execute(query)}


def vote(session: Session, post: Post, person: Person, *, wanted: bool) -> None:
    """Let `person` vote for `post`, or no more. To ask for what is so already changes nothing."""
    theirs = (PostVote.post_id == post.id, PostVote.person_id == person.id)
    there = session.scalars(select(PostVote).where(*theirs)).one_or_none()
    if wanted and there is None:
        session.add(PostVote(post_id=post.id, person_id=person.id))
    elif not wanted and there is not None:
        session.delete(there)


def post_of(session: Session, team: Team, post_id: int) -> Post:
    """One post of the team with all that hangs on it. Raises NotYours; InBin when it lies there."""
    found = session.scalars(_of(team).where(Post.id == post_id)).one_or_none()
    if found is None:
        deleted = select(Post.id).where(Post.team_id == team.id, Post.id == post_id)
        if session.scalars(deleted.where(Post.deleted_at.is_not(None))).first() is not None:
            raise InBin(post_id)
        raise NotYours(N_("This post is not here."))
    return found


def asked_by(session: Session, post: Post, person: Person, note: str) -> bool:
    """Whether `person` asked for changes of `post` with this note."""
    asked = select(PostChange.id).where(
        PostChange.post_id == post.id,
        PostChange.by_id == person.id,
        PostChange.action == "ask_changes",
        PostChange.note == note,
    )
    return session.scalars(asked.limit(1)).first() is not None


def posts_in_review(session: Session, team: Team) -> list[Post]:
    """The posts of the team that wait for an approval, with all to change them by, by id."""
    wanted = _of(team).where(Post.state == "in_review").order_by(Post.id)
    return list(session.scalars(wanted.options(*_TO_CHANGE)))


def posts_of(session: Session, team: Team, post_ids: Sequence[int]) -> list[Post]:
    """These posts of the team, by moment; those without a day last. Raises NotYours for any."""
    in_order = (Post.starts_at.is_(None), Post.starts_at, Post.id)
    wanted = _of(team).where(Post.id.in_(post_ids)).order_by(*in_order)
    found = list(session.scalars(wanted.options(*_TO_CHANGE)))
    if len(found) != len(set(post_ids)):
        raise NotYours(N_("This post is not here."))
    return found


def last_changed_by(session: Session, post: Post) -> str | None:
    """Who made the present version of `post`; None for who does not want to be seen."""
    last = (
        select(Person.name)
        .join(PostChange, PostChange.by_id == Person.id)
        .where(PostChange.post_id == post.id, PostChange.version == post.version)
        .where(~is_unseen(PostChange.by_id, post.team_id))
        .order_by(PostChange.id.desc())
        .limit(1)
    )
    return session.scalars(last).one_or_none()


def twins(
    session: Session, team: Team, texts: Iterable[str], start: datetime, post: Post | None
) -> list[Twin]:
    """Posts of the team that say one of `texts`, on all channels or on one, within NEAR of `start`.

    By moment; at most MOST_TWINS. Neither `post`, which is the one that has the texts, nor those of
    its series; nor cancelled ones. One query; none for texts too short to be known again.
    """
    keys = {key for text in texts if (key := key_of(text)) is not None}
    if not keys:
        return []
    same = union(
        select(Post.id).where(Post.team_id == team.id, Post.text_key.in_(keys)),
        select(PostChannelText.post_id).where(PostChannelText.text_key.in_(keys)),
    )
    wanted = (
        select(Post.id, Post.title, Post.state, Post.starts_at, Post.zone)
        .where(Post.team_id == team.id, Post.id.in_(same), Post.deleted_at.is_(None))
        .where(Post.starts_at.between(start - NEAR, start + NEAR), Post.state != "cancelled")
        .where(*_not_of(post))
        .order_by(Post.starts_at, Post.id)
        .limit(MOST_TWINS)
    )
    return [
        Twin(row.id, row.title, row.state, local(row.starts_at, row.zone))
        for row in session.execute(wanted)
    ]


def _not_of(post: Post | None) -> Iterator[ColumnElement[bool]]:
    if post is not None:
        yield Post.id != post.id
        if post.series_id is not None:
            yield or_(Post.series_id.is_(None), Post.series_id != post.series_id)


def post_in_bin(session: Session, team: Team, post_id: int) -> Post:
    """One deleted post of the team. Raises NotYours; Refused when it is not in the bin."""
    found = session.scalars(_whole(team).where(Post.id == post_id)).one_or_none()
    if found is None:
        raise NotYours(N_("This post is not here."))
    if found.deleted_at is None:
        raise Refused(N_("This post is not in the bin."))
    return found


def bin_of(session: Session, team: Team) -> list[Post]:
    """The team's deleted posts, last deleted first; at most BIN_SIZE."""
    newest_first = _binned(team).order_by(Post.deleted_at.desc(), Post.id.desc())
    return list(session.scalars(newest_first.limit(BIN_SIZE)))


def empty_bin(session: Session, now: datetime) -> int:
    """Remove for good what lay in the bin for `IN_BIN`, of every team; answers how many posts."""
    old = select(Post.id).where(Post.deleted_at < now - IN_BIN).limit(BIN_SIZE)
    ids = list(session.scalars(old))
    # What hangs on a post goes with it, by the database's own rules.
    session.execute(delete(Post).where(Post.id.in_(ids)))
    return len(ids)


def post_made_by(session: Session, team: Team, creation_key: str) -> Post | None:
    """The post that the form with this key made before, if it did, also when in the bin."""
    wanted = select(Post).where(Post.team_id == team.id, Post.creation_key == creation_key)
    return session.scalars(wanted).one_or_none()


def keys_used(session: Session, team: Team, creation_keys: Sequence[str]) -> set[str | None]:
    """Which of these keys have made a post before, also when it lies in the bin."""
    wanted = select(Post.creation_key).where(
        Post.team_id == team.id, Post.creation_key.in_(creation_keys)
    )
    return set(session.scalars(wanted))


def content_of(session: Session, team: Team, kept: Mapping[str, Any]) -> Content:
    """What `Content.kept` kept, as far as it is still there: without a day.

    Values, audiences and channels that were removed are left out, and whoever may not have their
    part any more; but who posts it stays, so that it never goes out under another name unasked.
    """
    plan = session.get(Plan, kept["plan"]) if kept["plan"] else None
    if plan is not None and plan.team_id != team.id:
        plan = None
    facts: dict[str, Any] = {name: kept[name] for name in TEXTS}
    facts |= {name: _person_kept(session, team, name, kept[name]) for name in PEOPLE}
    if plan is None:
        return Content(**facts)
    values = {value.id: value for value in plan.values}
    return Content(
        **facts,
        plan=plan,
        values=tuple((values[one], why) for one, why in kept["values"] if one in values),
        places=tuple((values[one], at) for one, at in kept.get("places", ()) if one in values),
        audiences=tuple(one for one in plan.audiences if one.id in kept["audiences"]),
        channels=tuple(one for one in plan.channels if one.id in kept["channels"]),
        own_texts=_own_texts(plan, kept.get("own_texts", ())),
    )


def _own_texts(plan: Plan, kept: Iterable[tuple[int, str]]) -> tuple[tuple[Channel, str], ...]:
    channels = {channel.id: channel for channel in plan.channels}
    return tuple((channels[one], text) for one, text in kept if one in channels)


def _person_kept(session: Session, team: Team, name: str, person_id: int | None) -> Person | None:
    person = session.get(Person, person_id) if person_id else None
    return person if name == "sender" else if_fit(name, person, team)


def series_of(session: Session, team: Team, series_id: int) -> PostSeries:
    """One series of the team. Raises NotYours."""
    wanted = select(PostSeries).where(PostSeries.team_id == team.id, PostSeries.id == series_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotYours(N_("This series is not here."))
    return found


def series_made_by(session: Session, team: Team, creation_key: str) -> PostSeries | None:
    """The series that the form with this key made before, if it did."""
    wanted = select(PostSeries).where(
        PostSeries.team_id == team.id, PostSeries.creation_key == creation_key
    )
    return session.scalars(wanted).one_or_none()


def all_series(session: Session, team: Team) -> list[PostSeries]:
    """The team's series that go on, newest first."""
    wanted = select(PostSeries).where(PostSeries.team_id == team.id)
    going_on = wanted.where(PostSeries.stopped_at.is_(None)).order_by(PostSeries.id.desc())
    return list(session.scalars(going_on))


def posts_of_series(session: Session, series: PostSeries, first: date) -> list[Post]:
    """The posts of `series` for its days from `first` on that are not in the bin, by day."""
    wanted = _whole(series.team).where(
        Post.series_id == series.id, Post.series_day >= first, Post.deleted_at.is_(None)
    )
    in_order = wanted.order_by(Post.series_day, Post.id)
    return list(session.scalars(in_order.options(*_TO_CHANGE)))


def changed_by_itself(session: Session, post: Post) -> bool:
    """Whether more was done to `post` alone, as one of its series, than to its images and files."""
    joined = select(func.max(PostChange.id)).where(
        PostChange.post_id == post.id, PostChange.action == "joined"
    )
    own = (
        select(PostChange.id)
        .where(PostChange.post_id == post.id, PostChange.action.not_in(OF_SERIES))
        .where(PostChange.action.not_like("media!_%", escape="!"))
        .where(PostChange.id > func.coalesce(joined.scalar_subquery(), 0))
    )
    return session.scalar(own.limit(1)) is not None


def templates(session: Session, team: Team) -> list[PostTemplate]:
    """The templates of the team, by name."""
    wanted = select(PostTemplate).where(PostTemplate.team_id == team.id)
    return list(session.scalars(wanted.order_by(func.lower(PostTemplate.name), PostTemplate.id)))


def template_of(session: Session, team: Team, template_id: int) -> PostTemplate:
    """One template of the team. Raises NotYours."""
    wanted = select(PostTemplate).where(
        PostTemplate.team_id == team.id, PostTemplate.id == template_id
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotYours(N_("This template is not here."))
    return found


def changes_of(
    session: Session, post: Post, *, most: int | None = None, before: int | None = None
) -> list[PostChange]:
    """The history of `post` with who did it, last change first.

    At most `most` of it (None: all), of the changes before that one.
    """
    wanted = _changes(PostChange.post_id == post.id)
    if before is not None:
        wanted = wanted.where(PostChange.id < before)
    return list(session.scalars(wanted.limit(most)))


def newest_changes(session: Session, post: Post, most: int) -> list[PostChange]:
    """The last `most` changes of `post`, and behind them the one that asked for changes last.

    In one query, however long its history is.
    """
    of_post = PostChange.post_id == post.id
    newest = select(PostChange.id).where(of_post).order_by(PostChange.id.desc()).limit(most)
    asked = select(func.max(PostChange.id)).where(of_post, PostChange.action == ASK_CHANGES.name)
    wanted = or_(PostChange.id.in_(newest), PostChange.id == asked.scalar_subquery())
    return list(session.scalars(_changes(wanted)))


def _changes(wanted: ColumnElement[bool]) -> Select[PostChange]:
    in_order = select(PostChange).where(wanted).order_by(PostChange.id.desc())
    return in_order.options(joinedload(PostChange.by))


def change_of(session: Session, post: Post, change_id: int) -> PostChange:
    """One entry of the history of `post`. Raises NotYours."""
    wanted = select(PostChange).where(PostChange.id == change_id, PostChange.post_id == post.id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotYours(N_("This change is not here."))
    return found


def open_plans(session: Session, team: Team) -> list[Plan]:
    """The team's plans that are not archived, with what posts hang on, oldest first."""
    wanted = (
        select(Plan)
        .where(Plan.team_id == team.id, Plan.archived_at.is_(None))
        .options(
            selectinload(Plan.values), selectinload(Plan.audiences), selectinload(Plan.channels)
        )
        .order_by(Plan.id)
    )
    return list(session.scalars(wanted))


def plans_to_write_on(session: Session, team: Team) -> list[Plan]:
    """As `open_plans`, with who does what in each: what a writer finds on the desk."""
    wanted = (
        select(Plan)
        .where(Plan.team_id == team.id, Plan.archived_at.is_(None))
        .options(
            selectinload(Plan.values),
            # Facts and preconditions: the form says whether the plan is ready for posts.
            selectinload(Plan.audiences).selectinload(Audience.facts),
            selectinload(Plan.preconditions),
            *of_step_four(),
        )
        .order_by(Plan.id)
    )
    return list(session.scalars(wanted))


def _of(team: Team) -> Select[Post]:
    return _whole(team).where(Post.deleted_at.is_(None))


def _binned(team: Team) -> Select[Post]:
    return _whole(team).where(Post.deleted_at.is_not(None))


def _whole(team: Team) -> Select[Post]:
    # selectinload: one joined query of all four took 180 times as long.
    return (
        select(Post)
        .where(Post.team_id == team.id)
        .options(
            selectinload(Post.value_links).selectinload(PostValue.value),
            selectinload(Post.audiences),
            selectinload(Post.channels),
            selectinload(Post.owner),
        )
    )


def _starts_in(start: datetime, end: datetime) -> Sequence[ColumnElement[bool]]:
    return Post.starts_at >= start, Post.starts_at < end


def _in_order(session: Session, wanted: Select[Post]) -> list[Post]:
    return list(session.scalars(wanted.order_by(Post.starts_at, Post.id)))
