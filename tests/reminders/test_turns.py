"""Who leads in turn is told so once, and whoever leads instead is told too; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from calendar_app.meetups import hosting
from calendar_app.meetups.hosting import HostOfDay
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.people.models import Absence, Person
from calendar_app.reminders import due, outbox
from tests.builders import said_beforehand
from tests.reminders.scenes import START
from tests.reminders.test_mornings import TODAY, of_host, utc
from tests.reminders.test_posts import sent

if TYPE_CHECKING:
    from calendar_app.reminders.outbox import Ticket
    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

# The meet-up of the scene is on Tuesday at 09:30; who leads hears it on Monday at 15:00.
TOLD = utc("2026-11-09T14:00")


def enter(scene: Scene) -> None:
    """Three people who lead in turn, Anouk on Tuesday. It is Monday, half past nine."""
    scene.enter("Anouk", "Bo", "Joris", rotates=True)
    scene.now = START - timedelta(days=1)
    scene.plan()


def round_at(scene: Scene, at: datetime) -> None:
    """One round of the worker after something was changed."""
    scene.now = at
    scene.plan()
    scene.send()
    scene.sweep()


def away_today(scene: Scene, place: int) -> None:
    with scene.database.writing() as session:
        day = {"first_day": TODAY, "last_day": TODAY}
        session.add(Absence(team_id=scene.team_id, person_id=scene.people[place], **day))


def choose(scene: Scene, place: int) -> None:
    with scene.database.writing() as session:
        occurrence = session.get_one(Occurrence, scene.occurrence().id)
        person = session.get_one(Person, scene.people[place])
        hosting.choose(session, occurrence, person, by=person, now=scene.now)


def mails_of_host(sink: SmtpSink) -> list[str]:
    """To whom the mails of Tuesday's host went, in order."""
    told = [mail for mail in sent(sink) if "lead" in mail["Subject"]]
    on_tuesday = [m for m in told if "10 November" in m.get_body(("plain",)).get_content()]
    return [str(mail["To"].addresses[0].username) for mail in on_tuesday]


def test_each_is_told_of_their_own_turn_once(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)

    assert scene.plan() == 0
    round_at(scene, TOLD)
    round_at(scene, TOLD + timedelta(minutes=5))

    assert mails_of_host(sink) == ["anouk"]
    waiting = scene.rows(kind="host", state="pending")[:3]
    assert [row.person_id for row in waiting] == [scene.people[n] for n in (1, 2, 0)]


def test_a_turn_passes_on_when_somebody_becomes_absent_before_they_are_told(
    scene: Scene, sink: SmtpSink
) -> None:
    enter(scene)

    away_today(scene, 0)
    round_at(scene, TOLD)

    assert of_host(scene, 0) == [("cancelled", due.ABSENT)]
    assert mails_of_host(sink) == ["bo"]


def test_who_becomes_absent_after_they_were_told_is_followed_by_one_who_is_told_too(
    scene: Scene, sink: SmtpSink
) -> None:
    enter(scene)
    round_at(scene, TOLD)

    away_today(scene, 0)
    round_at(scene, TOLD + timedelta(minutes=1))
    round_at(scene, TOLD + timedelta(minutes=2))

    assert mails_of_host(sink) == ["anouk", "bo"]


def test_who_was_told_stays_the_host_when_another_is_back(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)
    away_today(scene, 0)
    round_at(scene, TOLD)
    assert mails_of_host(sink) == ["bo"]

    with scene.database.writing() as session:
        session.execute(delete(Absence))
    round_at(scene, TOLD + timedelta(minutes=1))

    assert mails_of_host(sink) == ["bo"]
    assert scene.plan() == 0
    with scene.database.reading() as session:
        kept = session.scalars(select(HostOfDay)).one()
        assert (kept.person_id, kept.chosen_by_id) == (scene.people[1], None)


def test_who_says_that_they_cannot_come_does_not_lead(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)
    with scene.database.writing() as session:
        occurrence = session.get_one(Occurrence, scene.occurrence().id)
        said_beforehand(session, occurrence, session.get_one(Person, scene.people[0]))

    round_at(scene, TOLD)

    assert mails_of_host(sink) == ["bo"]


def test_who_takes_over_is_told_and_the_other_is_not(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)

    choose(scene, 2)
    round_at(scene, TOLD)

    assert of_host(scene, 0) == [("cancelled", due.NOT_HOST)]
    assert mails_of_host(sink) == ["joris"]


def test_who_gives_it_back_is_told_once(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)
    round_at(scene, TOLD)
    choose(scene, 2)
    round_at(scene, TOLD + timedelta(minutes=1))
    choose(scene, 0)
    round_at(scene, TOLD + timedelta(minutes=2))

    assert mails_of_host(sink) == ["anouk", "joris"]


def test_the_mail_to_all_names_whose_turn_it_is(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)
    choose(scene, 2)

    round_at(scene, START - timedelta(minutes=10))

    soon = [mail for mail in sent(sink) if "lead" not in mail["Subject"]]
    assert len(soon) == 3
    for mail in soon:
        assert "Joris" in mail.get_body(("plain",)).get_content()
        assert mail["Reply-To"].addresses[0].addr_spec == "joris@delinde.example"


def test_a_series_that_leads_in_turn_no_more_has_its_own_host(scene: Scene, sink: SmtpSink) -> None:
    enter(scene)
    with scene.database.writing() as session:
        meetup = session.get_one(Meetup, scene.meetup_id)
        meetup.rotates, meetup.host_id = False, scene.people[2]

    round_at(scene, TOLD)

    assert of_host(scene, 0) == [("cancelled", due.NOT_HOST)]
    assert mails_of_host(sink) == ["joris"]


def kept_host(scene: Scene) -> tuple[int, int | None]:
    """Who leads on Tuesday by the row that was kept, and who chose that."""
    with scene.database.reading() as session:
        kept = session.scalars(select(HostOfDay)).one()
        return kept.person_id, kept.chosen_by_id


def test_who_is_chosen_while_the_mail_to_another_waits_for_its_worker_leads(
    scene: Scene, sink: SmtpSink
) -> None:
    enter(scene)
    scene.now = TOLD
    tickets: list[Ticket] = []
    outbox.hand_out(scene.desk, scene.now, 40, lambda _connection, some: tickets.extend(some))
    choose(scene, 2)
    scene.plan()

    scene.now += timedelta(seconds=5)
    outbox.deliver(scene.desk, outbox.receive(scene.desk, tickets, scene.now))
    round_at(scene, scene.now)

    assert kept_host(scene) == (scene.people[2], scene.people[2])
    assert of_host(scene, 0) == [("cancelled", due.NOT_HOST)]
    assert mails_of_host(sink) == ["joris"]


def test_who_is_told_of_their_turn_takes_it_from_nobody_who_was_chosen_and_is_there(
    scene: Scene,
) -> None:
    enter(scene)
    choose(scene, 2)

    with scene.database.writing() as session:
        occurrence = session.get_one(Occurrence, scene.occurrence().id)
        hosting.keep_host(session, occurrence, scene.people[0])
    there = kept_host(scene)
    away_today(scene, 2)
    with scene.database.writing() as session:
        occurrence = session.get_one(Occurrence, scene.occurrence().id)
        hosting.keep_host(session, occurrence, scene.people[0])

    assert there == (scene.people[2], scene.people[2])
    assert kept_host(scene) == (scene.people[0], None)
