"""The forms of a plan: labels and limits. Each module holds those of one part of it."""

from __future__ import annotations

from calendar_app.plans.forms.experiments import ExperimentForm, OutcomeForm
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
    "AudienceForm",
    "ChannelForm",
    "ExperimentForm",
    "FactForm",
    "GateForm",
    "OutcomeForm",
    "PlanPartForm",
    "ValueForm",
    "WhatForm",
    "WhyForm",
    "today",
]
