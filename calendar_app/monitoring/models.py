"""What comes back from the channels: questions to answer, replies to use again, and results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.moments import WorkingHours
from calendar_app.monitoring.metrics import METRICS, MOST, told
from calendar_app.monitoring.promptness import is_overdue, moment_after
from calendar_app.people.models import ROLES, Membership, Person, Team
from calendar_app.people.permissions import allowed
from calendar_app.plans.models import Channel
from calendar_app.posts.models import Post

IN_BIN = timedelta(days=30)
MOST_LETTERS = 5_000
MOST_REPLIES = 50
LONGEST_TITLE = 80
WHO_ANSWER = tuple(role for role in ROLES if allowed(role, "webcare.write"))
# So much of a question stands in a list.
_BEGINNING = 90
# Names of their own: who asks for a question may be reading the same tables.
_Owner = aliased(Person, name="owner_of_question")
_Place = aliased(Membership, name="place_of_owner")


@dataclass(frozen=True)
class Question:
    """What a person says of a question that came in, at an aware moment."""

    text: str
    # None: the channel that it came on is not there any more.
    channel: Channel | None
    received_at: datetime
    post: Post | None = None
    # None: whoever has the task of webcare.
    owner: Person | None = None


class WebcareItem(Editable, Base):
    """A question from outside on one channel, and the answer that it got."""

    __tablename__ = "webcare_item"
    __table_args__ = (
        UniqueConstraint("team_id", "creation_key"),
        Index("ix_webcare_item_team_id_answered_at", "team_id", "answered_at"),
    )
    # Whoever has the meet-up open sees it at once.
    moves_meeting_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    # Made by the form: sending the same form twice makes one.
    creation_key: Mapped[str | None] = mapped_column(String(64))
    question: Mapped[str] = mapped_column(Text)
    # None: the channel, or the post, is not there any more.
    channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channel.id", ondelete="SET NULL"), index=True
    )
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="SET NULL"), index=True
    )
    received_at: Mapped[datetime]
    # None: whoever has the task of webcare.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # As the plan had it when the question was entered; None: it said nothing.
    answer_by: Mapped[datetime | None] = mapped_column(index=True)
    escalates_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    # State as who and when: None while it is open.
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)
    # Whether the owner is in the team, and may still answer.
    owner_answers: Mapped[bool] = column_property(
        select(_Place.id)
        .join(_Owner, _Owner.id == _Place.person_id)
        .where(_Place.person_id == owner_id, _Place.team_id == team_id)
        .where(_Place.ended_at.is_(None), _Place.role.in_(WHO_ANSWER), _Owner.active.is_(True))
        .correlate_except(_Place, _Owner)
        .exists(),
        deferred=True,
    )

    channel: Mapped[Channel | None] = relationship()
    post: Mapped[Post | None] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)

    @property
    def called(self) -> str:
        """What the audit log and lists call this: how the question begins."""
        return beginning(self.question)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.answered_at is None

    @property
    def taken_by(self) -> Person | None:
        """Who answers it: what waits for who left, or may not answer any more, is nobody's."""
        return self.owner if self.owner_answers or not self.is_open else None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been answered by now."""
        return is_overdue(self.answer_by, self.answered_at, now)

    @classmethod
    def new(cls, team: Team, told: Question, at_work: WorkingHours, now: datetime) -> WebcareItem:
        """A question that came in then. Raises Refused at the field that cannot be."""
        item = cls(team_id=team.id)
        item.change(told, at_work, now)
        return item

    def change(self, told: Question, at_work: WorkingHours, now: datetime) -> None:
        """Say otherwise what came in. Raises Refused at the field that cannot be."""
        if not told.text:
            raise Refused(N_("Fill this in."), field="question")
        if told.received_at > now:
            raise Refused(N_("This moment is still to come."), field="day")
        moved = told.received_at != self.received_at or told.channel is not self.channel
        self.question, self.post, self.owner = told.text, told.post, told.owner
        self.channel, self.received_at = told.channel, told.received_at
        if moved:
            self._promise(at_work)

    def _promise(self, at_work: WorkingHours) -> None:
        """By when it is answered, and told of to somebody else, as the channel's plan has it."""
        plan = None if self.channel is None else self.channel.plan
        answer, escalate = (
            (None, None) if plan is None else (plan.answer_hours, plan.escalate_hours)
        )
        self.answer_by = moment_after(self.received_at, answer, at_work)
        self.escalates_at = moment_after(self.received_at, escalate, at_work)

    def take(self, by: Person) -> None:
        """`by` answers it. Raises Refused when it has an answer."""
        if not self.is_open:
            raise Refused(N_("This question has an answer already."))
        self.owner = by

    def reply(self, answer: str, by: Person, now: datetime) -> None:
        """It has this answer; of one that had an answer only the words change."""
        self.answer = answer
        if self.answered_at is None:
            self.answered_at, self.answered_by = now, by

    def reopen(self) -> None:
        """It waits for an answer after all; the words stay."""
        self.answered_at = self.answered_by = None

    def remove(self, now: datetime) -> None:
        """Put it in the bin."""
        if self.deleted_at is None:
            self.deleted_at = now

    def put_back(self) -> None:
        """Take it out of the bin."""
        self.deleted_at = None


