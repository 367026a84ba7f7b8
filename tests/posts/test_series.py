"""A series of posts: made ahead, changed one by one or together, carried on, stopped and undone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from calendar_app.errors import NotYours, Refused
from calendar_app.moments import local
from calendar_app.post_office import post_office
from calendar_app.posts import queries, series, undo
from calendar_app.posts.models import Post, PostChange, PostSeries
from calendar_app.posts.repetition import Rule, days
from calendar_app.posts.series import Done, Hand, Pattern
from calendar_app.reminders.outbox import Desk
from calendar_app.worker import Rounds
from tests.builders import a_team
from tests.posts.room import NOW, Room, a_room

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from calendar_app.config import Config
    from calendar_app.db import Database

TUESDAY = date(2026, 11, 10)
WEEKLY = Rule("weekly", TUESDAY, weekdays=(1,))
MONDAYS = Rule("weekly", TUESDAY, weekdays=(0,))
AT = time(9, 30)
WEEK = timedelta(weeks=1)


def a_hand(room: Room, now: datetime = NOW, holidays: tuple[date, ...] = ()) -> Hand:
    return Hand(room.session, room.writer, now, lambda day: day in holidays)


def begun(room: Room, rule: Rule = WEEKLY, hand: Hand | None = None, **facts: Any) -> Done:
    pattern = Pattern(rule, AT, **facts)
    return series.begin(hand or a_hand(room), room.team, pattern, room.whole(starts_at=None))


def posts(room: Room, of: PostSeries) -> list[Post]:
    return queries.posts_of_series(room.session, of, date.min)


def days_of(room: Room, of: PostSeries) -> list[date]:
    return [one.local_start.date() for one in posts(room, of) if one.local_start]


def test_a_series_makes_its_posts_thirteen_weeks_ahead(room: Room) -> None:
    done = begun(room)

    made = posts(room, done.series)
    assert days_of(room, done.series) == days(WEEKLY, TUESDAY, TUESDAY + 13 * WEEK)
    assert {one.state for one in made} == {"draft"}
    assert {one.text for one in made} == {"Zelf je rooster maken."}
    assert not any(one.is_touched for one in made)
    assert [value.name for value in made[-1].values] == [room.value.name]


def test_the_time_on_the_wall_stays_when_the_clocks_change(room: Room) -> None:
    rule = Rule("weekly", TUESDAY, weekdays=(1,), count=25)

    done = begun(room, rule)

    made = posts(room, done.series)
    assert len(made) == 25
    assert {one.local_start.time() for one in made if one.local_start} == {AT}
    assert {one.starts_at.hour for one in made if one.starts_at} == {8, 7}


def test_holidays_are_left_out_when_that_is_asked(room: Room) -> None:
    free = date(2026, 12, 8)
    hand = a_hand(room, holidays=(free,))

    with_them = begun(room, hand=hand)
    without = begun(room, hand=hand, skips_holidays=True)

    assert free in days_of(room, with_them.series)
    assert free not in days_of(room, without.series)
    assert without.series.left_out == {free}


def test_a_post_that_is_there_becomes_the_one_of_its_day(room: Room) -> None:
    first = room.post(starts_at=datetime(2026, 11, 10, 8, 30, tzinfo=UTC))

    pattern = Pattern(WEEKLY, AT)
    done = series.begin(a_hand(room), room.team, pattern, first.content, first=first)

    assert first.series is done.series
    assert days_of(room, done.series).count(TUESDAY) == 1
    assert not first.is_touched


def test_a_post_of_another_time_stays_by_itself(room: Room) -> None:
    first = room.post(starts_at=datetime(2026, 11, 10, 12, tzinfo=UTC))

    done = series.begin(a_hand(room), room.team, Pattern(WEEKLY, AT), first.content, first=first)

    assert first.series is None
    assert TUESDAY in days_of(room, done.series)


def test_a_post_belongs_to_one_series_at_most(room: Room) -> None:
    one = posts(room, begun(room).series)[0]

    with pytest.raises(Refused, match="belongs to a series already"):
        series.begin(a_hand(room), room.team, Pattern(WEEKLY, AT), one.content, first=one)


def test_a_series_obeys_the_rules_of_a_post(room: Room) -> None:
    content = room.whole(starts_at=None, values=())

    with pytest.raises(Refused) as refused:
        series.begin(a_hand(room), room.team, Pattern(WEEKLY, AT), content)

    assert refused.value.field == "values"


def test_a_series_begins_today_at_the_earliest(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        begun(room, replace(WEEKLY, starts_on=TUESDAY - WEEK))

    assert refused.value.field == "starts_on"


def test_a_series_without_a_day_is_refused(room: Room) -> None:
    with pytest.raises(Refused, match="no day left"):
        begun(room, replace(WEEKLY, starts_on=date(2026, 11, 11), ends_on=date(2026, 11, 12)))


def test_a_series_that_begins_far_ahead_has_its_first_post(room: Room) -> None:
    done = begun(room, replace(WEEKLY, starts_on=date(2028, 1, 1)))

    assert days_of(room, done.series) == [date(2028, 1, 4)]


VERBS: dict[str, Callable[[Post, Room], None]] = {
    "edit": lambda post, room: post.edit(replace(post.content, text="Anders."), room.writer, NOW),
    "move": lambda post, room: post.move_to(date(2026, 11, 19), room.writer, NOW),
    "review": lambda post, room: post.send_to_review(room.writer, NOW),
    "cancel": lambda post, room: post.cancel(room.writer, NOW),
}


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_done_to_one_post_makes_it_a_post_of_its_own(room: Room, verb: str) -> None:
    done = begun(room)
    second = posts(room, done.series)[1]

    VERBS[verb](second, room)

    touched = [one for one in posts(room, done.series) if one.is_touched]
    assert touched == [second]


def test_change_all_changes_every_post_but_those_somebody_changed(room: Room) -> None:
    done = begun(room)
    first, second, third, *rest = posts(room, done.series)
    VERBS["edit"](second, room)
    asked = replace(third.content, title="Nieuw", starts_at=_at(third, time(14)))

    changed = series.change_all(a_hand(room), third, asked)

    assert changed.stayed == 1
    assert second.text == "Anders."
    assert second.title == "Rooster in eigen hand"
    assert {one.title for one in (first, third, *rest)} == {"Nieuw"}
    assert {_wall(one).time() for one in (first, third, *rest)} == {time(14)}
    assert changed.series.title == "Nieuw"
    assert not third.is_touched


def test_change_all_leaves_what_is_over(room: Room) -> None:
    done = begun(room)
    first, second, *_rest = posts(room, done.series)
    later = a_hand(room, NOW + WEEK)

    series.change_all(later, second, replace(second.content, title="Nieuw"))

    assert first.title == "Rooster in eigen hand"
    assert second.title == "Nieuw"


def test_change_following_makes_another_series_from_this_day_on(room: Room) -> None:
    done = begun(room)
    first, second, third, fourth, *_rest = posts(room, done.series)
    VERBS["edit"](fourth, room)

    changed = series.change_following(a_hand(room), third, replace(third.content, title="Nieuw"))

    assert changed.series is not done.series
    assert done.series.rule.ends_on == second.series_day + timedelta(days=6)  # type: ignore[operator]
    assert posts(room, done.series) == [first, second]
    assert {first.title, second.title} == {"Rooster in eigen hand"}
    following = posts(room, changed.series)
    assert following[0] is third
    assert {one.title for one in following if one is not fourth} == {"Nieuw"}
    assert fourth.title == "Rooster in eigen hand"
    assert changed.stayed == 1


def test_what_a_series_counts_is_shared_by_both_parts(room: Room) -> None:
    done = begun(room, replace(WEEKLY, count=6))
    third = posts(room, done.series)[2]

    changed = series.change_following(a_hand(room), third, replace(third.content, title="Nieuw"))

    assert len(posts(room, done.series)) == 2
    assert len(posts(room, changed.series)) == 4
    assert changed.series.rule.count == 4


def test_a_deleted_post_is_an_exception_also_of_the_series_after_it(room: Room) -> None:
    done = begun(room)
    _first, second, third, *_rest = posts(room, done.series)
    third.delete(room.writer, NOW)
    room.session.flush()

    changed = series.change_following(a_hand(room), second, replace(second.content, title="N"))

    assert third.series_day in changed.series.left_out
    assert third.series_day not in days_of(room, changed.series)


def test_a_post_out_of_the_bin_is_an_exception_no_more(room: Room) -> None:
    done = begun(room)
    second = posts(room, done.series)[1]
    second.delete(room.writer, NOW)
    second.restore(room.writer, NOW)

    assert done.series.left_out == set()


def test_following_the_first_post_means_all(room: Room) -> None:
    done = begun(room)
    first = posts(room, done.series)[0]

    changed = series.change_following(a_hand(room), first, replace(first.content, title="Nieuw"))

    assert changed.series is done.series


@pytest.mark.parametrize("change", [series.change_all, series.change_following])
def test_another_day_is_for_one_post_only(
    room: Room, change: Callable[[Hand, Post, Any], Done]
) -> None:
    second = posts(room, begun(room).series)[1]
    other = replace(second.content, starts_at=_at(second, AT) + timedelta(days=1))

    for content in (other, replace(other, starts_at=None)):
        with pytest.raises(Refused) as refused:
            change(a_hand(room), second, content)
        assert refused.value.field == "day"


def test_a_post_without_a_series_has_no_others(room: Room) -> None:
    alone = room.post()

    with pytest.raises(Refused, match="belongs to no series"):
        series.change_all(a_hand(room), alone, alone.content)


def test_another_rule_keeps_the_posts_whose_day_stays(room: Room) -> None:
    done = begun(room)
    first, second, third, *_rest = posts(room, done.series)
    VERBS["edit"](third, room)
    rule = Rule("weekly", TUESDAY + WEEK, weekdays=(1, 3), interval=2)

    changed = series.change_rule(a_hand(room), done.series, Pattern(rule, time(10)))

    found = posts(room, done.series)
    assert first in found
    assert second in found
    assert _wall(first).time() == AT
    assert _wall(second).time() == time(10)
    assert third in found
    assert changed.stayed == 1
    expected = set(days(rule, TUESDAY, TUESDAY + 13 * WEEK)) | {TUESDAY, third.series_day}
    assert {one.series_day for one in found} == expected


def test_stopping_puts_the_coming_posts_in_the_bin(room: Room) -> None:
    done = begun(room)
    first, second, *_rest = posts(room, done.series)
    VERBS["edit"](second, room)

    stopped = series.stop(a_hand(room, NOW + timedelta(hours=3)), done.series)

    assert posts(room, done.series) == [first, second]
    assert stopped.stayed == 1
    assert queries.all_series(room.session, room.team) == []
    with pytest.raises(Refused, match="stopped already"):
        series.stop(a_hand(room), done.series)


def test_the_worker_makes_each_post_once(room: Room) -> None:
    done = begun(room)
    version = done.series.version
    before = len(posts(room, done.series))

    first = series.extend_all(room.session, NOW + 2 * WEEK, _no_holiday)
    second = series.extend_all(room.session, NOW + 2 * WEEK, _no_holiday)

    assert (first, second) == ((2, 0), (0, 0))
    assert len(posts(room, done.series)) == before + 2
    assert done.series.version == version


@pytest.mark.parametrize(
    "rule", [replace(WEEKLY, ends_on=TUESDAY + 70 * WEEK), replace(WEEKLY, count=71)]
)
def test_a_series_that_ends_is_made_a_year_ahead_and_then_to_its_end(
    room: Room, rule: Rule
) -> None:
    done = begun(room, rule)
    assert len(posts(room, done.series)) == 54

    made = [series.extend_all(room.session, NOW + n * WEEK, _no_holiday) for n in (9, 30, 31)]

    assert made == [(9, 0), (8, 0), (0, 0)]
    assert len(posts(room, done.series)) == 71


def test_the_worker_leaves_out_holidays_and_goes_on_after_a_refusal(room: Room) -> None:
    refused = begun(room)
    skipping = begun(room, skips_holidays=True)
    refused.series.content = {**refused.series.content, "values": []}
    room.session.flush()
    free = TUESDAY + 14 * WEEK
    asked: set[str] = set()

    def is_holiday(country: str, day: date) -> bool:
        asked.add(country)
        return day == free

    made = series.extend_all(room.session, NOW + 2 * WEEK, is_holiday)

    assert made == (1, 1)
    assert free in skipping.series.left_out
    assert asked == {"NL"}
    problem = series.problem(a_hand(room), refused.series)
    assert problem is not None
    assert problem.field == "values"
    assert series.problem(a_hand(room), skipping.series) is None


def test_a_deleted_post_is_never_made_again(room: Room) -> None:
    done = begun(room)
    last = posts(room, done.series)[-1]
    last.delete(room.writer, NOW)
    room.session.flush()

    later = NOW + 5 * WEEK
    queries.empty_bin(room.session, later)
    room.session.expunge(last)
    room.session.expunge(done.undoable)
    series.extend_all(room.session, later, _no_holiday)
    series.change_rule(
        a_hand(room, later), done.series, Pattern(replace(WEEKLY, starts_on=TUESDAY + 5 * WEEK), AT)
    )

    assert TUESDAY + 13 * WEEK not in days_of(room, done.series)
    assert TUESDAY + 14 * WEEK in days_of(room, done.series)


def test_a_stopped_series_is_not_carried_on(room: Room) -> None:
    done = begun(room)
    series.stop(a_hand(room), done.series)

    assert series.extend_all(room.session, NOW + 9 * WEEK, _no_holiday) == (0, 0)


def test_the_round_of_the_worker_carries_a_series_on(database: Database, config: Config) -> None:
    with database.writing() as session:
        room = a_room(session)
        series_id = begun(room, MONDAYS, skips_holidays=True).series.id
    # The coming thirteen weeks reach Easter Monday, 29 March 2027.
    later = NOW + 7 * WEEK
    desk = Desk(database, config, post_office(config), 1, lambda: later, threading.Event())

    Rounds(desk).tidy()
    Rounds(desk).tidy()

    with database.reading() as session:
        found = session.get_one(PostSeries, series_id)
        made = queries.posts_of_series(session, found, date.min)
        expected = days(MONDAYS, TUESDAY, TUESDAY + 20 * WEEK)
        assert date(2027, 3, 29) in expected
        expected.remove(date(2027, 3, 29))
        assert [one.series_day for one in made] == expected


def _state_of(room: Room) -> list[tuple[Any, ...]]:
    """All that matters of the team's posts that are not in the bin."""
    wanted = select(Post).where(Post.team_id == room.team.id, Post.deleted_at.is_(None))
    rows = room.session.scalars(wanted.order_by(Post.starts_at, Post.id))
    return [
        (one.title, one.starts_at, one.series_id, one.series_day, one.is_touched, one.state)
        for one in rows
    ]


