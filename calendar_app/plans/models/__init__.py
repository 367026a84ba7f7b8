"""What a plan is made of. Each module holds one kind; this names them all."""

from __future__ import annotations

from calendar_app.plans.models.audiences import (
    CERTAINTIES,
    CERTAINTY_NAMES,
    SIDE_NAMES,
    SIDES,
    Audience,
    AudienceFact,
    AudienceTexts,
    FactTexts,
)
from calendar_app.plans.models.channels import (
    FACING_NAMES,
    FACINGS,
    FORM_NAMES,
    FORMS,
    MOST_POSTS_A_WEEK,
    Channel,
    ChannelAudience,
    ChannelTexts,
)
from calendar_app.plans.models.community import (
    RING_NAMES,
    RINGS,
    Actor,
    ActorAudience,
    ActorTexts,
)
from calendar_app.plans.models.copies import copied
from calendar_app.plans.models.experiments import (
    LONGEST_NAME,
    OUTCOME_NAMES,
    OUTCOMES,
    Experiment,
)
from calendar_app.plans.models.part import OrderedPart, PlanPart
from calendar_app.plans.models.plan import (
    ADDRESS_FORMS,
    BRAND_KIND_NAMES,
    BRAND_KINDS,
    LONGEST_ANSWER,
    LONGEST_ESCALATION,
    LONGEST_WATCH,
    Plan,
    PlanTexts,
)
from calendar_app.plans.models.preconditions import Precondition, RatingTexts
from calendar_app.plans.models.readings import ValueReading
from calendar_app.plans.models.roles import TaskRole
from calendar_app.plans.models.values import HOOK_NAMES, HOOKS, BrandValue, ValueTexts

__all__ = [
    "ADDRESS_FORMS",
    "BRAND_KINDS",
    "BRAND_KIND_NAMES",
    "CERTAINTIES",
    "CERTAINTY_NAMES",
    "FACINGS",
    "FACING_NAMES",
    "FORMS",
    "FORM_NAMES",
    "HOOKS",
    "HOOK_NAMES",
    "LONGEST_ANSWER",
    "LONGEST_ESCALATION",
    "LONGEST_NAME",
    "LONGEST_WATCH",
    "MOST_POSTS_A_WEEK",
    "OUTCOMES",
    "OUTCOME_NAMES",
    "RINGS",
    "RING_NAMES",
    "SIDES",
    "SIDE_NAMES",
    "Actor",
    "ActorAudience",
    "ActorTexts",
    "Audience",
    "AudienceFact",
    "AudienceTexts",
    "BrandValue",
    "Channel",
    "ChannelAudience",
    "ChannelTexts",
    "Experiment",
    "FactTexts",
    "OrderedPart",
    "Plan",
    "PlanPart",
    "PlanTexts",
    "Precondition",
    "RatingTexts",
    "TaskRole",
    "ValueReading",
    "ValueTexts",
    "copied",
]
