"""Quiet hours: what waits, what goes before them, what is not sent, and the page to choose them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select, update

from calendar_app.meetups.models import Meetup
from calendar_app.people.models import Absence, Person, Team
from calendar_app.posts.models import Post
from calendar_app.reminders import due, outbox
from calendar_app.reminders.health import health
from calendar_app.reminders.models import QuietHours, quiet_hours_of
from calendar_app.reminders.quiet import LONGEST, Quiet, due_in_quiet, useful_in_quiet
from tests.builders import a_person, a_team, sign_in
from tests.reminders.scenes import DUE, START
from tests.reminders.test_pages import csrf_token
from tests.reminders.test_posts import (
    away,
    make,
    membership_of,
    people,
    round_at,
    send_to_review,
    sent,
)
from tests.support.smtp_faults import answer

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from calendar_app.db import Database
    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture

ZONE = "Europe/Amsterdam"
NIGHT = Quiet(ZONE, time(22), time(7))
NOON = Quiet(ZONE, time(12), time(13))
WEEKEND = Quiet(ZONE, days=(5, 6))
BOTH = Quiet(ZONE, time(22), time(7), (5, 6))


def utc(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "at", "began", "ends"),
    [
        # In winter Amsterdam is an hour ahead. Just before, at the first moment, in the night.
        (NIGHT, "2026-11-10T20:59", None, None),
        (NIGHT, "2026-11-10T21:00", "2026-11-10T21:00", "2026-11-11T06:00"),
        (NIGHT, "2026-11-11T02:00", "2026-11-10T21:00", "2026-11-11T06:00"),
        (NIGHT, "2026-11-11T06:00", None, None),
        (NOON, "2026-11-10T11:30", "2026-11-10T11:00", "2026-11-10T12:00"),
        (NOON, "2026-11-10T12:00", None, None),
        # Friday evening, Saturday noon, Sunday's last minute, Monday.
        (WEEKEND, "2026-11-13T22:59", None, None),
        (WEEKEND, "2026-11-14T12:00", "2026-11-13T23:00", "2026-11-15T23:00"),
        (WEEKEND, "2026-11-15T22:59", "2026-11-13T23:00", "2026-11-15T23:00"),
        (WEEKEND, "2026-11-15T23:00", None, None),
        # Nights join on to the days: from Friday evening to Monday morning.
        (BOTH, "2026-11-14T12:00", "2026-11-13T21:00", "2026-11-16T06:00"),
        (BOTH, "2026-11-13T21:00", "2026-11-13T21:00", "2026-11-16T06:00"),
        # The night in which the clocks go back lasts an hour longer, and the other way round.
        (NIGHT, "2026-10-25T00:00", "2026-10-24T20:00", "2026-10-25T06:00"),
        (NIGHT, "2026-03-29T00:00", "2026-03-28T21:00", "2026-03-29T05:00"),
        # Nothing chosen.
        (Quiet(ZONE), "2026-11-11T02:00", None, None),
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(
    quiet: Quiet, at: str, began: str | None, ends: str | None
) -> None:
    assert quiet.end_of(utc(at)) == (utc(ends) if ends else None)
    assert quiet.began(utc(at)) == (utc(began) if began else None)


@given(
    begins=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    days=st.sets(st.integers(0, 6), max_size=6),
    at=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by its zone
)
def test_what_is_quiet_comes_to_an_end_that_is_not(
    begins: time, ends: time, days: set[int], at: datetime
) -> None:
    assume(begins != ends)
    quiet = Quiet(ZONE, begins, ends, days)

    end, began = quiet.end_of(at), quiet.began(at)

    assert (end is None) == (began is None)
    if end is not None and began is not None:
        assert began <= at < end
        assert quiet.end_of(end) is None
        assert quiet.end_of(end - timedelta(microseconds=1)) == end
        assert quiet.end_of(began - timedelta(microseconds=1)) is None


MORNING = Quiet(ZONE, time(22), time(10))


@pytest.mark.parametrize(
    # When it is due, until when it is of use, and what time it is now.
    ("quiet", "told", "early", "expected"),
    [
        # Not in them; in them and of use afterwards; of no use then.
        (NIGHT, "10T08:20 10T08:30 09T12:00", True, "10T08:20"),
        (NIGHT, "10T02:00 10T08:30 09T12:00", False, "10T06:00"),
        (NIGHT, "10T02:00 10T06:00 09T12:00", False, "10T02:00"),
        # A meet-up at 09:30 in a morning that is quiet to ten: just before ten in the evening.
        (MORNING, "10T08:20 10T08:30 09T12:00", True, "09T20:40"),
        (MORNING, "10T08:20 10T08:30 09T12:00", False, "10T08:20"),
        # Quiet to 09:25 leaves five minutes.
        (Quiet(ZONE, time(22), time(9, 25)), "10T08:20 10T08:30 09T12:00", True, "10T08:25"),
        # More than a day ahead is too early: a Monday at the end of a long weekend.
        (
            Quiet(ZONE, time(22), time(10), (5, 6)),
            "16T08:20 16T08:30 13T12:00",
            True,
            "16T08:20",
        ),
        # Tried in vain before them: again when they end, if that is of use.
        (NIGHT, "09T20:55 11T20:00 09T21:05", False, "10T06:00"),
        (NIGHT, "09T20:55 10T05:00 09T21:05", False, "09T20:55"),
        # Back at its own moment once they are over.
        (NIGHT, "09T20:55 11T20:00 10T06:00", False, "09T20:55"),
        (NIGHT, "10T02:00 11T20:00 10T06:30", False, "10T06:00"),
    ],
)
def test_when_a_reminder_goes_out_to_somebody_with_quiet_hours(
    quiet: Quiet,
    told: str,
    early: bool,  # noqa: FBT001 - a table
    expected: str,
) -> None:
    due_at, useful_until, now = (utc(f"2026-11-{at}") for at in told.split())

    found = due_in_quiet(due_at, useful_until, now, quiet, may_be_early=early)

    assert found == utc(f"2026-11-{expected}")


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, due.Decision("send")),
        (START - timedelta(seconds=1), due.Decision("wait", until=START - timedelta(seconds=1))),
        (START, due.Decision("cancel", due.QUIET)),
    ],
)
def test_what_is_quiet_waits_or_is_not_sent(until: datetime | None, expected: due.Decision) -> None:
    facts = due.Facts(belongs=True, muted=False, quiet_until=until)

    assert due.decide(facts, START, DUE) == expected


# ------------------------------------------------------------------------------------ in the outbox


def be_quiet(
    scene: Scene,
    person_id: int,
    begins: time | None,
    ends: time | None,
    *days: int,
    chosen_at: datetime | None = None,
) -> None:
    with scene.database.writing() as session:
        hours = quiet_hours_of(session, session.get_one(Person, person_id))
        hours.choose(begins, ends, days)
        if hours.version == 0:
            hours.version = 1
            session.add(hours)
        session.flush()
        chosen = update(QuietHours).where(QuietHours.id == hours.id)
        session.execute(chosen.values(updated_at=chosen_at or scene.now))


def test_a_question_in_the_night_waits_for_the_morning(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    be_quiet(scene, people["reviewer"], time(17), time(8))
    scene.now = utc("2026-11-09T17:00")
    send_to_review(scene, people, make(scene, people))
    assert scene.plan() == 0

    round_at(scene, utc("2026-11-09T18:00"))
    round_at(scene, utc("2026-11-10T06:59"))
    assert sent(sink) == []
    assert scene.states(kind="review") == ["pending"]
    with scene.database.reading() as session:
        assert health(session, scene.now).oldest_due_seconds is None
    round_at(scene, utc("2026-11-10T07:00"))

    assert [mail["Subject"] for mail in sent(sink)] == ["Please review: Rooster"]
    assert scene.plan() == 0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        # Friday 10:00 in quiet days to Sunday; Thursday 23:00, just before them.
        ("2026-11-13T09:00", "2026-11-15T23:00"),
        ("2026-11-12T22:30", "2026-11-15T23:00"),
    ],
)
def test_a_question_in_days_of_quiet_is_told_after_them(
    scene: Scene, people: dict[str, int], sink: SmtpSink, asked: str, told: str
) -> None:
    be_quiet(scene, people["reviewer"], None, None, 4, 5, 6)
    scene.now = utc(asked)
    sink.program([answer("dot", "451 4.3.0 Later")])
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    scene.send()
    for hours in range(1, 72):
        round_at(scene, min(utc(asked) + timedelta(hours=hours), utc(told) - timedelta(minutes=1)))
        scene.plan()
        assert scene.plan() == 0
    assert sent(sink) == []

    round_at(scene, utc(told))
    scene.plan()
    # Those that were put off over a weekend are tried as long as others.
    round_at(scene, utc(told) + timedelta(hours=1))

    assert scene.states(kind="review") == ["sent"]
    assert scene.plan() == 0


def test_who_chose_no_quiet_hours_is_asked_nothing_old(
    scene: Scene, people: dict[str, int]
) -> None:
    be_quiet(scene, people["writer"], None, None, 4, 5, 6)
    scene.now = utc("2026-11-10T09:00")
    post_id = make(scene, people, starts_at=utc("2026-11-20T09:00"))
    with scene.database.writing() as session:
        writer = session.get_one(Person, people["writer"])
        session.get_one(Post, post_id).send_to_review(writer, scene.now)

    scene.now += due.REVIEW_IS_OF_USE
    scene.plan()

    assert scene.rows(kind="review") == []


@given(
    begins=st.sampled_from([None, time(12), time(22)]),
    days=st.sets(st.integers(0, 6), max_size=6),
    at=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by its zone
)
def test_what_ends_on_no_moment_outlasts_any_quiet(
    begins: time | None, days: set[int], at: datetime
) -> None:
    quiet = Quiet(ZONE, begins, begins and time(7), days)
    until = at + due.REVIEW_IS_OF_USE

    longer = useful_in_quiet(at, until, quiet)

    goes_out = due_in_quiet(at, longer, at, quiet)
    assert quiet.end_of(goes_out) is None
    assert goes_out < longer <= until + LONGEST


WEDNESDAY = date(2026, 11, 11)


def be_away(scene: Scene, person_id: int, day: date, deputy_id: int | None = None) -> None:
    with scene.database.writing() as session:
        session.add(
            Absence(
                team_id=scene.team_id,
                person_id=person_id,
                first_day=day,
                last_day=day,
                deputy_id=deputy_id,
            )
        )


def test_who_is_away_on_the_day_after_their_quiet_hours_is_stood_in_for(
    scene: Scene, people: dict[str, int]
) -> None:
    be_quiet(scene, people["reviewer"], time(17), time(8))
    be_away(scene, people["reviewer"], WEDNESDAY, people["deputy"])
    scene.now = utc("2026-11-10T17:00")
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    assert scene.plan() == 0

    round_at(scene, utc("2026-11-11T07:00"))

    [row] = scene.rows(kind="review")
    assert (row.person_id, row.state, row.due_on) == (people["deputy"], "sent", WEDNESDAY)
    assert scene.plan() == 0


def test_who_is_back_on_the_day_after_their_quiet_hours_hears_it(
    scene: Scene, people: dict[str, int]
) -> None:
    # The deputy has quiet hours too, and on the morning after them the reviewer is back.
    be_quiet(scene, people["deputy"], time(17), time(8))
    be_away(scene, people["reviewer"], date(2026, 11, 10), people["deputy"])
    scene.now = utc("2026-11-10T17:00")
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    assert scene.plan() == 0

    round_at(scene, utc("2026-11-11T07:00"))

    [row] = scene.rows(kind="review")
    assert (row.person_id, row.state, row.due_on) == (people["reviewer"], "sent", WEDNESDAY)


def test_what_was_put_off_a_moment_ago_is_held_against_the_absences_of_its_day(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    be_away(scene, people["reviewer"], WEDNESDAY)
    scene.now = utc("2026-11-10T17:00")
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    be_quiet(scene, people["reviewer"], time(17), time(8))

    # No plan has been made since.
    scene.send()
    round_at(scene, utc("2026-11-11T07:00"))

    [row] = scene.rows(kind="review")
    assert (row.state, row.reason, row.due_on) == ("cancelled", due.ABSENT, WEDNESDAY)
    assert sent(sink) == []


def test_what_waits_too_long_goes_to_who_is_there_after_their_quiet_hours(
    scene: Scene, people: dict[str, int]
) -> None:
    with scene.database.writing() as session:
        chief = a_person(session, session.get_one(Team, scene.team_id), "admin", name="Aad").id
    be_quiet(scene, chief, time(10), time(8))
    be_away(scene, chief, WEDNESDAY, people["deputy"])
    scene.now = utc("2026-11-09T10:00")
    patience(scene, 8)
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    before = scene.rows(kind="escalation")
    assert scene.plan() == 0

    for at in ("2026-11-10T11:00", "2026-11-11T07:00"):
        round_at(scene, utc(at))
        scene.plan()
        assert scene.plan() == 0

    [row] = before
    assert (row.due_at, row.due_on) == (utc("2026-11-11T07:00"), WEDNESDAY)
    assert row.person_id != chief
    assert [row.state for row in scene.rows(kind="escalation")] == ["sent"]


def patience(scene: Scene, hours: int) -> None:
    with scene.database.writing() as session:
        session.get_one(Team, scene.team_id).review_patience = hours


def test_quiet_hours_that_were_chosen_a_moment_ago_count(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = utc("2026-11-09T17:00")
    send_to_review(scene, people, make(scene, people))
    be_quiet(scene, people["reviewer"], time(17), time(8))

    # No plan has been made since.
    scene.send()
    [row] = scene.rows(kind="review")
    assert (row.state, row.due_at) == ("pending", utc("2026-11-10T07:00"))
    assert sent(sink) == []
    assert scene.plan() == 0

    be_quiet(scene, people["reviewer"], None, None)
    scene.plan()
    scene.send()
    assert len(sent(sink)) == 1


def test_what_is_of_no_use_afterwards_is_cancelled_with_that_reason(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.now = START - timedelta(minutes=20)
    scene.enter("Anouk", "Joris")
    # Chosen so late that it cannot be told before them any more.
    be_quiet(scene, scene.people[0], time(9), time(12))
    scene.plan()

    round_at(scene, DUE)
    assert scene.plan() == 0
    round_at(scene, START)
    scene.plan()
    assert scene.plan() == 0

    anouk, joris = scene.of_today()
    assert (anouk.state, anouk.reason) == ("cancelled", due.QUIET)
    assert joris.state == "sent"
    assert len(sent(sink)) == 1
    assert scene.rows(kind="missed_summary") == []


def test_who_ends_their_quiet_hours_is_reminded_after_all(scene: Scene) -> None:
    scene.now = START - timedelta(minutes=20)
    scene.enter("Anouk")
    be_quiet(scene, scene.people[0], time(9), time(12))
    scene.plan()
    round_at(scene, DUE)
    assert [row.state for row in scene.of_today()] == ["cancelled"]

    be_quiet(scene, scene.people[0], None, None)
    scene.plan()
    scene.send()

    assert [row.state for row in scene.of_today()] == ["sent"]


def test_a_meet_up_in_quiet_hours_is_told_the_evening_before(scene: Scene, sink: SmtpSink) -> None:
    scene.now = utc("2026-11-09T12:00")
    scene.enter("Anouk")
    be_quiet(scene, scene.people[0], time(22), time(10))
    scene.plan()

    round_at(scene, utc("2026-11-09T20:39"))
    assert [row.state for row in scene.of_today()] == ["pending"]
    round_at(scene, utc("2026-11-09T20:40"))

    assert [row.state for row in scene.of_today()] == ["sent"]
    text = sent(sink)[-1].get_body(("plain",)).get_content()
    assert "on Tuesday 10 November at 09:30 (Amsterdam)" in text


def test_a_worker_that_is_away_for_a_moment_before_them_still_tells_it(scene: Scene) -> None:
    scene.now = utc("2026-11-09T12:00")
    scene.enter("Anouk")
    be_quiet(scene, scene.people[0], time(22), time(10))
    scene.plan()

    round_at(scene, utc("2026-11-09T20:38"))
    round_at(scene, utc("2026-11-09T20:59"))

    assert [row.state for row in scene.of_today()] == ["sent"]


def test_what_was_due_before_them_and_not_sent_is_missed_with_its_cause(scene: Scene) -> None:
    scene.now = utc("2026-11-09T12:00")
    scene.enter("Anouk", "Joris")
    with scene.database.writing() as session:
        session.get_one(Meetup, scene.meetup_id).host_id = scene.people[1]
    be_quiet(scene, scene.people[0], time(22), time(10))
    scene.plan()

    # Nobody worked from before it was due until they had begun.
    round_at(scene, utc("2026-11-09T21:05"))

    anouk, _joris = scene.of_today()
    assert (anouk.state, anouk.reason) == ("missed", due.NOBODY_WORKED)
    assert scene.plan() == 0
    round_at(scene, DUE)
    assert [row.person_id for row in scene.rows(kind="missed_summary")] == [scene.people[1]]


def test_quiet_hours_that_came_after_a_reminder_was_due_are_why_it_is_not_sent(
    scene: Scene,
) -> None:
    scene.now = utc("2026-11-09T12:00")
    scene.enter("Anouk")
    scene.plan()
    be_quiet(scene, scene.people[0], time(22), time(10), chosen_at=utc("2026-11-09T21:02"))
    scene.now = utc("2026-11-09T21:03")
    scene.plan()

    round_at(scene, utc("2026-11-09T21:05"))

    [row] = scene.of_today()
    assert (row.state, row.reason) == ("cancelled", due.QUIET)


def test_what_failed_before_them_is_tried_again_after_them(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    be_quiet(scene, people["reviewer"], time(18), time(8))
    scene.now = utc("2026-11-09T16:59:58")
    sink.program([answer("dot", "451 4.3.0 Later")])
    send_to_review(scene, people, make(scene, people))
    scene.send()
    assert scene.states(kind="review") == ["retry"]

    round_at(scene, utc("2026-11-09T17:00:30"))
    assert scene.plan() == 0
    assert sent(sink) == []
    round_at(scene, utc("2026-11-10T07:00"))

    assert len(sent(sink)) == 1
    assert scene.states(kind="review") == ["sent"]


# An ambassador hears nothing while their team is not at work.

FRIDAY = "2026-11-13T"
MONDAY = date(2026, 11, 16)


def for_ambassador(scene: Scene, people: dict[str, int], at: str, **facts: object) -> None:
    """An approved post that the reader posts from their own account, planned in time."""
    scene.now = utc("2026-11-12T09:00")
    make(scene, people, "approved", sender_id=people["reader"], starts_at=utc(at), **facts)
    scene.plan()


def to_reader(sink: SmtpSink) -> int:
    """How many mails the ambassador got; their post being late is told to its owner."""
    return sum("reader@" in mail["To"] for mail in sent(sink))


@pytest.mark.parametrize("plans", [False, True], ids=["worker-only", "planned-meanwhile"])
@pytest.mark.parametrize("planned", [f"{FRIDAY}15:55", f"{FRIDAY}09:00"])
def test_what_did_not_reach_an_ambassador_at_work_waits_until_they_are_again(
    scene: Scene, people: dict[str, int], sink: SmtpSink, planned: str, *, plans: bool
) -> None:
    for_ambassador(scene, people, planned)

    # Nobody worked until half past ten in the evening.
    for late in (f"{FRIDAY}21:30", "2026-11-14T09:00", "2026-11-15T12:00", "2026-11-16T07:59"):
        scene.now = utc(late)
        if plans:
            scene.plan()
            assert scene.plan() == 0
        scene.send()
        scene.sweep()
    assert to_reader(sink) == 0
    scene.now = utc("2026-11-16T08:00")
    scene.plan()
    assert scene.plan() == 0
    scene.send()

    [row] = scene.rows(kind="publish")
    assert (row.state, row.due_on) == ("sent", MONDAY)
    assert to_reader(sink) == 1


def test_what_failed_at_work_is_not_tried_again_in_the_evening(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    for_ambassador(scene, people, f"{FRIDAY}15:59")
    sink.program([answer("dot", "451 4.3.0 Later")])
    round_at(scene, utc(f"{FRIDAY}15:59:58"))
    assert scene.states(kind="publish") == ["retry"]

    round_at(scene, utc(f"{FRIDAY}16:00:30"))
    assert to_reader(sink) == 0
    round_at(scene, utc("2026-11-16T08:00"))

    assert scene.states(kind="publish") == ["sent"]


def test_an_ambassador_waits_over_a_public_holiday_too(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    """Christmas 2026: Friday, then a weekend of which Saturday is a holiday as well."""
    scene.now = utc("2026-12-23T09:00")
    starts_at = utc("2026-12-24T15:55")
    make(scene, people, "approved", sender_id=people["reader"], starts_at=starts_at)
    scene.plan()

    for late in ("2026-12-24T21:30", "2026-12-25T10:00", "2026-12-26T10:00"):
        round_at(scene, utc(late))
    assert to_reader(sink) == 0
    round_at(scene, utc("2026-12-28T08:00"))

    assert scene.states(kind="publish") == ["sent"]


def test_what_an_ambassador_does_for_the_organisation_is_told_in_its_moment(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = utc("2026-11-12T09:00")
    facts = {"publisher_id": people["reader"], "starts_at": utc("2026-11-14T09:00")}
    make(scene, people, "approved", **facts)
    scene.plan()

    round_at(scene, utc("2026-11-14T09:00"))

    assert len(sent(sink)) == 1


def test_a_question_to_who_is_an_ambassador_as_well_waits_for_working_hours(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    with scene.database.writing() as session:
        membership_of(session, people["reviewer"]).agree_as_ambassador(scene.now)
    scene.now = utc(f"{FRIDAY}19:00")
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))

    round_at(scene, utc("2026-11-15T19:30"))
    assert sent(sink) == []
    round_at(scene, utc("2026-11-16T08:00"))

    [row] = scene.rows(kind="review")
    assert (row.state, row.due_on) == ("sent", MONDAY)


@pytest.mark.parametrize("together", [False, True], ids=["one", "two-in-one-mail"])
def test_what_an_ambassador_was_asked_is_not_asked_of_their_deputy_the_next_day(
    scene: Scene, people: dict[str, int], sink: SmtpSink, *, together: bool
) -> None:
    with scene.database.writing() as session:
        membership_of(session, people["reviewer"]).agree_as_ambassador(utc("2026-11-06T09:00"))
    scene.now = utc("2026-11-09T09:00")
    for _post in range(1 + together):
        send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    round_at(scene, utc("2026-11-09T09:01"))
    assert len(sent(sink)) == 1

    scene.now = utc("2026-11-09T14:00")
    away(scene, people["reviewer"], people["deputy"])
    for hour in (9, 10):
        scene.now = utc(f"2026-11-10T{hour:02}:01")
        assert scene.plan() == 0
        round_at(scene, scene.now)

    assert [mail["To"].addresses[0].username for mail in sent(sink)] == ["reviewer"]
    assert {row.person_id for row in scene.rows(kind="review")} == {people["reviewer"]}


def test_what_did_not_reach_an_ambassador_is_asked_of_their_deputy_the_next_day(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    with scene.database.writing() as session:
        membership_of(session, people["reviewer"]).agree_as_ambassador(utc("2026-11-06T09:00"))
    scene.now = utc("2026-11-09T09:00")
    send_to_review(scene, people, make(scene, people, starts_at=utc("2026-11-20T09:00")))
    away(scene, people["reviewer"], people["deputy"])

    scene.now = utc("2026-11-10T09:00")
    scene.plan()
    round_at(scene, scene.now)

    assert "deputy" in [mail["To"].addresses[0].username for mail in sent(sink)]


def test_what_falls_in_the_quiet_of_an_ambassador_is_not_planned_each_minute(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    """At work until five, and quiet by now in the morning in which it would still be of use."""
    for_ambassador(scene, people, f"{FRIDAY}15:59", publisher_id=None)
    be_quiet(scene, people["reader"], time(8), time(13), chosen_at=utc(f"{FRIDAY}16:00:30"))

    planned = []
    for minute in (1, 2, 3):
        scene.now = utc(f"{FRIDAY}16:0{minute}")
        scene.send()
        scene.sweep()
        planned.append(scene.plan())

    assert planned[1:] == [0, 0]
    assert to_reader(sink) == 0
    [row] = scene.rows(kind="publish")
    assert (row.state, row.reason) == ("cancelled", due.QUIET)


def test_a_change_of_quiet_hours_makes_a_new_plan(scene: Scene) -> None:
    scene.enter("Anouk")
    with scene.database.reading() as session:
        before = outbox.changes_so_far(session)

    be_quiet(scene, scene.people[0], time(22), time(7))
    with scene.database.reading() as session:
        chosen = outbox.changes_so_far(session)
    be_quiet(scene, scene.people[0], time(22), time(8))
    with scene.database.reading() as session:
        assert len({before, chosen, outbox.changes_so_far(session)}) == 3


# -------------------------------------------------------------------------------------------- page


@pytest.fixture
def person(client: FlaskClient, database: Database) -> Person:
    with database.writing() as session:
        found = a_person(session, a_team(session), "viewer", language="en")
        session.expunge_all()
    sign_in(client, found)
    return found


def choose(client: FlaskClient, **typed: object) -> tuple[int, str]:
    token = csrf_token(client, "/settings/reminders")
    sent = {"csrf_token": token, "version": "0", "begins": "", "ends": "", **typed}
    answer = client.post("/settings/reminders/quiet", data=sent)
    return answer.status_code, answer.text


def kept(database: Database) -> list[tuple[time | None, time | None, tuple[int, ...]]]:
    with database.reading() as session:
        return [(one.begins, one.ends, one.days) for one in session.scalars(select(QuietHours))]


@pytest.mark.usefixtures("person")
def test_a_person_chooses_quiet_hours(client: FlaskClient, database: Database) -> None:
    assert choose(client, begins="22:00", ends="07:00", days=["6", "5"])[0] == 303

    assert kept(database) == [(time(22), time(7), (5, 6))]
    page = client.get("/settings/reminders").text
    assert 'value="22:00"' in page
    assert 'value="5" checked' in page
    assert choose(client, version="1")[0] == 303
    assert kept(database) == [(None, None, ())]


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"begins": "22:00"}, "Fill in both times, or none."),
        ({"ends": "22:00"}, "Fill in both times, or none."),
        ({"begins": "07:00", "ends": "07:00"}, "Choose two times that differ."),
        ({"begins": "25:00", "ends": "07:00"}, "field-error"),
        ({"days": list("0123456")}, "Leave one day."),
        ({"days": ["9"]}, "field-error"),
    ],
    ids=["no end", "no beginning", "no time", "no such time", "every day", "no such day"],
)
def test_quiet_hours_that_make_no_sense_are_refused_at_the_field(
    client: FlaskClient, database: Database, typed: dict[str, object], words: str
) -> None:
    status, page = choose(client, **typed)

    assert status == 422
    assert words in page
    # The other form of the page shows what is chosen now.
    assert 'value="meetup" checked' in page
    assert kept(database) == []


@pytest.mark.usefixtures("person")
def test_quiet_hours_that_were_changed_elsewhere_are_not_overwritten(
    client: FlaskClient, database: Database
) -> None:
    choose(client, begins="22:00", ends="07:00")

    status, page = choose(client, begins="20:00", ends="08:00")

    assert status == 409
    assert 'value="20:00"' in page
    assert kept(database) == [(time(22), time(7), ())]
