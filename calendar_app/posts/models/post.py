"""A post: something to say to an audience, hung on the values of a plan, at a moment or not yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import (
    Mapped,
    WriteOnlyMapped,
    mapped_column,
    object_session,
    relationship,
    validates,
)

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.moments import local, moment
from calendar_app.people.models import Person, Team
from calendar_app.plans.models import Audience, BrandValue, Channel, Experiment, Plan
from calendar_app.posts import approvals, places, workflow
from calendar_app.posts import content as contents
from calendar_app.posts.approvals import PostApproval
from calendar_app.posts.content import Content
from calendar_app.posts.levels import Level, Standing
from calendar_app.posts.likeness import key_of
from calendar_app.posts.models import asking, rules
from calendar_app.posts.models.links import (
    PostChange,
    PostChannelText,
    PostPublication,
    PostValue,
)
from calendar_app.posts.models.names import OF_SERIES
from calendar_app.posts.models.rules import if_fit

if TYPE_CHECKING:
    from calendar_app.posts.models.series import PostSeries


class Judged(NamedTuple):
    """Where a post stands in the workflow, and who let it go out."""

    state: str
    approved_at: datetime | None
    approved_by: Person | None
    # Who agreed that it falls outside a value, and when.
    outside_agreed_at: datetime | None = None
    outside_agreed_by: Person | None = None
    # Which of the levels of approval were given, by whom and when.
    given: tuple[tuple[int, int, datetime], ...] = ()


class Post(Editable, Base):
    """One post of a team. Its state is kept with who and when; each change is in its history."""

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_team_id_starts_at", "team_id", "starts_at"),
        Index("ix_post_team_id_state", "team_id", "state"),
        Index("ix_post_team_id_text_key", "team_id", "text_key"),
        # The worker looks for what waits in all teams at once.
        Index("ix_post_state_starts_at", "state", "starts_at"),
        Index("ix_post_state_sent_to_review_at", "state", "sent_to_review_at"),
        Index("ix_post_series_id_series_day", "series_id", "series_day"),
        UniqueConstraint("team_id", "creation_key"),
        CheckConstraint(
            "state IN ('idea', 'draft', 'in_review', 'changes_asked', 'approved', 'published',"
            " 'cancelled')",
            name="state",
        ),
    )
    moves_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    # Made by the form: sending the same form twice makes one post.
    creation_key: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    # The same for texts that say the same; written along with the text.
    text_key: Mapped[str | None] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(10), default="text")
    link: Mapped[str] = mapped_column(String(500), default="")
    intent: Mapped[str] = mapped_column(String(10), default="inform")
    state: Mapped[str] = mapped_column(String(15), default="idea")
    starts_at: Mapped[datetime | None]
    # The zone in which a person chose the local time.
    zone: Mapped[str] = mapped_column(String(64), default="Europe/Amsterdam")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # None: the brand itself; else the ambassador who posts it.
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Who places it at its moment, and who watches it in its first hours.
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    watcher_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    experiment_id: Mapped[int | None] = mapped_column(ForeignKey("experiment.id"), index=True)
    # Of a post that comes back: its series, and the local day for which that made it.
    series_id: Mapped[int | None] = mapped_column(ForeignKey("post_series.id"))
    series_day: Mapped[date | None]
    # Whether somebody changed it by itself, so that it goes its own way from then on.
    is_touched: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_to_review_at: Mapped[datetime | None]
    sent_to_review_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # That it may fall outside a value, as it did then.
    outside_agreed_at: Mapped[datetime | None]
    outside_agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_address: Mapped[str] = mapped_column(String(500), default="")
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # RFC 5545 §3.8.7.4: rises with each change of time or status that a feed shows.
    sequence: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    team: Mapped[Team] = relationship()
    plan: Mapped[Plan | None] = relationship()
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    reviewer: Mapped[Person | None] = relationship(foreign_keys=reviewer_id)
    sender: Mapped[Person | None] = relationship(foreign_keys=sender_id)
    experiment: Mapped[Experiment | None] = relationship()
    series: Mapped[PostSeries | None] = relationship()
    publisher: Mapped[Person | None] = relationship(foreign_keys=publisher_id)
    watcher: Mapped[Person | None] = relationship(foreign_keys=watcher_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)
    outside_agreed_by: Mapped[Person | None] = relationship(foreign_keys=outside_agreed_by_id)
    published_by: Mapped[Person | None] = relationship(foreign_keys=published_by_id)
    value_links: Mapped[list[PostValue]] = relationship(
        back_populates="post", cascade="all, delete-orphan", order_by="PostValue.position"
    )
    audiences: Mapped[list[Audience]] = relationship(
        secondary="post_audience", order_by="(Audience.position, Audience.id)"
    )
    channels: Mapped[list[Channel]] = relationship(
        secondary="post_channel", order_by="(Channel.position, Channel.id)"
    )
    own_text_rows: Mapped[list[PostChannelText]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="PostChannelText.channel_id"
    )
    publications: Mapped[list[PostPublication]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="PostPublication.id"
    )
    approvals: Mapped[list[PostApproval]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="PostApproval.id"
    )
    changes: WriteOnlyMapped[PostChange] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )

    @validates("text")
    def _know_again(self, _name: str, text: str) -> str:
        self.text_key = key_of(text)
        return text

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.title

    @classmethod
    def new(
        cls, team: Team, content: Content, by: Person, now: datetime, *, creation_key: str = ""
    ) -> Post:
        """A new post: an idea, or a draft when it has a day. Raises Refused at the field."""
        contents.check(content, None)
        rules.check_places(content)
        state = workflow.state_after_edit("idea", set(), has_day=content.starts_at is not None)
        rules.check_hooks(content, state)
        rules.check_gate(content, None, ("idea", state), local(now, team.zone).date())
        rules.check_people(content, None, team)
        post = cls(
            team=team,
            zone=team.zone,
            state=state,
            creation_key=creation_key or None,
            created_by_id=by.id,
            sequence=0,
            is_touched=False,
            created_at=now,
            updated_at=now,
        )
        post._fill(content)
        post._tell("created", by, now, contents.differences(Content("").told(), content.told()))
        return post

    @classmethod
    def new_idea(cls, team: Team, title: str, by: Person, now: datetime) -> Post:
        """An idea: nothing but a title."""
        return cls.new(team, Content(title), by, now)

    def repeat(self, day: date, at: time, by: Person, now: datetime, *, creation_key: str) -> Post:
        """A new draft that says the same at another local day and time. Raises Refused."""
        starts_at = moment(day, at, self.team.zone)
        content = replace(
            self.content,
            starts_at=starts_at,
            experiment=None,
            values=tuple(
                (one.value, one.reason) for one in self.value_links if one.value.deleted_at is None
            ),
            audiences=tuple(one for one in self.audiences if one.deleted_at is None),
            channels=tuple(one for one in self.channels if one.deleted_at is None),
            owner=self._if_still_fit("owner"),
            reviewer=self._if_still_fit("reviewer"),
            publisher=self._if_still_fit("publisher"),
            watcher=self._if_still_fit("watcher"),
        )
        return Post.new(self.team, content, by, now, creation_key=creation_key)

    def _if_still_fit(self, name: str) -> Person | None:
        """Who has the part `name` of this post, unless somebody new would be refused for it."""
        return if_fit(name, getattr(self, name), self.team)

    @property
    def content(self) -> Content:
        """What people filled in, as one value."""
        return Content(
            title=self.title,
            text=self.text,
            form=self.form,
            link=self.link,
            intent=self.intent,
            plan=self.plan,
            values=tuple((link.value, link.reason) for link in self.value_links),
            places=tuple(
                (link.value, link.place) for link in self.value_links if link.place != places.INSIDE
            ),
            audiences=tuple(self.audiences),
            channels=tuple(self.channels),
            own_texts=tuple((row.channel, row.text) for row in self.own_text_rows),
            owner=self.owner,
            reviewer=self.reviewer,
            sender=self.sender,
            experiment=self.experiment,
            starts_at=self.starts_at,
            publisher=self.publisher,
            watcher=self.watcher,
        )

    @property
    def values(self) -> list[BrandValue]:
        """The values it hangs on, most important first."""
        return [link.value for link in self.value_links]

    @property
    def local_start(self) -> datetime | None:
        """Its moment on the clocks of the zone in which it was chosen."""
        return local(self.starts_at, self.zone) if self.starts_at else None

    @property
    def sender_stopped(self) -> bool:
        """Whether it still counts on an ambassador who is none any more."""
        if self.sender is None or self.state in workflow.CLOSED:
            return False
        return not rules.is_ambassador(self.sender, self.team)

    @property
    def standing(self) -> Standing:
        """Which approvals its team wants, and which of them it has."""
        return approvals.standing(self.team, self.approvals)

    @property
    def needs_approval(self) -> bool:
        """Whether somebody has to approve it, as it is now.

        Once changes were asked it does, of whatever kind it is, until somebody approved it.
        """
        outside = [link for link in self.value_links if link.place == places.OUTSIDE]
        needs = workflow.needs_approval(self.form, self.team.free_forms, outside)
        return needs or self.was_sent_back

    @property
    def is_free(self) -> bool:
        """Whether it is a draft that can be approved without a review (`approve_own`)."""
        return self.state in workflow.APPROVE_OWN.origins and not self.needs_approval

    @property
    def was_sent_back(self) -> bool:
        """Whether changes were asked of it, as a draft, that nobody approved since."""
        session = object_session(self)
        if session is None or self.state != "draft":
            return False
        answers = (workflow.ASK_CHANGES.name, workflow.APPROVE.name)
        last = (
            select(PostChange.action)
            .where(PostChange.post_id == self.id, PostChange.action.in_(answers))
            .order_by(PostChange.id.desc())
            .limit(1)
        )
        return session.scalar(last) == workflow.ASK_CHANGES.name

    def state_once(self, content: Content) -> str:
        """The state that saying and being `content` leads to."""
        before = self.content
        changed = set(contents.differences(before.told(), content.told()))
        return self._state_after(before, content, changed)

    def goes_out_from(self, person: Person) -> bool:
        """Whether it goes out from the own account of `person`, who still agrees to that."""
        return self.sender is person and rules.is_ambassador(person, self.team)

    def is_late(self, now: datetime) -> bool:
        """Whether its moment has passed while nobody marked it published."""
        return (
            self.starts_at is not None
            and self.starts_at < now
            and self.state not in workflow.CLOSED
        )

    def edit(self, content: Content, by: Person, now: datetime) -> None:
        """Make it say and be `content`. Raises Refused at the field, and then changes nothing."""
        self._change("edited", content, by, now)

    def schedule(
        self, day: date, at: time, by: Person, now: datetime, channel: Channel | None = None
    ) -> None:
        """Put it on the calendar at a local day and time of the team. Raises Refused.

        A post without a channel gets `channel`; one that has its own keeps it.
        """
        contents.check_day(day)
        content = replace(self.content, starts_at=moment(day, at, self.team.zone))
        if channel is not None and not content.channels:
            content = replace(content, channels=(channel,))
        self._change("planned", content, by, now)

    def take_off_calendar(self, by: Person, now: datetime) -> None:
        """It keeps everything but its day. Raises Refused."""
        self._change("unplanned", replace(self.content, starts_at=None), by, now)

    def move_to(self, day: date, by: Person, now: datetime) -> None:
        """Move it to another day at the same local time, whatever the clocks do. Raises Refused."""
        contents.check_day(day)
        if self.local_start is None:
            raise Refused(N_("This post has no day yet. Choose a day and a time."), field="day")
        starts_at = moment(day, self.local_start.time(), self.zone)
        self._change("moved", replace(self.content, starts_at=starts_at), by, now)

    def move_back(
        self,
        starts_at: datetime | None,
        state: str,
        channels: Sequence[Channel],
        by: Person,
        now: datetime,
    ) -> None:
        """Undo a move: to its moment before (None: off the calendar), state and channels.

        Only an idea that a day made a draft gets another state. Raises Refused.
        """
        was_idea = state == "idea" and self.state == "draft" and starts_at is None
        content = replace(self.content, starts_at=starts_at, channels=tuple(channels))
        self._change("moved_back", content, by, now, state="idea" if was_idea else None)

    def take_edit_back(self, content: Content, judged: Judged, by: Person, now: datetime) -> None:
        """Undo an edit: be `content` again, and where it stood before. Raises Refused.

        A cancelled post is taken up first; an approval that the edit ended holds again, since what
        was approved is what it says again.
        """
        if self.state == "cancelled":
            self.revive(by, now)
        there = {level.id: level.name for level in self.team.review_levels}
        given = [one for one in judged.given if one[0] in there]
        had = [there[one.level_id] for one in self.approvals if one.level_id in there]
        has = [there[level_id] for level_id, _person, _at in given]
        also = {} if had == has else {"levels": [had, has]}
        self._change("taken_back", content, by, now, state=judged.state, also=also)
        asking.have(self, given)
        self.approved_at, self.approved_by = judged.approved_at, judged.approved_by
        self.outside_agreed_at = judged.outside_agreed_at
        self.outside_agreed_by = judged.outside_agreed_by
        # Who was asked then may not give it any more, when the team wants others now.
        self.ask_who_may(None, now)

    def back_to_draft(self, by: Person, now: datetime) -> None:
        """Work on an idea, or on what was asked. Raises Refused."""
        self._take(workflow.BACK_TO_DRAFT, by, now)

    def send_to_review(self, by: Person, now: datetime) -> None:
        """Ask whether it is good. Raises Refused, at the field that it still lacks."""
        workflow.take(workflow.SEND_TO_REVIEW, self.state)
        self._take(
            workflow.SEND_TO_REVIEW, by, now, partial(asking.begin_again, self, self._day(now))
        )
        self.sent_to_review_at, self.sent_to_review_by_id = now, by.id

    def agree_outside(self, by: Person, now: datetime) -> None:
        """It may go out though it falls outside a value. Raises Refused unless it is in review."""
        workflow.take(workflow.APPROVE, self.state)
        if not self.content.outside or self.outside_agreed_at is not None:
            return
        self.outside_agreed_at, self.outside_agreed_by = now, by
        self._tell("agree_outside", by, now, {})

    def approve(self, by: Person, now: datetime, note: str = "") -> None:
        """It may go out as it is; `note` is kept with it. Raises Refused.

        What falls outside a value waits until somebody agreed with that (`agree_outside`). Where
        the team wants several approvals this is the one whose turn it is: only the last lets it go
        out, after the others the next is asked for.
        """
        workflow.take(workflow.APPROVE, self.state)
        places.check_agreed(self.content.outside, is_agreed=self.outside_agreed_at is not None)
        rules.check_sender(self.sender, self.team)
        level = self.standing.open
        if level is None:
            self._take(workflow.APPROVE, by, now, note=note)
            self.approved_at, self.approved_by = now, by
            return
        self.check_may_give(level, by, now)
        self._give(level, by, now, note)

    def check_may_give(self, level: Level, by: Person, now: datetime) -> None:
        """Raise Refused unless `by` may give that approval of it."""
        approvals.check_may_give(self.standing, level, by, self.team, self._day(now))

    def _day(self, now: datetime) -> date:
        """The day on the clocks of its team."""
        return local(now, self.team.zone).date()

    def approve_own(self, by: Person, now: datetime) -> None:
        """It may go out without a review, where its team wants none. Raises Refused."""
        workflow.take(workflow.APPROVE_OWN, self.state)
        if self.needs_approval:
            raise Refused(N_("This post needs an approval. Ask for a review."))
        rules.check_sender(self.sender, self.team)
        self._take(workflow.APPROVE_OWN, by, now)
        self.approved_at, self.approved_by = now, by

    def ask_who_may(self, by: Person | None, now: datetime) -> None:
        """Ask somebody else when who is asked may not give the approval that it waits for.

        `by` changed what the team wants; None: who may give what has changed. No post may wait for
        nobody.
        """
        told = self._ask_who_may(by, now)
        if told:
            self._tell("approve_passed_on" if by is None else "approve_asked", by, now, told)

    def _ask_who_may(self, by: Person | None, now: datetime) -> dict[str, list[Any]]:
        if self.state != "in_review" or self.standing.open is None:
            return {}
        told = asking.ask_next(self)
        if told:
            self.sent_to_review_at = now
            self.sent_to_review_by_id = None if by is None else by.id
        return told

    def ask_changes(self, note: str, by: Person, now: datetime) -> None:
        """It is not good yet; `note` says what should change. Raises Refused."""
        if not note.strip():
            raise Refused(N_("Say what should change."), field="note")
        self._take(workflow.ASK_CHANGES, by, now, partial(asking.lose, self), note)

    def publish(self, address: str, by: Person, now: datetime) -> None:
        """It has gone out, and can be read at `address` ("": nowhere). Raises Refused."""
        rules.check_address(address)
        address = address or next((one.address for one in self.publications if one.address), "")
        told = {"starts_at": ["", now.isoformat()]} if self.starts_at is None else {}
        told |= {"published_address": ["", address]} if address else {}
        self._take(workflow.PUBLISH, by, now, lambda: told)
        self.published_at, self.published_by, self.published_address = now, by, address
        # A post that went out without a plan for it still belongs on the calendar.
        self.starts_at = self.starts_at or now

    def place(self, channel: Channel, address: str, by: Person, now: datetime) -> None:
        """It is out on one of its channels, at `address` ("": nowhere told). Raises Refused.

        On the last of its channels it is published. Saying it again tells another address.
        """
        rules.check_address(address)
        workflow.take(workflow.PUBLISH, self.state)
        if channel not in self.channels:
            raise Refused(N_("This post is not on that channel."))
        out = {one.channel: one for one in self.publications}
        before = out[channel].address if channel in out else None
        if before is None:
            self.publications.append(
                PostPublication(channel=channel, address=address, at=now, by_id=by.id)
            )
        else:
            out[channel].address = address
        if {one.channel for one in self.publications} >= set(self.channels):
            self.publish(address if len(self.channels) == 1 else "", by, now)
        elif before != address:
            old = "" if before is None else _place_told(channel, before)
            self._tell("place", by, now, {"placed": [old, _place_told(channel, address)]})

    def decline(self, by: Person, now: datetime) -> None:
        """Its ambassador would rather not: the organisation posts it. Raises Refused.

        The history tells that it is so, and not who said no.
        """
        workflow.must_be_open(self.state)
        if self.sender is not by:
            raise Refused(N_("This post does not go out from your account."))
        self.sender = None
        self._tell("decline", None, now, {})

    def take_back_publication(self, by: Person, now: datetime) -> None:
        """It has not gone out after all. Raises Refused."""
        address = self.published_address
        # Read before anything changes: reading in between would write the post twice.
        placed = self.publications
        told = {"published_address": [address, ""]} if address else {}
        self._take(workflow.TAKE_BACK, by, now, lambda: told)
        placed.clear()
        self.published_at, self.published_by, self.published_address = None, None, ""

    def tell_of_media(
        self, action: str, told: dict[str, list[Any]], by: Person, now: datetime
    ) -> None:
        """Note what befell its images and files ({"media"|"alternative": [before, after]}).

        People see them, so it may go back to review, as by an edit. Raises Refused when closed.
        """
        workflow.must_be_open(self.state)
        content = self.content
        state = self._state_after(content, content, set(told))
        self._enter(state, told, by, now)
        if "state" in told:
            self.sequence += 1
        self._tell(action, by, now, told)

    def cancel(self, by: Person, now: datetime) -> None:
        """It will not go out; it stays visible where it was. Raises Refused."""
        self._take(workflow.CANCEL, by, now)
        self.cancelled_at, self.cancelled_by_id = now, by.id

    def revive(self, by: Person, now: datetime) -> None:
        """Take up a cancelled post again, as a draft. Raises Refused."""
        self._take(workflow.REVIVE, by, now, partial(asking.lose, self))
        self.cancelled_at, self.cancelled_by_id = None, None
        self.approved_at, self.approved_by = None, None

    def delete(self, by: Person, now: datetime) -> None:
        """Put it in the bin; its series does not make it again."""
        if self.series is not None and self.series_day is not None:
            self.series.leave_out(self.series_day)
        self._bin(by, now)

    def drop(self, by: Person, now: datetime) -> None:
        """Put it in the bin as one that its series does without; the day is free again."""
        self.creation_key = None
        self._bin(by, now)

    def join(self, series: PostSeries, day: date, by: Person, now: datetime) -> None:
        """Become the post of `series` for `day`. Raises Refused when it has a series."""
        if self.series is not None:
            raise Refused(N_("This post belongs to a series already."))
        self.series, self.series_day = series, day
        self.is_touched = self.state != "draft"
        self._tell("joined", by, now, {})

    def follow(
        self,
        content: Content,
        by: Person,
        now: datetime,
        also: dict[str, list[Any]] | None = None,
    ) -> None:
        """Be `content` because its series is. Raises Refused.

        `also` tells what befell its images and files.
        """
        self._change("followed", content, by, now, also=also)

    def restore(self, by: Person, now: datetime) -> None:
        """Take it out of the bin, as it was; it waits for who may give its next approval now."""
        if self.series is not None and self.series_day is not None:
            self.series.take_in(self.series_day)
        told = self._ask_who_may(by, now)
        self.deleted_at, self.deleted_by_id = None, None
        self.sequence += 1
        self._tell("restored", by, now, told)

    def _bin(self, by: Person, now: datetime) -> None:
        self.deleted_at, self.deleted_by_id = now, by.id
        self.sequence += 1
        self._tell("deleted", by, now, {})

    def _change(
        self,
        action: str,
        content: Content,
        by: Person,
        now: datetime,
        *,
        state: str | None = None,
        also: dict[str, list[Any]] | None = None,
    ) -> None:
        """Be `content`; in `state`, or in the one to which the edit leads.

        `also` tells what changes besides.
        """
        workflow.must_be_open(self.state)
        before = self.content
        if action != "taken_back":
            content = asking.still_asked(self, content)
        told = contents.differences(before.told(), content.told())
        told |= also or {}
        is_elsewhere = state not in {None, self.state}
        goes_outside = places.is_anew(before.outside_told, content.outside_told)
        state = state or self._state_after(before, content, set(told))
        contents.check(content, before)
        rules.check_places(content)
        rules.check_hooks(content, state)
        rules.check_gate(content, before, (self.state, state), self._day(now))
        rules.check_people(content, before, self.team)
        if action != "taken_back":
            asking.check_asked(self, content, told, state, goes_outside=goes_outside)
        if not told and not is_elsewhere:
            return
        if action not in {"moved", "moved_back"} and before.starts_at != content.starts_at:
            self.zone = self.team.zone
        self._fill(content)
        if goes_outside:
            self.outside_agreed_at, self.outside_agreed_by = None, None
        if action == "taken_back":
            self._stand_in(state, told, by, now)
        else:
            self._enter(state, told, by, now, goes_outside=goes_outside)
        if told.keys() & {"starts_at", "state"}:
            self.sequence += 1
        self._tell(action, by, now, told)

    def _state_after(self, before: Content, content: Content, changed: set[str]) -> str:
        return workflow.state_after_edit(
            self.state,
            changed,
            has_day=content.starts_at is not None,
            goes_outside=places.is_anew(before.outside_told, content.outside_told),
            needs_approval=rules.needs_approval(content, self.team),
            needed_approval=rules.needs_approval(before, self.team),
        )

    def _enter(
        self,
        state: str,
        told: dict[str, list[Any]],
        by: Person,
        now: datetime,
        *,
        goes_outside: bool = False,
    ) -> None:
        """Go where an edit leads: an approval does not hold for what was not approved."""
        is_asked_anew = state == "in_review" and (
            self.state != state or asking.loses(self, told, goes_outside=goes_outside)
        )
        if is_asked_anew:
            for name, (before, after) in asking.begin_again(self, self._day(now)).items():
                told[name] = [told.get(name, [before])[0], after]
            self.sent_to_review_at, self.sent_to_review_by_id = now, by.id
        elif state == self.state == "approved" and workflow.is_read(set(told)):
            # It needs none: whoever changed it answers for what it says now.
            told |= asking.lose(self)
            self.approved_at, self.approved_by = now, by
        self._stand_in(state, told, by, now)

    def _stand_in(self, state: str, told: dict[str, list[Any]], by: Person, now: datetime) -> None:
        if state == self.state:
            return
        if state == "in_review":
            # Whoever reviews it is asked anew.
            self.sent_to_review_at, self.sent_to_review_by_id = now, by.id
        told["state"] = [self.state, state]
        self.state = state
        self.approved_at, self.approved_by = None, None

    def _take(
        self,
        step: workflow.Step,
        by: Person,
        now: datetime,
        besides: Callable[[], dict[str, list[Any]]] = dict,
        note: str = "",
    ) -> None:
        """Take `step`; what it does `besides`, once nothing refuses it, answers what to tell."""
        state = workflow.take(step, self.state)
        content = self.content
        rules.check_hooks(content, state)
        rules.check_gate(content, content, (self.state, state), self._day(now))
        told = {"state": [self.state, state], **besides()}
        self.state = state
        self.sequence += 1
        self._tell(step.name, by, now, told, note)

    def _give(self, level: Level, by: Person, now: datetime, note: str) -> None:
        """One of the approvals that the team wants; the last lets the post go out."""
        give = partial(asking.add, self, level, by, now)
        if asking.lacks_only(self, level):
            self._take(workflow.APPROVE, by, now, give, note)
            self.approved_at, self.approved_by = now, by
            return
        told = give() | asking.ask_next(self)
        self.sent_to_review_at, self.sent_to_review_by_id = now, by.id
        self._tell("approve_level", by, now, told, note)

    def _fill(self, content: Content) -> None:
        self.title, self.text = content.title, content.text
        self.form, self.link, self.intent = content.form, content.link, content.intent
        self.plan, self.starts_at = content.plan, content.starts_at
        self.owner, self.reviewer, self.sender = content.owner, content.reviewer, content.sender
        self.experiment = content.experiment
        self.publisher, self.watcher = content.publisher, content.watcher
        self.audiences, self.channels = list(content.audiences), list(content.channels)
        self._say_on(content.own_texts)
        self._hang_on(content)

    def _say_on(self, own_texts: tuple[tuple[Channel, str], ...]) -> None:
        """Let each of these channels have its own text, and no other."""
        kept = {row.channel: row for row in self.own_text_rows}
        self.own_text_rows = [
            kept.get(channel) or PostChannelText(channel=channel) for channel, _text in own_texts
        ]
        for row, (_channel, text) in zip(self.own_text_rows, own_texts, strict=True):
            row.text = text

    def _hang_on(self, content: Content) -> None:
        values = content.values
        kept = {link.value: link for link in self.value_links}
        self.value_links = [kept.get(value) or PostValue(value=value) for value, _why in values]
        for position, (link, (value, reason)) in enumerate(
            zip(self.value_links, values, strict=True)
        ):
            link.position, link.reason, link.place = position, reason, content.place(value)

    def _tell(
        self,
        action: str,
        by: Person | None,
        now: datetime,
        told: dict[str, list[Any]],
        note: str = "",
    ) -> None:
        """Write the history; the version is the one that this change makes."""
        if self.series is not None and action not in OF_SERIES:
            self.is_touched = True
        self.touch()
        version = (self.version or 0) + 1
        self.changes.add(
            PostChange(at=now, by=by, action=action, version=version, fields=told, note=note)
        )


def _place_told(channel: Channel, address: str) -> str:
    return f"{channel.name}: {address}" if address else channel.name
