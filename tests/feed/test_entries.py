"""What stands in a feed: which posts and meet-ups, when, and how much of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from calendar_app.feed import queries
from calendar_app.feed.entries import MOST_POSTS, Window
from calendar_app.meetups.models import Meetup, Occurrence, Series
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.people.models import Membership
from calendar_app.plans.models import BrandValue
from calendar_app.posts.models import Post
from tests.builders import a_meetup, a_person, a_plan, a_post, a_team
from tests.feed.conftest import again
from tests.feed.hostile import HOSTILE
from tests.support.feeds import events_between

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.feed.conftest import Room

DAY = timedelta(days=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def with_post(room: Room, **facts: Any) -> Post:
    with room.database.writing() as session:
        session.expire_on_commit = False
        return a_post(session, again(session, room.team), again(session, room.plan), **facts)


def with_meetup(room: Room, *participants: Any, **facts: Any) -> Meetup:
    with room.database.writing() as session:
        session.expire_on_commit = False
        people = [again(session, person) for person in participants or (room.person,)]
        return a_meetup(session, again(session, room.team), people, **facts)


def with_day(room: Room, meetup: Meetup, day: date, change: Callable[[Occurrence], None]) -> None:
    """Plan the meet-up of `day` and let `change` happen to it."""
    with room.database.writing() as session:
        occurrence = Occurrence.planned(again(session, meetup), day, None)
        change(occurrence)
        occurrence.sequence += 1
        session.add(occurrence)


def cancelled(occurrence: Occurrence) -> None:
    occurrence.state = "cancelled"


def skipped(occurrence: Occurrence) -> None:
    occurrence.state = "skipped"
    occurrence.reason = "Studiedag"


def moved_to(day: date, at: time) -> Callable[[Occurrence], None]:
    def move(occurrence: Occurrence) -> None:
        local = datetime.combine(day, at, ZoneInfo("Europe/Amsterdam"))
        occurrence.state = "moved"
        occurrence.held_on, occurrence.local_time = day, at
        occurrence.starts_at = local.astimezone(UTC)
        occurrence.ends_at = occurrence.starts_at + timedelta(minutes=10)

    return move


# Which posts


def test_a_post_stands_in_the_feed_at_its_moment(room: Room) -> None:
    post = with_post(room, title="Samira vertelt", state="approved")

    (found,) = room.events(room.feed())

    assert found.start == datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
    assert found["SUMMARY"] == "Samira vertelt"
    assert found["UID"] == f"post-{post.uuid}@kapstok.example"
    assert found["URL"] == f"https://kapstok.example/posts/{post.uuid}"


def test_a_post_lasts_a_quarter_of_an_hour(room: Room) -> None:
    with_post(room)

    (found,) = room.events(room.feed())

    assert found.end - found.start == timedelta(minutes=15)


def test_an_idea_without_a_date_is_absent(room: Room) -> None:
    with_post(room, state="idea", starts_at=None)

    assert room.events(room.feed()) == []


def test_a_deleted_post_is_absent(room: Room) -> None:
    with_post(room, deleted_at=room.now)

    assert room.events(room.feed()) == []


def test_a_post_of_another_team_is_absent(room: Room) -> None:
    with room.database.writing() as session:
        other = a_team(session)
        a_post(session, other, a_plan(session, other))

    assert room.events(room.feed()) == []


@pytest.mark.parametrize(
    ("days", "shown"), [(-91, False), (-90, True), (-1, True), (400, True), (401, False)]
)
def test_a_feed_looks_90_days_back_and_400_ahead(room: Room, days: int, *, shown: bool) -> None:
    with_post(room, starts_at=room.now + days * DAY)

    assert bool(room.events(room.feed())) is shown


def test_the_window_moves_once_a_day() -> None:
    early = Window.around(datetime(2026, 11, 10, tzinfo=UTC))
    late = Window.around(datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC))

    assert early == late == Window(date(2026, 8, 12), date(2026, 11, 10), date(2027, 12, 15))


def test_of_too_many_posts_the_nearest_to_come_are_shown_first(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calendar_app.feed.entries.MOST_POSTS", 3)
    for days in (-9, -2, -1, 5, 6):
        with_post(room, title=str(days), starts_at=room.now + days * DAY)

    titles = [found["SUMMARY"] for found in room.events(room.feed())]

    assert titles == ["-1", "5", "6"]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("draft", "TENTATIVE"),
        ("in_review", "TENTATIVE"),
        ("changes_asked", "TENTATIVE"),
        ("approved", "CONFIRMED"),
        ("published", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_the_state_of_a_post_is_its_status(room: Room, state: str, status: str) -> None:
    with_post(room, state=state)

    (found,) = room.events(room.feed())

    assert found["STATUS"] == status


def test_a_cancelled_post_stays_with_a_higher_sequence(room: Room) -> None:
    post = with_post(room)
    token = room.feed()
    (before,) = room.events(token)

    with room.database.writing() as session:
        again(session, post).cancel(again(session, room.person), room.now)

    (after,) = room.events(token)
    assert after["STATUS"] == "CANCELLED"
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["UID"] == before["UID"]


def test_a_moved_post_keeps_its_uid_and_raises_its_sequence(room: Room) -> None:
    post = with_post(room)
    token = room.feed()
    (before,) = room.events(token)

    with room.database.writing() as session:
        again(session, post).move_to(date(2026, 11, 12), again(session, room.person), room.now)

    (after,) = room.events(token)
    assert after.start == datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["UID"] == before["UID"]


def test_dtstamp_is_the_change_of_the_row(room: Room) -> None:
    post = with_post(room)

    (found,) = room.events(room.feed())

    assert found["DTSTAMP"].dt == post.updated_at.replace(microsecond=0)


@pytest.mark.parametrize("part", ["owner_id", "reviewer_id", "sender_id"])
def test_mine_is_what_i_own_review_or_send(room: Room, part: str) -> None:
    with_post(room, title="Van een ander")
    with_post(room, title="Van mij", **{part: room.person.id})

    (found,) = room.events(room.feed("mine"))

    assert found["SUMMARY"] == "Van mij"


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 10, 25, hour, minute, tzinfo=UTC) for hour in (0, 1) for minute in (0, 50)],
)
def test_a_post_in_the_hour_that_comes_twice_is_at_its_own_moment(
    room: Room, moment: datetime
) -> None:
    with_post(room, starts_at=moment)

    (found,) = room.events(room.feed())

    assert found.start.astimezone(UTC) == moment
    assert found.end.astimezone(UTC) == moment + timedelta(minutes=15)


@pytest.mark.parametrize(
    "moment", [datetime(2027, 3, 28, hour, 59, tzinfo=UTC) for hour in (0, 1, 2)]
)
def test_a_post_beside_the_hour_that_is_skipped_is_at_its_own_moment(
    room: Room, moment: datetime
) -> None:
    with_post(room, starts_at=moment)

    (found,) = room.events(room.feed())

    assert found.start.astimezone(UTC) == moment


def test_a_post_in_a_zone_that_nobody_knows_is_written_in_utc(room: Room) -> None:
    with_post(room, zone="Mars/Phobos")

    assert b"DTSTART:20261110T093000Z" in room.file(room.feed())


# How much of a post


def test_busy_tells_nothing_but_the_time(room: Room) -> None:
    post = with_post(room, title="Geheim", text="Geheim", link="https://geheim.example")
    with_meetup(room, name="Geheim", place="Geheim", link="https://geheim.example")

    file = room.file(room.feed(detail="busy")).decode()

    assert "Geheim" not in file
    assert "geheim" not in file
    assert room.plan.values[0].name not in file
    assert f"/posts/{post.uuid}" not in file
    assert "SUMMARY:" in file


def test_title_tells_the_title_and_the_link(room: Room) -> None:
    post = with_post(room, title="Samira vertelt", text="Geheim")

    (found,) = room.events(room.feed(detail="title"))

    assert found["SUMMARY"] == "Samira vertelt"
    assert found["DESCRIPTION"] == found["URL"] == f"https://kapstok.example/posts/{post.uuid}"
    assert "CATEGORIES" not in found


def test_full_tells_the_text_the_hooks_and_repeats_the_link(room: Room) -> None:
    with_post(room, text="Vandaag lopen we mee.", link="https://delinde.example/spoed")
    plan = room.plan

    (found,) = room.events(room.feed(detail="full"))

    description = str(found["DESCRIPTION"])
    assert description.startswith("Vandaag lopen we mee.")
    assert description.endswith(found["URL"])
    for part in (plan.values[0].name, plan.audiences[0].name, plan.channels[0].name):
        assert part in description
    assert "https://delinde.example/spoed" in description
    assert found.categories == [plan.values[0].name]


def test_no_detail_names_a_person(room: Room) -> None:
    with_post(room, owner_id=room.person.id, reviewer_id=room.person.id)
    with_meetup(room)

    assert b"Anouk" not in room.file(room.feed(detail="full"))


def test_the_words_are_those_of_the_person(room: Room) -> None:
    with_post(room, state="approved")
    with room.database.writing() as session:
        again(session, room.person).language = "en"

    (found,) = room.events(room.feed(detail="full"))

    assert "State: Approved" in found["DESCRIPTION"]


def test_a_renamed_value_is_renamed_in_the_feed(room: Room) -> None:
    with_post(room)
    token = room.feed()
    room.events(token)

    with room.database.writing() as session:
        session.scalars(select(BrandValue)).one().name = "Dichtbij"

    (found,) = room.events(token)
    assert found.categories == ["Dichtbij"]


def test_a_feed_of_a_thousand_full_posts_stays_under_a_megabyte(room: Room) -> None:
    with room.database.writing() as session:
        team, plan = again(session, room.team), again(session, room.plan)
        for number in range(MOST_POSTS):
            starts_at = room.now + number * timedelta(hours=9)
            a_post(session, team, plan, starts_at=starts_at, title="T" * 80, text="é" * 2_000)

    file = room.file(room.feed())

    assert file.count(b"BEGIN:VEVENT") == MOST_POSTS
    assert len(file) < 1_000_000


# Meet-ups


def test_a_meetup_is_one_series_at_its_local_time(room: Room) -> None:
    meetup = with_meetup(room)

    (found,) = room.events(room.feed())

    assert found["UID"] == f"meetup-{meetup.uuid}@kapstok.example"
    assert found["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    assert found["TRANSP"] == "OPAQUE"
    assert found["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (date(2026, 10, 23), time(7, 30)),
        (date(2026, 10, 26), time(8, 30)),
        (date(2027, 3, 26), time(8, 30)),
        (date(2027, 3, 30), time(7, 30)),
    ],
)
def test_a_meetup_keeps_its_local_hour_when_the_clocks_change(
    room: Room, day: date, utc: time
) -> None:
    with_meetup(room)

    assert room.starts_on(room.feed(), day) == [datetime.combine(day, utc, UTC)]


def test_a_series_starts_on_a_day_of_its_rule(room: Room) -> None:
    """1 January 2026 is a Thursday; the series falls on Mondays."""
    with_meetup(room, weekdays="MO", starts_on=date(2026, 1, 1))

    (found,) = room.events(room.feed())

    assert found.start.date() == date(2026, 1, 5)


def test_a_series_of_years_ago_starts_at_the_new_year_before_the_window(room: Room) -> None:
    with_meetup(room, starts_on=date(1, 1, 1))

    (found,) = room.events(room.feed())

    assert found.start.date() == date(2025, 1, 1)


def test_a_series_ends_with_an_until_in_utc(room: Room) -> None:
    with_meetup(room, ends_on=date(2027, 6, 30))

    assert b"UNTIL=20270630T073000Z" in room.file(room.feed())


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_on": date(2020, 1, 1), "ends_on": date(2026, 8, 1)},
        {"starts_on": date(2028, 1, 1)},
        {"starts_on": date(2026, 11, 10), "ends_on": date(2026, 11, 10), "weekdays": "MO"},
        {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
    ids=["over", "far away", "never falls", "deleted"],
)
def test_a_series_without_days_in_the_window_is_absent(room: Room, facts: dict[str, Any]) -> None:
    with_meetup(room, **facts)

    assert room.events(room.feed()) == []


def test_a_holiday_is_skipped(room: Room) -> None:
    with_meetup(room)
    token = room.feed()

    assert room.starts_on(token, date(2026, 12, 25)) == []
    assert room.starts_on(token, date(2027, 5, 5)) == []
    assert room.starts_on(token, date(2026, 12, 24)) != []


def test_a_holiday_of_the_region_is_skipped(room: Room) -> None:
    """Repentance Day, 18 November 2026, is a day off in Saxony alone."""
    with_meetup(room)
    feed, day = room.feed(), date(2026, 11, 18)
    with room.database.writing() as session:
        again(session, room.team).country = "DE"
    assert len(room.starts_on(feed, day)) == 1

    with room.database.writing() as session:
        again(session, room.team).region = "SN"

    assert room.starts_on(feed, day) == []


def test_a_team_that_works_on_holidays_meets_on_them(room: Room) -> None:
    with_meetup(room, skips_holidays=False)

    assert room.starts_on(room.feed(), date(2026, 12, 25)) != []


def test_a_holiday_that_was_put_back_is_held(room: Room) -> None:
    meetup = with_meetup(room)

    def put_back(occurrence: Occurrence) -> None:
        occurrence.changed_by_id = room.person.id

    with_day(room, meetup, date(2026, 12, 25), put_back)

    assert len(room.starts_on(room.feed(), date(2026, 12, 25))) == 1


@pytest.mark.parametrize("change", [cancelled, skipped])
def test_a_day_that_is_off_is_an_exdate(room: Room, change: Callable[[Occurrence], None]) -> None:
    meetup = with_meetup(room)
    token = room.feed()
    (before,) = room.events(token)

    with_day(room, meetup, date(2026, 11, 12), change)

    (after,) = room.events(token)
    assert room.starts_on(token, date(2026, 11, 12)) == []
    assert len(room.starts_on(token, date(2026, 11, 13))) == 1
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert b"EXDATE;TZID=Europe/Amsterdam:20261112T093000" in room.file(token)


def test_a_moved_day_is_held_once_and_at_its_new_time(room: Room) -> None:
    meetup = with_meetup(room)
    day = date(2026, 11, 12)
    with_day(room, meetup, day, moved_to(day, time(14, 0)))
    token = room.feed()

    _series, moved = room.events(token)

    assert room.starts_on(token, day) == [datetime(2026, 11, 12, 13, 0, tzinfo=UTC)]
    assert moved["UID"] == f"meetup-{meetup.uuid}@kapstok.example"
    assert moved["RECURRENCE-ID"].params == {"TZID": "Europe/Amsterdam"}
    assert moved["RECURRENCE-ID"].dt.strftime("%d %H:%M") == "12 09:30"
    assert "RRULE" not in moved


def test_a_day_moved_to_a_free_day_beside_it_stays_in_the_series(room: Room) -> None:
    meetup = with_meetup(room, weekdays="TU,TH")
    with_day(room, meetup, date(2026, 11, 12), moved_to(date(2026, 11, 13), time(9, 30)))
    token = room.feed()

    assert room.starts_on(token, date(2026, 11, 12)) == []
    assert len(room.starts_on(token, date(2026, 11, 13))) == 1
    assert b"RECURRENCE-ID" in room.file(token)


@pytest.mark.parametrize("day", [date(2026, 11, 13), date(2026, 11, 14)], ids=["onto", "past"])
def test_a_day_moved_onto_or_past_its_neighbour_stands_by_itself(room: Room, day: date) -> None:
    """Outlook refuses a series in which meet-ups overtake each other or share a day."""
    meetup = with_meetup(room)
    with_day(room, meetup, date(2026, 11, 12), moved_to(day, time(14, 0)))
    token = room.feed()

    assert room.starts_on(token, date(2026, 11, 12)) == []
    assert datetime.combine(day, time(13, 0), UTC) in room.starts_on(token, day)
    assert b"RECURRENCE-ID" not in room.file(token)


def test_a_moved_day_that_the_rule_no_longer_has_stands_by_itself(room: Room) -> None:
    meetup = with_meetup(room, weekdays="MO")
    with_day(room, meetup, date(2026, 11, 12), moved_to(date(2026, 11, 12), time(14, 0)))
    token = room.feed()

    assert len(room.starts_on(token, date(2026, 11, 12))) == 1
    assert b"RECURRENCE-ID" not in room.file(token)


def edited(room: Room, meetup: Meetup, **changes: Any) -> None:
    """Plan the meet-ups of a week ago and of the coming days, then change the rule now."""
    with room.database.writing() as session:
        series = again(session, meetup)
        plan_occurrences(session, series, room.now - 7 * DAY)
        kept = Series(
            name=series.name,
            weekdays=tuple(series.weekdays.split(",")),
            local_time=series.local_time,
            zone=series.zone,
            minutes=series.minutes,
            starts_on=series.starts_on,
            ends_on=series.ends_on,
            participants=series.participants,
        )
        series.edit(dataclasses.replace(kept, **changes))
        plan_occurrences(session, series, room.now)


def local_starts(room: Room) -> dict[date, time]:
    """When the meet-ups of this and last week are held, on the clocks of Amsterdam."""
    week = room.now - 7 * DAY, room.now + 4 * DAY
    events = events_between(room.file(room.feed()), *week)
    starts = [event.start.astimezone(AMSTERDAM) for event in events]
    return {start.date(): start.time() for start in starts}


def test_another_hour_leaves_what_was_held_where_it_was(room: Room) -> None:
    """Tuesday's meet-up of half past nine is still to come, and moves along."""
    edited(room, with_meetup(room), local_time=time(10, 15))

    before = {date(2026, 11, day): time(9, 30) for day in (3, 4, 5, 6, 9)}
    after = {date(2026, 11, day): time(10, 15) for day in (10, 11, 12, 13)}
    assert local_starts(room) == before | after


