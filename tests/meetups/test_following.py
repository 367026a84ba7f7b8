"""A series that is changed from one day on: what stays, what goes along; on both databases."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.meetups import following, hosting
from calendar_app.meetups.models import Meetup, Occurrence, Series
from calendar_app.meetups.queries import neighbours, occurrence_before, plan_occurrences
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.reminders import outbox
from calendar_app.reminders.models import Delivery
from tests.builders import a_meetup, a_person, a_sitting, an_absence, said_beforehand
from tests.meetups.test_pages import THURSDAY, TUESDAY, WEDNESDAY, Room, answers
from tests.meetups.visitor import NOW, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from calendar_app.db import Database

DAY = timedelta(days=1)
FRIDAY, MONDAY = date(2026, 11, 13), date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    return Visitor(client).enter(room.editor)


def changed(room: Room, **changes: object) -> dict[str, object]:
    """What the form sends that changes the meet-up from Thursday on."""
    kept = {
        "creation_key": "one",
        "version": room.meetup().version,
        "weekdays": ["MO", "TU", "WE", "TH", "FR"],
        "starts_on": THURSDAY.isoformat(),
        "name": "Content-meet-up",
    }
    return answers(room, **{**kept, **changes})


def series(room: Room) -> list[Meetup]:
    with room.database.reading() as session:
        return list(session.scalars(select(Meetup).order_by(Meetup.id)))


def days_of(room: Room, meetup_id: int, until: date = MONDAY) -> dict[date, tuple[str, time]]:
    """The state and the hour of the days of a series up to Monday, dropped ones left out."""
    with room.database.reading() as session:
        rows = session.scalars(select(Occurrence).where(Occurrence.meetup_id == meetup_id))
        return {
            row.held_on: (row.state, row.local_time)
            for row in rows
            if row.local_day <= until and not row.is_dropped
        }


def test_from_one_day_on_another_hour_holds_and_before_it_the_old_one(
    visitor: Visitor, room: Room
) -> None:
    where = f"{room.page(THURSDAY)}/following"
    assert 'value="2026-11-12"' in visitor.see(where)

    answer = visitor.send(where, **changed(room))

    assert answer.status_code == 303
    old, new = series(room)
    assert (old.ends_on, new.starts_on, new.root_id) == (WEDNESDAY, THURSDAY, old.id)
    planned = "planned"
    assert days_of(room, old.id) == {
        TUESDAY: (planned, time(9, 30)),
        WEDNESDAY: (planned, time(9, 30)),
    }
    assert days_of(room, new.id) == {
        day: (planned, time(10, 0)) for day in (THURSDAY, FRIDAY, MONDAY)
    }
    with room.database.reading() as session:
        entries = list(session.scalars(select(AuditEntry.action)))
    assert entries.count("meetup.changed_from") == 1


def test_the_same_form_sent_twice_changes_it_once(visitor: Visitor, room: Room) -> None:
    sent = changed(room)
    where = f"{room.page(THURSDAY)}/following"

    assert visitor.send(where, **sent).status_code == 303
    assert visitor.send(where, **sent).status_code == 303

    assert len(series(room)) == 2


def test_both_forms_say_in_the_same_words_what_stays_as_it_is(visitor: Visitor, room: Room) -> None:
    visitor.language = "nl"

    edit = visitor.see(f"/meetups/{room.meetup_id}/edit")
    from_day = visitor.see(f"{room.page(THURSDAY)}/following")

    (told,) = re.findall(r'<p class="field-hint">(Dagen die je [^<]+)</p>', from_day)
    assert told in edit


def test_a_series_that_somebody_ended_does_not_come_back_to_life(
    visitor: Visitor, room: Room
) -> None:
    where, sent = f"{room.page(THURSDAY)}/following", changed(room)
    visitor.send(f"/meetups/{room.meetup_id}/deletion", version=room.meetup().version)

    first = visitor.send(where, **sent)
    again = visitor.send(where, **{**sent, "version": room.meetup().version})

    assert visitor.get(where).status_code == 404
    assert (first.status_code, again.status_code) == (404, 404)
    (ended,) = series(room)
    assert ended.deleted_at is not None
    assert days_of(room, ended.id) == {}
    assert "/following" not in visitor.see(room.page(THURSDAY))


def test_the_rule_itself_refuses_a_series_that_has_ended(room: Room) -> None:
    with room.database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.delete(NOW)
        told = Series(
            name=meetup.name,
            weekdays=("TH",),
            local_time=time(10),
            zone=meetup.zone,
            minutes=10,
            starts_on=THURSDAY,
            ends_on=None,
            participants=meetup.participants,
        )

        with pytest.raises(Refused, match="has ended"):
            following.change_from(session, meetup, following.Change(THURSDAY, told), NOW)


def test_a_series_that_somebody_changed_meanwhile_is_not_split(
    visitor: Visitor, room: Room
) -> None:
    sent = changed(room)
    edit = answers(room, version=room.meetup().version, starts_on="2026-01-05", place="Kamer 2")
    visitor.send(f"/meetups/{room.meetup_id}/edit", **edit)

    answer = visitor.send(f"{room.page(THURSDAY)}/following", **sent)

    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Kamer 2" in page
    assert "First day</" not in page.split("<form")[0]
    assert len(series(room)) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts_on": WEDNESDAY.isoformat()}, "Choose this day or a later one."),
        ({"minutes": "241"}, "A meet-up lasts between 1 and 240 minutes."),
        ({"ends_on": WEDNESDAY.isoformat()}, "The last day lies before the first day."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_changes(
    visitor: Visitor, room: Room, changes: dict[str, object], message: str
) -> None:
    answer = visitor.send(f"{room.page(THURSDAY)}/following", **changed(room, **changes))

    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert [meetup.ends_on for meetup in series(room)] == [None]


def test_before_the_first_day_there_is_nothing_so_all_of_it_is_changed(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        session.get_one(Meetup, room.meetup_id).starts_on = TUESDAY

    answer = visitor.get(f"{room.page(TUESDAY)}/following")
    sent = changed(room, starts_on=TUESDAY.isoformat())
    refused = visitor.send(f"{room.page(TUESDAY)}/following", **sent)

    assert answer.headers["Location"].endswith(f"/meetups/{room.meetup_id}/edit")
    assert refused.status_code == 422
    assert len(series(room)) == 1


def test_a_day_whose_hour_has_passed_is_no_first_day(visitor: Visitor, room: Room) -> None:
    with time_machine.travel(datetime(2026, 11, 12, 9, 0, tzinfo=UTC), tick=False):
        answer = visitor.send(f"{room.page(THURSDAY)}/following", **changed(room))

    assert answer.status_code == 422
    assert "The time of this meet-up has passed." in answer.get_data(as_text=True)


def test_days_that_were_called_off_or_moved_and_what_was_said_go_along(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        friday, monday = (session.get_one(Occurrence, room.ids[day]) for day in (FRIDAY, MONDAY))
        mo = session.get_one(Person, room.editor.id)
        friday.cancel_day(mo, NOW, "Studiedag")
        monday.move_day(
            date(2026, 11, 15), time(12), by=mo, now=NOW, between=neighbours(session, monday)
        )
        said_beforehand(session, session.get_one(Occurrence, room.ids[THURSDAY]), mo)

    visitor.send(f"{room.page(THURSDAY)}/following", **changed(room))

    old, new = series(room)
    assert days_of(room, new.id) == {
        THURSDAY: ("planned", time(10, 0)),
        FRIDAY: ("cancelled", time(9, 30)),
        date(2026, 11, 15): ("moved", time(12, 0)),
    }
    assert set(days_of(room, old.id)) == {TUESDAY, WEDNESDAY}
    assert room.day(THURSDAY).meetup_id == new.id
    assert "Geen foto." in visitor.see(room.page(THURSDAY))


def test_weekdays_that_are_left_out_take_place_no_more(visitor: Visitor, room: Room) -> None:
    visitor.send(f"{room.page(THURSDAY)}/following", **changed(room, weekdays=["TH", "MO"]))

    old, new = series(room)
    assert set(days_of(room, new.id)) == {THURSDAY, MONDAY}
    assert FRIDAY not in days_of(room, old.id)


def test_nobody_is_reminded_twice_and_who_was_asked_anew_is_told_of_the_new_hour(
    visitor: Visitor, room: Room
) -> None:
    """Only Friday and Monday move: of Tuesday to Thursday nothing changes for who is reminded."""
    with room.database.writing() as session:
        outbox.plan(session, NOW)
        before = _waiting(session.scalars(select(Delivery)))

    sent = changed(room, starts_on=FRIDAY.isoformat(), host=str(room.editor.id), lead_minutes="10")
    visitor.send(f"{room.page(FRIDAY)}/following", **sent)
    with room.database.writing() as session:
        outbox.plan(session, NOW)
        assert outbox.plan(session, NOW) == 0
        after = _waiting(session.scalars(select(Delivery)))

    untouched = {key for key in before if key[2] < datetime(2026, 11, 12, 12, tzinfo=UTC)}
    assert untouched <= after
    friday = {key for key in after if key[2].date() == FRIDAY and key[0] == "meetup"}
    assert {key[2] for key in friday} == {datetime(2026, 11, 13, 8, 50, tzinfo=UTC)}
    assert len(friday) == 2


def _waiting(rows: object) -> set[tuple[str, int, datetime, int]]:
    found = [row for row in rows if row.state == "pending"]  # type: ignore[attr-defined]
    return {(row.kind, row.person_id, row.due_at, row.id) for row in found}


def test_another_place_alone_keeps_every_reminder_that_waits(visitor: Visitor, room: Room) -> None:
    with room.database.writing() as session:
        outbox.plan(session, NOW)
        before = _waiting(session.scalars(select(Delivery)))

    same = {"local_time": "09:30", "lead_minutes": "10", "minutes": "10", "place": "Kamer 2"}
    sent = changed(room, host=str(room.editor.id), **same)
    visitor.send(f"{room.page(THURSDAY)}/following", **sent)

    with room.database.writing() as session:
        assert outbox.plan(session, NOW) == 0
        assert _waiting(session.scalars(select(Delivery))) == before


def test_turns_and_the_window_of_yesterday_go_on_across_the_change(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.rotates, meetup.host_id = True, None
        wednesday = session.get_one(Occurrence, room.ids[WEDNESDAY])
        wednesday_id = wednesday.id
        joris = session.get_one(Person, room.writer.id)
        a_sitting(session, session.get_one(Occurrence, room.ids[TUESDAY]), joris)
        hosting.take_turns(session, meetup, [room.editor.id, room.writer.id])

    visitor.send(f"{room.page(THURSDAY)}/following", **changed(room, host="-1"))

    _old, new = series(room)
    with room.database.reading() as session:
        rows = [session.get_one(Occurrence, room.ids[day]) for day in (WEDNESDAY, THURSDAY, FRIDAY)]
        before = occurrence_before(session, rows[1])
        assert before is not None
        assert before.id == wednesday_id
        found = hosting.hosts(session, rows, NOW)
        leaders = [host.first_name for row in rows if (host := found[row.id]) is not None]
        assert leaders == ["Mo", "Joris", "Mo"]
        assert hosting.hosts(session, [rows[2]], NOW) == {rows[2].id: found[rows[2].id]}
        assert new.rotates
        assert hosting.places(session, session.get_one(Meetup, new.id)) == {
            room.editor.id: 1,
            room.writer.id: 2,
        }


def test_who_does_not_want_to_be_seen_stays_in_it(visitor: Visitor, room: Room) -> None:
    with room.database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        hidden = a_person(session, session.get_one(Team, room.team_id), name="Iris Vermeer")
        hidden.memberships[0].takes_part = False
        meetup.participants.append(hidden)
        meetup.host_id = hidden.id
        hidden_id = hidden.id

    visitor.send(f"{room.page(THURSDAY)}/following", **changed(room, host="0"))

    _old, new = series(room)
    with room.database.reading() as session:
        there = session.get_one(Meetup, new.id)
        assert hidden_id in {person.id for person in there.participants}
        assert there.host_id == hidden_id


def test_a_series_that_has_ended_stands_apart(visitor: Visitor, room: Room) -> None:
    visitor.send(f"{room.page(WEDNESDAY)}/following", **changed(room, starts_on="2026-11-11"))
    before = visitor.see("/meetups/")

    with time_machine.travel(NOW + 2 * DAY, tick=False):
        after = visitor.see("/meetups/")

    assert "One series has ended" not in before
    assert "One series has ended" in after


# Several series of one team


def test_each_series_has_its_own_yesterday_and_the_page_of_today_is_that_of_mine(
    client: FlaskClient, room: Room
) -> None:
    with room.database.writing() as session:
        session.expire_on_commit = False
        team = session.get_one(Team, room.team_id)
        fatima = a_person(session, team, name="Fatima D")
        second = a_meetup(session, team, [fatima], local_time=time(9, 45), name="Webcare")
        plan_occurrences(session, second, NOW - DAY)
        plan_occurrences(session, second, NOW)
        rows = list(
            session.scalars(
                select(Occurrence)
                .where(Occurrence.meetup_id == second.id)
                .order_by(Occurrence.starts_at)
            )
        )
        before = occurrence_before(session, rows[1])
        assert before is rows[0]
        assert rows[0].starts_at == datetime(2026, 11, 9, 8, 45, tzinfo=UTC)
        an_absence(session, team, fatima, THURSDAY, THURSDAY)

    mine = Visitor(client).enter(fatima).get("/meetups/today").headers["Location"]
    others = Visitor(client).enter(room.editor).get("/meetups/today").headers["Location"]

    assert mine.endswith(f"/meetups/occurrences/{rows[1].id}")
    assert others.endswith(room.page(TUESDAY))


def test_a_change_of_one_series_leaves_the_other_alone(room: Room) -> None:
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        people = session.get_one(Meetup, room.meetup_id).participants
        other = a_meetup(session, team, people, local_time=time(9, 30), name="Webcare")
        plan_occurrences(session, other, NOW)
        meetup = session.get_one(Meetup, room.meetup_id)
        told = Series(
            name="Later",
            weekdays=("TH",),
            local_time=time(11),
            zone=team.zone,
            minutes=10,
            starts_on=THURSDAY,
            ends_on=None,
            participants=people,
        )
        following.change_from(session, meetup, following.Change(THURSDAY, told), NOW)
        other_id = other.id

    assert set(days_of(room, other_id)) == {TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, MONDAY}
