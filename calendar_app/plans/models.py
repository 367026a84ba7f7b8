"""A plan: why, for whom, with which story and values, and where. Every post hangs on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypedDict, TypeVar, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship
from sqlalchemy.orm.attributes import set_committed_value

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team, count_change
from calendar_app.plans.coach import Advice, coach
from calendar_app.plans.domains import OWN
from calendar_app.plans.questions import Question
from calendar_app.plans.steps import (
    AudienceFacts,
    ChannelFacts,
    PlanFacts,
    Step,
    ValueFacts,
    gate,
    path,
)

FACINGS = ("internal", "external")
FACING_NAMES = {"internal": N_("Internal"), "external": N_("External")}
BRAND_KINDS = ("employer", "internal", "corporate")
BRAND_KIND_NAMES = {
    "employer": N_("Employer brand: why people come to work here"),
    "internal": N_("Internal brand: why people like to work here"),
    "corporate": N_("Corporate brand: what customers and residents know us by"),
}
ADDRESS_FORMS = ("je", "u")
SIDES = ("online", "offline")
SIDE_NAMES = {"online": N_("Online"), "offline": N_("Offline")}
CERTAINTIES = ("known", "assumed")
CERTAINTY_NAMES = {"known": N_("Known"), "assumed": N_("Assumed")}
HOOKS = range(1, 13)
HOOK_NAMES = {
    1: N_("Orange"),
    2: N_("Blue"),
    3: N_("Purple"),
    4: N_("Green"),
    5: N_("Pink"),
    6: N_("Sea blue"),
    7: N_("Ochre"),
    8: N_("Red"),
    9: N_("Grey"),
    10: N_("Olive"),
    11: N_("Brown"),
    12: N_("Magenta"),
}
MOST_POSTS_A_WEEK = 50


class PlanTexts(TypedDict, total=False):
    """What people write in steps 1 and 3; `question_before` is a local day."""

    domain: str
    facing: str
    horizon: str
    brand_kind: str
    question_group: str
    question_behaviour: str
    question_before: date | None
    question_measure: str
    baseline: str
    target: str
    origin: str
    story: str
    address_form: str
    tone: str
    words_to_use: str
    words_to_avoid: str


class ValueTexts(TypedDict, total=False):
    """What people write about a value; `wanted_share` in percent of the plan's posts."""

    hook: int
    meaning: str
    belongs: str
    falls_outside: str
    example: str
    wanted_share: int


class FactTexts(TypedDict, total=False):
    """What people write about a fact besides its text."""

    side: str
    certainty: str
    source: str
    dated_on: date | None


class ChannelTexts(TypedDict, total=False):
    """What people write about a channel; `cadence` in posts a week, the limit in characters."""

    facing: str
    purpose: str
    cadence: int
    character_limit: int | None
    evidence: str
    evidence_source: str
    evidence_year: int | None


