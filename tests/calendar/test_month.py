"""The month as a grid: whole weeks, Monday first, ISO numbers; what lies on each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.calendar.cards import Card, PostRow, card, initials
from calendar_app.calendar.field import Wish, shares
from calendar_app.calendar.month import (
    SHOWN_IN_A_DAY,
    Layers,
    bounds,
    days_shown,
    grid,
    next_month,
    previous_month,
    week_of,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
WORDS = {"draft": "concept", "published": "geplaatst", "cancelled": "geannuleerd", "idea": "idee"}
ANY_DAY = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def a_card(title: str = "Een dag op de spoed") -> Card:
    row = PostRow(1, title, "draft", datetime(2026, 11, 10, 9, 30, tzinfo=UTC))
    return card(row, AMSTERDAM, NOW, WORDS)


def test_november_2026_begins_on_a_sunday_and_needs_six_weeks() -> None:
    weeks = grid(date(2026, 11, 10), date(2026, 11, 10), Layers())

    assert [week.number for week in weeks] == [44, 45, 46, 47, 48, 49]
    assert weeks[0].days[0].date == date(2026, 10, 26)
    assert weeks[0].days[6].date == date(2026, 11, 1)
    assert [day.is_outside for day in weeks[0].days] == [True] * 6 + [False]


def test_the_week_of_a_day_is_the_row_that_holds_it() -> None:
    weeks = grid(date(2026, 11, 10), date(2026, 11, 10), Layers())

    assert week_of(date(2026, 11, 15), weeks).number == 46
    assert week_of(date(2026, 11, 16), weeks).number == 47
    assert week_of(date(2027, 5, 5), weeks).number == 44


def test_a_day_counts_what_stands_open_and_what_is_folded() -> None:
    day = date(2026, 11, 10)
    cards = [a_card()] * (SHOWN_IN_A_DAY + 2)

    cells = {cell.date: cell.count for cell in grid(day, day, Layers(cards={day: cards}))[2].days}

    assert cells == {date(2026, 11, 9 + n): len(cards) if n == 1 else 0 for n in range(7)}


def test_the_last_days_of_december_can_be_in_week_one_or_fifty_three() -> None:
    numbers = {
        year: grid(date(year, 12, 5), date(2026, 1, 1), Layers())[-1].number
        for year in (2024, 2026)
    }

    assert numbers == {2024: 1, 2026: 53}


@given(ANY_DAY)
def test_every_month_is_whole_weeks_with_all_of_its_days_once(day: date) -> None:
    days = days_shown(day)

    assert len(days) % 7 == 0
    assert days[0].weekday() == 0
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    first, after = day.replace(day=1), next_month(day)
    inside = [each for each in days if first <= each < after]
    assert len(inside) == (after - first).days
    assert len(days) - len(inside) < 14
    assert previous_month(next_month(day)) == first


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 5), 35 * 24 + 1), (date(2027, 3, 5), 35 * 24 - 1)]
)
def test_a_month_is_an_hour_longer_or_shorter_when_the_clocks_change(day: date, hours: int) -> None:
    start, end = bounds(days_shown(day), "Europe/Amsterdam")

    assert end - start == timedelta(hours=hours)
    assert start.astimezone(AMSTERDAM).hour == end.astimezone(AMSTERDAM).hour == 0


def test_weekends_and_holidays_are_off_and_the_holiday_is_named() -> None:
    layers = Layers(holidays={date(2026, 12, 25): "Eerste kerstdag"})

    cells = {
        day.date: day for week in grid(date(2026, 12, 1), NOW.date(), layers) for day in week.days
    }

    assert cells[date(2026, 12, 25)].is_off
    assert cells[date(2026, 12, 25)].holiday == "Eerste kerstdag"
    assert cells[date(2026, 12, 26)].is_off
    assert not cells[date(2026, 12, 24)].is_off


@pytest.mark.parametrize(
    ("posts", "shown", "folded"),
    [
        (0, 0, 0),
        (SHOWN_IN_A_DAY, SHOWN_IN_A_DAY, 0),
        (SHOWN_IN_A_DAY + 1, SHOWN_IN_A_DAY + 1, 0),
        (SHOWN_IN_A_DAY + 2, SHOWN_IN_A_DAY, 2),
        (20, SHOWN_IN_A_DAY, 20 - SHOWN_IN_A_DAY),
    ],
)
def test_a_full_day_folds_what_does_not_fit(posts: int, shown: int, folded: int) -> None:
    day = date(2026, 11, 10)
    layers = Layers(cards={day: [a_card() for _ in range(posts)]})

    cell = next(d for week in grid(day, day, layers) for d in week.days if d.is_today)

    assert (len(cell.shown), len(cell.folded)) == (shown, folded)


@pytest.mark.parametrize(
    ("state", "hours_ago", "late"),
    [("draft", 1, True), ("draft", -1, False), ("published", 1, False), ("cancelled", 1, False)],
)
def test_late_is_what_is_past_its_time_and_not_marked_published(
    state: str, hours_ago: int, *, late: bool
) -> None:
    row = PostRow(1, "x", state, NOW - timedelta(hours=hours_ago))

    assert card(row, AMSTERDAM, NOW, WORDS).late is late


def test_a_card_shows_the_time_on_the_teams_clocks() -> None:
    assert a_card().time_text == "10:30"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Sanne Bos", "SB"), ("Joris de Vries", "JV"), ("Mo", "MO"), ("", ""), ("é", "É")],
)
def test_initials_are_of_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_playing_field_counts_a_post_for_each_of_its_values() -> None:
    wishes = [
        Wish(1, "Nabij", percent=50),
        Wish(2, "Vakmanschap", percent=25),
        Wish(4, "Samen leren", percent=50),
    ]

    found = shares(wishes, [[1], [1, 2], [2], [1]], days=30)

    assert [(share.name, share.done, share.wanted, share.lags) for share in found] == [
        ("Nabij", 3, 2, False),
        ("Vakmanschap", 2, 1, False),
        ("Samen leren", 0, 2, True),
    ]
