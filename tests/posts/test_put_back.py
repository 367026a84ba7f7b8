"""The history of a post word by word, and putting one change back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import Person, Team
from calendar_app.people.queries import members
from calendar_app.posts import queries, reversal
from calendar_app.posts.models import Post, PostChange
from tests.builders import a_person, sign_in
from tests.posts.room import NOW, Room, a_room, take

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from calendar_app.db import Database

CHOICES = {"form": {"text", "image"}, "intent": {"inform", "ask"}}
FIRST, SECOND = "Kom morgen naar onze afdeling.", "Kom vandaag naar onze afdeling."


@pytest.mark.parametrize(
    ("action", "told", "before"),
    [
        ("edited", {"text": ["a", "b"], "title": ["c", "d"]}, {"text": "a", "title": "c"}),
        ("edited", {"text": ["", "b"], "link": ["", "https://a.nl"]}, {"text": "", "link": ""}),
        ("followed", {"intent": ["ask", "inform"]}, {"intent": "ask"}),
        # What cannot be, or is no text of its own.
        ("edited", {"title": ["", "d"]}, {}),
        ("edited", {"form": ["smoke", "text"], "intent": ["", "ask"]}, {}),
        # An entry of the first days kept a name alone; and another plan has other values.
        ("edited", {"owner": ["Mo", {"id": 1, "name": "Mo"}], "starts_at": ["soon", ""]}, {}),
        ("edited", {"plan": ["A", "B"], "values": [["a"], ["b"]], "channels": [[], ["c"]]}, {}),
        ("send_to_review", {"reviewer": ["", {"id": 1, "name": "Mo"}]}, {}),
        (
            "edited",
            {
                "owner": ["", {"id": 1, "name": "Mo"}],
                "reviewer": [{"id": 2, "name": "Sanne"}, ""],
                "values": [["a"], ["b"]],
                "reasons": [["a: daarom"], []],
                "place-3 a": ["edge", ""],
            },
            {
                "owner": "",
                "reviewer": {"id": 2, "name": "Sanne"},
                "values": ["a"],
                "reasons": ["a: daarom"],
                "place-3 a": "edge",
            },
        ),
        (
            "moved",
            {"starts_at": ["2026-11-12T08:00:00+00:00", "2026-11-13T08:00:00+00:00"]},
            {"starts_at": "2026-11-12T08:00:00+00:00"},
        ),
        ("edited", {"text": [None, "b"]}, {}),
        ("created", {"text": ["", "b"]}, {}),
        ("approve", {"state": ["in_review", "approved"]}, {}),
    ],
)
def test_the_texts_before_a_change_can_be_put_back(
    action: str, told: dict[str, Any], before: dict[str, str]
) -> None:
    assert reversal.before(action, told, CHOICES) == before


def changed_post(room: Room, **changes: Any) -> Post:
    """A post of the room whose text and link were changed once."""
    post = room.post(text=FIRST)
    told = {"text": SECOND, "link": "https://delinde.nl", **changes}
    post.edit(room.whole(**told), room.editor, NOW)
    room.session.flush()
    return post


@pytest.fixture
def post(app: Flask, database: Database) -> Post:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        session.expire_on_commit = False
        post = changed_post(a_room(session))
        assert post.owner
        return post


def visitor(app: Flask, database: Database, person_id: int | None) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    with database.reading() as session:
        sign_in(client, session.get_one(Person, person_id))
    return client


@pytest.fixture
def writer(app: Flask, database: Database, post: Post) -> FlaskClient:
    return visitor(app, database, post.owner_id)


def change_id(database: Database, post: Post, action: str = "edited") -> int:
    """The last change of the post by that verb."""
    wanted = select(PostChange.id).where(PostChange.post_id == post.id)
    with database.reading() as session:
        found = session.scalars(wanted.where(PostChange.action == action).order_by(PostChange.id))
        return found.all()[-1]


def kept(database: Database, post: Post) -> Post:
    with database.reading() as session:
        return session.get_one(Post, post.id)


def press(
    database: Database, client: FlaskClient, post: Post, action: str = "edited", **sent: Any
) -> TestResponse:
    """Press "Put back" of the last change by that verb, on the page as it stands now."""
    where = f"/posts/{post.id}/changes/{change_id(database, post, action)}/undo"
    return client.post(where, data={"version": kept(database, post).version, **sent})


def reading(page: str) -> str:
    """What a screen reader reads of the page, and others see."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def test_the_page_shows_the_words_that_changed_and_a_button(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    page = writer.get(f"/posts/{post.id}").text

    assert "Kom[removed: morgen][added: vandaag] naar onze afdeling." in reading(page)
    assert page.count(f"/changes/{change_id(database, post)}/undo") == 1
    assert re.search(r"Put back: Text, Link, ", reading(page))
    # The change that made the post cannot be put back.
    assert page.count("/undo") == 1


