"""An action that is due: its rule, its mail, its page, and what takes it back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.meetups.actions import Action
from calendar_app.meetups.models import Occurrence
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.moments import WorkingHours, in_working_hours
from calendar_app.people.models import Person, Team
from calendar_app.reminders import due
from calendar_app.reminders.models import mute
from tests import builders
from tests.reminders.test_posts import away, change, people, round_at, sent

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture

ZONE = "Europe/Amsterdam"
AT_WORK = partial(in_working_hours, hours=WorkingHours(ZONE))
# The Tuesday of the scene, 9:00 in Amsterdam; and the day before.
MORNING = datetime(2026, 11, 10, 8, tzinfo=UTC)
YESTERDAY = MORNING - timedelta(days=1)
TODAY = date(2026, 11, 10)


def utc(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "agreed_at", "expected"),
    [
        (date(2026, 11, 10), "2026-11-09T08:35", "2026-11-10T08:00"),
        # Saturday: Monday. After the clocks changed: still at nine.
        (date(2026, 11, 14), "2026-11-09T08:35", "2026-11-16T08:00"),
        (date(2026, 3, 30), "2026-03-27T08:35", "2026-03-30T07:00"),
        # Agreed on the day itself: the next whole hour after four hours; at the end of it tomorrow.
        (date(2026, 11, 10), "2026-11-10T08:35", "2026-11-10T13:00"),
        (date(2026, 11, 10), "2026-11-10T14:00", "2026-11-11T08:00"),
    ],
)
def test_an_action_is_due_as_work_begins_on_its_day(
    day: date, agreed_at: str, expected: str
) -> None:
    assert due.action_due_at(day, utc(agreed_at), ZONE, AT_WORK) == utc(expected)


def agree(scene: Scene, owner_id: int, text: str = "Foto's vragen", **facts: Any) -> int:
    """An action of that person, agreed yesterday and due today, unless told otherwise."""
    with scene.database.writing() as session:
        owner = session.get_one(Person, owner_id)
        meetup = builders.a_meetup(session, session.get_one(Team, scene.team_id), [])
        plan_occurrences(session, meetup, YESTERDAY, days=2)
        held = session.scalars(select(Occurrence).filter_by(meetup_id=meetup.id)).first()
        assert held is not None
        told = {"text": text, "due_on": TODAY, "created_at": YESTERDAY, **facts}
        return builders.an_action(session, held, owner, **told).id


def put(scene: Scene, action_id: int, **facts: Any) -> None:
    """Let the action be otherwise, and plan."""

    def write(session: Session) -> None:
        found = session.get_one(Action, action_id)
        for name, value in facts.items():
            setattr(found, name, value)

    change(scene, write)


def test_the_owner_of_an_action_is_told_on_the_morning_of_its_day(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = YESTERDAY
    agree(scene, people["writer"])
    scene.plan()
    assert scene.plan() == 0

    round_at(scene, MORNING - timedelta(seconds=1))
    assert sent(sink) == []
    round_at(scene, MORNING)
    round_at(scene, MORNING + timedelta(minutes=1))

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    [row] = scene.rows(kind="action")
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert mail["Subject"] == "Due: Foto's vragen, by Tuesday 10 November"
    assert "to be done by Tuesday 10 November:\r\nFoto's vragen" in text
    assert f"/reminders/{row.uuid}" in text
    assert text.count("https://") == 1
    assert "You get this mail because you agreed to do this" in text
    assert mail["List-Unsubscribe"]
    assert scene.plan() == 0


def test_actions_that_are_due_together_stand_in_one_mail(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = YESTERDAY
    for text in ("Foto's vragen", "Rooster bellen"):
        agree(scene, people["writer"], text)
    scene.plan()

    round_at(scene, MORNING)

    [mail] = sent(sink)
    assert mail["Subject"] == "2 actions of De Linde are due"
    text = mail.get_body(("plain",)).get_content()
    assert "- Foto's vragen" in text
    assert "- Rooster bellen" in text


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda found, _p: setattr(found, "done_at", MORNING), due.DONE),
        (lambda found, _p: setattr(found, "removed_at", MORNING), due.REMOVED),
        (lambda found, _p: setattr(found, "due_on", date(2026, 11, 12)), due.OTHER_DAY),
        (lambda found, p: setattr(found, "owner_id", p["deputy"]), due.NOT_OWNER),
    ],
    ids=["done", "removed", "moved", "of another"],
)
def test_an_action_that_is_not_to_be_done_any_more_is_cancelled_at_the_claim(
    scene: Scene, people: dict[str, int], sink: SmtpSink, act: Any, reason: str
) -> None:
    scene.now = YESTERDAY
    action_id = agree(scene, people["writer"])
    scene.plan()
    with scene.database.writing() as session:
        act(session.get_one(Action, action_id), people)

    round_at(scene, MORNING)

    [row] = scene.rows(kind="action")
    assert (row.state, row.reason) == ("cancelled", reason)
    assert sent(sink) == []


def test_an_action_with_another_day_is_told_on_that_day(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = YESTERDAY
    action_id = agree(scene, people["writer"])
    scene.plan()
    put(scene, action_id, due_on=TODAY + timedelta(days=2))

    round_at(scene, MORNING)
    assert sent(sink) == []
    round_at(scene, MORNING + timedelta(days=2))

    [mail] = sent(sink)
    assert "by Thursday 12 November" in mail["Subject"]


def test_an_action_that_is_open_again_is_told_after_all(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = YESTERDAY
    action_id = agree(scene, people["writer"])
    scene.plan()
    for moment in (MORNING, None):
        put(scene, action_id, done_at=moment)

    round_at(scene, MORNING)

    assert len(sent(sink)) == 1


def test_the_deputy_of_who_is_away_is_told_and_can_mark_it_as_done(
    scene: Scene, people: dict[str, int], sink: SmtpSink, app: Flask
) -> None:
    scene.now = YESTERDAY
    action_id = agree(scene, people["writer"])
    scene.plan()

    away(scene, people["writer"], people["deputy"])
    round_at(scene, MORNING)

    [mail] = sent(sink)
    assert mail["To"].addresses[0].addr_spec == "deputy@delinde.example"
    [row] = scene.rows(kind="action", person_id=people["deputy"])
    client = app.test_client()
    with scene.database.reading() as session:
        builders.sign_in(client, session.get_one(Person, people["deputy"]))
    page = client.get(f"/reminders/{row.uuid}").text
    assert f'action="/actions/{action_id}/completion"' in page
    told = {"version": 1, "next": f"/reminders/{row.uuid}"}
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"/actions/{action_id}/completion", data=told)
    assert (answer.status_code, answer.location) == (303, f"/reminders/{row.uuid}")
    after = client.get(f"/reminders/{row.uuid}").text
    assert "It is done." in after
    assert "/completion" not in after


def test_nobody_is_told_where_the_deputy_may_not_mark_it_as_done(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = YESTERDAY
    agree(scene, people["writer"])

    away(scene, people["writer"], people["reader"])

    assert scene.rows(kind="action", state="pending") == []


def test_who_does_not_want_to_hear_it_is_not_told(scene: Scene, people: dict[str, int]) -> None:
    scene.now = YESTERDAY
    agree(scene, people["writer"])
    scene.plan()

    def stop(session: Session) -> None:
        mute(session, session.get_one(Person, people["writer"]), "action", scene.now)

    change(scene, stop)

    [row] = scene.rows(kind="action")
    assert (row.state, row.reason) == ("cancelled", due.MUTED)
