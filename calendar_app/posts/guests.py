"""Somebody without an account who reviews one post, by a link that shows that post and no more.

The link holds a secret of which only the hash is kept. It can be answered once, for two weeks, and
withdrawn at any time. An answer counts as the review of who asked for it: when that colleague may
approve, the post takes the step; otherwise the answer is advice. Where a team wants several
approvals a guest who agrees gives none of them.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from calendar_app.db import Base
from calendar_app.errors import NotYours, Refused
from calendar_app.language import N_
from calendar_app.people.models import Membership, Person
from calendar_app.people.permissions import allowed
from calendar_app.posts import workflow
from calendar_app.posts.models import Post

LASTS = timedelta(days=14)
MOST_OPEN = 10
MOST_LETTERS = 2_000
AGREED = "agreed"
CHANGES = "changes"


class GuestReview(Base):
    """One person from outside who was asked to review a post, and what they answered."""

    __tablename__ = "guest_review"
    __table_args__ = (Index("ix_guest_review_post_id_asked_at", "post_id", "asked_at"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    # agreed or changes; empty until the answer.
    verdict: Mapped[str] = mapped_column(String(20), default="")
    words: Mapped[str] = mapped_column(Text, default="")

    post: Mapped[Post] = relationship()
    asked_by: Mapped[Person] = relationship()

    def is_open(self, now: datetime) -> bool:
        """Whether the link shows the post: not answered, withdrawn or over, the post not closed."""
        return (
            self.answered_at is None
            and self.withdrawn_at is None
            and now < self.expires_at
            and self.post.deleted_at is None
            and self.post.state not in workflow.CLOSED
            # A link of who left would show a team's post to whom they like.
            and self._place_of_asker() is not None
        )

    def withdraw(self, now: datetime) -> None:
        """The link opens nothing from now on. An answer that was given stays."""
        if self.answered_at is None and self.withdrawn_at is None:
            self.withdrawn_at = now

    def answer(self, verdict: str, words: str, now: datetime) -> bool:
        """Keep the answer; whether it also took the post a step further.

        Raises Refused at the field `words` when changes are asked without saying which, and when
        the link is over.
        """
        if not self.is_open(now):
            raise Refused(N_("This link is over."))
        if verdict == CHANGES and not words.strip():
            raise Refused(N_("Say what should change."), field="words")
        self.verdict, self.words, self.answered_at = verdict, words, now
        return self._take_step(now)

    def _take_step(self, now: datetime) -> bool:
        """Approve or ask changes in the name of who asked, if they may and it waits for that."""
        if self.post.state != "in_review" or not self._asker_may_approve():
            return False
        if self.verdict == AGREED and self.post.team.review_levels:
            # Each of those is the approval of a colleague.
            return False
        told = f"{self.name}: {self.words}" if self.words else self.name
        if self.verdict == CHANGES:
            self.post.ask_changes(told, self.asked_by, now)
            return True
        try:
            self.post.approve(self.asked_by, now, note=told)
        except Refused:
            # Something else stands in the way. The guest's answer counts; the step waits.
            return False
        return True

    def _asker_may_approve(self) -> bool:
        place = self._place_of_asker()
        return allowed(None if place is None else place.role, "posts.approve")

    def _place_of_asker(self) -> Membership | None:
        places = self.asked_by.memberships
        found = (one for one in places if one.team_id == self.post.team_id and not one.ended_at)
        return next(found, None)


def ask(
    session: Session, post: Post, who: tuple[str, str], by: Person, now: datetime
) -> tuple[GuestReview, str]:
    """Ask `who` = (name, mail address) to review `post`; the secret of the link, this once.

    Raises Refused when the post is over, at the field `guest_email` when that address has an open
    link already, and when MOST_OPEN are.
    """
    workflow.must_be_open(post.state)
    name, email = who
    still = [one for one in reviews_of(session, post) if one.is_open(now)]
    if any(one.email == email for one in still):
        words = N_("A link was sent to this address already. Withdraw that one first.")
        raise Refused(words, field="guest_email")
    if len(still) >= MOST_OPEN:
        raise Refused(N_("Ten people are asked already. Withdraw a link first."))
    secret = secrets.token_urlsafe(24)
    review = GuestReview(
        post=post,
        name=name,
        email=email,
        secret_hash=_hashed(secret),
        asked_by=by,
        asked_at=now,
        expires_at=now + LASTS,
    )
    session.add(review)
    return review, secret


def reviews_of(session: Session, post: Post) -> list[GuestReview]:
    """Who was asked to review `post`, in one query, the first first."""
    wanted = (
        select(GuestReview)
        .where(GuestReview.post_id == post.id)
        .options(joinedload(GuestReview.asked_by).selectinload(Person.memberships))
        .order_by(GuestReview.asked_at, GuestReview.id)
    )
    return list(session.scalars(wanted))


def review_of(session: Session, post: Post, guest_id: int) -> GuestReview:
    """One of them, held until the end: of an answer and a withdrawal one is first.

    Raises NotYours.
    """
    found = session.get(GuestReview, guest_id, with_for_update=True)
    if found is None or found.post_id != post.id:
        raise NotYours(N_("This is not here, or not for you."))
    return found


def by_secret(session: Session, secret: str, *, holds: bool = False) -> GuestReview | None:
    """The review whose link has this secret, with its post; also one that is over.

    `holds`: until the end of the transaction, so that it is answered once.
    """
    wanted = (
        select(GuestReview)
        .where(GuestReview.secret_hash == _hashed(secret))
        .options(
            joinedload(GuestReview.post),
            joinedload(GuestReview.asked_by).selectinload(Person.memberships),
        )
    )
    if holds:
        wanted = wanted.with_for_update(of=GuestReview)
    return session.scalars(wanted).one_or_none()


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
