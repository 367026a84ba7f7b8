"""A plan: why, for whom, with which story and values, and where. Every post hangs on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from calendar_app.db import Base, Editable, new_uuid
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.people.models import Person, Team
from calendar_app.plans.coach import Advice, coach
from calendar_app.plans.digest import digest
from calendar_app.plans.domains import OWN
from calendar_app.plans.models.audiences import Audience, AudienceTexts
from calendar_app.plans.models.channels import Channel, ChannelTexts
from calendar_app.plans.models.community import (
    Actor,
    ActorTexts,
    check_ring,
    checked_reach,
    checked_via,
    next_position,
)
from calendar_app.plans.models.experiments import Experiment, check_days
from calendar_app.plans.models.part import (
    append,
    check_name,
    check_share,
    check_unused,
    live,
    write,
)
from calendar_app.plans.models.preconditions import Precondition, RatingTexts
from calendar_app.plans.models.roles import TaskRole, check_member, check_roles, membership_in
from calendar_app.plans.models.values import HOOKS, BrandValue, ValueTexts, check_hook
from calendar_app.plans.preconditions import Standing, Workload, standings, workload
from calendar_app.plans.questions import Question
from calendar_app.plans.roles import Matrix, matrix, without_doer
from calendar_app.plans.steps import (
    WHOLE,
    AudienceFacts,
    ChannelFacts,
    PlanFacts,
    Step,
    ValueFacts,
    gate,
    path,
)

BRAND_KINDS = ("employer", "internal", "corporate")
BRAND_KIND_NAMES = {
    "employer": N_("Employer brand: why people come to work here"),
    "internal": N_("Internal brand: why people like to work here"),
    "corporate": N_("Corporate brand: what customers and residents know us by"),
}
ADDRESS_FORMS = ("je", "u")
# Of all people together; more is a slip of the pen.
MOST_HOURS_A_WEEK = 400
MOST_MINUTES_A_POST = 600
# A week, and what is escalated two weeks later was forgotten.
LONGEST_ANSWER, LONGEST_WATCH, LONGEST_ESCALATION = 168, 168, 336


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


class Webcare(TypedDict):
    """What a team agrees of questions and reactions, in hours; None: nothing."""

    answer_hours: int | None
    watch_hours: int | None
    escalate_hours: int | None
    escalate_to: Person | None


class Plan(Editable, Base):
    """A communication question of a team, answered in five steps (Russo, HR & Social Media)."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("facing IN ('internal', 'external')", name="facing"),
        CheckConstraint("ambassador_share BETWEEN 0 AND 100", name="ambassador_share"),
    )
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
    # Percent of the posts that ambassadors post themselves; None: no wish.
    ambassador_share: Mapped[int | None]
    # Webcare: a question is answered within so many hours, somebody watches a post for so many
    # after it went out, and what stays unanswered for so many goes to one person.
    answer_hours: Mapped[int | None]
    watch_hours: Mapped[int | None]
    escalate_hours: Mapped[int | None]
    escalate_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The team's time for this plan, all together, and what one post takes.
    hours_a_week: Mapped[int | None]
    minutes_a_post: Mapped[int | None]
    archived_at: Mapped[datetime | None]

    team: Mapped[Team] = relationship()
    gate_opened_by: Mapped[Person | None] = relationship(foreign_keys=gate_opened_by_id)
    escalate_to: Mapped[Person | None] = relationship(foreign_keys=escalate_to_id)
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
    actors: Mapped[list[Actor]] = relationship(
        back_populates="plan",
        primaryjoin="and_(Plan.id == Actor.plan_id, Actor.deleted_at.is_(None))",
        order_by="(Actor.ring, Actor.position, Actor.id)",
    )
    roles: Mapped[list[TaskRole]] = relationship(
        cascade="all, delete-orphan", order_by="TaskRole.id"
    )
    preconditions: Mapped[list[Precondition]] = relationship(
        cascade="all, delete-orphan", order_by="Precondition.id"
    )
    experiments: Mapped[list[Experiment]] = relationship(
        back_populates="plan",
        primaryjoin="and_(Plan.id == Experiment.plan_id, Experiment.deleted_at.is_(None))",
        order_by="(Experiment.ends_on, Experiment.id)",
    )

    @classmethod
    def new(cls, team: Team, name: str, **texts: Unpack[PlanTexts]) -> Plan:
        """A plan of `team`; the caller adds it. Raises Refused for an empty or taken name."""
        check_name(name, _active_plans(team))
        return cls(team=team, team_id=team.id, name=name, **texts)

    @property
    def called(self) -> str:
        """What the audit log calls this."""
        return self.name

    @property
    def wanted_total(self) -> int:
        """What the wanted shares of the values add up to, in percent."""
        return sum(value.wanted_share for value in live(self.values))

    @property
    def brand_share(self) -> int | None:
        """What the wish for the ambassadors leaves for the brand, in percent; None: no wish."""
        return None if self.ambassador_share is None else WHOLE - self.ambassador_share

    @property
    def free_hooks(self) -> list[int]:
        """The colours that no value has yet, ascending."""
        taken = {value.hook for value in live(self.values)}
        return [hook for hook in HOOKS if hook not in taken]

    @property
    def values_digest(self) -> str:
        """The mark of what the values say now."""
        return digest(value.words for value in live(self.values))

    @property
    def question(self) -> Question:
        """The question of step 1."""
        return Question(
            group=self.question_group,
            behaviour=self.question_behaviour,
            before=self.question_before,
            measure=self.question_measure,
        )

    @property
    def standings(self) -> list[Standing]:
        """How each of the eleven preconditions stands, in their order."""
        return standings(row.standing for row in self.preconditions)

    @property
    def workload(self) -> Workload:
        """The posts a week that the channels ask for, beside the hours that there are."""
        cadences = [channel.cadence for channel in live(self.channels)]
        return workload(cadences, self.hours_a_week, self.minutes_a_post)

    @property
    def matrix(self) -> Matrix:
        """Who does what, of the people who are in the team and want to be seen."""
        return matrix((one.task, one.person_id, one.part) for one in self.roles if one.counts)

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
                values=[_value_facts(value) for value in live(self.values)],
                audiences=[
                    AudienceFacts(one.id, one.name, len(one.facts)) for one in live(self.audiences)
                ],
                channels=[
                    ChannelFacts(one.id, one.name, one.cadence, len(one.audiences))
                    for one in live(self.channels)
                ],
                preconditions=self.standings,
                today=today,
                tasks_without_doer=without_doer(self.matrix),
                answer_hours=self.answer_hours,
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
        check_name(name, _active_plans(self), but=self)
        write(self, {"name": name, **texts})

    def archive(self, at: datetime, coming_posts: int) -> None:
        """Put the plan away. Raises Refused while `coming_posts` planned posts hang on it."""
        check_unused(coming_posts)
        self.archived_at = self.archived_at or at

    def take_out(self) -> None:
        """Take the plan out of the archive. Raises Refused when its name was given away."""
        check_name(self.name, _active_plans(self), but=self, field=None)
        self.archived_at = None

    def add_value(self, name: str, **texts: Unpack[ValueTexts]) -> BrandValue:
        """A new last value; without a `hook` it gets the next free colour. Raises Refused."""
        check_name(name, self.values)
        hook = texts.pop("hook", None) or next(iter(self.free_hooks), None)
        check_hook(hook, self.values)
        share = texts.pop("wanted_share", 0)
        check_share(share)
        value = BrandValue(team_id=self.team_id, name=name, hook=hook, wanted_share=share, **texts)
        return append(self.values, value)

    def share_out(self, shares: Mapping[int, int]) -> None:
        """Give each value, by its id, its wanted share. Raises Refused for an impossible one.

        They need not add up: what is typed is kept, and step 3 says what is missing.
        """
        values = live(self.values)
        if not values:
            raise Refused(N_("There are no brand values yet. Add one first."))
        for value in values:
            check_share(shares.get(value.id, value.wanted_share), field=f"share_{value.id}")
        for value in values:
            value.wanted_share = shares.get(value.id, value.wanted_share)

    def add_audience(self, name: str, **texts: Unpack[AudienceTexts]) -> Audience:
        """A new last audience. Raises Refused for a taken name or an impossible share."""
        check_name(name, self.audiences)
        check_share(texts.get("wanted_share"))
        return append(self.audiences, Audience(team_id=self.team_id, name=name, **texts))

    def add_actor(self, name: str, **texts: Unpack[ActorTexts]) -> Actor:
        """A new last actor of its ring: ring 1 if none is named. Raises Refused."""
        check_name(name, self.actors)
        ring = texts.get("ring", 1)
        check_ring(ring)
        via_id = checked_via(ring, texts.get("via_id"), self, but=None)
        reach = checked_reach(self, texts.get("reaches", ()), texts.get("trusted_by", ()))
        actor = Actor(team_id=self.team_id, name=name, ring=ring, via_id=via_id)
        actor.bond, actor.position = texts.get("bond", ""), next_position(self, ring)
        self.actors.append(actor)
        actor.reach_out(reach)
        return actor

    def add_channel(self, name: str, short: str, **texts: Unpack[ChannelTexts]) -> Channel:
        """A new last channel. Raises Refused."""
        return append(self.channels, Channel.new(self, name, short, **texts))

    def set_roles(self, roles: Sequence[tuple[str, Person, str]]) -> None:
        """Make these (task, person, part) the whole matrix. Raises Refused.

        A task may have a deputy while nobody does it: the page says so.
        """
        check_roles(roles, self.team_id)
        wanted = {(task, person.id): (person, part) for task, person, part in roles}
        kept = {(one.task, one.person_id): one for one in self.roles}
        for cell, (person, part) in wanted.items():
            if cell in kept:
                kept[cell].part = part
            else:
                row = TaskRole(team_id=self.team_id, task=cell[0], person=person, part=part)
                row.person_id = person.id
                self.roles.append(row)
        for cell, row in kept.items():
            # Of who does not want to be seen nobody can have said anything.
            if cell not in wanted and row.counts:
                self.roles.remove(row)

    def wish_of_ambassadors(self, share: int | None) -> None:
        """Say which part of the posts, in percent, ambassadors post themselves. Raises Refused."""
        check_share(share, field="ambassador_share")
        self.ambassador_share = share

    def agree_webcare(self, **agreed: Unpack[Webcare]) -> None:
        """Agree on answering, watching and escalating. Raises Refused."""
        check_webcare(agreed)
        person = agreed["escalate_to"]
        if person is not None and person is not self.escalate_to:
            check_member(person, self.team_id, "escalate_to")
        write(self, agreed)

    @property
    def is_escalated_to_who_left(self) -> bool:
        """Whether whom it names for what nobody answers is not in the team any more."""
        person = self.escalate_to
        return person is not None and membership_in(person, self.team_id) is None

    def add_experiment(
        self, name: str, starts_on: date, ends_on: date, hypothesis: str = "", measure: str = ""
    ) -> Experiment:
        """Something to try for a while. Raises Refused for a taken name, or an end too soon."""
        check_name(name, self.experiments)
        check_days(starts_on, ends_on)
        experiment = Experiment(
            team_id=self.team_id,
            name=name,
            starts_on=starts_on,
            ends_on=ends_on,
            hypothesis=hypothesis,
            measure=measure,
        )
        self.experiments.append(experiment)
        return experiment

    def precondition(self, key: str) -> Precondition:
        """How the precondition `key` stands; a row of no database while nobody said so."""
        found = (row for row in self.preconditions if row.key == key)
        return next(found, None) or Precondition.unrated(self.team_id, self.id, key)

    def rate(
        self,
        precondition: Precondition,
        rating: str,
        *,
        at: datetime,
        today: date,
        **texts: Unpack[RatingTexts],
    ) -> None:
        """Say how one of this plan's preconditions stands. Raises Refused."""
        precondition.rate(rating, at=at, today=today, **texts)
        if precondition not in self.preconditions:
            self.preconditions.append(precondition)

    def set_hours(self, hours_a_week: int | None, minutes_a_post: int | None) -> None:
        """Say how many hours there are for the posts, and how long one takes. Raises Refused."""
        check_range("hours_a_week", hours_a_week, 0, MOST_HOURS_A_WEEK)
        check_range("minutes_a_post", minutes_a_post, 1, MOST_MINUTES_A_POST)
        self.hours_a_week, self.minutes_a_post = hours_a_week, minutes_a_post


