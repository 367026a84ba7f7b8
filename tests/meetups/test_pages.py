"""The pages of the meet-ups, on both databases: what people see, send and are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.queries import plan_occurrences
from calendar_app.people.models import Person, Team
from calendar_app.posts.models import Post
from tests.builders import a_meetup, a_person, a_plan, a_post, a_team, an_absence
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from calendar_app.db import Database
    from calendar_app.plans.models import Plan

TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (10, 11, 12))


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Room:
    """A team whose meet-up is every working day at half past nine, and its editor at the door."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as session:
            team = a_team(session, name="De Linde")
            mo = a_person(session, team, "editor", name="Mo Kaya")
            joris = a_person(session, team, "writer", name="Joris Visser")
            meetup = a_meetup(session, team, [mo, joris], host_id=mo.id)
            plan_occurrences(session, meetup, NOW)
            self.team_id, self.meetup_id = team.id, meetup.id
        with database.reading() as session:
            self.editor, self.writer = session.scalars(select(Person).order_by(Person.id))
            self.ids = {row.local_day: row.id for row in session.scalars(select(Occurrence))}

    def page(self, day: date) -> str:
        return f"/meetups/occurrences/{self.ids[day]}"

    def day(self, day: date) -> Occurrence:
        with self.database.reading() as session:
            return session.get_one(Occurrence, self.ids[day])

    def meetup(self) -> Meetup:
        with self.database.reading() as session:
            meetup = session.get_one(Meetup, self.meetup_id)
            assert meetup.participants is not None
            return meetup

    def post(self, **facts: object) -> None:
        with self.database.writing() as session:
            team = session.get_one(Team, self.team_id)
            plan = a_plan(session, team)
            a_post(session, team, plan, owner_id=self.writer.id, **facts)


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    """The editor, in English."""
    return Visitor(client).enter(room.editor)


def answers(room: Room, **changes: object) -> dict[str, object]:
    """What the form of a daily meet-up sends."""
    return {
        "name": "Tien minuten",
        "weekdays": ["MO", "WE"],
        "local_time": "10:00",
        "minutes": "15",
        "zone": "Europe/Amsterdam",
        "starts_on": "2026-11-10",
        "ends_on": "",
        "skips_holidays": "y",
        "participants": [str(room.editor.id), str(room.writer.id)],
        "host": str(room.writer.id),
        "lead_minutes": "5",
        "place": "",
        "link": "",
        **changes,
    }


# The series


def test_the_page_of_meetups_lists_the_series_and_the_ten_that_come(
    visitor: Visitor,
) -> None:
    page = visitor.see("/meetups/")

    assert "Every working day" in page
    assert "Tue 10 Nov 09:30" in page
    assert page.split("<tbody")[1].count("<tr") == 10
    assert "Mon 23 Nov 09:30" in page


def test_a_new_series_proposes_who_leads_by_the_role_matrix(visitor: Visitor, room: Room) -> None:
    before = visitor.see("/meetups/new")
    with room.database.writing() as session:
        plan = a_plan(session, session.get_one(Team, room.team_id))
        plan.set_roles([("hosting", session.get_one(Person, room.writer.id), "does")])

    after = visitor.see("/meetups/new")

    assert f'<option selected value="{room.editor.id}">' in before
    assert "Suggested from the role matrix." not in before
    assert f'<option selected value="{room.writer.id}">' in after
    assert "Suggested from the role matrix." in after


@pytest.mark.parametrize(("rate", "warned"), [(1, True), (2, False)])
def test_a_lead_too_short_for_the_relay_is_named(
    app: Flask, visitor: Visitor, room: Room, rate: int, *, warned: bool
) -> None:
    """Microsoft 365 takes 30 mails a minute: a lead of ten minutes reaches 300 people."""
    house = app.extensions["kapstok"]
    app.extensions["kapstok"] = replace(house, config=replace(house.config, mail_rate=rate))
    visitor.send(
        f"/meetups/{room.meetup_id}/edit",
        **answers(room, version=str(room.meetup().version), lead_minutes="1"),
    )

    page = visitor.see("/meetups/")

    words = "takes 1 mails a minute. In 1 minutes it reaches 1 of the 2 participants."
    assert (words in page) is warned


