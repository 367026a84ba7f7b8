"""The sample's other calendar: campaigns and events, brought in as a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vRecur
from sqlalchemy.orm import Session

from calendar_app.layers import fetching, lines
from calendar_app.layers.fetching import READ_ANEW, Place
from calendar_app.layers.models import ExternalCalendar
from calendar_app.people.models import Team
from calendar_app.sample.days import DAY, Days
from calendar_app.sample.files import read


def add_campaigns(session: Session, team: Team, days: Days) -> None:
    """Bring in the file as an editor would."""
    facts = read("campaigns")
    place = Place(file=lines.slim(campaign_file(facts, days)))
    calendar = ExternalCalendar.new(team, facts["name"], facts["hook"], [], days.now)
    calendar.bring_in(place.file)
    fetching.keep(session, calendar, fetching.got(place, (), days.zone, days.now), days.now)
    # The same each time the sample is loaded at the same moment.
    calendar.due_at = days.now + READ_ANEW


def campaign_file(facts: Mapping[str, Any], days: Days) -> bytes:
    """The calendar file (.ics) of what the sample's file tells."""
    calendar = Calendar()
    for number, told in enumerate(facts["events"], 1):
        calendar.add_component(_event(told, f"{number}@delinde.example", days))
    return bytes(calendar.to_ical())


def _event(told: Mapping[str, Any], uid: str, days: Days) -> Event:
    event = Event()
    first = _first_day(told, days)
    if "at" in told:
        starts_at = datetime.combine(first, told["at"], ZoneInfo(days.zone))
        event.add("dtstart", starts_at)
        event.add("dtend", starts_at + timedelta(minutes=told["minutes"]))
    else:
        event.add("dtstart", first)
        event.add("dtend", first + told["days"] * DAY)
    event.add("uid", uid)
    event.add("summary", told["title"])
    event.add("location", told.get("place", ""))
    if "repeats" in told:
        event.add("rrule", vRecur.from_ical(told["repeats"]))
    return event


def _first_day(told: Mapping[str, Any], days: Days) -> date:
    if "month_day" in told:
        return date(days.today.year, *told["month_day"])
    return days.day(told["week"], told["day"])
