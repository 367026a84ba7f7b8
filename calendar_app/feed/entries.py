"""What a feed holds: the team's posts and meet-ups around a day, as entries of a calendar.

The window runs from 90 days before its day to 400 days after it, whole days of UTC. It is the only
thing here that time moves, and it moves once a day, so the same rows give the same entries all day.
A feed holds at most a thousand posts (Google's limit): of more, those from its day on go first, the
nearest first, and then those behind it, the nearest first.

Three levels of detail. "busy" tells only when something is planned; "title" adds the title and the
link; "full" adds texts, values, audiences, channels and the place. None of them names a person: a
feed's address ends up with the makers of calendar programs.

A post lasts a quarter of an hour in a calendar: long enough to be seen and clicked, and as it does
not take the person's time, no promise about the work.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from calendar_app.config import Config
from calendar_app.feed.ics import FeedEntry
from calendar_app.feed.queries import Subscription
from calendar_app.feed.timezones import zone_named
from calendar_app.language import N_, say
from calendar_app.meetups.holidays import free_days_between
from calendar_app.meetups.models import Meetup, MeetupParticipant, Occurrence
from calendar_app.meetups.recurrence import BadRule, Rule, days, parse_weekdays, rrule
from calendar_app.plans.models import Audience, BrandValue, Channel
from calendar_app.posts.models import STATE_NAMES, Post, PostAudience, PostChannel, PostValue

log = logging.getLogger(__name__)

BACK = timedelta(days=90)
AHEAD = timedelta(days=400)
MOST_POSTS = 1000
POST_LASTS = timedelta(minutes=15)
# Octets of the longest texts in an entry: with a thousand posts a feed must stay under a megabyte.
MOST_OF_A_TEXT = 280
MOST_OF_A_LINE = 200

_DAY = timedelta(days=1)
_MORE = "…"
# Columns, not mapped attributes: a thousand rows need no mapping.
_POST: Any = Post.__table__.c
_POST_VALUE: Any = PostValue.__table__.c
_POST_AUDIENCE: Any = PostAudience.__table__.c
_POST_CHANNEL: Any = PostChannel.__table__.c
_VALUE: Any = BrandValue.__table__.c
_AUDIENCE: Any = Audience.__table__.c
_CHANNEL: Any = Channel.__table__.c
_STATUS = {
    "approved": "CONFIRMED",
    "published": "CONFIRMED",
    "cancelled": "CANCELLED",
}


@dataclass(frozen=True)
class Window:
    """The days a feed shows, in UTC, `first` and `last` included, around the day `anchor`."""

    first: date
    anchor: date
    last: date

    @classmethod
    def around(cls, now: datetime) -> Window:
        """The window of the day of `now` (aware)."""
        anchor = now.astimezone(UTC).date()
        return cls(anchor - BACK, anchor, anchor + AHEAD)


@dataclass(frozen=True)
class _Page:
    """For whom entries are written: what they may tell, in which words, with whose address."""

    detail: str
    language: str
    base_url: str
    host: str
    alarms: bool

    def say(self, msgid: str, **values: object) -> str:
        return say(self.language, msgid, **values)


def entries(
    session: Session, feed: Subscription, window: Window, config: Config
) -> list[FeedEntry]:
    """What `feed` shows in `window`: meet-ups by series, then posts by moment.

    The number of queries does not grow with either.
    """
    page = _Page(feed.detail, feed.language, config.base_url, config.host, feed.alarms)
    # Who gets the meet-ups by mail would see them twice.
    found = [] if feed.mailed_since else _meetup_entries(session, feed, window, page)
    if feed.scope == "meetups":
        return found
    return found + _post_entries(session, feed, window, page)


class Whose(Protocol):
    """For whom meet-ups are written: the series of a team, or those of one person in it."""

    @property
    def team_id(self) -> int:
        """The team."""

    @property
    def area(self) -> str:
        """Whose holidays count: a country (ISO 3166) or a region of it (ISO 3166-2)."""

    @property
    def scope(self) -> str:
        """Of "mine", only the series that the person takes part in."""

    @property
    def person_id(self) -> int:
        """The person."""


def invited_entries(
    session: Session, whose: Whose, window: Window, config: Config
) -> dict[int, list[FeedEntry]]:
    """What invitations to the series of a team show, by the id of each series: all details.

    They name nobody and hold nothing in one language, so they are the same for all.
    """
    page = _Page("full", "en", config.base_url, config.host, alarms=False)
    return _entries_by_meetup(session, whose, window, page)


# Posts


class _PostRow(NamedTuple):
    """What an entry needs of a post."""

    id: int
    uuid: str
    title: str
    text: str
    link: str
    state: str
    starts_at: datetime
    zone: str
    sequence: int
    updated_at: datetime


class _Hung(NamedTuple):
    """The names of what a post hangs on, each in its order."""

    values: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def _post_entries(
    session: Session, feed: Subscription, window: Window, page: _Page
) -> list[FeedEntry]:
    posts = _posts(session, feed, window)
    hung = _hung_on(session, feed, posts) if posts and page.detail == "full" else {}
    return [_post_entry(post, hung.get(post.id, _Hung()), page) for post in posts]


def _posts(session: Session, feed: Subscription, window: Window) -> list[_PostRow]:
    """The posts that fit in the feed, by moment, then id."""
    first, anchor, end = map(_midnight, (window.first, window.anchor, window.last + _DAY))
    wanted = select(*(_POST[name] for name in _PostRow._fields)).where(*_shown(feed))
    ahead = wanted.where(_POST.starts_at >= anchor, _POST.starts_at < end)
    ahead = ahead.order_by(_POST.starts_at, _POST.id).limit(MOST_POSTS)
    coming = session.execute(ahead).all()
    behind = wanted.where(_POST.starts_at >= first, _POST.starts_at < anchor)
    behind = behind.order_by(_POST.starts_at.desc(), _POST.id.desc())
    gone = session.execute(behind.limit(MOST_POSTS - len(coming))).all()
    return [_PostRow._make(row) for row in (*reversed(gone), *coming)]


def _shown(feed: Subscription) -> list[ColumnElement[bool]]:
    """Which posts of the team belong in `feed`, dates aside."""
    rules = [_POST.team_id == feed.team_id, _POST.deleted_at.is_(None)]
    if feed.scope == "mine":
        c = _POST
        parts = (c.owner_id, c.reviewer_id, c.sender_id, c.publisher_id, c.watcher_id)
        rules.append(or_(*(part == feed.person_id for part in parts)))
    return rules


def _hung_on(session: Session, feed: Subscription, posts: Sequence[_PostRow]) -> dict[int, _Hung]:
    """What each of `posts`, which are in order of time, hangs on, by its id."""
    span = _POST.starts_at.between(posts[0].starts_at, posts[-1].starts_at)
    of_these = and_(_POST.team_id == feed.team_id, span)
    values = _names_by_post(session, _VALUE, _POST_VALUE.value_id, _POST_VALUE.position, of_these)
    audiences = _names_by_post(
        session, _AUDIENCE, _POST_AUDIENCE.audience_id, _AUDIENCE.position, of_these
    )
    channels = _names_by_post(
        session, _CHANNEL, _POST_CHANNEL.channel_id, _CHANNEL.position, of_these
    )
    return {
        post.id: _Hung(values[post.id], audiences[post.id], channels[post.id]) for post in posts
    }


def _names_by_post(
    session: Session, thing: Any, link: Any, place: Any, of_these: ColumnElement[bool]
) -> defaultdict[int, tuple[str, ...]]:
    """The names of the things that `link` (a column) ties to posts, by post id, in their order."""
    query = (
        select(link.table.c.post_id, thing.name)
        .join(_POST.id.table, _POST.id == link.table.c.post_id)
        .join(thing.id.table, thing.id == link)
        .where(of_these)
        .order_by(place, link.table.c.id)
    )
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    for post_id, name in session.execute(query):
        found[post_id] += (_cut(name, MOST_OF_A_LINE),)
    return found


# Most posts are those of the last time, and writing an entry takes longer than finding it.
@lru_cache(maxsize=4096)
def _post_entry(post: _PostRow, hung: _Hung, page: _Page) -> FeedEntry:
    starts, ends = _on_its_clock(post.starts_at, POST_LASTS, post.zone)
    entry = FeedEntry(
        uid=f"post-{post.uuid}@{page.host}",
        starts=starts,
        ends=ends,
        summary=page.say(N_("Planned")),
        changed_at=post.updated_at,
        sequence=post.sequence,
        status=_STATUS.get(post.state, "TENTATIVE"),
        busy=False,
    )
    return entry if page.detail == "busy" else _told_of_post(entry, post, hung, page)


def _told_of_post(entry: FeedEntry, post: _PostRow, hung: _Hung, page: _Page) -> FeedEntry:
    """`entry` with what a feed of more detail says of the post."""
    link = f"{page.base_url}/posts/{post.uuid}"
    titled = replace(entry, summary=_cut(post.title, MOST_OF_A_LINE), description=link, url=link)
    if page.detail != "full":
        return titled
    facts = [
        page.say(N_("State: %(state)s"), state=page.say(STATE_NAMES[post.state])),
        _names(page, N_("Values: %(names)s"), hung.values),
        _names(page, N_("Audiences: %(names)s"), hung.audiences),
        _names(page, N_("Channels: %(names)s"), hung.channels),
    ]
    texts = (_cut(post.text, MOST_OF_A_TEXT), _cut(post.link, MOST_OF_A_LINE), _lines(facts))
    return replace(titled, description=_paragraphs([*texts, link]), categories=hung.values)


def _names(page: _Page, msgid: str, names: Sequence[str]) -> str:
    listed = ", ".join(names)
    return page.say(msgid, names=listed) if names else ""


# Meet-ups


class _MeetupRow(NamedTuple):
    """What entries need of a series."""

    id: int
    uuid: str
    name: str
    weekdays: str
    local_time: time
    zone: str
    minutes: int
    starts_on: date
    ends_on: date | None
    skips_holidays: bool
    place: str
    link: str
    lead_minutes: int
    sequence: int
    updated_at: datetime
    deleted_at: datetime | None
    # The last day that was over when the rule changed: up to there the days speak for themselves.
    history_until: date | None


class _DayRow(NamedTuple):
    """What entries need of one day of a series that is not simply as the rule says."""

    meetup_id: int
    uuid: str
    local_day: date
    held_on: date
    starts_at: datetime
    ends_at: datetime
    state: str
    reason: str
    changed_by_id: int | None
    sequence: int
    rule_version: int
    updated_at: datetime


def _meetup_entries(session: Session, whose: Whose, window: Window, page: _Page) -> list[FeedEntry]:
    found = _entries_by_meetup(session, whose, window, page)
    return [entry for of_series in found.values() for entry in of_series]


def _entries_by_meetup(
    session: Session, whose: Whose, window: Window, page: _Page
) -> dict[int, list[FeedEntry]]:
    meetups = _meetups(session, whose, window)
    if not meetups:
        return {}
    decided = _decided(session, whose, window)
    found: dict[int, list[FeedEntry]] = {}
    for meetup in meetups:
        try:
            series = _Series(meetup, decided[meetup.id], whose.area, window)
        except BadRule as error:
            log.warning("meet-up %s left out of feeds: %s", meetup.id, error)
            continue
        found[meetup.id] = list(_series_entries(series, page))
    return found


def _meetups(session: Session, whose: Whose, window: Window) -> list[_MeetupRow]:
    """The series with days in the window, by id; of an ended one what was held stays."""
    columns = [getattr(Meetup, name) for name in _MeetupRow._fields[:-1]]
    last_of_history = (
        select(func.max(Occurrence.local_day))
        .where(Occurrence.meetup_id == Meetup.id, _is_history())
        .scalar_subquery()
    )
    wanted = select(*columns, last_of_history).where(
        Meetup.team_id == whose.team_id,
        or_(Meetup.deleted_at.is_(None), Meetup.deleted_at >= _midnight(window.first)),
        Meetup.starts_on <= window.last,
        or_(Meetup.ends_on.is_(None), Meetup.ends_on >= window.first),
    )
    if whose.scope == "mine":
        takes_part = exists().where(
            MeetupParticipant.meetup_id == Meetup.id,
            MeetupParticipant.person_id == whose.person_id,
        )
        wanted = wanted.where(or_(Meetup.host_id == whose.person_id, takes_part))
    return [_MeetupRow._make(row) for row in session.execute(wanted.order_by(Meetup.id))]


def _is_history() -> ColumnElement[bool]:
    """Whether a day was over when the rule changed, and so stays as it was."""
    return Occurrence.rule_version < Meetup.sequence


def _decided(session: Session, whose: Whose, window: Window) -> defaultdict[int, list[_DayRow]]:
    """The days of the team's series that are not simply as the rule says, by series and day."""
    columns = [getattr(Occurrence, name) for name in _DayRow._fields]
    by_hand = or_(Occurrence.changed_by_id.is_not(None), Occurrence.sequence > 0)
    history = and_(_is_history(), Occurrence.held_on >= window.first)
    differs = or_(Occurrence.state != "planned", by_hand, history)
    wanted = (
        select(*columns)
        .join(Meetup, Meetup.id == Occurrence.meetup_id)
        .where(Occurrence.team_id == whose.team_id, differs)
        .order_by(Occurrence.meetup_id, Occurrence.local_day)
    )
    found: defaultdict[int, list[_DayRow]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.meetup_id].append(_DayRow._make(row))
    return found


