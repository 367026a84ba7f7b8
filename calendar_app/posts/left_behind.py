"""What somebody typed of posts and did not save, as today's page tells it.

Where the form that it was typed in is still there for them its page shows it; else a page of its
own does, to copy it or to throw it away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from calendar_app.people.models import Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.posts.autosaves import MOST_LISTED, PostAutosave, place_of
from calendar_app.posts.content import channel_of, own_text_name
from calendar_app.posts.media import PostMedia
from calendar_app.posts.models import Post
from calendar_app.posts.workflow import CLOSED
from calendar_app.text import clean_text

_MOST_TOLD = 5
_TEXTS = {"title", "text", "link", "comment", "note", "alternative"}


class Left(NamedTuple):
    """What somebody typed and did not save; without a post: of one that is not there yet."""

    kept: PostAutosave
    post: Post | None
    # Whether a page shows it where it was typed.
    has_form: bool


def left_by(session: Session, team: Team, person: Person, role: str | None) -> list[Left]:
    """The text that `person` typed and that is nowhere else, the last first, by its post.

    `role` is what they are in `team`. What lies in the bin is not asked for.
    """
    wanted = (
        select(PostAutosave, Post)
        .outerjoin(Post, Post.id == PostAutosave.post_id)
        .where(PostAutosave.person_id == person.id, PostAutosave.team_id == team.id)
        .where(Post.deleted_at.is_(None))
        .order_by(PostAutosave.saved_at.desc(), PostAutosave.id.desc())
        .options(selectinload(Post.own_text_rows))
    )
    found = list(islice(_news(session, wanted), _MOST_TOLD))
    images = _images_there(session, [kept for kept, _post in found])
    return [
        Left(kept, post, has_form=_has_form(kept, post, person, role, images))
        for kept, post in found
    ]


def _news(
    session: Session, wanted: Select[PostAutosave, Post]
) -> Iterator[tuple[PostAutosave, Post | None]]:
    """What is not what its post says, read a page at a time: much of it may be."""
    for page in count():
        rows = session.execute(wanted.offset(page * MOST_LISTED).limit(MOST_LISTED)).all()
        yield from ((kept, post) for kept, post in rows if _is_news(kept, post))
        if len(rows) < MOST_LISTED:
            return


def _images_there(session: Session, found: Iterable[PostAutosave]) -> set[int]:
    """Of the images in whose words somebody typed, those that are still at their post."""
    named = {image for kept in found if (image := kept.media_id) is not None}
    if not named:
        return set()
    there = select(PostMedia.id).where(PostMedia.id.in_(named), PostMedia.removed_at.is_(None))
    return set(session.scalars(there))


def _has_form(
    kept: PostAutosave, post: Post | None, person: Person, role: str | None, images: set[int]
) -> bool:
    """Whether a page shows `person` the words in `kept` where they were typed."""
    if post is not None and kept.is_of_own_account:
        return post.sender_id == person.id and post.goes_out_from(person)
    if not allowed(role, "posts.write"):
        return False
    if post is None or kept.media_id is None:
        return True
    return kept.media_id in images and post.state not in CLOSED


def _is_news(kept: PostAutosave, post: Post | None) -> bool:
    """Whether a text in `kept` is not what `post` says."""
    said: dict[str, str] = {}
    if post is not None and (kept.is_of_own_account or kept.place == place_of(post)):
        own = {own_text_name(row.channel_id): row.text for row in post.own_text_rows}
        said = {"title": post.title, "text": post.text, "link": post.link, **own}
    return any(
        clean_text(text).strip() != said.get(name, "").strip()
        for name, text in kept.pairs
        if name in _TEXTS or channel_of(name) is not None
    )
