"""What the sample shows of images, and of posts on the edge of a value and outside one."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from sqlalchemy import select

from calendar_app import sample
from calendar_app.media.storage import store_of
from calendar_app.people.models import Membership
from calendar_app.posts import media
from calendar_app.posts.media import ORIGINAL, PostMedia
from calendar_app.posts.models import Post, PostChange
from calendar_app.posts.places import EDGE, INSIDE, OUTSIDE
from calendar_app.sample.files import file, read

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from calendar_app.config import Config
    from calendar_app.db import Database


def test_one_post_that_lies_ahead_has_an_image_with_words(
    config: Config, database: Database, now: datetime
) -> None:
    sample.load(config, database, now)

    with database.reading() as session:
        (one,) = session.scalars(select(PostMedia))
        assert one.post.starts_at is not None
        assert one.post.starts_at > now
        assert one.post.form == "image"
        assert one.alternative.startswith("Tekening: een rode fiets")
        assert media.without_words(media.media_of(session, one.post)) == []
        for size in (ORIGINAL, "small", "large"):
            with store_of(config).open(one.stored_name(size)) as stored:
                assert Image.open(BytesIO(stored.read())).size[0] > 0


def test_the_image_is_small_and_can_be_read() -> None:
    (name,) = {post["image"]["file"] for post in read("posts")["posts"] if "image" in post}

    assert len(file(name)) < 30_000
    with Image.open(BytesIO(file(name))) as image:
        assert (image.format, image.size) == ("PNG", (1200, 675))


def test_the_history_tells_who_brought_the_image(hospital: Session) -> None:
    (one,) = hospital.scalars(select(PostMedia))
    told = select(PostChange).where(PostChange.action.startswith("media_"))

    changes = list(hospital.scalars(told.order_by(PostChange.id)))

    assert [change.action for change in changes] == ["media_added", "media_described"]
    assert {change.by for change in changes} == {one.post.owner} == {one.added_by}


def test_one_post_is_on_the_edge_and_one_outside_with_an_editors_consent(
    hospital: Session,
) -> None:
    links = [link for post in hospital.scalars(select(Post)) for link in post.value_links]
    (edge,) = [link for link in links if link.place == EDGE]
    (outside,) = [link for link in links if link.place == OUTSIDE]
    assert edge.post is not outside.post
    assert edge.reason
    assert {link.place for link in links} == {INSIDE, EDGE, OUTSIDE}

    post = outside.post
    assert post.state == "approved"
    assert outside.reason
    assert post.outside_agreed_by is post.approved_by is not None
    roles = select(Membership.role).where(Membership.person_id == post.outside_agreed_by_id)
    assert hospital.scalars(roles).one() in {"editor", "admin"}
    actions = hospital.scalars(post.changes.select().order_by(PostChange.id))
    assert [one.action for one in actions][-2:] == ["agree_outside", "approve"]
