"""The same text twice within thirty days is noticed while it is written, and never refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select

from calendar_app.people.models import Person
from calendar_app.posts import queries
from calendar_app.posts.likeness import key_of
from calendar_app.posts.models import Post, PostChannelText
from tests import builders
from tests.posts.room import DAY, NOW, Room, a_room
from tests.search.test_migration import migrate, settings_of_migrations
from tests.support.sent_forms import forms_of
from tests.support.site import Site, _tuesday_morning, ask, site
from tests.support.statements import statements

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from calendar_app.db import Database

__all__ = ["_tuesday_morning", "site"]
TEXT = "Elke nacht staat er iemand klaar."
PLANNED, OUT = "The same text is planned on", "The same text went out on"


def found(room: Room, start: datetime = DAY, post: Post | None = None, text: str = TEXT) -> Any:
    return [twin.id for twin in queries.twins(room.session, room.team, [text], start, post)]


def said(page: str) -> str:
    """What a person reads of the check."""
    section = re.search(r'<section[^>]*id="check".*?</section>', page, re.DOTALL)
    assert section, page
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", section[0])).split())


@pytest.mark.parametrize(("days", "number"), [(0, 1), (-30, 1), (30, 1), (-31, 0), (31, 0)])
def test_thirty_days_before_and_after_are_near(room: Room, days: int, number: int) -> None:
    twin = room.post(text=TEXT.upper(), starts_at=DAY + timedelta(days=days))

    assert found(room) == [twin.id] * number


def test_a_text_is_known_again_wherever_it_came_from(room: Room) -> None:
    twin = room.post(text="Eerst iets heel anders dan dat.")
    assert found(room) == []

    twin.edit(room.whole(text=TEXT), room.writer, NOW)
    room.session.flush()

    assert found(room) == [twin.id]
    assert room.session.scalar(select(Post.text_key).where(Post.id == twin.id)) == key_of(TEXT)


def test_a_text_for_one_channel_is_compared_with_that_for_all_and_of_another_channel(
    room: Room,
) -> None:
    own = room.post(text="Iets heel anders voor iedereen.", own_texts=((room.channel, TEXT),))
    whole = room.post(text=TEXT)
    stranger = a_room(room.session)
    stranger.post(text="Weer iets heel anders hier.", own_texts=((stranger.channel, TEXT),))

    assert found(room) == [own.id, whole.id]
    assert found(room, post=whole) == [own.id]
    assert found(room, post=own) == [whole.id]


def test_the_page_compares_the_texts_for_a_channel_as_they_are_typed(site: Site) -> None:
    site.post(day=20, title="Wie slaapt er niet?", text=TEXT)
    pair, writer = site.post(day=12, text="Nog niets."), site.visitor()
    post_id = pair.partition(":")[0]
    fields = posted(writer, pair)
    own = next(name for name in fields if name.startswith("own-text-"))

    asked = {**fields, own: TEXT.upper(), "checked_post": post_id}
    checked = ask(writer, "/posts/check", **asked)

    assert f"{PLANNED} Fri 20 Nov." in said(checked.text)


def test_neither_itself_nor_what_is_gone_nor_another_team(room: Room) -> None:
    post = room.post(text=TEXT)
    room.post("cancelled", text=TEXT)
    room.post(text=TEXT).delete(room.writer, NOW)
    room.post(text=TEXT, starts_at=None)
    a_room(room.session).post(text=TEXT)
    published = room.post("published", text=TEXT)

    assert found(room, post=post) == [published.id]
    assert found(room) == [post.id, published.id]


def test_posts_of_one_series_may_say_the_same(room: Room) -> None:
    series = builders.a_series(room.session, room.team, room.plan, room.writer)
    other = builders.a_series(room.session, room.team, room.plan, room.writer)
    post, sister, cousin, stranger = (room.post(text=TEXT) for _each in range(4))
    post.series, sister.series, cousin.series = series, series, other
    room.session.flush()

    assert found(room, post=post) == [cousin.id, stranger.id]


def test_it_is_one_question_and_none_for_a_short_text(database: Database) -> None:
    with database.writing() as session:
        room = a_room(session)
        for _each in range(queries.MOST_TWINS + 2):
            room.post(text=TEXT)
        assert room.team.id

        with statements(database) as asked:
            assert len(found(room)) == queries.MOST_TWINS
        with statements(database) as asked_of_short:
            assert found(room, text="Tot morgen!") == []

    assert len(asked) == 1
    assert asked_of_short == []


def posted(client: FlaskClient, pair: str) -> dict[str, str]:
    path = f"/posts/{pair.partition(':')[0]}"
    return next(
        form for form in forms_of(client.get(path).text, path) if "title" in form.fields
    ).fields


def test_the_page_and_the_check_name_it_with_its_day_and_lead_to_it(site: Site) -> None:
    twin = site.post(day=20, title="Wie slaapt er niet?", text=TEXT)
    pair, writer = site.post(day=12, text="Nog niets."), site.visitor()
    post_id, twin_id = pair.partition(":")[0], twin.partition(":")[0]
    fields = posted(writer, pair)
    assert PLANNED not in said(writer.get(f"/posts/{post_id}").text)

    checked = ask(writer, "/posts/check", **{**fields, "text": TEXT, "checked_post": post_id})
    saved = ask(writer, f"/posts/{post_id}", **{**fields, "text": TEXT})

    assert saved.status_code == 303
    page = writer.get(f"/posts/{post_id}").text
    for answer in (checked.text, page):
        assert f"{PLANNED} Fri 20 Nov." in said(answer)
        assert f'<a class="link" href="/posts/{twin_id}">Wie slaapt er niet?</a>' in answer
    assert PLANNED not in said(ask(writer, "/posts/check", **fields).text)


def test_a_new_post_without_a_day_is_compared_with_now(site: Site) -> None:
    site.post(day=30, title="Bijna drie weken", text=TEXT)
    site.post(day=12, title="Heel ver", text=TEXT, starts_at=datetime(2027, 2, 1, tzinfo=UTC))

    answer = ask(site.visitor(), "/posts/check", title="Nieuw", text=TEXT, day="", plan="")

    assert "Bijna drie weken" in said(answer.text)
    assert "Heel ver" not in said(answer.text)


def test_what_went_out_is_told_so_and_a_reader_sees_it_too(site: Site) -> None:
    site.post(day=9, title="Al geplaatst", text=TEXT, state="published")
    pair = site.post(day=12, text=TEXT)

    page = site.visitor("viewer").get(f"/posts/{pair.partition(':')[0]}").text

    assert f"{OUT} Mon 9 Nov." in said(page)


def test_a_title_is_shown_as_it_is(site: Site) -> None:
    site.post(title="<b>%(day)s</b> {{ 7*7 }}", text=TEXT)
    pair = site.post(text=TEXT)

    page = site.visitor().get(f"/posts/{pair.partition(':')[0]}").text

    assert "&lt;b&gt;%(day)s&lt;/b&gt; {{ 7*7 }}</a>" in page


def test_texts_that_were_there_get_their_key_and_nothing_else_changes(database: Database) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        plan = builders.a_plan(session, team)
        person = builders.a_person(session, team)
        long, short = (builders.a_post(session, team, plan, text=one).id for one in (TEXT, "Kort."))
        # More than go at once.
        rows = [
            {"team_id": team.id, "uuid": f"{number}", "title": "Vol", "text": f"{TEXT} {number}"}
            for number in range(1100)
        ]
        session.execute(insert(Post), rows)
        person_id = person.id
    versions = select(Post.id, Post.version, Post.updated_at).order_by(Post.id)
    with database.reading() as session:
        before = session.execute(versions).all()

    migrate(database, command.downgrade, below())
    with database.engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("post")}
        tables = inspect(connection).get_table_names()
    migrate(database, command.upgrade, "head")

    assert "text_key" not in columns
    assert "post_presence" not in tables
    with database.reading() as session:
        keys = {one.id: one.text_key for one in session.execute(select(Post.id, Post.text_key))}
        assert (keys.pop(long), keys.pop(short)) == (key_of(TEXT), None)
        assert len(set(keys.values())) == 1100
        assert session.execute(versions).all() == before
        assert session.get_one(Person, person_id).name


def test_texts_for_a_channel_that_were_there_get_their_key(database: Database) -> None:
    with database.writing() as session:
        team = builders.a_team(session)
        post = builders.a_post(session, team, builders.a_plan(session, team))
        channel_id = post.channels[0].id
        session.add(PostChannelText(post_id=post.id, channel_id=channel_id, text=TEXT))

    migrate(database, command.downgrade, below("_texts_for_a_channel_that_say_the_same.py"))
    with database.engine.connect() as connection:
        columns = {one["name"] for one in inspect(connection).get_columns("post_channel_text")}
    migrate(database, command.upgrade, "head")

    assert "text_key" not in columns
    with database.reading() as session:
        assert session.scalars(select(PostChannelText.text_key)).all() == [key_of(TEXT)]


def below(name: str = "0021_texts_that_say_the_same.py") -> str:
    steps = ScriptDirectory.from_config(settings_of_migrations()).walk_revisions()
    (found,) = [step.down_revision for step in steps if step.path.endswith(name)]
    assert isinstance(found, str)
    return found
