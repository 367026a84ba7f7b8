"""The agenda of one content meet-up, made from the calendar: nobody prepares it.

Ten minutes in four timed blocks: what was published since the last meet-up and what is late or
waits for an answer, what goes out today and is not approved yet, what the coming days still miss,
and the ideas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from calendar_app.moments import local_day_bounds

BLOCKS = ("yesterday", "today", "coming", "ideas")
# Of ten minutes; a longer or shorter meet-up is shared out alike.
_TENTHS = {"yesterday": 2, "today": 3, "coming": 3, "ideas": 2}
COMING_DAYS = 7
SHOWN_PRECONDITIONS = 3
SHOWN_QUESTIONS = 5
_OVER = frozenset({"published", "cancelled"})
_AGREED = frozenset({"approved", "published"})


@dataclass(frozen=True)
class PostFact:
    """What the agenda knows of one post. Names are as people read them."""

    id: int
    title: str
    state: str
    starts_at: datetime | None = None
    published_at: datetime | None = None
    channels: tuple[str, ...] = ()
    channel_short: str = ""
    value_hooks: tuple[int, ...] = ()
    value_names: tuple[str, ...] = ()
    owner_id: int | None = None
    owner: str = ""
    owner_initials: str = ""
    # Empty for nobody, and for somebody whose name is not shown.
    reviewer: str = ""
    reviewer_id: int | None = None
    # Whether nobody works on it, shown or not.
    is_free: bool = False
    # As it was shown, so that what is done with it is done with what was seen.
    version: int = 1
    # (metric, number) of what was counted of it; None: nobody asked.
    results: tuple[tuple[str, int], ...] | None = None

    @property
    def has_reviewer(self) -> bool:
        """Whether somebody is asked to review it, shown or not."""
        return self.reviewer_id is not None

    @property
    def ref(self) -> str:
        """Its name among all that an agenda lists."""
        return f"post:{self.id}"


@dataclass(frozen=True)
class ChannelFact:
    """What the plan asks of one channel in a week, and what this week holds of it."""

    id: int
    name: str
    cadence: int
    # Posts of this ISO week that are not cancelled and not only an idea.
    planned: int

    @property
    def short_of(self) -> int:
        """How many posts this week still misses."""
        return max(0, self.cadence - self.planned)

    @property
    def ref(self) -> str:
        """Its name among all that an agenda lists."""
        return f"channel:{self.id}"


@dataclass(frozen=True)
class PreconditionFact:
    """A precondition of a plan to speak of: `name` is a msgid, `reason` "recheck" or "unknown"."""

    plan_id: int
    plan: str
    key: str
    name: str
    reason: str

    @property
    def ref(self) -> str:
        """Its name among all that an agenda lists."""
        return f"precondition:{self.plan_id}:{self.key}"


@dataclass(frozen=True)
class QuestionFact:
    """A question from outside that waits for an answer; `words` is how it begins."""

    id: int
    words: str
    channel: str
    received_at: datetime
    answer_by: datetime | None = None
    # Whether it should have been answered by the meet-up.
    overdue: bool = False
    owner_id: int | None = None
    # Empty for nobody, and for somebody whose name is not shown.
    owner: str = ""
    # As it was shown, so that taking it is taking what was seen.
    version: int = 1

    @property
    def ref(self) -> str:
        """Its name among all that an agenda lists."""
        return f"webcare:{self.id}"


@dataclass(frozen=True)
class Facts:
    """What lies on the table. `posts` may hold more than is asked for; ideas keep their order."""

    posts: Sequence[PostFact] = ()
    ideas: Sequence[PostFact] = ()
    channels: Sequence[ChannelFact] = ()
    preconditions: Sequence[PreconditionFact] = ()
    # What waits, the first to be answered first; and how many there are in all.
    questions: Sequence[QuestionFact] = ()
    all_questions: int = 0


@dataclass(frozen=True)
class Item:
    """One post on the agenda, and why somebody should look at it."""

    post: PostFact
    # Its moment has passed and nobody marked it published.
    late: bool = False
    # It is to go out and nobody has agreed to it.
    unapproved: bool = False
    # Whole minutes until it goes out, on the day itself and while that is still to come.
    minutes_left: int | None = None


Thing: TypeAlias = Item | ChannelFact | PreconditionFact | QuestionFact


@dataclass(frozen=True)
class Block:
    """One timed part of the agenda, in the order of the meeting."""

    key: str
    minutes: int
    items: tuple[Item, ...] = ()
    gaps: tuple[ChannelFact, ...] = ()
    # At most SHOWN_PRECONDITIONS, and the others: three minutes are short.
    preconditions: tuple[PreconditionFact, ...] = ()
    more_preconditions: tuple[PreconditionFact, ...] = ()
    # At most SHOWN_QUESTIONS, and how many others wait.
    questions: tuple[QuestionFact, ...] = ()
    more_questions: int = 0

    @property
    def things(self) -> dict[str, Thing]:
        """All that it lists, by name."""
        posts: dict[str, Thing] = {item.post.ref: item for item in self.items}
        gaps: dict[str, Thing] = {gap.ref: gap for gap in self.gaps}
        others: dict[str, Thing] = {one.ref: one for one in self.preconditions}
        return posts | gaps | others | {one.ref: one for one in self.questions}

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say in it."""
        return not (self.items or self.gaps or self.preconditions or self.questions)