def test_a_new_series_is_planned_at_once(visitor: Visitor, room: Room) -> None:
    answer = visitor.send("/meetups/new", **answers(room, creation_key="k1"))

    assert answer.status_code == 303
    with room.database.reading() as session:
        meetup = session.scalars(select(Meetup).where(Meetup.name == "Tien minuten")).one()
        first = meetup.occurrences[0]
    assert (first.local_day, first.local_time) == (WEDNESDAY, time(10, 0))
    assert first.ends_at - first.starts_at == timedelta(minutes=15)


def test_the_same_form_sent_twice_begins_one_series(visitor: Visitor, room: Room) -> None:
    form = answers(room, creation_key="k1")

    sent = [visitor.send("/meetups/new", **form).status_code for _ in range(2)]

    assert sent == [303, 303]
    with room.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Meetup)) == 2


REFUSALS: list[tuple[dict[str, object], str, str]] = [
    (
        {"weekdays": []},
        "Choose at least one weekday.",
        "Kies minstens één dag van de week.",
    ),
    (
        {"participants": []},
        "Choose at least one participant.",
        "Kies minstens één deelnemer.",
    ),
    (
        {"ends_on": "2026-11-09"},
        "The last day lies before the first day.",
        "De laatste dag ligt voor de eerste dag.",
    ),
    (
        {"minutes": "300"},
        "A meet-up lasts between 1 and 240 minutes.",
        "Een meet-up duurt 1 tot 240 minuten.",
    ),
    (
        {"weekdays": ["SU"], "ends_on": "2026-11-13"},
        "Between the first and the last day there is no such weekday.",
        "Tussen de eerste en de laatste dag valt geen van deze dagen.",
    ),
]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_series_that_cannot_be_is_refused_in_the_persons_language(
    visitor: Visitor, room: Room, language: str
) -> None:
    visitor.language = language
    for change, english, dutch in REFUSALS:
        answer = visitor.send("/meetups/new", **answers(room, **change))

        page = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert (english if language == "en" else dutch) in page
        assert "Tien minuten" in page


def test_what_no_form_offers_is_refused(visitor: Visitor, room: Room) -> None:
    for change in (
        {"zone": "Europe/Delft"},
        {"local_time": "half ten"},
        {"link": "javascript:alert(1)"},
        {"participants": ["999999"]},
        {"name": "x" * 121},
    ):
        answer = visitor.send("/meetups/new", **answers(room, **change))

        assert answer.status_code == 422, change


def test_the_form_of_a_series_shows_what_is_saved(visitor: Visitor, room: Room) -> None:
    page = visitor.see(f"/meetups/{room.meetup_id}/edit")

    assert 'value="09:30"' in page
    assert 'value="MO" checked' in page
    assert 'value="SA" checked' not in page


def test_another_hour_moves_the_days_to_come(visitor: Visitor, room: Room) -> None:
    form = answers(room, weekdays=["MO", "TU", "WE", "TH", "FR"], version=room.meetup().version)

    answer = visitor.send(f"/meetups/{room.meetup_id}/edit", **form)

    assert answer.status_code == 303
    assert room.day(WEDNESDAY).local_time == time(10, 0)
    assert room.meetup().sequence == 1


def test_a_stale_edit_answers_409_with_both_texts_and_the_second_time_wins(
    visitor: Visitor, room: Room
) -> None:
    path = f"/meetups/{room.meetup_id}/edit"
    old = room.meetup().version
    visitor.send(path, **answers(room, name="Van een ander", version=old))

    refused = visitor.send(path, **answers(room, name="Van mij", skips_holidays="", version=old))

    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Van een ander" in page
    assert "Van mij" in page
    assert "No meet-up on public holidays" in page
    assert room.meetup().name == "Van een ander"
    knowing = visitor.send(path, **answers(room, name="Van mij", version=room.meetup().version))
    assert knowing.status_code == 303
    assert room.meetup().name == "Van mij"


def test_a_refused_edit_leaves_the_series_as_it_was(visitor: Visitor, room: Room) -> None:
    form = answers(room, host="0", participants=[], version=room.meetup().version)

    answer = visitor.send(f"/meetups/{room.meetup_id}/edit", **form)

    assert answer.status_code == 422
    assert room.meetup().name == "Content-meet-up"


def test_a_series_that_ended_leaves_the_calendar(visitor: Visitor, room: Room) -> None:
    version = room.meetup().version
    answer = visitor.send(f"/meetups/{room.meetup_id}/deletion", version=version)

    assert answer.status_code == 303
    assert room.day(WEDNESDAY).is_dropped
    assert "There is no meet-up to come" in visitor.see("/meetups/today")
    assert visitor.get(f"/meetups/{room.meetup_id}/edit").status_code == 404


