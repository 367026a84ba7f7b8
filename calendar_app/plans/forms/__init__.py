"""The forms of a plan: labels and limits. Each module holds those of one part of it."""

from __future__ import annotations

from calendar_app.plans.forms.fields import PlanPartForm, today
from calendar_app.plans.forms.steps import (
    AudienceForm,
    FactForm,
    GateForm,
    ValueForm,
    WhatForm,
    WhyForm,
)
from calendar_app.plans.forms.where import (
    ChannelForm,
    RolesForm,
    WebcareForm,
    cell_name,
    channel_answers,
    webcare_answers,
)

__all__ = [
    "AudienceForm",
    "ChannelForm",
    "FactForm",
    "GateForm",
    "PlanPartForm",
    "RolesForm",
    "ValueForm",
    "WebcareForm",
    "WhatForm",
    "WhyForm",
    "cell_name",
    "channel_answers",
    "today",
    "webcare_answers",
]
