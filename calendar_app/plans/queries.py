"""Questions about a team's plans, and about the posts that hang on their parts.

Values, audiences, facts, actors and channels come along in a fixed number of queries, whatever
their number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    case,
    column,
    delete,
    func,
    select,
    table,
)
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.sql.base import ExecutableOption

from calendar_app.db import UtcDateTime
from calendar_app.moments import local
from calendar_app.people.models import Membership, Person, Team
from calendar_app.plans.models import (
    Actor,
    ActorAudience,
    Audience,
    AudienceFact,
    BrandValue,
    Channel,
    ChannelAudience,
    Experiment,
    Plan,
    PlanPart,
    Precondition,
    TaskRole,
    ValueReading,
)
from calendar_app.plans.preconditions import KINDS, to_look_at

RECENT_DAYS = 28
IN_BIN = timedelta(days=30)

Part = TypeVar("Part", BrandValue, Audience, Channel, Actor, Experiment)

# Posts stand above plans in the house, so this room knows them by the names of their tables alone.
post_table = table(
    "post",
    column("id", Integer),
    column("plan_id", Integer),
    column("experiment_id", Integer),
    column("title", String),
    column("owner_id", Integer),
    column("state", String),
    column("starts_at", UtcDateTime()),
    column("published_at", UtcDateTime()),
    column("deleted_at", UtcDateTime()),
)
post_value_table = table("post_value", column("post_id", Integer), column("value_id", Integer))
_post_audience = table("post_audience", column("post_id", Integer), column("audience_id", Integer))
post_channel_table = table(
    "post_channel", column("post_id", Integer), column("channel_id", Integer)
)
_LINKS: dict[type[PlanPart], ColumnElement[int]] = {
    BrandValue: post_value_table.c.value_id,
    Audience: _post_audience.c.audience_id,
    Channel: post_channel_table.c.channel_id,
}


@dataclass(frozen=True)
class Count:
    """Posts on one part of a plan: published in the last RECENT_DAYS, and planned from now on."""

    recent: int = 0
    coming: int = 0

    @property
    def all(self) -> int:
        """Both together."""
        return self.recent + self.coming


@dataclass(frozen=True)
class Removed:
    """What was taken out of a plan and can be put back, last removed first."""

    values: Sequence[BrandValue]
    audiences: Sequence[Audience]
    channels: Sequence[Channel]
    facts: Sequence[AudienceFact]
    actors: Sequence[Actor]
    experiments: Sequence[Experiment]

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True)
class Reader:
    """A colleague who read the values of a plan, as they are now or as they were."""

    name: str
    read_at: datetime
    is_current: bool


@dataclass(frozen=True)
class Readers:
    """Who of the `colleagues` that take part read the values, by name, and how `mine` stands."""

    colleagues: int
    current: Sequence[Reader]
    older: Sequence[Reader]
    mine: Reader | None
    # False: this person is not among the colleagues, and only they see their own reading.
    counts_me: bool


@dataclass(frozen=True)
class ToLookAt:
    """What the meet-up should speak of. `name` is a msgid, `reason` "recheck" or "unknown"."""

    plan: Plan
    key: str
    name: str
    reason: str


@dataclass(frozen=True)
class TriedPost:
    """A post of an experiment, as its page lists it."""

    id: int
    title: str
    state: str
    # Aware UTC; None without a day.
    starts_at: datetime | None


def plans_of(session: Session, team: Team) -> list[Plan]:
    """The team's plans with all that hangs on them: those in use, then the archive, by name."""
    wanted = select(Plan).where(Plan.team_id == team.id).options(*_parts())
    in_use_first = (Plan.archived_at.is_not(None), Plan.name, Plan.id)
    return list(session.scalars(wanted.order_by(*in_use_first)))


def plans_in_use(session: Session, team: Team) -> list[Plan]:
    """The team's plans that are not in the archive, with what the radar reads of them, by name."""
    wanted = select(Plan).where(Plan.team_id == team.id, Plan.archived_at.is_(None))
    return list(session.scalars(wanted.options(*_of_the_radar()).order_by(Plan.name, Plan.id)))


