"""Which reminders there should be, and how they follow every change."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update

from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import neighbours
from calendar_app.people.models import Absence, Membership, Person
from calendar_app.reminders import outbox
from calendar_app.reminders.hushed import Hushed
from calendar_app.reminders.models import Delivery, mute, unmute
from calendar_app.reminders.outbox import desk, planning
from tests.builders import a_meetup, an_absence
from tests.reminders.scenes import DUE, SECOND, START

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

TODAY = date(2026, 11, 10)
# Working days from today to Monday 14 December.
DAYS = 25


def change(scene: Scene, act: Callable[[Session, Meetup, Occurrence, Person], object]) -> None:
    """Let `act` change the series, today's meet-up and the first person, then plan again."""
    with scene.database.writing() as session:
        meetup = session.get_one(Meetup, scene.meetup_id)
        occurrence = session.scalars(select(Occurrence).where(Occurrence.local_day == TODAY)).one()
        act(session, meetup, occurrence, session.get_one(Person, scene.people[0]))
    scene.plan()


def test_a_second_plan_changes_nothing(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")

    first = scene.plan()
    rows = scene.rows()

    assert first == len(rows) == 2 * DAYS
    assert scene.plan() == 0
    assert [row.id for row in scene.rows()] == [row.id for row in rows]


def test_two_planners_at_once_make_each_row_once(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    with scene.database.reading() as session:
        wanted = planning.wanted_of_meetups(session, scene.now, scene.now)  # the race is here
    rows = list(wanted.values())

    with scene.database.writing() as session:
        desk.make_missing(session, Delivery, rows)  # what the slower of two would do

    assert len(rows) == len(scene.rows()) == DAYS


def test_a_meet_up_that_has_begun_is_not_planned(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.now = START

    scene.plan()

    assert scene.of_today() == []


def test_a_meet_up_entered_after_its_reminder_was_due_is_still_reminded_of(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.now = START - SECOND

    scene.plan()
    scene.send()

    assert len(sink.accepted) == 1


def drop(occurrence: Occurrence) -> None:
    """The rule no longer has this day."""
    occurrence.state = "skipped"
    occurrence.reason = "x"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda _s, m, _o, _p: m.delete(DUE), "The series was deleted."),
        (lambda _s, _m, o, p: o.cancel_day(p, DUE), "The meet-up was cancelled."),
        (
            lambda s, m, _o, p: an_absence(s, m.team, p, TODAY, TODAY),
            "This person is absent.",
        ),
        (
            lambda s, _m, _o, p: mute(s, p, "meetup", DUE),
            "This person does not want this reminder.",
        ),
        (lambda _s, m, _o, p: m.participants.remove(p), "This person no longer takes part."),
        (
            lambda s, _m, _o, p: setattr(
                s.scalars(select(Membership).filter_by(person_id=p.id)).one(), "ended_at", DUE
            ),
            "This person is no longer in the team.",
        ),
        (
            lambda _s, _m, _o, p: setattr(p, "active", False),
            "This person is no longer in the team.",
        ),
        (
            lambda _s, _m, o, _p: drop(o),
            None,
        ),
    ],
    ids=["deleted", "called off", "away", "muted", "not invited", "left", "no account", "skipped"],
)
def test_what_is_not_wanted_any_more_is_cancelled_with_its_reason(
    scene: Scene,
    act: Callable[[Session, Meetup, Occurrence, Person], object],
    reason: str | None,
) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()

    change(scene, act)

    anouk = scene.of_today()[0]
    if reason is None:
        # A day skipped by hand is put back by the rule.
        assert anouk.state == "pending"
    else:
        assert (anouk.state, anouk.reason) == ("cancelled", reason)
        assert anouk.ended_at == scene.now


def test_an_absence_cancels_only_its_days_and_its_end_gives_them_back(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()

    change(scene, lambda s, m, _o, p: an_absence(s, m.team, p, TODAY, TODAY + timedelta(days=1)))
    states = scene.states()
    change(scene, lambda s, _m, _o, _p: s.delete(s.scalars(select(Absence)).one()))

    assert states == ["cancelled", "cancelled", *["pending"] * (DAYS - 2)]
    assert scene.states() == ["pending"] * DAYS
    assert {row.reason for row in scene.rows()} == {""}


def test_who_unmutes_gets_the_coming_reminders_again(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()

    change(scene, lambda s, _m, _o, p: mute(s, p, "meetup", DUE))
    muted = scene.states()
    change(scene, lambda s, _m, _o, p: unmute(s, p, "meetup"))

    assert set(muted) == {"cancelled"}
    assert set(scene.states()) == {"pending"}


def test_a_moved_meet_up_cancels_the_old_row_and_gets_a_new_one(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()

    change(
        scene,
        lambda s, _m, o, p: o.move_day(
            TODAY, time(11, 0), by=p, now=scene.now, between=neighbours(s, o)
        ),
    )
    scene.now = DUE
    scene.send()
    at_the_old_moment = sink.accepted
    scene.now = datetime(2026, 11, 10, 9, 50, tzinfo=UTC)
    scene.send()

    [old] = scene.of_today()
    assert (old.state, old.reason) == ("cancelled", "The meet-up was moved.")
    assert at_the_old_moment == []
    [mail] = sink.messages
    assert "11:00 (Amsterdam)" in mail["Subject"]


def test_a_move_after_the_mail_was_sent_sends_another_for_the_new_moment(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    scene.send()

    change(
        scene,
        lambda s, _m, o, p: o.move_day(
            TODAY, time(11, 0), by=p, now=scene.now, between=neighbours(s, o)
        ),
    )
    scene.now = datetime(2026, 11, 10, 9, 50, tzinfo=UTC)
    scene.send()

    assert len(sink.accepted) == 2
    assert len({mail["Message-ID"] for mail in sink.messages}) == 2


def test_another_lead_moves_what_still_waits(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()

    change(scene, lambda _s, m, _o, _p: setattr(m, "lead_minutes", 30))

    assert {row.useful_until - row.due_at for row in scene.rows()} == {timedelta(minutes=30)}
    assert set(scene.states()) == {"pending"}


def test_another_lead_changes_nothing_about_what_was_sent(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    scene.send()

    change(scene, lambda _s, m, _o, _p: setattr(m, "lead_minutes", 30))

    [row] = scene.of_today()
    assert (row.state, row.due_at) == ("sent", DUE)
    assert scene.plan() == 0


def test_what_was_sent_is_not_withdrawn_from_who_is_muted_since(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    scene.send()

    change(scene, lambda s, _m, _o, p: mute(s, p, "meetup", DUE))

    assert scene.of_today()[0].state == "sent"
    assert scene.plan() == 0


def test_a_plan_that_is_slower_than_another_wakes_nothing_that_was_sent_meanwhile(
    scene: Scene,
) -> None:
    scene.enter("Anouk")
    scene.plan()
    change(scene, lambda s, _m, _o, p: mute(s, p, "meetup", DUE))
    with scene.database.reading() as session:
        kept = planning.kept_rows(session, scene.now)  # the race is here
    change(scene, lambda s, _m, _o, p: unmute(s, p, "meetup"))
    scene.now = DUE
    scene.send()

    with scene.database.writing() as session:
        planning.wake(  # what the slower of two would do
            session, {key: {} for key in kept}, kept, Hushed(session), scene.now
        )

    assert [row.state for row in scene.of_today()] == ["sent"]


def test_a_newcomer_is_planned_in(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()
    change(scene, lambda _s, m, _o, p: m.participants.remove(p))

    change(scene, lambda _s, m, _o, p: m.participants.append(p))

    assert [row.state for row in scene.of_today()] == ["pending", "pending"]


def test_no_reminder_on_a_holiday_for_an_absent_person_or_a_cancelled_day(
    scene: Scene, sink: SmtpSink
) -> None:
    """24 to 30 December 2026: Christmas on Friday, Joris away on Monday, Tuesday cancelled."""
    anouk, joris = scene.enter("Anouk", "Joris")
    scene.now = datetime(2026, 12, 24, 6, 0, tzinfo=UTC)
    scene.plan()
    with scene.database.writing() as session:
        away = session.get_one(Person, scene.people[1])
        monday, tuesday = date(2026, 12, 28), date(2026, 12, 29)
        an_absence(session, session.get_one(Meetup, scene.meetup_id).team, away, monday, monday)
        called_off = select(Occurrence).where(Occurrence.local_day == tuesday)
        session.scalars(called_off).one().cancel_day(away, scene.now)

    for later in range(7):
        scene.now = datetime(2026, 12, 24, 8, 20, tzinfo=UTC) + timedelta(days=later)
        scene.plan()
        scene.send()
        scene.sweep()

    sent = [(one["To"].addresses[0].addr_spec, one["Subject"]) for one in sink.messages]
    days = ["Thursday 24", "Thursday 24", "Monday 28", "Wednesday 30", "Wednesday 30"]
    subjects = [f"Content-meet-up: {day} December at 09:30 (Amsterdam)" for day in days]
    expected = zip([anouk, joris, anouk, anouk, joris], subjects, strict=True)
    assert sorted(sent) == sorted(expected)


@pytest.mark.parametrize(
    ("first", "hours"),
    [(date(2026, 10, 23), [7, 8]), (date(2027, 3, 26), [8, 7])],
    ids=["October", "March"],
)
def test_the_local_hour_stays_when_the_clocks_change(
    scene: Scene, sink: SmtpSink, first: date, hours: list[int]
) -> None:
    """Friday and Monday around 25 October 2026 and 28 March 2027: 09:30 in Amsterdam on both."""
    scene.enter("Anouk", skips_holidays=False)
    expected = [
        datetime.combine(day, time(hour, 20), UTC)
        for day, hour in zip((first, first + timedelta(days=3)), hours, strict=True)
    ]

    sent = []
    minutes = [(7, 19), (7, 20), (7, 21), (8, 19), (8, 20), (8, 21)]
    for day, at in itertools.product((first, first + timedelta(days=3)), minutes):
        scene.now = datetime.combine(day, time(*at), UTC)
        scene.plan()
        before = len(sink.accepted)
        scene.send()
        sent += [scene.now] * (len(sink.accepted) - before)

    assert sent == expected
    assert all("09:30 (Amsterdam)" in mail["Subject"] for mail in sink.messages)


def test_what_began_while_no_worker_ran_is_told_as_missed(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    with scene.database.writing() as session:
        # The meet-up stood there in time, but no worker had planned its reminders yet.
        session.execute(update(Occurrence).values(updated_at=scene.now))
        session.execute(update(Meetup).values(updated_at=scene.now))
        session.execute(delete(Delivery))
    outbox.beat(scene.database, scene.worker_id, scene.now, ticked_at=scene.now)

    scene.now = START + timedelta(hours=1)
    scene.plan()
    scene.sweep()

    [row] = scene.of_today()
    assert (row.state, row.reason) == (
        "missed",
        "The reminder service was not running at that time.",
    )


def test_a_meet_up_entered_after_it_began_was_missed_by_nobody(scene: Scene) -> None:
    outbox.beat(scene.database, scene.worker_id, scene.now, ticked_at=scene.now)
    scene.enter("Anouk")
    scene.now = START + timedelta(hours=1)
    with scene.database.writing() as session:
        meetup = session.get_one(Meetup, scene.meetup_id)
        session.add(Occurrence.planned(meetup, TODAY, None))

    scene.plan()

    assert scene.of_today() == []


def test_a_second_team_is_planned_apart(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.enter("Henk")
    scene.plan()
    with scene.database.writing() as session:
        meetup = session.get_one(Meetup, scene.meetup_id)
        a_meetup(session, meetup.team, meetup.participants, local_time=time(16, 0))

    scene.plan()

    assert len(scene.rows()) == 3 * DAYS
    assert len({row.team_id for row in scene.rows()}) == 2