class WebcareReply(Editable, Base):
    """An answer that did well, to use again."""

    __tablename__ = "webcare_reply"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)
    deleted_at: Mapped[datetime | None]

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.title

    def edit(self, title: str, text: str) -> None:
        """Write it otherwise. Raises Refused at the field that is empty."""
        for field, words in (("title", title), ("text", text)):
            if not words:
                raise Refused(N_("Fill this in."), field=field)
        self.title, self.text = title, text

    def remove(self, now: datetime) -> None:
        """Take it off the list."""
        if self.deleted_at is None:
            self.deleted_at = now

    def put_back(self, others: int) -> None:
        """Undo `remove`, beside so many others. Raises Refused when the list is full."""
        check_room(others)
        self.deleted_at = None


class PostResult(Editable, Base):
    """What was counted of one post on one channel. None: nobody counted it, which is not zero."""

    __tablename__ = "post_result"
    __table_args__ = (
        UniqueConstraint("post_id", "channel_id"),
        CheckConstraint(" AND ".join(f"{name} >= 0" for name in METRICS), name="counts"),
    )
    moves_meeting_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(
        ForeignKey("channel.id", ondelete="CASCADE"), index=True
    )
    views: Mapped[int | None]
    reactions: Mapped[int | None]
    comments: Mapped[int | None]
    shares: Mapped[int | None]
    clicks: Mapped[int | None]
    applications: Mapped[int | None]
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    channel: Mapped[Channel] = relationship()
    noted_by: Mapped[Person | None] = relationship()

    @classmethod
    def none_yet(cls, post: Post, channel: Channel) -> PostResult:
        """That of a post of which nobody counted anything; not in the database."""
        ids = {"team_id": post.team_id, "post_id": post.id, "channel_id": channel.id}
        # Of version 0, so that a form that shows it is stale once another made the row.
        return cls(**ids, version=0, **dict.fromkeys(METRICS))

    @property
    def counts(self) -> dict[str, int | None]:
        """Each number by its metric."""
        return {name: getattr(self, name) for name in METRICS}

    @property
    def told(self) -> tuple[tuple[str, int], ...]:
        """(metric, number) of what was counted."""
        return told(self.counts)

    def note(self, counts: dict[str, int | None], by: Person, now: datetime) -> None:
        """Count this, and forget what is None. Raises Refused at the number that cannot be."""
        for name, number in counts.items():
            if number is not None and not 0 <= number <= MOST:
                raise Refused(
                    N_("Choose a number from %(low)s to %(high)s."), field=name, low=0, high=MOST
                )
        for name in METRICS:
            setattr(self, name, counts.get(name))
        self.noted_at, self.noted_by_id = now, by.id


def check_room(replies: int) -> None:
    """A list of so many replies takes one more. Raises Refused."""
    if replies >= MOST_REPLIES:
        raise Refused(
            N_("There are %(most)s replies already. Remove one first."), most=MOST_REPLIES
        )


def beginning(text: str) -> str:
    """How `text` begins, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _BEGINNING else f"{line[: _BEGINNING - 1].rstrip()}…"
