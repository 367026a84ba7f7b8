"""A meet-up in the hour that is skipped, or comes twice: once, at one instant everywhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.feed.models import Feed
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.recurrence import WEEKDAYS
from calendar_app.people.models import Person, Team
from tests.builders import sign_in
from tests.meetups import oracle
from tests.reminders.test_posts import sent
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

LEAD = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def _first_of_each_kind() -> list[tuple[str, date, int]]:
    """A gap and an overlap of each zone that has them."""
    found: dict[tuple[str, bool], tuple[str, date, int]] = {}
    for zone in oracle.ZONES:
        for day, second, change in oracle.odd_walls(zone):
            found.setdefault((zone, change.is_gap), (zone, day, second))
    return list(found.values())


ODD = _first_of_each_kind()


def test_each_zone_that_changes_its_clocks_is_looked_at_twice() -> None:
    assert [zone for zone, _day, _second in ODD] == [
        zone for zone in oracle.ZONES if zone != "Asia/Kolkata" for _twice in range(2)
    ]


def enter(scene: Scene, zone: str, day: date, second: int) -> None:
    """Anouk meets on each weekday of `day` at that wall time, since the week before."""
    scene.enter(
        "Anouk",
        weekdays=WEEKDAYS[day.weekday()],
        local_time=time(second // 3600, second // 60 % 60),
        zone=zone,
        starts_on=day - timedelta(days=7),
        skips_holidays=False,
    )
    with scene.database.writing() as session:
        session.get_one(Team, scene.team_id).zone = zone


@pytest.mark.parametrize(("zone", "day", "second"), ODD)
def test_page_mail_and_feed_tell_one_instant(
    scene: Scene, client: FlaskClient, sink: SmtpSink, zone: str, day: date, second: int
) -> None:
    starts_at = oracle.as_moment(oracle.instant(zone, day, second))
    scene.now = starts_at - timedelta(days=2)
    enter(scene, zone, day, second)
    scene.plan()
    occurrence = _occurrence(scene, day)

    assert occurrence.starts_at == starts_at
    assert _mailed_at(scene, sink, starts_at) == starts_at - LEAD
    assert _wall_in_mail(sink) == starts_at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    with time_machine.travel(starts_at - LEAD, tick=False):
        assert _starts_on_page(client, scene, occurrence) == [starts_at]
        assert _starts_in_feed(client, scene, starts_at) == [starts_at]


def _occurrence(scene: Scene, day: date) -> Occurrence:
    with scene.database.reading() as session:
        rows = session.scalars(select(Occurrence).where(Occurrence.held_on == day))
        return rows.one()


def _mailed_at(scene: Scene, sink: SmtpSink, starts_at: datetime) -> datetime:
    """When the one mail goes out, looked for around the hours before and after."""
    before = len(sent(sink))
    for minutes in (-130, -100, -70, -40):
        scene.now = starts_at + timedelta(minutes=minutes)
        scene.send()
    scene.now = starts_at - LEAD - SECOND
    scene.send()
    assert len(sent(sink)) == before
    scene.now = starts_at - LEAD
    scene.send()
    at = scene.now
    assert len(sent(sink)) == before + 1
    for minutes in (-5, 0, 20, 50, 80):
        scene.now = starts_at + timedelta(minutes=minutes)
        scene.send()
    assert len(sent(sink)) == before + 1
    return at


def _wall_in_mail(sink: SmtpSink) -> str:
    text: str = sent(sink)[-1].get_body(("plain",)).get_content()
    found: list[str] = re.findall(r"\b(\d\d:\d\d) \(", text)
    return found[0]


def _starts_on_page(client: FlaskClient, scene: Scene, occurrence: Occurrence) -> list[datetime]:
    with scene.database.reading() as session:
        person = session.get_one(Person, scene.people[0])
    sign_in(client, person)
    page = client.get(f"/meetups/occurrences/{occurrence.id}").get_data(as_text=True)
    clock = occurrence.starts_at.astimezone(ZoneInfo(occurrence.zone)).strftime("%H:%M")
    assert f">{clock}\N{EN DASH}" in page
    series = client.get("/meetups/").get_data(as_text=True)
    day = f"{occurrence.held_on:%a} {occurrence.held_on.day} {occurrence.held_on:%b}"
    assert len(re.findall(rf">{day} {clock}<", series)) == 1
    return [datetime.fromisoformat(at) for at in re.findall(r'data-starts-at="([^"]+)"', page)]


def _starts_in_feed(client: FlaskClient, scene: Scene, starts_at: datetime) -> list[datetime]:
    with scene.database.writing() as session:
        team, person = (
            session.get_one(Team, scene.team_id),
            session.get_one(Person, scene.people[0]),
        )
        assert session.get_one(Meetup, scene.meetup_id).team_id == team.id
        feed, token = Feed.new(team, person, "Outlook", "meetups", "full", scene.now)
        session.add(feed)
    answer = client.get(f"/feeds/{token}.ics")
    assert answer.status_code == 200
    around = starts_at - timedelta(days=2), starts_at + timedelta(days=2)
    return [event.start.astimezone(UTC) for event in events_between(answer.data, *around)]
