"""The names of a team that one line can mention, as plain facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time

from sqlalchemy.orm import Session

from calendar_app.calendar.quick_add import ChannelFact, Hook, Named, PlanFact, Vocabulary
from calendar_app.people.models import Membership, Team
from calendar_app.people.queries import members
from calendar_app.plans.models import Channel, Plan
from calendar_app.plans.slots import read
from calendar_app.plans.steps import gate
from calendar_app.posts.queries import plans_to_write_on


def vocabulary_of(session: Session, team: Team, today: date) -> Vocabulary:
    """The names of `team`, in as many queries as the form of a post takes."""
    return vocabulary(plans_to_write_on(session, team), members(session, team), today)


def vocabulary(plans: Sequence[Plan], memberships: Iterable[Membership], today: date) -> Vocabulary:
    """The same, of plans and members that were read before. Who is unseen is no member here."""
    return Vocabulary(
        plans=tuple(PlanFact(plan.id, plan.name, _is_ready(plan, today)) for plan in plans),
        channels=tuple(_channel(one) for plan in plans for one in plan.channels),
        values=tuple(
            Hook(one.id, one.name, plan.id, one.hook) for plan in plans for one in plan.values
        ),
        audiences=tuple(
            Hook(one.id, one.name, plan.id) for plan in plans for one in plan.audiences
        ),
        people=tuple(
            Named(one.person.id, one.person.name) for one in memberships if one.takes_part
        ),
    )


def _is_ready(plan: Plan, today: date) -> bool:
    """Whether a post of `plan` can have a day, as `Plan.expect_ready` has it."""
    return plan.gate_opened_at is not None or not gate(plan.path(today))


def _channel(channel: Channel) -> ChannelFact:
    slots = read(channel.slots).slots
    return ChannelFact(
        channel.id,
        channel.name,
        channel.plan_id,
        audience_ids=tuple(one.id for one in channel.audiences),
        slots=tuple((one.day, time(one.minute // 60, one.minute % 60)) for one in slots),
    )
