"""What people do with a series of posts, and how the worker carries it on.

The posts of a series are made some weeks ahead, so that the calendar, the feed, the search and the
filters know them as posts like all others. Whoever changes one changes that one; to change those
after it ends the series the day before and begins another; to change all leaves what lies before
today as it is. A post that somebody changed by itself stays in each case as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.posts import media, repetition
from calendar_app.posts.content import Content
from calendar_app.posts.media import PostMedia, Stored
from calendar_app.posts.models import Post, PostSeries, SeriesException
from calendar_app.posts.queries import changed_by_itself, content_of, posts_of_series
from calendar_app.posts.repetition import Rule
from calendar_app.posts.undo import Undoable, as_of_series, remember_series, series_as_it_is

log = logging.getLogger(__name__)

# How far ahead posts are made: of a series without an end, and of one that ends by itself.
HORIZON = timedelta(weeks=13)
FAR_HORIZON = timedelta(weeks=53)
_DAY = timedelta(days=1)

# Whether a local day is a public holiday where the team works.
IsHoliday = Callable[[date], bool]


@dataclass(frozen=True)
class Hand:
    """Who does something to a series, when, and which days are holidays there.

    What the posts say can be changed without knowing the holidays: they are left out already.
    """

    session: Session
    by: Person
    now: datetime
    is_holiday: IsHoliday = lambda _day: False


@dataclass(frozen=True)
class Pattern:
    """When a series comes: its rule, its local time, and what it leaves out."""

    rule: Rule
    at: time
    skips_holidays: bool = False


@dataclass
class Done:
    """What was done: by what it can be undone, and how many posts stay as somebody made them."""

    undoable: Undoable
    series: PostSeries
    stayed: int = 0


@dataclass
class _Changes:
    """The posts that a change reaches, each with how it was before, and those that it passes."""

    posts: list[tuple[Post, dict[str, Any]]] = field(default_factory=list)
    stayed: int = 0


def begin(
    hand: Hand,
    team: Team,
    pattern: Pattern,
    content: Content,
    *,
    first: Post | None = None,
    creation_key: str = "",
) -> Done:
    """A new series of `team`, with its posts up to the horizon. Raises Refused.

    `first` is a post that is there already: it becomes the one of its day, when it fits, and all
    others have its images and files too.
    """
    today = local(hand.now, team.zone).date()
    check_start(pattern.rule, today)
    series = PostSeries(
        team=team,
        creation_key=creation_key or None,
        local_time=pattern.at,
        zone=team.zone,
        skips_holidays=pattern.skips_holidays,
        content=replace(content, starts_at=None).kept(),
        made_until=_made_at_first(pattern.rule, today),
        made_by=hand.by,
    )
    series.rule = pattern.rule
    hand.session.add(series)
    hand.session.flush()
    changes = _Changes()
    if first is not None:
        media.keep_for(hand.session, media.media_shown(hand.session, first), series)
        _join(hand, series, first, changes)
    _lay(hand, series, content, pattern.rule.starts_on, changes)
    undoable = _remember(hand, changes, [(series, None)])
    return Done(undoable, series)


def _made_at_first(rule: Rule, today: date) -> date:
    """Up to where posts are made at once: the horizon, or the first day when that lies beyond."""
    found = repetition.first_days(rule, 1)
    if not found:
        raise Refused(N_("There is no day left on which this post would come."))
    return max(_horizon(rule, today), found[0])


def check_start(rule: Rule, today: date) -> None:
    """Raise Refused when the first day of `rule` is over."""
    if rule.starts_on < today:
        raise Refused(N_("Choose a first day that is not over yet."), field="starts_on")


def change_all(hand: Hand, post: Post, content: Content) -> Done:
    """Every post of the series from today on says `content`, at its time of day. Raises Refused.

    `post` is the one on whose page it was asked; it changes too, whatever befell it before.
    """
    series = _locked(hand, post)
    at = _time_of(post, content, series)
    before = series_as_it_is(hand.session, series)
    series.content, series.local_time = replace(content, starts_at=None).kept(), at
    media.keep_instead(hand.session, media.media_shown(hand.session, post), series, hand.now)
    changes = _Changes()
    _lead(hand, post, content, changes)
    _lay(hand, series, content, local(hand.now, series.zone).date(), changes, also=post)
    return Done(_remember(hand, changes, [(series, before)]), series, changes.stayed)


def change_following(hand: Hand, post: Post, content: Content) -> Done:
    """This post and those after it say `content` from now on, as another series. Raises Refused.

    The series before them ends the day before. Where there is none before, all are meant.
    """
    series = _locked(hand, post)
    day = _day_of(post)
    earlier = repetition.days(series.rule, series.starts_on, day - _DAY)
    if not earlier:
        return change_all(hand, post, content)
    at = _time_of(post, content, series)
    before = series_as_it_is(hand.session, series)
    following = PostSeries(
        team=series.team,
        local_time=at,
        zone=series.zone,
        skips_holidays=series.skips_holidays,
        content=replace(content, starts_at=None).kept(),
        made_until=series.made_until,
        made_by=hand.by,
        exceptions=[SeriesException(day=one) for one in sorted(series.left_out) if one >= day],
    )
    following.rule = repetition.rest(series.rule, day)
    hand.session.add(following)
    media.keep_for(hand.session, media.media_shown(hand.session, post), following)
    series.rule = repetition.until(series.rule, day - _DAY)
    hand.session.flush()
    changes = _Changes()
    _hand_over(hand, series, following, changes)
    _lead(hand, post, content, changes)
    _lay(hand, following, content, day, changes, also=post)
    undoable = _remember(hand, changes, [(series, before), (following, None)])
    return Done(undoable, following, changes.stayed)


def change_rule(hand: Hand, series: PostSeries, pattern: Pattern) -> Done:
    """The series comes on other days, from the rule's first day on. Raises Refused.

    Posts before that day stay. A post whose day is one of the new rule too keeps its row.
    """
    _lock(hand, series)
    today = local(hand.now, series.zone).date()
    check_start(pattern.rule, today)
    before = series_as_it_is(hand.session, series)
    series.rule, series.local_time = pattern.rule, pattern.at
    series.skips_holidays = pattern.skips_holidays
    series.stopped_at = None
    series.made_until = max(series.made_until, _made_at_first(pattern.rule, today))
    changes = _Changes()
    content = content_of(hand.session, series.team, series.content)
    hand.session.flush()
    _lay(hand, series, content, pattern.rule.starts_on, changes)
    return Done(_remember(hand, changes, [(series, before)]), series, changes.stayed)


def stop(hand: Hand, series: PostSeries) -> Done:
    """It comes no more: its coming posts go to the bin, but for those that somebody changed."""
    _lock(hand, series)
    if series.stopped_at is not None:
        raise Refused(N_("This series has been stopped already."))
    before = series_as_it_is(hand.session, series)
    series.stopped_at = hand.now
    changes = _Changes()
    for post in posts_of_series(hand.session, series, local(hand.now, series.zone).date()):
        if post.is_touched:
            changes.stayed += 1
        elif post.starts_at is None or post.starts_at > hand.now:
            _drop(hand, post, changes)
    return Done(_remember(hand, changes, [(series, before)]), series, changes.stayed)


def problem(hand: Hand, series: PostSeries) -> Refused | None:
    """Why the next post of `series` could not be made, if it could not."""
    rule = series.rule
    coming = repetition.days(rule, series.made_until + _DAY, series.made_until + FAR_HORIZON)
    if series.stopped_at is not None or not coming:
        return None
    try:
        content = content_of(hand.session, series.team, series.content)
        series.post_on(coming[0], content, hand.by, hand.now)
    except Refused as refused:
        return refused
    return None


def extend_all(
    session: Session, now: datetime, is_holiday: Callable[[str, date], bool]
) -> tuple[int, int]:
    """Make the posts that came within the horizon, of every team: how many, and refused series.

    `is_holiday` is asked with the country of the team. Of two workers each series has one.
    """
    made = refused = 0
    for series_id in _to_extend(session, now):
        locked = select(PostSeries).where(PostSeries.id == series_id)
        found = session.scalars(
            locked.with_for_update(skip_locked=True), execution_options={"populate_existing": True}
        ).one_or_none()
        if found is None:
            continue
        hand = Hand(session, found.made_by, now, partial(is_holiday, found.team.area))
        try:
            made += _extend(hand, found)
        except Refused as why:
            refused += 1
            log.info("series %d was not carried on: %s", found.id, why.words("en"))
    return made, refused


def _to_extend(session: Session, now: datetime) -> list[int]:
    """The series of which the horizon may have come nearer than what is made."""
    until, ends_on = PostSeries.made_until, PostSeries.ends_on
    goes_on = and_(ends_on.is_(None), PostSeries.count.is_(None), until < now.date() + HORIZON)
    is_left = or_(until < ends_on, PostSeries.count.is_not(None))
    wanted = select(PostSeries.id).where(
        PostSeries.stopped_at.is_(None),
        or_(goes_on, and_(is_left, until < now.date() + FAR_HORIZON)),
    )
    return list(session.scalars(wanted.order_by(PostSeries.id)))


def _extend(hand: Hand, series: PostSeries) -> int:
    today = local(hand.now, series.zone).date()
    until = _horizon(series.rule, today)
    if until <= series.made_until:
        return 0
    content = content_of(hand.session, series.team, series.content)
    days = _wanted(hand, series, max(series.made_until + _DAY, today), until)
    made = _made(hand, series, content, days)
    # Not a change that anybody made: the version stays.
    hand.session.execute(
        update(PostSeries)
        .where(PostSeries.id == series.id)
        .values(made_until=until, updated_at=PostSeries.updated_at)
    )
    hand.session.flush()
    return len(made)


def _lay(
    hand: Hand,
    series: PostSeries,
    content: Content,
    first: date,
    changes: _Changes,
    also: Post | None = None,
) -> None:
    """Make the posts of `series`, from `first` to where it is made, be those of its rule.

    They say `content`, with the images and files of the series. What somebody changed by itself
    stays; `also` is the one that has been changed already.
    """
    wanted = set(_wanted(hand, series, first, series.made_until))
    posts = posts_of_series(hand.session, series, first)
    files = media.media_of_source(hand.session, series)
    there = media.media_of_many(hand.session, posts)
    for post in posts:
        day = _day_of(post)
        if post is also:
            wanted.discard(day)
        elif post.is_touched:
            changes.stayed += 1
            wanted.discard(day)
        elif day in wanted:
            says = replace(content, starts_at=series.starts(day))
            _follow(hand, post, says, changes, (files, there[post.id]))
            wanted.discard(day)
        else:
            _drop(hand, post, changes)
    today = local(hand.now, series.zone).date()
    # What is over is not made after all.
    days = sorted(day for day in wanted if day >= today)
    changes.posts += [(post, {"did": "added"}) for post in _made(hand, series, content, days)]
    hand.session.flush()


def _made(hand: Hand, series: PostSeries, content: Content, days: Collection[date]) -> list[Post]:
    """New posts of `series` for these days, with its images and files. Raises Refused."""
    made = [series.post_on(day, content, hand.by, hand.now) for day in days]
    hand.session.add_all(made)
    files = media.media_of_source(hand.session, series) if made else []
    for post in made:
        media.give(hand.session, files, post, hand.by, hand.now)
    return made


def _wanted(hand: Hand, series: PostSeries, first: date, last: date) -> list[date]:
    """The days from `first` to `last` on which it comes; holidays become its exceptions."""
    days = repetition.days(series.rule, first, last)
    if series.skips_holidays:
        for day in filter(hand.is_holiday, days):
            series.leave_out(day)
    out: Collection[date] = series.left_out
    return [day for day in days if day not in out]


def _lead(hand: Hand, post: Post, content: Content, changes: _Changes) -> None:
    """The post on whose page others were meant too: they become as it is.

    When nothing but its images made it a post of its own, it is one of the series again; unless
    somebody judges it, or has done so.
    """
    _follow(hand, post, content, changes)
    if post.state == "draft" and not changed_by_itself(hand.session, post):
        post.is_touched = False


def _follow(
    hand: Hand,
    post: Post,
    content: Content,
    changes: _Changes,
    files: tuple[Sequence[Stored], list[PostMedia]] | None = None,
) -> None:
    """Let `post` say `content`, and have the first of `files` instead of the second."""
    was = next((was for one, was in changes.posts if one is post), None)
    if was is None:
        was = as_of_series(post, "edited")
        changes.posts.append((post, was))
    followed = None
    if files is not None:
        followed = media.follow(hand.session, files[0], post, files[1], hand.by, hand.now)
    if followed is not None:
        was["media"] = followed.before
    content = replace(content, experiment=post.experiment)
    post.follow(content, hand.by, hand.now, None if followed is None else followed.told)


def _join(hand: Hand, series: PostSeries, post: Post, changes: _Changes) -> None:
    """`post` is the one of its day, if the series has that day and that time."""
    if post.series is not None:
        raise Refused(N_("This post belongs to a series already."))
    start = post.local_start
    if start is None or start.time().replace(second=0, microsecond=0) != series.local_time:
        return
    if start.date() in repetition.days(series.rule, start.date(), start.date()):
        changes.posts.append((post, as_of_series(post, "edited")))
        post.join(series, start.date(), hand.by, hand.now)
        hand.session.flush()


def _hand_over(hand: Hand, series: PostSeries, following: PostSeries, changes: _Changes) -> None:
    """Give the posts from the first day of `following` on to that series."""
    for post in posts_of_series(hand.session, series, following.starts_on):
        changes.posts.append((post, as_of_series(post, "edited")))
        post.series = following
    hand.session.flush()


def _drop(hand: Hand, post: Post, changes: _Changes) -> None:
    before = next((was for one, was in changes.posts if one is post), None)
    if before is None:
        before = as_of_series(post, "deleted")
        changes.posts.append((post, before))
    before["did"] = "deleted"
    post.drop(hand.by, hand.now)


def _remember(
    hand: Hand,
    changes: _Changes,
    series: Iterable[tuple[PostSeries, dict[str, Any] | None]],
) -> Undoable:
    return remember_series(hand.session, changes.posts, series, hand.by, hand.now)


def _locked(hand: Hand, post: Post) -> PostSeries:
    if post.series is None:
        raise Refused(N_("This post belongs to no series."))
    _lock(hand, post.series)
    return post.series


def _lock(hand: Hand, series: PostSeries) -> None:
    """Wait for a worker that carries it on right now."""
    hand.session.refresh(series, with_for_update=True)


def _day_of(post: Post) -> date:
    assert post.series_day is not None  # noqa: S101 - it is one of a series
    return post.series_day


def _time_of(post: Post, content: Content, series: PostSeries) -> time:
    """The time of day that `content` asks of the whole series. Raises Refused at the day."""
    start, before = content.starts_at, post.local_start
    if start is None:
        raise Refused(N_("A series needs a day. Take off only this post."), field="day")
    wall = local(start, series.zone)
    if before is None or wall.date() != before.date():
        raise Refused(
            N_("This day is only for this post. Other days for the series: change its rule."),
            field="day",
        )
    if wall.time() == before.time():
        # One that somebody moved in time keeps the others where they are.
        return series.local_time
    return wall.time().replace(second=0, microsecond=0)


def _horizon(rule: Rule, today: date) -> date:
    return today + (FAR_HORIZON if rule.ends else HORIZON)
