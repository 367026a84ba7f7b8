"""Public holidays: the days on which a team of a country is off, and no meet-up is held.

The days come from the `holidays` package. For the Netherlands its list is not what a hospital or a
town hall lives by, so two days are decided here:

- 5 May (Liberation Day) is off every year. It is a national holiday each year and the civil service
  is free, though the package counts it as public only every fifth year, and so do some employers.
- Good Friday is a working day. The package counts it as public, but most people in care and local
  government work on it.

A team that works on a holiday puts that one meet-up back by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

_OWN_CATEGORIES = {"NL": ("public", "optional")}
# By the package's English name.
_WORKING_DAYS = {"NL": frozenset({"Good Friday"})}


def free_days(area: str, years: Iterable[int], language: str = "en") -> dict[date, str]:
    """The days off in `area` in `years`, ascending, each with its name.

    An area is a country ("DE", ISO 3166) or a region of it ("DE-BY", ISO 3166-2). The name is in
    `language` ("nl" or "en") where the package has it, else in English, else in the country's own.
    An area that the package does not know has no days off; of a region that it does not know they
    are those of the country.
    """
    return {
        day: name
        for year in sorted(set(years))
        for day, name in _free_days(*_parts(area), year, language).items()
    }


def free_days_between(area: str, first: date, last: date, language: str) -> dict[date, str]:
    """The days off from `first` to `last`, both included, as `free_days` gives them."""
    found = free_days(area, range(first.year, last.year + 1), language)
    return {day: name for day, name in found.items() if first <= day <= last}


def is_free(area: str, day: date) -> bool:
    """Whether `day` is a day off in `area`."""
    return day in _free_days(*_parts(area), day.year, "en")


def _parts(area: str) -> tuple[str, str]:
    country, _dash, region = area.partition("-")
    return country.upper(), region


@lru_cache(maxsize=1024)
def _free_days(country: str, region: str, year: int, language: str) -> MappingProxyType[date, str]:
    working = _WORKING_DAYS.get(country, frozenset())
    english = _of_package(country, region, year, "en")
    names = _of_package(country, region, year, language)
    return MappingProxyType(
        {day: names[day] for day in sorted(names) if english.get(day) not in working}
    )


def _of_package(country: str, region: str, year: int, language: str) -> dict[date, str]:
    try:
        known = _package().country_holidays(country).subdivisions
        found = _package().country_holidays(
            country,
            subdiv=region if region in known else None,
            years=year,
            categories=_OWN_CATEGORIES.get(country),
            language=_spoken(country, language),
        )
    except NotImplementedError:
        return {}
    return dict(found)


def _spoken(country: str, language: str) -> str | None:
    """The package's code for `language` in `country`; None: the country's own language."""
    # The package's list of all countries would load all of them.
    spoken: tuple[str, ...] = _package().country_holidays(country).supported_languages
    wanted = [*(code for code in spoken if code[:2] == language), "en_US"]
    return next((code for code in wanted if code in spoken), None)


@cache
def _package() -> Any:
    """The package `holidays`, of which only the countries that are asked for are loaded.

    It means to load each country when it is asked for, but whoever loads one first goes through
    `holidays.countries`, which loads two hundred and more: a third of a second, and 7 MB in each
    process. So an empty package of the same name stands there, in which Python finds the module of
    each country.
    """
    found = find_spec("holidays")
    if found is not None and found.origin is not None:
        countries = ModuleType("holidays.countries")
        countries.__path__ = [str(Path(found.origin).parent / "countries")]
        sys.modules.setdefault(countries.__name__, countries)
    import holidays  # noqa: PLC0415 - only when a day is asked for, and not before the lines above

    return holidays