def _whole_change(room: Room, done: Done) -> Done:
    third = posts(room, done.series)[2]
    return series.change_all(
        a_hand(room), third, replace(third.content, title="Nieuw", starts_at=_at(third, time(14)))
    )


def _following_change(room: Room, done: Done) -> Done:
    third = posts(room, done.series)[2]
    return series.change_following(a_hand(room), third, replace(third.content, title="Nieuw"))


def _rule_change(room: Room, done: Done) -> Done:
    rule = Rule("monthly_weekday", TUESDAY, weekdays=(1,), nth=-1)
    return series.change_rule(a_hand(room), done.series, Pattern(rule, time(10)))


def _stop(room: Room, done: Done) -> Done:
    return series.stop(a_hand(room), done.series)


@pytest.mark.parametrize("change", [_whole_change, _following_change, _rule_change, _stop])
def test_each_change_of_a_series_is_undone_as_a_whole(
    room: Room, change: Callable[[Room, Done], Done]
) -> None:
    done = begun(room)
    VERBS["edit"](posts(room, done.series)[3], room)
    room.session.flush()
    before, rule = _state_of(room), done.series.rule
    changed = change(room, done)
    room.session.flush()
    assert _state_of(room) != before

    undo.take_back(room.session, changed.undoable, room.writer, NOW)
    room.session.flush()

    assert _state_of(room) == before
    assert done.series.rule == rule
    assert done.series.local_time == AT
    assert done.series.stopped_at is None
    assert done.series.title == "Rooster in eigen hand"
    assert queries.all_series(room.session, room.team) == [done.series]


