"""Actions: agreed at a meet-up, back on each next agenda until done, on both databases."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import func, select

from calendar_app.meetups.actions import Action
from calendar_app.meetups.models import Occurrence
from calendar_app.people.models import Person, Team
from tests.builders import a_person, a_plan, a_post, an_action, sign_in
from tests.meetups.test_pages import THURSDAY, TUESDAY, WEDNESDAY, Room
from tests.meetups.test_preconditions import add_plan
from tests.meetups.visitor import NOW, Visitor
from tests.support.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from calendar_app.db import Database


@pytest.fixture(autouse=True)
def _at_eighteen_past_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


@pytest.fixture
def visitor(client: FlaskClient, room: Room) -> Visitor:
    """The editor, in English."""
    return Visitor(client).enter(room.editor)


def the_actions(room: Room) -> list[Action]:
    with room.database.reading() as session:
        return list(session.scalars(select(Action).order_by(Action.id)))


def made(room: Room, **facts: object) -> Action:
    """An action of the writer, agreed on Tuesday."""
    with room.database.writing() as session:
        session.expire_on_commit = False
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        return an_action(session, occurrence, session.get_one(Person, room.writer.id), **facts)


def typed(room: Room, **changes: object) -> dict[str, object]:
    told = {"text": "Foto's vragen aan de spoed", "owner": room.writer.id, "due_on": "2026-11-12"}
    return {**told, "creation_key": "a1", **changes}


def block(page: str, key: str) -> str:
    """The part of a page of one block of the agenda."""
    return page.split(f'id="{key}"')[1].split("</section>", maxsplit=1)[0]


def table(page: str) -> str:
    return page.split('id="action-list"')[1].split("</section>", maxsplit=1)[0]


def test_an_action_is_agreed_with_its_owner_and_its_day(visitor: Visitor, room: Room) -> None:
    answer = visitor.send(f"{room.page(TUESDAY)}/actions", **typed(room))

    assert (answer.status_code, answer.location) == (303, f"{room.page(TUESDAY)}#actions")
    (action,) = the_actions(room)
    assert (action.text, action.owner_id) == ("Foto's vragen aan de spoed", room.writer.id)
    assert (action.due_on, action.occurrence_id) == (THURSDAY, room.ids[TUESDAY])
    shown = table(visitor.see(room.page(TUESDAY)))
    assert "Joris Visser · by Thu 12 Nov · agreed today" in re.sub(r"\s+", " ", shown)


def test_the_same_form_sent_twice_makes_one_action(visitor: Visitor, room: Room) -> None:
    for _ in range(2):
        visitor.send(f"{room.page(TUESDAY)}/actions", **typed(room))

    assert len(the_actions(room)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": ""}, "Fill this in."),
        ({"text": "x" * 201}, "Use at most 200 characters."),
        ({"due_on": ""}, "Fill this in."),
        ({"due_on": "0026-11-12"}, "Choose a day between"),
        ({"owner": "999999"}, "Not a valid choice"),
    ],
)
def test_an_action_that_cannot_be_is_refused_at_its_field_and_stays_typed(
    visitor: Visitor, room: Room, change: dict[str, object], words: str
) -> None:
    answer = visitor.send(f"{room.page(TUESDAY)}/actions", **typed(room, **change))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in page
    assert ("Foto&#39;s vragen aan de spoed" in page) is ("text" not in change)
    assert the_actions(room) == []


def test_an_open_action_returns_on_each_next_agenda_with_its_age(
    visitor: Visitor, room: Room
) -> None:
    action = made(room, text="Foto's vragen", due_on=WEDNESDAY)

    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        page = table(visitor.see(room.page(THURSDAY)))
        assert "agreed 2 days ago" in page
        assert "too late" in page
        visitor.send(f"/actions/{action.id}/completion", version=action.version)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        assert "Foto" not in table(visitor.see(room.page(date(2026, 11, 13))))


def test_what_was_done_today_stays_on_the_page_with_a_way_back(
    visitor: Visitor, room: Room
) -> None:
    action = made(room)

    answer = visitor.send(
        f"/actions/{action.id}/completion",
        version=action.version,
        next=f"{room.page(TUESDAY)}#actions",
    )

    assert answer.location == f"{room.page(TUESDAY)}#actions"
    (done,) = the_actions(room)
    assert (done.done_at, done.done_by_id) == (NOW, room.editor.id)
    assert "done Tue 10 Nov 09:18 by Mo Kaya" in table(visitor.see(room.page(TUESDAY)))
    visitor.send(f"/actions/{action.id}/reopening", version=done.version)
    (open_again,) = the_actions(room)
    assert (open_again.done_at, open_again.done_by_id) == (None, None)


def test_done_twice_is_done_once_by_the_first(visitor: Visitor, room: Room) -> None:
    action = made(room)
    visitor.send(f"/actions/{action.id}/completion", version=action.version)
    visitor.enter(room.writer)

    again = visitor.send(f"/actions/{action.id}/completion", version=action.version)

    assert again.status_code == 303
    assert the_actions(room)[0].done_by_id == room.editor.id


def test_an_action_that_changed_meanwhile_is_not_marked_done(visitor: Visitor, room: Room) -> None:
    action = made(room)
    edit = {**typed(room, text="Iets anders"), "version": action.version}
    assert visitor.send(f"/actions/{action.id}/edit", **edit).status_code == 303

    answer = visitor.send(f"/actions/{action.id}/completion", version=action.version)

    assert answer.status_code == 409
    assert the_actions(room)[0].done_at is None


def test_a_stale_change_answers_409_with_both_texts_and_the_second_time_wins(
    visitor: Visitor, room: Room
) -> None:
    action = made(room)
    where = f"/actions/{action.id}/edit"
    visitor.send(where, **typed(room, text="Van een ander"), version=action.version)

    refused = visitor.send(where, **typed(room, text="Van mij"), version=action.version)

    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "Van een ander" in page
    assert "Van mij" in page
    assert the_actions(room)[0].text == "Van een ander"
    knowing = typed(room, text="Van mij", version=the_actions(room)[0].version)
    assert visitor.send(where, **knowing).status_code == 303
    assert the_actions(room)[0].text == "Van mij"


def test_a_removed_action_returns_nowhere_until_it_is_put_back(
    visitor: Visitor, room: Room
) -> None:
    action = made(room, text="Foto's vragen")

    off = visitor.send(f"/actions/{action.id}/removal", version=action.version)

    assert off.location == f"/actions/{action.id}/edit"
    assert "Put it back" in visitor.see(off.location)
    assert "Foto" not in table(visitor.see(room.page(TUESDAY)))
    removed = the_actions(room)[0]
    done = visitor.send(f"/actions/{action.id}/completion", version=removed.version)
    assert done.status_code == 422
    visitor.send(f"/actions/{action.id}/restoration", version=removed.version)
    assert "Foto" in table(visitor.see(room.page(TUESDAY)))


# Of something on the agenda


def test_one_click_makes_an_action_of_a_post_for_who_has_to_do_it(
    visitor: Visitor, room: Room
) -> None:
    with room.database.writing() as session:
        team = session.get_one(Team, room.team_id)
        post = a_post(
            session,
            team,
            a_plan(session, team),
            title="Open dag",
            state="in_review",
            owner_id=room.writer.id,
            reviewer_id=room.editor.id,
            starts_at=NOW + timedelta(hours=2),
        )
        post_id = post.id

    answer = visitor.send(f"{room.page(TUESDAY)}/agenda-actions", item=f"post:{post_id}")

    assert answer.status_code == 303
    (action,) = the_actions(room)
    assert (action.text, action.owner_id) == ("Review “Open dag”", room.editor.id)
    assert action.due_on == TUESDAY
    page = visitor.see(room.page(TUESDAY))
    assert "Action: Mo, by Tue 10 Nov" in block(page, "today")
    assert f'id="make-post-{post_id}"' not in page
    assert f'href="/posts/{post_id}">Review' in table(page)


def test_the_same_item_is_one_open_action_and_after_it_is_done_it_can_be_another(
    visitor: Visitor, room: Room
) -> None:
    room.post(title="Een inval", state="idea", starts_at=None)
    with room.database.reading() as session:
        item = session.scalars(select(func.max(Action.id))).one()
        assert item is None
    page = visitor.see(room.page(TUESDAY))
    (ref,) = re.findall(r'name="item" value="(post:\d+)"', block(page, "ideas"))
    where = f"{room.page(TUESDAY)}/agenda-actions"

    for _ in range(2):
        visitor.send(where, item=ref)
    (first,) = the_actions(room)
    visitor.send(f"/actions/{first.id}/completion", version=first.version)
    visitor.send(where, item=ref)

    assert [one.text for one in the_actions(room)] == ["Work out the idea “Een inval”"] * 2


def test_a_gap_in_a_channel_and_a_precondition_become_actions_of_mine(
    visitor: Visitor, room: Room
) -> None:
    plan_id = add_plan(room)
    coming = block(visitor.see(room.page(TUESDAY)), "coming")
    refs = re.findall(r'name="item" value="([^"]+)"', coming)

    for ref in refs:
        visitor.send(f"{room.page(TUESDAY)}/agenda-actions", item=ref)

    gap, precondition = the_actions(room)
    assert re.fullmatch(r"Plan posts for LinkedIn \d+: 0 of 3 this week", gap.text)
    assert precondition.text.startswith("Look at the precondition: Room, trust")
    assert {one.owner_id for one in (gap, precondition)} == {room.editor.id}
    assert {one.due_on for one in (gap, precondition)} == {WEDNESDAY}
    leads_to = f"/plans/{plan_id}/preconditions#precondition-trust"
    assert leads_to in table(visitor.see(room.page(TUESDAY)))


def test_what_is_not_on_the_agenda_becomes_no_action(visitor: Visitor, room: Room) -> None:
    for item in ("post:999999", "", "post:", "x" * 300):
        answer = visitor.send(f"{room.page(TUESDAY)}/agenda-actions", item=item)

        assert answer.status_code == 422, item
    assert the_actions(room) == []


# Whose they are


def test_my_actions_are_mine_alone_and_marked_done_from_their_page(
    visitor: Visitor, room: Room
) -> None:
    mine = made(room, text="Voor mij")
    with room.database.writing() as session:
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        an_action(session, occurrence, session.get_one(Person, room.editor.id), text="Voor Mo")
    visitor.enter(room.writer)

    page = visitor.see("/actions")

    assert "Voor mij" in page
    assert "Voor Mo" not in page
    version = mine.version
    visitor.send(f"/actions/{mine.id}/completion", version=version, next="/actions")
    assert "You have no open actions" in visitor.see("/actions")
    assert "Voor mij" in visitor.see("/actions")


def test_a_viewer_does_their_own_actions_and_nobody_elses(
    visitor: Visitor, room: Room, client: FlaskClient
) -> None:
    with room.database.writing() as session:
        session.expire_on_commit = False
        viewer = a_person(session, session.get_one(Team, room.team_id), "viewer", name="Henk M")
        occurrence = session.get_one(Occurrence, room.ids[TUESDAY])
        own = an_action(session, occurrence, viewer)
    other = made(room)
    visitor.enter(viewer)

    done = visitor.send(f"/actions/{own.id}/completion", version=own.version)
    refused = visitor.send(f"/actions/{other.id}/completion", version=other.version)

    assert (done.status_code, refused.status_code) == (303, 403)
    assert f'id="action-{other.id}"' not in visitor.see(room.page(TUESDAY))
    assert visitor.get(f"/actions/{own.id}/edit").status_code == 403
    sign_in(client, room.editor, NOW)


def test_who_is_not_to_be_seen_is_named_by_no_action_and_keeps_it(
    visitor: Visitor, room: Room
) -> None:
    action = made(room, text="Foto's vragen")
    with room.database.writing() as session:
        session.get_one(Person, room.writer.id).memberships[0].stop_taking_part()

    pages = [visitor.see(room.page(TUESDAY)), visitor.see(f"/actions/{action.id}/edit")]

    assert not any("Joris" in page for page in pages)
    assert all("a colleague" in page for page in pages)
    form = typed(room, text="Andere foto's", owner="0", version=action.version)
    assert visitor.send(f"/actions/{action.id}/edit", **form).status_code == 303
    assert (the_actions(room)[0].text, the_actions(room)[0].owner_id) == (
        "Andere foto's",
        room.writer.id,
    )


def test_the_pages_query_the_same_for_one_and_for_thirty_actions(
    visitor: Visitor, room: Room
) -> None:
    def asked() -> list[int]:
        counts = []
        for where in (room.page(TUESDAY), "/actions"):
            with statements(room.database) as sent:
                visitor.see(where)
            counts.append(len(sent))
        return counts

    def many(number: int) -> None:
        with room.database.writing() as session:
            days = list(session.scalars(select(Occurrence).order_by(Occurrence.id)))
            for place in range(number):
                owner = session.get_one(Person, (room.editor, room.writer)[place % 2].id)
                done = {"done_at": NOW, "done_by_id": room.writer.id} if place % 3 == 0 else {}
                an_action(session, days[place % len(days)], owner, **done)

    many(6)
    few = asked()
    many(30)

    assert asked() == few