def test_put_back_brings_the_texts_from_before(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    answer = press(database, writer, post)

    assert (answer.status_code, answer.location) == (303, f"/posts/{post.id}")
    after = kept(database, post)
    assert (after.text, after.link) == (FIRST, "")
    page = writer.get(answer.location).text
    assert "Put back: Text, Link." in reading(page)
    # And back again.
    assert press(database, writer, post).status_code == 303
    assert kept(database, post).text == SECOND


def test_what_stands_there_again_has_no_button(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    first = change_id(database, post)
    press(database, writer, post)

    page = writer.get(f"/posts/{post.id}").text

    assert f"/changes/{first}/undo" not in page
    assert f"/changes/{change_id(database, post)}/undo" in page


def test_what_was_typed_beside_the_button_is_kept_in_the_history(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    with database.reading() as session:
        now_is = session.get_one(Post, post.id)
        fields: dict[str, Any] = {
            "title": "Getypt",
            "text": SECOND,
            "plan": now_is.plan_id,
            "values": [value.id for value in now_is.values],
            "audiences": [audience.id for audience in now_is.audiences],
            "channels": [channel.id for channel in now_is.channels],
            "form": "text",
            "intent": "inform",
            "day": "2026-11-12",
            "time": "09:00",
        }

    answer = press(database, writer, post, **fields)

    assert answer.status_code == 303, reading(answer.text)
    after = kept(database, post)
    assert (after.title, after.text) == ("Getypt", FIRST)


def test_an_approved_post_goes_back_to_review(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    with database.writing() as session:
        room = a_room(session)
        now_is = session.get_one(Post, post.id)
        room.editor = session.get_one(Person, now_is.reviewer_id)
        for verb in ("send_to_review", "approve"):
            take(now_is, verb, room)

    answer = press(database, writer, post)

    after = kept(database, post)
    assert (after.state, after.approved_at, after.text) == ("in_review", None, FIRST)
    assert "So the post goes back to review." in reading(writer.get(answer.location).text)


def test_what_readers_do_not_see_comes_back_without_a_new_review(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    with database.writing() as session:
        room = a_room(session)
        now_is = session.get_one(Post, post.id)
        room.editor = session.get_one(Person, now_is.reviewer_id)
        take(now_is, "send_to_review", room)
        take(now_is, "approve", room)
        now_is.edit(replace(now_is.content, intent="ask"), room.editor, NOW)

    answer = press(database, writer, post)

    after = kept(database, post)
    assert (after.state, after.intent, after.text) == ("approved", "inform", SECOND)
    assert "Put back: Purpose." in reading(writer.get(answer.location).text)


def test_people_hooks_and_time_come_back_by_the_rules_of_an_edit(room: Room) -> None:
    colleague = a_person(room.session, room.team, "writer", name="Joris Post")
    post = room.post()
    before = post.content
    changed = {
        "owner": colleague,
        "reviewer": None,
        "values": ((room.value, "een andere reden"),),
        "places": ((room.value, "edge"),),
        "audiences": (),
        "channels": (),
        "starts_at": None,
    }
    post.edit(room.whole(**changed), room.editor, NOW)
    room.session.flush()
    change = queries.changes_of(room.session, post)[0]
    told = reversal.before(change.action, change.fields, CHOICES)
    people = [one.person for one in members(room.session, room.team)]

    post.edit(post.content.again(told, people), room.editor, NOW)

    assert set(told) >= {"owner", "reviewer", "reasons", "audiences", "channels", "starts_at"}
    assert post.content == before


def test_who_left_and_what_is_gone_from_the_plan_do_not_come_back(room: Room) -> None:
    content = room.post().content
    people = [one.person for one in members(room.session, room.team)]

    with pytest.raises(Refused, match="cannot be chosen") as left:
        content.again({"owner": {"id": 10_000, "name": "Weg"}}, people)
    with pytest.raises(Refused, match="not in the plan any more") as gone:
        content.again({"values": ["Verdwenen"]}, people)

    assert (left.value.field, gone.value.field) == ("owner", "values")


def test_the_page_puts_a_move_and_an_owner_back(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    with database.writing() as session:
        now_is = session.get_one(Post, post.id)
        editor = session.get_one(Person, now_is.reviewer_id)
        now_is.edit(replace(now_is.content, owner=editor), editor, NOW)
        session.flush()
        now_is.move_to(date(2026, 11, 20), editor, NOW)

    edit = change_id(database, post)

    moved = press(database, writer, post, "moved")
    version = kept(database, post).version
    owned = writer.post(f"/posts/{post.id}/changes/{edit}/undo", data={"version": version})

    assert (moved.status_code, owned.status_code) == (303, 303)
    after = kept(database, post)
    assert (after.starts_at, after.owner_id) == (post.starts_at, post.owner_id)
    assert "Put back: Owner." in reading(writer.get(owned.location).text)


def test_a_long_history_stands_on_pages_that_can_be_put_back_too(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    with database.writing() as session:
        now_is = session.get_one(Post, post.id)
        editor = session.get_one(Person, now_is.reviewer_id)
        for number in range(70):
            now_is.edit(replace(now_is.content, text=f"Versie {number} van 70"), editor, NOW)
            session.flush()

    pages, where = [], f"/posts/{post.id}"
    while where:
        page = writer.get(where).text
        pages.append(page)
        link = re.search(r'href="([^"]+)"[^>]*>Older changes<', page)
        where = unescape(link[1]) if link else ""

    assert [page.count("<time datetime") for page in pages[1:]] == [30, 12]
    assert [page.count("[removed: </span>") for page in pages] == [30, 30, 11]
    assert "made this post" in pages[-1]
    assert 'form="history-form" formaction="/posts/' in pages[-1]
    assert "Newest changes" in pages[-1]


@pytest.mark.parametrize("verbs", [["send_to_review", "approve", "publish"], ["cancel"]])
def test_what_is_over_stays_as_it_was(
    writer: FlaskClient, database: Database, post: Post, verbs: list[str]
) -> None:
    with database.writing() as session:
        room = a_room(session)
        now_is = session.get_one(Post, post.id)
        room.editor = session.get_one(Person, now_is.reviewer_id)
        for verb in verbs:
            take(now_is, verb, room)

    answer = press(database, writer, post)

    assert answer.status_code == 422
    assert re.search("This post has been published|This post is cancelled", answer.text)
    assert kept(database, post).text == SECOND
    assert "/undo" not in re.sub(r"/publication/undo|/cancellation/undo", "", answer.text)


def test_an_old_page_puts_nothing_back(writer: FlaskClient, database: Database, post: Post) -> None:
    answer = press(database, writer, post, version=1)

    assert answer.status_code == 409
    assert "Somebody was before you" in answer.text
    assert kept(database, post).text == SECOND


def test_the_first_change_cannot_be_put_back(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    answer = press(database, writer, post, "created")

    assert answer.status_code == 422
    assert "Nothing of this change can be put back." in answer.text


def test_a_change_of_another_post_or_team_is_not_there(
    writer: FlaskClient, database: Database, post: Post
) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        other = changed_post(a_room(session))

    mine_with_theirs = f"/posts/{post.id}/changes/{change_id(database, other)}/undo"
    theirs = f"/posts/{other.id}/changes/{change_id(database, other)}/undo"

    assert writer.post(mine_with_theirs, data={"version": post.version}).status_code == 404
    assert writer.post(theirs, data={"version": other.version}).status_code == 404
    assert kept(database, other).text == SECOND


def test_a_reader_sees_the_words_but_no_button(app: Flask, database: Database, post: Post) -> None:
    with database.writing() as session:
        reader = a_person(session, session.get_one(Team, post.team_id), "viewer").id

    client = visitor(app, database, reader)

    page = client.get(f"/posts/{post.id}").text
    assert "[added: vandaag]" in reading(page)
    assert "/undo" not in page
    assert press(database, client, post).status_code == 403


def test_hostile_words_are_shown_as_they_are(app: Flask, database: Database) -> None:
    with database.writing() as session:
        room = a_room(session)
        other = changed_post(room, text="Kom <script>alert(1)</script> langs %(name)s")
        other_id, owner_id = other.id, room.writer.id

    page = visitor(app, database, owner_id).get(f"/posts/{other_id}").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
