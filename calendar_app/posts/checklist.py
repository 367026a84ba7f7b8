"""The team's checklist for a post: a few points to tick, which hint and never hold anything up.

A tick is a row of its own, so that colleagues who tick different points at one moment keep both,
and the post itself does not change. A post that is over keeps the list of that moment: what was
removed since stays on it, and neither a point that came back later nor other words come onto it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    delete,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.posts import workflow
from calendar_app.posts.models import Post

MOST_POINTS = 12
LONGEST_POINT = 120


class ChecklistPoint(Editable, Base):
    """One point of the list that a team goes through for each post."""

    __tablename__ = "checklist_point"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    text: Mapped[str] = mapped_column(String(LONGEST_POINT))
    position: Mapped[int] = mapped_column(default=0)
    # Since when it is on the list in these words (None: from the beginning).
    since: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.text

    def remove(self, now: datetime) -> None:
        """Take it off the list; who had ticked it stays known."""
        if self.removed_at is None:
            self.removed_at = now


class EarlierPoint(Base):
    """That a point was on the list before as well, in which words, and from when until when."""

    __tablename__ = "earlier_checklist_point"
    __table_args__ = (Index("ix_earlier_checklist_point_point_id_since", "point_id", "since"),)

    point_id: Mapped[int] = mapped_column(ForeignKey("checklist_point.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(LONGEST_POINT))
    since: Mapped[datetime]
    until: Mapped[datetime]


class PostCheck(Base):
    """That somebody ticked a point for one post, and what the point said then."""

    __tablename__ = "post_check"
    __table_args__ = (UniqueConstraint("post_id", "point_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    point_id: Mapped[int] = mapped_column(ForeignKey("checklist_point.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(String(LONGEST_POINT))

    by: Mapped[Person | None] = relationship()


@dataclass(frozen=True)
class Line:
    """One point as a post shows it; `tick` is None while nobody ticked it."""

    point_id: int
    text: str
    tick: PostCheck | None


@dataclass(frozen=True)
class Checklist:
    """The list as one post shows it, in order; without lines nothing of it is shown."""

    lines: Sequence[Line]

    @property
    def open(self) -> list[str]:
        """What is not ticked yet."""
        return [line.text for line in self.lines if line.tick is None]


def points_of(session: Session, team: Team) -> list[ChecklistPoint]:
    """The points of the team's list, in order."""
    wanted = select(ChecklistPoint).where(
        ChecklistPoint.team_id == team.id, ChecklistPoint.removed_at.is_(None)
    )
    return list(session.scalars(wanted.order_by(ChecklistPoint.position, ChecklistPoint.id)))


def removed_from(session: Session, team: Team) -> list[ChecklistPoint]:
    """The last points that were taken off the list, as many as it holds, the last one first."""
    wanted = select(ChecklistPoint).where(
        ChecklistPoint.team_id == team.id, ChecklistPoint.removed_at.is_not(None)
    )
    latest = wanted.order_by(ChecklistPoint.removed_at.desc(), ChecklistPoint.id.desc())
    return list(session.scalars(latest.limit(MOST_POINTS)))


def point_of(session: Session, team: Team, point_id: int) -> ChecklistPoint:
    """The point of the team's list, also one that was taken off it. Raises NotYours."""
    point = session.get(ChecklistPoint, point_id)
    if point is None or point.team_id != team.id:
        raise NotYours(N_("This point is not on the list."))
    return point


def add(session: Session, team: Team, text: str) -> ChecklistPoint:
    """One more point, the last of the list. Raises Refused at `text`."""
    there = _points_alone(session, team)
    _check(there, text)
    point = ChecklistPoint(team_id=team.id, text=text, position=_after(there))
    session.add(point)
    return point


def change(session: Session, team: Team, point: ChecklistPoint, text: str, now: datetime) -> None:
    """Let `point` say `text`; what was ticked stays ticked. Raises Refused at `text`."""
    _check_words([one for one in _points_alone(session, team) if one is not point], text)
    if text != point.text:
        _begin_anew(session, point, now, until=now)
        point.text = text


def put_back(session: Session, team: Team, point: ChecklistPoint, now: datetime) -> None:
    """Put a removed point back, the last of the list. Raises Refused."""
    there = _points_alone(session, team)
    session.refresh(point)
    if point.removed_at is None:
        return
    _check(there, point.text)
    _begin_anew(session, point, now, until=point.removed_at)
    point.removed_at, point.position = None, _after(there)


def _begin_anew(session: Session, point: ChecklistPoint, now: datetime, *, until: datetime) -> None:
    """Keep how `point` stood on the list `until` then; from `now` on it stands there anew."""
    since = point.since or point.created_at
    session.add(EarlierPoint(point_id=point.id, text=point.text, since=since, until=until))
    point.since = now