class Plan(Editable, Base):
    """A communication question of a team, answered in five steps (Russo, HR & Social Media)."""

    __tablename__ = "plan"
    __table_args__ = (CheckConstraint("facing IN ('internal', 'external')", name="facing"),)
    moves_revision = True

    uuid: Mapped[str] = mapped_column(String(36), default=new_uuid, unique=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    # In which field of HR work the question lies (`domains`).
    domain: Mapped[str] = mapped_column(String(15), default=OWN, server_default=OWN)
    facing: Mapped[str] = mapped_column(String(10), default="external")
    # How far the plan looks: "quarter", "year", "years" or not chosen.
    horizon: Mapped[str] = mapped_column(String(10), default="", server_default="")
    brand_kind: Mapped[str] = mapped_column(
        String(10), default="employer", server_default="employer"
    )
    # The question: How can we help [group] to [behaviour] before [date], measured by [measure]?
    question_group: Mapped[str] = mapped_column(String(200), default="")
    question_behaviour: Mapped[str] = mapped_column(String(300), default="")
    question_before: Mapped[date | None]
    question_measure: Mapped[str] = mapped_column(String(200), default="")
    baseline: Mapped[str] = mapped_column(String(120), default="")
    target: Mapped[str] = mapped_column(String(120), default="")
    origin: Mapped[str] = mapped_column(Text, default="")
    story: Mapped[str] = mapped_column(Text, default="")
    address_form: Mapped[str] = mapped_column(String(10), default="je")
    tone: Mapped[str] = mapped_column(Text, default="")
    words_to_use: Mapped[str] = mapped_column(Text, default="")
    words_to_avoid: Mapped[str] = mapped_column(Text, default="")
    # Open although the first three steps are not done, by whom, and why.
    gate_opened_at: Mapped[datetime | None]
    gate_opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    gate_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    archived_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()
    gate_opened_by: Mapped[Person | None] = relationship()
    values: Mapped[list[BrandValue]] = relationship(
        back_populates="plan",
        primaryjoin="and_(Plan.id == BrandValue.plan_id, BrandValue.deleted_at.is_(None))",
        order_by="(BrandValue.position, BrandValue.id)",
    )
    audiences: Mapped[list[Audience]] = relationship(
        back_populates="plan",
        primaryjoin="and_(Plan.id == Audience.plan_id, Audience.deleted_at.is_(None))",
        order_by="(Audience.position, Audience.id)",
    )
    channels: Mapped[list[Channel]] = relationship(
        back_populates="plan",
        primaryjoin="and_(Plan.id == Channel.plan_id, Channel.deleted_at.is_(None))",
        order_by="(Channel.position, Channel.id)",
    )

    @classmethod
    def new(cls, team: Team, name: str, **texts: Unpack[PlanTexts]) -> Plan:
        """A plan of `team`; the caller adds it. Raises Refused for an empty or taken name."""
        _check_name(name, _active_plans(team))
        return cls(team=team, team_id=team.id, name=name, **texts)

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @property
    def wanted_total(self) -> int:
        """What the wanted shares of the values add up to, in percent."""
        return sum(value.wanted_share for value in _live(self.values))

    @property
    def free_hooks(self) -> list[int]:
        """The colours that no value has yet, ascending."""
        taken = {value.hook for value in _live(self.values)}
        return [hook for hook in HOOKS if hook not in taken]

    @property
    def question(self) -> Question:
        """The question of step 1."""
        return Question(
            group=self.question_group,
            behaviour=self.question_behaviour,
            before=self.question_before,
            measure=self.question_measure,
        )

    def advice(self, today: date) -> list[Advice]:
        """What the coach says of the question on the local day `today`."""
        return coach(self.question, today, [self.team.name])

    def path(self, today: date) -> list[Step]:
        """The steps with what each lacks on the local day `today`."""
        return path(
            PlanFacts(
                advice=self.advice(today),
                question_is_begun=self.question.is_begun,
                story=self.story,
                values=[_value_facts(value) for value in _live(self.values)],
                audiences=[
                    AudienceFacts(one.id, one.name, len(one.facts)) for one in _live(self.audiences)
                ],
                channels=[
                    ChannelFacts(one.id, one.name, one.cadence) for one in _live(self.channels)
                ],
                gate_is_forced=self.gate_opened_at is not None,
            )
        )

    def expect_ready(self, today: date, field: str | None = None) -> None:
        """Raise Refused at `field` while the gate is closed: before channels, and before posts."""
        missing = gate(self.path(today))
        if missing and self.gate_opened_at is None:
            raise Refused(
                N_(
                    "The plan “%(name)s” is not ready: first finish steps 1 to 3 "
                    "(%(count)s points are missing). Until then a post can only be an idea."
                ),
                field=field,
                name=self.name,
                count=len(missing),
            )

    def open_gate(self, reason: str, by: Person, at: datetime) -> None:
        """Let the team go on although steps are missing. Raises Refused without a reason."""
        if not reason:
            raise Refused(N_("Write why the team may go on already."), field="reason")
        self.gate_opened_at, self.gate_opened_by, self.gate_reason = at, by, reason

    def close_gate(self) -> None:
        """Take that back: what is scheduled stays, and nothing new is until the steps are done."""
        self.gate_opened_at, self.gate_opened_by, self.gate_reason = None, None, ""

    def expect_active(self) -> None:
        """Raise Refused when the plan is archived: what is put away is not changed."""
        if self.archived_at is not None:
            raise Refused(N_("This plan is in the archive. Take it out first, then change it."))

    def edit(self, name: str | None = None, **texts: Unpack[PlanTexts]) -> None:
        """Write what changed. Raises Refused for an empty or taken name."""
        name = self.name if name is None else name
        _check_name(name, _active_plans(self), but=self)
        _write(self, {"name": name, **texts})

    def archive(self, at: datetime, coming_posts: int) -> None:
        """Put the plan away. Raises Refused while `coming_posts` planned posts hang on it."""
        _check_unused(coming_posts)
        self.archived_at = self.archived_at or at

    def take_out(self) -> None:
        """Take the plan out of the archive. Raises Refused when its name was given away."""
        _check_name(self.name, _active_plans(self), but=self, field=None)
        self.archived_at = None

    def add_value(self, name: str, **texts: Unpack[ValueTexts]) -> BrandValue:
        """A new last value; without a `hook` it gets the next free colour. Raises Refused."""
        _check_name(name, self.values)
        hook = texts.pop("hook", None) or next(iter(self.free_hooks), None)
        _check_hook(hook, self.values)
        share = texts.pop("wanted_share", 0)
        _check_share(share)
        value = BrandValue(team_id=self.team_id, name=name, hook=hook, wanted_share=share, **texts)
        return _append(self.values, value)

    def add_audience(self, name: str, description: str = "") -> Audience:
        """A new last audience. Raises Refused for an empty or taken name."""
        _check_name(name, self.audiences)
        audience = Audience(team_id=self.team_id, name=name, description=description)
        return _append(self.audiences, audience)

    def add_channel(self, name: str, short: str, **texts: Unpack[ChannelTexts]) -> Channel:
        """A new last channel. Raises Refused."""
        _check_name(name, self.channels)
        _check_short(short, self.channels)
        cadence = texts.pop("cadence", 0)
        _check_cadence(cadence)
        channel = Channel(team_id=self.team_id, name=name, short=short, cadence=cadence, **texts)
        return _append(self.channels, channel)


class PlanPart:
    """What hangs on a plan in an order of its own: a value, an audience or a channel."""

    id: Any
    team_id: Any
    plan_id: Any
    name: Any
    position: Any
    version: Any
    deleted_at: Any

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return str(self.name)

    @property
    def siblings(self) -> Sequence[PlanPart]:
        """The plan's parts of the same kind in their order, this one among them."""
        raise NotImplementedError

    def remove(self, at: datetime, coming_posts: int) -> None:
        """Take it out of the plan. Raises Refused while `coming_posts` planned posts hang on it."""
        _check_unused(coming_posts)
        self.deleted_at = at

    def put_back(self) -> None:
        """Undo `remove`. Raises Refused when its name was given away."""
        _check_name(self.name, self.siblings, but=self, field=None)
        self.deleted_at = None

    def move_up(self) -> None:
        """One place earlier; the first stays where it is."""
        self._move(-1)

    def move_down(self) -> None:
        """One place later; the last stays where it is."""
        self._move(+1)

    def _move(self, step: int) -> None:
        order = _live(self.siblings)
        place = order.index(self)
        other = place + step
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            _put_in_order(order)


class BrandValue(PlanPart, Editable, Base):
    """One value of the brand: a hook to hang content on, with a border around it."""

    __tablename__ = "brand_value"
    __table_args__ = (
        CheckConstraint("hook BETWEEN 1 AND 12", name="hook"),
        CheckConstraint("wanted_share BETWEEN 0 AND 100", name="wanted_share"),
    )
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    # Which of the twelve colours; the colours themselves live in the style sheet.
    hook: Mapped[int] = mapped_column(default=1)
    meaning: Mapped[str] = mapped_column(Text, default="")
    belongs: Mapped[str] = mapped_column(Text, default="")
    falls_outside: Mapped[str] = mapped_column(Text, default="")
    example: Mapped[str] = mapped_column(Text, default="")
    # Percent of the plan's posts.
    wanted_share: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="values", foreign_keys=plan_id)

    @property
    def siblings(self) -> Sequence[BrandValue]:
        """The plan's values in their order."""
        return self.plan.values

    def edit(self, name: str | None = None, **texts: Unpack[ValueTexts]) -> None:
        """Write what changed. Raises Refused for a taken name or colour, or an impossible share."""
        name = self.name if name is None else name
        _check_name(name, self.siblings, but=self)
        _check_hook(texts.get("hook", self.hook), self.siblings, but=self)
        _check_share(texts.get("wanted_share", self.wanted_share))
        _write(self, {"name": name, **texts})

    def put_back(self) -> None:
        """Undo `remove`; when its colour was given away it gets the next free one."""
        free = self.plan.free_hooks
        hook = self.hook if self.hook in free else next(iter(free), None)
        _check_hook(hook, self.siblings, but=self)
        super().put_back()
        self.hook = hook or self.hook


