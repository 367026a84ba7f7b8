"""Pages about people: the way in and out, the team, absences, and how Kapstok speaks to each."""

from __future__ import annotations

from calendar_app.people.views import entrance, own, team, team_settings
from calendar_app.people.views.shared import bp, install

__all__ = ["bp", "entrance", "install", "own", "team", "team_settings"]
