"""The verbs of a series and of one day of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.errors import Refused
from calendar_app.meetups.models import Between, Meetup, Occurrence, Series
from calendar_app.people.models import Person, Team

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
TUESDAY, WEDNESDAY = date(2026, 11, 10), date(2026, 11, 11)
ANYWHERE = Between(None, None)
SANNE, MO = Person(id=1, name="Sanne Bakker"), Person(id=2, name="Mo Kaya")

DAILY = Series(
    name="Content-meet-up",
    weekdays=("MO", "TU", "WE", "TH", "FR"),
    local_time=time(9, 30),
    zone="Europe/Amsterdam",
    minutes=10,
    starts_on=date(2026, 1, 5),
    ends_on=None,
    participants=(SANNE, MO),
    host=SANNE,
)


def a_series(series: Series = DAILY) -> Meetup:
    return Meetup.new(Team(id=1), series)


def a_day(day: date = WEDNESDAY, meetup: Meetup | None = None) -> Occurrence:
    return Occurrence.planned(meetup or a_series(), day, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"weekdays": ()}, "weekdays"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 241}, "minutes"),
        ({"lead_minutes": 0}, "lead_minutes"),
        ({"lead_minutes": 1441}, "lead_minutes"),
        ({"zone": "Europe/Delft"}, "zone"),
        ({"starts_on": date(9999, 12, 31)}, "starts_on"),
        ({"starts_on": date(1, 1, 1)}, "starts_on"),
        ({"ends_on": date(9999, 12, 31)}, "ends_on"),
        ({"ends_on": date(2026, 1, 4)}, "ends_on"),
        ({"weekdays": ("SU",), "ends_on": date(2026, 1, 9)}, "ends_on"),
        ({"participants": ()}, "participants"),
        ({"host": Person(id=3, name="Henk Vos")}, "host"),
    ],
)
def test_a_series_that_cannot_be_is_refused_at_its_field(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        a_series(replace(DAILY, **change))  # type: ignore[arg-type]  # as the fields say

    assert refusal.value.field == field


@pytest.mark.parametrize(
    "change",
    [
        {"weekdays": ("MO",)},
        {"local_time": time(10, 0)},
        {"zone": "Europe/London"},
        {"minutes": 15},
        {"ends_on": date(2026, 12, 31)},
        {"skips_holidays": False},
    ],
)
def test_another_rule_raises_the_sequence(change: dict[str, object]) -> None:
    meetup = a_series()

    meetup.edit(replace(DAILY, **change))  # type: ignore[arg-type]  # as the fields say

    assert meetup.sequence == 1


def test_another_name_or_place_is_no_other_rule() -> None:
    meetup = a_series()

    meetup.edit(replace(DAILY, name="Tien minuten", place="Kamer 2"))

    assert (meetup.name, meetup.place, meetup.sequence) == ("Tien minuten", "Kamer 2", 0)


def test_a_refused_edit_changes_nothing() -> None:
    meetup = a_series()

    with pytest.raises(Refused):
        meetup.edit(replace(DAILY, name="Tien minuten", weekdays=()))

    assert meetup.name == "Content-meet-up"


def test_a_deleted_series_falls_on_no_day() -> None:
    meetup = a_series()

    meetup.delete(NOW)

    assert not meetup.falls_on(WEDNESDAY)


def test_a_day_is_cancelled_with_who_and_why() -> None:
    occurrence = a_day()

    occurrence.cancel_day(MO, NOW, "Iedereen op cursus")

    assert (occurrence.state, occurrence.changed_by_id) == ("cancelled", MO.id)
    assert occurrence.reason == "Iedereen op cursus"
    assert occurrence.sequence == 1
    assert not occurrence.is_held


def test_a_day_is_moved_to_another_hour_and_keeps_its_length() -> None:
    occurrence = a_day()

    occurrence.move_day(WEDNESDAY, time(14, 0), by=MO, now=NOW, between=ANYWHERE)

    assert occurrence.state == "moved"
    assert occurrence.starts_at == datetime(2026, 11, 11, 13, 0, tzinfo=UTC)
    assert occurrence.ends_at - occurrence.starts_at == timedelta(minutes=10)
    assert occurrence.local_day == WEDNESDAY


def test_a_day_moved_back_to_its_own_moment_is_as_planned() -> None:
    occurrence = a_day()
    occurrence.move_day(WEDNESDAY, time(14, 0), by=MO, now=NOW, between=ANYWHERE)

    occurrence.move_day(WEDNESDAY, time(9, 30), by=MO, now=NOW, between=ANYWHERE)

    assert occurrence.state == "planned"
    assert occurrence.sequence == 2


@pytest.mark.parametrize("day", [TUESDAY, date(2026, 11, 12), date(2026, 11, 13)])
def test_a_day_never_shares_a_day_with_its_neighbour_or_passes_it(day: date) -> None:
    occurrence = a_day()
    between = Between(TUESDAY, date(2026, 11, 12))

    with pytest.raises(Refused) as refusal:
        occurrence.move_day(day, time(16, 0), by=MO, now=NOW, between=between)

    assert refusal.value.field == "day"
    assert occurrence.state == "planned"


def test_a_day_is_never_moved_into_the_past() -> None:
    occurrence = a_day()

    with pytest.raises(Refused) as refusal:
        occurrence.move_day(TUESDAY, time(9, 0), by=MO, now=NOW, between=ANYWHERE)

    assert refusal.value.field == "day"


def _cancel(occurrence: Occurrence, now: datetime) -> None:
    occurrence.cancel_day(MO, now)


def _move(occurrence: Occurrence, now: datetime) -> None:
    occurrence.move_day(date(2026, 11, 12), time(9), by=MO, now=now, between=ANYWHERE)


def _restore(occurrence: Occurrence, now: datetime) -> None:
    occurrence.restore_day(by=MO, now=now, between=ANYWHERE)


@pytest.mark.parametrize("verb", [_cancel, _move])
def test_what_has_begun_is_history(verb: Callable[[Occurrence, datetime], None]) -> None:
    occurrence = a_day()

    with pytest.raises(Refused):
        verb(occurrence, occurrence.starts_at)


@pytest.mark.parametrize("verb", [_cancel, _move])
def test_a_cancelled_day_is_put_back_before_anything_else(
    verb: Callable[[Occurrence, datetime], None],
) -> None:
    occurrence = a_day()
    occurrence.cancel_day(MO, NOW)

    with pytest.raises(Refused):
        verb(occurrence, NOW)


def test_a_moved_day_is_put_back_to_where_the_series_has_it() -> None:
    occurrence = a_day()
    occurrence.move_day(WEDNESDAY, time(14, 0), by=MO, now=NOW, between=ANYWHERE)

    _restore(occurrence, NOW)

    assert occurrence.state == "planned"
    assert occurrence.starts_at == datetime(2026, 11, 11, 8, 30, tzinfo=UTC)


def test_a_day_that_is_as_planned_cannot_be_put_back() -> None:
    with pytest.raises(Refused):
        _restore(a_day(), NOW)


def test_a_day_that_the_series_no_longer_has_cannot_be_put_back() -> None:
    meetup = a_series()
    occurrence = a_day(WEDNESDAY, meetup)
    meetup.edit(replace(DAILY, weekdays=("MO",)))
    occurrence.follow_rule(meetup, None)

    with pytest.raises(Refused):
        _restore(occurrence, NOW)

    assert occurrence.is_dropped


def test_a_day_whose_place_another_one_took_cannot_be_put_back() -> None:
    occurrence = a_day()
    occurrence.cancel_day(MO, NOW)

    with pytest.raises(Refused):
        occurrence.restore_day(by=MO, now=NOW, between=Between(WEDNESDAY, None))


def test_a_day_that_has_passed_cannot_be_put_back() -> None:
    occurrence = a_day()
    occurrence.cancel_day(MO, NOW)

    with pytest.raises(Refused):
        _restore(occurrence, occurrence.starts_at)


def test_a_refusal_speaks_the_language_of_who_asked() -> None:
    with pytest.raises(Refused) as refusal:
        a_series(replace(DAILY, weekdays=()))

    assert refusal.value.words("en") == "Choose at least one weekday."
