"""What hangs on a post: values, audiences, channels, its places, its votes and its history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from calendar_app.db import Base
from calendar_app.people.models import Person
from calendar_app.plans.models import BrandValue, Channel
from calendar_app.posts import places
from calendar_app.posts.likeness import key_of

if TYPE_CHECKING:
    from calendar_app.posts.models.post import Post


class PostValue(Base):
    """A value that a post hangs on, with one line that says why, and where it falls towards it."""

    __tablename__ = "post_value"
    __table_args__ = (UniqueConstraint("post_id", "value_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    value_id: Mapped[int] = mapped_column(ForeignKey("brand_value.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    # inside, edge or outside.
    place: Mapped[str] = mapped_column(String(10), default=places.INSIDE)
    position: Mapped[int] = mapped_column(default=0)

    post: Mapped[Post] = relationship(back_populates="value_links")
    value: Mapped[BrandValue] = relationship()


class PostAudience(Base):
    """An audience that a post speaks to."""

    __tablename__ = "post_audience"
    __table_args__ = (UniqueConstraint("post_id", "audience_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)


class PostChannel(Base):
    """A channel on which a post appears."""

    __tablename__ = "post_channel"
    __table_args__ = (UniqueConstraint("post_id", "channel_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)


class PostChannelText(Base):
    """What a post says on one channel, where that differs from its text."""

    __tablename__ = "post_channel_text"
    __table_args__ = (UniqueConstraint("post_id", "channel_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    # The same for texts that say the same; written along with the text.
    text_key: Mapped[str | None] = mapped_column(String(32), index=True)

    channel: Mapped[Channel] = relationship()

    @validates("text")
    def _know_again(self, _name: str, text: str) -> str:
        self.text_key = key_of(text)
        return text


class PostPublication(Base):
    """That a post is out on one of its channels, and where it stands there ("": nowhere told)."""

    __tablename__ = "post_publication"
    __table_args__ = (UniqueConstraint("post_id", "channel_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(String(500), default="")

    channel: Mapped[Channel] = relationship()


class PostVote(Base):
    """Somebody finds an idea good."""

    __tablename__ = "post_vote"
    __table_args__ = (UniqueConstraint("post_id", "person_id"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


class PostChange(Base):
    """One entry of a post's history: what changed, from what to what, by whom and when."""

    __tablename__ = "post_change"
    __table_args__ = (
        Index("ix_post_change_post_id_at", "post_id", "at"),
        Index("ix_post_change_action_at", "action", "at"),
    )

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The verb: created, edited, moved, sent_to_review, approved …
    action: Mapped[str] = mapped_column(String(30))
    # The version of the post after this change.
    version: Mapped[int]
    # {field: [before, after]}; moments as ISO 8601, many-valued fields as lists of names.
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(Text, default="")

    by: Mapped[Person | None] = relationship()
