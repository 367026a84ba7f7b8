"""From a planned row to a mail at the relay, and every answer a relay may give."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from calendar_app.meetups.models import Meetup
from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.reminders import outbox
from tests.builders import a_meetup, sign_in
from tests.reminders.scenes import DUE, SECOND, START
from tests.support.smtp_faults import answer, close, wait

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.reminders.scenes import Scene
    from tests.support.smtp_faults import Point
    from tests.support.smtp_sink import SmtpSink


def test_each_participant_gets_one_mail_at_start_minus_lead(scene: Scene, sink: SmtpSink) -> None:
    addresses = scene.enter("Anouk", "Joris")
    scene.plan()

    scene.now = DUE - SECOND
    scene.send()
    before = sink.accepted
    scene.now = DUE
    scene.send()
    scene.send()

    assert before == []
    # Side by side on two lines: which of them is first is nobody's promise.
    assert sorted(one.recipients for one in sink.accepted) == [(one,) for one in addresses]
    assert [row.state for row in scene.of_today()] == ["sent", "sent"]


def test_the_link_in_a_mail_leads_to_its_meetup_and_holds_no_row_number(
    scene: Scene, sink: SmtpSink, client: FlaskClient
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    scene.send()
    [row] = scene.of_today()
    with scene.database.reading() as session:
        sign_in(client, session.get_one(Person, scene.people[0]))

    text = sink.messages[0].get_body(("plain",))
    assert text is not None
    [address] = re.findall(r"/meetups/occurrences/\S+", text.get_content())
    answer = client.get(address)

    assert UUID(address.rsplit("/", 1)[1])
    assert answer.location == f"/meetups/occurrences/{row.occurrence_id}"


def test_an_accepted_mail_keeps_the_relays_words_and_not_its_body(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE

    scene.send()

    [row] = scene.of_today()
    assert row.reply == "250 2.0.0 OK message 1"
    assert (row.sent_at, row.ended_at, row.attempts) == (DUE, DUE, 1)
    assert row.body is None
    assert row.message_id == sink.messages[0]["Message-ID"]
    assert [one.outcome for one in scene.attempts()] == ["sent"]


def test_a_no_for_now_is_tried_again_with_the_same_id_and_date(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([answer("dot", "451 4.3.0 Later")])

    scene.send()
    [refused] = scene.of_today()
    scene.now = DUE + 4 * SECOND
    scene.send()
    too_early = sink.accepted
    scene.now = DUE + 5 * SECOND
    scene.send()

    assert (refused.state, refused.reply) == ("retry", "451 4.3.0 Later")
    assert too_early == []
    [first, second] = sink.received
    assert first.raw == second.raw
    assert scene.states(useful_until=START) == ["sent"]


def test_a_no_for_good_is_dead_and_the_others_get_theirs(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris", "Mo")
    scene.plan()
    scene.now = DUE
    sink.program([answer("rcpt", "550 5.1.1 No such user", recipient="joris")])

    scene.send()

    assert [row.state for row in scene.of_today()] == ["sent", "dead", "sent"]
    dead = scene.of_today()[1]
    assert dead.reply == "550 5.1.1 No such user"
    assert dead.reason == "The mail server refuses this mail."


def test_no_answer_after_the_dot_is_in_doubt_and_repeated_byte_for_byte(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([close("accepted")])

    scene.send()
    [doubtful] = scene.of_today()
    scene.now = DUE + 20 * SECOND
    scene.send()

    assert doubtful.state == "in_doubt"
    [first, second] = sink.accepted
    assert first.raw == second.raw
    assert scene.states(useful_until=START) == ["sent"]
    assert [one.outcome for one in scene.attempts()] == ["in_doubt", "sent"]


def test_a_repetition_is_the_old_mail_even_when_the_meet_up_has_changed_since(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([close("accepted")])
    scene.send()

    with scene.database.writing() as session:
        session.merge(scene.meetup()).place = "De kantine"
    scene.now = DUE + 20 * SECOND
    scene.send()

    [first, second] = sink.accepted
    assert first.raw == second.raw


def test_a_mail_that_was_refused_for_now_tells_what_is_true_when_it_is_sent(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([answer("rcpt", "450 4.2.1 Busy")])
    scene.send()

    with scene.database.writing() as session:
        session.merge(scene.meetup()).place = "De kantine"
    scene.now = DUE + 20 * SECOND
    scene.send()

    [received] = sink.accepted
    assert b"De kantine" in received.raw


def test_a_stalled_answer_is_in_doubt_too(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([wait("accepted")])

    scene.send()

    assert [row.state for row in scene.of_today()] == ["in_doubt"]


@pytest.mark.parametrize("reply", ["550 5.1.1 Gone", "450 4.2.1 Busy"])
def test_what_was_in_doubt_never_becomes_dead_or_missed(
    scene: Scene, sink: SmtpSink, reply: str
) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()
    scene.now = DUE
    sink.program([close("accepted", times=2)])

    scene.send()
    sink.program([answer("rcpt", reply, times=None)])
    for seconds in (30, 60):
        scene.now = DUE + seconds * SECOND
        scene.send()
    scene.now = START
    scene.sweep()

    assert [row.state for row in scene.of_today()] == ["in_doubt", "in_doubt"]
    assert [one.outcome for one in scene.attempts()][:2] == ["in_doubt", "in_doubt"]
    assert len(scene.attempts()) >= 4
    assert {row.reason for row in scene.of_today()} == {
        "It was handed over, but no answer came. It may have arrived."
    }
    assert scene.rows(kind="missed_summary") == []


@pytest.mark.parametrize("point", ["connect", "ehlo", "mail", "rcpt", "data"])
def test_a_connection_lost_before_the_body_leaves_no_doubt(
    scene: Scene, sink: SmtpSink, point: Point
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([close(point)])

    scene.send()
    scene.now = DUE + 5 * SECOND
    scene.send()

    assert len(sink.accepted) == 1
    assert [one.outcome for one in scene.attempts()] == ["unreachable", "sent"]


def test_while_the_relay_is_away_one_probe_asks_and_not_every_mail(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter(*(f"Collega{number}" for number in range(12)))
    scene.plan()
    scene.now = DUE
    sink.refuse()

    scene.send()
    scene.send()
    for seconds in (5, 15, 30, 45):
        scene.now = DUE + seconds * SECOND
        scene.send()

    tried = [one.outcome for one in scene.attempts()]
    assert tried == ["unreachable"] * 5
    assert scene.relay().failures == 5
    sink.listen()
    scene.now = DUE + 60 * SECOND
    scene.send()
    scene.send()
    assert len(sink.accepted) == 12
    assert scene.relay().failures == 0


def test_what_can_wait_does_not_keep_the_relay_from_what_cannot(
    scene: Scene, sink: SmtpSink
) -> None:
    """An outage past one meet-up leaves a summary that is tried for days, ever less often."""
    scene.enter("Anouk")
    with scene.database.writing() as session:
        session.get_one(Meetup, scene.meetup_id).host_id = scene.people[0]
    scene.plan()
    scene.now = DUE
    sink.refuse()
    scene.send()
    scene.now = START
    scene.sweep()
    for _ in range(8):
        scene.now += timedelta(minutes=15)
        scene.send()
        scene.sweep()
    assert scene.states(kind="missed_summary") == ["retry"]
    sink.listen()

    with scene.database.writing() as session:
        people = [session.get_one(Person, scene.people[0])]
        soon = local(scene.now + timedelta(minutes=9), "Europe/Amsterdam").time()
        a_meetup(session, session.get_one(Team, scene.team_id), people, local_time=soon)
    scene.plan()
    scene.now += 15 * SECOND
    scene.send()

    (received,) = sink.accepted
    assert b"Content-meet-up" in received.raw
    assert scene.states(kind="missed_summary") == ["retry"]


def test_no_more_mails_leave_in_a_minute_than_the_relay_takes(scene: Scene, sink: SmtpSink) -> None:
    scene.enter(*(f"Collega{number}" for number in range(7)))
    scene.config = scene.config.__class__(**{**vars(scene.config), "mail_rate": 3})
    scene.plan()

    sent = []
    for seconds in (0, 1, 59, 60, 61, 120):
        scene.now = DUE + seconds * SECOND
        scene.send()
        sent.append(len(sink.accepted))

    assert sent == [3, 3, 3, 6, 6, 7]


def test_what_is_on_its_way_counts_among_what_the_relay_takes_in_a_minute(scene: Scene) -> None:
    scene.enter(*(f"Collega{number}" for number in range(4)))
    scene.config = replace(scene.config, mail_rate=3)
    scene.plan()

    first = outbox.claim(scene.desk, DUE, 2)
    second = outbox.claim(scene.another_worker().desk, DUE, 40)

    assert [len(first), len(second)] == [2, 1]


def test_mails_that_a_clock_set_ahead_has_counted_do_not_hold_up_the_next(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Joris", lead_minutes=120)
    scene.config = replace(scene.config, mail_rate=1)
    scene.plan()
    scene.now = START - SECOND
    scene.send()

    scene.now = START - timedelta(hours=1)
    scene.send()

    assert len(sink.accepted) == 2


def test_a_relay_that_could_not_be_reached_was_offered_nothing(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Joris")
    scene.config = replace(scene.config, mail_rate=2)
    scene.plan()
    scene.now = DUE
    sink.program([close("connect")])

    for seconds in (0, 5, 6):
        scene.now = DUE + seconds * SECOND
        scene.send()

    assert [one.outcome for one in scene.attempts()] == ["unreachable", "sent", "sent"]


def test_two_workers_do_not_probe_at_once(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk", "Joris")
    scene.plan()
    scene.now = DUE
    sink.refuse()
    scene.send()
    scene.now = DUE + 5 * SECOND

    first = outbox.claim(scene.desk, scene.now, 40)
    second = outbox.claim(scene.another_worker().desk, scene.now, 40)
    third = outbox.claim(scene.another_worker().desk, scene.now + outbox.LEASE, 40)

    assert [len(first), len(second), len(third)] == [1, 0, 1]


def test_what_was_in_doubt_and_is_refused_at_last_is_not_tried_again(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([close("accepted")])
    scene.send()
    sink.program([answer("rcpt", "550 5.1.1 Gone")])
    scene.now = DUE + 20 * SECOND
    scene.send()

    scene.now = DUE + 60 * SECOND
    scene.send()

    assert [one.outcome for one in scene.attempts()] == ["in_doubt", "dead"]
    assert [row.state for row in scene.of_today()] == ["in_doubt"]


def test_who_has_had_the_summary_is_not_joined_by_another_host(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[0]
    scene.plan()
    scene.now = START
    scene.sweep()

    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[1]
    scene.sweep()

    assert [row.person_id for row in scene.rows(kind="missed_summary")] == [scene.people[0]]


def test_a_summary_waits_until_the_last_reminder_is_settled(scene: Scene) -> None:
    scene.enter("Anouk", "Joris")
    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[0]
    scene.plan()
    scene.now = START - SECOND
    outbox.claim(scene.desk, scene.now, 1)

    scene.now = START
    scene.sweep()
    while_one_is_open = scene.rows(kind="missed_summary")
    scene.now = START + 30 * SECOND
    scene.sweep()

    assert while_one_is_open == []
    assert len(scene.rows(kind="missed_summary")) == 1


def test_what_was_missed_more_than_a_week_ago_is_summed_up_for_nobody(scene: Scene) -> None:
    scene.enter("Anouk")
    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[0]
    scene.plan()

    scene.now = START + timedelta(days=8)
    scene.sweep()

    summed_up = {row.subject for row in scene.rows(kind="missed_summary")}
    assert f"missed:{scene.of_today()[0].subject}" not in summed_up
    assert summed_up


def test_a_missed_summary_is_summed_up_for_nobody(scene: Scene) -> None:
    scene.enter("Anouk")
    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[0]
    scene.plan()
    scene.now = START
    scene.sweep()

    scene.now = START + timedelta(days=7)
    scene.sweep()
    # Only a clock that is set back brings it near enough to be told.
    scene.now -= timedelta(hours=1)
    scene.sweep()

    [missed] = scene.rows(kind="missed_summary", state="missed")
    about = {row.subject for row in scene.rows(kind="missed_summary")}
    assert f"missed:{missed.subject}" not in about


def test_what_could_not_be_sent_in_time_is_missed_and_one_summary_goes_to_the_host(
    scene: Scene, sink: SmtpSink
) -> None:
    scene.enter("Anouk", "Joris")
    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[0]
    scene.plan()
    sink.refuse()
    for seconds in range(0, 600, 15):
        scene.now = DUE + seconds * SECOND
        scene.send()
        scene.sweep()

    scene.now = START
    scene.sweep()
    scene.sweep()
    sink.listen()
    scene.now = START + 60 * SECOND
    scene.send()
    scene.sweep()

    missed = scene.of_today()
    assert [row.state for row in missed] == ["missed", "missed"]
    assert {row.reason for row in missed} == {"The mail server did not answer."}
    assert all("refused" in row.reply for row in missed)
    [summary] = sink.accepted
    assert summary.recipients == ("anouk@delinde.example",)
    text = summary.message.get_body(("plain",))
    assert text is not None
    assert "Anouk" in text.get_content()
    assert "Joris" in text.get_content()


def test_a_mail_that_nobody_wants_any_more_is_not_sent(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk")
    scene.plan()
    with scene.database.writing() as session:
        session.merge(scene.occurrence()).state = "cancelled"
    scene.now = DUE

    scene.send()

    assert sink.accepted == []
    [row] = scene.of_today()
    assert (row.state, row.reason) == ("cancelled", "The meet-up was cancelled.")


def test_what_was_sent_is_summed_up_for_nobody(scene: Scene) -> None:
    scene.enter("Anouk")
    with scene.database.writing() as session:
        session.merge(scene.meetup()).host_id = scene.people[0]
    scene.plan()
    scene.now = DUE
    scene.send()

    scene.now = START
    scene.sweep()

    assert scene.rows(kind="missed_summary") == []


def test_what_nobody_wanted_any_more_was_not_missed(scene: Scene) -> None:
    scene.enter("Anouk")
    scene.plan()
    with scene.database.writing() as session:
        session.merge(scene.occurrence()).state = "cancelled"

    scene.now = START
    scene.sweep()

    assert [row.state for row in scene.of_today()] == ["cancelled"]


def test_what_stays_in_doubt_keeps_the_moment_of_its_end(scene: Scene, sink: SmtpSink) -> None:
    scene.enter("Anouk")
    scene.plan()
    scene.now = DUE
    sink.program([close("accepted")])
    scene.send()

    for seconds in (0, 60):
        scene.now = START + seconds * SECOND
        scene.sweep()

    assert [(row.state, row.ended_at) for row in scene.of_today()] == [("in_doubt", START)]