def fill(session: Session, plan: Plan) -> Plan:
    """`plan` with its values, audiences, facts, actors and channels read."""
    wanted = select(Plan).where(Plan.id == plan.id).options(*_parts())
    return session.scalars(wanted).one()


def fill_whole(session: Session, plan: Plan) -> Plan:
    """As `fill`, with all that a copy of the plan needs."""
    reach = selectinload(Plan.actors).selectinload(Actor.reach)
    more = (
        selectinload(Plan.channels).selectinload(Channel.audiences),
        reach.selectinload(ActorAudience.audience),
        selectinload(Plan.actors).selectinload(Actor.via),
        selectinload(Plan.roles),
        selectinload(Plan.preconditions),
    )
    wanted = select(Plan).where(Plan.id == plan.id).options(*_parts(), *more)
    return session.scalars(wanted).one()


def readers_of(session: Session, plan: Plan, person_id: int) -> Readers:
    """Who read the plan's values, as `person_id` may see it; `plan` has its values read.

    Who left the team or does not want to be seen is in no list and in no number.
    """
    wanted = (
        select(
            Membership.person_id,
            Membership.takes_part,
            Person.name,
            ValueReading.read_at,
            ValueReading.digest,
        )
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(
            ValueReading,
            and_(ValueReading.person_id == Membership.person_id, ValueReading.plan_id == plan.id),
        )
        .where(Membership.team_id == plan.team_id, Membership.ended_at.is_(None))
        .where(Membership.takes_part | (Membership.person_id == person_id))
        .order_by(func.lower(Person.name), Person.id)
    )
    now = plan.values_digest
    rows = session.execute(wanted).all()
    readers = {
        row.person_id: Reader(row.name, row.read_at, is_current=row.digest == now)
        for row in rows
        if row.read_at is not None
    }
    seen = [row.person_id for row in rows if row.takes_part]
    shown = [readers[one] for one in seen if one in readers]
    return Readers(
        colleagues=len(seen),
        current=[reader for reader in shown if reader.is_current],
        older=[reader for reader in shown if not reader.is_current],
        mine=readers.get(person_id),
        counts_me=person_id in seen,
    )


def reading_of(session: Session, plan: Plan, person: Person) -> ValueReading | None:
    """What `person` said to have read of `plan`."""
    wanted = select(ValueReading).where(
        ValueReading.plan_id == plan.id, ValueReading.person_id == person.id
    )
    return session.scalars(wanted).one_or_none()


def fill_for_paper(session: Session, plan: Plan) -> Plan:
    """`plan` with all that a sheet of paper tells of it read, its people too."""
    wanted = select(Plan).where(Plan.id == plan.id).options(*_parts(), *_rest())
    return session.scalars(wanted).one()


def people_of(plan: Plan) -> list[Person]:
    """Who has a part in the plan's role matrix and counts, by name."""
    people = {one.person for one in plan.roles if one.counts}
    return sorted(people, key=lambda person: (person.name.casefold(), person.id))


def counts_by(
    session: Session, kind: type[PlanPart], parts: Sequence[PlanPart], now: datetime
) -> dict[int, Count]:
    """How many posts hang on each of `parts`, all of `kind`, by id; in one query."""
    link = _LINKS[kind]
    wanted = (
        select(link, func.sum(_one_if(_recent(now))), func.sum(_one_if(coming(now))))
        .join(post_table, link.table.c.post_id == post_table.c.id)
        .where(link.in_([part.id for part in parts]), post_table.c.deleted_at.is_(None))
        .group_by(link)
    )
    found = {part_id: Count(recent, coming) for part_id, recent, coming in session.execute(wanted)}
    return {part.id: found.get(part.id, Count()) for part in parts}


