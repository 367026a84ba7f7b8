from __future__ import annotations

from datetime import date

import pytest

from calendar_app.meetups.holidays import free_days, free_days_between, is_free


def test_the_dutch_days_off_of_2026_are_those_of_a_town_hall() -> None:
    assert free_days("NL", [2026], "nl") == {
        date(2026, 1, 1): "Nieuwjaarsdag",
        date(2026, 4, 5): "Eerste paasdag",
        date(2026, 4, 6): "Tweede paasdag",
        date(2026, 4, 27): "Koningsdag",
        date(2026, 5, 5): "Bevrijdingsdag",
        date(2026, 5, 14): "Hemelvaartsdag",
        date(2026, 5, 24): "Eerste pinksterdag",
        date(2026, 5, 25): "Tweede pinksterdag",
        date(2026, 12, 25): "Eerste kerstdag",
        date(2026, 12, 26): "Tweede kerstdag",
    }


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028, 2029])
def test_liberation_day_is_off_every_year_and_good_friday_never(year: int) -> None:
    found = free_days("NL", [year], "en")

    assert found[date(year, 5, 5)] == "Liberation Day"
    assert "Good Friday" not in found.values()


def test_kings_day_moves_to_saturday_when_it_would_be_a_sunday() -> None:
    assert date(2025, 4, 26) in free_days("NL", [2025])
    assert date(2025, 4, 27) not in free_days("NL", [2025])


def test_the_names_are_in_the_language_that_is_asked_for() -> None:
    assert free_days("NL", [2026], "en")[date(2026, 4, 27)] == "King's Day"
    assert free_days("BE", [2026], "nl")[date(2026, 7, 21)] == "Nationale feestdag"
    assert free_days("be", [2026], "en")[date(2026, 7, 21)] == "National Day"


def test_a_country_without_dutch_names_gives_english_ones() -> None:
    assert free_days("DE", [2026], "nl")[date(2026, 10, 3)] == "German Unity Day"


def test_good_friday_stays_a_day_off_where_it_is_one() -> None:
    assert date(2026, 4, 3) in free_days("GB", [2026])


@pytest.mark.parametrize("country", ["XX", "", "??"])
def test_an_unknown_country_has_no_days_off(country: str) -> None:
    assert free_days(country, [2026]) == {}


def test_a_window_over_new_year_holds_both_years_and_its_own_ends() -> None:
    found = free_days_between("NL", date(2026, 12, 25), date(2027, 1, 1), "nl")

    assert list(found) == [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]


def test_a_region_has_the_days_of_its_country_and_its_own_with_names_in_both_languages() -> None:
    assumption, unity = date(2026, 8, 15), date(2026, 10, 3)

    assert assumption not in free_days("DE", [2026])
    assert free_days("DE-SL", [2026], "en")[assumption] == "Assumption Day"
    assert free_days("DE-SL", [2026], "en")[unity] == "German Unity Day"
    assert is_free("DE-SL", assumption)
    assert not is_free("DE", assumption)
    # Belgium speaks Dutch too; no region has other names.
    assert free_days("BE-Flemish", [2026], "nl")[date(2026, 7, 21)] == "Nationale feestdag"


@pytest.mark.parametrize("area", ["NL-Noord", "NL-Nergens", "NL-"])
def test_a_region_without_days_of_its_own_has_those_of_its_country(area: str) -> None:
    assert free_days(area, [2026], "nl") == free_days("NL", [2026], "nl")
