"""Several reminders of one kind in one mail, which is put together when it is claimed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from calendar_app.people.models import Person
from calendar_app.posts.models import Post
from calendar_app.reminders import due, outbox
from calendar_app.reminders.mail import MOST_ITEMS
from calendar_app.reminders.models import mute
from tests.builders import sign_in
from tests.reminders.test_mornings import MORNING, THURSDAY, a_precondition, waiting
from tests.reminders.test_posts import change, make, people, round_at, send_to_review, sent
from tests.support.smtp_faults import answer, close
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask import Flask

    from tests.reminders.scenes import Scene
    from tests.support.smtp_sink import SmtpSink

__all__ = ["people"]  # a fixture


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 10, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([], []),
        ([at(9)], [at(9)]),
        # The first at once, the rest an hour after it; and what comes after that likewise.
        ([at(9), at(9, 20), at(9, 40)], [at(9), at(10), at(10)]),
        ([at(9), at(9, 20), at(10, 30)], [at(9), at(10), at(11)]),
        ([at(9), at(10)], [at(9), at(10)]),
        ([at(9), at(9)], [at(9), at(9)]),
        ([at(9), at(9, 59), at(11, 1)], [at(9), at(10), at(11, 1)]),
    ],
    ids=str,
)
def test_requests_for_review_within_an_hour_are_told_together(
    asked: list[datetime], told: list[datetime]
) -> None:
    assert due.review_due_at(asked) == told


@pytest.mark.parametrize(
    ("starts_at", "patience", "told"),
    [
        # At the end of the hour: nothing presses.
        (None, None, at(10)),
        (at(12), 8, at(10)),
        # An hour before its post; at once, as that is sooner; at half of the patience.
        (at(10, 45), None, at(9, 45)),
        (at(10), None, at(9, 20)),
        (at(12), 1, at(9, 50)),
    ],
    ids=str,
)
def test_a_request_for_review_is_not_put_off_past_its_post_nor_to_its_escalation(
    starts_at: datetime | None, patience: int | None, told: datetime
) -> None:
    latest = due.review_latest(at(9, 20), starts_at, patience)

    assert due.review_due_at([at(9), at(9, 20)], [None, latest]) == [at(9), told]


def test_the_second_request_goes_out_before_its_post(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    for minutes, starts_at in ((0, THURSDAY), (10, at(10))):
        scene.now = at(9, minutes)
        send_to_review(scene, people, make(scene, people, starts_at=starts_at))
        round_at(scene, scene.now)

    assert len(sent(sink)) == 2
    assert scene.plan() == 0


def three_to_write(scene: Scene, people: dict[str, int]) -> list[int]:
    scene.now = MORNING - timedelta(hours=1)
    posts = [
        make(scene, people, title=title, starts_at=THURSDAY + timedelta(hours=hour))
        for hour, title in enumerate(("Rooster", "Stage", "Open dag"))
    ]
    scene.plan()
    return posts


def test_what_has_to_be_written_comes_in_one_mail(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    three_to_write(scene, people)

    for _twice in range(2):
        round_at(scene, MORNING)
        assert scene.plan() == 0

    [mail] = sent(sink)
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert mail["Subject"] == "Please write 3 posts for De Linde"
    for words in (text, html):
        assert "Rooster (Thursday 12 November, 10:00)" in words
        assert "Stage (Thursday 12 November, 11:00)" in words
        assert "Open dag (Thursday 12 November, 12:00)" in words
    assert text.count("https://") == 1
    # The one that is of use the longest has the mail, and so the row that was sent.
    rows = scene.rows(kind="write")
    [leader] = [row for row in rows if row.state == "sent"]
    assert f"/reminders/{leader.uuid}\r\n" in text
    others = [row for row in rows if row is not leader]
    assert [(row.state, row.reason) for row in others] == [("cancelled", due.TOLD_TOGETHER)] * 2
    assert {row.told_with_id for row in others} == {leader.id}


def test_one_thing_is_told_by_itself(scene: Scene, people: dict[str, int], sink: SmtpSink) -> None:
    posts = three_to_write(scene, people)
    with scene.database.writing() as session:
        for post_id in posts[1:]:
            session.get_one(Post, post_id).state = "in_review"

    round_at(scene, MORNING)

    [mail] = sent(sink)
    assert mail["Subject"] == "Please write: Rooster, for Thursday 12 November"
    assert scene.states(kind="write") == ["sent", "cancelled", "cancelled"]


def test_more_than_a_worker_takes_at_once_is_one_mail_all_the_same(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    three_to_write(scene, people)
    scene.now = MORNING

    claimed = outbox.claim(scene.desk, scene.now, 1)
    outbox.deliver(scene.desk, claimed)
    scene.send()

    assert len(claimed) == 1
    assert len(sent(sink)) == 1
    assert sorted(scene.states(kind="write")) == ["cancelled", "cancelled", "sent"]


def test_kinds_and_people_are_not_mixed(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    three_to_write(scene, people)
    make(scene, people, title="Van een ander", starts_at=THURSDAY, owner_id=people["deputy"])
    a_precondition(scene, people)
    a_precondition(scene, people, key="patience")
    scene.plan()

    round_at(scene, MORNING)

    told = {(mail["To"].addresses[0].addr_spec, mail["Subject"]) for mail in sent(sink)}
    assert told == {
        ("writer@delinde.example", "Please write 3 posts for De Linde"),
        ("deputy@delinde.example", "Please write: Van een ander, for Thursday 12 November"),
        ("writer@delinde.example", "Time to look again at 2 preconditions of De Linde"),
    }


def test_a_precondition_in_a_list_has_its_plan_beside_it(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    a_precondition(scene, people)
    a_precondition(scene, people, key="patience")
    scene.plan()

    round_at(scene, MORNING)

    text = sent(sink)[0].get_body(("plain",)).get_content()
    assert "- Room, trust and empowerment (" in text
    assert "- Realistic goals and patience (" in text


def test_a_long_list_ends_with_how_many_more_there_are(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = MORNING - timedelta(hours=1)
    for number in range(MOST_ITEMS + 3):
        make(scene, people, title=f"Bericht {number}", starts_at=THURSDAY)
    scene.plan()

    round_at(scene, MORNING)

    text = sent(sink)[0].get_body(("plain",)).get_content()
    assert text.count("- Bericht") == MOST_ITEMS
    assert "- and 3 more" in text


def test_reviews_that_follow_on_one_another_are_two_mails(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    scene.now = at(9)
    for minutes in (0, 10, 20):
        scene.now = at(9, minutes)
        send_to_review(scene, people, make(scene, people, starts_at=THURSDAY))
        round_at(scene, scene.now)
    round_at(scene, at(9, 59))
    assert [mail["Subject"] for mail in sent(sink)] == ["Please review: Rooster"]

    round_at(scene, at(10))

    assert [mail["Subject"] for mail in sent(sink)] == [
        "Please review: Rooster",
        "Please review 2 posts of De Linde",
    ]
    assert scene.plan() == 0


def test_a_mail_that_had_to_wait_is_put_together_anew(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    posts = three_to_write(scene, people)
    scene.now = MORNING
    [claimed] = outbox.claim(scene.desk, scene.now, 10)
    assert len(claimed.story.items) == 3
    # The worker stops before it has begun; meanwhile one post was sent to review.
    outbox.end_work(scene.desk, scene.now)
    with scene.database.writing() as session:
        session.get_one(Post, posts[0]).state = "in_review"

    round_at(scene, MORNING + timedelta(minutes=1))

    [mail] = sent(sink)
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Please write 2 posts for De Linde"
    assert "Rooster" not in text
    [row] = scene.rows(kind="write", post_id=posts[0])
    assert (row.state, row.reason, row.told_with_id) == ("cancelled", due.NOT_WAITING, None)


def test_what_was_to_go_along_goes_by_itself_when_the_mail_is_not_wanted(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    posts = three_to_write(scene, people)
    scene.now = MORNING
    [claimed] = outbox.claim(scene.desk, scene.now, 10)
    outbox.end_work(scene.desk, scene.now)
    with scene.database.writing() as session:
        # The last of them, whose row has the mail.
        session.get_one(Post, posts[2]).state = "in_review"
    assert scene.rows(id=claimed.id)[0].post_id == posts[2]

    scene.plan()
    assert scene.plan() == 0
    round_at(scene, MORNING + timedelta(minutes=1))

    assert [mail["Subject"] for mail in sent(sink)] == ["Please write 2 posts for De Linde"]
    assert sorted(scene.states(kind="write")) == ["cancelled", "cancelled", "sent"]


def test_who_stops_a_kind_meanwhile_gets_nothing_of_it(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    three_to_write(scene, people)
    scene.now = MORNING
    outbox.claim(scene.desk, scene.now, 10)
    outbox.end_work(scene.desk, scene.now)

    change(
        scene,
        lambda session: mute(
            session, session.get_one(Person, people["writer"]), "write", scene.now
        ),
    )
    scene.send()
    assert scene.plan() == 0

    assert sent(sink) == []
    assert set(scene.states(kind="write")) == {"cancelled"}
    assert waiting(scene, "write") == []


def test_a_mail_that_left_is_repeated_as_it_was_and_takes_nothing_along(
    scene: Scene, people: dict[str, int], sink: SmtpSink
) -> None:
    three_to_write(scene, people)
    sink.program([answer("dot", "451 4.3.0 Later")])
    round_at(scene, MORNING)
    [row] = [row for row in scene.rows(kind="write") if row.state == "retry"]
    assert row.body is not None
    make(scene, people, title="Nieuw", starts_at=THURSDAY + timedelta(hours=9))
    scene.plan()

    round_at(scene, MORNING + timedelta(minutes=1))

    subjects = sorted(mail["Subject"] for mail in sent(sink))
    assert subjects == [
        "Please write 3 posts for De Linde",
        "Please write: Nieuw, for Thursday 12 November",
    ]


def test_a_claim_asks_as_much_for_many_together_as_for_two(
    scene: Scene, people: dict[str, int]
) -> None:
    def selects(posts: int) -> int:
        for number in range(posts):
            make(scene, people, title=f"Bericht {number}", starts_at=THURSDAY)
        scene.plan()
        scene.now = MORNING
        with statements(scene.database) as asked:
            outbox.claim(scene.desk, scene.now, 40)
        return len([one for one in asked if one.startswith("SELECT")])

    scene.now = MORNING - timedelta(hours=1)
    few = selects(2)
    scene.now = MORNING - timedelta(minutes=30)

    assert selects(12) <= few


def test_the_page_of_a_mail_lists_all_that_it_told_of(
    app: Flask, scene: Scene, people: dict[str, int]
) -> None:
    posts = three_to_write(scene, people)
    round_at(scene, MORNING)
    with scene.database.writing() as session:
        session.get_one(Post, posts[0]).state = "approved"
    [leader] = [row for row in scene.rows(kind="write") if row.state == "sent"]
    [other, _third] = [row for row in scene.rows(kind="write") if row.state != "sent"]
    visitors = {}
    for who in ("writer", "deputy"):
        with scene.database.reading() as session:
            visitors[who] = session.get_one(Person, people[who])
        client = app.test_client()
        sign_in(client, visitors[who])
        answers = [client.get(f"/reminders/{row.uuid}") for row in (leader, other)]
        if who == "writer":
            for answer in answers:
                assert all(title in answer.text for title in ("Rooster", "Stage", "Open dag"))
                assert answer.text.count(due.NOT_WAITING) == 1
                assert f'href="/posts/{posts[1]}"' in answer.text
        else:
            assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("end", ["dead", "missed", "in_doubt"])
def test_what_went_along_with_a_mail_that_never_arrived_ends_as_that_did(
    scene: Scene, people: dict[str, int], sink: SmtpSink, end: str
) -> None:
    three_to_write(scene, people)
    answers = {
        "dead": answer("dot", "550 5.1.1 Nobody here"),
        "missed": answer("dot", "451 4.3.0 Later"),
        "in_doubt": close("accepted"),
    }
    sink.program([answers[end]])
    round_at(scene, MORNING)
    if end != "dead":
        round_at(scene, THURSDAY + timedelta(hours=3))

    rows = scene.rows(kind="write")

    [reason] = {row.reason for row in rows}
    assert [row.state for row in rows] == [end] * 3
    assert reason != due.TOLD_TOGETHER
    assert all(row.ended_at is not None for row in rows)
    assert scene.plan() == 0


def test_the_mail_is_that_of_what_is_of_use_the_longest_whatever_is_claimed(
    scene: Scene, people: dict[str, int]
) -> None:
    posts = three_to_write(scene, people)
    scene.now = MORNING

    [claimed] = outbox.claim(scene.desk, scene.now, 1)

    [row] = scene.rows(id=claimed.id)
    assert row.post_id == posts[2]
    assert claimed.useful_until == THURSDAY + timedelta(hours=2)
