"""A calendar feed as a subscriber's program reads it, by libraries that do not write it."""

from __future__ import annotations

from datetime import UTC, datetime, time

import recurring_ical_events
from icalendar import Calendar, Event


def events_between(feed: bytes, start: datetime, end: datetime) -> list[Event]:
    """The feed's events from `start` to before `end`, both aware, repeats written out, by start.

    Raises ValueError when the feed is not a calendar.
    """
    calendar = Calendar.from_ical(feed)
    found = recurring_ical_events.of(calendar, components=["VEVENT"]).between(start, end)
    events = [component for component in found if isinstance(component, Event)]
    return sorted(events, key=_instant)


def _instant(event: Event) -> datetime:
    start = event.start
    return start if isinstance(start, datetime) else datetime.combine(start, time.min, tzinfo=UTC)
