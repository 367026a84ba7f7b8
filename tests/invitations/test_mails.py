"""An invitation on its way: whole, in order, repeated byte for byte, and naming nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from sqlalchemy import func, select, update

from calendar_app.feed.ics import FeedEntry
from calendar_app.invitations.ics import Mailbox, Sheet, calendar_part
from calendar_app.invitations.models import InvitationVersion
from calendar_app.invitations.shown import written_down
from calendar_app.people.models import Membership, Person
from calendar_app.reminders import due, outbox
from calendar_app.reminders.models import Delivery, QuietHours, quiet_hours_of
from calendar_app.reminders.queries import delivery_rows
from tests.builders import a_meetup, a_person, a_team
from tests.feed.hostile import HOSTILE
from tests.invitations.conftest import A_WHILE, MINUTE, Room
from tests.invitations.outlook import calendar_in, read
from tests.support.smtp_faults import answer, close
from tests.support.statements import statements

if TYPE_CHECKING:
    from email.message import EmailMessage


MOMENT = datetime(2026, 11, 10, 8, 30, tzinfo=UTC)


def only_mail(room: Room) -> EmailMessage:
    (mail,) = room.mails()
    return read(mail.raw)


def words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_mail_is_what_a_calendar_program_expects(room: Room) -> None:
    room.enter("Anouk", "Joris", place="Zaal 4; boven", link="https://meet.example/a,b")
    room.choose("mail")
    room.settle()

    message = only_mail(room)
    method, file = calendar_in(message)
    calendar = Calendar.from_ical(file)
    (event,) = calendar.events

    assert method == "REQUEST"
    assert message["Subject"] == "Invitation: Content-meet-up"
    assert message["From"] == "Kapstok <kapstok@delinde.example>"
    assert message["To"] == "Anouk <anouk@delinde.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(event["ORGANIZER"]) == "mailto:kapstok@delinde.example"
    assert event["ORGANIZER"].params["CN"] == "De Linde"
    assert event["ATTENDEE"].params["CN"] == "Anouk"
    assert str(event["UID"]) == f"meetup-{room.scene.meetup().uuid}@kapstok.example"
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    assert (event["TRANSP"], event["STATUS"]) == ("OPAQUE", "CONFIRMED")
    assert event["LOCATION"] == "Zaal 4; boven"
    assert "https://meet.example/a,b" in event["DESCRIPTION"]
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Amsterdam"]
    assert b"Joris" not in room.mails()[0].raw
    assert b"joris" not in room.mails()[0].raw + file


def test_the_mail_says_in_words_what_it_puts_in_the_calendar(room: Room) -> None:
    room.enter("Anouk", place="Zaal 4")
    with room.writing() as session:
        session.execute(update(Person).values(language="nl"))
    room.choose("mail")
    room.settle()

    message = only_mail(room)

    for kind in ("plain", "html"):
        said = words(message, kind)
        assert "Content-meet-up" in said
        assert "De Linde" in said
        assert "09:30" in said
        assert "Amsterdam" in said
        assert "Zaal 4" in said
        assert "https://kapstok.example/meetups/today" in said
    assert "dinsdag 10 november" in words(message, "plain")
    assert "maandag, dinsdag, woensdag, donderdag en vrijdag" in words(message, "html")
    assert message["Content-Language"] == "nl"


def test_what_got_no_answer_is_repeated_byte_for_byte(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    room.scene.now += A_WHILE
    room.sink.program([close("accepted")])
    room.send()
    assert room.states() == [("invitation", "in_doubt")]

    room.scene.now += A_WHILE
    room.send()

    first, second = room.sink.accepted
    assert first.raw == second.raw
    assert room.states() == [("invitation", "sent")]
    assert room.plan() == 0


def test_a_newer_version_takes_the_place_of_one_in_doubt(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    room.scene.now += A_WHILE
    room.sink.program([close("accepted")])
    room.send()
    room.change(place="Zaal 4")
    room.plan()
    room.scene.now += A_WHILE

    room.send()

    assert room.states() == [("invitation", "in_doubt"), ("change", "sent")]
    assert room.rows()[0].ended_at is not None
    _first, second = room.sink.accepted
    assert int(next(iter(Calendar.from_ical(calendar_in(read(second.raw))[1]).events))["SEQUENCE"])


def test_a_newer_version_waits_for_one_that_is_on_its_way(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()
    for place in ("Zaal 4", "Zaal 5"):
        room.change(place=place)
        room.plan()
        room.scene.now += MINUTE
    with room.writing() as session:
        older = room.rows()[1].id
        held = {"state": "in_flight", "owner_id": room.scene.worker_id, "fence": 1, "reason": ""}
        session.execute(update(Delivery).where(Delivery.id == older).values(**held, ended_at=None))
    room.scene.now += A_WHILE

    room.send()
    assert room.states()[1:] == [("change", "in_flight"), ("change", "pending")]

    with room.writing() as session:
        landed = {"state": "sent", "owner_id": None, "ended_at": room.scene.now}
        session.execute(update(Delivery).where(Delivery.id == older).values(**landed))
    room.scene.now += MINUTE
    room.send()
    assert room.states()[1:] == [("change", "sent"), ("change", "sent")]


def test_an_older_version_that_was_put_off_is_not_sent_after_a_newer(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    room.scene.now += A_WHILE
    room.sink.program([answer("rcpt", "451 4.3.0 Try later")])
    room.send()
    assert room.states() == [("invitation", "retry")]

    room.change(place="Zaal 4")

    assert room.settle() == ["REQUEST"]
    assert room.states() == [("invitation", "cancelled"), ("invitation", "sent")]
    assert room.in_calendar() == room.held()


def test_an_address_that_is_refused_is_not_tried_again_until_there_is_news(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    room.scene.now += A_WHILE
    room.sink.program([answer("rcpt", "550 5.1.1 No such person")])
    room.send()
    assert room.states() == [("invitation", "dead")]

    for _round in range(3):
        room.scene.now += timedelta(days=1)
        assert room.plan() == 0
    room.change(place="Zaal 4")

    assert room.settle() == ["REQUEST"]
    assert room.states()[1:] == [("invitation", "sent")]


def test_it_waits_for_the_end_of_quiet_hours(room: Room) -> None:
    room.enter("Anouk")
    with room.writing() as session:
        anouk = session.get_one(Person, room.scene.people[0])
        hours = quiet_hours_of(session, anouk)
        hours.choose(time(7), time(12), ())
        hours.version = 1
        session.add(hours)
    room.choose("mail")

    assert room.settle() == []
    (row,) = room.rows()
    # Twelve o'clock in Amsterdam.
    assert row.due_at == datetime(2026, 11, 10, 11, tzinfo=UTC)
    room.scene.now = row.due_at
    assert room.settle() == ["REQUEST"]


def test_quiet_hours_that_were_chosen_since_count_too(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.plan()
    with room.writing() as session:
        anouk = session.get_one(Person, room.scene.people[0])
        hours = quiet_hours_of(session, anouk)
        hours.choose(time(7), time(12), ())
        hours.version = 1
        session.add(hours)

    assert room.settle() == []
    room.scene.now = datetime(2026, 11, 10, 11, tzinfo=UTC)
    assert room.settle() == ["REQUEST"]
    with room.scene.database.reading() as session:
        assert session.scalar(select(func.count(QuietHours.id))) == 1


def test_who_is_disabled_is_mailed_nothing_and_nothing_is_planned_for_them(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()
    with room.writing() as session:
        session.get_one(Person, room.scene.people[0]).active = False

    for _round in range(3):
        assert room.settle() == []
    assert room.states() == [("invitation", "sent")]


def test_it_is_the_same_entry_after_a_move_to_another_address(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()

    room.scene.config = replace(room.scene.config, base_url="https://elders.example")

    # The link in it changed.
    assert room.settle() == ["REQUEST"]
    assert list(room.calendars["anouk"].held) == [
        f"meetup-{room.scene.meetup().uuid}@kapstok.example"
    ]
    assert room.in_calendar() == room.held()


def test_the_log_names_each_mail(room: Room) -> None:
    room.enter("Anouk")
    room.choose("mail")
    room.settle()
    room.change(place="Zaal 4")
    room.settle()
    room.choose("feed")
    room.settle()

    with room.scene.database.reading() as session:
        kinds = [row["kind"] for row in delivery_rows(session) if row["kind"] in due.OF_CALENDARS]
        versions = session.scalars(select(InvitationVersion).order_by(InvitationVersion.id)).all()

    assert kinds == [due.INVITATION, due.CHANGE, due.WITHDRAWAL]
    assert [one.method for one in versions] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [one.sequence for one in versions] == [0, 1, 2]


def test_planning_asks_the_same_whether_one_is_invited_or_twelve(room: Room) -> None:
    room.enter(*(f"Person{number}" for number in range(12)))
    room.choose("mail", 0)
    room.settle("person0")
    counted = []
    for _round in range(2):
        with statements(room.scene.database) as asked, room.writing() as session:
            room.scene.now += MINUTE
            outbox.invite(session, room.scene.config, room.scene.now)
        counted.append(len(asked))
        room.choose("mail", *range(12))
        room.settle("person0")

    assert counted[0] == counted[1]
    assert len(room.mails()) == 12


# ------------------------------------------------------------------------------------ hostile texts


def sheet_of(text: str, method: str = "REQUEST") -> Sheet:
    entry = FeedEntry(
        uid="meetup-1@kapstok.example",
        starts=MOMENT,
        ends=MOMENT + 10 * MINUTE,
        summary=text,
        description=text,
        location=text,
        changed_at=MOMENT,
        sequence=0,
        status="CONFIRMED",
        busy=True,
    )
    return Sheet(method, 3, MOMENT, written_down([entry]), 2027)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_no_text_becomes_a_property(method: str) -> None:
    names = None
    for text in ["Rooster", *HOSTILE, "x" * 4000, "é;,\\\r\nATTENDEE:mailto:a@b.example" * 100]:
        mailbox = Mailbox(text, "anouk@delinde.example")
        file = calendar_part(sheet_of(text, method), mailbox, mailbox).encode()

        lines = file.split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert b"\r" not in b"".join(lines)
        assert b"\n" not in b"".join(lines)
        calendar = Calendar.from_ical(file)
        (event,) = calendar.events
        assert event["ATTENDEE"] == event["ORGANIZER"] == "mailto:anouk@delinde.example"
        assert calendar["METHOD"] == method
        found = {name for name in event if name not in {"DESCRIPTION", "LOCATION"}}
        names = names or found
        assert found == names


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("o'neil+werk@delinde.example", "mailto:o'neil+werk@delinde.example"),
        ('"a;b,c"@delinde.example', "mailto:%22a%3Bb%2Cc%22@delinde.example"),
        ("a\r\nX-EVIL:1@delinde.example", "mailto:a%20X-EVIL%3A1@delinde.example"),
    ],
)
def test_an_address_stays_one_address(address: str, written: str) -> None:
    mailbox = Mailbox('De "Linde"; \r\nX:1', address)

    file = calendar_part(sheet_of("Rooster"), mailbox, mailbox)

    unfolded = file.replace("\r\n ", "")
    assert f":{written}\r\n" in unfolded
    assert "CN=\"De 'Linde'; X:1\"" in unfolded


def test_hostile_names_and_places_go_through_a_real_relay(room: Room) -> None:
    texts = [text for text in HOSTILE if text.strip() and text.isprintable()][:20]
    texts += ["a\r\nBcc: evil@evil.example", "<script>alert(1)</script>", "y" * 4000]
    with room.writing() as session:
        for number, text in enumerate(texts):
            team = a_team(session, name=f"T {text}"[:60])
            person = a_person(
                session, team, name=f"Anouk {text}"[:100], email=f"to{number}@delinde.example"
            )
            a_meetup(session, team, [person], name=text[:120], place=text[:200])
            room.scene.people.append(person.id)
            room.scene.meetup_id = 0
    room.choose("mail", *range(len(texts)))
    room.plan()
    room.scene.now += A_WHILE
    room.send()

    assert len(room.mails()) == len(texts)
    for mail in room.mails():
        message = read(mail.raw)
        method, file = calendar_in(message)
        assert method == "REQUEST"
        assert "Bcc" not in message
        assert len(message["To"].addresses) == 1
        assert len(Calendar.from_ical(file).events) == 1
        assert "<script>" not in words(message, "html")
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998


def test_two_teams_are_two_organisers(room: Room) -> None:
    room.enter("Anouk")
    with room.writing() as session:
        anouk = session.get_one(Person, room.scene.people[0])
        other = a_team(session, name="De Eik")
        session.add(Membership(team_id=other.id, person_id=anouk.id, role="writer"))
        a_meetup(session, other, [anouk], name="Stand-up")
    room.choose("mail")

    assert room.settle() == ["REQUEST", "REQUEST"]
    said = sorted(
        Calendar.from_ical(calendar_in(read(mail.raw))[1]).events[0]["ORGANIZER"].params["CN"]
        for mail in room.mails()
    )
    assert said == ["De Eik", "De Linde"]
