"""A question that nobody answered: who hears of it and when, and what takes that back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.monitoring.models import WebcareItem
from calendar_app.people.models import Membership, Person, Team
from calendar_app.plans.models import Channel, Plan, TaskRole
from calendar_app.reminders import due
from calendar_app.reminders.models import QuietHours, mute
from tests import builders
from tests.reminders.test_posts import away, change, membership_of, people, round_at, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture

# The Tuesday of the scene in Amsterdam: 10:00, 14:00, and Wednesday 10:00.
RECEIVED = datetime(2026, 11, 10, 9, tzinfo=UTC)
ANSWER_BY = datetime(2026, 11, 10, 13, tzinfo=UTC)
ESCALATES = datetime(2026, 11, 11, 9, tzinfo=UTC)
TODAY = date(2026, 11, 10)
SECOND = timedelta(seconds=1)


def ask(scene: Scene, owner_id: int | None = None, **facts: Any) -> int:
    """A question that came in at RECEIVED on the channel of the plan."""
    with scene.database.writing() as session:
        channel = session.scalars(select(Channel).where(Channel.team_id == scene.team_id)).first()
        assert channel is not None
        told = {
            "question": "Hoe solliciteer ik?",
            "received_at": RECEIVED,
            "answer_by": ANSWER_BY,
            "escalates_at": ESCALATES,
            "owner_id": owner_id,
            **facts,
        }
        return builders.a_question(session, channel, **told).id


def does(scene: Scene, part: str, *person_ids: int) -> None:
    """These people have that part of the task of webcare."""

    def name(session: Session) -> None:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        told = {"team_id": scene.team_id, "plan_id": plan.id, "task": "webcare", "part": part}
        session.add_all(TaskRole(person_id=one, **told) for one in person_ids)

    change(scene, name)


def escalate_to(scene: Scene, person_id: int) -> None:
    def name(session: Session) -> None:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        plan.escalate_to_id = person_id

    change(scene, name)


def put(scene: Scene, item_id: int, **facts: Any) -> None:
    def write(session: Session) -> None:
        found = session.get_one(WebcareItem, item_id)
        for name, value in facts.items():
            setattr(found, name, value)

    change(scene, write)


def waiting(scene: Scene, kind: str = "webcare") -> list[int]:
    return [row.person_id for row in scene.rows(kind=kind, state="pending")]


def test_who_answers_it_is_told_when_it_should_have_had_an_answer(
    scene: Scene, people: dict[str, int], sink: SmtpSink, app: Flask
) -> None:
    scene.now = RECEIVED
    item_id = ask(scene, people["writer"])
    scene.plan()
    assert scene.plan() == 0

    round_at(scene, ANSWER_BY - SECOND)
    assert sent(sink) == []
    round_at(scene, ANSWER_BY)
    round_at(scene, ANSWER_BY + timedelta(minutes=1))

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert mail["Subject"] == "Please answer: Hoe solliciteer ik?"
    assert "should have had an answer by Tuesday 10 November at 14:00 (Amsterdam)" in text
    assert text.count("https://") == 1
    assert "You get this mail because you answer this question" in text
    assert mail["List-Unsubscribe"]
    # Its link opens the page of the question.
    path = text.split("https://", 1)[1].split("\r\n", 1)[0].partition("/")[2]
    client = app.test_client()
    with scene.database.reading() as session:
        builders.sign_in(client, session.get_one(Person, people["writer"]))
    assert client.get(f"/{path}").location == f"/webcare/{item_id}"
    assert scene.plan() == 0


@pytest.mark.parametrize(
    ("answer_by", "due_at"),
    [
        # As the day ends at five: the next morning. On Saturday: on Monday.
        (datetime(2026, 11, 10, 16, tzinfo=UTC), datetime(2026, 11, 11, 8, tzinfo=UTC)),
        (datetime(2026, 11, 14, 10, tzinfo=UTC), datetime(2026, 11, 16, 8, tzinfo=UTC)),
    ],
)
def test_it_is_told_while_somebody_is_at_work(
    scene: Scene, people: dict[str, int], answer_by: datetime, due_at: datetime
) -> None:
    scene.now = RECEIVED
    ask(scene, people["writer"], answer_by=answer_by, escalates_at=None)

    scene.plan()

    assert [row.due_at for row in scene.rows(kind="webcare")] == [due_at]


def test_what_an_ambassador_was_told_of_is_not_told_again_to_who_stands_in_the_next_day(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    a_day = timedelta(days=1)
    scene.now = RECEIVED - a_day
    with scene.database.writing() as session:
        of_writer = Membership.person_id == people["writer"]
        membership = session.scalars(select(Membership).where(of_writer)).one()
        membership.agree_as_ambassador(scene.now - a_day)
    ask(scene, people["writer"], answer_by=ANSWER_BY - a_day, escalates_at=None)
    scene.plan()
    round_at(scene, ANSWER_BY - a_day)
    assert len(sent(sink)) == 1

    away(scene, people["writer"], people["deputy"])
    scene.now = ANSWER_BY - timedelta(hours=3)
    assert scene.plan() == 0
    round_at(scene, scene.now)

    assert [mail["To"].addresses[0].username for mail in sent(sink)] == ["writer"]


def test_several_questions_stand_in_one_mail_with_a_page(
    scene: Scene, people: dict[str, int], sink: SmtpSink, app: Flask
) -> None:
    scene.now = RECEIVED
    for words in ("Hoe laat?", "Waar?"):
        ask(scene, people["writer"], question=words)
    scene.plan()

    round_at(scene, ANSWER_BY)

    [mail] = sent(sink)
    assert mail["Subject"] == "Please answer 2 questions for De Linde"
    text = mail.get_body(("plain",)).get_content()
    assert "- Hoe laat?" in text
    path = text.split("https://", 1)[1].split("\r\n", 1)[0].partition("/")[2]
    client = app.test_client()
    with scene.database.reading() as session:
        builders.sign_in(client, session.get_one(Person, people["writer"]))
    page = client.get(f"/{path}").text
    assert page.count('href="/webcare/') >= 2
    assert "Waar?" in page


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"answered_at": ANSWER_BY}, due.ANSWERED),
        ({"deleted_at": ANSWER_BY}, due.REMOVED),
        ({"answer_by": ANSWER_BY + timedelta(hours=1)}, due.OTHER_MOMENT),
        ({"owner_id": 0}, due.NOT_OWNER),
    ],
    ids=["answered", "removed", "other moment", "other owner"],
)
def test_what_nobody_has_to_answer_any_more_is_cancelled_at_the_claim(
    scene: Scene, people: dict[str, int], sink: SmtpSink, facts: dict[str, Any], reason: str
) -> None:
    scene.now = RECEIVED
    item_id = ask(scene, people["writer"])
    scene.plan()
    told = {**facts, **({"owner_id": people["deputy"]} if "owner_id" in facts else {})}
    with scene.database.writing() as session:
        for name, value in told.items():
            setattr(session.get_one(WebcareItem, item_id), name, value)

    round_at(scene, ANSWER_BY)

    [row] = scene.rows(kind="webcare")
    assert (row.state, row.reason) == ("cancelled", reason)
    assert sent(sink) == []


def test_a_question_that_nobody_took_goes_to_who_has_the_task(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = RECEIVED
    item_id = ask(scene)
    scene.plan()
    assert waiting(scene) == []

    does(scene, "deputy", people["deputy"])
    assert waiting(scene) == [people["deputy"]]
    # Who only looks answers nothing.
    does(scene, "does", people["reader"], people["reviewer"])
    assert waiting(scene) == [people["reviewer"]]
    put(scene, item_id, owner_id=people["writer"])
    assert waiting(scene) == [people["writer"]]

    round_at(scene, ANSWER_BY)
    assert [mail["To"].addresses[0].addr_spec for mail in sent(sink)] == ["writer@delinde.example"]


def test_who_is_away_passes_it_on(scene: Scene, people: dict[str, int], sink: SmtpSink) -> None:
    scene.now = RECEIVED
    does(scene, "does", people["reviewer"])
    ask(scene, people["writer"])
    scene.plan()

    away(scene, people["writer"], people["deputy"])
    assert waiting(scene) == [people["deputy"]]
    away(scene, people["deputy"])
    assert waiting(scene) == [people["reviewer"]]

    round_at(scene, ANSWER_BY)
    assert [mail["To"].addresses[0].addr_spec for mail in sent(sink)] == [
        "reviewer@delinde.example"
    ]
    [row] = scene.rows(kind="webcare", person_id=people["writer"])
    assert row.state == "cancelled"


def test_who_does_not_want_to_be_seen_is_asked_only_of_what_is_theirs(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = RECEIVED
    does(scene, "does", people["reviewer"])
    ask(scene)

    def hide(session: Session) -> None:
        of_reviewer = select(Membership).where(Membership.person_id == people["reviewer"])
        session.scalars(of_reviewer).one().takes_part = False

    change(scene, hide)

    assert waiting(scene) == []


def test_what_waits_much_too_long_is_told_to_whom_the_plan_names(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = RECEIVED
    escalate_to(scene, people["reviewer"])
    item_id = ask(scene, people["writer"])
    scene.plan()

    round_at(scene, ANSWER_BY)
    round_at(scene, ESCALATES)

    first, second = sent(sink)
    assert first["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert second["To"].addresses[0].addr_spec == "reviewer@delinde.example"
    assert second["Subject"] == "Waits much too long for an answer: Hoe solliciteer ik?"
    assert "nobody gave one" in second.get_body(("plain",)).get_content()
    put(scene, item_id, answered_at=ESCALATES)
    round_at(scene, ESCALATES + timedelta(hours=1))
    assert len(sent(sink)) == 2


def test_an_escalation_passes_on_and_ends_with_an_answer(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = RECEIVED
    escalate_to(scene, people["reviewer"])
    item_id = ask(scene, escalates_at=ANSWER_BY + timedelta(hours=1))
    scene.plan()
    kind = "webcare_escalation"
    assert waiting(scene, kind) == [people["reviewer"]]

    away(scene, people["reviewer"], people["deputy"])
    assert waiting(scene, kind) == [people["deputy"]]
    put(scene, item_id, answered_at=RECEIVED)

    assert waiting(scene, kind) == []
    assert {row.reason for row in scene.rows(kind=kind)} <= {
        due.ANSWERED,
        due.ABSENT,
        due.NOT_OWNER,
    }


def an_admin(scene: Scene, name: str) -> int:
    with scene.database.writing() as session:
        team = session.get_one(Team, scene.team_id)
        told = {"name": f"{name.title()} Bos", "email": f"{name}@delinde.example", "language": "en"}
        return builders.a_person(session, team, "admin", **told).id


def leaves(session: Session, person_id: int) -> None:
    membership_of(session, person_id).ended_at = RECEIVED


def hides(session: Session, person_id: int) -> None:
    membership_of(session, person_id).takes_part = False


def closes(session: Session, person_id: int) -> None:
    session.get_one(Person, person_id).active = False


@pytest.mark.parametrize("goes", [leaves, hides, closes])
def test_once_who_hears_of_it_is_gone_a_deputy_hears_it_and_else_an_administrator(
    scene: Scene, people: dict[str, int], sink: SmtpSink, goes: Callable[[Session, int], None]
) -> None:
    scene.now = RECEIVED
    kind = "webcare_escalation"
    boss = an_admin(scene, "boss")
    escalate_to(scene, people["reviewer"])
    ask(scene, people["writer"], answer_by=None, escalates_at=ANSWER_BY)
    scene.plan()
    assert waiting(scene, kind) == [people["reviewer"]]

    change(scene, lambda session: goes(session, people["reviewer"]))
    assert waiting(scene, kind) == [boss]
    does(scene, "deputy", people["reader"], people["writer"], people["deputy"])
    assert waiting(scene, kind) == [people["deputy"]]
    away(scene, people["deputy"])
    assert waiting(scene, kind) == [boss]

    round_at(scene, ANSWER_BY)
    assert [mail["To"].addresses[0].addr_spec for mail in sent(sink)] == ["boss@delinde.example"]


def test_what_is_the_only_administrator_s_own_is_told_to_them(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = RECEIVED
    boss = an_admin(scene, "boss")
    escalate_to(scene, people["reviewer"])
    change(scene, lambda session: leaves(session, people["reviewer"]))
    ask(scene, boss, answer_by=None, escalates_at=ANSWER_BY)
    scene.plan()
    assert waiting(scene, "webcare_escalation") == [boss]

    # Another one, who does not know of it yet, comes first; but not who wants to hear nothing.
    other = an_admin(scene, "other")
    scene.plan()
    assert waiting(scene, "webcare_escalation") == [other]
    kind = "webcare_escalation"
    change(scene, lambda session: mute(session, session.get_one(Person, other), kind, RECEIVED))
    assert waiting(scene, "webcare_escalation") == [boss]


def test_a_plan_that_names_nobody_any_more_tells_nobody(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = RECEIVED
    an_admin(scene, "boss")
    ask(scene, people["writer"], answer_by=None, escalates_at=ANSWER_BY)

    scene.plan()

    assert waiting(scene, "webcare_escalation") == []


def test_quiet_hours_put_it_off_until_they_end(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = RECEIVED
    ask(scene, people["writer"])

    def hush(session: Session) -> None:
        hours = QuietHours(person_id=people["writer"], begins=time(13), ends=time(15, 30))
        session.add(hours)

    change(scene, hush)

    round_at(scene, ANSWER_BY)
    assert sent(sink) == []
    assert scene.plan() == 0
    round_at(scene, ANSWER_BY + timedelta(minutes=90))
    assert len(sent(sink)) == 1


@pytest.mark.parametrize("kind", ["webcare", "webcare_escalation"])
def test_each_kind_is_stopped_by_itself(scene: Scene, people: dict[str, int], kind: str) -> None:
    scene.now = RECEIVED
    escalate_to(scene, people["writer"])
    ask(scene, people["writer"])
    scene.plan()

    def stop(session: Session) -> None:
        mute(session, session.get_one(Person, people["writer"]), kind, scene.now)

    change(scene, stop)

    states = {row.kind: row.state for row in scene.rows()}
    assert states[kind] == "cancelled"
    assert sorted(states.values()) == ["cancelled", "pending"]
