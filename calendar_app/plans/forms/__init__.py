"""The forms of a plan: labels and limits. Each module holds those of one part of it."""

from __future__ import annotations

from calendar_app.plans.forms.community import ActorForm
from calendar_app.plans.forms.experiments import ExperimentForm, OutcomeForm
from calendar_app.plans.forms.fields import PlanPartForm, today
from calendar_app.plans.forms.preconditions import HoursForm, PreconditionForm
from calendar_app.plans.forms.steps import (
    AudienceForm,
    CopyForm,
    FactForm,
    GateForm,
    ValueForm,
    WhatForm,
    WhyForm,
)
from calendar_app.plans.forms.values import ReadingForm, SharesForm, shares_form
from calendar_app.plans.forms.where import (
    ChannelForm,
    RolesForm,
    SendersForm,
    WebcareForm,
    cell_name,
    channel_answers,
    webcare_answers,
)

__all__ = [
    "ActorForm",
    "AudienceForm",
    "ChannelForm",
    "CopyForm",
    "ExperimentForm",
    "FactForm",
    "GateForm",
    "HoursForm",
    "OutcomeForm",
    "PlanPartForm",
    "PreconditionForm",
    "ReadingForm",
    "RolesForm",
    "SendersForm",
    "SharesForm",
    "ValueForm",
    "WebcareForm",
    "WhatForm",
    "WhyForm",
    "cell_name",
    "channel_answers",
    "shares_form",
    "today",
    "webcare_answers",
]
