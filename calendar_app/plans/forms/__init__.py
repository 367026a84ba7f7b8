"""The forms of a plan: labels and limits. Each module holds those of one part of it."""

from __future__ import annotations

from calendar_app.plans.forms.community import ActorForm
from calendar_app.plans.forms.fields import PlanPartForm, today
from calendar_app.plans.forms.steps import (
    AudienceForm,
    ChannelForm,
    FactForm,
    GateForm,
    ValueForm,
    WhatForm,
    WhyForm,
)

__all__ = [
    "ActorForm",
    "AudienceForm",
    "ChannelForm",
    "FactForm",
    "GateForm",
    "PlanPartForm",
    "ValueForm",
    "WhatForm",
    "WhyForm",
    "today",
]
