"""Everybody who takes part in a meet-up is mailed what was agreed, once, after it was closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from sqlalchemy import select

from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.meetups.sittings import SUMMARY_WAITS, Attendance, Sitting
from calendar_app.people.models import AuditEntry, Person, Team
from calendar_app.posts.models import Post
from calendar_app.reminders import due
from calendar_app.reminders.models import mute
from tests.builders import a_person, a_plan, a_post, a_sitting, an_absence, an_action
from tests.reminders.scenes import START, Scene
from tests.support.statements import statements

if TYPE_CHECKING:
    from email.message import EmailMessage

    from sqlalchemy.orm import Session

    from tests.support.smtp_sink import SmtpSink

CLOSED = START + timedelta(minutes=10)
TOLD = CLOSED + SUMMARY_WAITS


def hold(scene: Scene, closed_at: datetime | None = CLOSED) -> None:
    """The meet-up of today is begun and closed by the first who entered."""
    scene.plan()
    with scene.database.writing() as session:
        occurrence = of_today(session)
        first, *others = (session.get_one(Person, person_id) for person_id in scene.people)
        told = {"closed_at": closed_at, "closed_by_id": first.id if closed_at else None}
        sitting = a_sitting(session, occurrence, first, begun_at=START, **told)
        for person in others:
            ours = {"team_id": scene.team_id, "sitting_id": sitting.id, "person_id": person.id}
            session.add(Attendance(**ours, is_present=False))
    scene.now = CLOSED
    scene.plan()


def of_today(session: Session) -> Occurrence:
    return session.scalars(select(Occurrence).where(Occurrence.starts_at == START)).one()


def mails(sink: SmtpSink) -> dict[str, EmailMessage]:
    """What the relay took after the meet-up, by address; each person got one at most."""
    taken = {}
    for one in sink.accepted:
        message = message_from_bytes(one.raw, policy=policy.default)
        assert one.recipients[0] not in taken
        taken[one.recipients[0]] = message
    return taken


def words(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_everybody_is_mailed_who_was_there_what_was_agreed_and_the_ideas(
    scene: Scene, sink: SmtpSink
) -> None:
    addresses = scene.enter("Anouk", "Joris")
    hold(scene)
    with scene.database.writing() as session:
        occurrence = of_today(session)
        joris = session.get_one(Person, scene.people[1])
        an_action(session, occurrence, joris, text="<Foto's> vragen", due_on=date(2026, 11, 12))
        team = session.get_one(Team, scene.team_id)
        idea = Post.new_idea(team, "Leerling van de maand", joris, START)
        idea.created_at = START + timedelta(minutes=9)
        early = Post.new_idea(team, "Van gisteren", joris, START)
        early.created_at = START - timedelta(days=1)
        session.add_all([idea, early])

    scene.now = TOLD
    scene.send()

    taken = mails(sink)
    assert sorted(taken) == sorted(addresses)
    message = taken["joris@delinde.example"]
    text = words(message)
    assert message["Subject"] == "What was agreed: Content-meet-up, Tuesday 10 November"
    assert "Present: Anouk" in text
    assert "Absent: Joris" in text
    assert "- <Foto's> vragen (Joris, by Thu 12 Nov)" in text
    assert "- Leerling van de maand" in text
    assert "Van gisteren" not in text
    assert "&lt;Foto&#39;s&gt; vragen" in words(message, "html")
    assert message["List-Unsubscribe"].startswith("<https://kapstok.example/unsubscribe/")
    uuid = scene.occurrence().uuid
    assert f"https://kapstok.example/meetups/occurrences/{uuid}" in text


def test_nobody_is_told_before_the_moment_to_go_on_has_passed(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris")
    hold(scene)

    scene.send()
    with scene.database.writing() as session:
        session.scalars(select(Sitting)).one().reopen(CLOSED)
    scene.plan()
    scene.now = TOLD
    scene.send()

    assert mails(sink) == {}
    rows = scene.rows(kind=due.OUTCOME)
    assert [(row.state, row.reason) for row in rows] == [("cancelled", due.GOES_ON)] * 2


def test_closed_again_it_is_told_once_at_its_new_moment(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris")
    hold(scene)
    later = CLOSED + timedelta(minutes=5)
    for close in (False, True):
        with scene.database.writing() as session:
            sitting = session.scalars(select(Sitting)).one()
            if close:
                sitting.close(session.get_one(Person, scene.people[0]), later, {})
            else:
                sitting.reopen(CLOSED)
        scene.plan()

    scene.now = TOLD
    scene.send()
    assert mails(sink) == {}
    scene.now = later + SUMMARY_WAITS
    scene.send()
    assert len(mails(sink)) == 2
    with scene.database.writing() as session:
        sitting = session.scalars(select(Sitting)).one()
        sitting.reopen(later)
        sitting.close(session.get_one(Person, scene.people[0]), scene.now, {})
    scene.plan()
    scene.now += timedelta(hours=1)
    scene.send()

    assert len(mails(sink)) == 2
    assert scene.plan() == 0


def test_what_is_not_closed_is_told_to_nobody(scene: Scene) -> None:
    scene.enter("Anouk")
    hold(scene, closed_at=None)

    assert scene.rows(kind=due.OUTCOME) == []


def test_who_is_away_hears_it_and_who_does_not_want_it_left_or_is_unseen_does_not(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Fatima", "Doof", "Weg", "Onzichtbaar", "Gestopt")
    hold(scene)
    with scene.database.writing() as session:
        people = [session.get_one(Person, person_id) for person_id in scene.people]
        _anouk, fatima, deaf, left, hidden, stopped = people
        team = session.get_one(Team, scene.team_id)
        an_absence(session, team, fatima, date(2026, 11, 9), date(2026, 11, 20))
        mute(session, deaf, due.OUTCOME, CLOSED)
        left.memberships[0].ended_at = CLOSED
        hidden.memberships[0].stop_taking_part()
        meetup = session.get_one(Meetup, scene.meetup_id)
        meetup.participants = [one for one in meetup.participants if one is not stopped]

    scene.now = TOLD
    scene.send()

    taken = mails(sink)
    assert sorted(taken) == ["anouk@delinde.example", "fatima@delinde.example"]
    assert "Onzichtbaar" not in words(taken["anouk@delinde.example"])
    reasons = {row.reason for row in scene.rows(kind=due.OUTCOME, state="cancelled")}
    assert reasons == {due.MUTED, due.LEFT_TEAM, due.NOT_INVITED}


def test_who_takes_part_since_then_hears_nothing_of_it(scene: Scene) -> None:
    scene.enter("Anouk")
    hold(scene)
    with scene.database.writing() as session:
        newcomer = a_person(session, session.get_one(Team, scene.team_id), name="Nieuw")
        meetup = session.get_one(Meetup, scene.meetup_id)
        meetup.participants.append(newcomer)

    scene.plan()

    assert [row.person_id for row in scene.rows(kind=due.OUTCOME)] == scene.people


def test_what_nobody_closed_is_closed_as_its_day_ends(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk")
    hold(scene, closed_at=None)
    midnight = datetime(2026, 11, 10, 23, tzinfo=UTC)
    with scene.database.writing() as session:
        team = session.get_one(Team, scene.team_id)
        plan = a_plan(session, team)
        for title, at in (("Op tijd", CLOSED), ("Te laat", midnight + timedelta(minutes=1))):
            a_post(session, team, plan, title=title, state="idea", starts_at=None, created_at=at)

    scene.now = midnight - timedelta(seconds=1)
    scene.plan()
    with scene.database.reading() as session:
        assert session.scalars(select(Sitting)).one().is_open
    scene.now = midnight + timedelta(hours=2)
    assert scene.plan() > 0
    assert scene.plan() == 0

    with scene.database.reading() as session:
        sitting = session.scalars(select(Sitting)).one()
        assert (sitting.closed_at, sitting.closed_by_id) == (midnight, None)
        assert sitting.agenda["blocks"]
        noted = session.scalars(select(AuditEntry)).one()
        assert (noted.action, noted.object_id) == ("sitting.closed", sitting.id)
        assert (noted.actor_id, noted.origin, noted.team_id) == (None, "worker", scene.team_id)
    scene.send()
    told = words(mails(sink)["anouk@delinde.example"])
    assert "Op tijd" in told
    assert "Te laat" not in told


def test_when_all_were_told_is_kept_with_the_meetup(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    hold(scene)
    scene.now = TOLD - timedelta(seconds=1)
    scene.send()
    with scene.database.reading() as session:
        before = session.scalars(select(Sitting)).one()

    for at in (TOLD, TOLD + timedelta(minutes=5)):
        scene.now = at
        scene.send()

    with scene.database.reading() as session:
        after = session.scalars(select(Sitting)).one()
    assert (before.told_at, after.told_at) == (None, TOLD)
    assert after.version == before.version


def test_what_came_of_it_is_asked_once_for_all_who_are_told(scene: Scene) -> None:
    def asked(names: tuple[str, ...]) -> int:
        scene.enter(*names)
        hold(scene)
        scene.now = TOLD
        with statements(scene.database) as sent:
            scene.send()
        return len([one for one in sent if "attendance" in one.lower()])

    assert asked(tuple(f"Persoon{number}" for number in range(12))) == 1


def test_it_is_in_the_language_of_its_reader(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris")
    hold(scene)
    with scene.database.writing() as session:
        session.get_one(Person, scene.people[0]).language = "nl"
        occurrence = of_today(session)
        anouk = session.get_one(Person, scene.people[0])
        an_action(session, occurrence, anouk, text="Bellen", due_on=date(2026, 11, 12))

    scene.now = TOLD
    scene.send()

    assert "do 12 nov" in words(mails(sink)["anouk@delinde.example"])
    assert "Thu 12 Nov" in words(mails(sink)["joris@delinde.example"])
