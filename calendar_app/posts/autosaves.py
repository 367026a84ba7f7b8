"""What somebody typed of a post and has not saved yet: kept for that person alone.

A post's pages have more than one form that people write in: its own, and beside it parts, each with
a place of its own. What is kept changes nothing of the post, and nobody else sees it. It goes when
the person saves the post, or throws it away. Two windows never write over each other: whoever keeps
something says which stamp they saw last, and another one is refused.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from calendar_app.db import Base
from calendar_app.errors import NotYours, Refused, Stale
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.posts.models import Post
from calendar_app.text import clean_line, clean_text

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

LASTS = timedelta(days=90)
MOST_CHARACTERS = 200_000
MOST_FIELDS = 500
MOST_LISTED = 20
# The parts beside a post's own form.
COMMENT, CHANGES, OWN_ACCOUNT = "comment", "changes", "own-account"
_OWN_FORM = ""
_ELSEWHERE = N_("You go on with this post in another window, or you saved it there.")

# What goes along with the fields, but is none.
_BESIDE = {"csrf_token", "stamp", "following", "agrees_outside"}
_STAMP = re.compile(r"[0-9a-f]{16,32}")
_OF_MEDIA = re.compile(r"-media-([0-9]+)$")

Pairs = Sequence[tuple[str, str]]


class Stamps(NamedTuple):
    """How a window knows what it kept from what another one did."""

    # The last one that it was told; "" when nothing was kept.
    seen: str = ""
    # The one that it gives to what it sends now, the same until an answer comes; 16 hex digits.
    following: str = ""


class Sent(NamedTuple):
    """What a window sent for good: the stamp of what it kept before, and the texts by field."""

    stamp: str
    texts: dict[str, str]


class PostAutosave(Base):
    """The fields of one form as they stood."""

    __tablename__ = "post_autosave"
    __table_args__ = (UniqueConstraint("person_id", "place"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # None: of a post that is not there yet.
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), index=True
    )
    place: Mapped[str] = mapped_column(String(80))
    # {"pairs": [[name, value], ...]} in the order of the form.
    typed: Mapped[dict[str, Any]]
    stamp: Mapped[str] = mapped_column(String(32))
    saved_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(name, value) of each field, in the order of the form."""
        return [(name, value) for name, value in self.typed["pairs"]]

    @property
    def is_of_own_account(self) -> bool:
        """Whether it is what an ambassador says."""
        return self.place.endswith(OWN_ACCOUNT)

    @property
    def media_id(self) -> int | None:
        """The image of which it tells, if it does."""
        found = _OF_MEDIA.search(self.place)
        return None if found is None or self.post_id is None else int(found[1])

    @property
    def title(self) -> str:
        """The title as it was typed, which may be empty."""
        return clean_line(next((value for name, value in self.pairs if name == "title"), ""))


def place_of(post: Post, part: str = _OWN_FORM) -> str:
    """Where what is typed of `post` is kept; of a `part` beside its own form, where that is."""
    return f"post-{post.id}-{part}" if part else f"post-{post.id}"


def part_of_media(media_id: int) -> str:
    """The part of a post where what is typed of this image is kept."""
    return f"media-{media_id}"


def place_of_new(creation_key: str) -> str:
    """Where what is typed of a post that is not there yet is kept."""
    return f"new-{creation_key}"


def of_post(session: Session, person: Person, post: Post) -> PostAutosave | None:
    """What `person` typed in the own form of `post` and has not saved."""
    return parts_of_post(session, person, post).get(place_of(post))


def parts_of_post(session: Session, person: Person, post: Post) -> dict[str, PostAutosave]:
    """What `person` typed on the pages of `post` and has not saved, by its place."""
    here = (PostAutosave.person_id == person.id, PostAutosave.post_id == post.id)
    return {one.place: one for one in session.scalars(select(PostAutosave).where(*here))}


def of_new_posts(session: Session, team: Team, person: Person) -> list[PostAutosave]:
    """What `person` typed of posts that are not there yet, the last first, a page of them."""
    wanted = (
        select(PostAutosave)
        .where(PostAutosave.person_id == person.id, PostAutosave.team_id == team.id)
        .where(PostAutosave.post_id.is_(None))
        .order_by(PostAutosave.saved_at.desc(), PostAutosave.id.desc())
        .limit(MOST_LISTED)
    )
    return list(session.scalars(wanted))


def own(session: Session, team: Team, person: Person, autosave_id: int) -> PostAutosave:
    """The one with this id. Raises NotYours for that of somebody else, or of another team."""
    found = session.get(PostAutosave, autosave_id)
    if found is None or found.person_id != person.id or found.team_id != team.id:
        raise NotYours(N_("This text is not here any more."))
    return found


def keep(
    session: Session,
    where: tuple[Team, Person, str],
    post: Post | None,
    pairs: Iterable[tuple[str, str]],
    stamps: Stamps,
    now: datetime,
) -> str:
    """Keep `pairs` in the place of that person, and answer the stamp that they have now.

    Raises Stale when another window kept something, or saved, since; Refused when it is more than
    anybody types.
    """
    team, person, place = where
    stamp = stamps.following if _STAMP.fullmatch(stamps.following) else uuid.uuid4().hex
    values = {"typed": {"pairs": _cleaned(pairs)}, "stamp": stamp, "saved_at": now}
    changed = session.execute(
        update(PostAutosave)
        .where(PostAutosave.person_id == person.id, PostAutosave.place == place)
        # The window's own next one stands there when the answer that told it so was lost.
        .where(PostAutosave.stamp.in_([stamps.seen, stamp]))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount:  # type: ignore[attr-defined]  # of an UPDATE
        return stamp
    if stamps.seen:
        raise Stale(_ELSEWHERE)
    row = PostAutosave(
        team_id=team.id,
        person_id=person.id,
        post_id=post.id if post else None,
        place=place,
        **values,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Stale(_ELSEWHERE) from None
    return row.stamp


def forget(session: Session, person: Person, place: str, stamp: str | None = None) -> None:
    """Remove what `person` typed there: it is saved, or not wanted any more.

    With a `stamp` only that, and not what another window kept since.
    """
    there = delete(PostAutosave).where(
        PostAutosave.person_id == person.id, PostAutosave.place == place
    )
    session.execute(there if stamp is None else there.where(PostAutosave.stamp == stamp))


def forget_sent(session: Session, person: Person, post: Post, part: str, sent: Sent) -> None:
    """Remove what `person` typed in that part: it was sent, from the window that kept it last.

    And what another one kept, when it says the same.
    """
    kept = parts_of_post(session, person, post).get(place_of(post, part))
    if kept is None:
        return
    texts = {name: text.strip() for name, text in kept.pairs}
    says_same = all(texts.get(name, "") == text.strip() for name, text in sent.texts.items())
    if says_same or kept.stamp == sent.stamp:
        forget(session, person, kept.place, kept.stamp)


def forget_old(session: Session, now: datetime) -> None:
    """Remove what nobody came back for."""
    session.execute(delete(PostAutosave).where(PostAutosave.saved_at < now - LASTS))


def sent(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The fields of a form as a browser sent it, without what goes along with each form."""
    return [(name, value) for name, value in form.items(multi=True) if name not in _BESIDE]


def _cleaned(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    found = [[clean_line(name), clean_text(value)] for name, value in pairs]
    letters = sum(len(name) + len(value) for name, value in found)
    if letters > MOST_CHARACTERS or len(found) > MOST_FIELDS:
        raise Refused(N_("This is more than can be kept while you type. Save it."))
    return found
