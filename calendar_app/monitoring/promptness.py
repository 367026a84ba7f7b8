"""How soon a question from outside has to be answered, in the hours at which the team works."""

from __future__ import annotations

from datetime import datetime

from calendar_app.moments import WorkingHours, after_working_hours


def moment_after(
    received_at: datetime, hours: int | None, at_work: WorkingHours
) -> datetime | None:
    """When so many hours of work have passed since then; None: no number of hours is agreed."""
    return None if hours is None else after_working_hours(received_at, hours, at_work)


def is_overdue(answer_by: datetime | None, answered_at: datetime | None, now: datetime) -> bool:
    """Whether it should have been answered before `now` and was not."""
    return answered_at is None and answer_by is not None and answer_by < now
