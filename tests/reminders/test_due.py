from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.reminders import due

START = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
MEETUP = due.MeetupFacts(
    state="planned",
    starts_at=START,
    reminded_start=START,
    series_deleted=False,
    takes_part=True,
    absent=False,
)
FACTS = due.Facts(belongs=True, muted=False, meetup=MEETUP)


def decide(facts: due.Facts, now: datetime = START - A_SECOND) -> due.Decision:
    return due.decide(facts, START, now)


def test_a_reminder_is_due_at_start_minus_lead() -> None:
    assert due.due_at(START, timedelta(minutes=10)) == datetime(2026, 11, 10, 8, 20, tzinfo=UTC)


def test_a_subject_names_the_meet_up_and_its_moment_in_utc() -> None:
    in_amsterdam = START.astimezone(ZoneInfo("Europe/Amsterdam"))

    assert due.subject(12, in_amsterdam) == "occurrence:12@2026-11-10T08:30:00Z"
    assert len(due.SUMMARY_PREFIX + due.subject(2**63, START.replace(microsecond=1))) <= 80


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(FACTS, belongs=False), due.LEFT_TEAM),
        (replace(FACTS, muted=True), due.MUTED),
        (replace(FACTS, meetup=replace(MEETUP, series_deleted=True)), due.SERIES_ENDED),
        (replace(FACTS, meetup=replace(MEETUP, state="cancelled")), due.CALLED_OFF),
        (replace(FACTS, meetup=replace(MEETUP, state="skipped")), due.NO_MEETUP),
        (replace(FACTS, meetup=replace(MEETUP, starts_at=START + A_SECOND)), due.MOVED),
        (replace(FACTS, meetup=replace(MEETUP, takes_part=False)), due.NOT_INVITED),
        (replace(FACTS, meetup=replace(MEETUP, absent=True)), due.ABSENT),
    ],
)
def test_what_nobody_wants_is_cancelled_with_its_reason(facts: due.Facts, reason: str) -> None:
    assert decide(facts) == due.Decision("cancel", reason)


def test_what_is_wanted_is_sent_until_the_meet_up_begins() -> None:
    assert decide(FACTS) == due.Decision("send")
    assert decide(FACTS, START) == due.Decision("missed")


def test_a_moved_meet_up_is_not_told_as_moved_when_its_new_row_is_asked_about() -> None:
    moved = replace(MEETUP, state="moved")

    assert decide(replace(FACTS, meetup=moved)) == due.Decision("send")


@pytest.mark.parametrize(
    ("hindrance", "cause"),
    [
        (due.Hindrance(tried=True, relay_down=True, worker_ran=True), due.UNREACHABLE_IN_TIME),
        (due.Hindrance(tried=True, relay_down=False, worker_ran=True), due.REFUSED_IN_TIME),
        (due.Hindrance(tried=False, relay_down=False, worker_ran=False), due.NOBODY_WORKED),
        (due.Hindrance(tried=False, relay_down=False, worker_ran=True), due.TOO_MANY),
    ],
)
def test_a_missed_reminder_has_a_cause(hindrance: due.Hindrance, cause: str) -> None:
    assert due.cause_of_missing(hindrance) == cause


@pytest.mark.parametrize("tried", [False, True])
@pytest.mark.parametrize("relay_down", [False, True])
@pytest.mark.parametrize("worker_ran", [False, True])
def test_the_cause_of_a_missed_message_speaks_of_no_mail(
    *, tried: bool, relay_down: bool, worker_ran: bool
) -> None:
    hindrance = due.Hindrance(tried, relay_down, worker_ran, by_mail=False)

    assert "mail" not in due.cause_of_missing(hindrance)


def test_pauses_double_from_five_seconds_and_stay_short_near_the_deadline() -> None:
    far, near = START + timedelta(days=1), START + timedelta(minutes=10)
    pauses = [due.next_try(failures, far, START) - START for failures in (1, 2, 3, 4, 12)]

    assert [pause.total_seconds() for pause in pauses] == [5, 10, 20, 40, 900]
    assert due.next_try(9, near, START) - START == timedelta(seconds=15)


def test_a_relay_that_is_away_is_asked_every_minute_at_least() -> None:
    far, near = timedelta(days=7), timedelta(minutes=10)

    assert due.probe_pause(2, far) == timedelta(seconds=10)
    assert due.probe_pause(12, far) == timedelta(minutes=1)
    assert due.probe_pause(12, near) == timedelta(seconds=15)


@given(
    failures=st.integers(1, 10_000),
    left=st.timedeltas(timedelta(seconds=-60), timedelta(days=30)),
)
def test_a_pause_is_never_shorter_than_five_seconds_nor_longer_than_a_quarter(
    failures: int, left: timedelta
) -> None:
    pause = due.next_try(failures, START + left, START) - START

    assert timedelta(seconds=5) <= pause <= timedelta(minutes=15)


def test_every_kind_has_a_name() -> None:
    assert set(due.KIND_NAMES) == set(due.KINDS)
