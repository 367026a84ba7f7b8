"""The sample's posts that come back: their days, what was done to one, and where they are seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app import sample
from calendar_app.calendar import month
from calendar_app.calendar.filters import Filters
from calendar_app.calendar.queries import rows_between
from calendar_app.config import Config
from calendar_app.db import Database
from calendar_app.feed.entries import Window, entries
from calendar_app.feed.models import Feed
from calendar_app.feed.queries import subscription
from calendar_app.meetups.holidays import is_free
from calendar_app.moments import local, moment
from calendar_app.people.models import Person, Team
from calendar_app.posts.models import Post, PostChange, PostSeries
from calendar_app.posts.queries import posts_of_series
from calendar_app.posts.series import Hand, extend_all, problem
from calendar_app.sample.files import read
from calendar_app.search.queries import find
from tests.sample.conftest import LOADED_AT

# As the tests load it, on Tuesday 10 November 2026.
THURSDAYS = [date(2026, 11, 19) + timedelta(weeks=number) for number in range(12)]
MONDAYS = [date(2026, 12, 7), date(2027, 1, 4), date(2027, 2, 1)]


def series_in(session: Session) -> list[PostSeries]:
    return list(session.scalars(select(PostSeries).order_by(PostSeries.id)))


def test_a_tip_comes_each_thursday_and_the_vacancies_each_first_monday(hospital: Session) -> None:
    tip, vacancies = series_in(hospital)

    for series, days in ((tip, THURSDAYS), (vacancies, MONDAYS)):
        posts = posts_of_series(hospital, series, series.starts_on)
        assert [post.series_day for post in posts] == days
        assert {post.title for post in posts} == {series.title}
        assert {post.state for post in posts} == {"draft"}
        assert {post.creation_key for post in posts} == {f"series-{series.id}-{d}" for d in days}
        assert series.skips_holidays
        assert not series.rule.ends


def test_one_tip_was_moved_by_hand_and_keeps_its_time(hospital: Session) -> None:
    (moved,) = hospital.scalars(select(Post).where(Post.is_touched))

    assert moved.series_day == date(2026, 11, 26)
    assert moved.starts_at == moment(date(2026, 11, 25), read("series")["series"][0]["at"], "CET")
    last = hospital.scalars(moved.changes.select().order_by(PostChange.id.desc())).first()
    assert last is not None
    assert (last.action, last.by and last.by.first_name) == ("moved", "Anouk")
    assert last.at < LOADED_AT


def test_what_a_series_says_hangs_on_the_plan_and_reaches_its_channel(hospital: Session) -> None:
    for series in series_in(hospital):
        for post in posts_of_series(hospital, series, series.starts_on):
            assert post.plan is not None
            assert post.values
            assert post.audiences
            assert [channel.short for channel in post.channels] == ["vi"]
            # Its hour is one of those that suit the channel.
            assert f"{series.local_time:%-H:%M}" in post.channels[0].slots
            assert post.owner == series.made_by
            assert post.reviewer is not None
            assert post.publisher is not None


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 15, 22, 59, tzinfo=UTC),  # a Sunday, a minute before midnight
        datetime(2026, 12, 20, 9, 0, tzinfo=UTC),  # the Friday after is Christmas
        datetime(2027, 3, 1, 0, 5, tzinfo=UTC),  # a first Monday, and Easter Monday ahead
        datetime(2027, 4, 28, 10, 0, tzinfo=UTC),  # Ascension Day, a Thursday, in the next week
    ],
)
def test_no_series_is_late_or_on_a_holiday_whenever_it_is_loaded(
    config: Config, sqlite_url: str, at: datetime
) -> None:
    database = Database(sqlite_url)
    sample.load(config, database, at)

    with database.reading() as session:
        hand = Hand(session, session.scalars(select(Person).limit(1)).one(), at)
        for series in series_in(session):
            posts = posts_of_series(session, series, series.starts_on)
            # The first may have been left out; there are always some to see.
            assert len(posts) >= 2
            starts = [post.starts_at for post in posts if post.starts_at]
            assert len(starts) == len(posts)
            assert min(starts) > at
            assert not any(is_free("NL", local(start, series.zone).date()) for start in starts)
            assert all(is_free("NL", day) for day in series.left_out)
            assert problem(hand, series) is None
        assert session.scalar(select(func.count()).where(Post.is_touched)) == 1
        assert max(session.scalars(select(PostChange.at))) <= at
    database.dispose()


def test_the_worker_carries_the_series_on(
    config: Config, database: Database, now: datetime
) -> None:
    sample.load(config, database, now)
    later = now + timedelta(weeks=4)

    with database.writing() as session:
        made, refused = extend_all(session, later, is_free)

    assert (made, refused) == (4 + 1, 0)


def test_calendar_search_and_feed_know_the_posts_of_the_series(
    config: Config, database: Database, now: datetime
) -> None:
    sample.load(config, database, now)
    with database.writing() as session:
        team = session.scalars(select(Team)).one()
        anouk = session.scalars(select(Person).where(Person.name == "Anouk Visser")).one()
        feed, token = Feed.new(team, anouk, "telefoon", "team", "full", now)
        session.add(feed)

    with database.reading() as session:
        team = session.scalars(select(Team)).one()
        tip, _vacancies = series_in(session)
        days = month.days_shown(date(2026, 12, 10))
        rows = rows_between(session, team, *month.bounds(days, team.zone), Filters())
        told = [row for row in rows if row.title == tip.title]
        subscribed = subscription(session, token)
        assert subscribed is not None
        shown = entries(session, subscribed, Window.around(now), config)

        # December's page, whole weeks: 3, 10, 17, 24 and 31 December.
        assert [local(row.starts_at, team.zone).day for row in told if row.starts_at] == [
            *(3, 10, 17, 24, 31)
        ]
        assert {row.value_ids for row in told} == {(tip.content["values"][0][0],)}
        assert find(session, team, "donderdagtip").counts == {"post": len(THURSDAYS)}
        uids = [entry.uid for entry in shown if tip.title in entry.summary]
        assert len(set(uids)) == len(uids) == len(THURSDAYS)
