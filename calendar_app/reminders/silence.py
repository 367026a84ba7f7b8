"""Why a person got no reminder of a series of meet-ups on a day: the first reason that holds.

Nothing here knows a database or a clock. A reason is a msgid, with what fills its places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from calendar_app.language import N_
from calendar_app.reminders import due

NOT_YET = N_("The series had not begun.")
OVER = N_("The series had ended.")
NOT_ON_THIS_DAY = N_("The series has no meet-up on this day of the week.")
HOLIDAY = N_("There was no meet-up: %(name)s.")
TO_ANOTHER_DAY = N_("The meet-up was moved to another day.")
ENTERED_LATE = N_("The meet-up was entered after it had begun.")
SWITCHED_OFF = N_("This kind of reminder is switched off.")
TOO_FAR = N_("Reminders are made up to five weeks ahead.")
NOT_PLANNED = N_("It is not planned yet.")


@dataclass(frozen=True)
class SeriesDay:
    """How one series of meet-ups, and one person, stand on one local day."""

    day: date
    starts_on: date
    ends_on: date | None
    # When the series was deleted, as a local day; None: it was not.
    deleted_on: date | None
    falls_on_day: bool
    takes_part: bool
    absent: bool
    muted: bool
    worker_ran: bool
    # The meet-up of this day, if there is one: its state, why it is skipped, where it stands.
    state: str | None = None
    holiday: str = ""
    held_on: date | None = None
    starts_at: datetime | None = None
    entered_at: datetime | None = None


@dataclass(frozen=True)
class Silence:
    """Why there is nothing: a msgid and what fills its places."""

    reason: str
    told: Mapping[str, str] = field(default_factory=dict)


def why_silent(seen: SeriesDay, now: datetime, planned_until: datetime) -> Silence:
    """Why the person got no reminder of that series on that day."""
    if seen.deleted_on is not None and seen.deleted_on <= seen.day:
        return Silence(due.SERIES_ENDED)
    if seen.state == "skipped" and seen.holiday:
        return Silence(HOLIDAY, {"name": seen.holiday})
    reasons = {
        NOT_YET: seen.day < seen.starts_on,
        OVER: seen.ends_on is not None and seen.day > seen.ends_on,
        due.CALLED_OFF: seen.state == "cancelled",
        TO_ANOTHER_DAY: seen.held_on is not None and seen.held_on != seen.day,
        NOT_ON_THIS_DAY: not seen.falls_on_day and seen.state in {None, "skipped"},
        due.NOT_INVITED: not seen.takes_part,
        due.ABSENT: seen.absent,
        SWITCHED_OFF: seen.muted,
        TOO_FAR: seen.starts_at is not None and seen.starts_at > planned_until,
    }
    found = next((reason for reason, holds in reasons.items() if holds), None)
    return Silence(found or _why_not_planned(seen, now))


def _why_not_planned(seen: SeriesDay, now: datetime) -> str:
    """Why there is no row, though everything asks for one."""
    if seen.starts_at is None:
        # No worker has made the meet-up of this day.
        return due.NOBODY_WORKED if seen.day < now.date() else NOT_PLANNED
    if seen.starts_at > now:
        return NOT_PLANNED
    if seen.entered_at is not None and seen.entered_at > seen.starts_at:
        return ENTERED_LATE
    return NOT_PLANNED if seen.worker_ran else due.NOBODY_WORKED
