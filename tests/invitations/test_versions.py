"""What is to be mailed next about an invitation, decided from the versions that there are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.feed.ics import FeedEntry
from calendar_app.invitations import versions as rules
from calendar_app.invitations.shown import read_back, seen, written_down
from calendar_app.invitations.versions import CANCEL, REQUEST, Version

NOW = datetime(2026, 11, 10, 8, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STATES = (
    "pending",
    "claimed",
    "in_flight",
    "sent",
    "retry",
    "in_doubt",
    "dead",
    "missed",
    "cancelled",
)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def told(*states: str) -> list[Version]:
    """Versions in these states; the one with number n shows what is called n."""
    return [Version(place, REQUEST, state, NOW) for place, state in enumerate(states)]


def step(versions: list[Version], wanted: int | None) -> str:
    def shows(version: Version | None) -> bool:
        nothing = version is None or version.method == CANCEL
        return wanted is None if nothing or version is None else version.sequence == wanted

    return rules.next_step(versions, shows)


@pytest.mark.parametrize(
    ("states", "wanted", "expected"),
    [
        ([], None, "nothing"),
        ([], 0, "tell"),
        (["pending"], 0, "nothing"),
        (["pending"], 1, "tell"),
        (["pending"], None, "take back"),
        (["sent"], 0, "nothing"),
        (["sent"], 1, "tell"),
        (["sent"], None, "tell"),
        (["sent", "pending"], 1, "nothing"),
        (["sent", "pending"], 0, "take back"),
        (["sent", "pending"], 2, "tell"),
        (["sent", "cancelled"], 0, "nothing"),
        (["sent", "cancelled"], 1, "tell"),
        (["sent", "in_doubt"], 0, "tell"),
        (["sent", "in_doubt"], 1, "nothing"),
        (["sent", "claimed"], 0, "tell"),
        (["sent", "in_flight"], 1, "nothing"),
        (["dead"], 0, "nothing"),
        (["dead"], 1, "tell"),
        (["dead"], None, "nothing"),
        (["missed"], 0, "tell"),
        (["missed"], None, "nothing"),
        (["retry"], 0, "nothing"),
        (["retry"], None, "take back"),
    ],
)
def test_the_next_step(states: list[str], wanted: int | None, expected: str) -> None:
    assert step(told(*states), wanted) == expected


@given(
    states=st.lists(st.sampled_from(STATES), max_size=6),
    wanted=st.none() | st.integers(0, 6),
)
def test_after_a_step_there_is_nothing_more_to_do(states: list[str], wanted: int | None) -> None:
    versions = told(*states)
    decided = step(versions, wanted)

    def is_settled(version: Version) -> Version:
        waits = version.state in rules.WAITING
        return Version(version.sequence, version.method, "cancelled", NOW) if waits else version

    after = versions if decided == "nothing" else [is_settled(one) for one in versions]
    if decided == "tell":
        method = CANCEL if wanted is None else REQUEST
        after = [*after, Version(99 if wanted is None else wanted, method, "pending", NOW)]
    assert step(after, wanted) == "nothing"
    if wanted is None:
        known = rules.held(versions)
        assert decided != "tell" or (known is not None and known.method == REQUEST)


def test_changes_rest_but_not_for_ever() -> None:
    assert rules.due_at(NOW, NOW) == NOW + 3 * MINUTE
    assert rules.due_at(NOW - 13 * MINUTE, NOW) == NOW + 2 * MINUTE
    assert rules.due_at(NOW - 60 * MINUTE, NOW) == NOW


def a_series(**facts: object) -> FeedEntry:
    """Half past nine on working days since January, but not on the next day."""
    told: dict[str, object] = {
        "uid": "meetup-1@kapstok.example",
        "starts": datetime(2026, 1, 5, 9, 30, tzinfo=AMSTERDAM),
        "ends": datetime(2026, 1, 5, 9, 40, tzinfo=AMSTERDAM),
        "summary": "Content-meet-up",
        "changed_at": NOW,
        "sequence": 0,
        "status": "CONFIRMED",
        "busy": True,
        "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "without": (datetime(2026, 11, 11, 9, 30, tzinfo=AMSTERDAM),),
        **facts,
    }
    return FeedEntry(**told)  # type: ignore[arg-type]  # the facts of a test


def days_of(*entries: FeedEntry, until: date = date(2026, 11, 16)) -> list[str]:
    found = seen(entries, NOW, until)
    return [] if found is None else [f"{start:%d %H:%M}" for start, _end in found.moments]


def test_what_is_to_come_are_the_days_of_the_rule_without_those_that_are_off() -> None:
    assert days_of(a_series()) == ["10 08:30", "12 08:30", "13 08:30", "16 08:30"]


def test_a_moved_day_stands_where_it_is_and_not_where_it_was() -> None:
    moved = a_series(
        rule="",
        without=(),
        starts=datetime(2026, 11, 12, 15, 0, tzinfo=AMSTERDAM),
        ends=datetime(2026, 11, 12, 15, 10, tzinfo=AMSTERDAM),
        instead_of=datetime(2026, 11, 12, 9, 30, tzinfo=AMSTERDAM),
    )

    assert days_of(a_series(), moved) == ["10 08:30", "12 14:00", "13 08:30", "16 08:30"]


def test_a_rule_that_ends_gives_nothing_after_that() -> None:
    assert days_of(a_series(rule="FREQ=WEEKLY;BYDAY=TU;UNTIL=20261110T083000Z")) == ["10 08:30"]
    assert days_of(a_series(rule="FREQ=WEEKLY;BYDAY=MO;UNTIL=20261109T083000Z")) == []


def test_the_hour_on_the_wall_stays_when_the_clocks_change() -> None:
    found = seen([a_series(rule="FREQ=WEEKLY;BYDAY=MO")], NOW, date(2027, 4, 5))
    assert found is not None
    assert {f"{start:%H:%M}" for start, _end in found.moments} == {"08:30", "07:30"}


def test_what_is_over_is_no_difference() -> None:
    since_summer = datetime(2026, 7, 6, 9, 30, tzinfo=AMSTERDAM)
    later = a_series(starts=since_summer, ends=since_summer + 10 * MINUTE)
    holiday = datetime(2026, 4, 6, 9, 30, tzinfo=AMSTERDAM)
    more_off = a_series(without=(holiday, *a_series().without))

    until = date(2027, 12, 1)
    assert seen([later], NOW, until) == seen([a_series()], NOW, until) is not None
    assert seen([more_off], NOW, until) == seen([a_series()], NOW, until)
    assert seen([a_series(location="Zaal 4")], NOW, until) != seen([a_series()], NOW, until)


@pytest.mark.parametrize("zone", [AMSTERDAM, UTC, ZoneInfo("Australia/Lord_Howe")])
def test_what_is_written_down_is_read_back(zone: ZoneInfo) -> None:
    entry = a_series(
        starts=datetime(2026, 10, 25, 2, 30, tzinfo=zone),
        ends=datetime(2026, 10, 25, 2, 40, tzinfo=zone),
        summary='a "b" \\ ; , é 🎉\n\x00',
    )

    (back,) = read_back(written_down([entry]))

    # In UTC: of two objects for one zone no ambiguous time equals the other's.
    assert _in_utc(back.starts, back.ends) == _in_utc(entry.starts, entry.ends)
    assert [str(one.tzinfo) for one in (back.starts, back.ends) if isinstance(one, datetime)] == [
        str(zone)
    ] * 2
    assert back.without == entry.without
    assert (back.summary, back.rule) == (entry.summary, entry.rule)
    assert written_down([back]) == written_down([entry])


def _in_utc(*moments: date) -> list[datetime]:
    return [one.astimezone(UTC) for one in moments if isinstance(one, datetime)]
