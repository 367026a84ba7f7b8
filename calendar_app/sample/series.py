"""The sample's posts that come back, begun and changed as people would."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from calendar_app.meetups.holidays import is_free
from calendar_app.people.models import Person
from calendar_app.posts import series
from calendar_app.posts.models import PostSeries
from calendar_app.posts.queries import posts_of_series
from calendar_app.posts.repetition import from_rrule
from calendar_app.sample.files import Facts, read
from calendar_app.sample.posts import Scene
from calendar_app.sample.stamps import Stamps

# When a series was thought of, and when somebody looked at its posts again.
_BEGUN_AT, _CHANGED_AT = time(11, 10), time(14, 20)


def add_series(session: Session, stamps: Stamps, scene: Scene) -> None:
    """All series of the file, in its order, each with what was done to single posts of it."""
    days = scene.days
    for told in read("series")["series"]:
        stamps.at = days.moment(days.working_day(days.today, -told["begun"]), _BEGUN_AT)
        begun = _begin(session, scene, told, stamps.at)
        for change in told.get("changes", ()):
            stamps.at = days.moment(days.working_day(days.today, -1), _CHANGED_AT)
            _change(session, scene, begun, change, stamps.at)
        session.flush()


def _begin(session: Session, scene: Scene, told: Facts, at: datetime) -> PostSeries:
    starts_on = scene.days.monday + timedelta(weeks=told["week"])
    rule = from_rrule(told["repeats"], starts_on, scene.days.zone)
    pattern = series.Pattern(rule, told["at"], skips_holidays=True)
    content = replace(scene.first_content(told), text=told["text"])
    hand = _hand(session, scene, scene.there(told["owner"], at), at)
    return series.begin(hand, scene.team, pattern, content).series


def _hand(session: Session, scene: Scene, by: Person, at: datetime) -> series.Hand:
    return series.Hand(session, by, at, partial(is_free, scene.team.area))


def _change(session: Session, scene: Scene, begun: PostSeries, told: Facts, at: datetime) -> None:
    """One post of the series comes on an earlier day, at the same time."""
    post = posts_of_series(session, begun, begun.starts_on)[told["number"] - 1]
    assert post.series_day is not None  # noqa: S101 - a series made it
    sooner = scene.days.working_day(post.series_day, -told["sooner"])
    post.move_to(sooner, scene.there(told["by"], at), at)
