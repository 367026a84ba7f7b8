"""Questions from outside: noted, taken, answered, changed by two at once, removed and put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, update

from calendar_app.monitoring import queries
from calendar_app.monitoring.models import WebcareItem, WebcareReply
from calendar_app.people.models import Membership, Team
from calendar_app.plans.models import Channel, Plan
from calendar_app.posts.models import Post
from tests import builders
from tests.monitoring.conftest import NOW
from tests.support.statements import statements

if TYPE_CHECKING:
    from tests.monitoring.conftest import Room

LATER = NOW + timedelta(hours=5)


def filled(room: Room, **fields: Any) -> dict[str, Any]:
    """A form that is filled in."""
    return {
        "creation_key": "k1",
        "question": "Hoe solliciteer ik?",
        "channel": room.channel_id,
        "post": 0,
        "owner": 0,
        "day": "2026-11-10",
        "time": "10:30",
        **fields,
    }


def test_a_question_is_noted_with_the_moment_by_which_it_is_answered(room: Room) -> None:
    answer = room.client().post("/webcare/new", data=filled(room))

    assert answer.status_code == 303
    with room.database.reading() as session:
        [item] = session.scalars(select(WebcareItem))
    assert item.question == "Hoe solliciteer ik?"
    # Half past ten in Amsterdam; four and eight hours of work later, the second after a night.
    assert item.received_at == datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
    assert item.answer_by == datetime(2026, 11, 10, 13, 30, tzinfo=UTC)
    assert item.escalates_at == datetime(2026, 11, 11, 9, 30, tzinfo=UTC)
    assert room.noted() == ["webcare.noted"]
    page = room.client("reader").get("/webcare").text
    assert "Hoe solliciteer ik?" in page
    assert "to be answered by Tue 10 Nov 14:30" in page


def test_the_same_form_sent_twice_makes_one_question(room: Room) -> None:
    client = room.client()

    first, second = (client.post("/webcare/new", data=filled(room)) for _twice in range(2))

    assert (first.status_code, first.location) == (303, second.location)
    with room.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WebcareItem)) == 1


@pytest.mark.parametrize(
    ("field", "sent", "words"),
    [
        ("question", "  ", "Fill this in."),
        ("day", "2026-11-11", "This moment is still to come."),
        ("day", "0001-01-01", "Choose a day between"),
        ("day", "9999-12-31", "Choose a day between"),
        ("channel", "999", "Not a valid choice"),
        ("owner", "999", "Not a valid choice"),
        ("owner", "-1", "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_lost(
    room: Room, field: str, sent: str, words: str
) -> None:
    told = filled(room, **{"question": "Waar is de ingang?", field: sent})

    answer = room.client().post("/webcare/new", data=told)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert field == "question" or "Waar is de ingang?" in answer.text
    assert room.noted() == []


def test_a_question_is_not_lost_when_the_last_channel_goes_meanwhile(room: Room) -> None:
    told = filled(room, question="Waar is de ingang?")
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).archived_at = NOW
    client = room.client()
    assert "First a channel" in client.get("/webcare/new").text

    answer = client.post("/webcare/new", data=told)

    assert answer.status_code == 422
    assert "Waar is de ingang?</textarea>" in answer.text
    assert 'href="#channel"' in answer.text
    assert 'id="channel-error"' in answer.text
    with room.database.writing() as session:
        session.get_one(Plan, room.plan_id).archived_at = None
    assert client.post("/webcare/new", data=told).status_code == 303


def test_a_question_about_a_post_begins_with_its_channel_and_stands_on_its_page(
    room: Room,
) -> None:
    post_id = room.post()
    client = room.client()

    form = client.get(f"/webcare/new?post={post_id}").text
    assert f'<option selected value="{post_id}">' in form
    client.post("/webcare/new", data=filled(room, post=post_id))

    page = client.get(f"/posts/{post_id}").text
    assert "Hoe solliciteer ik?" in page
    assert f"/webcare/new?post={post_id}" in page
    # A viewer reads it, and is offered nothing.
    page = room.client("reader").get(f"/posts/{post_id}").text
    assert "Hoe solliciteer ik?" in page
    assert "/webcare/new" not in page


def test_a_question_can_be_about_an_old_post_but_not_about_one_of_others(room: Room) -> None:
    old = room.post(published_at=NOW - timedelta(days=200))
    with room.database.writing() as session:
        other = builders.a_team(session)
        foreign = builders.a_post(session, other, builders.a_plan(session, other), title="Geheim")
        foreign_id = foreign.id
    client = room.client()

    assert f'<option selected value="{old}">' in client.get(f"/webcare/new?post={old}").text
    assert client.post("/webcare/new", data=filled(room, post=old)).status_code == 303
    assert "Geheim" not in client.get(f"/webcare/new?post={foreign_id}").text
    refused = client.post("/webcare/new", data=filled(room, post=foreign_id, creation_key="k2"))
    assert refused.status_code == 422
    assert "Geheim" not in refused.text


def test_who_takes_a_question_answers_it_and_takes_that_back(room: Room) -> None:
    item_id, client = room.question(), room.client()

    assert client.post(f"/webcare/{item_id}/owner", data={"version": 1}).status_code == 303
    item = room.row(WebcareItem, item_id)
    assert item.owner_id == room.people["writer"]
    told = {"version": item.version, "answer": "Via onze site."}
    assert client.post(f"/webcare/{item_id}/answer", data=told).status_code == 303
    item = room.row(WebcareItem, item_id)
    assert (item.answer, item.answered_at) == ("Via onze site.", NOW)
    assert item.answered_by_id == room.people["writer"]
    client.post(f"/webcare/{item_id}/reopening", data={"version": item.version})
    item = room.row(WebcareItem, item_id)
    assert (item.answer, item.answered_at, item.answered_by_id) == ("Via onze site.", None, None)
    assert room.noted() == ["webcare.taken", "webcare.answered", "webcare.reopened"]


def test_a_question_is_given_only_to_who_may_answer_it(room: Room) -> None:
    client = room.client()
    form = client.get("/webcare/new").text
    assert "Mo Bos" in form
    assert "Reader Bos" not in form

    answer = client.post("/webcare/new", data=filled(room, owner=room.people["reader"]))

    assert answer.status_code == 422
    assert 'href="#owner"' in answer.text
    assert room.noted() == []


@pytest.mark.parametrize("now_is", [{"ended_at": NOW}, {"role": "viewer"}], ids=["left", "viewer"])
def test_a_question_of_who_cannot_answer_any_more_is_nobody_s(
    room: Room, now_is: dict[str, Any]
) -> None:
    item_id = room.question(owner_id=room.people["mo"])
    answered = room.question(owner_id=room.people["mo"], answered_at=NOW, question="Al klaar?")
    client = room.client()
    nobody, form = f"/webcare?owner={queries.NOBODY}", f"/webcare/{item_id}/edit"
    assert "Mo Bos answers it" in client.get("/webcare").text
    assert f'href="/webcare/{item_id}"' not in client.get(nobody).text

    with room.database.writing() as session:
        of_mo = update(Membership).where(Membership.person_id == room.people["mo"])
        session.execute(of_mo.values(**now_is))

    for page in ("/", "/webcare"):
        shown = client.get(page).text
        assert "Mo Bos answers it" not in shown
        assert "Nobody took it yet" in shown
    shown = client.get(nobody).text
    assert f'href="/webcare/{item_id}"' in shown
    assert f'href="/webcare/{answered}"' not in shown
    shown = client.get(f"/webcare/{item_id}").text
    assert "Mo Bos" not in shown
    assert f'action="/webcare/{item_id}/owner"' in shown
    assert "Mo Bos" not in client.get(form).text
    assert "Mo Bos" in client.get(f"/webcare/{answered}").text


def test_who_answers_after_a_colleague_sees_both_texts(room: Room) -> None:
    item_id, client = room.question(), room.client()
    client.post(f"/webcare/{item_id}/answer", data={"version": 1, "answer": "Bel ons."})

    answer = room.client("mo").post(
        f"/webcare/{item_id}/answer", data={"version": 1, "answer": "Mail ons."}
    )

    assert answer.status_code == 409
    assert "Bel ons." in answer.text
    assert "Mail ons." in answer.text
    assert room.row(WebcareItem, item_id).answer == "Bel ons."


def test_a_changed_question_keeps_its_promise_unless_its_moment_changed(room: Room) -> None:
    seconds = datetime(2026, 11, 10, 9, 30, 44, tzinfo=UTC)
    item_id, client = room.question(received_at=seconds, answer_by=LATER), room.client()
    told = filled(room, version=1, question="Anders", owner=room.people["mo"])

    client.post(f"/webcare/{item_id}/edit", data=told)
    item = room.row(WebcareItem, item_id)
    assert (item.question, item.owner_id) == ("Anders", room.people["mo"])
    assert (item.received_at, item.answer_by) == (seconds, LATER)

    client.post(f"/webcare/{item_id}/edit", data={**told, "version": item.version, "time": "10:00"})
    item = room.row(WebcareItem, item_id)
    assert item.answer_by == datetime(2026, 11, 10, 13, tzinfo=UTC)
    stale = client.post(f"/webcare/{item_id}/edit", data={**told, "version": 1, "question": "X"})
    assert stale.status_code == 409
    assert "Somebody was before you" in stale.text


def test_what_is_no_choice_any_more_stays_what_it_was(room: Room) -> None:
    post_id = room.post(published_at=NOW - timedelta(days=200))
    item_id = room.question(post_id=post_id, owner_id=room.people["mo"])
    with room.database.writing() as session:
        mo = select(Membership).where(Membership.person_id == room.people["mo"])
        session.scalars(mo).one().takes_part = False
        session.get_one(Channel, room.channel_id).deleted_at = NOW
    client = room.client()

    page = client.get(f"/webcare/{item_id}/edit").text
    assert "Mo Bos" not in page
    told = filled(room, version=1, channel=-1, post=-1, owner=-1, time="10:00")
    assert client.post(f"/webcare/{item_id}/edit", data=told).status_code == 303

    item = room.row(WebcareItem, item_id)
    assert (item.channel_id, item.post_id, item.owner_id) == (
        room.channel_id,
        post_id,
        room.people["mo"],
    )
    for where in (f"/webcare/{item_id}", "/webcare", "/"):
        assert "Mo Bos" not in client.get(where).text


def test_a_removed_question_is_put_back_or_goes_after_thirty_days(room: Room) -> None:
    item_id, client = room.question(), room.client()

    answer = client.post(f"/webcare/{item_id}/removal", data={"version": 1}, follow_redirects=True)
    assert "Put it back" in answer.text
    assert client.get(f"/webcare/{item_id}").status_code == 404
    assert "solliciteer" in client.get("/webcare/bin").text
    client.post(f"/webcare/{item_id}/restoration")
    assert client.get(f"/webcare/{item_id}").status_code == 200

    item = room.row(WebcareItem, item_id)
    client.post(f"/webcare/{item_id}/removal", data={"version": item.version})
    for days, left in ((29, 1), (31, 0)):
        with room.database.writing() as session:
            queries.empty_bin(session, NOW + timedelta(days=days))
            assert session.scalar(select(func.count()).select_from(WebcareItem)) == left


def test_a_question_outlives_its_post_and_its_channel(room: Room) -> None:
    item_id = room.question(post_id=room.post())
    with room.database.writing() as session:
        session.execute(delete(Post))
        session.execute(delete(Channel).where(Channel.id == room.channel_id))

    item = room.row(WebcareItem, item_id)
    assert (item.post_id, item.channel_id) == (None, None)
    assert "A channel that was removed" in room.client().get(f"/webcare/{item_id}").text


def test_what_waits_stands_first_and_what_is_late_says_so(room: Room) -> None:
    room.question(question="Beantwoord", answered_at=NOW, answer_by=None)
    room.question(question="Zonder termijn", answer_by=None)
    room.question(question="Later", answer_by=LATER)
    room.question(question="Te laat", answer_by=NOW - timedelta(minutes=1))
    client = room.client()

    page = client.get("/webcare").text
    places = [page.index(words) for words in ("Te laat<", "Later<", "Zonder termijn", "Beantwoord")]
    assert places == sorted(places)
    assert page.count("Too late") == 1
    assert "One question should have had an answer by now." in page
    today = client.get("/").text
    assert "Te laat" in today
    assert "Beantwoord" not in today


def test_the_list_is_narrowed_by_state_channel_and_owner(room: Room) -> None:
    with room.database.writing() as session:
        plan = session.get_one(Plan, room.plan_id)
        other = builders.a_channel(session, plan, name="Intranet", short="INT").id
        builders.a_question(session, session.get_one(Channel, other), question="Intern")
    room.question(question="Van Mo", owner_id=room.people["mo"])
    room.question(question="Al klaar", answered_at=NOW)
    client = room.client()

    def shown(query: str) -> set[str]:
        page = client.get(f"/webcare?{query}").text
        return {words for words in ("Intern<", "Van Mo<", "Al klaar<") if words in page}

    assert shown("") == {"Intern<", "Van Mo<", "Al klaar<"}
    assert shown("state=open") == {"Intern<", "Van Mo<"}
    assert shown(f"channel={other}") == {"Intern<"}
    assert shown(f"owner={room.people['mo']}") == {"Van Mo<"}
    assert shown("owner=0&state=open") == {"Intern<"}
    assert shown("owner=x&channel=99999999999&page=-3&state=odd") == {
        "Intern<",
        "Van Mo<",
        "Al klaar<",
    }


def test_a_viewer_changes_nothing(room: Room) -> None:
    item_id, client = room.question(), room.client("reader")

    page = client.get(f"/webcare/{item_id}").text
    assert "/answer" not in page
    for way in ("answer", "owner", "edit", "removal", "reopening"):
        assert client.post(f"/webcare/{item_id}/{way}", data={"version": 1}).status_code == 403


def test_a_list_of_many_asks_no_more_than_one_of_two(room: Room) -> None:
    client = room.client()

    def asked(where: str) -> int:
        client.get(where)
        with statements(room.database) as sent:
            assert client.get(where).status_code == 200
        return len(sent)

    post_id = room.post()
    places = ("/webcare", "/", f"/posts/{post_id}")
    for _two in range(2):
        room.question(post_id=post_id, owner_id=room.people["mo"])
    few = [asked(where) for where in places]
    for person in ("writer", "reader", "mo", "writer"):
        room.question(post_id=room.post(), owner_id=room.people[person])
        room.question(post_id=post_id, answered_at=NOW, answered_by_id=room.people[person])

    many = [asked(where) for where in places]

    assert all(more <= less for more, less in zip(many, few, strict=True)), (many, few)


# --------------------------------------------------------------------------- replies to use again


def test_a_reply_is_kept_used_changed_removed_and_put_back(room: Room) -> None:
    client, item_id = room.client(), room.question()

    client.post("/webcare/replies", data={"title": "Solliciteren", "text": "Via onze <site>."})
    with room.database.reading() as session:
        [reply] = session.scalars(select(WebcareReply))
    page = client.get(f"/webcare/{item_id}").text
    assert "Via onze &lt;site&gt;." in page
    told = {"reply": reply.id, "answer": ""}
    page = client.post(f"/webcare/{item_id}/answer/reply", data=told).text
    assert "Via onze &lt;site&gt;.</textarea>" in page
    where = f"/webcare/replies/{reply.id}"
    client.post(where, data={"version": 1, "title": "Hoe", "text": "Bel."})
    stale = client.post(where, data={"version": 1, "title": "Wat", "text": "Mail."})
    assert stale.status_code == 409
    assert "Bel." in stale.text
    client.post(f"{where}/removal", data={"version": 2})
    assert "Bel." not in client.get(f"/webcare/{item_id}").text
    client.post(f"{where}/restoration")
    assert room.row(WebcareReply, reply.id).deleted_at is None


def test_a_reply_goes_below_what_is_typed_and_kept_without_scripts(room: Room) -> None:
    client, item_id = room.client(), room.question()
    with room.database.writing() as session:
        reply = builders.a_reply(session, session.get_one(Team, room.team_id), text="Via de site.")
        reply_id = reply.id
    where = f"/webcare/{item_id}/answer"
    page = client.get(f"/webcare/{item_id}").text
    button = f'formaction="{where}/reply#answer-card" formnovalidate name="reply"'
    assert f'form="answer-form" {button} value="{reply_id}"' in page

    sent = {"version": 1, "answer": "Dag Eva,", "reply": reply_id}
    begun = client.post(f"{where}/reply", data=sent)
    assert begun.status_code == 200
    assert "Dag Eva,\n\nVia de site.</textarea>" in begun.text
    # Nothing is saved until they send the answer.
    assert room.row(WebcareItem, item_id).answered_at is None
    assert room.noted() == []
    client.post(where, data={"version": 1, "answer": "Dag Eva,"})
    version = room.row(WebcareItem, item_id).version
    more = client.post(f"{where}/reply", data={"version": version, "reply": reply_id})
    assert "Dag Eva,\n\nVia de site.</textarea>" in more.text

    gone = client.post(f"{where}/reply", data={**sent, "answer": "Bijna", "reply": 999})
    assert "This reply is not there any more." in gone.text
    assert "Bijna</textarea>" in gone.text
    assert room.client("reader").post(f"{where}/reply", data=sent).status_code == 403


def test_a_list_of_replies_has_an_end(room: Room) -> None:
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        for _fifty in range(50):
            builders.a_reply(session, team)

    answer = room.client().post("/webcare/replies", data={"title": "Een", "text": "Te veel"})

    assert answer.status_code == 422
    assert "There are 50 replies already." in answer.text
    assert "Te veel</textarea>" in answer.text


def test_a_reply_says_something(room: Room) -> None:
    answer = room.client().post("/webcare/replies", data={"title": " ", "text": "Bel ons."})

    assert answer.status_code == 422
    assert "Bel ons.</textarea>" in answer.text