def coming_posts_on(session: Session, row: Plan | PlanPart, now: datetime) -> int:
    """How many posts planned after `now` hang on `row`."""
    if isinstance(row, Plan):
        wanted = select(func.count()).select_from(post_table).where(post_table.c.plan_id == row.id)
    elif isinstance(row, Actor):
        # Posts hang on audiences, not on those around them.
        return 0
    elif isinstance(row, Experiment):
        tried = post_table.c.experiment_id == row.id
        wanted = select(func.count()).select_from(post_table).where(tried)
    else:
        link = _LINKS[type(row)]
        wanted = (
            select(func.count())
            .select_from(post_table)
            .join(link.table, link.table.c.post_id == post_table.c.id)
            .where(link == row.id)
        )
    return session.scalars(wanted.where(post_table.c.deleted_at.is_(None), coming(now))).one()


def posts_of(session: Session, experiment: Experiment) -> list[TriedPost]:
    """The posts of `experiment`, by day; those without a day last."""
    wanted = (
        select(post_table.c.id, post_table.c.title, post_table.c.state, post_table.c.starts_at)
        .where(post_table.c.experiment_id == experiment.id, post_table.c.deleted_at.is_(None))
        .order_by(post_table.c.starts_at.is_(None), post_table.c.starts_at, post_table.c.id)
    )
    return [TriedPost(*row) for row in session.execute(wanted)]


def removed_from(session: Session, plan: Plan) -> Removed:
    """What can be put back into `plan`. Facts of a removed audience come back with it."""
    facts = (
        select(AudienceFact)
        .join(Audience, AudienceFact.audience_id == Audience.id)
        .where(Audience.plan_id == plan.id, Audience.deleted_at.is_(None))
        .where(AudienceFact.deleted_at.is_not(None))
        .options(selectinload(AudienceFact.audience))
        .order_by(AudienceFact.deleted_at.desc(), AudienceFact.id.desc())
    )
    return Removed(
        values=_removed(session, BrandValue, plan),
        audiences=_removed(session, Audience, plan),
        channels=_removed(session, Channel, plan),
        facts=session.scalars(facts).all(),
        actors=_removed(session, Actor, plan),
        experiments=_removed(session, Experiment, plan),
    )


def empty_bin(session: Session, now: datetime) -> int:
    """Remove for good the parts and facts that were taken out `IN_BIN` ago, of every team.

    What a post still hangs on stays, however old: the post would lose why it was there. Answers how
    many rows went.
    """
    before = now - IN_BIN
    gone = {kind: _out_since(session, kind, before) for kind in _LINKS}
    facts = AudienceFact.audience_id.in_(gone[Audience]) | (AudienceFact.deleted_at < before)
    lost = list(session.scalars(select(AudienceFact.id).where(facts)))
    session.execute(delete(AudienceFact).where(AudienceFact.id.in_(lost)))
    actors = _actors_out_since(session, before)
    links: Sequence[tuple[Any, Collection[int]]] = (
        (ActorAudience.actor_id, actors),
        (ActorAudience.audience_id, gone[Audience]),
        (ChannelAudience.channel_id, gone[Channel]),
        (ChannelAudience.audience_id, gone[Audience]),
    )
    for link, ids in links:
        session.execute(delete(link.class_).where(link.in_(ids)))
    session.execute(delete(Actor).where(Actor.id.in_(actors)))
    for kind, ids in gone.items():
        session.execute(delete(kind).where(kind.id.in_(ids)))
    tried = _experiments_out_since(session, before)
    session.execute(delete(Experiment).where(Experiment.id.in_(tried)))
    return sum(map(len, (*gone.values(), lost, actors, tried)))


def preconditions_to_look_at(session: Session, team: Team, today: date) -> list[ToLookAt]:
    """What the meet-up of the local day `today` should speak of, over the team's active plans.

    First what is due for another look, then what is not known for too long; within that by plan.
    Two queries, however many plans there are.
    """
    active = select(Plan).where(Plan.team_id == team.id, Plan.archived_at.is_(None))
    wanted = active.options(selectinload(Plan.preconditions)).order_by(Plan.name, Plan.id)
    found = [
        ToLookAt(plan, key, KINDS[key].name, reason)
        for plan in session.scalars(wanted)
        for key, reason in to_look_at(
            plan.standings,
            since=local(plan.created_at, team.zone).date(),
            today=today,
            days=team.radar_unknown_days,
        )
    ]
    return sorted(found, key=lambda one: one.reason != "recheck")


