"""Larger made-up teams for load tests: many posts, put in as bare rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.orm import Session

from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.moments import local, moment
from calendar_app.people.audit import record
from calendar_app.people.models import Membership, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.plans.models import Plan
from calendar_app.posts.likeness import key_of
from calendar_app.posts.models import Post, PostAudience, PostChannel, PostValue
from calendar_app.sample.days import DAY
from calendar_app.sample.files import read
from calendar_app.sample.password import hashed, password
from calendar_app.sample.stamps import Stamps
from calendar_app.sample.team import add_plan, new_team
from calendar_app.search.index import read_in_one_go

Row: TypeAlias = dict[str, Any]

_NAMES = ("Ada Bakker", "Bram Dekker", "Carla Evers", "Daan Faber", "Els Groen", "Femke Hoek")
_ROLES = ("admin", "editor", "writer", "writer", "writer", "viewer")
_HOURS = (time(8, 30), time(9), time(10, 30), time(12), time(15, 30), time(17, 30), time(19))
# How many of a hundred posts are what, when their moment has passed and when it lies ahead.
_PAST = {"published": 92, "cancelled": 5, "approved": 3}
_AHEAD = {"draft": 37, "approved": 35, "in_review": 20, "changes_asked": 5, "cancelled": 3}
_IDEAS = 0.05
_TWO_VALUES, _TWO_AUDIENCES, _TWO_CHANNELS = 0.4, 0.3, 0.3
_PART = 10_000


def load_large(
    config: Config,
    database: Database,
    now: datetime,
    *,
    posts: int,
    people: int,
    weeks: int,
    seed: int,
) -> None:
    """Put in a team of `people` with `posts` posts over `weeks` weeks, half of them before `now`.

    The same numbers, `now` and `seed` make the same rows in an empty database, but for what is
    secret. The posts have no history. Everybody signs in with the sample's password, as p0@, p1@ …
    of seed-<seed>.delinde.example; p0 is an administrator. Raises Refused when it is there.
    """
    with database.writing() as session:
        stamps = Stamps(session, now, f"large {seed}")
        team = new_team(session, large_name(seed))
        members = _members(session, team, people, seed, hashed(password(config)))
        plan = add_plan(session, team, local(now, team.zone).date())
        slots = _slots(now, team.zone, weeks)
        chance = random.Random(seed)  # noqa: S311 - it makes up posts and guards nothing
        made = _Posts(stamps, team, plan, members, slots, chance)
        first_id = _first_id(session, posts)
        with read_in_one_go(session.connection(), first_id):
            _insert(session.connection(), made.rows(first_id, posts))
        record(session, "sample.loaded", at=now, origin="sample", team=team, posts=posts)
        session.execute(text("ANALYZE"))


def large_name(seed: int) -> str:
    """The name of the team that `seed` makes."""
    return f"De Grote Linde {seed}"


def _members(
    session: Session, team: Team, count: int, seed: int, secret: str
) -> list[tuple[int, str]]:
    """So many people in `team`, as (id, role)."""
    for number in range(count):
        person = Person(
            name=_NAMES[number % len(_NAMES)],
            email=f"p{number}@seed-{seed}.delinde.example",
            password=secret,
        )
        role = _ROLES[number % len(_ROLES)]
        session.add(Membership(team=team, person=person, role=role))
    session.flush()
    of_team = select(Membership.person_id, Membership.role).where(Membership.team_id == team.id)
    return [(row.person_id, row.role) for row in session.execute(of_team.order_by(Membership.id))]


def _slots(now: datetime, zone: str, weeks: int) -> list[datetime]:
    """The moments at which posts go out: some hours of each weekday of all these weeks."""
    first = local(now, zone).date() - timedelta(days=7 * weeks // 2)
    days = (first + number * DAY for number in range(7 * weeks))
    return [moment(day, at, zone) for day in days if day.weekday() < 5 for at in _HOURS]


def _first_id(session: Session, count: int) -> int:
    """The first of `count` free ids of posts, which the database will then give to no other."""
    first = (session.scalar(select(func.max(Post.id))) or 0) + 1
    if session.get_bind().dialect.name == "postgresql":
        reserve = text("SELECT setval(pg_get_serial_sequence('post', 'id'), :last)")
        session.execute(reserve, {"last": first + count - 1})
    return first


@dataclass(frozen=True)
class _Rows:
    """The rows of one post."""

    post: Row
    values: list[Row]
    audiences: list[Row]
    channels: list[Row]


class _Posts:
    """Makes up the posts of a team, one after the other."""

    def __init__(
        self,
        stamps: Stamps,
        team: Team,
        plan: Plan,
        members: Sequence[tuple[int, str]],
        slots: Sequence[datetime],
        chance: random.Random,
    ) -> None:
        self._stamps, self._now = stamps, stamps.at
        self._slots, self._chance = slots, chance
        self._same = {"team_id": team.id, "plan_id": plan.id, "zone": team.zone, **_PLAIN}
        self._writers = [person for person, role in members if allowed(role, "posts.write")]
        self._editors = [person for person, role in members if allowed(role, "posts.approve")]
        self._values = [value.id for value in plan.values]
        self._audiences = [audience.id for audience in plan.audiences]
        self._channels = [channel.id for channel in plan.channels]
        self._texts = [(told["title"], told.get("text", "")) for told in read("posts")["posts"]]

    def rows(self, first_id: int, count: int) -> Iterator[_Rows]:
        """The rows of `count` posts, with ids from `first_id`."""
        return (self._rows(number, first_id + number) for number in range(count))

    def _rows(self, number: int, post_id: int) -> _Rows:
        values = self._some(self._values, _TWO_VALUES)
        audiences = self._some(self._audiences, _TWO_AUDIENCES)
        channels = self._some(self._channels, _TWO_CHANNELS)
        return _Rows(
            self._post(number, post_id),
            [
                {"post_id": post_id, "value_id": one, "reason": "", "position": place}
                for place, one in enumerate(values)
            ],
            [{"post_id": post_id, "audience_id": one} for one in audiences],
            [{"post_id": post_id, "channel_id": one} for one in channels],
        )

    def _some(self, ids: Sequence[int], two: float) -> list[int]:
        """One of `ids`, or with the chance `two` two of them."""
        return self._chance.sample(ids, 2 if self._chance.random() < two else 1)

    def _post(self, number: int, post_id: int) -> Row:
        title, words = self._texts[number % len(self._texts)]
        chance = self._chance
        starts_at = None if chance.random() < _IDEAS else chance.choice(self._slots)
        owner, editor = chance.choice(self._writers), chance.choice(self._editors)
        made_at = min(starts_at or self._now, self._now) - chance.randint(4, 30) * DAY
        return {
            **self._same,
            "id": post_id,
            "uuid": self._stamps.uuid(),
            "title": f"{title} ({number + 1})",
            "text": words,
            "text_key": key_of(words),
            "starts_at": starts_at,
            "owner_id": owner,
            "reviewer_id": editor,
            "created_by_id": owner,
            "created_at": made_at,
            "updated_at": made_at + 2 * DAY,
            **_ends_as(self._state(starts_at), starts_at, made_at, owner, editor),
        }

    def _state(self, starts_at: datetime | None) -> str:
        if starts_at is None:
            return "idea"
        shares = _PAST if starts_at <= self._now else _AHEAD
        return self._chance.choices(tuple(shares), tuple(shares.values()))[0]


_PLAIN: Row = {"form": "text", "link": "", "intent": "inform", "sequence": 0, "version": 1}


def _ends_as(
    state: str, starts_at: datetime | None, made_at: datetime, owner: int, editor: int
) -> Row:
    """The state of a post, and who brought it there when."""
    sent = state in {"in_review", "changes_asked", "approved", "published"}
    approved, published = state in {"approved", "published"}, state == "published"
    cancelled = state == "cancelled"
    return {
        "state": state,
        "sent_to_review_at": made_at + DAY if sent else None,
        "sent_to_review_by_id": owner if sent else None,
        "approved_at": made_at + 2 * DAY if approved else None,
        "approved_by_id": editor if approved else None,
        "published_at": starts_at if published else None,
        "published_by_id": owner if published else None,
        "published_address": "https://linkedin.example/delinde" if published else "",
        "cancelled_at": made_at + 2 * DAY if cancelled else None,
        "cancelled_by_id": owner if cancelled else None,
    }


def _insert(connection: Connection, posts: Iterator[_Rows]) -> None:
    if connection.dialect.name == "sqlite":
        # Room in memory for the indexes: else each part writes most of their pages once more.
        connection.execute(text("PRAGMA cache_size = -500000"))
    while part := list(islice(posts, _PART)):
        connection.execute(insert(Post), [rows.post for rows in part])
        connection.execute(insert(PostValue), [row for rows in part for row in rows.values])
        connection.execute(insert(PostAudience), [row for rows in part for row in rows.audiences])
        connection.execute(insert(PostChannel), [row for rows in part for row in rows.channels])