class Audience(PlanPart, Editable, Base):
    """People the plan wants to reach."""

    __tablename__ = "audience"
    moves_revision = True

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="audiences", foreign_keys=plan_id)
    facts: Mapped[list[AudienceFact]] = relationship(
        back_populates="audience",
        cascade="all, delete-orphan",
        primaryjoin=(
            "and_(Audience.id == AudienceFact.audience_id, AudienceFact.deleted_at.is_(None))"
        ),
        order_by="AudienceFact.id",
    )

    @property
    def siblings(self) -> Sequence[Audience]:
        """The plan's audiences in their order."""
        return self.plan.audiences

    def edit(self, name: str | None = None, description: str | None = None) -> None:
        """Write what changed. Raises Refused for an empty or taken name."""
        name = self.name if name is None else name
        _check_name(name, self.siblings, but=self)
        self.name = name
        self.description = self.description if description is None else description

    def add_fact(self, text: str, **texts: Unpack[FactTexts]) -> AudienceFact:
        """A new fact. Raises Refused for one that is known without source and date."""
        _check_fact(text, self.facts)
        certainty = texts.pop("certainty", "assumed")
        _check_known(certainty, texts.get("source", ""), texts.get("dated_on"))
        fact = AudienceFact(text=text, certainty=certainty, **texts)
        self.facts.append(fact)
        return fact