def test_other_weekdays_leave_what_was_held_where_it_was(room: Room) -> None:
    edited(room, with_meetup(room), weekdays=("TU", "SA"))

    days = {date(2026, 11, day) for day in (3, 4, 5, 6, 9, 10)}
    assert set(local_starts(room)) == days


def test_of_an_ended_series_what_was_held_stays(room: Room) -> None:
    meetup = with_meetup(room)
    edited(room, meetup)
    with room.database.writing() as session:
        series = again(session, meetup)
        series.delete(room.now)
        plan_occurrences(session, series, room.now)

    assert set(local_starts(room)) == {date(2026, 11, day) for day in (3, 4, 5, 6, 9)}


def test_the_sequence_of_a_series_never_falls(room: Room) -> None:
    meetup = with_meetup(room)
    with_day(room, meetup, date(2026, 11, 4), cancelled)
    feed = room.feed()
    before = sequence_of(room, feed, meetup)

    edited(room, meetup, local_time=time(10, 15))

    assert sequence_of(room, feed, meetup) > before


def sequence_of(room: Room, feed: str, meetup: Meetup) -> int:
    uid = f"meetup-{meetup.uuid}@kapstok.example"
    return next(int(each["SEQUENCE"]) for each in room.events(feed) if each["UID"] == uid)


