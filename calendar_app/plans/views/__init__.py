"""The pages of the plans room: the plans of a team, one plan, and a page for each of its parts."""

from __future__ import annotations

from calendar_app.plans.views import (
    community,
    copies,
    experiments,
    facts,
    paper,
    parts,
    plan,
    preconditions,
    values,
    where,
)
from calendar_app.plans.views.places import ways_back
from calendar_app.plans.views.shared import bp

__all__ = [
    "bp",
    "community",
    "copies",
    "experiments",
    "facts",
    "paper",
    "parts",
    "plan",
    "preconditions",
    "values",
    "ways_back",
    "where",
]
