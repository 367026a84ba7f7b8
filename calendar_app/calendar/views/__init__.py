"""The pages of the calendar: today, the views, moving, and undoing."""

from __future__ import annotations

from calendar_app.calendar.views import edits, fitting, moves, pages, saved, series, today, undo
from calendar_app.calendar.views.shared import bp

__all__ = ["bp", "edits", "fitting", "moves", "pages", "saved", "series", "today", "undo"]
