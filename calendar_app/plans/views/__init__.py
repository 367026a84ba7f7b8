"""The pages of the plans room: the plans of a team, one plan, and a page for each of its parts."""

from __future__ import annotations

from calendar_app.plans.views import copies, facts, parts, plan, values
from calendar_app.plans.views.shared import bp

__all__ = ["bp", "copies", "facts", "parts", "plan", "values"]
from calendar_app.plans.views import community

__all__ = ["bp", "community", "facts", "parts", "plan"]
from calendar_app.plans.views import preconditions

__all__ = ["bp", "facts", "parts", "plan", "preconditions"]
from calendar_app.plans.views import paper

__all__ = ["bp", "facts", "paper", "parts", "plan"]
from calendar_app.plans.views import experiments

__all__ = ["bp", "experiments", "facts", "parts", "plan"]
from calendar_app.plans.views import where

__all__ = ["bp", "facts", "parts", "plan", "where"]