def check_webcare(agreed: Webcare) -> None:
    """Escalating comes after answering, and says when and to whom."""
    after, to, answer = agreed["escalate_hours"], agreed["escalate_to"], agreed["answer_hours"]
    if after is not None and to is None:
        raise Refused(N_("Say to whom it goes then."), field="escalate_to")
    if to is not None and after is None:
        raise Refused(N_("Say after how many hours."), field="escalate_hours")
    if after is not None and answer is not None and after <= answer:
        raise Refused(
            N_("First there is time to answer: choose more than %(hours)s hours."),
            field="escalate_hours",
            hours=answer,
        )


def check_range(field: str, number: int | None, low: int, high: int) -> None:
    """`number` lies between these two, or is not given."""
    if number is not None and not low <= number <= high:
        words = N_("Choose a number from %(low)s to %(high)s.")
        raise Refused(words, field=field, low=low, high=high)


def _value_facts(value: BrandValue) -> ValueFacts:
    return ValueFacts(
        id=value.id,
        name=value.name,
        meaning=value.meaning,
        belongs=value.belongs,
        falls_outside=value.falls_outside,
        wanted_share=value.wanted_share,
    )


def _active_plans(row: Team | Plan) -> Sequence[Plan]:
    """The plans of the row's team that are not in the archive."""
    session = object_session(row)
    if session is None:
        return []
    wanted = select(Plan).where(Plan.team_id == row.team_id, Plan.archived_at.is_(None))
    return session.scalars(wanted).all()