def move(session: Session, team: Team, point: ChecklistPoint, *, up: bool) -> None:
    """Let it change places with the one before it, or behind it; at the end it stays."""
    there = _points_alone(session, team)
    if point not in there:
        return
    place = there.index(point)
    other = place - 1 if up else place + 1
    if 0 <= other < len(there):
        there[place], there[other] = there[other], there[place]
    for position, one in enumerate(there):
        # Not a new version of the point: who is changing its words is not in the way.
        session.execute(
            update(ChecklistPoint).where(ChecklistPoint.id == one.id).values(position=position)
        )


def checklist_of(session: Session, post: Post) -> Checklist:
    """The list as `post` shows it, with its ticks, in one query.

    An open post shows the list of now; one that is over the list as it was at that moment.
    """
    over = over_since(post)
    ticked = and_(PostCheck.point_id == ChecklistPoint.id, PostCheck.post_id == post.id)
    wanted = (
        select(ChecklistPoint, PostCheck, null() if over is None else EarlierPoint.text)
        .outerjoin(PostCheck, ticked)
        .where(ChecklistPoint.team_id == post.team_id, _shown_at(over))
        .options(joinedload(PostCheck.by))
        .order_by(ChecklistPoint.position, ChecklistPoint.id)
    )
    if over is not None:
        wanted = wanted.outerjoin(EarlierPoint, _stood_at(over))
    return Checklist([_line(*row, over=over) for row in session.execute(wanted)])


def _stood_at(over: datetime) -> ColumnElement[bool]:
    """How a point stood on the list then, if it stands there otherwise by now."""
    return and_(
        EarlierPoint.point_id == ChecklistPoint.id,
        EarlierPoint.since <= over,
        EarlierPoint.until > over,
    )


def _shown_at(over: datetime | None) -> ColumnElement[bool]:
    """Which points a post shows that is over since then, or is not."""
    is_there = ChecklistPoint.removed_at.is_(None)
    if over is None:
        return is_there
    was_there = or_(is_there, ChecklistPoint.removed_at > over)
    since = func.coalesce(ChecklistPoint.since, ChecklistPoint.created_at)
    return or_(
        and_(since <= over, was_there),
        EarlierPoint.id.is_not(None),
        PostCheck.id.is_not(None),
    )


def over_since(post: Post) -> datetime | None:
    """Since when nothing is ticked any more for `post`; None while it is open."""
    if post.state not in workflow.CLOSED:
        return None
    return post.published_at if post.state == "published" else post.cancelled_at


def tick(session: Session, post: Post, points: Collection[int], by: Person, now: datetime) -> None:
    """`by` has seen to these points. Who ticked one first stays; one that is gone is let be.

    Raises Refused when the post is over.
    """
    workflow.must_be_open(post.state)
    ticked = select(PostCheck.point_id).where(PostCheck.post_id == post.id)
    wanted = select(ChecklistPoint).where(
        ChecklistPoint.team_id == post.team_id,
        ChecklistPoint.removed_at.is_(None),
        ChecklistPoint.id.in_(points),
        ChecklistPoint.id.not_in(ticked),
    )
    for point in session.scalars(wanted):
        session.add(
            PostCheck(post_id=post.id, point_id=point.id, by_id=by.id, at=now, text=point.text)
        )


def untick(session: Session, post: Post, points: Collection[int]) -> None:
    """These points are open again. Raises Refused when the post is over."""
    workflow.must_be_open(post.state)
    session.execute(
        delete(PostCheck).where(PostCheck.post_id == post.id, PostCheck.point_id.in_(points))
    )


def _line(
    point: ChecklistPoint, tick: PostCheck | None, earlier: str | None, *, over: datetime | None
) -> Line:
    """The point as a post shows it; one that is over what was ticked, or was to be ticked then."""
    then = point.text if earlier is None else earlier
    return Line(point.id, tick.text if tick is not None and over is not None else then, tick)


def _points_alone(session: Session, team: Team) -> list[ChecklistPoint]:
    """The points, while nobody else changes the list: who comes at the same moment waits."""
    session.get(Team, team.id, with_for_update=True)
    return points_of(session, team)


def _check(there: Sequence[ChecklistPoint], text: str) -> None:
    if len(there) >= MOST_POINTS:
        words = N_("The list has %(most)s points. Remove one first: a short list is used.")
        raise Refused(words, field="text", most=MOST_POINTS)
    _check_words(there, text)


def _check_words(there: Sequence[ChecklistPoint], text: str) -> None:
    if any(one.text.casefold() == text.casefold() for one in there):
        raise Refused(N_("This point is on the list already."), field="text")


def _after(there: Sequence[ChecklistPoint]) -> int:
    return there[-1].position + 1 if there else 0