def _experiments_out_since(session: Session, before: datetime) -> list[int]:
    """Experiments that left their plan before that moment and that no post hangs on."""
    hung_on = select(post_table.c.id).where(post_table.c.experiment_id == Experiment.id).exists()
    return list(
        session.scalars(select(Experiment.id).where(Experiment.deleted_at < before, ~hung_on))
    )


def _out_since(session: Session, kind: Any, before: datetime) -> list[int]:
    """Parts that left their plan before that moment and that no post hangs on."""
    hung_on = select(_LINKS[kind]).where(_LINKS[kind] == kind.id).exists()
    return list(session.scalars(select(kind.id).where(kind.deleted_at < before, ~hung_on)))


def _actors_out_since(session: Session, before: datetime) -> set[int]:
    """Actors that left their plan before that moment, but for those whom somebody still needs.

    Who is reached through somebody keeps that one: they can only be put back one after the other.
    """
    gone = set(session.scalars(select(Actor.id).where(Actor.deleted_at < before)))
    through = session.execute(select(Actor.via_id, Actor.id).where(Actor.via_id.in_(gone))).all()
    while needed := {via for via, one in through if via in gone and one not in gone}:
        gone -= needed
    return gone


def _parts() -> Sequence[ExecutableOption]:
    return (
        *_of_the_radar(),
        selectinload(Plan.preconditions).selectinload(Precondition.owner),
        *of_step_four(),
    )


def _of_the_radar() -> Sequence[ExecutableOption]:
    """What the pitfall radar reads of plans."""
    return (
        selectinload(Plan.values),
        selectinload(Plan.audiences).selectinload(Audience.facts),
        selectinload(Plan.actors).selectinload(Actor.reach),
        selectinload(Plan.channels),
        selectinload(Plan.experiments),
        selectinload(Plan.preconditions),
        selectinload(Plan.roles).selectinload(TaskRole.person).selectinload(Person.memberships),
    )


def of_step_four() -> Sequence[ExecutableOption]:
    """What comes along with plans so that their channels and their role matrix ask nothing more."""
    channels = selectinload(Plan.channels)
    people = selectinload(Plan.roles).selectinload(TaskRole.person)
    return (
        channels.selectinload(Channel.audiences),
        channels.selectinload(Channel.owner),
        channels.selectinload(Channel.deputy),
        people.selectinload(Person.memberships),
        selectinload(Plan.escalate_to).selectinload(Person.memberships),
    )


def _rest() -> Sequence[ExecutableOption]:
    """What a sheet of paper names besides."""
    actors = selectinload(Plan.actors)
    return (
        selectinload(Plan.team),
        selectinload(Plan.gate_opened_by).selectinload(Person.memberships),
        selectinload(Plan.escalate_to).selectinload(Person.memberships),
        selectinload(Plan.channels).selectinload(Channel.owner).selectinload(Person.memberships),
        selectinload(Plan.channels).selectinload(Channel.deputy).selectinload(Person.memberships),
        selectinload(Plan.preconditions)
        .selectinload(Precondition.owner)
        .selectinload(Person.memberships),
        actors.selectinload(Actor.via),
        actors.selectinload(Actor.reach).selectinload(ActorAudience.audience),
    )


def _removed(session: Session, kind: type[Part], plan: Plan) -> Sequence[Part]:
    wanted = select(kind).where(kind.plan_id == plan.id, kind.deleted_at.is_not(None))
    return session.scalars(wanted.order_by(kind.deleted_at.desc(), kind.id.desc())).all()


def _recent(now: datetime) -> ColumnElement[bool]:
    since = now - timedelta(days=RECENT_DAYS)
    return and_(post_table.c.state == "published", post_table.c.published_at > since)


def coming(now: datetime) -> ColumnElement[bool]:
    """Posts that are planned from `now` on."""
    return and_(post_table.c.starts_at > now, post_table.c.state.not_in(("published", "cancelled")))


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
