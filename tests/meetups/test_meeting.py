"""Holding a meet-up, from its begin to its close, and what is kept of it; on both databases."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from calendar_app.meetups.agenda import Block, ChannelFact, Item, PostFact, PreconditionFact
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.meetups.sittings import Attendance, Sitting, note_told, rhythm
from calendar_app.meetups.snapshot import (
    KeptAction,
    Named,
    frozen,
    kept_actions,
    people_in,
    thawed,
)
from calendar_app.people.models import Person, Team
from calendar_app.posts.models import Post
from calendar_app.reminders.outbox import changes_so_far
from tests.builders import a_person, a_sitting, an_absence, an_action
from tests.meetups.test_actions import table
from tests.meetups.test_pages import THURSDAY, TUESDAY, WEDNESDAY, Room
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from calendar_app.db import Database

BEGUN = datetime(2026, 11, 10, 8, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    """The writer, in English: holding it is not for editors alone."""
    return Visitor(client).enter(room.writer)


def sitting(room: Room) -> Sitting:
    with room.database.reading() as session:
        return session.scalars(select(Sitting)).one()


def there(room: Room) -> dict[str, bool]:
    with room.database.reading() as session:
        rows = session.execute(select(Person.name, Attendance.is_present).join(Attendance.person))
        return {row.name: row.is_present for row in rows}


def begin(visitor: Visitor, room: Room, clock: time_machine.Traveller) -> Sitting:
    clock.move_to(BEGUN)
    where = f"{room.page(TUESDAY)}/beginning"
    assert visitor.send(where, version=room.day(TUESDAY).version).status_code == 303
    return sitting(room)


def people(page: str) -> str:
    return re.sub(r"\s+", " ", page.split('id="people"')[1].split("</section>", maxsplit=1)[0])


# Begin


def test_a_meetup_is_begun_by_one_click_with_who_is_expected(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    with room.database.writing() as session:
        fatima = a_person(session, session.get_one(Team, room.team_id), name="Fatima D")
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.participants.append(fatima)
        an_absence(session, session.get_one(Team, room.team_id), fatima, TUESDAY, THURSDAY)
    assert "Begin the meet-up" in visitor.see(room.page(TUESDAY))

    begun = begin(visitor, room, clock)

    assert (begun.begun_at, begun.begun_by_id) == (BEGUN, room.writer.id)
    assert begun.host_id == room.editor.id
    assert there(room) == {"Mo Kaya": True, "Joris Visser": True, "Fatima D": False}
    page = visitor.see(room.page(TUESDAY))
    assert "Begin the meet-up" not in page
    assert "Close the meet-up" in page
    assert f'data-starts-at="{BEGUN.isoformat()}"' in page
    assert f'data-ends-at="{(BEGUN + timedelta(minutes=10)).isoformat()}"' in page


def test_begun_twice_is_begun_once(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begin(visitor, room, clock)
    clock.shift(60)
    visitor.send(f"{room.page(TUESDAY)}/beginning", version=room.day(TUESDAY).version)

    assert sitting(room).begun_at == BEGUN


def test_only_what_takes_place_today_and_as_it_was_shown_is_begun(
    visitor: Visitor, room: Room
) -> None:
    version = room.day(TUESDAY).version
    elsewhere = visitor.send(f"{room.page(WEDNESDAY)}/beginning", version=version)
    assert "Begin the meet-up" not in visitor.see(room.page(WEDNESDAY))
    stale = visitor.send(f"{room.page(TUESDAY)}/beginning", version=version + 1)
    visitor.enter(room.editor)
    visitor.send(f"{room.page(TUESDAY)}/cancellation", version=version, reason="Ziek")
    off = visitor.send(f"{room.page(TUESDAY)}/beginning", version=room.day(TUESDAY).version)

    assert [answer.status_code for answer in (elsewhere, stale, off)] == [422, 409, 422]
    with room.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Sitting)) == 0


EARLY = datetime(2026, 11, 10, 8, 25, tzinfo=UTC)


@pytest.mark.parametrize("how", ["cancellation", "move"])
@pytest.mark.parametrize("version", ["old", "new"])
def test_what_is_going_on_is_neither_called_off_nor_moved(
    visitor: Visitor, room: Room, clock: time_machine.Traveller, how: str, version: str
) -> None:
    shown = room.day(TUESDAY).version
    clock.move_to(EARLY)
    visitor.send(f"{room.page(TUESDAY)}/beginning", version=shown)
    clock.shift(60)
    if version == "new":
        shown = room.day(TUESDAY).version

    visitor.enter(room.editor)
    asked = {"reason": "Ziek"} if how == "cancellation" else {"day": TUESDAY, "local_time": "15:00"}
    answer = visitor.send(f"{room.page(TUESDAY)}/{how}", version=shown, **asked)

    assert answer.status_code == (409 if version == "old" else 422)
    assert room.day(TUESDAY).state == "planned"


def test_what_was_begun_stays_where_it_is_when_the_series_changes(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    before = room.day(TUESDAY)
    clock.move_to(EARLY)
    visitor.send(f"{room.page(TUESDAY)}/beginning", version=before.version)

    with room.database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.local_time, meetup.sequence = time(15), meetup.sequence + 1
        session.flush()
        plan_occurrences(session, meetup, EARLY)

    assert room.day(TUESDAY).starts_at == before.starts_at
    assert room.day(WEDNESDAY).local_time == time(15)


def test_begun_by_mistake_it_was_not_begun_after_all(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)
    assert "Not begun after all" in visitor.see(room.page(TUESDAY))

    for _twice in range(2):
        answer = visitor.send(f"{room.page(TUESDAY)}/not-begun", version=begun.version)
        assert answer.status_code == 303

    assert "Begin the meet-up" in visitor.see(room.page(TUESDAY))
    assert there(room) == {}


@pytest.mark.parametrize("what", ["an action", "a presence"])
def test_what_something_hangs_on_was_begun(
    visitor: Visitor, room: Room, clock: time_machine.Traveller, what: str
) -> None:
    begun = begin(visitor, room, clock)
    if what == "an action":
        with room.database.writing() as session:
            an_action(session, session.get_one(Occurrence, begun.occurrence_id), room.writer)
    else:
        visitor.send(f"{room.page(TUESDAY)}/attendance", person=room.editor.id, present="0")

    assert "Not begun after all" not in visitor.see(room.page(TUESDAY))
    answer = visitor.send(f"{room.page(TUESDAY)}/not-begun", version=begun.version)

    assert answer.status_code == 422
    assert sitting(room).id == begun.id


def test_without_a_host_whoever_led_longest_ago_leads(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    with room.database.writing() as session:
        meetup = session.get_one(Meetup, room.meetup_id)
        meetup.host = None
        session.flush()
        plan_occurrences(session, meetup, NOW)
        joris = session.get_one(Person, room.writer.id)
        a_sitting(session, session.get_one(Occurrence, room.ids[TUESDAY]), joris, begun_at=BEGUN)

    clock.move_to(BEGUN + timedelta(days=1))
    visitor.send(f"{room.page(WEDNESDAY)}/beginning", version=room.day(WEDNESDAY).version)

    with room.database.reading() as session:
        led = select(Sitting.host_id).where(Sitting.occurrence_id == room.ids[WEDNESDAY])
        assert session.scalar(led) == room.editor.id


def test_a_viewer_looks_and_holds_nothing(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    with room.database.writing() as session:
        session.expire_on_commit = False
        viewer = a_person(session, session.get_one(Team, room.team_id), "viewer")
    begin(visitor, room, clock)
    visitor.enter(viewer)

    page = visitor.see(room.page(TUESDAY))

    assert "Close the meet-up" not in page
    assert 'name="present"' not in page
    assert 'name="item"' not in page
    for verb in ("beginning", "attendance", "host", "closing", "reopening", "actions"):
        assert visitor.send(f"{room.page(TUESDAY)}/{verb}").status_code == 403


# While it goes on


def test_who_is_there_is_said_by_one_button_each(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begin(visitor, room, clock)
    where = f"{room.page(TUESDAY)}/attendance"

    for _ in range(2):
        assert visitor.send(where, person=room.editor.id, present="0").status_code == 303
    assert there(room) == {"Mo Kaya": False, "Joris Visser": True}
    visitor.send(where, person=room.editor.id, present="1")

    assert there(room) == {"Mo Kaya": True, "Joris Visser": True}
    for nobody in ("999999", "x", "", str(2**40)):
        assert visitor.send(where, person=nobody, present="1").status_code == 422


def test_another_host_is_chosen_of_who_is_there(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)
    where = f"{room.page(TUESDAY)}/host"

    assert visitor.send(where, host=room.writer.id, version=begun.version).status_code == 303
    assert visitor.send(where, host="", version=begun.version).status_code == 409
    assert sitting(room).host_id == room.writer.id
    assert visitor.send(where, host="", version=sitting(room).version).status_code == 303
    assert sitting(room).host_id is None
    stranger = visitor.send(where, host="999999", version=sitting(room).version)
    assert stranger.status_code == 404


def test_who_does_not_want_to_be_seen_is_neither_listed_nor_counted(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)
    visitor.send(f"{room.page(TUESDAY)}/closing", version=begun.version)
    with room.database.writing() as session:
        session.get_one(Person, room.editor.id).memberships[0].stop_taking_part()

    pages = [visitor.see(room.page(TUESDAY)), visitor.see("/meetups/history")]

    assert not any("Mo Kaya" in page or ">Mo<" in page for page in pages)
    assert "1 of 1" in pages[1]


# Close


def test_closing_keeps_the_agenda_as_it_was(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    room.post(title="Vandaag nog", state="draft", starts_at=BEGUN + timedelta(hours=1))
    with room.database.writing() as session:
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        an_action(session, occurrence, session.get_one(Person, room.writer.id), text="Nu")
        earlier = session.get_one(Occurrence, room.ids[WEDNESDAY])
        an_action(session, earlier, session.get_one(Person, room.writer.id), text="Eerder")
    begun = begin(visitor, room, clock)
    clock.shift(540)
    answer = visitor.send(f"{room.page(TUESDAY)}/closing", version=begun.version)
    with room.database.writing() as session:
        session.scalars(select(Post)).one().title = "Heel iets anders"

    page = visitor.see(room.page(TUESDAY))

    assert answer.status_code == 303
    assert "Held from 09:31 to 09:40. This is what lay on the table then." in page
    assert "Vandaag nog" in page
    assert "Heel iets anders" not in page
    assert "Joris" in page.split('id="today"')[1].split("</section>", maxsplit=1)[0]
    assert "Nu" in table(page)
    assert "Eerder" in table(page).split("Also on the table")[1]
    assert "data-timer " not in page
    assert 'id="new-idea"' not in page


def test_nothing_changes_once_it_is_closed_and_on_its_day_it_goes_on_after_all(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun, where = begin(visitor, room, clock), room.page(TUESDAY)
    visitor.send(f"{where}/closing", version=begun.version)
    closed = sitting(room)

    again = visitor.send(f"{where}/closing", version=begun.version)
    action = {"text": "Nog iets", "owner": room.writer.id, "due_on": "2026-11-12"}
    late = [
        visitor.send(f"{where}/attendance", person=room.writer.id, present="0"),
        visitor.send(f"{where}/host", host="", version=closed.version),
        visitor.send(f"{where}/actions", **action),
    ]

    assert again.status_code == 303
    assert [answer.status_code for answer in late] == [422] * 3
    assert sitting(room).closed_at == BEGUN
    assert visitor.send(f"{where}/reopening", version=begun.version).status_code == 409
    assert visitor.send(f"{where}/reopening", version=closed.version).status_code == 303
    assert (sitting(room).closed_at, sitting(room).agenda) == (None, {})
    visitor.send(f"{where}/closing", version=sitting(room).version)
    clock.shift(timedelta(days=1))
    next_day = visitor.send(f"{where}/reopening", version=sitting(room).version)
    assert next_day.status_code == 422


def test_closed_after_all_were_mailed_it_says_that_no_second_mail_goes_out(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun, where = begin(visitor, room, clock), room.page(TUESDAY)
    visitor.send(f"{where}/closing", version=begun.version)
    assert "Everybody is mailed in 2 minutes." in visitor.see(where)
    with room.database.writing() as session:
        note_told(session, [begun.occurrence_id], BEGUN + timedelta(minutes=2))
    visitor.send(f"{where}/reopening", version=sitting(room).version)

    visitor.send(f"{where}/closing", version=sitting(room).version)

    page = visitor.see(where)
    assert "Everybody was mailed before; no second mail goes out." in page
    assert "Everybody is mailed in" not in page


def test_closed_on_another_day_it_was_over_when_its_own_ended(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)
    clock.shift(timedelta(days=7))

    visitor.send(f"{room.page(TUESDAY)}/closing", version=begun.version)

    assert sitting(room).closed_at == datetime(2026, 11, 10, 23, tzinfo=UTC)
    assert "as of the end of its day" in visitor.see(room.page(TUESDAY))


def test_what_was_typed_while_it_was_closed_is_shown_again(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)
    visitor.send(f"{room.page(TUESDAY)}/closing", version=begun.version)

    answer = visitor.send(
        f"{room.page(TUESDAY)}/actions",
        text="Foto's vragen",
        owner=room.writer.id,
        due_on="2026-11-12",
    )

    assert answer.status_code == 422
    assert "This meet-up is closed." in answer.text
    assert "Foto&#39;s vragen" in answer.text
    assert "Keep the action" not in visitor.see(room.page(TUESDAY))


def test_what_is_noted_at_a_meetup_is_no_change_of_the_calendar(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    def counts() -> tuple[str, str, tuple[object, ...]]:
        calendar, meetups = (visitor.see(f"/{of}/revision") for of in ("calendar", "meetups"))
        with room.database.reading() as session:
            return calendar, meetups, changes_so_far(session)

    begun = begin(visitor, room, clock)
    where = room.page(TUESDAY)
    calendar, meetups, plan = counts()
    clicks: list[tuple[str, dict[str, object]]] = [
        ("attendance", {"person": room.editor.id, "present": "0"}),
        ("host", {"version": begun.version, "host": ""}),
        ("actions", {"text": "Bellen", "owner": room.writer.id, "due_on": "2026-11-12"}),
    ]
    for path, fields in clicks:
        assert visitor.send(f"{where}/{path}", **fields).status_code == 303
        now_calendar, now_meetups, now_plan = counts()
        assert (now_calendar, now_plan) == (calendar, plan)
        assert now_meetups != meetups
        meetups = now_meetups

    visitor.send(f"{where}/closing", version=sitting(room).version)

    assert counts()[0] == calendar
    assert counts()[2] != plan


def test_what_nobody_began_is_not_closed(visitor: Visitor, room: Room) -> None:
    for verb in ("closing", "reopening", "attendance", "host"):
        assert visitor.send(f"{room.page(TUESDAY)}/{verb}", version=1).status_code == 422


# The history


def test_the_history_says_when_with_whom_and_how_often(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)
    visitor.send(f"{room.page(TUESDAY)}/attendance", person=room.editor.id, present="0")
    clock.shift(570)
    visitor.send(f"{room.page(TUESDAY)}/closing", version=begun.version)
    clock.shift(timedelta(days=2))

    page = visitor.see("/meetups/history")

    row = " ".join(re.sub(r"<[^>]+>", " ", page.split("<tbody")[1]).split())
    assert re.search(r"Tue 10 Nov 09:31 Minutes 10 Present 1 of 2 Host Mo Actions 0", row)
    assert "Held: 1 of the 3 meet-ups planned in the last 28 days." in page
    assert "of the 3 meet-ups planned" in visitor.see("/meetups/")


def test_the_rhythm_counts_what_was_planned_and_not_what_was_called_off(room: Room) -> None:
    with room.database.writing() as session:
        session.get_one(Occurrence, room.ids[WEDNESDAY]).state = "cancelled"
    with room.database.reading() as session:
        team = session.get_one(Team, room.team_id)
        found = [rhythm(session, team, NOW + timedelta(days=days)) for days in (0, 3, 60)]

    assert [(one.held, one.planned) for one in found] == [(0, 0), (0, 2), (0, 2)]


def test_the_pages_query_the_same_for_few_and_for_many(
    visitor: Visitor, room: Room, clock: time_machine.Traveller
) -> None:
    begun = begin(visitor, room, clock)

    def asked() -> list[int]:
        counts = []
        for where in (room.page(TUESDAY), "/meetups/history"):
            with statements(room.database) as sent:
                visitor.see(where)
            counts.append(len(sent))
        return counts

    few = asked()
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        meetup = session.get_one(Meetup, room.meetup_id)
        for day in list(room.ids)[1:20]:
            host = a_person(session, team)
            meetup.participants.append(host)
            a_sitting(session, session.get_one(Occurrence, room.ids[day]), host)
            there_too = {"team_id": team.id, "sitting_id": begun.id, "is_present": True}
            session.add(Attendance(person_id=host.id, **there_too))

    assert asked() == few


# What is kept


def test_what_is_kept_comes_back_as_it_was_but_for_the_names() -> None:
    post = PostFact(
        id=3,
        title="Open dag",
        state="draft",
        starts_at=BEGUN,
        published_at=None,
        channels=("LinkedIn", "Intranet"),
        channel_short="in",
        value_hooks=(1, 2),
        value_names=("Nabij", "Eigen regie"),
        owner_id=7,
        owner="Joris",
        owner_initials="JV",
        reviewer="Mo",
        reviewer_id=8,
    )
    gap, look = ChannelFact(4, "LinkedIn", 3, 1), PreconditionFact(5, "P", "trust", "N", "recheck")
    blocks = (
        Block("today", 3, (Item(post, late=True, unapproved=True),)),
        Block("coming", 3, (), (gap,), (look,), (look,)),
    )
    action = KeptAction(9, "Foto's vragen", 7, date(2026, 11, 12), is_done=False)

    kept = frozen(blocks, [action])

    names = {7: Named("Joris", "JV"), 8: Named("Mo", "MK")}
    assert thawed(kept, names) == blocks
    assert kept_actions(kept) == [action]
    assert people_in(kept) == {7, 8}
    assert "Joris" not in str(kept)
    (unnamed, _coming) = thawed(kept, {})
    assert asdict(unnamed.items[0].post)["owner"] == ""
    assert thawed({}, {}) == ()
