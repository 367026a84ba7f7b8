"""The pages of the plans room: the plans of a team, one plan, and a page for each of its parts."""

from __future__ import annotations

from calendar_app.plans.views import audiences, channels, facts, plan, values
from calendar_app.plans.views.shared import bp

__all__ = ["audiences", "bp", "channels", "facts", "plan", "values"]
