"""Channels: where posts appear, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from calendar_app.db import Base, Editable
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person
from calendar_app.plans import slots as hours
from calendar_app.plans.models.audiences import Audience
from calendar_app.plans.models.part import OrderedPart, check_name, live, write
from calendar_app.plans.models.roles import check_member

if TYPE_CHECKING:
    from calendar_app.plans.models.plan import Plan

FACINGS = ("internal", "external")
FACING_NAMES = {"internal": N_("Internal"), "external": N_("External")}
MOST_POSTS_A_WEEK = 50
FORMS = ("text", "image", "sound", "video")
FORM_NAMES = {
    "text": N_("Text"),
    "image": N_("Image"),
    "sound": N_("Sound"),
    "video": N_("Video"),
}


class ChannelTexts(TypedDict, total=False):
    """What people write about a channel; `cadence` in posts a week, the limit in characters.

    `forms` are of FORMS; `slots` is a line an hour, as people write it.
    """

    facing: str
    purpose: str
    cadence: int
    character_limit: int | None
    address: str
    evidence: str
    evidence_source: str
    evidence_year: int | None
    audiences: Sequence[Audience]
    forms: Sequence[str]
    owner: Person | None
    deputy: Person | None
    slots: str


class Channel(OrderedPart, Editable, Base):
    """A place where posts appear, with the rhythm the plan asks of it."""

    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("facing IN ('internal', 'external')", name="facing"),
        CheckConstraint("cadence BETWEEN 0 AND 50", name="cadence"),
    )
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    # Two to four letters for the small badge in the calendar.
    short: Mapped[str] = mapped_column(String(4))
    facing: Mapped[str] = mapped_column(String(10), default="external")
    purpose: Mapped[str] = mapped_column(Text, default="")
    # Posts a week.
    cadence: Mapped[int] = mapped_column(default=0)
    character_limit: Mapped[int | None]
    # Where somebody writes on it; empty: as its name says.
    address: Mapped[str] = mapped_column(String(500), default="", server_default="")
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_source: Mapped[str] = mapped_column(String(200), default="")
    evidence_year: Mapped[int | None]
    # What is posted here: of "text,image,sound,video", in that order.
    forms: Mapped[str] = mapped_column(String(30), default="", server_default="")
    # The hours that suit, on the team's clock: "TU 09:30,TH 16:00", by day and time.
    slots: Mapped[str] = mapped_column(String(300), default="", server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="channels", foreign_keys=plan_id)
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    deputy: Mapped[Person | None] = relationship(foreign_keys=deputy_id)
    audiences: Mapped[list[Audience]] = relationship(
        secondary="channel_audience",
        # One that was removed comes back to its channels when it is put back.
        secondaryjoin=(
            "and_(ChannelAudience.audience_id == Audience.id, Audience.deleted_at.is_(None))"
        ),
        order_by="(Audience.position, Audience.id)",
    )

    @property
    def siblings(self) -> Sequence[Channel]:
        """The plan's channels in their order."""
        return self.plan.channels

    @property
    def form_keys(self) -> list[str]:
        """What is posted here, in the order of FORMS."""
        return [form for form in FORMS if form in self.forms.split(",")]

    def edit(
        self, name: str | None = None, short: str | None = None, **texts: Unpack[ChannelTexts]
    ) -> None:
        """Write what changed. Raises Refused for a taken name or badge, or an impossible rhythm."""
        name = self.name if name is None else name
        short = self.short if short is None else short
        check_name(name, self.siblings, but=self)
        check_short(short, self.siblings, but=self)
        check_cadence(texts.get("cadence", self.cadence))
        before = set(self.audiences)
        self._take(self.plan, texts)
        self.name, self.short = name, short
        if set(self.audiences) != before:
            # Another row changed, but it is this channel that people see changing.
            self.touch()

    @classmethod
    def new(cls, plan: Plan, name: str, short: str, **texts: Unpack[ChannelTexts]) -> Channel:
        """A channel for `plan`, which the caller hangs on it. Raises Refused."""
        check_name(name, plan.channels)
        check_short(short, plan.channels)
        check_cadence(texts.get("cadence", 0))
        channel = cls(team_id=plan.team_id, name=name, short=short, cadence=0)
        channel._take(plan, texts)
        return channel

    def _take(self, plan: Plan, texts: ChannelTexts) -> None:
        """Be what `texts` say, all of it or, when something cannot be, nothing."""
        told = {**texts}
        if "audiences" in texts:
            check_audiences(texts["audiences"], plan)
        check_people(
            texts.get("owner", self.owner),
            texts.get("deputy", self.deputy),
            known=(self.owner, self.deputy),
            team_id=plan.team_id,
        )
        if "forms" in texts:
            told["forms"] = ",".join(form for form in FORMS if form in texts["forms"])
        if "slots" in texts:
            told["slots"] = kept_slots(texts["slots"])
        audiences = told.pop("audiences", None)
        write(self, told)
        if audiences is not None and set(texts["audiences"]) != set(self.audiences):
            self.audiences = list(texts["audiences"])

    def put_back(self) -> None:
        """Undo `remove`. Raises Refused when its name or its badge was given away."""
        check_short(self.short, self.siblings, but=self, field=None)
        super().put_back()


class ChannelAudience(Base):
    """An audience that a channel is meant for."""

    __tablename__ = "channel_audience"
    __table_args__ = (UniqueConstraint("channel_id", "audience_id"),)

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"))
    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)


def check_short(
    short: str,
    channels: Sequence[Channel],
    *,
    but: object = None,
    field: str | None = "short",
) -> None:
    """The badge is two to four letters that no channel beside `but` has."""
    if not (2 <= len(short) <= 4 and short.isalpha()):
        raise Refused(N_("Use two to four letters."), field=field)
    for channel in live(channels):
        if channel is not but and channel.short.casefold() == short.casefold():
            raise Refused(
                N_("%(name)s has these letters already. Choose others."),
                field=field,
                name=channel.name,
            )


def check_cadence(cadence: int) -> None:
    """No more posts a week than people can make."""
    if not 0 <= cadence <= MOST_POSTS_A_WEEK:
        raise Refused(
            N_("Choose a number from 0 to %(most)s."), field="cadence", most=MOST_POSTS_A_WEEK
        )


def check_audiences(audiences: Sequence[Audience], plan: Plan) -> None:
    """A channel is for audiences of its own plan."""
    if any(audience not in live(plan.audiences) for audience in audiences):
        raise Refused(
            N_("This audience belongs to another plan. Choose one of this plan."), field="audiences"
        )


def check_people(
    owner: Person | None,
    deputy: Person | None,
    *,
    known: Sequence[Person | None],
    team_id: int,
) -> None:
    """Two people of the team; who has been chosen before may meanwhile have left it."""
    if owner is not None and owner is deputy:
        raise Refused(N_("The deputy is somebody else than the owner."), field="deputy")
    for field, person in (("owner", owner), ("deputy", deputy)):
        if person is not None and person not in known:
            check_member(person, team_id, field)


def kept_slots(text: str) -> str:
    """The hours that people wrote, as they are kept. Raises Refused with the line that is not."""
    found = hours.read(text)
    if found.unclear:
        line = found.unclear[0]
        raise Refused(
            N_("Line %(number)s is not clear: “%(line)s”. Write a day and a time: Tue 9:30."),
            field="slots",
            number=line.number,
            line=line.line,
        )
    if len(found.slots) > hours.MOST_SLOTS:
        raise Refused(
            N_("Choose at most %(most)s times a week."), field="slots", most=hours.MOST_SLOTS
        )
    return hours.kept(found.slots)
