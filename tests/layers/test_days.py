"""What lies under the posts of each local day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from calendar_app.layers.days import (
    SHOWN_IN_A_DAY,
    AbsenceRow,
    DayLayers,
    Entry,
    EventRow,
    layers_of_days,
    spells,
)

FIRST, LAST = date(2026, 11, 9), date(2026, 11, 15)
AMSTERDAM = "Europe/Amsterdam"


def an_event(title: str = "Open dag", **facts: object) -> EventRow:
    return EventRow(1, "Campagnes", 3, title, **facts)  # type: ignore[arg-type]  # times of it


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def laid(*events: EventRow) -> dict[date, DayLayers]:
    return layers_of_days(events, [], AMSTERDAM, FIRST, LAST)


def test_an_event_lies_on_its_local_day_at_its_local_time() -> None:
    event = an_event(starts_at=utc(9, 23, 30), ends_at=utc(10, 0, 30))

    assert laid(event)[date(2026, 11, 10)].events == [
        Entry(event, time(0, 30), is_first=True, is_last=True)
    ]


def test_an_event_of_several_days_lies_on_each_of_them_within_the_page() -> None:
    event = an_event(first_day=date(2026, 11, 13), last_day=date(2026, 11, 17))

    found = laid(event)

    assert list(found) == [date(2026, 11, 13), date(2026, 11, 14), date(2026, 11, 15)]
    ends = [(day.events[0].is_first, day.events[0].is_last) for day in found.values()]
    assert ends == [(True, False), (False, False), (False, False)]


def test_an_event_over_midnight_has_its_time_on_the_first_day_alone() -> None:
    event = an_event(starts_at=utc(10, 20), ends_at=utc(11, 1))

    assert [(day, one.events[0].at) for day, one in laid(event).items()] == [
        (date(2026, 11, 10), time(21)),
        (date(2026, 11, 11), None),
    ]


def test_an_event_until_midnight_does_not_lie_on_the_next_day() -> None:
    until_midnight = an_event(starts_at=utc(10, 20), ends_at=utc(10, 23))
    at_midnight = an_event(starts_at=utc(11, 23), ends_at=utc(11, 23))

    assert list(laid(until_midnight)) == [date(2026, 11, 10)]
    assert list(laid(at_midnight)) == [date(2026, 11, 12)]


def test_whole_days_come_before_hours_and_those_by_the_clock() -> None:
    late = an_event("Laat", starts_at=utc(10, 15), ends_at=utc(10, 16))
    early = an_event("Vroeg", starts_at=utc(10, 8), ends_at=utc(10, 9))
    whole = an_event("Heel", first_day=date(2026, 11, 10), last_day=date(2026, 11, 10))

    (day,) = laid(late, early, whole).values()

    assert [entry.row.title for entry in day.events] == ["Heel", "Vroeg", "Laat"]


def test_who_is_away_is_listed_by_name_on_each_day() -> None:
    zoe = AbsenceRow(1, "Zoë Bos", date(2026, 11, 1), date(2026, 11, 9))
    anouk = AbsenceRow(2, "anouk Vos", date(2026, 11, 9), date(2026, 11, 10))

    found = layers_of_days([], [zoe, anouk], AMSTERDAM, FIRST, LAST)

    assert {day: one.away for day, one in found.items()} == {
        date(2026, 11, 9): [anouk, zoe],
        date(2026, 11, 10): [anouk],
    }


def test_a_full_day_folds_what_is_more_than_fits() -> None:
    def of(number: int) -> DayLayers:
        day = {"first_day": FIRST, "last_day": FIRST}
        return laid(*(an_event(f"{each}", **day) for each in range(number)))[FIRST]

    assert [len(of(SHOWN_IN_A_DAY + 1).shown), len(of(SHOWN_IN_A_DAY + 1).folded)] == [4, 0]
    assert [len(of(9).shown), len(of(9).folded)] == [3, 6]


def test_an_event_on_another_day_is_not_laid() -> None:
    assert laid(an_event(first_day=date(2026, 11, 16), last_day=date(2026, 11, 16))) == {}


def test_a_period_as_one_list_goes_by_the_first_day_and_within_it_by_the_clock() -> None:
    late = an_event("Laat", starts_at=utc(10, 15), ends_at=utc(10, 16))
    early = an_event("Vroeg", starts_at=utc(10, 8), ends_at=utc(10, 9))
    whole = an_event("Week", first_day=date(2026, 11, 10), last_day=date(2026, 11, 14))
    before = an_event("Nacht", starts_at=utc(9, 20), ends_at=utc(10, 1))
    zoe = AbsenceRow(1, "Zoë Bos", date(2026, 11, 10), date(2026, 11, 12))
    anouk = AbsenceRow(2, "anouk Vos", date(2026, 11, 10), date(2026, 11, 10))
    holidays = {date(2026, 11, 10): "Vrije dag"}

    found = spells([late, whole, early, before], [zoe, anouk], holidays, AMSTERDAM)

    told = [
        (
            one.holiday or (one.absence and one.absence.name) or (one.event and one.event.title),
            one.first.day,
            one.last.day,
            one.at,
        )
        for one in found
    ]
    assert told == [
        ("Nacht", 9, 10, time(21)),
        ("Vrije dag", 10, 10, None),
        ("anouk Vos", 10, 10, None),
        ("Zoë Bos", 10, 12, None),
        ("Week", 10, 14, None),
        ("Vroeg", 10, 10, time(9)),
        ("Laat", 10, 10, time(16)),
    ]


def test_an_event_that_has_begun_keeps_its_days_in_the_list_of_a_period() -> None:
    event = an_event(first_day=date(2026, 10, 30), last_day=date(2026, 12, 2))

    (found,) = spells([event], [], {}, AMSTERDAM)

    assert (found.first, found.last) == (date(2026, 10, 30), date(2026, 12, 2))
