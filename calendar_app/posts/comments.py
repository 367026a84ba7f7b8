"""What colleagues say to each other about a post: open until somebody has seen to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.errors import Forbidden, NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.people.queries import members
from calendar_app.posts import mentions
from calendar_app.posts.mentions import Mention
from calendar_app.posts.models import Post

MOST_LETTERS = 2_000
SHOWN_FOR_ME = 20


class PostComment(Base):
    """One comment on a post. It is resolved when somebody says so, and opened again likewise."""

    __tablename__ = "post_comment"
    __table_args__ = (
        Index("ix_post_comment_post_id_at", "post_id", "at"),
        UniqueConstraint("post_id", "creation_key"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    # Made by the form: sending the same form twice makes one comment.
    creation_key: Mapped[str | None] = mapped_column(String(64))
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Its text is gone then; the row stays, so that the form sent once more does not bring it back.
    removed_at: Mapped[datetime | None]

    by: Mapped[Person | None] = relationship(foreign_keys=by_id)
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=resolved_by_id)
    mentions: Mapped[list[PostMention]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="PostMention.begins"
    )

    @property
    def places(self) -> list[Mention]:
        """Where in its text who is mentioned, in order."""
        return [Mention(one.person_id, one.begins, one.ends) for one in self.mentions]

    def may_settle(self, person: Person, role: str | None) -> bool:
        """Whether `person` may resolve it or open it again.

        That is who writes posts, who wrote it, and who is mentioned in it.
        """
        mentioned = {one.person_id for one in self.mentions}
        return allowed(role, "posts.write") or person.id in {self.by_id, *mentioned}

    def resolve(self, by: Person, now: datetime) -> None:
        """It has been seen to. Who said so first stays."""
        if self.resolved_at is None:
            self.resolved_at, self.resolved_by_id = now, by.id

    def open_again(self) -> None:
        """It has not been seen to after all."""
        self.resolved_at = self.resolved_by_id = None

    def remove(self, by: Person, now: datetime) -> None:
        """Take back what was said. Raises Forbidden for everybody but who said it."""
        if by.id != self.by_id:
            raise Forbidden(N_("Only who wrote a comment can remove it."))
        self.text, self.mentions, self.removed_at = "", [], now


class PostMention(Base):
    """A place in the text of a comment that mentions a colleague, from `begins` up to `ends`."""

    __tablename__ = "post_mention"
    __table_args__ = (UniqueConstraint("comment_id", "begins"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("post_comment.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    begins: Mapped[int]
    ends: Mapped[int]


def write(
    session: Session, post: Post, text: str, by: Person, now: datetime, *, creation_key: str = ""
) -> PostComment:
    """A new comment of `text`, cleaned already, that mentions the colleagues it names.

    Raises Refused at the field `comment` for a name that fits more than one of them.
    """
    names = {one.person_id: one.person.name for one in members(session, post.team)}
    found = mentions.find(text, names)
    if found.unclear:
        words = N_("Which %(name)s? Write the whole name, or leave out the @.")
        raise Refused(words, field="comment", name=found.unclear[0])
    comment = PostComment(
        post_id=post.id,
        by_id=by.id,
        at=now,
        text=text,
        creation_key=creation_key or None,
        mentions=[
            PostMention(person_id=one.person_id, begins=one.begins, ends=one.ends)
            for one in found.mentions
        ],
    )
    session.add(comment)
    return comment


def names_of_nobody(session: Session, post: Post, text: str) -> tuple[str, ...]:
    """The names after an `@` in `text` that no colleague has."""
    if "@" not in text:
        return ()
    people = {one.person_id: one.person.name for one in members(session, post.team)}
    return mentions.unknown(text, people)


def comments_on(session: Session, post: Post) -> list[PostComment]:
    """The comments on `post` with who wrote and who is mentioned, in one query, oldest first."""
    wanted = (
        select(PostComment)
        .where(PostComment.post_id == post.id, PostComment.removed_at.is_(None))
        .options(*_with_people())
        .order_by(PostComment.at, PostComment.id)
    )
    return list(session.scalars(wanted).unique())


def comment_on(session: Session, post: Post, comment_id: int) -> PostComment:
    """One comment on `post` that was not removed. Raises NotYours."""
    wanted = select(PostComment).where(
        PostComment.id == comment_id,
        PostComment.post_id == post.id,
        PostComment.removed_at.is_(None),
    )
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotYours(N_("This comment is not here."))
    return found


def comment_made_by(session: Session, post: Post, creation_key: str) -> PostComment | None:
    """The comment that the form with this key made before, if it did, also when removed since."""
    wanted = select(PostComment).where(
        PostComment.post_id == post.id, PostComment.creation_key == creation_key
    )
    return session.scalars(wanted).one_or_none()


def mentioning(session: Session, team: Team, person: Person) -> list[tuple[PostComment, str]]:
    """The open comments in `team` that call `person`, each with the title of its post.

    In one query, newest first; at most SHOWN_FOR_ME.
    """
    theirs = select(PostMention.comment_id).where(PostMention.person_id == person.id)
    wanted = (
        select(PostComment, Post.title)
        .join(Post, Post.id == PostComment.post_id)
        .where(Post.team_id == team.id, Post.deleted_at.is_(None))
        .where(PostComment.id.in_(theirs), PostComment.resolved_at.is_(None))
        .options(joinedload(PostComment.by), joinedload(PostComment.mentions))
        .order_by(PostComment.at.desc(), PostComment.id.desc())
        .limit(SHOWN_FOR_ME)
    )
    return [(row[0], row[1]) for row in session.execute(wanted).unique()]


def _with_people() -> tuple[Any, ...]:
    return (
        joinedload(PostComment.by),
        joinedload(PostComment.resolved_by),
        joinedload(PostComment.mentions),
    )
