"""What a move leaves as it was: over two years of days, and in three zones."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.calendar.shifts import shifted
from calendar_app.moments import moment
from tests.posts.room import NOW, a_room

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.posts.models import Post

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def exists(day: date, at: time, zone: str) -> bool:
    """Whether the clocks of `zone` show `at` on `day` at all."""
    wall = datetime.combine(day, at, ZoneInfo(zone))
    return datetime.fromtimestamp(wall.timestamp(), ZoneInfo(zone)).time() == at


def test_a_move_changes_the_day_and_nothing_else(session: Session) -> None:
    room = a_room(session)
    posts = [room.post(state) for state in ("draft", "in_review", "changes_asked", "approved")]

    @given(DAYS, TIMES, st.integers(-400, 400), st.sampled_from(ZONES), st.sampled_from(posts))
    def holds(day: date, at: time, by: int, zone: str, post: Post) -> None:
        post.zone, post.starts_at = zone, moment(day, at, zone)
        start = post.local_start
        assert start is not None
        before = post.content, post.state, post.approved_at
        target = shifted(start.date(), by, lambda _day: False)

        post.move_to(target, room.editor, NOW)

        there = post.local_start
        assert there is not None
        assert there.date() == target
        assert post.zone == zone
        if exists(target, start.time(), zone):
            assert there.time() == start.time()
        else:
            # The clocks skip that hour: the post goes out an hour (or half) later on that day.
            assert timedelta() < moved_on(start.time(), there.time()) <= timedelta(hours=1)
        content, state, approved_at = before
        after = post.content
        assert (post.state, post.approved_at) == (state, approved_at)
        told, told_before = after.told(), content.told()
        assert {**told, "starts_at": ""} == {**told_before, "starts_at": ""}

    with session.no_autoflush:
        holds()


def moved_on(early: time, late: time) -> timedelta:
    """How much later `late` is than `early` on one day."""
    a_day = date(2026, 1, 1)
    return datetime.combine(a_day, late) - datetime.combine(a_day, early)
