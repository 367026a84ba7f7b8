"""The pages of the calendar: today, the views, moving, and undoing."""

from __future__ import annotations

from calendar_app.calendar.views import fitting, moves, pages, saved, series, today, undo
from calendar_app.calendar.views.shared import bp

__all__ = ["bp", "fitting", "moves", "pages", "saved", "series", "today", "undo"]
