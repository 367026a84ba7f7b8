"""The meet-ups in a calendar that takes invitations by mail are those that are held, always."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import neighbours
from calendar_app.people.models import Membership, Person
from calendar_app.reminders import due
from tests.builders import an_absence
from tests.invitations.conftest import A_WHILE, MINUTE, Room

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def cancel(room: Room, place: int) -> int:
    with room.writing() as session:
        occurrence = room.occurrence(session, place)
        occurrence.cancel_day(somebody(room, session), room.scene.now)
        return occurrence.id


def somebody(room: Room, session: Session) -> Person:
    return session.get_one(Person, room.scene.people[0])


def test_who_chooses_invitations_gets_the_series_once_and_loses_it_in_the_feed(room: Room) -> None:
    room.enter("Anouk", "Joris")
    room.plan()
    assert room.in_feed() == room.held()

    room.choose("mail")

    assert room.in_feed() == []
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()
    assert len(room.held()) > 20
    # Nobody else gets a mail.
    assert len(room.mails()) == 1
    assert room.states() == [("invitation", "sent")]


def test_each_change_comes_into_the_calendar_and_nothing_stands_there_twice(room: Room) -> None:
    room.enter("Anouk", "Joris")
    room.choose("mail")
    room.settle()

    cancelled = cancel(room, 2)
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()

    with room.writing() as session:
        moved = room.occurrence(session, 3)
        moved.move_day(
            moved.held_on,
            time(15, 45),
            by=somebody(room, session),
            now=room.scene.now,
            between=neighbours(session, moved),
        )
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()

    with room.writing() as session:
        back = session.get_one(Occurrence, cancelled)
        back.restore_day(
            by=somebody(room, session), now=room.scene.now, between=neighbours(session, back)
        )
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()

    room.change(local_time=time(10, 15), weekdays="MO,WE,FR")
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()
    assert len(room.held()) < 20

    room.change(place="Zaal 4")
    assert room.settle() == ["REQUEST"]
    assert room.in_feed() == []

    room.choose("feed")
    assert room.in_feed() == room.held()
    assert room.settle() == ["CANCEL"]
    assert room.in_calendar() == []

    room.choose("mail")
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()
    assert room.in_feed() == []
    assert room.settle() == []


def test_a_day_moved_past_a_cancelled_one_comes_as_a_mail_of_its_own(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    cancel(room, 3)
    with room.writing() as session:
        moved = room.occurrence(session, 2)
        day = room.occurrence(session, 3).held_on - timedelta(days=1)
        moved.move_day(
            day,
            time(11),
            by=somebody(room, session),
            now=room.scene.now,
            between=neighbours(session, moved),
        )

    taken = room.settle()

    assert room.in_calendar() == room.held()
    assert taken == ["REQUEST", "REQUEST"]
    room.choose("feed")
    assert room.settle() == ["CANCEL", "CANCEL"]
    assert room.in_calendar() == []


def test_changes_of_one_sitting_are_one_mail(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()

    for place in ("Zaal 1", "Zaal 2", "Zaal 3"):
        room.change(place=place)
        room.send()
        room.scene.now += MINUTE

    assert room.settle() == ["REQUEST"]
    assert room.states() == [
        ("invitation", "sent"),
        ("change", "cancelled"),
        ("change", "cancelled"),
        ("change", "sent"),
    ]
    assert {row.reason for row in room.rows() if row.state == "cancelled"} == {due.TOLD_NEWER}


def test_who_goes_on_changing_does_not_keep_everybody_waiting(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()

    for number in range(10):
        room.change(place=f"Zaal {number}")
        room.send()
        room.scene.now += 2 * MINUTE

    assert room.calendars["anouk"].take(room.mails()) == ["REQUEST"]


def test_a_change_that_is_undone_at_once_is_not_told(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()

    room.change(place="Zaal 4")
    room.plan()
    room.change(place="")

    assert room.settle() == []
    assert room.states()[1:] == [("change", "cancelled")]
    assert room.rows()[-1].reason == due.PUT_BACK
    # And told later it has a higher number, though the first never left.
    room.change(place="Zaal 5")
    assert room.settle() == ["REQUEST"]


def test_a_choice_that_is_undone_at_once_sends_nothing(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    room.choose("feed")

    assert room.settle() == []
    assert room.states() == [("invitation", "cancelled")]


def test_who_is_left_out_is_told_and_who_comes_back_is_invited_again(room: Room) -> None:
    room.enter("Anouk", "Joris")
    room.choose("mail", 0, 1)
    room.settle()
    with room.writing() as session:
        meetup = session.get_one(Meetup, room.scene.meetup_id)
        joris = session.get_one(Person, room.scene.people[1])
        anouk = somebody(room, session)
        meetup.participants = [joris]
        meetup.touch()

    assert room.settle() == ["CANCEL"]
    assert room.calendars["joris"].take(room.mails()) == ["REQUEST"]
    with room.writing() as session:
        meetup = session.get_one(Meetup, room.scene.meetup_id)
        meetup.participants = [session.merge(anouk), session.merge(joris)]
        meetup.touch()
    assert room.settle() == ["REQUEST"]
    assert room.in_calendar() == room.held()
    assert room.calendars["joris"].take(room.mails()) == []


def test_who_leaves_the_team_is_told_that_the_meet_ups_leave_their_calendar(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()
    with room.writing() as session:
        (membership,) = session.query(Membership).filter_by(person_id=room.scene.people[0])
        membership.ended_at = room.scene.now

    assert room.settle() == ["CANCEL"]


def test_a_deleted_series_leaves_the_calendar(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()
    with room.writing() as session:
        session.get_one(Meetup, room.scene.meetup_id).delete(room.scene.now)

    assert room.settle() == ["CANCEL"]
    assert room.in_calendar() == []


def test_a_series_that_is_made_to_end_today_leaves_the_calendar(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.scene.now += timedelta(hours=2)
    room.settle()
    room.change(ends_on=date(2026, 11, 10))

    assert room.settle() == ["CANCEL"]


def test_a_series_that_comes_to_its_end_is_not_told(room: Room) -> None:
    room.enter("Anouk", ends_on=date(2026, 11, 13))
    room.choose("mail")
    room.settle()

    room.scene.now += timedelta(days=10)
    assert room.settle() == []
    # Nor is it when somebody then goes back to the feed.
    room.choose("feed")
    assert room.settle() == []
    assert room.states() == [("invitation", "sent")]


def test_an_absence_changes_nothing_in_the_calendar(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()
    with room.writing() as session:
        anouk = somebody(room, session)
        team = anouk.memberships[0].team
        an_absence(session, team, anouk, date(2026, 11, 11), date(2026, 12, 1))

    assert room.settle() == []


def test_in_a_year_there_are_few_mails_and_the_calendar_is_right_all_along(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()

    for _week in range(75):
        room.scene.now += timedelta(days=7)
        room.settle()
        assert room.in_calendar() == room.held(), room.scene.now

    # The holidays of the years that came.
    assert 2 <= len(room.calendars["anouk"].methods) <= 3
    assert {state for _kind, state in room.states()} == {"sent"}


def test_a_day_that_is_over_is_not_told(room: Room) -> None:
    room.enter("Anouk", ends_on=date(2026, 11, 11))
    room.choose("mail")
    room.settle()
    room.plan()
    # A minute before the last one is over.
    room.scene.now = room.scene.now.replace(day=11, hour=8, minute=39)
    room.change(place="Zaal 4")

    assert room.settle() == []
    assert room.states() == [("invitation", "sent")]


def test_nothing_waits_that_is_not_due(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()

    (row,) = room.rows()

    assert row.due_at - room.scene.now == 3 * MINUTE
    assert row.useful_until - row.due_at == timedelta(days=30)
    room.scene.now += 2 * MINUTE
    room.send()
    assert room.states() == [("invitation", "pending")]
    room.scene.now += A_WHILE
    room.send()
    assert room.states() == [("invitation", "sent")]
