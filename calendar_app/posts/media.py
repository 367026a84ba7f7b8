"""The images and files of a post: in an order, each with words for who does not see it.

The file lies in the store before its row is kept, so that no row is ever without its file. A row
that is removed stays thirty days, to be put back; a file without any row is cleared away (`tidy`).
Copies of a post share the file. So do the posts of a template or a series, which has rows of its
own: the post that it was made of may change, or be deleted for good.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    func,
    select,
    union,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base, Database, Editable
from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.media.found import WIDTHS, Found
from calendar_app.media.kinds import KINDS, Kind
from calendar_app.media.names import LONGEST_NAME
from calendar_app.media.storage import Store, new_name
from calendar_app.people.models import Person
from calendar_app.posts import workflow
from calendar_app.posts.models import Post, PostSeries, PostTemplate
from calendar_app.posts.queries import IN_BIN

log = logging.getLogger(__name__)

MOST_MEDIA = 20
LONGEST_ALTERNATIVE = 1_000
# What posts are made of.
Source: TypeAlias = PostTemplate | PostSeries
Row = TypeVar("Row", "PostMedia", "SourceMedia")
ORIGINAL = "original"
# A file may lie without a row while somebody's upload is on its way; never so long.
_ON_ITS_WAY = timedelta(days=1)


class Stored:
    """What is kept of an image or file, whatever it belongs to."""

    position: Mapped[int] = mapped_column(default=0)
    # The name in the store; all copies share it.
    stored_as: Mapped[str] = mapped_column(String(32), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    # One of media.kinds.KINDS.
    kind_name: Mapped[str] = mapped_column(String(10))
    # In pixels as it is seen; 0 of what is no image.
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    size: Mapped[int]
    # As its bringer called it, cleaned.
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    alternative: Mapped[str] = mapped_column(String(LONGEST_ALTERNATIVE), default="")
    is_decorative: Mapped[bool] = mapped_column(default=False)

    @property
    def kind(self) -> Kind:
        """What it is."""
        return KINDS[self.kind_name]

    @property
    def lacks_words(self) -> bool:
        """Whether who does not see this image gets nothing to know it by."""
        return self.kind.is_image and not self.is_decorative and not self.alternative

    @property
    def shown_size(self) -> tuple[int, int]:
        """Width and height of its small picture, in pixels."""
        width = min(self.width, WIDTHS["small"])
        return width, max(1, round(self.height * width / (self.width or 1)))

    def stored_name(self, size: str) -> str:
        """The name in the store of one of its pictures. Raises NotYours for what it has not."""
        if size == ORIGINAL:
            return self.stored_as
        if size in WIDTHS and self.kind.is_image:
            return f"{self.stored_as}-{size}"
        raise NotYours(N_("This file is not here."))

    def as_it_is(self) -> dict[str, Any]:
        """All of it but whose it is and its place there, for a row that shares the file."""
        words = ("alternative", "is_decorative")
        return {name: getattr(self, name) for name in (*Kept.__dataclass_fields__, *words)}


class PostMedia(Stored, Editable, Base):
    """An image or file of a post, as it is kept."""

    __tablename__ = "post_media"
    __table_args__ = (
        UniqueConstraint("post_id", "sha256"),
        Index("ix_post_media_post_id_position", "post_id", "position"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(index=True)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    post: Mapped[Post] = relationship()
    added_by: Mapped[Person | None] = relationship(foreign_keys=added_by_id)

    def describe(self, alternative: str, by: Person, now: datetime, *, is_decorative: bool) -> None:
        """Say what it shows, or that it only decorates. Raises Refused."""
        alternative = "" if is_decorative else alternative
        if (self.alternative, self.is_decorative) == (alternative, is_decorative):
            return
        told = [
            _told(self.name, self.alternative, is_decorative=self.is_decorative),
            _told(self.name, alternative, is_decorative=is_decorative),
        ]
        self.post.tell_of_media("media_described", {"alternative": told}, by, now)
        self.alternative, self.is_decorative = alternative, is_decorative

    def remove(self, by: Person, now: datetime) -> None:
        """Take it off the post; for thirty days it can be put back. Raises Refused."""
        self.post.tell_of_media("media_removed", {"media": [self.name, ""]}, by, now)
        self.removed_at, self.removed_by_id = now, by.id


class SourceMedia(Stored, Base):
    """An image or file that each post begins with which is made of a template or of a series."""

    __tablename__ = "source_media"
    __table_args__ = (
        CheckConstraint("(template_id IS NULL) <> (series_id IS NULL)", name="one_source"),
    )

    template_id: Mapped[int | None] = mapped_column(
        ForeignKey("post_template.id", ondelete="CASCADE"), index=True
    )
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("post_series.id", ondelete="CASCADE"), index=True
    )

    version: Mapped[int] = mapped_column(default=1)
    removed_at: Mapped[datetime | None] = mapped_column(index=True)

    template: Mapped[PostTemplate | None] = relationship()
    series: Mapped[PostSeries | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it otherwise

    def describe(self, alternative: str, *, is_decorative: bool) -> None:
        """Say what it shows, or that it only decorates."""
        self.alternative = "" if is_decorative else alternative
        self.is_decorative = is_decorative

    def remove(self, now: datetime) -> None:
        """No post begins with it any more; for thirty days it can be put back."""
        self.removed_at = now


@dataclass(frozen=True)
class Kept:
    """A file that lies in the store, before any post has it."""

    stored_as: str
    sha256: str
    kind_name: str
    width: int
    height: int
    size: int
    name: str


class Seen(NamedTuple):
    """What people see of an image or file."""

    sha256: str
    name: str
    alternative: str
    is_decorative: bool


class Unkept(Refused):
    """The place for files did not take one."""


def keep(store: Store, found: Found) -> Kept:
    """Put the file and its small pictures into `store`, all or none. Raises Unkept."""
    name = new_name()
    files = [(name, found.data), *((f"{name}-{size}", data) for size, data in found.small_ones)]
    try:
        for each, data in files:
            store.put(each, data)
    except OSError as error:
        log.error("a file could not be kept: %s", error)  # noqa: TRY400 - the place is no news
        _give_back(store, [each for each, _data in files])
        words = N_(
            "“%(name)s” could not be kept: the place for files is full or away. Try again soon."
        )
        raise Unkept(words, name=found.name) from error
    size = len(found.data)
    return Kept(name, found.sha256, found.kind.name, found.width, found.height, size, found.name)


def let_go_of_unused(session: Session, store: Store, files: Sequence[Kept]) -> None:
    """Take those of `files` out of `store` that no post has after all; asked after the commit."""
    wanted = select(PostMedia.stored_as).where(
        PostMedia.stored_as.in_([one.stored_as for one in files])
    )
    used = set(session.scalars(wanted)) if files else set()
    for one in files:
        if one.stored_as not in used:
            give_back(store, one)


def give_back(store: Store, file: Kept) -> None:
    """Take a file that no post has out of `store`, with its small pictures."""
    sizes = WIDTHS if KINDS[file.kind_name].is_image else ()
    _give_back(store, [file.stored_as, *(f"{file.stored_as}-{size}" for size in sizes)])


def _give_back(store: Store, names: Iterable[str]) -> None:
    for name in names:
        try:
            store.remove(name)
        except OSError as error:
            # Tidying finds it.
            log.warning("a file stays behind for now: %s", error)


def media_of(session: Session, post: Post) -> list[PostMedia]:
    """The images and files of `post` in their order, also the removed ones, in one query."""
    wanted = (
        select(PostMedia)
        .where(PostMedia.post_id == post.id)
        .options(joinedload(PostMedia.added_by))
        .order_by(PostMedia.position, PostMedia.id)
    )
    return list(session.scalars(wanted))


def media_shown(session: Session, post: Post) -> list[PostMedia]:
    """The images and files of `post` in their order, without the removed ones, in one query."""
    return [one for one in media_of(session, post) if one.removed_at is None]


def media_of_many(session: Session, posts: Iterable[Post]) -> dict[int, list[PostMedia]]:
    """The same of each of these posts, by its id, in one query."""
    found: dict[int, list[PostMedia]] = {post.id: [] for post in posts}
    wanted = select(PostMedia).where(PostMedia.post_id.in_(found))
    for one in session.scalars(wanted.order_by(PostMedia.position, PostMedia.id)):
        found[one.post_id].append(one)
    return found


def without_words(there: Iterable[PostMedia]) -> list[str]:
    """The names of the images that who does not see them gets nothing to know by."""
    return [one.name for one in there if one.removed_at is None and one.lacks_words]


def one_of(session: Session, post: Post, media_id: int, *, removed: bool = False) -> PostMedia:
    """One image or file of `post`; a removed one where that is asked for. Raises NotYours."""
    wanted = select(PostMedia).where(PostMedia.post_id == post.id, PostMedia.id == media_id)
    found = session.scalars(wanted).one_or_none()
    if found is None or (found.removed_at is not None) != removed:
        raise NotYours(N_("This file is not here."))
    return found


def add(
    session: Session, post: Post, files: Sequence[Kept], by: Person, now: datetime
) -> list[Refused]:
    """Give `post` these files, behind those it has. Answers why not, of each that it does not get.

    Raises Refused when the post is closed. One that was removed before comes back.
    """
    workflow.must_be_open(post.state)
    there = media_of(session, post)
    refused, added = [], []
    for file in files:
        try:
            added.append(_added(session, post, there, file, by, now))
        except Refused as refusal:
            refused.append(refusal)
    if added:
        told = {"media": ["", ", ".join(one.name for one in added)]}
        post.tell_of_media("media_added", told, by, now)
    return refused


def _added(
    session: Session, post: Post, there: list[PostMedia], file: Kept, by: Person, now: datetime
) -> PostMedia:
    same = next((one for one in there if one.sha256 == file.sha256), None)
    if same is not None and same.removed_at is None:
        words = N_("“%(name)s” is here already: “%(there)s”, number %(number)d.")
        number = _shown(there).index(same) + 1
        raise Refused(words, name=file.name, there=same.name, number=number)
    _refuse_more_than_enough(there, file.name)
    if same is not None:
        _put_last(same, there)
        return same
    media = PostMedia(
        post=post,
        position=_next(there),
        added_at=now,
        added_by_id=by.id,
        **asdict(file),
    )
    session.add(media)
    there.append(media)
    return media


def put_back(session: Session, media: PostMedia, by: Person, now: datetime) -> None:
    """Give a removed one back to its post, behind the others. Raises Refused."""
    there = media_of(session, media.post)
    _refuse_more_than_enough(there, media.name)
    media.post.tell_of_media("media_put_back", {"media": ["", media.name]}, by, now)
    _put_last(media, there)


def move(session: Session, media: PostMedia, by: Person, now: datetime, *, up: bool) -> None:
    """Let it change places with the one before it, or behind it; at the end it stays.

    Raises Refused.
    """
    before = _shown(media_of(session, media.post))
    there = _moved(before, media, up=up)
    if there == before:
        return
    told = {"media": [[one.name for one in before], [one.name for one in there]]}
    media.post.tell_of_media("media_moved", told, by, now)
    for position, one in enumerate(there):
        one.position = position


def _moved(there: Sequence[Row], row: Row, *, up: bool) -> list[Row]:
    """The same in the order in which `row` has changed places."""
    place, moved = there.index(row), list(there)
    other = place - 1 if up else place + 1
    if 0 <= other < len(moved):
        moved[place], moved[other] = moved[other], moved[place]
    return moved


def copy(session: Session, source: Post, target: Post, by: Person, now: datetime) -> None:
    """Give `target`, which has none, what `source` has; both share the files."""
    give(session, media_shown(session, source), target, by, now)


def give(
    session: Session, files: Iterable[Stored], target: Post, by: Person, now: datetime
) -> None:
    """Give `target`, which has none, the same images and files, in this order."""
    for position, one in enumerate(files):
        same = one.as_it_is()
        session.add(
            PostMedia(post=target, position=position, added_at=now, added_by_id=by.id, **same)
        )


@dataclass(frozen=True)
class Followed:
    """What befell the images and files of a post as one of its series."""

    # How they were, for `be_again`.
    before: list[dict[str, Any]]
    # What the history tells of it.
    told: dict[str, list[Any]]


def follow(
    session: Session,
    files: Sequence[Stored],
    post: Post,
    there: list[PostMedia],
    by: Person,
    now: datetime,
) -> Followed | None:
    """Let `post`, which has `there`, have the same images and files, in this order.

    What it had besides is removed, as by hand. None when it has these already.
    """
    before, after = ([_seen(one) for one in side] for side in (_shown(there), files))
    if before == after:
        return None
    followed = Followed([_kept(one) for one in there], _differences(before, after))
    own = {one.sha256: one for one in there}
    for position, file in enumerate(files):
        one = own.pop(file.sha256, None)
        if one is None:
            same = file.as_it_is()
            session.add(
                PostMedia(post=post, position=position, added_at=now, added_by_id=by.id, **same)
            )
        else:
            one.position, one.name = position, file.name
            one.alternative, one.is_decorative = file.alternative, file.is_decorative
            one.removed_at = one.removed_by_id = None
    for one in own.values():
        if one.removed_at is None:
            one.removed_at, one.removed_by_id = now, by.id
    return followed


def be_again(
    session: Session, there: list[PostMedia], before: Iterable[dict[str, Any]]
) -> dict[str, list[Any]]:
    """Let a post, which has `there`, have what it had `before`; answers what to tell of that."""
    shown, kept = [_seen(one) for one in _shown(there)], {one["id"]: one for one in before}
    for one in there:
        was = kept.get(one.id)
        if was is None:
            session.delete(one)
            continue
        removed_at = was["removed_at"]
        one.removed_at = None if removed_at is None else datetime.fromisoformat(removed_at)
        for name in _FOLLOWS:
            setattr(one, name, was[name])
    again = [one for one in there if one.id in kept and one.removed_at is None]
    again.sort(key=lambda one: (one.position, one.id))
    return _differences(shown, [_seen(one) for one in again])


# What a post takes over from its series of an image that it has already, but for `removed_at`.
_FOLLOWS = ("position", "name", "alternative", "is_decorative", "removed_by_id")


def _kept(one: PostMedia) -> dict[str, Any]:
    removed_at = None if one.removed_at is None else one.removed_at.isoformat()
    return {
        "id": one.id,
        "removed_at": removed_at,
        **{name: getattr(one, name) for name in _FOLLOWS},
    }


def _differences(before: Sequence[Seen], after: Sequence[Seen]) -> dict[str, list[Any]]:
    """How the history tells other images, another order, and other words.

    Where only what hides behind the same names differs, it tells these: never nothing.
    """
    if before == after:
        return {}
    both = (before, after)
    names = [[one.name for one in side] for side in both]
    words = [
        ", ".join(
            filter(
                None,
                (_told(one.name, one.alternative, is_decorative=one.is_decorative) for one in side),
            )
        )
        for side in both
    ]
    told: dict[str, list[Any]] = {}
    if names[0] != names[1] or words[0] == words[1]:
        told["media"] = names
    return told | ({"alternative": words} if words[0] != words[1] else {})


def media_of_source(session: Session, source: Source) -> list[SourceMedia]:
    """What the posts of a template or a series begin with, in its order, in one query."""
    return _shown(all_of_source(session, source))


def all_of_source(session: Session, source: Source) -> list[SourceMedia]:
    """The same with what was taken off in the last thirty days."""
    is_template = isinstance(source, PostTemplate)
    own = SourceMedia.template_id if is_template else SourceMedia.series_id
    wanted = select(SourceMedia).where(own == source.id)
    return list(session.scalars(wanted.order_by(SourceMedia.position, SourceMedia.id)))


def one_of_source(
    session: Session, source: Source, row_id: int, *, removed: bool = False
) -> SourceMedia:
    """One of these; a removed one where that is asked for. Raises NotYours."""
    found = next((one for one in all_of_source(session, source) if one.id == row_id), None)
    if found is None or (found.removed_at is not None) != removed:
        raise NotYours(N_("This file is not here."))
    return found


def numbers_of(session: Session, templates: Iterable[PostTemplate]) -> dict[int, int]:
    """With how many images and files the posts of each template begin, by its id.

    Without those that never had one.
    """
    number = func.count(SourceMedia.id).filter(SourceMedia.removed_at.is_(None))
    wanted = select(PostTemplate.id, number).join(
        SourceMedia, SourceMedia.template_id == PostTemplate.id
    )
    ours = wanted.where(PostTemplate.id.in_([one.id for one in templates]))
    return {row[0]: row[1] for row in session.execute(ours.group_by(PostTemplate.id))}


def move_of_source(session: Session, source: Source, row: SourceMedia, *, up: bool) -> None:
    """Let it change places with the one before it, or behind it; at the end it stays."""
    for position, one in enumerate(_moved(media_of_source(session, source), row, up=up)):
        one.position = position


def put_back_of_source(session: Session, source: Source, row: SourceMedia) -> None:
    """Let posts begin with a removed one again, behind the others. Raises Refused."""
    there = all_of_source(session, source)
    _refuse_more_than_enough(there, row.name)
    row.position, row.removed_at = _next(there), None


def keep_for(session: Session, files: Iterable[Stored], source: Source) -> None:
    """Let the posts of `source`, which has none, begin with the same images and files."""
    whose = {"template" if isinstance(source, PostTemplate) else "series": source}
    session.add_all(
        SourceMedia(position=position, **whose, **one.as_it_is())
        for position, one in enumerate(files)
    )


def keep_instead(
    session: Session, files: Sequence[Stored], series: PostSeries, now: datetime
) -> None:
    """Let the posts of `series` that are still to be made begin with these alone.

    What they began with is removed, and can come back (`keep_again`).
    """
    before = media_of_source(session, series)
    if [_seen(one) for one in before] == [_seen(one) for one in files]:
        return
    for one in before:
        one.removed_at = now
    keep_for(session, files, series)
    series.touch()


def keep_again(session: Session, rows: Collection[int], series: PostSeries, now: datetime) -> None:
    """Let the posts of `series` that are still to be made begin with these rows of it alone."""
    there = all_of_source(session, series)
    if {one.id for one in _shown(there)} != {one.id for one in there if one.id in rows}:
        series.touch()
    for one in there:
        if one.id in rows:
            one.removed_at = None
        elif one.removed_at is None:
            one.removed_at = now


def _seen(file: Stored) -> Seen:
    return Seen(file.sha256, file.name, file.alternative, file.is_decorative)


def tidy(database: Database, store: Store, now: datetime) -> tuple[int, int]:
    """Let go of what was removed thirty days ago, and of files that no row has.

    Answers how many rows and files. Raises OSError when the store is away.
    """
    with database.writing() as session:
        rows = sum(
            session.execute(  # type: ignore[attr-defined]
                delete(kind).where(kind.removed_at < now - IN_BIN)
            ).rowcount
            for kind in (PostMedia, SourceMedia)
        )
    settled = [name for name, since in store.kept() if since < now - _ON_ITS_WAY]
    # Asked after the files: what came meanwhile is too young to be among them.
    with database.reading() as session:
        named = union(select(PostMedia.stored_as), select(SourceMedia.stored_as))
        used = set(session.scalars(named))
    gone = [name for name in settled if name.partition("-")[0] not in used]
    for name in gone:
        store.remove(name)
    return rows, len(gone)


def _shown(there: Iterable[Row]) -> list[Row]:
    return [one for one in there if one.removed_at is None]


def _refuse_more_than_enough(there: Iterable[Row], name: str) -> None:
    if len(_shown(there)) >= MOST_MEDIA:
        words = N_("“%(name)s” is one too many: a post has at most %(most)d images and files.")
        raise Refused(words, name=name, most=MOST_MEDIA)


def _put_last(media: PostMedia, there: Iterable[PostMedia]) -> None:
    media.position = _next(there)
    media.removed_at = media.removed_by_id = None


def _next(there: Iterable[Stored]) -> int:
    return 1 + max((one.position for one in there), default=-1)


def _told(name: str, alternative: str, *, is_decorative: bool) -> str:
    """How the history tells what an image says; "" for nothing."""
    words = "∅" if is_decorative else alternative
    return f"{name}: {words}" if words else ""