def test_mine_holds_the_meetups_in_which_i_take_part_or_that_i_lead(room: Room) -> None:
    with room.database.writing() as session:
        session.expire_on_commit = False
        other = a_person(session, again(session, room.team))
    with_meetup(room, other, name="Zonder mij")
    with_meetup(room, name="Met mij")
    with_meetup(room, other, name="Ik leid", host_id=room.person.id)

    names = [found["SUMMARY"] for found in room.events(room.feed("mine"))]

    assert names == ["Met mij", "Ik leid"]


def test_meetups_only_holds_no_posts(room: Room) -> None:
    with_post(room)
    with_meetup(room, name="Content-meet-up")

    (found,) = room.events(room.feed("meetups"))

    assert found["SUMMARY"] == "Content-meet-up"


def test_full_tells_where_the_meetup_is(room: Room) -> None:
    with_meetup(room, place="Kamer 2.14", link="https://meet.example/delinde")

    (found,) = room.events(room.feed(detail="full"))

    assert found["LOCATION"] == "Kamer 2.14"
    assert "https://meet.example/delinde" in found["DESCRIPTION"]
    assert found["URL"] == "https://kapstok.example/meetups/today"


@pytest.mark.parametrize("day", [date(2026, 11, 12), date(2026, 11, 14)], ids=["in", "beside"])
def test_a_moved_day_links_to_its_own_page_and_the_series_to_that_of_today(
    room: Room, day: date
) -> None:
    """With two series on one day, the page of today can be that of the other one."""
    meetup = with_meetup(room, link="https://meet.example/delinde")
    with_day(room, meetup, date(2026, 11, 12), moved_to(day, time(14, 0)))
    with room.database.reading() as session:
        uuid = session.scalars(select(Occurrence.uuid)).one()
    own = f"https://kapstok.example/meetups/occurrences/{uuid}"

    for detail in ("title", "full"):
        token = room.feed(detail=detail)
        series, moved = sorted(room.events(token), key=lambda one: "RRULE" not in one)
        assert (series["URL"], moved["URL"]) == ("https://kapstok.example/meetups/today", own)
        assert moved["DESCRIPTION"].endswith(own)
        assert "meetups/today" not in moved["DESCRIPTION"]
        assert room.file(token) == room.file(token)
    for told in room.events(room.feed(detail="busy")):
        assert "URL" not in told


