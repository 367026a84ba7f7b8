"""What was counted of a post: typed in a channel at a time, and shown on the post."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from calendar_app.monitoring.metrics import added_up, told
from calendar_app.monitoring.models import PostResult
from calendar_app.plans.models import Channel
from calendar_app.posts.models import Post
from tests import builders
from tests.monitoring.conftest import NOW

if TYPE_CHECKING:
    from tests.monitoring.conftest import Room


def sent(room: Room, version: int = 0, **counts: str) -> dict[str, str]:
    """The form of the channel with these numbers."""
    fields = {f"c{room.channel_id}-{name}": number for name, number in counts.items()}
    return {f"c{room.channel_id}-version": str(version), **fields}


def where(room: Room, post_id: int) -> str:
    return f"/posts/{post_id}/results/{room.channel_id}"


def kept(room: Room) -> PostResult:
    with room.database.reading() as session:
        return session.scalars(select(PostResult)).one()


def test_what_is_not_counted_is_not_zero() -> None:
    counts = {"views": 120, "reactions": 0, "clicks": None}

    assert told(counts) == (("views", 120), ("reactions", 0))
    assert added_up([counts, {"views": 5, "shares": 2}]) == (
        ("views", 125),
        ("reactions", 0),
        ("shares", 2),
    )
    assert added_up([{"views": None}]) == ()


def test_results_are_typed_in_on_the_page_of_a_post(room: Room) -> None:
    post_id, client = room.post(), room.client()

    page = client.get(f"/posts/{post_id}").text
    assert f'action="{where(room, post_id)}"' in page
    answer = client.post(where(room, post_id), data=sent(room, views="1200", reactions="0"))

    assert answer.status_code == 303
    result = kept(room)
    assert (result.views, result.reactions, result.shares) == (1200, 0, None)
    assert (result.noted_at, result.noted_by_id) == (NOW, room.people["writer"])
    assert room.noted() == ["results.noted"]
    page = client.get(f"/posts/{post_id}").text
    assert 'value="1200"' in page
    assert "Writer Bos, Tue 10 Nov 11:02" in page
    # A viewer reads them; and what nobody counted is not there.
    page = room.client("reader").get(f"/posts/{post_id}").text
    assert "<dt>Views</dt><dd>1200</dd>" in page
    assert "<dt>Reactions</dt><dd>0</dd>" in page
    assert "<dt>Shares</dt>" not in page


@pytest.mark.parametrize("state", ["idea", "draft", "approved", "cancelled"])
def test_what_did_not_go_out_has_no_results(room: Room, state: str) -> None:
    post_id, client = room.post(state=state, published_at=None), room.client()

    shown = client.get(f"/posts/{post_id}/results")
    answer = client.post(where(room, post_id), data=sent(room, views="7"))

    assert (shown.status_code, shown.location) == (303, f"/posts/{post_id}")
    assert answer.status_code == 422
    assert "This post is not published" in answer.text
    assert room.noted() == []


def test_what_was_counted_of_a_post_that_was_taken_back_can_be_changed(room: Room) -> None:
    post_id, client = room.post(), room.client()
    client.post(where(room, post_id), data=sent(room, views="7"))
    with room.database.writing() as session:
        session.get_one(Post, post_id).state = "approved"

    assert client.get(f"/posts/{post_id}/results").status_code == 200
    answer = client.post(where(room, post_id), data=sent(room, version=1, views="8"))

    assert answer.status_code == 303
    assert kept(room).views == 8


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("-1", "Choose a number from 0 to 1000000000."),
        ("1000000001", "Choose a number from 0 to 1000000000."),
        ("99999999999999999999", "Choose a number from 0 to 1000000000."),
        ("1.5", "Use a whole number."),
        ("veel", "Use a whole number."),
    ],
)
def test_only_whole_numbers_count_and_what_was_typed_stays(
    room: Room, number: str, words: str
) -> None:
    answer = room.client().post(where(room, room.post()), data=sent(room, views=number, clicks="7"))

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{number}"' in answer.text
    assert 'value="7"' in answer.text
    assert room.noted() == []


def test_who_counts_after_a_colleague_sees_both_numbers(room: Room) -> None:
    post_id = room.post()
    room.client().post(where(room, post_id), data=sent(room, views="10"))

    answer = room.client("mo").post(where(room, post_id), data=sent(room, views="12"))

    assert answer.status_code == 409
    assert "Somebody was before you" in answer.text
    assert kept(room).views == 10
    # Sent again it is a knowing choice; an empty field forgets.
    again = room.client("mo").post(where(room, post_id), data=sent(room, 1, views="", shares="3"))
    assert again.status_code == 303
    assert (kept(room).views, kept(room).shares) == (None, 3)


def test_a_number_that_is_not_sent_stays_what_it_was(room: Room) -> None:
    post_id, client = room.post(), room.client()
    client.post(where(room, post_id), data=sent(room, views="10", clicks="2"))

    client.post(where(room, post_id), data=sent(room, 1, views="11"))

    assert (kept(room).views, kept(room).clicks) == (11, 2)


def test_a_post_that_is_not_out_has_no_results(room: Room) -> None:
    post_id = room.post(state="draft", published_at=None)

    assert 'id="results"' not in room.client().get(f"/posts/{post_id}").text


def test_results_of_another_channel_or_for_a_viewer_are_refused(room: Room) -> None:
    post_id = room.post()

    assert room.client().post(f"/posts/{post_id}/results/999").status_code == 404
    assert room.client("reader").post(where(room, post_id), data=sent(room)).status_code == 403


def test_results_go_with_their_post(room: Room) -> None:
    post_id = room.post()
    with room.database.writing() as session:
        post, channel = session.get_one(Post, post_id), session.get_one(Channel, room.channel_id)
        builders.a_result(session, post, channel)
        session.execute(delete(Post).where(Post.id == post_id))

    with room.database.reading() as session:
        assert session.scalars(select(PostResult)).all() == []
