"""Series become rows: on both databases, as often as anybody asks, and by several at once."""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendar_app.db import Database
from calendar_app.errors import Refused
from calendar_app.meetups import queries
from calendar_app.meetups.models import Meetup, Occurrence, Series
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.meetups.recurrence import WEEKDAYS, moment
from calendar_app.people.models import Person, Team
from tests.builders import a_meetup, a_person, a_team

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (10, 11, 12))


def rows(session: Session, meetup: Meetup) -> dict[date, Occurrence]:
    query = select(Occurrence).where(Occurrence.meetup_id == meetup.id)
    found = session.scalars(query.order_by(Occurrence.local_day))
    return {row.local_day: row for row in found}


def as_seen(session: Session, meetup: Meetup) -> list[tuple[object, ...]]:
    return [
        (row.local_day, row.state, row.reason, row.starts_at, row.version, row.sequence)
        for row in rows(session, meetup).values()
    ]


def said(meetup: Meetup, **changes: object) -> Series:
    """What a person says who changes only `changes` of `meetup`."""
    now = Series(
        name=meetup.name,
        weekdays=tuple(meetup.weekdays.split(",")),
        local_time=meetup.local_time,
        zone=meetup.zone,
        minutes=meetup.minutes,
        starts_on=meetup.starts_on,
        ends_on=meetup.ends_on,
        participants=list(meetup.participants),
        host=meetup.host,
        skips_holidays=meetup.skips_holidays,
    )
    return replace(now, **changes)  # type: ignore[arg-type]  # as the fields say


@pytest.fixture
def team(session: Session) -> Team:
    return a_team(session)


@pytest.fixture
def sanne(session: Session, team: Team) -> Person:
    return a_person(session, team, role="editor", name="Sanne Bakker")


@pytest.fixture
def daily(session: Session, team: Team, sanne: Person) -> Meetup:
    return a_meetup(session, team, [sanne])


def test_a_series_is_planned_on_its_weekdays_for_five_weeks(
    session: Session, daily: Meetup
) -> None:
    made = plan_occurrences(session, daily, NOW)

    found = rows(session, daily)
    assert made == len(found) == 26
    assert next(iter(found)) == TUESDAY
    assert list(found)[-1] == date(2026, 12, 15)
    assert all(row.local_day.weekday() < 5 and row.state == "planned" for row in found.values())
    assert found[TUESDAY].starts_at == datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
    assert found[TUESDAY].ends_at - found[TUESDAY].starts_at == timedelta(minutes=10)


def test_planning_again_changes_nothing(session: Session, team: Team, daily: Meetup) -> None:
    plan_occurrences(session, daily, NOW)
    before = as_seen(session, daily)
    session.refresh(team)
    revision = team.revision

    again = plan_occurrences(session, team, NOW)

    session.expire_all()
    assert again == 0
    assert as_seen(session, daily) == before
    assert team.revision == revision


def test_a_day_later_only_the_new_last_day_is_made(session: Session, daily: Meetup) -> None:
    plan_occurrences(session, daily, NOW)

    assert plan_occurrences(session, daily, NOW + timedelta(days=1)) == 1


def test_a_day_whose_hour_has_passed_is_not_planned_any_more(
    session: Session, daily: Meetup
) -> None:
    plan_occurrences(session, daily, NOW + timedelta(hours=1))

    assert next(iter(rows(session, daily))) == WEDNESDAY