# One meet-up


def test_today_leads_to_the_meetup_of_today(visitor: Visitor, room: Room) -> None:
    answer = visitor.get("/meetups/today")

    assert (answer.status_code, answer.location) == (303, room.page(TUESDAY))


def test_after_the_last_meetup_of_the_day_today_still_leads_to_it(
    visitor: Visitor, room: Room
) -> None:
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        assert visitor.get("/meetups/today").location == room.page(TUESDAY)


def test_on_a_day_without_a_meetup_today_leads_to_the_next(visitor: Visitor, room: Room) -> None:
    with time_machine.travel(datetime(2026, 11, 14, 9, tzinfo=UTC), tick=False):
        assert visitor.get("/meetups/today").location == room.page(date(2026, 11, 16))


def test_the_agenda_lists_what_is_published_due_and_unapproved(
    visitor: Visitor, room: Room
) -> None:
    yesterday = NOW - timedelta(hours=20)
    room.post(title="Al geplaatst", state="published", starts_at=yesterday, published_at=yesterday)
    room.post(title="Vergeten", state="approved", starts_at=NOW - timedelta(days=3))
    room.post(
        title="Vandaag nog",
        state="in_review",
        starts_at=NOW + timedelta(minutes=57),
        reviewer_id=room.editor.id,
    )
    room.post(title="Vrijdag", state="draft", starts_at=NOW + timedelta(days=3))
    room.post(title="Een inval", state="idea", starts_at=None)

    page = visitor.see(room.page(TUESDAY))

    blocks = page.split('class="card agenda-block"')[1:]
    titles = ["Al geplaatst", "Vergeten", "Vandaag nog", "Vrijdag", "Een inval"]
    found = [[title for title in titles if title in block] for block in blocks]
    assert found == [["Al geplaatst", "Vergeten"], ["Vandaag nog"], ["Vrijdag"], ["Een inval"]]
    assert "Goes out in 57 minutes and is not approved yet." in blocks[1]
    assert "Reviewer: Mo." in blocks[1]
    assert "is not marked as published" in blocks[0]


def test_a_channel_below_its_rhythm_stands_under_the_coming_days(
    visitor: Visitor, room: Room
) -> None:
    room.post(title="Een van drie", state="approved", starts_at=NOW + timedelta(days=1))

    assert "1 of 3 posts this week" in visitor.see(room.page(TUESDAY))