class _Series:
    """One series as a calendar holds it: its days by the rule, and what differs on which."""

    def __init__(
        self, meetup: _MeetupRow, decided: Sequence[_DayRow], area: str, window: Window
    ) -> None:
        """Raises BadRule."""
        self.meetup = meetup
        self.rows = decided
        self.first = window.first
        begin = _begin(meetup, window)
        self.rule = _rule(meetup, begin)
        self.days = [] if meetup.deleted_at else days(self.rule, begin, window.last)
        by_rule = [row for row in decided if row.rule_version >= meetup.sequence]
        self.decided = {row.local_day: row for row in by_rule}
        self.free = (
            set(free_days_between(area, begin, window.last, "en"))
            if meetup.skips_holidays
            else set()
        )
        self.moved = [row for row in by_rule if row.state == "moved"]
        self.in_place = [row for row in self.moved if self._stays_between(row)]

    @property
    def sequence(self) -> int:
        """Rises with each change of the rule and of any of its days."""
        return self.meetup.sequence + sum(row.sequence for row in self.rows)

    @property
    def changed_at(self) -> datetime:
        """When the series, or the last changed of its days, changed."""
        stamps = [row.updated_at for row in self.decided.values()]
        return max([self.meetup.updated_at, *stamps])

    def held_before(self) -> list[_DayRow]:
        """Days in the window that were held by an earlier rule."""
        return [
            row
            for row in self.rows
            if row.rule_version < self.meetup.sequence
            and row.state in {"planned", "moved"}
            and row.held_on >= self.first
        ]

    def not_held(self) -> list[date]:
        """Days by the rule on which nothing stands in the place that the rule gives it."""
        stays = {row.local_day for row in self.in_place}
        return [day for day in self.days if day not in stays and self._is_off(day)]

    def moved_elsewhere(self) -> list[_DayRow]:
        """Moved days that a calendar program would refuse as part of the series."""
        return [row for row in self.moved if row not in self.in_place and row.held_on >= self.first]

    def _is_off(self, day: date) -> bool:
        row = self.decided.get(day)
        if row is None or (row.state == "skipped" and not row.reason):
            return day in self.free
        if row.state == "planned":
            put_back = row.changed_by_id is not None
            return day in self.free and not put_back
        return True

    def _stays_between(self, row: _DayRow) -> bool:
        """Whether a moved day stays after the one before it and before the one after it.

        Outlook knows no others, and counts days that are not held too.
        """
        if row.local_day not in self.days:
            return False
        place = self.days.index(row.local_day)
        before = [self._held_on(day) for day in self.days[:place]]
        after = [self._held_on(day) for day in self.days[place + 1 :]]
        return max(before, default=date.min) < row.held_on < min(after, default=date.max)

    def _held_on(self, day: date) -> date:
        row = self.decided.get(day)
        return day if row is None or row.state != "moved" else row.held_on