def test_a_meetup_that_is_only_online_is_at_its_link(room: Room) -> None:
    with_meetup(room, link="https://meet.example/delinde")

    (found,) = room.events(room.feed(detail="full"))

    assert found["LOCATION"] == "https://meet.example/delinde"


def test_a_feed_with_alarms_warns_before_meetups_alone(room: Room) -> None:
    with_post(room)
    with_meetup(room, lead_minutes=7)

    meetup, post = room.events(room.feed(alarms=True))

    assert [alarm["TRIGGER"].dt for alarm in meetup.walk("VALARM")] == [timedelta(minutes=-7)]
    assert post.walk("VALARM") == []


def test_a_series_whose_rule_makes_no_sense_leaves_the_rest_in_place(room: Room) -> None:
    with_meetup(room, weekdays="XX")
    with_meetup(room, zone="Mars/Phobos")
    with_meetup(room, name="Wel goed")

    (found,) = room.events(room.feed())

    assert found["SUMMARY"] == "Wel goed"


def test_a_series_in_utc_needs_no_zone(room: Room) -> None:
    with_meetup(room, zone="UTC")
    token = room.feed()

    assert b"TZID" not in room.file(token)
    assert room.starts_on(token, date(2026, 11, 10)) == [datetime(2026, 11, 10, 9, 30, tzinfo=UTC)]