def test_two_planners_at_once_make_each_day_once(database: Database) -> None:
    with database.writing() as session:
        team = a_team(session)
        meetup_id = a_meetup(session, team, [a_person(session, team)]).id
    together = threading.Barrier(2)
    made: list[int] = []

    def plan() -> None:
        together.wait()
        with database.writing() as session:
            meetup = session.get_one(Meetup, meetup_id)
            made.append(plan_occurrences(session, meetup, NOW))

    planners = [threading.Thread(target=plan) for _ in range(2)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()

    with database.reading() as session:
        assert sorted(made) == [0, 26]
        assert len(rows(session, session.get_one(Meetup, meetup_id))) == 26


def test_a_holiday_of_the_teams_country_is_skipped_with_its_name(
    session: Session, daily: Meetup
) -> None:
    plan_occurrences(session, daily, datetime(2026, 12, 20, 9, tzinfo=UTC))

    found = rows(session, daily)
    christmas = found[date(2026, 12, 25)]
    assert (christmas.state, christmas.reason) == ("skipped", "Eerste kerstdag")
    assert found[date(2027, 1, 1)].reason == "Nieuwjaarsdag"
    assert found[date(2026, 12, 24)].is_held


def test_a_team_that_speaks_english_reads_the_holiday_in_english(session: Session) -> None:
    team = a_team(session, language="en", country="BE")
    meetup = a_meetup(session, team, [a_person(session, team)])

    plan_occurrences(session, meetup, datetime(2026, 7, 1, 9, tzinfo=UTC))

    assert rows(session, meetup)[date(2026, 7, 21)].reason == "National Day"


def test_a_series_may_take_place_on_holidays(session: Session, team: Team, sanne: Person) -> None:
    meetup = a_meetup(session, team, [sanne], skips_holidays=False)

    plan_occurrences(session, meetup, datetime(2026, 12, 20, 9, tzinfo=UTC))

    assert rows(session, meetup)[date(2026, 12, 25)].is_held


def test_the_holidays_of_the_region_of_a_team_are_skipped(session: Session) -> None:
    """Repentance Day is a day off in Saxony alone, on Wednesday 18 November 2026."""
    saxony = a_team(session, language="en", country="DE", region="SN", zone="Europe/Berlin")
    hesse = a_team(session, language="en", country="DE", region="HE", zone="Europe/Berlin")
    states = {}
    for team in (saxony, hesse):
        meetup = a_meetup(session, team, [a_person(session, team)])
        plan_occurrences(session, meetup, datetime(2026, 11, 10, tzinfo=UTC))
        rows = session.scalars(select(Occurrence).where(Occurrence.meetup_id == meetup.id))
        states[team.id] = {row.local_day: (row.state, row.reason) for row in rows}

    day = date(2026, 11, 18)
    assert states[saxony.id][day] == ("skipped", "Repentance and Prayer Day")
    assert states[hesse.id][day] == ("planned", "")


def test_another_country_has_other_holidays_at_the_next_plan(
    session: Session, team: Team, daily: Meetup
) -> None:
    now = datetime(2026, 4, 20, 9, tzinfo=UTC)
    plan_occurrences(session, daily, now)
    assert rows(session, daily)[date(2026, 4, 27)].reason == "Koningsdag"

    team.country = "BE"
    plan_occurrences(session, daily, now)

    assert rows(session, daily)[date(2026, 4, 27)].state == "planned"
    assert rows(session, daily)[date(2026, 5, 1)].reason == "Dag van de Arbeid"


def test_a_holiday_that_was_put_back_by_hand_stays(
    session: Session, daily: Meetup, sanne: Person
) -> None:
    now = datetime(2026, 4, 20, 9, tzinfo=UTC)
    plan_occurrences(session, daily, now)
    day = rows(session, daily)[date(2026, 5, 5)]
    day.restore_day(by=sanne, now=now, between=queries.neighbours(session, day))

    plan_occurrences(session, daily, now)

    assert day.state == "planned"


def test_another_hour_moves_every_day_to_come_and_none_that_was_held(
    session: Session, daily: Meetup
) -> None:
    plan_occurrences(session, daily, NOW)
    afternoon = NOW + timedelta(hours=4)

    daily.edit(said(daily, local_time=time(10, 0)))
    changed = plan_occurrences(session, daily, afternoon)

    found = rows(session, daily)
    assert changed == 25
    assert found[TUESDAY].starts_at == datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
    assert found[WEDNESDAY].starts_at == datetime(2026, 11, 11, 9, 0, tzinfo=UTC)
    assert found[WEDNESDAY].sequence == 1
    assert found[WEDNESDAY].rule_version == daily.sequence == 1


def test_a_weekday_that_falls_out_is_skipped_and_comes_back_with_the_rule(
    session: Session, daily: Meetup
) -> None:
    plan_occurrences(session, daily, NOW)

    daily.edit(said(daily, weekdays=("MO", "TU")))
    plan_occurrences(session, daily, NOW)
    dropped = rows(session, daily)[WEDNESDAY]
    assert dropped.is_dropped
    daily.edit(said(daily, weekdays=("MO", "TU", "WE")))
    plan_occurrences(session, daily, NOW)

    assert dropped.state == "planned"
    assert rows(session, daily)[THURSDAY].is_dropped


def test_what_was_changed_by_hand_survives_another_rule(
    session: Session, daily: Meetup, sanne: Person
) -> None:
    plan_occurrences(session, daily, NOW)
    found = rows(session, daily)
    between = queries.neighbours(session, found[WEDNESDAY])
    found[WEDNESDAY].move_day(WEDNESDAY, time(15, 0), by=sanne, now=NOW, between=between)
    found[THURSDAY].cancel_day(sanne, NOW, "Studiedag")

    daily.edit(said(daily, local_time=time(10, 0)))
    plan_occurrences(session, daily, NOW)

    assert found[WEDNESDAY].state == "moved"
    assert found[WEDNESDAY].local_time == time(15, 0)
    assert (found[THURSDAY].state, found[THURSDAY].reason) == ("cancelled", "Studiedag")


def test_a_moved_day_goes_when_the_series_no_longer_has_it(
    session: Session, daily: Meetup, sanne: Person
) -> None:
    plan_occurrences(session, daily, NOW)
    day = rows(session, daily)[WEDNESDAY]
    between = queries.neighbours(session, day)
    day.move_day(WEDNESDAY, time(15, 0), by=sanne, now=NOW, between=between)

    daily.edit(said(daily, weekdays=("MO",)))
    plan_occurrences(session, daily, NOW)

    assert day.is_dropped


def test_a_moved_day_falls_back_when_a_new_rule_takes_its_place(
    session: Session, team: Team, sanne: Person
) -> None:
    weekly = a_meetup(session, team, [sanne], weekdays="TU")
    plan_occurrences(session, weekly, NOW)
    day = rows(session, weekly)[date(2026, 11, 17)]
    between = queries.neighbours(session, day)
    day.move_day(date(2026, 11, 19), time(9, 30), by=sanne, now=NOW, between=between)

    weekly.edit(said(weekly, weekdays=("TU", "TH")))
    plan_occurrences(session, weekly, NOW)

    assert (day.state, day.held_on) == ("planned", date(2026, 11, 17))


def test_the_neighbours_of_a_day_are_those_that_are_held(
    session: Session, daily: Meetup, sanne: Person
) -> None:
    plan_occurrences(session, daily, NOW)
    found = rows(session, daily)
    found[THURSDAY].cancel_day(sanne, NOW)
    session.flush()

    between = queries.neighbours(session, found[WEDNESDAY])

    assert (between.before, between.after) == (TUESDAY, date(2026, 11, 13))
    assert (between.first, between.last) == (WEDNESDAY, THURSDAY)


def test_after_the_last_planned_day_the_rule_tells_the_neighbour(
    session: Session, daily: Meetup
) -> None:
    plan_occurrences(session, daily, NOW)
    last = rows(session, daily)[date(2026, 12, 15)]

    assert queries.neighbours(session, last).after == date(2026, 12, 16)


def test_a_series_that_ended_leaves_only_what_was_held(
    session: Session, team: Team, daily: Meetup
) -> None:
    plan_occurrences(session, daily, NOW)
    afternoon = NOW + timedelta(hours=4)

    daily.delete(afternoon)
    plan_occurrences(session, daily, afternoon)

    found = rows(session, daily)
    assert [day for day, row in found.items() if row.is_held] == [TUESDAY]
    assert queries.meetups(session, team) == []
    assert queries.next_occurrence(session, team, None, afternoon) is None


def test_the_last_day_of_a_series_is_held(session: Session, team: Team, sanne: Person) -> None:
    meetup = a_meetup(session, team, [sanne], ends_on=THURSDAY)

    plan_occurrences(session, meetup, NOW)

    assert list(rows(session, meetup)) == [TUESDAY, WEDNESDAY, THURSDAY]


def test_a_meetup_is_planned_at_its_local_hour_on_both_sides_of_october(
    session: Session, daily: Meetup
) -> None:
    plan_occurrences(session, daily, datetime(2026, 10, 20, 6, tzinfo=UTC))

    found = rows(session, daily)
    assert found[date(2026, 10, 23)].starts_at == datetime(2026, 10, 23, 7, 30, tzinfo=UTC)
    assert found[date(2026, 10, 26)].starts_at == datetime(2026, 10, 26, 8, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    """Something a person does, to the day at `place` among those to come where it is about one."""

    verb: str
    place: int
    shift: int
    at: time
    weekdays: tuple[str, ...]


steps = st.builds(
    Step,
    verb=st.sampled_from(["edit", "move", "cancel", "restore", "wait"]),
    place=st.integers(0, 9),
    shift=st.integers(-3, 4),
    at=st.sampled_from([time(7, 0), time(9, 30), time(16, 0)]),
    weekdays=st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(tuple),
)


def take(session: Session, meetup: Meetup, by: Person, now: datetime, step: Step) -> None:
    to_come = [row for row in rows(session, meetup).values() if row.starts_at > now]
    day = to_come[step.place % len(to_come)]
    between = queries.neighbours(session, day)
    if step.verb == "edit":
        meetup.edit(said(meetup, weekdays=step.weekdays, local_time=step.at))
        plan_occurrences(session, meetup, now)
    elif step.verb == "move":
        there = day.held_on + timedelta(days=step.shift)
        day.move_day(there, step.at, by=by, now=now, between=between)
    elif step.verb == "cancel":
        day.cancel_day(by, now)
    elif step.verb == "restore":
        day.restore_day(by=by, now=now, between=between)


@pytest.fixture(scope="module")
def shared_database(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One database for all examples, each of which is rolled back."""
    file = tmp_path_factory.mktemp("planning") / "kapstok.sqlite"
    shutil.copyfile(migrated_file, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()


@given(taken=st.lists(steps, max_size=12))
def test_whatever_people_do_the_days_stay_in_order_and_a_second_plan_finds_nothing(
    shared_database: Database, taken: list[Step]
) -> None:
    now = NOW
    with shared_database.writer() as session:
        team = a_team(session)
        sanne = a_person(session, team, role="editor")
        meetup = a_meetup(session, team, [sanne])
        plan_occurrences(session, meetup, now)
        for step in taken:
            now += timedelta(hours=30 if step.verb == "wait" else 0)
            with suppress(Refused):
                take(session, meetup, sanne, now, step)

            plan_occurrences(session, meetup, now)
            held = [row for row in rows(session, meetup).values() if row.is_held]
            assert all(one.held_on < other.held_on for one, other in pairwise(held))
            assert all(
                row.starts_at == moment(row.held_on, row.local_time, row.zone) for row in held
            )
            assert plan_occurrences(session, meetup, now) == 0
        session.rollback()
