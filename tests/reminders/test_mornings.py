"""What is told as a working day begins, and to who leads: due rules, and what became of each."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.meetups.holidays import is_free
from calendar_app.meetups.models import Meetup, Occurrence
from calendar_app.moments import WorkingHours, in_working_hours
from calendar_app.people.models import Absence, Person, Team
from calendar_app.plans.models import Plan, Precondition, TaskRole
from calendar_app.posts.models import Post
from calendar_app.reminders import due
from calendar_app.reminders.models import mute
from tests.builders import a_meetup
from tests.reminders.scenes import START
from tests.reminders.test_posts import away, change, make, people, round_at, sent
from tests.support.statements import statements

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture

ZONE = "Europe/Amsterdam"
AT_WORK = partial(in_working_hours, hours=WorkingHours(ZONE))
# The Tuesday of the scene, 9:00 in Amsterdam, and Thursday 10:00.
MORNING = datetime(2026, 11, 10, 8, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 12, 9, tzinfo=UTC)
TODAY = date(2026, 11, 10)


def utc(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        # Tuesday: Monday at three. Monday: Friday. Saturday and Sunday: Friday.
        ("2026-11-10T08:30", "2026-11-09T14:00"),
        ("2026-11-09T08:30", "2026-11-06T14:00"),
        ("2026-11-14T08:30", "2026-11-13T14:00"),
        ("2026-11-15T08:30", "2026-11-13T14:00"),
        # Just after midnight in Amsterdam it is the next day, and after the clocks changed.
        ("2026-11-10T23:30", "2026-11-10T14:00"),
        ("2026-03-30T07:30", "2026-03-27T14:00"),
        ("2026-03-31T07:30", "2026-03-30T13:00"),
    ],
)
def test_who_leads_hears_it_in_the_afternoon_before(starts_at: str, expected: str) -> None:
    assert due.host_due_at(utc(starts_at), ZONE, AT_WORK) == utc(expected)


def test_who_leads_after_a_holiday_or_a_day_off_hears_it_at_work() -> None:
    hours = WorkingHours(ZONE, (0, 1, 2, 3), is_off=partial(is_free, "NL"))
    at_work = partial(in_working_hours, hours=hours)
    # King's Day is a Monday, and this team is off on Fridays.
    tuesday, thursday = utc("2026-04-28T07:30"), utc("2026-04-23T13:00")

    assert due.host_due_at(tuesday, ZONE, at_work) == thursday


def test_who_leads_a_team_that_is_never_at_work_hears_it_the_day_before() -> None:
    never = partial(max, THURSDAY + timedelta(days=400))

    assert due.host_due_at(THURSDAY, ZONE, never) == utc("2026-11-11T14:00")


def test_the_worker_tells_it_on_the_last_day_on_which_the_team_works(scene: Scene) -> None:
    scene.now = START - timedelta(days=6)
    scene.enter("Anouk")
    host(scene, 0)
    with scene.database.writing() as session:
        session.get_one(Team, scene.team_id).working_days = (1, 2, 3)

    scene.plan()

    [row] = [row for row in scene.rows(kind="host") if row.occurrence_id == scene.occurrence().id]
    assert row.due_at == utc("2026-11-05T14:00")


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        # Thursday: Tuesday at nine. Tuesday: Friday. Monday and Sunday: Thursday.
        ("2026-11-12T09:00", "2026-11-10T08:00"),
        ("2026-11-10T09:00", "2026-11-06T08:00"),
        ("2026-11-09T09:00", "2026-11-05T08:00"),
        ("2026-11-15T09:00", "2026-11-12T08:00"),
        ("2026-03-31T07:00", "2026-03-27T08:00"),
        ("2026-04-01T07:00", "2026-03-30T07:00"),
    ],
)
def test_a_post_is_to_be_written_two_working_days_before(starts_at: str, expected: str) -> None:
    long_ago = utc("2026-01-01T09:00")

    assert due.write_due_at(utc(starts_at), long_ago, ZONE, AT_WORK) == utc(expected)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # For Thursday, and in time; on the morning itself; in the afternoon; in the evening before.
        ("2026-11-09T09:00", "2026-11-10T08:00"),
        ("2026-11-10T08:00", "2026-11-10T12:00"),
        ("2026-11-10T08:01", "2026-11-10T13:00"),
        ("2026-11-10T14:00", "2026-11-11T08:00"),
        ("2026-11-11T19:00", "2026-11-12T08:00"),
    ],
)
def test_who_has_just_made_a_post_is_left_at_it_for_some_hours(made: str, expected: str) -> None:
    assert due.write_due_at(THURSDAY, utc(made), ZONE, AT_WORK) == utc(expected)


def test_a_team_that_is_never_at_work_is_asked_all_the_same() -> None:
    never = partial(max, THURSDAY + timedelta(days=400))

    assert due.write_due_at(THURSDAY, MORNING, ZONE, never) == THURSDAY + timedelta(days=400)


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        # Local 10:00, 15:30, Friday 16:00 and Saturday 10:00.
        ("2026-11-10T09:00", "2026-11-10T11:00"),
        ("2026-11-10T14:30", "2026-11-11T08:00"),
        ("2026-11-13T15:00", "2026-11-16T08:00"),
        ("2026-11-14T09:00", "2026-11-16T08:00"),
        ("2026-03-27T16:00", "2026-03-30T07:00"),
    ],
)
def test_a_post_is_late_two_hours_after_its_time_at_work(starts_at: str, expected: str) -> None:
    assert due.late_due_at(utc(starts_at), AT_WORK) == utc(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 10), "2026-11-10T08:00"),
        (date(2026, 11, 14), "2026-11-16T08:00"),
        (date(2026, 3, 29), "2026-03-30T07:00"),
    ],
)
def test_another_look_is_due_as_work_begins(day: date, expected: str) -> None:
    assert due.recheck_due_at(day, ZONE, AT_WORK) == utc(expected)


PRECONDITION = due.PreconditionFacts(plan_in_use=True, is_same=True, is_asked=True, absent=False)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"plan_in_use": False}, due.PLAN_OVER),
        ({"is_same": False}, due.LOOKED_AT),
        ({"is_asked": False}, due.NOT_OWNER),
        ({"absent": True}, due.ABSENT),
    ],
)
def test_another_look_that_nobody_wants_is_cancelled(changed: dict[str, bool], reason: str) -> None:
    told = {**vars(PRECONDITION), **changed}
    facts = due.Facts(belongs=True, muted=False, precondition=due.PreconditionFacts(**told))

    assert due.decide(facts, THURSDAY, MORNING) == due.Decision("cancel", reason)
    assert due.decide(
        due.Facts(belongs=True, muted=False, precondition=PRECONDITION), THURSDAY, MORNING
    ) == due.Decision("send")


# ------------------------------------------------------------------------------------- you lead


def host(scene: Scene, place: int) -> None:
    with scene.database.writing() as session:
        session.get_one(Meetup, scene.meetup_id).host_id = scene.people[place]


def test_who_leads_gets_one_mail_the_afternoon_before(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris")
    host(scene, 1)
    scene.now = START - timedelta(days=1)
    scene.plan()
    assert scene.plan() == 0

    round_at(scene, utc("2026-11-09T13:59"))
    assert [mail for mail in sent(sink) if "lead" in mail["Subject"]] == []
    round_at(scene, utc("2026-11-09T14:00"))

    [mail] = [mail for mail in sent(sink) if "lead" in mail["Subject"]]
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "joris@delinde.example"
    assert "on Tuesday 10 November at 09:30 (Amsterdam)" in text
    assert f"/meetups/occurrences/{scene.occurrence().uuid}\r\n" in text
    assert text.count("https://") == 1
    assert "You get this mail because you lead this meet-up" in text
    assert mail["List-Unsubscribe"]


def lead_tomorrow(scene: Scene) -> None:
    """A plan for the meet-up of Tuesday, led by the first of two; it is Monday morning."""
    scene.enter("Anouk", "Joris")
    host(scene, 0)
    scene.now = START - timedelta(days=1)
    scene.plan()
    scene.now = utc("2026-11-09T14:00")


def of_host(scene: Scene, place: int) -> list[tuple[str, str]]:
    rows = scene.rows(kind="host", person_id=scene.people[place])
    return [(row.state, row.reason) for row in rows if row.occurrence_id == scene.occurrence().id]


def test_somebody_else_who_leads_is_told_instead(scene: Scene) -> None:
    lead_tomorrow(scene)

    host(scene, 1)
    scene.send()
    scene.plan()
    scene.send()

    assert of_host(scene, 0) == [("cancelled", due.NOT_HOST)]
    assert of_host(scene, 1) == [("sent", "")]


def test_a_host_who_is_away_passes_it_on(scene: Scene) -> None:
    lead_tomorrow(scene)

    with scene.database.writing() as session:
        session.add(
            Absence(
                team_id=scene.team_id, person_id=scene.people[0], first_day=TODAY, last_day=TODAY
            )
        )
    scene.plan()
    scene.send()

    assert of_host(scene, 0) == [("cancelled", due.ABSENT)]
    assert of_host(scene, 1) == [("sent", "")]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda found: setattr(found, "state", "cancelled"), due.CALLED_OFF),
        (lambda found: setattr(found, "starts_at", START + timedelta(minutes=30)), due.MOVED),
    ],
)
def test_a_meet_up_that_changed_is_not_led(scene: Scene, act: Any, reason: str) -> None:
    lead_tomorrow(scene)
    day = scene.occurrence().id
    with scene.database.writing() as session:
        act(session.get_one(Occurrence, day))

    scene.send()

    rows = scene.rows(kind="host", occurrence_id=day)
    assert [(row.state, row.reason) for row in rows] == [("cancelled", reason)]


def test_a_moved_meet_up_is_led_at_its_new_moment(scene: Scene, sink: SmtpSink) -> None:
    lead_tomorrow(scene)
    scene.send()
    with scene.database.writing() as session:
        found = session.get_one(Occurrence, scene.occurrence().id)
        found.starts_at += timedelta(minutes=30)
        found.local_time = time(10)
        found.state = "moved"

    scene.plan()
    scene.send()

    told = [mail["Subject"] for mail in sent(sink) if "lead" in mail["Subject"]]
    assert ["09:30" in told[0], "10:00" in told[1]] == [True, True]


def test_nobody_hears_that_they_lead_when_all_are_reminded_already(scene: Scene) -> None:
    scene.now = START - timedelta(minutes=5)
    scene.enter("Anouk")
    host(scene, 0)

    scene.plan()

    assert of_host(scene, 0) == []
    assert len(scene.of_today()) == 1


# ------------------------------------------------------------------------------------- to write


def test_the_owner_is_told_to_write_two_working_days_before(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    post_id = make(scene, people, starts_at=THURSDAY)
    scene.plan()
    assert scene.plan() == 0

    round_at(scene, MORNING - timedelta(seconds=1))
    assert sent(sink) == []
    round_at(scene, MORNING)

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert mail["Subject"] == "Please write: Rooster, for Thursday 12 November"
    assert "has not been sent to review yet" in text
    with scene.database.reading() as session:
        assert f"/posts/{session.get_one(Post, post_id).uuid}\r\n" in text
    assert text.count("https://") == 1
    assert "You get this mail because this post is yours to write" in text
    assert mail["List-Unsubscribe"]
    assert scene.plan() == 0


@pytest.mark.parametrize("state", ["idea", "in_review", "approved", "published", "cancelled"])
def test_what_is_written_is_asked_of_nobody(
    scene: Scene, people: dict[str, int], state: str
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    make(scene, people, state, starts_at=THURSDAY)

    scene.plan()

    assert scene.rows(kind="write") == []


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda post, _p: setattr(post, "state", "in_review"), due.NOT_WAITING),
        (lambda post, p: setattr(post, "owner_id", p["deputy"]), due.NOT_ASKED),
        (lambda post, _p: setattr(post, "deleted_at", MORNING), due.POST_DELETED),
        (lambda post, _p: setattr(post, "starts_at", THURSDAY + timedelta(days=1)), due.POST_MOVED),
    ],
)
def test_what_needs_no_writing_any_more_is_cancelled_at_the_claim(
    scene: Scene, people: dict[str, int], sink: SmtpSink, act: Any, reason: str
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    post_id = make(scene, people, starts_at=THURSDAY)
    scene.plan()
    with scene.database.writing() as session:
        act(session.get_one(Post, post_id), people)

    round_at(scene, MORNING)

    [row] = scene.rows(kind="write")
    assert (row.state, row.reason) == ("cancelled", reason)
    assert sent(sink) == []


def test_what_was_entered_in_one_go_is_told_in_one_mail_and_not_at_once(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    for minute in range(5):
        scene.now = MORNING + timedelta(minutes=minute)
        make(scene, people, starts_at=THURSDAY, title=f"Bericht {minute}", created_at=scene.now)
        scene.plan()
        round_at(scene, scene.now)
    assert sent(sink) == []

    round_at(scene, MORNING + timedelta(hours=5))

    assert [mail["Subject"] for mail in sent(sink)] == ["Please write 5 posts for De Linde"]


def test_a_draft_made_in_the_evening_for_tomorrow_is_told_when_work_begins(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = utc("2026-11-10T19:00")
    make(scene, people, starts_at=utc("2026-11-11T12:00"), created_at=scene.now)
    # And one whose moment comes before that.
    make(scene, people, starts_at=utc("2026-11-11T07:30"), created_at=scene.now)
    scene.plan()

    round_at(scene, scene.now)
    round_at(scene, utc("2026-11-11T07:59"))
    assert sent(sink) == []
    round_at(scene, utc("2026-11-11T08:00"))

    [row] = scene.rows(kind="write")
    assert row.state == "sent"
    assert scene.plan() == 0


def test_a_post_that_moves_within_its_day_is_not_asked_for_again(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING
    post_id = make(scene, people, starts_at=THURSDAY)
    scene.plan()
    round_at(scene, MORNING)
    for hours in (1, 2):
        with scene.database.writing() as session:
            session.get_one(Post, post_id).starts_at = THURSDAY + timedelta(hours=hours)
        scene.plan()
        round_at(scene, MORNING + timedelta(minutes=hours))
    assert len(sent(sink)) == 1

    with scene.database.writing() as session:
        session.get_one(Post, post_id).starts_at = THURSDAY + timedelta(days=1)
    scene.plan()
    round_at(scene, MORNING + timedelta(days=1))

    assert len(sent(sink)) == 2


# ------------------------------------------------------------------------------------------- late


def test_the_owner_hears_that_a_post_is_past_its_time(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING
    post_id = make(scene, people, "approved", starts_at=MORNING, publisher_id=people["deputy"])
    scene.plan()

    round_at(scene, MORNING + timedelta(hours=2))

    [mail] = [one for one in sent(sink) if one["Subject"].startswith("Past its time")]
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert "was planned for Tuesday 10 November at 09:00 (Amsterdam)" in text
    with scene.database.reading() as session:
        assert f"/posts/{session.get_one(Post, post_id).uuid}\r\n" in text
    assert "You get this mail because this post is yours" in text


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda post, _p: setattr(post, "state", "published"), due.NOT_WAITING),
        (lambda post, _p: setattr(post, "state", "cancelled"), due.NOT_WAITING),
        (lambda post, p: setattr(post, "owner_id", p["deputy"]), due.NOT_ASKED),
        (lambda post, _p: setattr(post, "starts_at", THURSDAY), due.POST_MOVED),
    ],
    ids=["published", "cancelled", "of another", "moved"],
)
def test_what_is_not_late_any_more_is_cancelled_at_the_claim(
    scene: Scene, people: dict[str, int], act: Any, reason: str
) -> None:
    scene.now = MORNING
    post_id = make(scene, people, "in_review", starts_at=MORNING)
    scene.plan()
    with scene.database.writing() as session:
        act(session.get_one(Post, post_id), people)

    round_at(scene, MORNING + timedelta(hours=2))

    [row] = scene.rows(kind="late")
    assert (row.state, row.reason) == ("cancelled", reason)


def test_a_post_without_an_owner_is_told_to_its_publisher(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = MORNING
    make(scene, people, "approved", owner_id=None, publisher_id=people["deputy"])

    scene.plan()

    assert [row.person_id for row in scene.rows(kind="late")] == [people["deputy"]]


# ----------------------------------------------------------------------------------- another look


def a_precondition(scene: Scene, people: dict[str, int], **facts: Any) -> int:
    with scene.database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        told = {"key": "trust", "owner_id": people["writer"], "recheck_on": TODAY, **facts}
        found = Precondition(team_id=scene.team_id, plan_id=plan.id, **told)
        session.add(found)
        session.flush()
        return found.id


def test_the_owner_of_a_precondition_is_asked_to_look_again(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING - timedelta(days=1)
    a_precondition(scene, people)
    scene.plan()
    assert scene.plan() == 0

    round_at(scene, MORNING)

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert mail["Subject"] == "Time to look again: Room, trust and empowerment"
    with scene.database.reading() as session:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        assert f"/plans/{plan.uuid}/preconditions#precondition-trust\r\n" in text
        assert plan.name in text
    assert "You get this mail because you look after this precondition" in text


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda found, _plan, _p: setattr(found, "recheck_on", date(2027, 2, 1)), due.LOOKED_AT),
        (lambda found, _plan, _p: setattr(found, "recheck_on", None), due.LOOKED_AT),
        (lambda found, _plan, p: setattr(found, "owner_id", p["deputy"]), due.NOT_OWNER),
        (lambda _found, plan, _p: setattr(plan, "archived_at", MORNING), due.PLAN_OVER),
    ],
    ids=["another day", "no day", "of another", "archived"],
)
def test_a_look_that_was_taken_is_cancelled_at_the_claim(
    scene: Scene, people: dict[str, int], sink: SmtpSink, act: Any, reason: str
) -> None:
    scene.now = MORNING - timedelta(days=1)
    precondition_id = a_precondition(scene, people)
    scene.plan()
    with scene.database.writing() as session:
        found = session.get_one(Precondition, precondition_id)
        act(found, session.get_one(Plan, found.plan_id), people)

    round_at(scene, MORNING)

    [row] = scene.rows(kind="recheck")
    assert (row.state, row.reason) == ("cancelled", reason)
    assert sent(sink) == []


# --------------------------------------------------------------------------------- who stands in


def a_deputy(scene: Scene, task: str, person_id: int) -> None:
    def name(session: Session) -> None:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        session.add(
            TaskRole(
                team_id=scene.team_id,
                plan_id=plan.id,
                task=task,
                person_id=person_id,
                part="deputy",
            )
        )

    change(scene, name)


def waiting(scene: Scene, kind: str) -> list[int]:
    return [row.person_id for row in scene.rows(kind=kind, state="pending")]


@pytest.mark.parametrize(
    ("kind", "task", "state", "starts_at"),
    [
        ("write", "writing", "draft", THURSDAY),
        ("publish", "publishing", "approved", MORNING + timedelta(hours=1)),
        ("late", "publishing", "approved", MORNING),
    ],
)
def test_the_deputy_in_the_role_matrix_is_told_of_what_an_absent_colleague_would_be(
    scene: Scene, people: dict[str, int], kind: str, task: str, state: str, starts_at: datetime
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    a_deputy(scene, task, people["deputy"])
    make(scene, people, state, starts_at=starts_at)
    scene.plan()
    assert waiting(scene, kind) == [people["writer"]]

    away(scene, people["writer"])

    assert waiting(scene, kind) == [people["deputy"]]
    scene.now = MORNING + timedelta(hours=3)
    scene.send()
    assert scene.states(kind=kind, person_id=people["deputy"]) == ["sent"]


def test_the_deputy_for_review_is_asked_of_the_first_who_is_there(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = MORNING
    a_deputy(scene, "review", people["writer"])
    a_deputy(scene, "review", people["deputy"])
    make(
        scene, people, "in_review", sent_to_review_at=MORNING, sent_to_review_by_id=people["writer"]
    )

    away(scene, people["reviewer"])

    # A writer may not approve.
    assert waiting(scene, "review") == [people["deputy"]]
    away(scene, people["deputy"])
    scene.send()
    assert waiting(scene, "review") == []
    assert set(scene.states(kind="review")) == {"cancelled"}


def test_whom_they_named_themselves_comes_before_the_role_matrix(
    scene: Scene, people: dict[str, int]
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    a_deputy(scene, "writing", people["deputy"])
    make(scene, people, starts_at=THURSDAY)
    away(scene, people["writer"])
    assert waiting(scene, "write") == [people["deputy"]]

    def name(session: Session) -> None:
        found = session.scalars(select(Absence).filter_by(person_id=people["writer"])).one()
        found.deputy_id = people["reviewer"]

    change(scene, name)

    assert waiting(scene, "write") == [people["reviewer"]]


def test_what_a_deputy_in_the_role_matrix_was_told_is_void_when_somebody_is_back(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    a_deputy(scene, "writing", people["deputy"])
    make(scene, people, starts_at=THURSDAY)
    away(scene, people["writer"])
    with scene.database.writing() as session:
        session.delete(session.scalars(select(Absence)).one())

    round_at(scene, MORNING)

    [row] = scene.rows(kind="write", person_id=people["deputy"])
    assert (row.state, row.reason) == ("cancelled", due.NOT_ASKED)
    told = [mail["To"].addresses[0].addr_spec for mail in sent(sink)]
    assert "deputy@delinde.example" not in told


@pytest.mark.parametrize("kind", ["host", "write", "late", "recheck"])
def test_a_kind_that_somebody_does_not_want_is_not_planned(
    scene: Scene, people: dict[str, int], kind: str
) -> None:
    scene.now = MORNING - timedelta(days=1)
    make(scene, people, starts_at=THURSDAY)
    make(scene, people, "approved", starts_at=MORNING)
    a_precondition(scene, people)
    with scene.database.writing() as session:
        team, writer = (
            session.get_one(Team, scene.team_id),
            session.get_one(Person, people["writer"]),
        )
        a_meetup(session, team, [writer], host_id=writer.id)
    scene.plan()
    found = {row.kind for row in scene.rows()}
    assert {"host", "write", "late", "recheck"} <= found

    with scene.database.writing() as session:
        mute(session, session.get_one(Person, people["writer"]), kind, scene.now)
    scene.plan()

    assert {row.state for row in scene.rows(kind=kind)} == {"cancelled"}
    assert {row.reason for row in scene.rows(kind=kind)} == {due.MUTED}


def test_a_claim_asks_as_much_of_the_database_for_many_as_for_one(
    scene: Scene, people: dict[str, int]
) -> None:
    def queries(hosts: int) -> int:
        with scene.database.writing() as session:
            team = session.get_one(Team, scene.team_id)
            writer = session.get_one(Person, people["writer"])
            for _one in range(hosts):
                a_meetup(session, team, [writer], host_id=writer.id)
        scene.plan()
        with statements(scene.database) as asked:
            scene.send()
        return len([one for one in asked if one.startswith("SELECT")])

    scene.now = utc("2026-11-09T14:00")
    few = queries(2)

    assert queries(6) <= few
