"""Who has the page of a post open to write on it: told to the others, and holding nobody back.

A page that is open says so again and again; who was not heard of for a while is gone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from calendar_app.db import Base
from calendar_app.people.models import Membership, Person
from calendar_app.people.permissions import allowed
from calendar_app.posts.models import Post

# Of who said nothing for so long the page is seen as closed: two rounds of a page, and then some.
GONE_AFTER = timedelta(seconds=40)
# What was written so short ago is not written again.
FRESH = timedelta(seconds=10)
LASTS = timedelta(days=1)


class PostPresence(Base):
    """When somebody's page of a post last said that it is open."""

    __tablename__ = "post_presence"
    __table_args__ = (UniqueConstraint("post_id", "person_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


def is_fresh(session: Session, post: Post, person: Person, now: datetime) -> bool:
    """Whether it was noted less than FRESH before `now` that `person` is at `post`."""
    seen_at = session.scalar(select(PostPresence.seen_at).where(*_is(post, person)))
    return seen_at is not None and seen_at > now - FRESH


def note(session: Session, post: Post, person: Person, now: datetime) -> None:
    """`person` is at `post` now."""
    seen = (
        update(PostPresence)
        .where(*_is(post, person))
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    if session.execute(seen).rowcount:  # type: ignore[attr-defined]  # of an UPDATE
        return
    try:
        with session.begin_nested():
            session.add(PostPresence(post_id=post.id, person_id=person.id, seen_at=now))
    except IntegrityError:
        # Another window of the same person said so at the same moment.
        return


def end(session: Session, post: Post, person: Person) -> None:
    """`person` left the page of `post`; another window of theirs says soon that it is open."""
    session.execute(delete(PostPresence).where(*_is(post, person)))


def others(session: Session, post: Post, person: Person, now: datetime) -> list[Person]:
    """Who else writes at `post`, by name: heard of within GONE_AFTER, and still a writer there."""
    wanted = (
        select(Person, Membership.role)
        .join(PostPresence, PostPresence.person_id == Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(PostPresence.post_id == post.id, PostPresence.person_id != person.id)
        .where(PostPresence.seen_at > now - GONE_AFTER)
        .where(Membership.team_id == post.team_id, Membership.ended_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [one for one, role in session.execute(wanted) if allowed(role, "posts.write")]


def forget_old(session: Session, now: datetime) -> None:
    """Remove who was not heard of for LASTS."""
    session.execute(delete(PostPresence).where(PostPresence.seen_at < now - LASTS))


def _is(post: Post, person: Person) -> tuple[ColumnElement[bool], ...]:
    return PostPresence.post_id == post.id, PostPresence.person_id == person.id
