"""Questions about a team's plans, and about the posts that hang on their parts.

Values, audiences, facts and channels come along in a fixed number of queries, whatever their
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    Audience,
    AudienceFact,
    BrandValue,
    Channel,
    ChannelAudience,
    Plan,
    PlanPart,
    TaskRole,
)
from calendar_app.plans.pitfalls import LOOKS_BACK_DAYS, ChannelFact, RadarFacts, ValueFact
from calendar_app.plans.pitfalls import AudienceFact as PitfallAudience

RECENT_DAYS = 28
IN_BIN = timedelta(days=30)

Part = TypeVar("Part", BrandValue, Audience, Channel)

# Posts stand above plans in the house, so this room knows them by the names of their tables alone.
_post = table(
    "post",
    column("id", Integer),
    column("plan_id", Integer),
    column("owner_id", Integer),
    column("state", String),
    column("starts_at", UtcDateTime()),
    column("published_at", UtcDateTime()),
    column("deleted_at", UtcDateTime()),
)
_post_value = table("post_value", column("post_id", Integer), column("value_id", Integer))
_post_audience = table("post_audience", column("post_id", Integer), column("audience_id", Integer))
_post_channel = table("post_channel", column("post_id", Integer), column("channel_id", Integer))
_LINKS: dict[type[PlanPart], ColumnElement[int]] = {
    BrandValue: _post_value.c.value_id,
    Audience: _post_audience.c.audience_id,
    Channel: _post_channel.c.channel_id,
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

    def __bool__(self) -> bool:
        return bool(self.values or self.audiences or self.channels or self.facts)


def plans_of(session: Session, team: Team) -> list[Plan]:
    """The team's plans with all that hangs on them: those in use, then the archive, by name."""
    wanted = select(Plan).where(Plan.team_id == team.id).options(*_parts())
    in_use_first = (Plan.archived_at.is_not(None), Plan.name, Plan.id)
    return list(session.scalars(wanted.order_by(*in_use_first)))


def fill(session: Session, plan: Plan) -> Plan:
    """`plan` with its values, audiences, facts and channels read."""
    wanted = select(Plan).where(Plan.id == plan.id).options(*_parts())
    return session.scalars(wanted).one()


def people_taking_part(session: Session, team: Team) -> list[Person]:
    """Who is in the team and wants to be seen, by name."""
    wanted = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == team.id, Membership.ended_at.is_(None))
        .where(Membership.takes_part.is_(True))
        .order_by(func.lower(Person.name), Person.id)
    )
    return list(session.scalars(wanted))


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
        select(link, func.sum(_one_if(_recent(now))), func.sum(_one_if(_coming(now))))
        .join(_post, link.table.c.post_id == _post.c.id)
        .where(link.in_([part.id for part in parts]), _post.c.deleted_at.is_(None))
        .group_by(link)
    )
    found = {part_id: Count(recent, coming) for part_id, recent, coming in session.execute(wanted)}
    return {part.id: found.get(part.id, Count()) for part in parts}


def radar_facts(session: Session, plan: Plan, now: datetime, today: date) -> RadarFacts:
    """What the pitfall radar looks at in `plan`; `today` is the local day of `now`.

    `plan` has its parts read; the posts take three queries, however many they are.
    """
    last = _last_posts(session, plan)
    return RadarFacts(
        today=today,
        points_of_question=len(plan.advice(today)),
        audiences=[_audience_fact(audience) for audience in plan.audiences],
        values=[_value_fact(value) for value in plan.values],
        channels=[
            ChannelFact(
                one.id,
                one.name,
                one.cadence,
                local(last.get(one.id, one.created_at), plan.team.zone).date(),
            )
            for one in plan.channels
        ],
        posts_by_owner=_posts_by_owner(session, plan, now),
        posts_without_value=_posts_without_value(session, plan, now),
    )


def _audience_fact(audience: Audience) -> PitfallAudience:
    known = [one for one in audience.facts if (one.side, one.certainty) == ("online", "known")]
    return PitfallAudience(audience.id, audience.name, len(known))


