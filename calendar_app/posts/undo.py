"""Taking back: what somebody just did to posts is remembered, so that one key undoes it.

Undone is all of it or nothing: when anybody changed one of the posts since, undoing would throw
their work away, so it is refused with the name of the post and of who changed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Index, Select, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from calendar_app.db import Base, new_uuid
from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import BrandValue, Channel
from calendar_app.posts.media import be_again, keep_again, media_of_many, media_of_source
from calendar_app.posts.models import Judged, Post, PostSeries
from calendar_app.posts.queries import content_of, last_changed_by, posts_of_series
from calendar_app.posts.repetition import Rule

MOVED, DELETED, ADDED, SERIES, EDITED = "moved", "deleted", "added", "series", "edited"
IMPORTED = "imported"
# Longer ago than a working day nobody means "what I just did".
LASTS = timedelta(hours=12)
_LOOKED_BACK = 50

Row = TypeVar("Row")


class Undoable(Base):
    """One thing that somebody did to one or more posts."""

    __tablename__ = "undoable"
    __table_args__ = (Index("ix_undoable_team_id_person_id", "team_id", "person_id"),)

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    # Of each series that it changed, by id as text: how it was ("before"; null: it was not there
    # yet), and the version that it got.
    series: Mapped[dict[str, Any]] = mapped_column(default=dict)

    posts: Mapped[list[UndoablePost]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="UndoablePost.id"
    )


class UndoablePost(Base):
    """One post of it: how it was before, and the version that it got."""

    __tablename__ = "undoable_post"

    undoable_id: Mapped[int] = mapped_column(
        ForeignKey("undoable.id", ondelete="CASCADE"), index=True
    )
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    # {"version", "state", "starts_at": ISO 8601 or null, "channels": ids}; empty for a new post.
    # Of a series: as `as_of_series` tells it.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    post: Mapped[Post] = relationship()


def as_it_is(post: Post) -> dict[str, Any]:
    """What undoing a move must know of `post`, taken before it."""
    at = post.starts_at
    return {
        "version": post.version,
        "state": post.state,
        "starts_at": None if at is None else at.isoformat(),
        "channels": [channel.id for channel in post.channels],
    }


def as_edited(post: Post) -> dict[str, Any]:
    """What undoing an edit must know of `post`, taken before it."""
    at, agreed = post.approved_at, post.outside_agreed_at
    return {
        **as_it_is(post),
        "content": post.content.kept(),
        "approved_at": None if at is None else at.isoformat(),
        "approved_by": post.approved_by_id,
        "outside_agreed_at": None if agreed is None else agreed.isoformat(),
        "outside_agreed_by": post.outside_agreed_by_id,
        "given": [[one.level_id, one.person_id, one.at.isoformat()] for one in post.approvals],
    }


def as_of_series(post: Post, did: str) -> dict[str, Any]:
    """What undoing a change of its series must know of `post`, taken before it.

    `did` is what befalls it: "added", "deleted" or "edited". Where its images and files change,
    "media" tells besides how they were.
    """
    return {
        "version": post.version,
        "did": did,
        "content": post.content.kept(),
        "starts_at": as_it_is(post)["starts_at"],
        "series": post.series_id,
        "day": None if post.series_day is None else post.series_day.isoformat(),
        "touched": post.is_touched,
    }


def series_as_it_is(session: Session, series: PostSeries) -> dict[str, Any]:
    """What undoing a change of `series` must know of it, taken before it."""
    rule = series.rule
    return {
        "version": series.version,
        "rule": {
            **asdict(rule),
            "starts_on": rule.starts_on.isoformat(),
            "ends_on": None if rule.ends_on is None else rule.ends_on.isoformat(),
        },
        "at": series.local_time.isoformat(),
        "content": series.content,
        "media": [one.id for one in media_of_source(session, series)],
        "skips_holidays": series.skips_holidays,
        "stopped_at": None if series.stopped_at is None else series.stopped_at.isoformat(),
    }


def remember(
    session: Session,
    kind: str,
    changed: Iterable[tuple[Post, dict[str, Any]]],
    by: Person,
    now: datetime,
) -> Undoable | None:
    """Keep what `by` did: each post with how it was before. Flushes, to know the versions.

    Where nothing changed there is nothing to undo: None.
    """
    session.flush()
    rows = [
        UndoablePost(post=post, version=post.version, before=was)
        for post, was in changed
        if post.version != was.get("version")
    ]
    if not rows:
        return None
    team_id = rows[0].post.team_id
    undoable = Undoable(team_id=team_id, person_id=by.id, kind=kind, made_at=now, posts=rows)
    session.add(undoable)
    session.flush()
    return undoable


def remember_series(
    session: Session,
    changed: Iterable[tuple[Post, dict[str, Any]]],
    series: Iterable[tuple[PostSeries, dict[str, Any] | None]],
    by: Person,
    now: datetime,
) -> Undoable:
    """Keep what `by` did to `series`, each with how it was (None: it is new), and to its posts."""
    series = list(series)
    session.flush()
    undoable = Undoable(
        team_id=series[0][0].team_id,
        person_id=by.id,
        kind=SERIES,
        made_at=now,
        posts=[
            UndoablePost(post=post, version=post.version, before=was)
            for post, was in changed
            if post.version != was.get("version")
        ],
        series={str(one.id): {"version": one.version, "before": was} for one, was in series},
    )
    session.add(undoable)
    session.flush()
    return undoable


def undone_by(undoable: Undoable | None) -> str:
    """The kind of the message that tells what was done: with a button to undo it, or without."""
    return "good" if undoable is None else f"undo {undoable.uuid}"


def last_of(session: Session, team: Team, by: Person, now: datetime) -> Undoable:
    """What `by` did last and can still be undone. Raises Refused when there is nothing.

    What was overtaken is passed over, unless there is nothing else: then that is said.
    """
    wanted = _own(team, by).where(Undoable.undone_at.is_(None), Undoable.made_at > now - LASTS)
    found = list(session.scalars(wanted.order_by(Undoable.id.desc()).limit(_LOOKED_BACK)))
    if not found:
        raise Refused(N_("There is nothing to undo."))
    fit = (one for one in found if all(row.post.version == row.version for row in one.posts))
    return next(fit, found[0])


def named(session: Session, team: Team, by: Person, uuid: str) -> Undoable:
    """What `by` did under this name. Raises NotYours."""
    found = session.scalars(_own(team, by).where(Undoable.uuid == uuid)).one_or_none()
    if found is None:
        raise NotYours(N_("This is not here, or not for you."))
    return found


def take_back(session: Session, undoable: Undoable, by: Person, now: datetime) -> Sequence[Post]:
    """Undo it, all or nothing. Raises Refused with the reason."""
    if undoable.undone_at is not None:
        raise Refused(N_("This has been undone already."))
    for row in undoable.posts:
        if row.post.version != row.version:
            raise _overtaken(session, row.post)
    if undoable.kind == SERIES:
        _take_back_series(session, undoable, by, now)
    else:
        for row in undoable.posts:
            _take_back(session, undoable.kind, row, by, now)
    undoable.undone_at = now
    session.flush()
    for row in undoable.posts:
        _lift(session, row, by)
    _lift_series(session, undoable, by)
    return [row.post for row in undoable.posts]


def forget(session: Session, now: datetime) -> None:
    """Remove what can no longer be undone."""
    session.execute(delete(Undoable).where(Undoable.made_at < now - LASTS))


def _lift(session: Session, row: UndoablePost, by: Person) -> None:
    """The post is as it was: what `by` did before that can be undone next."""
    if "version" not in row.before:
        # It was not there before.
        return
    earlier = (
        select(UndoablePost)
        .join(Undoable, Undoable.id == UndoablePost.undoable_id)
        .where(UndoablePost.post_id == row.post_id, Undoable.person_id == by.id)
        .where(Undoable.undone_at.is_(None), UndoablePost.version == row.before.get("version"))
    )
    for one in session.scalars(earlier):
        one.version = row.post.version


def _lift_series(session: Session, undoable: Undoable, by: Person) -> None:
    """The same for the series that it changed."""
    open_ones = select(Undoable).where(Undoable.person_id == by.id, Undoable.kind == SERIES)
    earlier = list(session.scalars(open_ones.where(Undoable.undone_at.is_(None))))
    for name, told in undoable.series.items():
        version = (told["before"] or {}).get("version")
        now_is = session.get_one(PostSeries, int(name)).version
        for one in earlier:
            kept = one.series.get(name)
            if kept is not None and kept["version"] == version:
                one.series = {**one.series, name: {**kept, "version": now_is}}


def _own(team: Team, by: Person) -> Select[Undoable]:
    return (
        select(Undoable)
        .where(Undoable.team_id == team.id, Undoable.person_id == by.id)
        .options(selectinload(Undoable.posts).selectinload(UndoablePost.post))
    )


def _take_back(session: Session, kind: str, row: UndoablePost, by: Person, now: datetime) -> None:
    if kind in {ADDED, IMPORTED}:
        row.post.delete(by, now)
    elif kind == DELETED:
        row.post.restore(by, now)
    elif kind == EDITED:
        _take_edit_back(session, row, by, now)
    else:
        starts_at = _moment(row.before["starts_at"])
        kept = [one for one in row.post.channels if one.id in row.before["channels"]]
        row.post.move_back(starts_at, row.before["state"], kept, by, now)


def _take_edit_back(session: Session, row: UndoablePost, by: Person, now: datetime) -> None:
    """Owner, channels, values and state again, also of what has been taken off the plan since."""
    post, before = row.post, row.before
    kept = before["content"]
    content = replace(
        post.content,
        owner=_one(session, Person, kept["owner"]),
        reviewer=_one(session, Person, kept["reviewer"]),
        channels=tuple(session.get_one(Channel, one) for one in kept["channels"]),
        values=tuple((session.get_one(BrandValue, one), why) for one, why in kept["values"]),
        places=tuple((session.get_one(BrandValue, one), at) for one, at in kept.get("places", ())),
    )
    approved_by = _one(session, Person, before["approved_by"])
    judged = Judged(
        before["state"],
        _moment(before["approved_at"]),
        approved_by,
        # Kept from before places were told, it has none.
        _moment(before.get("outside_agreed_at")),
        _one(session, Person, before.get("outside_agreed_by")),
        tuple(
            (level, person, datetime.fromisoformat(at))
            for level, person, at in before.get("given", ())
        ),
    )
    post.take_edit_back(content, judged, by, now)


def _one(session: Session, model: type[Row], row_id: int | None) -> Row | None:
    return None if row_id is None else session.get(model, row_id)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _series_of(
    session: Session, undoable: Undoable
) -> list[tuple[PostSeries, dict[str, Any] | None]]:
    """The series that it changed, each with how it was before. Raises Refused."""
    found = []
    for series_id, kept in undoable.series.items():
        series = session.get_one(PostSeries, int(series_id), with_for_update=True)
        if series.version != kept["version"]:
            raise Refused(
                N_("The series “%(title)s” was changed since. Nothing was undone."),
                title=series.title,
            )
        found.append((series, kept["before"]))
    return found


def _take_back_series(session: Session, undoable: Undoable, by: Person, now: datetime) -> None:
    series = _series_of(session, undoable)
    there = media_of_many(session, [row.post for row in undoable.posts if "media" in row.before])
    for row in undoable.posts:
        media = there.get(row.post_id, [])
        told = be_again(session, media, row.before["media"]) if "media" in row.before else {}
        _take_back_of_series(session, row, told, by, now)
    for one, before in series:
        _put_back(session, one, before, by, now)


def _take_back_of_series(
    session: Session,
    row: UndoablePost,
    told: dict[str, list[Any]],
    by: Person,
    now: datetime,
) -> None:
    """The post as it was; `told` is what befell its images and files by that."""
    post, before = row.post, row.before
    if before["did"] == "added":
        post.drop(by, now)
        return
    if before["did"] == "deleted":
        post.restore(by, now)
    else:
        kept = content_of(session, post.team, before["content"])
        starts_at = _moment(before["starts_at"])
        post.follow(replace(kept, starts_at=starts_at, experiment=post.experiment), by, now, told)
    day = before["day"]
    post.series = None if before["series"] is None else session.get(PostSeries, before["series"])
    post.series_day = None if day is None else date.fromisoformat(day)
    post.is_touched = before["touched"]


def _put_back(
    session: Session, series: PostSeries, before: dict[str, Any] | None, by: Person, now: datetime
) -> None:
    """The series as it was; one that was not there yet ends."""
    if before is None:
        series.stopped_at = now
        for post in posts_of_series(session, series, date.min):
            if not post.is_touched:
                post.drop(by, now)
        return
    rule = before["rule"]
    ends_on = None if rule["ends_on"] is None else date.fromisoformat(rule["ends_on"])
    days = {"starts_on": date.fromisoformat(rule["starts_on"]), "ends_on": ends_on}
    series.rule = Rule(**{**rule, **days, "weekdays": tuple(rule["weekdays"])})
    series.local_time = time.fromisoformat(before["at"])
    series.content, series.skips_holidays = before["content"], before["skips_holidays"]
    series.stopped_at = _moment(before["stopped_at"])
    if "media" in before:
        # What was kept before this was told stays as it is.
        keep_again(session, before["media"], series, now)


def _overtaken(session: Session, post: Post) -> Refused:
    """The refusal that names who was in between, unless they do not want to be seen."""
    name = last_changed_by(session, post)
    if name is None:
        return Refused(N_("“%(title)s” was changed since. Nothing was undone."), title=post.title)
    return Refused(
        N_("%(name)s changed “%(title)s” since. Nothing was undone."), name=name, title=post.title
    )
