"""The playing field check while a post is written."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post, PostChannelText
from tests.builders import a_media, a_person, a_plan, a_team, sign_in
from tests.posts.room import a_room

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from calendar_app.db import Database

HOSTILE = "<script>alert('x')</script> %(word)s {{ 7*7 }}"


@pytest.fixture
def post(app: Flask, database: Database) -> Post:
    app.config["WTF_CSRF_ENABLED"] = False
    with database.writing() as session:
        session.expire_on_commit = False
        room = a_room(session)
        room.plan.words_to_avoid = "top, zo snel mogelijk"
        room.channel.character_limit = 40
        kept = room.post()
        kept.owner = room.writer
        return kept


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


def filled(database: Database, post: Post, **changes: Any) -> dict[str, Any]:
    """The form of the post as a browser sends it along with the check."""
    with database.reading() as session:
        plan = session.get_one(Plan, post.plan_id)
        value, audience, channel = plan.values[0], plan.audiences[0], plan.channels[0]
        return {
            "checked_post": post.id,
            "version": post.version,
            "title": "Rooster",
            "text": "Zelf je rooster maken.",
            "plan": plan.id,
            "values": [value.id],
            f"reason-{value.id}": "zelf bepalen",
            "audiences": [audience.id],
            "channels": [channel.id],
            "form": "text",
            "intent": "inform",
            "link": "",
            "day": "2026-11-12",
            "time": "09:00",
            "reviewer": post.reviewer_id,
            **changes,
        }


def words(page: str) -> str:
    """What a person reads of the section."""
    section = re.search(r'<section[^>]*id="check".*?</section>', page, re.DOTALL)
    assert section, page
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", section[0])).split())


def test_the_check_speaks_of_what_was_typed_and_keeps_nothing(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    text = "Kom zo snel\nmogelijk naar onze afdeling, dat is echt top!"

    answer = writer.post("/posts/check", data=filled(database, post, text=text, intent="invite"))

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<section")
    said = words(answer.text)
    assert "4 points to look at" in said
    assert "Word to avoid: zo snel mogelijk." in said
    assert "Line 1: Kom zo snel mogelijk naar onze" in said
    assert "Line 2:" in said
    assert "<mark>top</mark>!" in answer.text
    assert "counts 57 characters and takes 40: 17 too many." in said
    assert "No link yet." in said
    with database.reading() as session:
        kept = session.get_one(Post, post.id)
        assert (kept.text, kept.version) == ("Zelf je rooster maken.", post.version)


def test_the_borders_are_those_of_the_values_that_are_ticked_now(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    ticked = writer.post("/posts/check", data=filled(database, post)).text
    unticked = writer.post("/posts/check", data=filled(database, post, values=[])).text

    assert "Stockfotos." in ticked
    assert "Stockfotos." not in unticked
    assert 'id="field-found"' in unticked


def test_the_preview_has_the_sender_the_link_and_the_images(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    with database.writing() as session:
        person = session.get_one(Person, post.owner_id)
        ids = [a_media(session, session.get_one(Post, post.id), person).id for _ in range(5)]
        removed = a_media(session, session.get_one(Post, post.id), person)
        removed.remove(person, removed.created_at)
        removed_id = removed.id

    page = writer.post(
        "/posts/check", data=filled(database, post, link="https://delinde.example/werk")
    ).text
    preview = page[page.index('class="preview"') :]

    with database.reading() as session:
        assert session.get_one(Team, post.team_id).name in preview
    assert "https://delinde.example/werk" in preview
    assert [f"/media/{one}" in preview for one in ids] == [True] * 4 + [False]
    assert f"/media/{removed_id}/" not in page
    assert "and one more" in preview


def test_what_is_complete_misses_nothing(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    said = words(writer.post("/posts/check", data=filled(database, post)).text)

    assert "Nothing is missing" in said
    assert "Reason: zelf bepalen" in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "", "text": "x" * 100_000},
        {"plan": "0", "values": ["999999", "x"], "audiences": "x"},
        {"day": "2026-13-40", "time": "25:99", "reviewer": "x"},
        {"day": "9999-12-31", "time": ""},
        {"day": "2026-11-12", "time": ""},
        {"form": "smoke", "intent": "", "link": "javascript:alert(1)", "version": "x"},
        {"text": HOSTILE},
    ],
)
def test_what_cannot_be_saved_yet_is_checked_all_the_same(
    database: Database, writer: FlaskClient, post: Post, wrong: dict[str, Any]
) -> None:
    answer = writer.post("/posts/check", data=filled(database, post, **wrong))

    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert words(answer.text)


def test_an_empty_form_is_told_what_it_misses(writer: FlaskClient) -> None:
    said = words(writer.post("/posts/check").text)

    assert "No value yet." in said
    assert "No text yet." in said


def test_hostile_words_are_shown_as_they_are(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    with database.writing() as session:
        session.get_one(Plan, post.plan_id).words_to_avoid = "<script>alert('x')</script>"

    answer = writer.post("/posts/check", data=filled(database, post, text=HOSTILE))

    assert "<mark>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</mark>" in answer.text
    assert "%(word)s {{ 7*7 }}" in answer.text


def test_the_check_is_of_the_plan_that_is_chosen_now(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    with database.writing() as session:
        other = a_plan(session, session.get_one(Team, post.team_id))
        other.words_to_avoid = "rooster"
        plan_id, channel_id = other.id, other.channels[0].id

    fields = filled(database, post, plan=plan_id)
    said = words(writer.post("/posts/check", data=fields).text)
    chosen = words(writer.post("/posts/check", data={**fields, "channels": [channel_id]}).text)

    assert "Word to avoid: rooster." in said
    assert "No value yet." in said
    assert "No channel yet." in said
    assert "No channel yet." not in chosen


def test_plain_words_are_for_a_team_that_writes_dutch(
    database: Database, writer: FlaskClient, post: Post
) -> None:
    fields = filled(database, post, text="Wij implementeren dit.")
    dutch = words(writer.post("/posts/check", data=fields).text)
    with database.writing() as session:
        session.get_one(Team, post.team_id).language = "en"

    english = words(writer.post("/posts/check", data=fields).text)

    assert "implementeren → invoeren" in dutch
    assert "invoeren" not in english


def test_what_is_said_of_the_text_of_a_channel_leads_to_that_text(
    app: Flask, database: Database, writer: FlaskClient, post: Post
) -> None:
    fields = filled(database, post)
    channel_id = fields["channels"][0]
    with database.writing() as session:
        session.get_one(Post, post.id).channels[0].name = "X"
    own = {f"own-text-{channel_id}": "Wij implementeren dit, dat is top."}

    page = writer.post("/posts/check", data={**fields, **own}).text

    plainer = "Some words in the text for X can be plainer."
    assert plainer in words(page)
    assert page.count(f'href="#own-text-{channel_id}">To the text for X</a>') == 2
    assert f'id="own-text-{channel_id}"' in writer.get(f"/posts/{post.id}").text
    with database.writing() as session:
        kept = session.get_one(Post, post.id)
        kept.own_text_rows = [
            PostChannelText(channel=kept.channels[0], text="Wij implementeren dit.")
        ]
        reader = a_person(session, session.get_one(Team, post.team_id), "viewer").id
    # Who only reads has no such field to go to.
    read = visitor(app, database, reader).get(f"/posts/{post.id}").text
    assert plainer in words(read)
    assert "#own-text-" not in read


def test_a_form_that_needs_no_approval_misses_no_reviewer(
    app: Flask, database: Database, writer: FlaskClient, post: Post
) -> None:
    with database.writing() as session:
        session.get_one(Team, post.team_id).forms_without_approval = "image"
    nobody = filled(database, post, reviewer="")
    value_id = nobody["values"][0]

    def said(**changes: Any) -> str:
        return words(writer.post("/posts/check", data={**nobody, **changes}).text)

    assert "No reviewer yet." in said()
    assert "No reviewer yet." not in said(form="image")
    # What falls outside a value is looked at, whatever its form.
    assert "No reviewer yet." in said(form="image", **{f"place-{value_id}": "outside"})
    with database.writing() as session:
        kept = session.get_one(Post, post.id)
        kept.form, kept.reviewer = "image", None
        reader = a_person(session, session.get_one(Team, post.team_id), "viewer").id
    for page in (writer, visitor(app, database, reader)):
        assert "No reviewer yet." not in words(page.get(f"/posts/{post.id}").text)


def test_the_post_of_another_team_is_not_there(app: Flask, database: Database, post: Post) -> None:
    with database.writing() as session:
        session.expire_on_commit = False
        stranger = a_person(session, a_team(session), "writer").id

    client = visitor(app, database, stranger)

    assert client.post("/posts/check", data={"checked_post": post.id}).status_code == 404
    assert client.post("/posts/check").status_code == 200


def test_a_reader_gets_no_check_while_typing_and_a_stranger_no_answer(
    app: Flask, database: Database, post: Post
) -> None:
    with database.writing() as session:
        reader = a_person(session, session.get_one(Team, post.team_id), "viewer").id

    client = visitor(app, database, reader)

    assert client.post("/posts/check").status_code == 403
    assert "hx-post" not in client.get(f"/posts/{post.id}").text
    assert app.test_client().post("/posts/check").status_code == 303


def test_without_its_token_nothing_is_checked(
    app: Flask, database: Database, writer: FlaskClient, post: Post
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    assert writer.post("/posts/check", data=filled(database, post)).status_code == 400


def test_the_pages_of_a_new_and_an_old_post_ask_for_it(writer: FlaskClient, post: Post) -> None:
    old, new = writer.get(f"/posts/{post.id}").text, writer.get("/posts/new").text

    for page in (old, new):
        assert 'hx-post="/posts/check"' in page
        assert re.search(r'role="status" id="check-points">[^<]', page)
    assert f'hx-vals=\'{{"checked_post": "{post.id}"}}\'' in old
    assert "No text yet." in words(new)