@dataclass(frozen=True)
class Window:
    """The moments that one agenda looks between: aware, ascending."""

    # The meet-up before this one.
    since: datetime
    # The local day of the meet-up, and the end of the coming days.
    day_starts: datetime
    day_ends: datetime
    coming_ends: datetime
    # The ISO week of that day, Monday to Monday.
    week_starts: datetime
    week_ends: datetime


def window(day: date, zone: str, since: datetime) -> Window:
    """What the agenda of a meet-up on the local `day` in `zone` looks at."""
    day_starts, day_ends = local_day_bounds(day, zone)
    monday = day - timedelta(days=day.weekday())
    return Window(
        since=since,
        day_starts=day_starts,
        day_ends=day_ends,
        coming_ends=local_day_bounds(day + timedelta(days=COMING_DAYS), zone)[1],
        week_starts=local_day_bounds(monday, zone)[0],
        week_ends=local_day_bounds(monday + timedelta(days=6), zone)[1],
    )


def agenda(facts: Facts, seen: Window, now: datetime, minutes: int = 10) -> tuple[Block, ...]:
    """The four blocks, in the order of BLOCKS, that together last `minutes`."""
    lengths = share_out(minutes)
    posts = sorted(facts.posts, key=_by_time)
    return (
        Block(
            "yesterday",
            lengths["yesterday"],
            _yesterday(posts, seen, now),
            questions=tuple(facts.questions[:SHOWN_QUESTIONS]),
            more_questions=max(0, facts.all_questions - SHOWN_QUESTIONS),
        ),
        Block("today", lengths["today"], _today(posts, seen, now)),
        Block(
            "coming",
            lengths["coming"],
            _coming(posts, seen),
            _gaps(facts.channels),
            tuple(facts.preconditions[:SHOWN_PRECONDITIONS]),
            tuple(facts.preconditions[SHOWN_PRECONDITIONS:]),
        ),
        Block("ideas", lengths["ideas"], tuple(Item(idea) for idea in facts.ideas)),
    )


def share_out(minutes: int) -> dict[str, int]:
    """`minutes` (4 or more) over the blocks as 2 : 3 : 3 : 2, a minute each at least.

    Fewer than 4 minutes give one minute a block.
    """
    shares = {key: max(1, minutes * tenths // 10) for key, tenths in _TENTHS.items()}
    rest = max(0, minutes - sum(shares.values()))
    # What rounding leaves goes to today and the coming days first: they are the work.
    for key in ("today", "coming", "yesterday", "ideas")[:rest]:
        shares[key] += 1
    return shares


def _by_time(post: PostFact) -> tuple[bool, float, int]:
    at = post.starts_at or post.published_at
    return (at is None, at.timestamp() if at else 0.0, post.id)


def _yesterday(posts: Sequence[PostFact], seen: Window, now: datetime) -> tuple[Item, ...]:
    published = [Item(post) for post in posts if _published_since(post, seen)]
    late = [
        Item(post, late=True, unapproved=post.state not in _AGREED)
        for post in posts
        if is_late(post, now) and post.starts_at is not None and post.starts_at < seen.day_starts
    ]
    return (*published, *late)


def _published_since(post: PostFact, seen: Window) -> bool:
    if post.published_at is None or post.state != "published" or _is_of_today(post, seen):
        return False
    return seen.since <= post.published_at < seen.day_ends


def _today(posts: Sequence[PostFact], seen: Window, now: datetime) -> tuple[Item, ...]:
    return tuple(
        Item(
            post,
            late=is_late(post, now),
            unapproved=post.state not in _AGREED,
            minutes_left=_minutes_left(post, seen, now),
        )
        for post in posts
        if _is_of_today(post, seen) and post.state not in {"cancelled", "idea"}
    )


def _is_of_today(post: PostFact, seen: Window) -> bool:
    return post.starts_at is not None and seen.day_starts <= post.starts_at < seen.day_ends


def _minutes_left(post: PostFact, seen: Window, now: datetime) -> int | None:
    if post.starts_at is None or post.state in _OVER:
        return None
    if not seen.day_starts <= now < post.starts_at:
        return None
    return int((post.starts_at - now).total_seconds() // 60)


def _coming(posts: Sequence[PostFact], seen: Window) -> tuple[Item, ...]:
    return tuple(
        Item(post, unapproved=True)
        for post in posts
        if post.starts_at is not None
        and seen.day_ends <= post.starts_at < seen.coming_ends
        and post.state not in {"cancelled", "idea", *_AGREED}
    )


def _gaps(channels: Sequence[ChannelFact]) -> tuple[ChannelFact, ...]:
    return tuple(channel for channel in channels if channel.short_of)


def is_late(post: PostFact, now: datetime) -> bool:
    """Whether the post's moment has passed and nobody marked it published or cancelled."""
    if post.starts_at is None or post.state in {"idea", *_OVER}:
        return False
    return post.starts_at < now
