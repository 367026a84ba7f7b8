"""The text of a post on one channel: kept where it differs, merged, found, copied and judged."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.people.models import Person
from calendar_app.posts import queries, series, undo
from calendar_app.posts.models import Post, PostChannelText
from calendar_app.posts.repetition import Rule
from calendar_app.search.queries import find
from tests import builders
from tests.posts.room import DAY, NOW, Room
from tests.posts.test_autosave import fields, keep
from tests.support.sent_forms import forms_of
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from calendar_app.plans.models import Channel

__all__ = ["_tuesday_morning", "site"]

HOSTILE = "</textarea><script>alert('x')</script> %(channel)s {{ 7*7 }} \u202e =1+1"


def second_channel(room: Room, **facts: Any) -> Channel:
    found = builders.a_channel(room.session, room.plan, **facts)
    room.session.refresh(room.plan)
    return found


@pytest.fixture
def post(site: Site) -> int:
    return int(site.post(title="Rooster", text="Zelf je rooster maken.").partition(":")[0])


@pytest.fixture
def channel_id(site: Site, post: int) -> int:
    with site.database.reading() as session:
        found: int = session.get_one(Post, post).channels[0].id
        return found


def own_texts(site: Site, post_id: int) -> list[str]:
    with site.database.reading() as session:
        return [row.text for row in session.get_one(Post, post_id).own_text_rows]


def test_a_channel_says_its_own_text_and_the_others_that_of_all(room: Room) -> None:
    other = second_channel(room)
    post = room.post(channels=(room.channel, other), own_texts=((other, "Korter."),))
    room.session.expire_all()

    content = post.content

    assert content.text_for(room.channel) == "Zelf je rooster maken."
    assert content.text_for(other) == "Korter."


def test_another_text_on_one_channel_ends_an_approval(room: Room) -> None:
    post = room.post("approved")

    own = ((room.channel, "Iets heel anders."),)
    post.edit(replace(post.content, own_texts=own), room.writer, NOW)

    assert (post.state, post.approved_at) == ("in_review", None)


def test_leaving_a_channel_keeps_its_text_and_the_approval(room: Room) -> None:
    other = second_channel(room)
    post = room.post(
        "approved", channels=(room.channel, other), own_texts=((other, "Alleen hier."),)
    )

    post.edit(replace(post.content, channels=(room.channel,)), room.writer, NOW)

    assert post.state == "approved"
    assert post.content.own_text(other.id) == "Alleen hier."


def test_a_channel_of_another_plan_has_no_text_here(room: Room) -> None:
    other = builders.a_plan(room.session, room.team).channels[0]

    with pytest.raises(Exception, match="another plan"):
        room.post(own_texts=((other, "Hier niet."),))


def test_the_history_compares_it_and_puts_it_back(site: Site, post: int, channel_id: int) -> None:
    writer = site.visitor()
    name = f"own-text-{channel_id}"
    for text in ("Kort en goed.", "Kort en krachtig."):
        sent = {**fields(writer, f"/posts/{post}"), name: text}
        assert writer.post(f"/posts/{post}", data=sent).status_code == 303

    page = writer.get(f"/posts/{post}").text
    with site.database.reading() as session:
        change = queries.changes_of(session, session.get_one(Post, post))[0]
        channel = session.get_one(Post, post).channels[0].name
    assert f"Text for {channel}" in page
    assert "<del>" in page
    assert re.search(r"<ins>.*krachtig", page)
    assert "changed the text" in page

    back = writer.post(
        f"/posts/{post}/changes/{change.id}/undo", data=fields(writer, f"/posts/{post}")
    )

    assert back.status_code == 303
    assert own_texts(site, post) == ["Kort en goed."]
    assert f"Put back: Text for {channel}." in writer.get(f"/posts/{post}").text


def test_what_is_the_same_or_empty_is_no_text_of_its_own(
    site: Site, post: int, channel_id: int
) -> None:
    writer = site.visitor()
    for text in ("Zelf je rooster maken.", "", "  "):
        sent = {**fields(writer, f"/posts/{post}"), f"own-text-{channel_id}": text}
        writer.post(f"/posts/{post}", data=sent)

        assert own_texts(site, post) == []


def test_a_form_that_does_not_tell_of_it_leaves_it(site: Site, post: int, channel_id: int) -> None:
    writer = site.visitor()
    name = f"own-text-{channel_id}"
    writer.post(f"/posts/{post}", data={**fields(writer, f"/posts/{post}"), name: "Kort."})
    sent = fields(writer, f"/posts/{post}")
    del sent[name]

    writer.post(f"/posts/{post}", data={**sent, "title": "Nieuwe titel"})

    assert own_texts(site, post) == ["Kort."]


def test_a_channel_that_was_left_and_then_removed_keeps_it_and_the_approval(site: Site) -> None:
    post = int(site.post(state="approved").partition(":")[0])
    with site.database.writing() as session:
        row = session.get_one(Post, post)
        assert row.plan is not None
        left = builders.a_channel(session, row.plan, name="Nieuwsbrief")
        left.deleted_at = NOW
        session.add(PostChannelText(post_id=post, channel_id=left.id, text="Alleen hier."))
        editor = session.scalars(select(Person).where(Person.name == "editor Bos")).one().id
    writer = site.visitor()
    sent = fields(writer, f"/posts/{post}")

    assert writer.post(f"/posts/{post}", data={**sent, "owner": editor}).status_code == 303

    kept = site.row(f"{post}:1")
    assert (kept.owner_id, kept.state) == (editor, "approved")
    assert own_texts(site, post) == ["Alleen hier."]


def test_text_and_text_of_a_channel_by_two_people_go_together(
    site: Site, post: int, channel_id: int
) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    path, name = f"/posts/{post}", f"own-text-{channel_id}"
    hers, mine = fields(editor, path), fields(writer, path)

    editor.post(path, data={**hers, name: "Kort."})
    answer = writer.post(path, data={**mine, "text": "Helemaal nieuw."})

    assert answer.status_code == 303
    assert own_texts(site, post) == ["Kort."]
    assert site.row(f"{post}:1").text == "Helemaal nieuw."


def test_one_text_of_a_channel_by_two_people_is_theirs_to_choose(
    site: Site, post: int, channel_id: int
) -> None:
    writer, editor = site.visitor("writer"), site.visitor("editor")
    path, name = f"/posts/{post}", f"own-text-{channel_id}"
    hers, mine = fields(editor, path), fields(writer, path)
    editor.post(path, data={**hers, name: "Van haar."})

    answer = writer.post(path, data={**mine, name: "Van mij."})

    assert answer.status_code == 409
    assert f'name="choice-{name}"' in answer.text
    assert "Van haar." in answer.text
    assert "Saved by editor Bos" in answer.text
    sent = {**fields_of(answer.text), f"choice-{name}": "theirs"}
    assert writer.post(path, data=sent).status_code == 303
    assert own_texts(site, post) == ["Van haar."]


def fields_of(page: str) -> dict[str, str]:
    return next(form for form in forms_of(page, "/") if "title" in form.fields).fields


def test_it_is_kept_while_it_is_typed(site: Site, post: int, channel_id: int) -> None:
    writer = site.visitor()

    keep(writer, post, **{f"own-text-{channel_id}": "Half een zin"})

    page = writer.get(f"/posts/{post}").text
    assert "Half een zin" in page
    assert "You typed this" in page
    assert own_texts(site, post) == []


def test_hostile_text_is_kept_and_shown_as_it_is(site: Site, post: int, channel_id: int) -> None:
    writer = site.visitor()
    path = f"/posts/{post}"

    writer.post(path, data={**fields(writer, path), f"own-text-{channel_id}": HOSTILE})

    for visitor in (writer, site.visitor("viewer")):
        page = visitor.get(path).text
        assert "<script>alert" not in page
        assert "</textarea><script" not in page
        assert "%(channel)s {{ 7*7 }}" in page
    assert fields(writer, path)[f"own-text-{channel_id}"].startswith("</textarea><script>")


@pytest.mark.parametrize("name", ["own-text-999999", "own-text-x", "own-text-", "own-text-1٣"])
def test_a_text_of_no_channel_changes_nothing(site: Site, post: int, name: str) -> None:
    writer = site.visitor()
    path = f"/posts/{post}"

    answer = writer.post(path, data={**fields(writer, path), name: "Van niemand."})

    assert answer.status_code == 303
    assert own_texts(site, post) == []


def test_what_is_too_long_is_refused_at_the_text(site: Site, post: int, channel_id: int) -> None:
    writer = site.visitor()
    path = f"/posts/{post}"

    answer = writer.post(
        path, data={**fields(writer, path), f"own-text-{channel_id}": "x" * 20_001}
    )

    assert answer.status_code == 422
    assert "is too long. Use at most 20000 characters." in answer.text
    assert own_texts(site, post) == []


def test_the_check_counts_each_channel_by_its_own_text(
    site: Site, post: int, channel_id: int
) -> None:
    with site.database.writing() as session:
        session.get_one(Post, post).channels[0].character_limit = 30
    writer = site.visitor()
    name = f"own-text-{channel_id}"
    typed = {**fields(writer, f"/posts/{post}"), "checked_post": post}

    fits = writer.post("/posts/check", data=typed).text
    long = writer.post("/posts/check", data={**typed, name: "Een langere tekst dan dertig tekens."})

    assert "22 of 30 characters" in fits
    assert "36 of 30 characters, 6 too many" in unescape(long.text)
    assert "Too long for" in long.text
    assert 'id="channel-counts"' in long.text
    assert 'id="previews-found"' in long.text


def test_search_finds_it_until_it_is_gone(room: Room) -> None:
    post = room.post(own_texts=((room.channel, "Zwaluwstaart"),))
    room.session.flush()

    assert titles(room, "zwaluwstaart") == [post.title]

    post.edit(replace(post.content, own_texts=((room.channel, "Pimpelmees"),)), room.writer, NOW)
    room.session.flush()

    assert titles(room, "zwaluwstaart") == []
    assert titles(room, "pimpelmees") == titles(room, "rooster") == [post.title]

    post.edit(replace(post.content, own_texts=()), room.writer, NOW)
    room.session.flush()

    assert titles(room, "pimpelmees") == []
    assert titles(room, "rooster") == [post.title]


def titles(room: Room, word: str) -> list[str]:
    return [hit.title for hit in find(room.session, room.team, word).hits]


def test_copy_template_and_series_bring_it_along(room: Room) -> None:
    own = ((room.channel, "Kort."),)
    post = room.post(own_texts=own)

    kept = queries.content_of(room.session, room.team, post.content.kept())
    again = post.repeat(DAY.date(), DAY.time(), room.writer, NOW, creation_key="again")

    assert kept.own_texts == own
    assert again.content.own_texts == own


def test_what_was_kept_before_there_were_such_texts_is_read(room: Room) -> None:
    old = room.post().content.kept()
    del old["own_texts"]

    assert queries.content_of(room.session, room.team, old).own_texts == ()


def test_each_post_of_a_series_gets_it_and_undo_takes_it_away(room: Room) -> None:
    hand = series.Hand(room.session, room.editor, NOW, lambda _day: False)
    rule = Rule("weekly", DAY.date(), weekdays=(DAY.weekday(),))
    begun = series.begin(
        hand, room.team, series.Pattern(rule, DAY.time(), skips_holidays=False), room.whole()
    )
    room.session.flush()
    first, *rest = queries.posts_of_series(room.session, begun.series, DAY.date())

    done = series.change_all(
        hand, first, replace(first.content, own_texts=((room.channel, "Kort."),))
    )
    room.session.flush()

    assert {post.content.own_text(room.channel.id) for post in (first, *rest)} == {"Kort."}
    undo.take_back(room.session, done.undoable, room.editor, NOW)
    room.session.flush()
    assert {post.content.own_text(room.channel.id) for post in (first, *rest)} == {""}


def test_the_page_has_a_field_for_each_channel(site: Site, post: int, channel_id: int) -> None:
    with site.database.writing() as session:
        plan = session.get_one(Post, post).plan
        assert plan is not None
        other = builders.a_channel(session, plan, name="Nieuwsbrief").id

    for path in (f"/posts/{post}", "/posts/new"):
        page = site.visitor().get(path).text
        assert f'name="own-text-{channel_id}"' in page
        assert f'name="own-text-{other}"' in page


def test_another_team_neither_sees_nor_writes_it(site: Site, post: int, channel_id: int) -> None:
    stranger = visitor_of_another_team(site)
    name = f"own-text-{channel_id}"

    assert stranger.get(f"/posts/{post}").status_code == 404
    assert stranger.post(f"/posts/{post}", data={"title": "x", name: "y"}).status_code == 404
    assert own_texts(site, post) == []


def visitor_of_another_team(site: Site) -> FlaskClient:
    with site.database.writing() as session:
        person = builders.a_person(session, builders.a_team(session), "admin").id
    return visitor(site, person)


def visitor(site: Site, person_id: int) -> FlaskClient:
    client = site.app.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    with site.database.reading() as session:
        builders.sign_in(client, session.get_one(Person, person_id))
    return client
