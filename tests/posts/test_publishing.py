"""Publishing by hand: ready per channel, out on each, and what an ambassador may do."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from calendar_app.errors import Refused
from calendar_app.people.models import AuditEntry, Team
from calendar_app.plans.models import Plan
from calendar_app.posts.models import Post, PostChange, PostChannelText
from tests import builders
from tests.media.files import a_png
from tests.posts.room import NOW, Room
from tests.posts.test_media import bring
from tests.posts.test_own_texts import HOSTILE, visitor
from tests.support.site import Site, _tuesday_morning, site

if TYPE_CHECKING:
    from flask.testing import FlaskClient

__all__ = ["_tuesday_morning", "site"]

ADDRESS = "https://linkedin.example/1"


@pytest.fixture
def post(site: Site) -> int:
    """An approved post on LinkedIn and on X, where it has its own text."""
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        on_x = builders.a_channel(session, plan, name="X").id
    pair = site.post(state="approved", title="Rooster", text="Zelf je rooster maken.")
    post_id = int(pair.partition(":")[0])
    with site.database.writing() as session:
        session.add(PostChannelText(post_id=post_id, channel_id=on_x, text="Maak zelf je rooster."))
    return post_id


def channels(site: Site, post_id: int) -> list[int]:
    with site.database.reading() as session:
        return [channel.id for channel in session.get_one(Post, post_id).channels]


def ambassador(site: Site, post_id: int, role: str = "viewer") -> FlaskClient:
    """Somebody who agreed, from whose account the post goes out."""
    with site.database.writing() as session:
        team = session.get_one(Team, site.team_id)
        person = builders.a_person(session, team, role, name="Samira Bos", language="en")
        person.memberships[0].agree_as_ambassador(NOW)
        session.get_one(Post, post_id).sender = person
        session.flush()
        person_id = person.id
    return visitor(site, person_id)


def place(client: FlaskClient, post_id: int, channel_id: int, address: str = "") -> Any:
    where = f"/posts/{post_id}/publishing"
    return client.post(
        f"{where}/channels/{channel_id}", data={"version": shown(client, where), "address": address}
    )


def shown(client: FlaskClient, where: str) -> str:
    """The version that the page shows."""
    found = re.search(r'name="version" value="(\d+)"', client.get(where).text)
    assert found
    return found[1]


def test_each_channel_has_its_text_and_its_editor(site: Site, post: int) -> None:
    page = unescape(site.visitor().get(f"/posts/{post}/publishing").text)

    first, second = channels(site, post)
    assert re.search(rf'id="ready-{first}">Zelf je rooster maken.<', page)
    assert re.search(rf'id="ready-{second}">Maak zelf je rooster.<', page)
    assert f'data-copy="#ready-{second}"' in page
    assert "https://x.com/intent/post?text=Maak+zelf+je+rooster." in page
    assert len(re.findall(r'target="_blank" rel="noopener noreferrer"', page)) == 2


def test_an_image_without_a_text_leads_to_the_editor_of_its_channel_too(site: Site) -> None:
    with site.database.writing() as session:
        plan = session.get_one(Plan, site.plan_id)
        builders.a_channel(session, plan, name="Instagram")
    post_id = site.post(state="approved", form="image", text="").partition(":")[0]
    writer = site.visitor()
    bring(writer, int(post_id), (a_png(), "hal.png"))
    with site.database.writing() as session:
        session.get_one(Post, int(post_id)).state = "approved"

    page = unescape(writer.get(f"/posts/{post_id}/publishing").text)

    assert re.search(r'href="https://www.instagram.com/"[^>]*>Open Instagram<', page)
    assert "No text yet." in page
    assert "Download the media below first" in page
    assert "Copy the text" not in page


def test_the_page_of_a_post_has_one_text_to_copy_only_where_it_is_that_of_each_channel(
    site: Site, post: int
) -> None:
    writer, where = site.visitor(), f"/posts/{post}/publishing"

    page = writer.get(f"/posts/{post}").text
    assert "text-to-copy" not in page
    assert f'href="{where}"' in page
    with site.database.writing() as session:
        row = session.get_one(Post, post)
        row.channels = row.channels[:1]

    page = writer.get(f"/posts/{post}").text
    assert 'id="text-to-copy">Zelf je rooster maken.<' in page
    assert f'href="{where}"' in page


def test_it_is_published_once_it_is_out_on_all_of_them(site: Site, post: int) -> None:
    writer, (first, second) = site.visitor(), channels(site, post)

    assert place(writer, post, first, ADDRESS).status_code == 303
    half_way = site.row(f"{post}:1")
    assert (half_way.state, half_way.published_at) == ("approved", None)
    assert ADDRESS in writer.get(f"/posts/{post}/publishing").text
    assert place(writer, post, second).status_code == 303

    done = site.row(f"{post}:1")
    assert (done.state, done.published_address) == ("published", ADDRESS)
    with site.database.reading() as session:
        actions = list(
            session.scalars(
                select(PostChange.action).where(PostChange.post_id == post).order_by(PostChange.id)
            )
        )
        logged = set(session.scalars(select(AuditEntry.action)))
    assert actions[-2:] == ["place", "publish"]
    assert {"post.placed", "post.published"} <= logged
    assert "placed it on a channel" in writer.get(f"/posts/{post}").text


def test_somebody_can_say_that_it_is_out_as_a_whole(site: Site, post: int) -> None:
    writer, where = site.visitor(), f"/posts/{post}/publishing"

    answer = writer.post(where, data={"version": shown(writer, where), "address": ADDRESS})

    assert answer.status_code == 303
    assert site.row(f"{post}:1").state == "published"
    assert "This post is published." in writer.get(where).text


@pytest.mark.parametrize("out_on", [0, 1])
def test_a_post_whose_last_channel_is_taken_off_can_still_be_marked(
    site: Site, post: int, out_on: int
) -> None:
    writer, where = site.visitor(), f"/posts/{post}/publishing"
    place(writer, post, channels(site, post)[out_on], ADDRESS)
    with site.database.writing() as session:
        row = session.get_one(Post, post)
        row.channels = [row.channels[out_on]]

    page = writer.get(where).text
    assert page.count('name="address"') == 1
    assert page.count("Mark the whole post as published") == 1
    answer = writer.post(where, data={"version": shown(writer, where)})

    assert answer.status_code == 303
    done = site.row(f"{post}:1")
    assert (done.state, done.published_address) == ("published", ADDRESS)


def test_taking_it_back_takes_it_off_every_channel(room: Room) -> None:
    post = room.post("approved")
    post.place(room.channel, ADDRESS, room.writer, NOW)
    room.session.flush()

    post.take_back_publication(room.editor, NOW)
    room.session.flush()

    assert (post.state, post.publications) == ("approved", [])


def test_saying_it_twice_tells_another_address_once(room: Room) -> None:
    other = builders.a_channel(room.session, room.plan)
    post = room.post("approved", channels=(room.channel, other))
    for address in (ADDRESS, ADDRESS, f"{ADDRESS}2"):
        post.place(room.channel, address, room.writer, NOW)
        room.session.flush()

    assert [one.address for one in post.publications] == [f"{ADDRESS}2"]
    told = room.session.scalars(select(PostChange).where(PostChange.action == "place")).all()
    assert len(told) == 2


@pytest.mark.parametrize("state", ["draft", "in_review", "changes_asked", "cancelled", "published"])
def test_only_what_is_approved_goes_out(room: Room, state: str) -> None:
    post = room.post(state)

    with pytest.raises(Refused):
        post.place(room.channel, "", room.writer, NOW)
    assert post.publications == []


def test_a_channel_that_the_post_is_not_on_is_refused(room: Room) -> None:
    post = room.post("approved")

    with pytest.raises(Refused):
        post.place(builders.a_channel(room.session, room.plan), "", room.writer, NOW)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "nergens", "https://"])
def test_an_address_that_is_none_is_told_at_its_field(site: Site, post: int, address: str) -> None:
    writer, (first, _second) = site.visitor(), channels(site, post)

    answer = place(writer, post, first, address)

    assert answer.status_code == 422
    assert answer.text.count("Give an address that begins with") == 1
    assert f'id="address-{first}-error"' in answer.text
    assert site.row(f"{post}:1").state == "approved"


def test_what_changed_meanwhile_is_not_marked(site: Site, post: int) -> None:
    writer, (first, _second) = site.visitor(), channels(site, post)

    answer = writer.post(f"/posts/{post}/publishing/channels/{first}", data={"version": "99"})

    assert answer.status_code == 409
    assert "Nothing was marked yet." in answer.text
    assert site.row(f"{post}:1").version == 1


def test_a_post_without_channels_is_placed_as_a_whole(site: Site, post: int) -> None:
    with site.database.writing() as session:
        session.get_one(Post, post).channels = []

    page = site.visitor().get(f"/posts/{post}/publishing").text

    assert 'id="ready-0"' in page
    assert f'action="/posts/{post}/publishing"' in page


def test_hostile_texts_are_shown_as_they_are(site: Site, post: int) -> None:
    with site.database.writing() as session:
        row = session.get_one(Post, post)
        row.text = HOSTILE
        row.own_text_rows[0].text = HOSTILE
    page = ambassador(site, post, "writer").get(f"/posts/{post}/publishing").text

    assert "<script>alert" not in page
    assert "</textarea><script" not in page
    assert "%(channel)s {{ 7*7 }}" in page


def test_a_reader_gets_the_page_only_of_what_goes_out_from_their_account(
    site: Site, post: int
) -> None:
    where = f"/posts/{post}/publishing"

    reader = site.visitor("viewer")
    mine = ambassador(site, post)

    assert reader.get(where).status_code == 403
    assert reader.post(where).status_code == 403
    assert mine.get(where).status_code == 200
    assert place(mine, post, channels(site, post)[0]).status_code == 303


def test_an_ambassador_says_it_in_other_words_and_it_is_looked_at_again(
    site: Site, post: int
) -> None:
    mine, where = ambassador(site, post), f"/posts/{post}/publishing"
    own = f"own-text-{channels(site, post)[1]}"

    answer = mine.post(
        f"{where}/text",
        data={"version": shown(mine, where), "text": "Zo zeg ik het.", own: "Kort."},
    )

    assert answer.status_code == 303
    with site.database.reading() as session:
        row = session.get_one(Post, post)
        assert (row.text, row.state) == ("Zo zeg ik het.", "in_review")
        assert [one.text for one in row.own_text_rows] == ["Kort."]
    page = mine.get(where).text
    assert "the post goes back to review" in page
    assert "It is out on" not in page


def test_what_an_ambassador_typed_stays_when_somebody_was_first(site: Site, post: int) -> None:
    mine, where = ambassador(site, post), f"/posts/{post}/publishing"

    answer = mine.post(f"{where}/text", data={"version": "99", "text": "Zo zeg ik het."})

    assert answer.status_code == 409
    assert "Zo zeg ik het." in answer.text
    assert "Zelf je rooster maken." in answer.text


def test_a_writer_does_not_speak_for_an_ambassador(site: Site, post: int) -> None:
    ambassador(site, post)
    writer, where = site.visitor(), f"/posts/{post}/publishing"

    assert "I would rather not" not in writer.get(where).text
    for way in ("text", "refusal"):
        assert writer.post(f"{where}/{way}", data={"version": "1"}).status_code == 403


def test_who_would_rather_not_is_free_and_nowhere_named_or_counted(site: Site, post: int) -> None:
    mine, where = ambassador(site, post), f"/posts/{post}/publishing"

    answer = mine.post(f"{where}/refusal", data={"version": shown(mine, where)})

    assert answer.status_code == 303
    row = site.row(f"{post}:1")
    assert (row.sender_id, row.state) == (None, "approved")
    assert mine.get(where).status_code == 403
    page = site.visitor().get(f"/posts/{post}").text
    history = page.partition("<h2>History</h2>")[2].partition("</section>")[0]
    assert "The organisation posts it from now on" in history
    assert "Samira" not in history
    with site.database.reading() as session:
        change = session.scalars(select(PostChange).where(PostChange.action == "decline")).one()
        assert (change.by_id, change.fields) == (None, {})
        assert list(session.scalars(select(AuditEntry.action))) == []


def test_nobody_says_no_for_somebody_else(room: Room) -> None:
    room.editor.memberships[0].agree_as_ambassador(NOW)
    post = room.post(sender=room.editor)

    with pytest.raises(Refused):
        post.decline(room.writer, NOW)
    assert post.sender is room.editor


def test_today_shows_what_is_mine_to_post(site: Site, post: int) -> None:
    mine = ambassador(site, post)
    with site.database.writing() as session:
        session.get_one(Post, post).starts_at = NOW
    link = f"/posts/{post}/publishing"

    assert link in mine.get("/").text
    assert link not in site.visitor("viewer").get("/").text


def test_who_stopped_as_ambassador_has_nothing_to_post_any_more_and_the_publisher_has(
    site: Site, post: int
) -> None:
    mine, link = ambassador(site, post), f"/posts/{post}/publishing"
    with site.database.writing() as session:
        row = session.get_one(Post, post)
        row.starts_at, row.publisher_id = NOW, site.people["writer"]
    assert link not in site.visitor().get("/").text
    with site.database.writing() as session:
        sender = session.get_one(Post, post).sender
        assert sender
        sender.memberships[0].stop_as_ambassador()

    assert link not in mine.get("/").text
    asked = [mine.get(link), mine.post(link)]
    asked += [mine.post(f"{link}/{way}", data={"version": "1"}) for way in ("text", "refusal")]
    assert [answer.status_code for answer in asked] == [403] * 4
    assert site.row(f"{post}:1").state == "approved"
    assert link in site.visitor().get("/").text


def test_a_late_post_leads_to_the_page_from_today(site: Site, post: int) -> None:
    with site.database.writing() as session:
        session.get_one(Post, post).starts_at = NOW - timedelta(days=2)

    assert f"/posts/{post}/publishing" in site.visitor().get("/").text
    assert f"/posts/{post}/publishing" not in site.visitor("viewer").get("/").text


def test_another_team_finds_nothing(site: Site, post: int) -> None:
    with site.database.writing() as session:
        stranger = builders.a_person(session, builders.a_team(session), "admin").id
    client, where = visitor(site, stranger), f"/posts/{post}/publishing"

    asked = [client.get(where), client.post(where)]
    asked += [client.post(f"{where}/{way}") for way in ("text", "refusal", "channels/1")]

    assert {answer.status_code for answer in asked} == {404}
