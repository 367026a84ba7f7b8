"""The calendar's own rules: weeks, boards, gaps, and moving by days; without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.calendar.board import by_channel, by_state
from calendar_app.calendar.cards import Card
from calendar_app.calendar.field import Group, Wish, shares
from calendar_app.calendar.gaps import Rhythm, open_slots
from calendar_app.calendar.listing import listed
from calendar_app.calendar.month import Layers
from calendar_app.calendar.shifts import is_weekend, shifted
from calendar_app.calendar.week import days_of_week, week
from calendar_app.layers.days import AbsenceRow, EventRow, layers_of_days
from calendar_app.moments import local, moment

MONDAY = date(2026, 11, 9)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def a_card(number: int, **facts: object) -> Card:
    told = {
        "title": f"Bericht {number}",
        "href": f"/posts/{number}",
        "state": "draft",
        "state_label": "concept",
        "time_text": "09:00",
        "late": False,
    }
    return Card(id=number, **{**told, **facts})  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------ week


def test_a_week_has_a_row_for_each_part_of_the_day() -> None:
    clocks = ("00:00", "11:59", "12:00", "16:59", "17:00", "23:59")
    cards = [a_card(number, time_text=clock) for number, clock in enumerate(clocks)]

    page = week(date(2026, 11, 12), MONDAY, Layers(cards={date(2026, 11, 12): cards}))

    assert page.number == 46
    assert [day.date for day in page.days] == days_of_week(MONDAY)
    found = [[card.time_text for card in part.cells[3]] for part in page.parts]
    assert found == [["00:00", "11:59"], ["12:00", "16:59"], ["17:00", "23:59"]]


@given(DAYS)
def test_a_week_is_monday_to_sunday_and_holds_its_day(day: date) -> None:
    days = days_of_week(day)

    assert day in days
    assert [each.weekday() for each in days] == list(range(7))


# ----------------------------------------------------------------------------------------- board


def test_a_board_has_a_column_for_each_state_in_order_but_no_empty_cancelled_one() -> None:
    names = {"idea": "Idee", "draft": "Concept", "cancelled": "Geschrapt"}
    cards = [a_card(1, state="draft"), a_card(2, state="idea"), a_card(3, state="draft")]

    columns = by_state(cards, names, all_of=False)

    assert [(c.name, [card.id for card in c.cards]) for c in columns] == [
        ("Idee", [2]),
        ("Concept", [1, 3]),
    ]
    assert [c.key for c in by_state(cards, names, all_of=True)] == list(names)


def test_a_post_on_two_channels_stands_in_both_columns_and_one_on_none_in_the_last() -> None:
    cards = [
        a_card(1, channel_names=["LinkedIn", "Instagram"]),
        a_card(2),
        a_card(3, channel_names=["Een oud kanaal"]),
    ]

    columns = by_channel(cards, ["LinkedIn", "Instagram", "Facebook"], "Geen")

    assert [(c.name, [card.id for card in c.cards]) for c in columns] == [
        ("LinkedIn", [1]),
        ("Instagram", [1]),
        ("Facebook", []),
        ("Een oud kanaal", [3]),
        ("Geen", [2]),
    ]


# ------------------------------------------------------------------------------------------ list


def test_a_list_has_the_days_with_a_post_a_holiday_or_an_event_that_begins() -> None:
    week_of_care = EventRow(1, "Campagnes", 3, "Week van de zorg", None, None, *days(10, 13))
    away = AbsenceRow(1, "Fatima", *days(9, 15))
    laid = layers_of_days([week_of_care], [away], "Europe/Amsterdam", *days(9, 15))
    on_days = Layers(
        cards={date(2026, 11, 12): [a_card(1), a_card(2)]},
        holidays={date(2026, 11, 14): "Vrije dag"},
    )

    found = listed(days_of_week(MONDAY), date(2026, 11, 12), on_days, laid)

    assert [(one.date.day, len(one.cards), one.holiday, one.is_today) for one in found] == [
        (10, 0, "", False),
        (12, 2, "", True),
        (14, 0, "Vrije dag", False),
    ]


def test_a_list_without_anything_has_no_day() -> None:
    assert listed(days_of_week(MONDAY), MONDAY, Layers(), {}) == []


def days(first: int, last: int) -> tuple[date, date]:
    return date(2026, 11, first), date(2026, 11, last)


# ----------------------------------------------------------------------------------------- field


def test_a_wish_is_a_part_of_the_posts_or_so_many_a_week_or_none() -> None:
    wishes = [Wish("a", "A", percent=50), Wish("b", "B", a_week=3), Wish("c", "C")]

    found = shares(wishes, [["a", "b"], ["a", "a"], ["b"], ["c"]], days=28)

    assert [(s.done, s.wanted, s.lags) for s in found] == [
        (2, 2, False),
        (2, 12, True),
        (1, None, False),
    ]


def test_a_group_names_what_is_furthest_behind() -> None:
    wishes = [
        Wish("a", "A", percent=0),
        Wish("b", "B"),
        Wish("c", "C", percent=60),
        Wish("d", "D", percent=40),
    ]

    def behind(*posts: str) -> str | None:
        found = Group("Audiences", shares(wishes, posts, days=28)).behind
        return None if found is None else found.name

    assert behind("b", "b", "b", "b", "b") == "C"
    assert behind("c", "c", "c", "a", "a") == "D"
    assert behind(*"ccccd", *"bbbbb") == "D"
    assert behind("c", "c", "c", "d", "d") is None
    assert behind() is None


# ------------------------------------------------------------------------------------------ gaps


def slots_of(rhythm: Rhythm, taken: list[date], now: datetime) -> list[tuple[date, str]]:
    days = days_of_week(MONDAY)
    found = open_slots([rhythm], days, {1: taken}, now, is_weekend)
    return [(slot.day, f"{slot.time:%H:%M}") for day in days for slot in found.get(day, [])]


BEFORE = datetime(2026, 11, 8, 12, tzinfo=UTC)


def test_a_gap_stands_at_the_hours_that_suit_the_channel() -> None:
    rhythm = Rhythm(1, "LinkedIn", "in", 2, [(1, time(9, 30)), (3, time(16))])

    assert slots_of(rhythm, [], BEFORE) == [
        (date(2026, 11, 10), "09:30"),
        (date(2026, 11, 12), "16:00"),
    ]
    assert slots_of(rhythm, [date(2026, 11, 10)], BEFORE) == [(date(2026, 11, 12), "16:00")]


def test_a_full_week_and_a_channel_without_rhythm_have_no_gap() -> None:
    full = Rhythm(1, "LinkedIn", "in", 2, [(1, time(9, 30))])
    taken = [date(2026, 11, 9), date(2026, 11, 13)]

    assert slots_of(full, taken, BEFORE) == []
    assert slots_of(Rhythm(1, "Blog", "bl", 0), [], BEFORE) == []


def test_nothing_is_open_in_the_past() -> None:
    rhythm = Rhythm(1, "LinkedIn", "in", 2, [(1, time(9, 30)), (3, time(16))])

    assert slots_of(rhythm, [], datetime(2026, 11, 10, 9, 30, tzinfo=UTC)) == [
        (date(2026, 11, 12), "16:00")
    ]


def test_without_hours_the_gaps_are_spread_over_the_working_days() -> None:
    found = slots_of(Rhythm(1, "Blog", "bl", 2), [], BEFORE)

    assert found == [(date(2026, 11, 10), "09:00"), (date(2026, 11, 12), "09:00")]


def test_an_hour_on_a_weekend_counts_but_a_holiday_on_a_working_day_does_not() -> None:
    rhythm = Rhythm(1, "Instagram", "ig", 2, [(2, time(12)), (6, time(19, 30))])
    days = days_of_week(MONDAY)

    found = open_slots(
        [rhythm], days, {}, BEFORE, lambda day: is_weekend(day) or day == date(2026, 11, 11)
    )

    assert list(found) == [date(2026, 11, 15)]


@given(
    cadence=st.integers(0, 9),
    hours=st.lists(st.tuples(st.integers(0, 6), st.times()), max_size=5, unique_by=lambda h: h[0]),
    taken=st.lists(st.sampled_from(days_of_week(MONDAY)), max_size=9),
)
def test_there_are_never_more_gaps_than_posts_lacking(
    cadence: int, hours: list[tuple[int, time]], taken: list[date]
) -> None:
    found = slots_of(Rhythm(1, "LinkedIn", "in", cadence, hours), taken, BEFORE)

    assert len(found) <= max(0, cadence - len(taken))
    assert not {day for day, _clock in found} & set(taken)


# ---------------------------------------------------------------------------------------- moving


@given(DAYS, st.integers(-60, 60))
def test_days_that_count_all_are_a_plain_sum(day: date, by: int) -> None:
    assert shifted(day, by, lambda _day: False) == day + timedelta(days=by)


@given(DAYS, st.integers(-40, 40).filter(bool))
def test_days_that_do_not_count_are_skipped(day: date, by: int) -> None:
    reached = shifted(day, by, is_weekend)
    low, high = min(day, reached), max(day, reached)
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    passed = [each for each in between if not is_weekend(each) and each != day]

    assert not is_weekend(reached)
    assert len(passed) == abs(by)


@given(
    DAYS,
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(-400, 400),
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"]),
)
def test_a_moved_moment_keeps_its_local_time_unless_the_clocks_skip_it(
    day: date, at: time, by: int, zone: str
) -> None:
    target = shifted(day, by, lambda _day: False)

    there = local(moment(target, at, zone), zone)

    if there.time() != at:
        # The hour does not exist on that day: the clocks went forward over it.
        naive = datetime.combine(target, at)
        folds = [naive.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1)]
        assert folds[0] != folds[1]
    assert there.date() == target
