"""Why somebody got nothing on a day: the first reason that holds, and the page that tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.people.models import Membership, Person, Team
from calendar_app.reminders import due
from calendar_app.reminders.answers import PLANNED, answer
from calendar_app.reminders.models import Worker, mute
from calendar_app.reminders.outbox import PLANNED as PLANNED_BY_THE_WORKER
from calendar_app.reminders.silence import (
    ENTERED_LATE,
    HOLIDAY,
    NOT_ON_THIS_DAY,
    NOT_PLANNED,
    NOT_YET,
    OVER,
    SWITCHED_OFF,
    TO_ANOTHER_DAY,
    TOO_FAR,
    SeriesDay,
    Silence,
    why_silent,
)
from tests.builders import a_meetup, a_person, a_team, an_absence, sign_in
from tests.reminders.scenes import DUE, START
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask import Flask

    from calendar_app.db import Database
    from tests.reminders.scenes import Scene

TUESDAY = date(2026, 11, 10)
SATURDAY = date(2026, 11, 14)
NOW = START + timedelta(hours=2)
SEEN = SeriesDay(
    day=TUESDAY,
    starts_on=date(2026, 1, 5),
    ends_on=None,
    deleted_on=None,
    falls_on_day=True,
    takes_part=True,
    absent=False,
    muted=False,
    worker_ran=True,
    state="planned",
    held_on=TUESDAY,
    starts_at=START,
    entered_at=START - timedelta(days=30),
)
NEVER_MADE: dict[str, Any] = {
    "state": None,
    "held_on": None,
    "starts_at": None,
    "entered_at": None,
}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"deleted_on": TUESDAY}, due.SERIES_ENDED),
        ({"deleted_on": TUESDAY + timedelta(days=1)}, NOT_PLANNED),
        ({"starts_on": SATURDAY}, NOT_YET),
        ({"ends_on": date(2026, 11, 9)}, OVER),
        ({"state": "cancelled"}, due.CALLED_OFF),
        ({"held_on": SATURDAY, "state": "moved"}, TO_ANOTHER_DAY),
        ({"falls_on_day": False, **NEVER_MADE}, NOT_ON_THIS_DAY),
        ({"falls_on_day": False, "state": "skipped"}, NOT_ON_THIS_DAY),
        # Moved to a day on which the series has none.
        ({"falls_on_day": False, "state": "moved", "absent": True}, due.ABSENT),
        ({"takes_part": False, "absent": True}, due.NOT_INVITED),
        ({"absent": True, "muted": True}, due.ABSENT),
        ({"muted": True}, SWITCHED_OFF),
        ({"starts_at": NOW + PLANNED + timedelta(days=1)}, TOO_FAR),
        ({"starts_at": NOW + timedelta(days=1)}, NOT_PLANNED),
        ({"entered_at": START + timedelta(minutes=1)}, ENTERED_LATE),
        ({"worker_ran": False}, due.NOBODY_WORKED),
        ({"day": date(2026, 11, 9), **NEVER_MADE}, due.NOBODY_WORKED),
        ({"day": date(2027, 1, 5), **NEVER_MADE}, NOT_PLANNED),
    ],
    ids=str,
)
def test_the_first_reason_that_holds_is_told(changed: dict[str, Any], reason: str) -> None:
    assert why_silent(replace(SEEN, **changed), NOW, NOW + PLANNED) == Silence(reason)


def test_a_holiday_is_told_by_its_name() -> None:
    seen = replace(SEEN, state="skipped", holiday="Eerste Kerstdag")

    assert why_silent(seen, NOW, NOW + PLANNED) == Silence(HOLIDAY, {"name": "Eerste Kerstdag"})


def test_as_far_ahead_as_the_worker_plans() -> None:
    assert PLANNED == PLANNED_BY_THE_WORKER


# --------------------------------------------------------------------------------- what rows tell


def of(scene: Scene, place: int = 0, day: date = TUESDAY) -> tuple[list[str], list[str]]:
    """The states of that day's meet-up reminders, and the reasons of the silent series."""
    with scene.database.reading() as session:
        found = answer(
            session,
            session.get_one(Team, scene.team_id),
            session.get_one(Person, scene.people[place]),
            day,
            scene.now,
        )
        states = [one.state for one in found.deliveries if one.kind == due.MEETUP]
        return states, [one.silence.reason for one in found.silent]