def _begin(meetup: _MeetupRow, window: Window) -> date:
    """The first day that the rule as it is now may speak for.

    A series may have begun long ago; from New Year of last year on is enough for a window.
    """
    after_history = meetup.history_until and meetup.history_until + _DAY
    return max(meetup.starts_on, date(window.first.year - 1, 1, 1), after_history or date.min)


def _rule(meetup: _MeetupRow, begin: date) -> Rule:
    return Rule(
        weekdays=parse_weekdays(meetup.weekdays),
        local_time=meetup.local_time,
        zone=meetup.zone,
        minutes=meetup.minutes,
        starts_on=begin,
        ends_on=meetup.ends_on,
    )


def _series_entries(series: _Series, page: _Page) -> Iterator[FeedEntry]:
    whole = _whole_series(series, page)
    for row in series.held_before():
        yield replace(_moved(whole, row, series, page), uid=f"meetup-{row.uuid}@{page.host}")
    if not series.days:
        return
    yield whole
    for row in series.in_place:
        yield replace(
            _moved(whole, row, series, page), instead_of=_at_rule(series.rule, row.local_day)
        )
    for row in series.moved_elsewhere():
        yield replace(_moved(whole, row, series, page), uid=f"meetup-{row.uuid}@{page.host}")


def _whole_series(series: _Series, page: _Page) -> FeedEntry:
    meetup, rule = series.meetup, series.rule
    starts = _at_rule(rule, series.days[0] if series.days else series.first)
    ends = (starts.astimezone(UTC) + timedelta(minutes=rule.minutes)).astimezone(starts.tzinfo)
    entry = FeedEntry(
        uid=f"meetup-{meetup.uuid}@{page.host}",
        starts=starts,
        ends=ends,
        summary=page.say(N_("Busy")),
        changed_at=series.changed_at,
        sequence=series.sequence,
        status="CONFIRMED",
        busy=True,
        rule=rrule(rule),
        without=tuple(_at_rule(rule, day) for day in series.not_held()),
        alarm=timedelta(minutes=meetup.lead_minutes) if page.alarms else None,
    )
    if page.detail == "busy":
        return entry
    return _told_of_meetup(entry, meetup, page, f"{page.base_url}/meetups/today")


