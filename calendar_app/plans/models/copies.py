"""A plan of a new period, begun with what was learned in the one before.

Most of a plan stays true: the story, the values, the audiences and who is around them. What does
not go along is what was done and found out: posts, readings, experiments, an opened gate, and how
the preconditions stood. Those who own a precondition stay its owners, so that they can look again.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import inspect

from calendar_app.db import Base
from calendar_app.plans.models.audiences import Audience
from calendar_app.plans.models.channels import Channel
from calendar_app.plans.models.community import Actor, ActorAudience
from calendar_app.plans.models.plan import Plan
from calendar_app.plans.models.preconditions import Precondition

Row = TypeVar("Row", bound=Base)

# Each row has these of its own.
_OWN = {"id", "uuid", "version", "created_at", "updated_at", "deleted_at"}
# These follow from what the copy hangs on, or from who is still there.
_LINKS = {"plan_id", "audience_id", "actor_id", "via_id"}
_PEOPLE = {"owner_id", "deputy_id", "escalate_to_id"}
_LEFT_BEHIND = {
    Plan: {
        "name",
        "question_before",
        "gate_opened_at",
        "gate_opened_by_id",
        "gate_reason",
        "archived_at",
    },
    Precondition: {"rating", "evidence", "action", "recheck_on", "rated_at"},
}


def copied(plan: Plan, name: str, before: date | None, members: Container[int]) -> Plan:
    """A copy of `plan` by another `name`; the caller adds it. Raises Refused for a taken name.

    `before` is the new day of the question. Only `members`, by their ids, keep a task in it: who
    left the team is not asked again.
    """
    copy = Plan.new(plan.team, name, question_before=before)
    _fill(copy, plan, members)
    if copy.escalate_to_id is None:
        copy.escalate_hours = None
    copy.values = [_like(value) for value in plan.values]
    audiences = {one: _audience_like(one) for one in plan.audiences}
    copy.audiences = list(audiences.values())
    copy.channels = [_channel_like(one, audiences, members) for one in plan.channels]
    copy.actors = _actors_like(plan.actors, audiences)
    copy.roles = [_like(role) for role in plan.roles if role.person_id in members]
    copy.preconditions = [
        _like(one, members) for one in plan.preconditions if one.owner_id in members
    ]
    return copy


def _audience_like(audience: Audience) -> Audience:
    copy = _like(audience)
    # A fact keeps its date: what was old stays old.
    copy.facts = [_like(fact) for fact in audience.facts]
    return copy


def _channel_like(
    channel: Channel, audiences: dict[Audience, Audience], members: Container[int]
) -> Channel:
    copy = _like(channel, members)
    copy.audiences = [audiences[one] for one in channel.audiences if one in audiences]
    return copy


def _actors_like(actors: list[Actor], audiences: dict[Audience, Audience]) -> list[Actor]:
    copies = {actor: _like(actor) for actor in actors}
    for actor, copy in copies.items():
        copy.via = None if actor.via is None else copies.get(actor.via)
        copy.reach = [
            ActorAudience(audience=audiences[one.audience], is_trusted=one.is_trusted)
            for one in actor.reach
            if one.audience in audiences
        ]
    return list(copies.values())


def _like(row: Row, members: Container[int] = ()) -> Row:
    """A new row that says what `row` says."""
    copy = type(row)()
    _fill(copy, row, members)
    return copy


def _fill(copy: Row, row: Row, members: Container[int]) -> None:
    kind: type[Any] = type(row)
    columns = set(inspect(kind).column_attrs.keys())
    for name in columns - _OWN - _LINKS - _LEFT_BEHIND.get(kind, set()):
        told = getattr(row, name)
        setattr(copy, name, told if name not in _PEOPLE or told in members else None)