# Rows from hell


@pytest.mark.parametrize("detail", ["busy", "title", "full"])
def test_no_text_in_any_row_takes_the_feed_down(room: Room, detail: str) -> None:
    """What the database itself refuses (NUL in PostgreSQL, a lone surrogate) no row can hold."""
    texts = [text for text in HOSTILE if _fits_in(text, room)]
    with room.database.writing() as session:
        team, plan = again(session, room.team), again(session, room.plan)
        plan.values[0].name = plan.audiences[0].name = plan.channels[0].name = "a\rb\nEND:VEVENT"
        for text in texts:
            a_post(session, team, plan, title=text[:200], text=text, link=text[:500])
            facts = {"name": text[:120], "place": text[:200], "link": text[:500]}
            a_meetup(session, team, [again(session, room.person)], **facts)

    found = room.events(room.feed(detail=detail))

    assert len(found) == 2 * len(texts)


def _fits_in(text: str, room: Room) -> bool:
    has_surrogate = any("\ud800" <= letter <= "\udfff" for letter in text)
    return not has_surrogate and (room.database.is_sqlite or "\x00" not in text)


# Queries


@pytest.mark.parametrize(("scope", "posts"), [("team", 1000), ("mine", 100), ("meetups", 100)])
def test_the_number_of_queries_is_the_same_for_ten_and_a_thousand_posts(
    room: Room, scope: str, posts: int
) -> None:
    token = room.feed(scope)
    few = _queries_for(room, token, 10)
    many = _queries_for(room, token, posts - 10)

    assert few == many
    assert few <= 8


def _queries_for(room: Room, token: str, more: int) -> int:
    with room.database.writing() as session:
        team, plan = again(session, room.team), again(session, room.plan)
        for number in range(more):
            starts_at = room.now + number * timedelta(hours=7)
            a_post(session, team, plan, starts_at=starts_at, owner_id=room.person.id)
        for _number in range(more // 50 + 1):
            a_meetup(session, team, [again(session, room.person)])
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(room.database.engine, "before_cursor_execute", count)
    room.entries(token)
    event.remove(room.database.engine, "before_cursor_execute", count)
    return len([statement for statement in asked if not statement.startswith("BEGIN")])


def test_nobody_reads_a_feed_of_a_team_they_left(room: Room) -> None:
    token = room.feed()
    with room.database.writing() as session:
        session.scalars(select(Membership)).one().ended_at = room.now

    with room.database.reading() as session:
        assert queries.subscription(session, token) is None
