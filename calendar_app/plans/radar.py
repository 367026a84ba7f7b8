"""What the pitfall radar looks at, read for all plans at once, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from calendar_app.moments import local
from calendar_app.people.models import Person, Team
from calendar_app.people.queries import is_unseen
from calendar_app.plans.community import ways_to
from calendar_app.plans.models import Audience, BrandValue, Channel, Experiment, Plan
from calendar_app.plans.pitfalls import (
    AudienceFact,
    ChannelFact,
    ExperimentFact,
    Finding,
    Limits,
    RadarFacts,
    StumblingBlock,
    ValueFact,
    radar,
)
from calendar_app.plans.preconditions import KINDS
from calendar_app.plans.queries import (
    coming,
    plans_in_use,
    post_channel_table,
    post_table,
    post_value_table,
)
from calendar_app.plans.roles import TASK_NAMES, without_deputy


def findings_of(
    session: Session, team: Team, now: datetime, today: date
) -> list[tuple[Plan, Finding]]:
    """What the radar sees in the plans that `team` uses, by plan; `today` is its local day."""
    plans = plans_in_use(session, team)
    facts = facts_of(session, plans, now, today)
    return [(plan, finding) for plan in plans for finding in radar(facts[plan.id])]


def limits_of(team: Team) -> Limits:
    """From where on the radar calls for this team."""
    return Limits(
        share=team.radar_share,
        posts=team.radar_posts,
        days=team.radar_days,
        silence=team.radar_silence,
    )


def facts_of(
    session: Session, plans: Sequence[Plan], now: datetime, today: date
) -> dict[int, RadarFacts]:
    """What the radar looks at in each of `plans` of one team, by the id of the plan.

    The plans have their parts read; the posts take four queries, however many there are.
    """
    if not plans:
        return {}
    posts = _Posts(session, plans, now)
    return {
        plan.id: RadarFacts(
            today=today,
            limits=limits_of(plan.team),
            points_of_question=len(plan.advice(today)),
            audiences=[_audience(one, plan) for one in plan.audiences],
            values=[_value(one) for one in plan.values],
            channels=[_channel(one, posts.last, plan.team.zone) for one in plan.channels],
            posts_by_owner=posts.by_owner[plan.id],
            posts_without_value=posts.without_value[plan.id],
            tasks_without_deputy=[TASK_NAMES[task] for task in without_deputy(plan.matrix)],
            stumbling_blocks=_stumbling_blocks(plan),
            experiments=[_experiment(one) for one in plan.experiments],
            coming_posts=posts.coming[plan.id],
        )
        for plan in plans
    }


class _Posts:
    """The posts of some plans, counted. Each attribute is one query, by the id of the plan."""

    def __init__(self, session: Session, plans: Sequence[Plan], now: datetime) -> None:
        self._session = session
        self._team_id = plans[0].team_id
        self._ours = post_table.c.plan_id.in_([plan.id for plan in plans])
        since = now - timedelta(days=plans[0].team.radar_days)
        self._of_late = and_(self._ours, _between(since, now))
        self.by_owner = self._by_owner()
        self.without_value = self._count(self._of_late, ~_hung_on_a_value())
        self.coming = self._count(
            self._ours,
            post_table.c.deleted_at.is_(None),
            post_table.c.state != "idea",
            coming(now),
        )
        self.last = self._last(plans)

    def _by_owner(self) -> dict[int, list[tuple[str, int]]]:
        # Who does not want to be seen has no name here, and yet nobody else owned their posts.
        name = case((is_unseen(Person.id, self._team_id), ""), else_=Person.name)
        wanted = (
            select(post_table.c.plan_id, name, func.count())
            .select_from(post_table)
            .join(Person, Person.id == post_table.c.owner_id)
            .where(self._of_late)
            .group_by(post_table.c.plan_id, Person.id, Person.name)
            .order_by(Person.name, Person.id)
        )
        found = defaultdict(list)
        for plan_id, owner, count in self._session.execute(wanted):
            found[plan_id].append((owner, count))
        return found

    def _count(self, *conditions: ColumnElement[bool]) -> dict[int, int]:
        plan_id = post_table.c.plan_id
        wanted = select(plan_id, func.count()).where(*conditions).group_by(plan_id)
        return defaultdict(int, {row[0]: row[1] for row in self._session.execute(wanted)})

    def _last(self, plans: Sequence[Plan]) -> dict[int, datetime]:
        """When each channel last had a post that went out, by the id of the channel."""
        link = post_channel_table.c.channel_id
        channels = [channel.id for plan in plans for channel in plan.channels]
        wanted = (
            select(link, func.max(post_table.c.published_at))
            .join(post_table, post_table.c.id == post_channel_table.c.post_id)
            .where(link.in_(channels))
            .where(post_table.c.state == "published", post_table.c.deleted_at.is_(None))
            .group_by(link)
        )
        found = self._session.execute(wanted)
        return {channel_id: at for channel_id, at in found if at is not None}


def _between(since: datetime, now: datetime) -> ColumnElement[bool]:
    """Posts that went out, or should have, after `since` and up to `now`."""
    at = func.coalesce(post_table.c.published_at, post_table.c.starts_at)
    return and_(
        post_table.c.deleted_at.is_(None),
        post_table.c.state.not_in(("idea", "cancelled")),
        at > since,
        at <= now,
    )


def _hung_on_a_value() -> ColumnElement[bool]:
    hung = post_value_table.c.post_id
    return select(hung).where(hung == post_table.c.id).exists()


def _audience(audience: Audience, plan: Plan) -> AudienceFact:
    known = [one for one in audience.facts if (one.side, one.certainty) == ("online", "known")]
    ways = ways_to(audience.id, [one.around for one in plan.actors])
    trusted = tuple(way.steps for way in ways)
    return AudienceFact(audience.id, audience.name, len(known), trusted)


def _value(value: BrandValue) -> ValueFact:
    return ValueFact(
        value.id,
        value.name,
        has_meaning=bool(value.meaning),
        has_border=bool(value.belongs and value.falls_outside),
        has_example=bool(value.example),
    )


def _channel(channel: Channel, last: dict[int, datetime], zone: str) -> ChannelFact:
    last_on = local(last.get(channel.id, channel.created_at), zone).date()
    return ChannelFact(channel.id, channel.name, channel.cadence, last_on)


def _experiment(experiment: Experiment) -> ExperimentFact:
    return ExperimentFact(
        experiment.id, experiment.name, experiment.ends_on, is_decided=bool(experiment.outcome)
    )


def _stumbling_blocks(plan: Plan) -> list[StumblingBlock]:
    return [
        StumblingBlock(
            row.key,
            KINDS[row.key].name,
            has_owner=row.owner_id is not None,
            has_action=bool(row.action),
        )
        for row in plan.preconditions
        if row.rating == "stumbling" and row.key in KINDS
    ]