class AudienceFact(Editable, Base):
    """One thing about where an audience is online or offline: known with a source, or assumed."""

    __tablename__ = "audience_fact"
    __table_args__ = (
        CheckConstraint("side IN ('online', 'offline')", name="side"),
        CheckConstraint("certainty IN ('known', 'assumed')", name="certainty"),
    )

    audience_id: Mapped[int] = mapped_column(ForeignKey("audience.id"), index=True)
    side: Mapped[str] = mapped_column(String(10), default="online")
    certainty: Mapped[str] = mapped_column(String(10), default="assumed")
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200), default="")
    dated_on: Mapped[date | None]
    deleted_at: Mapped[datetime | None]

    audience: Mapped[Audience] = relationship(back_populates="facts", foreign_keys=audience_id)

    @property
    def team_id(self) -> int:
        """The team whose audience it is about."""
        return self.audience.team_id

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.text

    def is_old(self, today: date) -> bool:
        """Whether the fact is dated more than a year before `today`."""
        if self.dated_on is None:
            return False
        # Three numbers and not a date: 29 February has no day a year later.
        a_year_later = (self.dated_on.year + 1, self.dated_on.month, self.dated_on.day)
        return a_year_later < (today.year, today.month, today.day)

    def edit(self, text: str | None = None, **texts: Unpack[FactTexts]) -> None:
        """Write what changed. Raises Refused for one that is known without source and date."""
        text = self.text if text is None else text
        _check_fact(text, self.audience.facts, but=self)
        _check_known(
            texts.get("certainty", self.certainty),
            texts.get("source", self.source),
            texts.get("dated_on", self.dated_on),
        )
        _write(self, {"text": text, **texts})

    def remove(self, at: datetime) -> None:
        """Take the fact away."""
        self.deleted_at = at

    def put_back(self) -> None:
        """Undo `remove`."""
        self.deleted_at = None


class Channel(PlanPart, Editable, Base):
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
    evidence: Mapped[str] = mapped_column(Text, default="")
    evidence_source: Mapped[str] = mapped_column(String(200), default="")
    evidence_year: Mapped[int | None]
    position: Mapped[int] = mapped_column(default=0)
    deleted_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship(back_populates="channels", foreign_keys=plan_id)

    @property
    def siblings(self) -> Sequence[Channel]:
        """The plan's channels in their order."""
        return self.plan.channels

    def edit(
        self, name: str | None = None, short: str | None = None, **texts: Unpack[ChannelTexts]
    ) -> None:
        """Write what changed. Raises Refused for a taken name or badge, or an impossible rhythm."""
        name = self.name if name is None else name
        short = self.short if short is None else short
        _check_name(name, self.siblings, but=self)
        _check_short(short, self.siblings, but=self)
        _check_cadence(texts.get("cadence", self.cadence))
        _write(self, {"name": name, "short": short, **texts})

    def put_back(self) -> None:
        """Undo `remove`. Raises Refused when its name or its badge was given away."""
        _check_short(self.short, self.siblings, but=self, field=None)
        super().put_back()


