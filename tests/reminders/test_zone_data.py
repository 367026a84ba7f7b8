"""A government changes its clocks, and the machine's zone data is renewed while a worker runs."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from calendar_app.meetups.models import Meetup
from calendar_app.meetups.queries import neighbours
from calendar_app.people.models import Person
from calendar_app.reminders import due
from calendar_app.worker import Rounds
from tests.reminders.scenes import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reminders.scenes import Scene

ZONE = "Europe/Amsterdam"
AN_HOUR = timedelta(hours=1)
TOMORROW = START + timedelta(days=1)


@pytest.fixture
def zone_data(tmp_path: Path) -> Iterator[Path]:
    """The file of Amsterdam's clocks, of this test alone."""
    file = tmp_path / ZONE
    file.parent.mkdir(parents=True)
    become(file, ZONE)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path), *before])
    zoneinfo.ZoneInfo.clear_cache()
    yield file
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


def become(file: Path, zone: str) -> None:
    """From now on the clocks of that file go as those of `zone`."""
    file.write_bytes((resources.files("tzdata") / "zoneinfo" / zone).read_bytes())


def test_new_zone_data_plans_the_reminders_anew(scene: Scene, zone_data: Path) -> None:
    scene.enter("Anouk")
    rounds = Rounds(scene.desk)
    rounds.plan()
    with scene.database.writing() as session:
        series = session.get_one(Meetup, scene.meetup_id)
        # Somebody moved the one of tomorrow to eleven o'clock.
        tomorrow = next(one for one in series.occurrences if one.starts_at == TOMORROW)
        tomorrow.move_day(
            tomorrow.held_on,
            time(11),
            by=session.scalars(select(Person)).first(),  # type: ignore[arg-type]
            now=scene.now,
            between=neighbours(session, tomorrow),
        )
    rounds.plan()
    # London's clocks are an hour behind: half past nine is an hour later.
    become(zone_data, "Europe/London")
    rounds.plan()

    [today] = scene.of_today()
    assert (today.state, today.reason) == ("cancelled", due.MOVED)
    [anew] = scene.rows(kind="meetup", useful_until=START + AN_HOUR)
    assert (anew.state, anew.due_at) == ("pending", START + AN_HOUR - timedelta(minutes=10))
    eleven = datetime(2026, 11, 11, 11, tzinfo=UTC)
    assert scene.states(kind="meetup", useful_until=eleven) == ["pending"]
    assert scene.states(kind="meetup", useful_until=eleven - AN_HOUR) == ["cancelled"]
