from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.meetups.agenda import (
    BLOCKS,
    Block,
    ChannelFact,
    Facts,
    PostFact,
    agenda,
    share_out,
    window,
)

TUESDAY = date(2026, 11, 10)
NOW = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
SINCE = datetime(2026, 11, 9, 8, 30, tzinfo=UTC)
SEEN = window(TUESDAY, "Europe/Amsterdam", SINCE)


def a_post(state: str, at: datetime | None, **facts: object) -> PostFact:
    told: dict[str, object] = {"id": 1, "title": "Vraag van de week", **facts}
    return PostFact(state=state, starts_at=at, **told)  # type: ignore[arg-type]  # as the fields say


def blocks(
    *posts: PostFact, ideas: tuple[PostFact, ...] = (), now: datetime = NOW
) -> dict[str, Block]:
    made = agenda(Facts(posts=posts, ideas=ideas), SEEN, now)
    return {block.key: block for block in made}


def test_the_four_blocks_share_the_ten_minutes_as_the_method_says() -> None:
    made = agenda(Facts(), SEEN, NOW)

    assert [(block.key, block.minutes) for block in made] == [
        ("yesterday", 2),
        ("today", 3),
        ("coming", 3),
        ("ideas", 2),
    ]
    assert all(block.is_quiet for block in made)


@given(st.integers(4, 240))
def test_a_meetup_of_any_length_is_shared_out_whole(minutes: int) -> None:
    shares = share_out(minutes)

    assert sum(shares.values()) == minutes
    assert list(shares) == list(BLOCKS)
    assert min(shares.values()) >= 1


def test_what_was_published_since_the_last_meetup_stands_under_yesterday() -> None:
    published = a_post("published", SINCE, published_at=SINCE + timedelta(hours=1))

    found = blocks(published)

    assert [item.post for item in found["yesterday"].items] == [published]
    assert not found["yesterday"].items[0].late


def test_what_was_published_before_the_last_meetup_was_told_there() -> None:
    published = a_post("published", SINCE, published_at=SINCE - timedelta(minutes=1))

    assert blocks(published)["yesterday"].is_quiet


def test_a_post_of_an_earlier_day_that_nobody_published_is_late() -> None:
    approved = a_post("approved", datetime(2026, 11, 6, 9, tzinfo=UTC))

    (item,) = blocks(approved)["yesterday"].items

    assert item.late
    assert not item.unapproved


@pytest.mark.parametrize("state", ["draft", "in_review", "changes_asked"])
def test_a_post_of_today_without_approval_is_flagged_with_the_minutes_left(state: str) -> None:
    post = a_post(state, NOW + timedelta(minutes=57))

    (item,) = blocks(post)["today"].items

    assert item.unapproved
    assert item.minutes_left == 57
    assert not item.late


def test_an_approved_post_of_today_needs_nothing() -> None:
    (item,) = blocks(a_post("approved", NOW + timedelta(hours=2)))["today"].items

    assert (item.unapproved, item.late) == (False, False)


def test_a_post_of_this_morning_that_did_not_go_out_is_late_under_today_alone() -> None:
    found = blocks(a_post("approved", NOW - timedelta(hours=1)))

    assert [item.late for item in found["today"].items] == [True]
    assert found["yesterday"].is_quiet


def test_a_post_published_today_stands_under_today_and_not_twice() -> None:
    found = blocks(a_post("published", NOW - timedelta(hours=1), published_at=NOW))

    assert [item.minutes_left for item in found["today"].items] == [None]
    assert found["yesterday"].is_quiet


@pytest.mark.parametrize("state", ["cancelled", "idea"])
def test_a_cancelled_post_and_an_idea_are_not_due(state: str) -> None:
    found = blocks(a_post(state, NOW + timedelta(hours=1)), a_post(state, SINCE, id=2))

    assert found["today"].is_quiet
    assert found["yesterday"].is_quiet


def test_the_day_is_that_of_the_team_and_not_of_utc() -> None:
    just_after_midnight = a_post("approved", datetime(2026, 11, 9, 23, 30, tzinfo=UTC))
    just_after_the_next = a_post("approved", datetime(2026, 11, 10, 23, 30, tzinfo=UTC), id=2)

    found = blocks(just_after_midnight, just_after_the_next)

    assert [item.post for item in found["today"].items] == [just_after_midnight]


def test_coming_days_list_only_what_is_not_approved_in_order_of_time() -> None:
    later = a_post("draft", NOW + timedelta(days=6), id=1)
    sooner = a_post("in_review", NOW + timedelta(days=1), id=2)
    approved = a_post("approved", NOW + timedelta(days=2), id=3)
    beyond = a_post("draft", NOW + timedelta(days=8), id=4)

    found = blocks(later, sooner, approved, beyond)

    assert [item.post.id for item in found["coming"].items] == [2, 1]
    assert all(item.unapproved for item in found["coming"].items)


def test_a_channel_below_its_rhythm_is_a_gap_and_one_that_keeps_it_is_none() -> None:
    short = ChannelFact(1, "LinkedIn", cadence=3, planned=2)
    enough = ChannelFact(2, "Intranet", cadence=1, planned=2)

    made = agenda(Facts(channels=(short, enough)), SEEN, NOW)

    assert made[2].gaps == (short,)
    assert short.short_of == 1
    assert not made[2].is_quiet


def test_ideas_keep_the_order_they_came_in() -> None:
    newest, older = a_post("idea", None, id=7), a_post("idea", None, id=3)

    found = blocks(ideas=(newest, older))

    assert [item.post.id for item in found["ideas"].items] == [7, 3]


def test_the_week_of_a_day_runs_from_monday_to_monday_also_when_the_clocks_change() -> None:
    seen = window(date(2026, 10, 25), "Europe/Amsterdam", SINCE)

    assert seen.week_starts == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert seen.week_ends == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert seen.day_ends - seen.day_starts == timedelta(hours=25)


STATES = ("idea", "draft", "in_review", "changes_asked", "approved", "published", "cancelled")
moments = st.integers(-20 * 24, 20 * 24).map(lambda hours: NOW + timedelta(hours=hours))


@given(st.lists(st.tuples(st.sampled_from(STATES), moments)), moments)
def test_no_post_stands_on_the_agenda_twice(
    posts: list[tuple[str, datetime]], now: datetime
) -> None:
    facts = [
        a_post(state, at, id=number, published_at=at if state == "published" else None)
        for number, (state, at) in enumerate(posts)
    ]

    made = agenda(Facts(posts=facts), SEEN, now)

    shown = [item.post.id for block in made for item in block.items]
    assert len(shown) == len(set(shown))
