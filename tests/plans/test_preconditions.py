"""The rules about the eleven preconditions, each with a table of examples."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendar_app.language import say
from calendar_app.plans.pitfalls import RadarFacts, radar
from calendar_app.plans.preconditions import (
    KINDS,
    RATING_NAMES,
    RATINGS,
    Standing,
    due,
    loose,
    standings,
    to_look_at,
    unknown,
    unknown_too_long,
    workload,
)

TUESDAY = date(2026, 11, 10)
DAY = timedelta(days=1)


def keys(found: list[Standing]) -> list[str]:
    return [one.key for one in found]


def test_the_eleven_stand_in_the_order_of_the_articles() -> None:
    assert list(KINDS) == [
        "infrastructure",
        "people",
        "management",
        "trust",
        "rules",
        "ownership",
        "openness",
        "ambassadors",
        "resisters",
        "resilience",
        "patience",
    ]
    assert all(len(key) <= 20 for key in KINDS)
    assert set(RATING_NAMES) == set(RATINGS)


@pytest.mark.parametrize("key", KINDS)
def test_each_has_its_words_in_both_languages(key: str) -> None:
    kind = KINDS[key]
    for words in (kind.name, kind.question, kind.as_success, kind.as_stumbling):
        assert words
        assert say("nl", words) != words
    assert kind.question.endswith("?")


def test_what_nobody_wrote_down_is_not_known() -> None:
    every = standings([Standing("rules", "stumbling")])

    assert keys(every) == list(KINDS)
    assert keys(unknown(every)) == [key for key in KINDS if key != "rules"]


@pytest.mark.parametrize(
    ("rating", "owner", "action", "is_loose"),
    [
        ("stumbling", False, False, True),
        ("stumbling", True, False, True),
        ("stumbling", False, True, True),
        ("stumbling", True, True, False),
        ("success", False, False, False),
        ("unknown", False, False, False),
    ],
)
def test_a_stumbling_block_is_loose_without_an_owner_or_an_action(
    rating: str, *, owner: bool, action: bool, is_loose: bool
) -> None:
    one = Standing("rules", rating, has_owner=owner, has_action=action)

    assert (loose([one]) == [one]) is is_loose


@pytest.mark.parametrize(
    ("day", "is_due"),
    [(None, False), (TUESDAY - DAY, True), (TUESDAY, True), (TUESDAY + DAY, False)],
)
def test_a_recheck_is_due_from_its_day_on(day: date | None, *, is_due: bool) -> None:
    one = Standing("trust", "success", recheck_on=day)

    assert (due([one], TUESDAY) == [one]) is is_due


def test_what_is_longest_due_comes_first() -> None:
    late = Standing("patience", "success", recheck_on=TUESDAY - 9 * DAY)
    later = Standing("trust", "success", recheck_on=TUESDAY - DAY)

    assert due([later, late], TUESDAY) == [late, later]


@pytest.mark.parametrize(("age", "count"), [(0, 0), (29, 0), (30, 11), (31, 11)])
def test_unknown_is_too_long_after_thirty_days(age: int, count: int) -> None:
    found = unknown_too_long(standings(), TUESDAY - age * DAY, TUESDAY, days=30)

    assert len(found) == count


def test_the_meetup_speaks_first_of_what_is_due_and_of_each_once() -> None:
    rated = [Standing(key, "success") for key in KINDS if key not in {"people", "resilience"}]
    again = Standing("patience", "success", recheck_on=TUESDAY)
    both = Standing("people", recheck_on=TUESDAY - DAY)
    every = standings([*rated, again, both])

    assert to_look_at(every, TUESDAY - 40 * DAY, TUESDAY, days=30) == [
        ("people", "recheck"),
        ("patience", "recheck"),
        ("resilience", "unknown"),
    ]
    assert to_look_at(every, TUESDAY - 4 * DAY, TUESDAY, days=30) == [
        ("people", "recheck"),
        ("patience", "recheck"),
    ]


@pytest.mark.parametrize(
    ("cadences", "hours", "minutes", "needed", "fits"),
    [
        ([3, 2, 2, 2], 4, 60, 9, False),
        ([3, 2, 2, 2], 9, 60, 9, True),
        ([3, 2, 2, 2], 4, None, 9, False),
        ([3, 2, 2, 2], 7, 45, 6.8, True),
        ([3, 2, 2, 2], 6, 45, 6.8, False),
        ([9], None, 60, 9, None),
        ([9], 0, 60, 9, False),
        ([], 4, 60, 0, None),
        ([0, 0], 4, 60, 0, None),
        ([1], 1, 60, 1, True),
    ],
)
def test_the_rhythm_is_held_against_the_hours(
    cadences: list[int],
    hours: int | None,
    minutes: int | None,
    needed: float,
    *,
    fits: bool | None,
) -> None:
    load = workload(cadences, hours, minutes)

    assert load.needed == needed
    assert load.fits is fits


@pytest.mark.parametrize(
    ("blocks", "posts", "fires"), [(0, 5, False), (1, 0, False), (1, 1, True), (2, 5, True)]
)
def test_the_radar_sees_a_loose_stumbling_block_once_posts_are_planned(
    blocks: int, posts: int, *, fires: bool
) -> None:
    found = radar(RadarFacts(TUESDAY, loose_blocks=blocks, posts_to_come=posts))

    assert [one.key for one in found] == (["foreseeable"] if fires else [])
    assert all(one.values == {"count": blocks, "posts": posts} for one in found)