def test_what_was_sent_needs_no_reason(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    scene.send()

    assert of(scene) == (["sent"], [])
    assert of(scene, day=SATURDAY) == ([], [NOT_ON_THIS_DAY])


def test_a_reminder_that_went_out_the_day_before_is_that_of_its_meet_up(scene: Scene) -> None:
    scene.now = START - timedelta(days=2)
    scene.enter("Anouk", lead_minutes=1440, weekdays="TU")
    scene.plan()
    scene.now = START - timedelta(days=1)
    scene.send()

    assert of(scene) == (["sent"], [])
    # It was due and sent then, and is no answer for the series on that day.
    assert of(scene, day=TUESDAY - timedelta(days=1)) == (["sent"], [NOT_ON_THIS_DAY])


def test_who_is_absent_or_switched_it_off_is_told_so(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    with scene.database.writing() as session:
        team, anouk = session.get_one(Team, scene.team_id), session.get_one(Person, scene.people[0])
        an_absence(session, team, anouk, TUESDAY, TUESDAY)
        mute(session, session.get_one(Person, scene.people[1]), due.MEETUP, scene.now)
    scene.plan()

    assert of(scene, 0) == ([], [due.ABSENT])
    assert of(scene, 1) == ([], [SWITCHED_OFF])


def test_what_was_withdrawn_stands_in_the_list_with_its_reason(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    with scene.database.writing() as session:
        session.get_one(Occurrence, scene.occurrence().id).state = "cancelled"
    scene.plan()

    assert of(scene) == (["cancelled"], [])


def test_who_takes_no_part_and_a_series_that_is_gone(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    with scene.database.writing() as session:
        meetup = session.get_one(Meetup, scene.meetup_id)
        meetup.participants = [session.get_one(Person, scene.people[0])]
    scene.plan()
    assert of(scene, 1) == ([], [due.NOT_INVITED])

    with scene.database.writing() as session:
        session.get_one(Meetup, scene.meetup_id).deleted_at = scene.now
    scene.plan()
    assert of(scene, 1) == ([], [due.SERIES_ENDED])


def test_a_worker_that_did_not_run_is_told_of(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.now = START + timedelta(days=2)

    assert of(scene)[1] == [due.NOBODY_WORKED]
    with scene.database.writing() as session:
        worker = session.scalars(select(Worker)).one()
        worker.ticked_at = START
        found = answer(
            session,
            session.get_one(Team, scene.team_id),
            session.get_one(Person, scene.people[0]),
            TUESDAY,
            scene.now,
        )
        assert found.worker_ran


# ------------------------------------------------------------------------------------------- page


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    with database.writing() as session:
        team = a_team(session)
        made = {
            role: a_person(session, team, role, name=f"{role.title()} Bos", language="en")
            for role in ("admin", "writer", "viewer")
        }
        other = a_person(session, a_team(session), name="Vreemde Eend")
        a_meetup(session, team, [made["writer"]], name="Dagstart")
        an_absence(session, team, made["writer"], TUESDAY, TUESDAY)
        mute(session, made["writer"], due.REVIEW, datetime(2026, 11, 1, tzinfo=UTC))
        return {**{role: one.id for role, one in made.items()}, "other": other.id}


def page(app: Flask, database: Database, who: int, query: str = "") -> tuple[int, str]:
    with database.reading() as session:
        person = session.get_one(Person, who)
    client = app.test_client()
    sign_in(client, person)
    answer = client.get(f"/settings/reminders/day{query}")
    return answer.status_code, answer.text


def test_an_administrator_sees_why_a_colleague_got_nothing(
    app: Flask, database: Database, ids: dict[str, int]
) -> None:
    status, text = page(app, database, ids["admin"], f"?person={ids['writer']}&day=2026-11-10")

    assert status == 200
    assert "No reminder was due on this day." in text
    assert "Dagstart" in text
    assert "Writer Bos is absent on this day, so there are no reminders, but for what was" in text
    assert "Switched off since" in text
    assert "The reminder service did not run on this day." in text
    assert "Vreemde Eend" not in text


def test_everybody_sees_their_own_days_and_no_others(
    app: Flask, database: Database, ids: dict[str, int]
) -> None:
    assert page(app, database, ids["writer"], "?day=2026-11-10")[0] == 200
    assert page(app, database, ids["viewer"])[0] == 200
    assert "Writer Bos" not in page(app, database, ids["viewer"])[1]
    assert page(app, database, ids["viewer"], f"?person={ids['writer']}")[0] == 404
    assert page(app, database, ids["admin"], f"?person={ids['other']}")[0] == 404


def test_a_colleague_who_is_unseen_is_nobody_to_choose(
    app: Flask, database: Database, ids: dict[str, int]
) -> None:
    with database.writing() as session:
        place = session.scalars(select(Membership).filter_by(person_id=ids["writer"])).one()
        place.stop_taking_part()

    status, text = page(app, database, ids["admin"])

    assert (status, "Writer Bos" in text) == (200, False)
    assert page(app, database, ids["admin"], f"?person={ids['writer']}")[0] == 404
    assert page(app, database, ids["writer"])[0] == 200


def test_a_day_that_is_to_come_says_nothing_of_the_service(
    app: Flask, database: Database, ids: dict[str, int]
) -> None:
    assert "The reminder service" not in page(app, database, ids["viewer"], "?day=2029-06-05")[1]


@pytest.mark.parametrize("day", ["nonsense", "0001-01-01", "9999-12-31", ""])
def test_a_day_that_makes_no_sense_is_today(
    app: Flask, database: Database, ids: dict[str, int], day: str
) -> None:
    assert page(app, database, ids["viewer"], f"?day={day}")[0] == 200


def test_the_page_asks_as_much_for_many_series_as_for_one(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()

    def selects() -> int:
        with statements(scene.database) as asked:
            of(scene)
        return len([one for one in asked if one.startswith("SELECT")])

    few = selects()
    with scene.database.writing() as session:
        team, anouk = session.get_one(Team, scene.team_id), session.get_one(Person, scene.people[0])
        for _one in range(5):
            a_meetup(session, team, [anouk])
    scene.plan()

    assert selects() == few