def test_beginning_a_series_can_be_undone(room: Room) -> None:
    done = begun(room)

    undo.take_back(room.session, done.undoable, room.writer, NOW)

    assert _state_of(room) == []
    assert series.extend_all(room.session, NOW + 2 * WEEK, _no_holiday) == (0, 0)


def test_a_series_is_undone_step_by_step(room: Room) -> None:
    done = begun(room)
    _whole_change(room, done)
    _stop(room, done)

    for _step in range(3):
        last = undo.last_of(room.session, room.team, room.writer, NOW)
        undo.take_back(room.session, last, room.writer, NOW)

    assert _state_of(room) == []
    assert queries.all_series(room.session, room.team) == []
    with pytest.raises(Refused, match="nothing to undo"):
        undo.last_of(room.session, room.team, room.writer, NOW)


def test_nothing_is_undone_when_somebody_changed_the_series_since(room: Room) -> None:
    done = begun(room)
    changed = _stop(room, done)
    done.series.touch()
    room.session.flush()

    with pytest.raises(Refused, match="was changed since"):
        undo.take_back(room.session, changed.undoable, room.writer, NOW)


def test_the_history_of_a_post_tells_of_its_series(room: Room) -> None:
    done = begun(room)
    third = posts(room, done.series)[2]
    series.change_all(a_hand(room), third, replace(third.content, title="Nieuw"))

    told = room.session.scalars(
        select(PostChange.action).where(PostChange.post_id == third.id).order_by(PostChange.id)
    )
    assert list(told) == ["created", "followed"]


def test_another_team_has_its_own_series(room: Room, session: Session) -> None:
    done = begun(room)

    with pytest.raises(NotYours):
        queries.series_of(session, a_team(session), done.series.id)
    assert session.scalar(select(func.count()).select_from(PostSeries)) == 1


def _no_holiday(_country: str, _day: date) -> bool:
    return False


def _wall(post: Post) -> datetime:
    assert post.local_start is not None
    return post.local_start


def _at(post: Post, at: time) -> datetime:
    wall = local(post.starts_at, post.zone) if post.starts_at else NOW
    return wall.replace(hour=at.hour, minute=at.minute)
