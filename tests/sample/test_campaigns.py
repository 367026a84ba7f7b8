"""The sample's other calendar: what lies under its posts."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy.orm import Session

from calendar_app.layers import queries
from calendar_app.layers.days import layers_of_days
from calendar_app.people.models import Team


def test_campaigns_lie_under_the_posts_of_these_weeks(hospital: Session, team: Team) -> None:
    first, last = date(2026, 11, 9), date(2026, 11, 29)

    events = queries.events_between(hospital, team, first, last)
    days = layers_of_days(events, [], team.zone, first, last)

    thursday = [(entry.row.title, entry.at) for entry in days[date(2026, 11, 12)].events]
    week = [day for day in days if "Week van Zorg en Welzijn" in titles(days[day].events)]
    assert thursday == [("Regionale banenmarkt zorg", time(13))]
    assert week == [date(2026, 11, each) for each in range(23, 29)]


def test_the_day_of_nursing_is_on_its_own_date(hospital: Session, team: Team) -> None:
    day = date(2027, 5, 12)

    assert [row.title for row in queries.events_between(hospital, team, day, day)] == [
        "Dag van de Verpleging"
    ]


def test_nothing_in_it_was_left_unread(hospital: Session, team: Team) -> None:
    (calendar,) = queries.calendars(hospital, team)

    assert (calendar.unread, calendar.is_cut, calendar.last_error) == (0, False, "")


def titles(entries: object) -> list[str]:
    return [entry.row.title for entry in entries]  # type: ignore[attr-defined]  # a day's entries
