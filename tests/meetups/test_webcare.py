"""The agenda shows the questions that wait, and what was counted of what went out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select, update

from calendar_app.meetups.actions import Action
from calendar_app.meetups.agenda import SHOWN_QUESTIONS, Block, Item, PostFact, QuestionFact
from calendar_app.meetups.snapshot import Named, frozen, people_in, thawed
from calendar_app.monitoring.models import WebcareItem
from calendar_app.people.models import Membership, Team
from calendar_app.plans.models import Channel, Plan
from calendar_app.posts.models import Post
from tests.builders import a_plan, a_post, a_question, a_result, a_sitting
from tests.meetups.test_pages import TUESDAY, Room
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from calendar_app.db import Database

YESTERDAY = NOW - timedelta(hours=20)


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(database: Database) -> Room:
    made = Room(database)
    with database.writing() as session:
        a_plan(session, session.get_one(Team, made.team_id))
    return made


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    return Visitor(client).enter(room.writer)


def ask(room: Room, words: str, **facts: object) -> int:
    with room.database.writing() as session:
        channel = session.scalars(select(Channel).order_by(Channel.id)).first()
        assert channel is not None
        told = {"received_at": YESTERDAY, "answer_by": YESTERDAY + timedelta(hours=4), **facts}
        return a_question(session, channel, question=words, **told).id


def publish(room: Room, title: str, **counts: int) -> int:
    with room.database.writing() as session:
        plan = session.scalars(select(Plan)).one()
        told = {"starts_at": YESTERDAY, "published_at": YESTERDAY, "state": "published"}
        team = session.get_one(Team, room.team_id)
        post = a_post(session, team, plan, title=title, **told)
        for channel in plan.channels if counts else ():
            a_result(session, post, channel, **{"reactions": None, **counts})
        return post.id


def yesterday(page: str) -> str:
    return page.split('id="yesterday"')[1].split("</section>", maxsplit=1)[0]


def test_what_waits_for_an_answer_stands_under_yesterday(visitor: Visitor, room: Room) -> None:
    late = ask(room, "Waar is de ingang?")
    ask(room, "Hoe laat?", answer_by=NOW + timedelta(hours=2), owner_id=room.editor.id)
    ask(room, "Al klaar", answered_at=NOW)

    shown = yesterday(visitor.see(room.page(TUESDAY)))

    assert shown.index("Waar is de ingang?") < shown.index("Hoe laat?")
    assert shown.count("Too late") == 1
    assert f'href="/webcare/{late}"' in shown
    assert "Mo" in shown
    assert "Al klaar" not in shown


def test_a_question_is_taken_from_the_agenda_with_one_click(visitor: Visitor, room: Room) -> None:
    item_id = ask(room, "Waar is de ingang?")
    here = f"{room.page(TUESDAY)}#yesterday"
    shown = yesterday(visitor.see(room.page(TUESDAY)))
    assert f'action="/webcare/{item_id}/owner"' in shown
    assert f'value="{here}"' in shown

    answer = visitor.send(f"/webcare/{item_id}/owner", version=1, next=here)

    assert (answer.status_code, answer.location) == (303, here)
    shown = yesterday(visitor.see(room.page(TUESDAY)))
    assert "Joris" in shown
    assert "/owner" not in shown


@pytest.mark.parametrize("now_is", [{"ended_at": NOW}, {"role": "viewer"}], ids=["left", "viewer"])
def test_a_question_of_who_cannot_answer_any_more_can_be_taken(
    visitor: Visitor, room: Room, now_is: dict[str, object]
) -> None:
    item_id = ask(room, "Waar is de ingang?", owner_id=room.editor.id)
    take = f'action="/webcare/{item_id}/owner"'
    shown = yesterday(visitor.see(room.page(TUESDAY)))
    assert " · Mo · " in shown
    assert take not in shown

    with room.database.writing() as session:
        of_editor = update(Membership).where(Membership.person_id == room.editor.id)
        session.execute(of_editor.values(**now_is))

    shown = yesterday(visitor.see(room.page(TUESDAY)))
    assert take in shown
    assert " · Mo · " not in shown


def test_a_question_becomes_one_action_of_who_answers_it(visitor: Visitor, room: Room) -> None:
    item_id = ask(room, "Waar is de ingang?", owner_id=room.editor.id)
    for _twice in range(2):
        visitor.send(f"{room.page(TUESDAY)}/agenda-actions", item=f"webcare:{item_id}")

    with room.database.reading() as session:
        [action] = session.scalars(select(Action))
    assert action.text == "Answer the question: Waar is de ingang?"
    assert (action.owner_id, action.due_on) == (room.editor.id, TUESDAY)
    page = visitor.see(room.page(TUESDAY))
    assert f'href="/webcare/{item_id}">Answer the question' in page
    assert "Action: Mo, by Tue 10 Nov" in yesterday(page)


def test_more_questions_than_two_minutes_hold_are_counted(visitor: Visitor, room: Room) -> None:
    for number in range(SHOWN_QUESTIONS + 2):
        ask(room, f"Vraag {number}")

    shown = yesterday(visitor.see(room.page(TUESDAY)))

    assert shown.count('href="/webcare/') == SHOWN_QUESTIONS
    assert "2 more questions wait" in shown


def test_what_went_out_shows_what_was_counted_or_the_way_to_fill_it_in(
    visitor: Visitor, room: Room
) -> None:
    without = publish(room, "Zonder")
    counted = publish(room, "Met", views=120, clicks=0)

    shown = yesterday(visitor.see(room.page(TUESDAY)))

    assert shown.count("No results yet.") == 1
    assert f'href="/posts/{without}/results"' in shown
    with room.database.reading() as session:
        channels = len(session.get_one(Post, counted).channels)
    assert f"Views: {120 * channels} · Clicks: 0" in shown
    assert "Reactions" not in shown


def test_a_closed_meetup_shows_the_questions_and_results_of_then(
    visitor: Visitor, room: Room
) -> None:
    item_id = ask(room, "Waar is de ingang?", owner_id=room.editor.id)
    publish(room, "Met", views=120)
    with room.database.writing() as session:
        a_sitting(session, session.merge(room.day(TUESDAY)), session.merge(room.writer))
    visitor.send(f"{room.page(TUESDAY)}/closing", version=1)
    with room.database.writing() as session:
        session.get_one(WebcareItem, item_id).reply("Links.", session.merge(room.writer), NOW)

    shown = yesterday(visitor.see(room.page(TUESDAY)))

    assert "Waar is de ingang?" in shown
    assert "Mo" in shown
    assert "Views: " in shown
    assert "/owner" not in shown
    assert "/results" not in shown


def test_the_agenda_asks_as_often_for_many_questions_as_for_two(
    visitor: Visitor, room: Room
) -> None:
    def asked() -> int:
        with statements(room.database) as sent:
            visitor.see(room.page(TUESDAY))
        return len(sent)

    for number in range(2):
        ask(room, f"Vraag {number}", owner_id=room.editor.id)
    publish(room, "Eerste", views=1)
    few = asked()
    for number in range(8):
        ask(room, f"Meer {number}", owner_id=room.writer.id)
    publish(room, "Tweede", views=1)
    publish(room, "Derde")

    assert asked() <= few


def test_questions_and_results_are_kept_but_for_the_names() -> None:
    at = datetime(2026, 11, 9, 9, tzinfo=UTC)
    question = QuestionFact(
        3, "Waar?", "LinkedIn", at, answer_by=at, overdue=True, owner_id=7, owner="Mo", version=2
    )
    post = PostFact(id=1, title="T", state="published", results=(("views", 3),))
    block = Block("yesterday", 2, (Item(post),), questions=(question,), more_questions=4)

    kept = frozen([block], [])

    assert thawed(kept, {7: Named("Mo", "MK")}) == (block,)
    assert people_in(kept) == {7}
    assert "Mo" not in str(kept)
    # What was kept before there were questions or results.
    del kept["blocks"][0]["questions"], kept["blocks"][0]["more_questions"]
    del kept["blocks"][0]["items"][0]["post"]["results"]
    plain = Block("yesterday", 2, (Item(replace(post, results=None)),))
    assert thawed(kept, {}) == (plain,)
