"""Mails about a post: a review asked, a moment that has come, and an ambassador who says no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.meetups.holidays import is_free
from calendar_app.moments import WorkingHours, in_working_hours
from calendar_app.people.models import Absence, Membership, Person, Team
from calendar_app.plans.models import Plan, TaskRole
from calendar_app.posts.models import Post, PostChange
from calendar_app.reminders import due
from calendar_app.reminders.models import mute
from tests import builders
from tests.reminders.scenes import a_team_of
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

# Tuesday 10:00 in Amsterdam.
MOMENT = datetime(2026, 11, 10, 9, tzinfo=UTC)
TODAY = date(2026, 11, 10)
ZONE = "Europe/Amsterdam"


@pytest.fixture
def people(scene: Scene) -> dict[str, int]:
    """A writer, a reviewer, a deputy and a reader in one team, by what they do."""
    roles = {"writer": "writer", "reviewer": "editor", "deputy": "editor", "reader": "viewer"}
    found = a_team_of(scene, roles)
    with scene.database.writing() as session:
        membership_of(session, found["reader"]).agree_as_ambassador(scene.now)
    return found


def membership_of(session: Session, person_id: int) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == person_id)).one()


def make(scene: Scene, people: dict[str, int], state: str = "draft", **facts: Any) -> int:
    """A post of the writer, for the reviewer, at MOMENT; made the day before this one."""
    told = {
        "title": "Rooster",
        "created_at": scene.now - timedelta(days=1),
        "starts_at": MOMENT,
        "state": state,
        "owner_id": people["writer"],
        "reviewer_id": people["reviewer"],
        "publisher_id": people["writer"],
        **facts,
    }
    with scene.database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        return builders.a_post(session, session.get_one(Team, scene.team_id), plan, **told).id


def change(scene: Scene, act: Callable[[Session], object]) -> None:
    with scene.database.writing() as session:
        act(session)
    scene.plan()


def send_to_review(scene: Scene, people: dict[str, int], post_id: int) -> None:
    def ask(session: Session) -> None:
        writer = session.get_one(Person, people["writer"])
        session.get_one(Post, post_id).send_to_review(writer, scene.now)

    change(scene, ask)


def away(scene: Scene, person_id: int, deputy_id: int | None = None) -> None:
    def leave(session: Session) -> None:
        session.add(
            Absence(
                team_id=scene.team_id,
                person_id=person_id,
                first_day=TODAY,
                last_day=TODAY,
                deputy_id=deputy_id,
            )
        )

    change(scene, leave)


def sent(sink: SmtpSink) -> list[Any]:
    return [message_from_bytes(mail.raw, policy=policy.default) for mail in sink.accepted]


def round_at(scene: Scene, at: datetime) -> None:
    scene.now = at
    scene.send()
    scene.sweep()


def test_the_reviewer_gets_one_mail_that_says_who_asks_and_how_to_stop(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people)
    send_to_review(scene, people, post_id)

    for _twice in range(2):
        round_at(scene, scene.now)
        assert scene.plan() == 0

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "reviewer@delinde.example"
    assert mail["Subject"] == "Please review: Rooster"
    assert "Writer asks you to look at the post “Rooster” of De Linde." in text
    with scene.database.reading() as session:
        assert f"/posts/{session.get_one(Post, post_id).uuid}\r\n" in text
    assert text.count("https://") + text.count("http://") == 1
    assert "You get this mail because you are the reviewer" in text
    assert "To stop it:" in text
    assert mail["List-Unsubscribe"]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda post, _p: setattr(post, "state", "approved"), due.NOT_WAITING),
        (lambda post, p: setattr(post, "reviewer_id", p["deputy"]), due.NOT_ASKED),
        (lambda post, _p: setattr(post, "deleted_at", MOMENT), due.POST_DELETED),
        (lambda post, _p: setattr(post, "sent_to_review_at", MOMENT), due.POST_MOVED),
    ],
)
def test_a_question_that_is_no_more_is_not_sent(
    scene: Scene, people: dict[str, int], sink: SmtpSink, act: Any, reason: str
) -> None:
    post_id = make(scene, people, publisher_id=None, owner_id=None)
    send_to_review(scene, people, post_id)
    with scene.database.writing() as session:
        act(session.get_one(Post, post_id), people)

    round_at(scene, scene.now)

    [row] = scene.rows(kind="review", person_id=people["reviewer"])
    assert (row.state, row.reason) == ("cancelled", reason)
    assert sent(sink) == []


def test_what_comes_back_to_review_is_asked_again(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people)
    send_to_review(scene, people, post_id)
    round_at(scene, scene.now)

    def edit(session: Session) -> None:
        post, writer = session.get_one(Post, post_id), session.get_one(Person, people["writer"])
        post.state = "approved"
        post.edit(replace(post.content, text="Heel anders."), writer, scene.now)

    scene.now += timedelta(minutes=5)
    change(scene, edit)
    round_at(scene, scene.now)

    assert len(sent(sink)) == 2
    assert scene.states(kind="review") == ["sent", "sent"]


def test_another_image_asks_the_reviewer_again(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people)
    send_to_review(scene, people, post_id)
    round_at(scene, scene.now)

    def bring(session: Session) -> None:
        post, deputy = session.get_one(Post, post_id), session.get_one(Person, people["deputy"])
        post.state = "approved"
        post.tell_of_media("media_added", {"media": ["", "hal.png"]}, deputy, scene.now)

    scene.now += timedelta(minutes=5)
    change(scene, bring)
    round_at(scene, scene.now)

    with scene.database.reading() as session:
        post = session.get_one(Post, post_id)
        asked = (post.state, post.sent_to_review_at, post.sent_to_review_by_id)
    assert asked == ("in_review", scene.now, people["deputy"])
    _first, again = sent(sink)
    assert "Deputy asks you to look" in again.get_body(("plain",)).get_content()


def test_nobody_asks_themselves(scene: Scene, people: dict[str, int]) -> None:
    post_id = make(scene, people)

    def ask(session: Session) -> None:
        reviewer = session.get_one(Person, people["reviewer"])
        session.get_one(Post, post_id).send_to_review(reviewer, scene.now)

    change(scene, ask)

    assert scene.rows(kind="review") == []


def test_a_reviewer_who_is_away_is_asked_nothing_and_the_deputy_is(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    away(scene, people["reviewer"], people["deputy"])
    send_to_review(scene, people, make(scene, people))

    round_at(scene, scene.now)

    assert [mail["To"].addresses[0].addr_spec for mail in sent(sink)] == ["deputy@delinde.example"]


@pytest.mark.parametrize("deputy", [None, "reader"])
def test_without_a_deputy_who_may_nobody_is_asked(
    scene: Scene, people: dict[str, int], deputy: str | None
) -> None:
    send_to_review(scene, people, make(scene, people))

    away(scene, people["reviewer"], people[deputy] if deputy else None)

    assert [(row.state, row.reason) for row in scene.rows(kind="review")] == [
        ("cancelled", due.ABSENT)
    ]


def test_without_a_reviewer_all_who_may_approve_are_asked_until_one_is_named(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people, reviewer_id=None)
    send_to_review(scene, people, post_id)

    wanted = {row.person_id for row in scene.rows(kind="review")}
    assert wanted == {people["reviewer"], people["deputy"]}
    round_at(scene, scene.now)
    mails = sent(sink)
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {
        "reviewer@delinde.example",
        "deputy@delinde.example",
    }
    text = mails[0].get_body(("plain",)).get_content()
    assert "nobody is chosen to review this one" in " ".join(text.split())


def test_once_a_reviewer_is_named_the_others_are_asked_no_more(
    scene: Scene, people: dict[str, int]
) -> None:
    post_id = make(scene, people, reviewer_id=None)
    send_to_review(scene, people, post_id)

    named = people["deputy"]
    change(scene, lambda session: setattr(session.get_one(Post, post_id), "reviewer_id", named))

    assert scene.states(kind="review", person_id=people["reviewer"]) == ["cancelled"]
    assert scene.states(kind="review", person_id=named) == ["pending"]


@pytest.mark.parametrize("is_away", [False, True])
def test_who_the_role_matrix_names_for_review_is_asked_or_their_deputy(
    scene: Scene, people: dict[str, int], *, is_away: bool
) -> None:
    with scene.database.writing() as session:
        plan = session.scalars(select(Plan).where(Plan.team_id == scene.team_id)).one()
        for person, part in (("reviewer", "does"), ("deputy", "deputy")):
            facts = {"team_id": scene.team_id, "plan_id": plan.id, "task": "review", "part": part}
            session.add(TaskRole(person_id=people[person], **facts))
        if is_away:
            reviewer, team = (
                session.get_one(Person, people["reviewer"]),
                session.get_one(Team, scene.team_id),
            )
            today = scene.now.date()
            builders.an_absence(session, team, reviewer, today, today)
    post_id = make(scene, people, reviewer_id=None)

    send_to_review(scene, people, post_id)

    asked = people["deputy" if is_away else "reviewer"]
    with scene.database.reading() as session:
        post = session.get_one(Post, post_id)
        told = session.scalars(select(PostChange).where(PostChange.post_id == post_id)).one()
        assert post.reviewer is session.get_one(Person, asked)
        assert told.fields["reviewer"][1]["id"] == asked
    assert [row.person_id for row in scene.rows(kind="review")] == [asked]


def test_who_does_not_want_it_gets_none(scene: Scene, people: dict[str, int]) -> None:
    with scene.database.writing() as session:
        mute(session, session.get_one(Person, people["reviewer"]), due.REVIEW, scene.now)

    send_to_review(scene, people, make(scene, people))

    assert scene.rows(kind="review") == []


def test_the_publisher_is_told_at_the_moment_of_the_post(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people, "approved")
    scene.plan()

    round_at(scene, MOMENT - timedelta(seconds=1))
    assert sent(sink) == []
    round_at(scene, MOMENT)

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert "10:00 (Amsterdam)" in mail["Subject"]
    with scene.database.reading() as session:
        assert f"/posts/{session.get_one(Post, post_id).uuid}/publishing\r\n" in text
    assert scene.plan() == 0


def test_a_post_that_moved_is_told_of_at_its_new_moment_only(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people, "approved")
    scene.plan()
    change(
        scene,
        lambda session: setattr(
            session.get_one(Post, post_id), "starts_at", MOMENT + timedelta(hours=1)
        ),
    )

    round_at(scene, MOMENT)
    assert sent(sink) == []
    round_at(scene, MOMENT + timedelta(hours=1))

    assert len(sent(sink)) == 1
    assert scene.states(kind="publish") == ["cancelled", "sent"]


@pytest.mark.parametrize("state", ["draft", "in_review", "published", "cancelled"])
def test_only_what_may_go_out_is_told_of(scene: Scene, people: dict[str, int], state: str) -> None:
    make(scene, people, state)

    scene.plan()

    assert scene.rows(kind="publish") == []


def test_an_ambassador_is_told_in_working_hours_and_in_their_own_words(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    saturday = datetime(2026, 11, 14, 9, tzinfo=UTC)
    make(scene, people, "approved", sender_id=people["reader"], starts_at=saturday)
    scene.plan()

    round_at(scene, saturday)
    assert sent(sink) == []
    round_at(scene, datetime(2026, 11, 16, 8, tzinfo=UTC))

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"].addresses[0].addr_spec == "reader@delinde.example"
    assert "goes out from your own account" in text
    assert "Would you rather not?" in text


def test_an_ambassador_of_a_team_that_works_in_the_weekend_is_told_then(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    """A post of Tuesday is told of at the end of a long pause, on Saturday at ten."""
    with scene.database.writing() as session:
        team = session.get_one(Team, scene.team_id)
        team.working_days, team.work_begins = (5,), time(10)
    tuesday = datetime(2026, 11, 10, 9, tzinfo=UTC)
    make(scene, people, "approved", sender_id=people["reader"], starts_at=tuesday)
    scene.plan()

    round_at(scene, tuesday + timedelta(days=2))
    assert sent(sink) == []
    scene.plan()
    round_at(scene, datetime(2026, 11, 14, 9, tzinfo=UTC))

    assert len(sent(sink)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda membership: membership.stop_as_ambassador(),
        lambda membership: membership.stop_taking_part(),
        lambda membership: setattr(membership, "ended_at", MOMENT),
    ],
    ids=["stopped", "unseen", "left"],
)
@pytest.mark.parametrize("publisher", ["deputy", None])
def test_when_an_ambassador_stops_the_organisation_is_told_instead(
    scene: Scene, people: dict[str, int], sink: SmtpSink, act: Any, publisher: str | None
) -> None:
    saturday = datetime(2026, 11, 14, 9, tzinfo=UTC)
    publisher_id = people[publisher] if publisher else None
    facts = {"sender_id": people["reader"], "publisher_id": publisher_id, "starts_at": saturday}
    make(scene, people, "approved", **facts)
    scene.plan()

    change(scene, lambda session: act(membership_of(session, people["reader"])))
    assert scene.plan() == 0
    # In its moment: the organisation has no working hours.
    round_at(scene, saturday)

    [mail] = sent(sink)
    assert mail["To"].addresses[0].addr_spec == f"{publisher or 'writer'}@delinde.example"
    assert "from your own account" not in mail.get_body(("plain",)).get_content()
    assert scene.states(kind="publish", person_id=people["reader"]) == ["cancelled"]


def test_who_owns_it_and_stopped_as_its_ambassador_is_told_as_owner(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    parts = {"sender_id": people["reader"], "owner_id": people["reader"], "publisher_id": None}
    make(scene, people, "approved", **parts)
    change(scene, lambda session: membership_of(session, people["reader"]).stop_as_ambassador())

    round_at(scene, MOMENT)

    [mail] = sent(sink)
    assert "from your own account" not in mail.get_body(("plain",)).get_content()


def test_a_reminder_that_waits_for_working_hours_is_of_use_until_after_them(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    saturday = datetime(2026, 11, 14, 9, tzinfo=UTC)
    post_id = make(scene, people, "approved", publisher_id=people["reader"], starts_at=saturday)
    scene.plan()
    # The same person, now from their own account.
    change(
        scene,
        lambda session: setattr(session.get_one(Post, post_id), "sender_id", people["reader"]),
    )
    assert scene.plan() == 0

    round_at(scene, saturday + timedelta(days=1))
    monday = datetime(2026, 11, 16, 8, tzinfo=UTC)
    round_at(scene, monday)

    [row] = scene.rows(kind="publish")
    assert (row.state, row.due_on, row.due_at) == ("sent", date(2026, 11, 16), monday)
    # Until the middle of the next working day: they hear nothing in the evening.
    assert row.useful_until == monday + timedelta(days=1) + due.PUBLISH_NEXT_DAY
    assert len(sent(sink)) == 1


def test_the_day_of_a_reminder_follows_the_clocks_of_the_team(
    scene: Scene, people: dict[str, int]
) -> None:
    late = MOMENT + timedelta(hours=3)
    make(scene, people, "approved", starts_at=late)
    scene.plan()

    change(scene, lambda s: setattr(s.get_one(Team, scene.team_id), "zone", "Pacific/Kiritimati"))

    [row] = scene.rows(kind="publish")
    assert (row.due_on, row.due_at) == (date(2026, 11, 11), late)


def test_nobody_stands_in_for_an_ambassador(scene: Scene, people: dict[str, int]) -> None:
    make(scene, people, "approved", sender_id=people["reader"])

    away(scene, people["reader"], people["deputy"])

    assert scene.rows(kind="publish") == []


def test_the_owner_hears_that_the_organisation_posts_it_and_not_who_said_no(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people, "approved", sender_id=people["reader"])

    def decline(session: Session) -> None:
        session.get_one(Post, post_id).decline(session.get_one(Person, people["reader"]), scene.now)

    change(scene, decline)
    round_at(scene, scene.now)

    [mail] = sent(sink)
    assert mail["To"].addresses[0].addr_spec == "writer@delinde.example"
    assert mail["Subject"] == "The organisation posts it now: Rooster"
    assert "Reader" not in mail.as_string()
    round_at(scene, MOMENT)
    told = [one["To"].addresses[0].addr_spec for one in sent(sink)]
    assert told == ["writer@delinde.example"] * 2


def test_a_post_that_is_gone_for_good_leaves_its_row(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    post_id = make(scene, people, "approved")
    scene.plan()
    with scene.database.writing() as session:
        session.delete(session.get_one(Post, post_id))

    round_at(scene, MOMENT)

    [row] = scene.rows(kind="publish")
    assert (row.state, row.reason, row.post_id) == ("cancelled", due.POST_DELETED, post_id)
    assert sent(sink) == []


def test_a_hostile_title_begins_no_header_and_no_markup(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    make(scene, people, "approved", title="<b>Rooster</b> %(day)s\r\nBcc: x@example.org {{ 7*7 }}")
    scene.plan()

    round_at(scene, MOMENT)

    [mail] = sent(sink)
    assert mail["Bcc"] is None
    html = mail.get_body(("html",)).get_content()
    assert "&lt;b&gt;Rooster&lt;/b&gt; %(day)s" in html
    assert "{{ 7*7 }}" in html


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        # Local: Tuesday 10:00, 16:59, 17:00, 08:59 and 09:00; Friday evening; Saturday; Sunday.
        ("2026-11-10T09:00", "2026-11-10T09:00"),
        ("2026-11-10T15:59", "2026-11-10T15:59"),
        ("2026-11-10T16:00", "2026-11-11T08:00"),
        ("2026-11-10T07:59", "2026-11-10T08:00"),
        ("2026-11-10T08:00", "2026-11-10T08:00"),
        ("2026-11-13T18:00", "2026-11-16T08:00"),
        ("2026-11-14T09:00", "2026-11-16T08:00"),
        ("2026-11-15T02:00", "2026-11-16T08:00"),
        # The Friday before the clocks change: Monday at nine by the new time.
        ("2026-03-27T17:00", "2026-03-30T07:00"),
        # Christmas is on Friday, and Saturday is free too.
        ("2026-12-25T09:00", "2026-12-28T08:00"),
    ],
)
def test_working_hours_are_those_of_the_clock_on_the_wall(at: str, expected: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)

    found = in_working_hours(moment, WorkingHours(ZONE, is_off=partial(is_free, "NL")))

    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_planning_finds_what_it_tells_of_without_reading_every_post(
    scene: Scene, people: dict[str, int]
) -> None:
    """It holds the database meanwhile, so it may not take longer the more there is."""
    make(scene, people, "approved")
    with statements(scene.database) as sent:
        scene.plan()

    with scene.database.reading() as session:
        raw = session.connection().connection.cursor()
        plans = [
            str(step[3])
            for asked in sent
            if asked.startswith("SELECT") and " post" in asked
            for step in raw.execute(
                f"EXPLAIN QUERY PLAN {asked}", tuple(None for _ in range(asked.count("?")))
            ).fetchall()
        ]
    assert plans
    assert [one for one in plans if one in {"SCAN post", "SCAN post_change"}] == []
