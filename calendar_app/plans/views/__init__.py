"""The pages of the plans room: the plans of a team, one plan, and a page for each of its parts."""

from __future__ import annotations

from calendar_app.plans.views import experiments, facts, parts, plan
from calendar_app.plans.views.shared import bp

__all__ = ["bp", "experiments", "facts", "parts", "plan"]