def _told_of_meetup(entry: FeedEntry, meetup: _MeetupRow, page: _Page, link: str) -> FeedEntry:
    """`entry` with what a feed of more detail says of the series, and a `link` to its page."""
    named = replace(entry, summary=_cut(meetup.name, MOST_OF_A_LINE), description=link, url=link)
    if page.detail != "full":
        return named
    online = _cut(meetup.link, 2 * MOST_OF_A_LINE)
    place = _cut(meetup.place, MOST_OF_A_LINE) or online
    return replace(named, description=_paragraphs([online, link]), location=place)


def _moved(whole: FeedEntry, row: _DayRow, series: _Series, page: _Page) -> FeedEntry:
    """The entry of one day that stands by itself; it links to the page of that day.

    All other days of a series are one entry, which can only link to the meet-up of today.
    """
    lasts = row.ends_at - row.starts_at
    starts, ends = _on_its_clock(row.starts_at, lasts, series.meetup.zone)
    changed_at = max(row.updated_at, series.meetup.updated_at)
    day = replace(whole, starts=starts, ends=ends, rule="", without=(), changed_at=changed_at)
    if page.detail == "busy":
        return day
    link = f"{page.base_url}/meetups/occurrences/{row.uuid}"
    return _told_of_meetup(day, series.meetup, page, link)


def _at_rule(rule: Rule, day: date) -> datetime:
    """The start by the rule on `day`, as the wall clock of the rule's zone shows it."""
    return datetime.combine(day, rule.local_time, zone_named(rule.zone) or UTC)


# Times and texts


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _on_its_clock(starts_at: datetime, lasts: timedelta, zone: str) -> tuple[datetime, datetime]:
    """Start and end on the clocks of `zone`; in UTC where those clocks cannot name the moment.

    In the night in October an hour comes twice, and a calendar file cannot say which it means.
    """
    found = zone_named(zone)
    if found is None:
        return starts_at, starts_at + lasts
    local = starts_at.astimezone(found), (starts_at + lasts).astimezone(found)
    if any(map(_comes_twice, local)):
        return starts_at, starts_at + lasts
    return local


def _comes_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _cut(text: str, most: int) -> str:
    """`text`, or as much of it as fits in `most` octets with a mark that more follows."""
    if len(text) * 4 <= most:
        return text
    octets = text.encode(errors="replace")
    if len(octets) <= most:
        return text
    return octets[: most - len(_MORE.encode())].decode(errors="ignore").rstrip() + _MORE


def _paragraphs(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)