class _Named(Protocol):
    name: Any


Part = TypeVar("Part", bound=PlanPart)


def _live(parts: Sequence[Part]) -> list[Part]:
    """`parts` without those that were removed since they were read."""
    return [part for part in parts if part.deleted_at is None]


def _value_facts(value: BrandValue) -> ValueFacts:
    return ValueFacts(
        id=value.id,
        name=value.name,
        meaning=value.meaning,
        belongs=value.belongs,
        falls_outside=value.falls_outside,
        wanted_share=value.wanted_share,
    )


def _append(parts: list[Part], part: Part) -> Part:
    part.position = max((other.position for other in parts), default=-1) + 1
    parts.append(part)
    return part


def _put_in_order(parts: Sequence[PlanPart]) -> None:
    """Past the mapper: another place is nobody's edit, and makes no colleague's form stale."""
    session = object_session(parts[0])
    if session is None:
        raise ValueError("an order is kept only of what is in the database")
    session.flush()
    for position, part in enumerate(parts):
        kind: Any = type(part)
        placing = update(kind).where(kind.id == part.id).values(position=position)
        session.connection().execute(placing)
        set_committed_value(part, "position", position)
    count_change(session, parts[0].team_id)


def _write(row: object, changes: Mapping[str, object]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)


def _active_plans(row: Team | Plan) -> Sequence[Plan]:
    """The plans of the row's team that are not in the archive."""
    session = object_session(row)
    if session is None:
        return []
    wanted = select(Plan).where(Plan.team_id == row.team_id, Plan.archived_at.is_(None))
    return session.scalars(wanted).all()


def _check_name(
    name: str,
    others: Sequence[_Named],
    *,
    but: object = None,
    field: str | None = "name",
) -> None:
    """A name is needed, and nobody beside `but` has it, in capitals or not."""
    if not name:
        raise Refused(N_("Give it a name."), field=field)
    taken = {
        other.name.casefold()
        for other in others
        if other is not but and getattr(other, "deleted_at", None) is None
    }
    if name.casefold() in taken:
        raise Refused(
            N_("“%(name)s” is there already. Choose another name."), field=field, name=name
        )


def _check_hook(hook: int | None, values: Sequence[BrandValue], *, but: object = None) -> None:
    if hook is None:
        raise Refused(N_("A plan has at most twelve values: one for each colour."))
    for value in _live(values):
        if value is not but and value.hook == hook:
            raise Refused(
                N_("“%(name)s” has this colour already. Choose another one."),
                field="hook",
                name=value.name,
            )


def _check_share(share: int) -> None:
    if not 0 <= share <= 100:
        raise Refused(N_("Choose a share from 0 to 100 percent."), field="wanted_share")


def _check_short(
    short: str,
    channels: Sequence[Channel],
    *,
    but: object = None,
    field: str | None = "short",
) -> None:
    if not (2 <= len(short) <= 4 and short.isalpha()):
        raise Refused(N_("Use two to four letters."), field=field)
    for channel in _live(channels):
        if channel is not but and channel.short.casefold() == short.casefold():
            raise Refused(
                N_("%(name)s has these letters already. Choose others."),
                field=field,
                name=channel.name,
            )


def _check_cadence(cadence: int) -> None:
    if not 0 <= cadence <= MOST_POSTS_A_WEEK:
        raise Refused(
            N_("Choose a number from 0 to %(most)s."), field="cadence", most=MOST_POSTS_A_WEEK
        )


def _check_fact(text: str, facts: Sequence[AudienceFact], *, but: object = None) -> None:
    if not text:
        raise Refused(N_("Write what you know or think."), field="text")
    same = [fact for fact in facts if fact is not but and fact.deleted_at is None]
    if any(fact.text.casefold() == text.casefold() for fact in same):
        raise Refused(N_("This is there already."), field="text")


def _check_known(certainty: str, source: str, dated_on: date | None) -> None:
    """What is known has a source and a date; without them it is assumed."""
    if certainty == "known" and not (source and dated_on):
        raise Refused(
            N_("Something known has a source and a date. Without them, choose “Assumed”."),
            field="dated_on" if source else "source",
        )


def _check_unused(coming_posts: int) -> None:
    if coming_posts:
        raise Refused(
            N_("Posts to come still hang on this: %(count)s. Change or cancel those first."),
            count=coming_posts,
        )
