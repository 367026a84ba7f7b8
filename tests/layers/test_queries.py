"""What lies under the posts, as the database has it; and the rules of the rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from calendar_app.db import Database
from calendar_app.errors import Refused
from calendar_app.layers import queries
from calendar_app.layers.models import MOST_CALENDARS, ExternalCalendar, ExternalEvent
from calendar_app.people.models import Team
from tests import builders
from tests.support.statements import statements

FIRST, LAST = date(2026, 11, 9), date(2026, 11, 15)


def utc(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.fixture
def team(session: Session) -> Team:
    return builders.a_team(session)


def titles(session: Session, team: Team) -> list[str]:
    return [row.title for row in queries.events_between(session, team, FIRST, LAST)]


def test_the_events_of_some_local_days_come_with_one_query(
    session: Session, team: Team, database: Database
) -> None:
    calendar = builders.a_calendar(session, team, name="Campagnes", hook=5)
    for title, first, last in (
        ("daarvoor", date(2026, 11, 1), date(2026, 11, 8)),
        ("erin", date(2026, 11, 8), date(2026, 11, 9)),
        ("erover", date(2026, 11, 1), date(2026, 12, 1)),
        ("erna", date(2026, 11, 16), date(2026, 11, 16)),
    ):
        builders.an_event(session, calendar, title=title, first_day=first, last_day=last)
    for title, starts_at, ends_at in (
        # In Amsterdam the ninth begins at 23:00 UTC of the eighth.
        ("nog net de achtste", utc(8, 22), utc(8, 23)),
        ("de negende", utc(8, 23), utc(8, 23)),
        ("laatste uur", utc(15, 22), utc(15, 23)),
        ("te laat", utc(15, 23), utc(16, 1)),
    ):
        builders.an_event(session, calendar, title=title, starts_at=starts_at, ends_at=ends_at)

    with statements(database) as sent:
        rows = queries.events_between(session, team, FIRST, LAST)

    assert {row.title for row in rows} == {"erin", "erover", "de negende", "laatste uur"}
    assert {(row.calendar_id, row.calendar_name, row.hook) for row in rows} == {
        (calendar.id, "Campagnes", 5)
    }
    assert len(sent) == 1


def test_only_calendars_of_the_team_that_are_on_are_shown(session: Session, team: Team) -> None:
    off, gone = {"paused_at": utc(1, 9)}, {"deleted_at": utc(1, 9)}
    for owner, title, facts in (
        (team, "aan", {}),
        (team, "uit", off),
        (team, "weg", gone),
        (builders.a_team(session), "van anderen", {}),
    ):
        calendar = builders.a_calendar(session, owner, **facts)
        builders.an_event(session, calendar, title=title)

    assert titles(session, team) == ["aan"]
    assert len(queries.names(session, team)) == 1
    assert len(queries.calendars(session, team)) == 2
    assert len(queries.removed(session, team)) == 1


def test_who_is_away_is_named_unless_they_do_not_want_to_be_seen(
    session: Session, team: Team
) -> None:
    days = (FIRST, FIRST)
    fatima = builders.a_person(session, team, name="Fatima El Idrissi")
    unseen, left = builders.a_person(session, team), builders.a_person(session, team)
    unseen.memberships[0].stop_taking_part()
    left.memberships[0].ended_at = utc(1, 9)
    other = builders.a_team(session)
    for person in (fatima, unseen, left):
        builders.an_absence(session, team, person, *days)
    builders.an_absence(session, other, builders.a_person(session, other), *days)
    builders.an_absence(session, team, fatima, date(2026, 11, 1), date(2026, 11, 8))

    rows = queries.absences_between(session, team, FIRST, LAST)

    assert [(row.name, row.first_day, row.last_day) for row in rows] == [
        ("Fatima El Idrissi", *days)
    ]


def test_the_bin_is_emptied_after_thirty_days(session: Session, team: Team, now: datetime) -> None:
    for days in (29, 31):
        calendar = builders.a_calendar(session, team, deleted_at=now - timedelta(days=days))
        builders.an_event(session, calendar)
    builders.a_calendar(session, team)

    assert queries.empty_bin(session, now) == 1
    assert queries.empty_bin(session, now) == 0
    assert len(session.scalars(select(ExternalCalendar)).all()) == 2
    assert len(session.scalars(select(ExternalEvent)).all()) == 1


@pytest.mark.parametrize(
    "times",
    [
        {"first_day": None, "last_day": None},
        {"last_day": None},
        {"starts_at": utc(10, 9), "ends_at": None},
        {"starts_at": utc(10, 9), "ends_at": utc(10, 9), "first_day": FIRST, "last_day": FIRST},
    ],
)
def test_an_event_has_moments_or_days(
    session: Session, team: Team, times: dict[str, object]
) -> None:
    calendar = builders.a_calendar(session, team)

    with pytest.raises(IntegrityError), session.begin_nested():
        builders.an_event(session, calendar, **times)


def test_a_calendar_needs_a_name_of_its_own_and_a_colour(session: Session, team: Team) -> None:
    other = builders.a_calendar(session, team, name="Campagnes")
    now = utc(10, 9)

    for name, hook, field in (
        ("  ", 1, "name"),
        ("x" * 61, 1, "name"),
        ("CAMPAGNES ", 1, "name"),
        ("Anders", 0, "hook"),
        ("Anders", 13, "hook"),
    ):
        with pytest.raises(Refused) as refused:
            ExternalCalendar.new(team, name, hook, [other], now)
        assert refused.value.field == field
    with pytest.raises(Refused, match="Remove one first"):
        ExternalCalendar.new(team, "Anders", 1, [other] * MOST_CALENDARS, now)


def test_a_removed_calendar_comes_back_only_under_a_free_name(session: Session, team: Team) -> None:
    now = utc(10, 9)
    gone = builders.a_calendar(session, team, name="Campagnes", deleted_at=now)
    taken = builders.a_calendar(session, team, name="campagnes")

    with pytest.raises(Refused, match="with this name already"):
        gone.put_back(now, [taken])
    assert gone.deleted_at == now
    gone.put_back(now, [])
    assert gone.deleted_at is None
    assert gone.due_at == now
