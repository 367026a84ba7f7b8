"""Larger teams for load tests: the same seed, the same rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from calendar_app import sample
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.errors import Refused
from calendar_app.people.models import Membership, Person, Team
from calendar_app.posts.content import Content
from calendar_app.posts.models import STATES, Post, PostAudience, PostChannel, PostValue
from calendar_app.sample.large import large_name
from tests.sample import rows_of

SIZE = {"posts": 400, "people": 12, "weeks": 10}


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(
    config: Config, migrated_copies: list[Database], now: datetime
) -> None:
    first, second, third = migrated_copies

    sample.load_large(config, first, now, **SIZE, seed=7)
    sample.load_large(config, second, now, **SIZE, seed=7)
    sample.load_large(config, third, now, **SIZE, seed=8)

    assert rows_of(first) == rows_of(second)
    assert rows_of(first)["post"] != rows_of(third)["post"]


def test_a_larger_team_has_what_was_asked_for_and_every_dated_post_obeys_the_rule(
    config: Config, database: Database, now: datetime
) -> None:
    sample.load_large(config, database, now, **SIZE, seed=1)

    with database.reading() as session:
        posts = list(session.scalars(select(Post)))
        starts = [post.starts_at for post in posts if post.starts_at]
        assert len(posts) == 400
        assert {post.state for post in posts} == set(STATES)
        assert min(starts) > now - timedelta(weeks=6)
        assert max(starts) < now + timedelta(weeks=6)
        assert all(start.weekday() < 5 for start in starts)
        assert session.scalar(select(func.count(Person.id))) == 12
        assert set(session.scalars(select(Membership.role))) == {
            *("admin", "editor", "writer", "viewer")
        }
        for kind in (PostValue, PostAudience, PostChannel):
            linked = Counter(session.scalars(select(kind.post_id)))
            assert set(linked) == {post.id for post in posts}
            assert max(linked.values()) == 2


def test_nobody_owns_or_approves_a_post_beyond_their_role(
    config: Config, sqlite_url: str, now: datetime
) -> None:
    database = Database(sqlite_url)

    sample.load_large(config, database, now, **SIZE, seed=1)

    with database.reading() as session:
        roles = {m.person_id: m.role for m in session.scalars(select(Membership))}
        posts = list(session.scalars(select(Post)))
        assert {roles[post.owner_id or 0] for post in posts} == {"writer", "editor", "admin"}
        approvers = {roles[p.approved_by_id] for p in posts if p.approved_by_id}
        assert approvers == {"editor", "admin"}
    database.dispose()


def test_after_a_larger_team_a_post_can_still_be_made(
    config: Config, database: Database, now: datetime
) -> None:
    sample.load_large(config, database, now, **SIZE, seed=1)

    with database.writing() as session:
        team = session.scalars(select(Team)).one()
        writer = session.scalars(select(Person).limit(1)).one()
        session.add(Post.new(team, Content("Nog een bericht"), writer, now))

    with database.reading() as session:
        assert session.scalar(select(func.max(Post.id))) == 401


def test_a_larger_team_stands_beside_the_sample_and_comes_once(
    config: Config, sqlite_url: str, now: datetime
) -> None:
    database = Database(sqlite_url)
    sample.load(config, database, now)

    sample.load_large(config, database, now, **SIZE, seed=3)

    with database.reading() as session:
        names = set(session.scalars(select(Team.name)))
    assert names == {"De Linde", large_name(3)}
    with pytest.raises(Refused, match="De Grote Linde 3 is in this database already"):
        sample.load_large(config, database, now, **SIZE, seed=3)
    database.dispose()