def _value_fact(value: BrandValue) -> ValueFact:
    return ValueFact(
        value.id,
        value.name,
        has_meaning=bool(value.meaning),
        has_border=bool(value.belongs and value.falls_outside),
        has_example=bool(value.example),
    )


def _posts_by_owner(session: Session, plan: Plan, now: datetime) -> list[tuple[str, int]]:
    wanted = (
        select(Person.name, func.count())
        .select_from(_post)
        .join(Person, Person.id == _post.c.owner_id)
        .where(_of_late(plan, now))
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )
    return [(name, count) for name, count in session.execute(wanted)]


def _posts_without_value(session: Session, plan: Plan, now: datetime) -> int:
    hung = select(_post_value.c.post_id).where(_post_value.c.post_id == _post.c.id).exists()
    wanted = select(func.count()).select_from(_post).where(_of_late(plan, now), ~hung)
    return session.scalars(wanted).one()


def _last_posts(session: Session, plan: Plan) -> dict[int, datetime]:
    """When each channel of the plan last had a post that went out, by the id of the channel."""
    link = _post_channel.c.channel_id
    wanted = (
        select(link, func.max(_post.c.published_at))
        .join(_post, _post.c.id == _post_channel.c.post_id)
        .where(link.in_([channel.id for channel in plan.channels]))
        .where(_post.c.state == "published", _post.c.deleted_at.is_(None))
        .group_by(link)
    )
    return {channel_id: at for channel_id, at in session.execute(wanted) if at is not None}


def _of_late(plan: Plan, now: datetime) -> ColumnElement[bool]:
    """Posts of `plan` that went out, or should have, in the days that the radar looks back."""
    at = func.coalesce(_post.c.published_at, _post.c.starts_at)
    since = now - timedelta(days=LOOKS_BACK_DAYS)
    return and_(
        _post.c.plan_id == plan.id,
        _post.c.deleted_at.is_(None),
        _post.c.state.not_in(("idea", "cancelled")),
        at > since,
        at <= now,
    )


def coming_posts_on(session: Session, row: Plan | PlanPart, now: datetime) -> int:
    """How many posts planned after `now` hang on `row`."""
    if isinstance(row, Plan):
        wanted = select(func.count()).select_from(_post).where(_post.c.plan_id == row.id)
    else:
        link = _LINKS[type(row)]
        wanted = (
            select(func.count())
            .select_from(_post)
            .join(link.table, link.table.c.post_id == _post.c.id)
            .where(link == row.id)
        )
    return session.scalars(wanted.where(_post.c.deleted_at.is_(None), _coming(now))).one()


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
    of_channels = ChannelAudience.channel_id.in_(gone[Channel])
    of_audiences = ChannelAudience.audience_id.in_(gone[Audience])
    session.execute(delete(ChannelAudience).where(of_channels | of_audiences))
    for kind, ids in gone.items():
        session.execute(delete(kind).where(kind.id.in_(ids)))
    return sum(map(len, gone.values())) + len(lost)


def _out_since(session: Session, kind: Any, before: datetime) -> list[int]:
    """Parts that left their plan before that moment and that no post hangs on."""
    hung_on = select(_LINKS[kind]).where(_LINKS[kind] == kind.id).exists()
    return list(session.scalars(select(kind.id).where(kind.deleted_at < before, ~hung_on)))


def _parts() -> Sequence[ExecutableOption]:
    return (
        selectinload(Plan.values),
        selectinload(Plan.audiences).selectinload(Audience.facts),
        *of_step_four(),
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
        selectinload(Plan.escalate_to),
    )


def _removed(session: Session, kind: type[Part], plan: Plan) -> Sequence[Part]:
    wanted = select(kind).where(kind.plan_id == plan.id, kind.deleted_at.is_not(None))
    return session.scalars(wanted.order_by(kind.deleted_at.desc(), kind.id.desc())).all()


def _recent(now: datetime) -> ColumnElement[bool]:
    since = now - timedelta(days=RECENT_DAYS)
    return and_(_post.c.state == "published", _post.c.published_at > since)


def _coming(now: datetime) -> ColumnElement[bool]:
    return and_(_post.c.starts_at > now, _post.c.state.not_in(("published", "cancelled")))


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