def test_who_is_away_is_named_with_the_day_until_when_and_the_deputy_leads(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        team, mo = session.get_one(Team, room.team_id), session.get_one(Person, room.editor.id)
        absence = an_absence(session, team, mo, TUESDAY, date(2026, 11, 13))
        absence.deputy_id = room.writer.id

    page = visitor.see(room.page(TUESDAY))

    assert "away until Fri 13 Nov, deputy: Joris" in page
    leader = page.split("Joris Visser</span>")[1].split("</li>")[0]
    assert "host" in leader


def test_the_page_queries_the_same_for_three_and_for_sixty_posts(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        plan = a_plan(session, team)
        _posts(session, team, plan, room, 3)
    few = _queries(visitor, room)
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        for _ in range(3):
            _posts(session, team, a_plan(session, team), room, 19)

    many = _queries(visitor, room)

    assert many == few


def _posts(session: Session, team: Team, plan: Plan, room: Room, number: int) -> None:
    states = ("draft", "published", "idea")
    for place in range(number):
        at = NOW + timedelta(hours=7 * (place - number // 2))
        a_post(
            session,
            team,
            plan,
            state=states[place % 3],
            starts_at=at,
            published_at=NOW,
            owner_id=(room.writer if place % 2 else room.editor).id,
            reviewer_id=(room.editor if place % 2 else room.writer).id,
        )


def _queries(visitor: Visitor, room: Room) -> int:
    with statements(room.database) as sent:
        visitor.see(room.page(TUESDAY))
    return len(sent)


def test_an_idea_typed_in_the_meeting_is_kept_and_leads_back(visitor: Visitor, room: Room) -> None:
    back = f"{room.page(TUESDAY)}#ideas"

    answer = visitor.send("/ideas", title="Leerling van de maand", creation_key="i1", next=back)

    assert answer.location == back
    assert "Leerling van de maand" in visitor.see(room.page(TUESDAY))
    with room.database.reading() as session:
        assert session.scalars(select(Post)).one().state == "idea"


def test_one_day_is_called_off_and_put_back(visitor: Visitor, room: Room) -> None:
    version = room.day(WEDNESDAY).version

    off = visitor.send(f"{room.page(WEDNESDAY)}/cancellation", version=version, reason="Studiedag")

    assert off.status_code == 303
    assert room.day(WEDNESDAY).state == "cancelled"
    assert "Studiedag" in visitor.see(room.page(WEDNESDAY))
    version = room.day(WEDNESDAY).version
    back = visitor.send(f"{room.page(WEDNESDAY)}/restoration", version=version)
    assert back.status_code == 303
    assert room.day(WEDNESDAY).state == "planned"


def test_calling_off_twice_is_the_same_as_once(visitor: Visitor, room: Room) -> None:
    version = room.day(WEDNESDAY).version

    for _ in range(2):
        path = f"{room.page(WEDNESDAY)}/cancellation"
        assert visitor.send(path, version=version, reason="").status_code == 303

    assert room.day(WEDNESDAY).sequence == 1


def test_calling_off_a_day_that_somebody_moved_meanwhile_answers_409(
    visitor: Visitor, room: Room
) -> None:
    old = room.day(WEDNESDAY).version
    _send_move(visitor, room, WEDNESDAY, "2026-11-11", "14:00")

    answer = visitor.send(f"{room.page(WEDNESDAY)}/cancellation", version=old, reason="Studiedag")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert room.day(WEDNESDAY).state == "moved"
    assert "Moved, Wed 11 Nov 14:00" in page
    assert 'value="Studiedag"' in page


def test_calling_off_a_day_that_somebody_called_off_shows_both_reasons(
    visitor: Visitor, room: Room
) -> None:
    old = room.day(WEDNESDAY).version
    path = f"{room.page(WEDNESDAY)}/cancellation"
    visitor.send(path, version=old, reason="Studiedag")

    answer = visitor.send(path, version=old, reason="Iedereen is ziek")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert room.day(WEDNESDAY).reason == "Studiedag"
    assert all(reason in page for reason in ("Studiedag", "Iedereen is ziek"))


def test_putting_back_a_day_that_somebody_moved_meanwhile_answers_409(
    visitor: Visitor, room: Room
) -> None:
    visitor.send(
        f"{room.page(WEDNESDAY)}/cancellation", version=room.day(WEDNESDAY).version, reason=""
    )
    old = room.day(WEDNESDAY).version
    visitor.send(f"{room.page(WEDNESDAY)}/restoration", version=old)
    _send_move(visitor, room, WEDNESDAY, "2026-11-11", "14:00")

    answer = visitor.send(f"{room.page(WEDNESDAY)}/restoration", version=old)

    assert answer.status_code == 409
    assert "Moved, Wed 11 Nov 14:00" in answer.get_data(as_text=True)
    assert room.day(WEDNESDAY).state == "moved"


def test_moving_a_day_that_somebody_called_off_says_so(visitor: Visitor, room: Room) -> None:
    old = room.day(WEDNESDAY).version
    visitor.send(f"{room.page(WEDNESDAY)}/cancellation", version=old, reason="Studiedag")

    answer = visitor.send(
        f"{room.page(WEDNESDAY)}/move", version=old, day="2026-11-11", local_time="11:00"
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Called off, Wed 11 Nov 09:30" in page
    assert '<div class="conflict-text">09:30</div>' in page


def test_a_series_that_somebody_changed_meanwhile_is_not_ended(
    visitor: Visitor, room: Room
) -> None:
    old = room.meetup().version
    visitor.send(f"/meetups/{room.meetup_id}/edit", **answers(room, version=old))

    answer = visitor.send(f"/meetups/{room.meetup_id}/deletion", version=old)

    assert answer.status_code == 409
    assert room.meetup().deleted_at is None


def test_a_meetup_that_has_begun_is_not_called_off(visitor: Visitor, room: Room) -> None:
    with time_machine.travel(NOW + timedelta(minutes=13), tick=False):
        version = room.day(TUESDAY).version
        path = f"{room.page(TUESDAY)}/cancellation"

        answer = visitor.send(path, version=version, reason="Te druk")

    assert answer.status_code == 422
    assert "This meet-up has begun or is over." in answer.get_data(as_text=True)
    assert room.day(TUESDAY).state == "planned"


def _send_move(visitor: Visitor, room: Room, day: date, to: str, at: str) -> int:
    fields = {"day": to, "local_time": at, "version": room.day(day).version}
    return visitor.send(f"{room.page(day)}/move", **fields).status_code


def test_one_day_is_moved_to_another_hour(visitor: Visitor, room: Room) -> None:
    assert _send_move(visitor, room, WEDNESDAY, "2026-11-11", "14:00") == 303

    moved = room.day(WEDNESDAY)
    assert moved.starts_at == datetime(2026, 11, 11, 13, 0, tzinfo=UTC)
    assert "on Wed 11 Nov 14:00" in visitor.see(f"{room.page(WEDNESDAY)}/move")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Choose a day between the meet-up before this one and the one after it."),
        ("nl", "Kies een dag tussen de vorige en de volgende meet-up."),
    ],
)
def test_a_day_that_would_pass_its_neighbour_is_refused_at_the_field(
    visitor: Visitor, room: Room, language: str, words: str
) -> None:
    visitor.language = language
    fields = {"day": "2026-11-12", "local_time": "09:00", "version": room.day(WEDNESDAY).version}

    answer = visitor.send(f"{room.page(WEDNESDAY)}/move", **fields)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page.split('id="day-error"')[1]
    assert room.day(WEDNESDAY).state == "planned"


def test_a_move_over_somebody_elses_move_answers_409_with_both(
    visitor: Visitor, room: Room
) -> None:
    old = room.day(WEDNESDAY).version
    _send_move(visitor, room, WEDNESDAY, "2026-11-11", "14:00")

    fields = {"day": "2026-11-11", "local_time": "16:00", "version": old}
    answer = visitor.send(f"{room.page(WEDNESDAY)}/move", **fields)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "14:00" in page
    assert "16:00" in page
    assert room.day(WEDNESDAY).local_time == time(14, 0)


def test_a_writer_sees_the_meetup_and_changes_nothing_of_it(
    client: FlaskClient, room: Room
) -> None:
    visitor = Visitor(client).enter(room.writer)

    page = visitor.see(room.page(WEDNESDAY))

    assert "Only this day" not in page
    assert visitor.get("/meetups/new").status_code == 403
    assert visitor.send(f"{room.page(WEDNESDAY)}/cancellation", version=1).status_code == 403
    assert room.day(WEDNESDAY).state == "planned"


def test_a_meetup_of_another_team_is_not_there(client: FlaskClient, room: Room) -> None:
    with room.database.writing() as session:
        stranger_id = a_person(session, a_team(session), "admin").id
    with room.database.reading() as session:
        stranger = session.get_one(Person, stranger_id)
    visitor = Visitor(client).enter(stranger)

    page = room.page(TUESDAY)
    for path in (page, f"{page}/move", f"/meetups/{room.meetup_id}/edit"):
        assert visitor.get(path).status_code == 404
    assert visitor.send(f"/meetups/{room.meetup_id}/deletion").status_code == 404


def test_the_meeting_can_be_opened_until_the_meetup_is_over(room: Room, visitor: Visitor) -> None:
    with room.database.writing() as session:
        session.get_one(Meetup, room.meetup_id).link = "https://teams.example/abc"

    for late, offered in ((timedelta(minutes=21), True), (timedelta(minutes=22), False)):
        with time_machine.travel(NOW + late, tick=False):
            assert ("Open the meeting" in visitor.see(room.page(TUESDAY))) == offered


def test_a_post_of_a_coming_day_without_approval_is_told_in_one_quiet_line(
    room: Room, visitor: Visitor
) -> None:
    room.post(title="Morgen", starts_at=datetime(2026, 11, 11, 9, tzinfo=UTC))

    page = visitor.see(room.page(TUESDAY))

    assert '<p class="small concern">Not approved yet.' in page
    assert "note-warn" not in page
    assert "note-bad" not in page


def test_the_forms_of_a_series_name_whose_holidays_count(visitor: Visitor, room: Room) -> None:
    pages = ("/meetups/new", f"/meetups/{room.meetup_id}/edit", f"{room.page(THURSDAY)}/following")
    for page in pages:
        assert "s country. You can put one day back" in visitor.see(page)

    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        team.country, team.region = "DE", "BY"

    for page in pages:
        assert "Of Bayern. You can put one day back by hand." in visitor.see(page)
