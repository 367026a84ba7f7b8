"""What lies under the posts of a day: events of other calendars, and who is away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from calendar_app.moments import local

# So many lines stand open in a day; the rest opens in place.
SHOWN_IN_A_DAY = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class EventRow:
    """One event of another calendar: between two moments, or on whole local days, both included.

    `hook` is the number of the calendar's colour.
    """

    calendar_id: int
    calendar_name: str
    hook: int
    title: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None
    place: str = ""
    url: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class AbsenceRow:
    """Somebody who is away on whole days, the first and the last included."""

    person_id: int
    name: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Entry:
    """An event on one of its days. `at` is when it starts there; None: it takes the whole day."""

    row: EventRow
    at: time | None
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class DayLayers:
    """All that lies under the posts of one day."""

    events: Sequence[Entry] = field(default_factory=list)
    away: Sequence[AbsenceRow] = field(default_factory=list)

    @property
    def shown(self) -> Sequence[Entry]:
        """The events that stand open."""
        return self.events[:SHOWN_IN_A_DAY] if self.folded else self.events

    @property
    def folded(self) -> Sequence[Entry]:
        """The events that open in place."""
        # One more than fits takes no more room than the line that would hide it.
        fits = len(self.events) <= SHOWN_IN_A_DAY + 1
        return () if fits else self.events[SHOWN_IN_A_DAY:]


@dataclass(frozen=True)
class Spell:
    """One thing that lies under a period, from its first to its last local day, both included.

    It is one of three: a public holiday by its name, somebody who is away, or an event, which has
    the time at which it starts unless it takes whole days.
    """

    first: date
    last: date
    holiday: str = ""
    absence: AbsenceRow | None = None
    event: EventRow | None = None
    at: time | None = None


def spells(
    events: Iterable[EventRow],
    absences: Iterable[AbsenceRow],
    holidays: Mapping[date, str],
    zone: str,
) -> list[Spell]:
    """All that lies under a period as one list, by the first day, on local days in `zone`.

    Of one day the holiday comes first, then who is away, then the events, by the clock.
    """
    away = sorted(absences, key=lambda one: (one.name.casefold(), one.person_id))
    found = [
        *(Spell(day, day, holiday=name) for day, name in holidays.items()),
        *(Spell(one.first_day, one.last_day, absence=one) for one in away),
        *sorted((_event_spell(event, zone) for event in events), key=_place_in_period),
    ]
    # Sorting keeps the order of those that begin on one day.
    return sorted(found, key=lambda spell: spell.first)


def _event_spell(event: EventRow, zone: str) -> Spell:
    first, last = days_of(event, zone)
    at = None if event.starts_at is None else local(event.starts_at, zone).time()
    return Spell(first, last, event=event, at=at)


def _place_in_period(spell: Spell) -> tuple[bool, time, str, str]:
    assert spell.event is not None  # noqa: S101 - it is made of one
    return _place_in_day(Entry(spell.event, spell.at, is_first=True, is_last=True))


def layers_of_days(
    events: Iterable[EventRow],
    absences: Iterable[AbsenceRow],
    zone: str,
    first: date,
    last: date,
) -> dict[date, DayLayers]:
    """What lies on each local day in `zone` from `first` to `last`, both included.

    Whole days come first, then by the clock; who is away by name. Days with nothing are left out.
    """
    entries = _events_by_day(events, zone, first, last)
    away: dict[date, list[AbsenceRow]] = defaultdict(list)
    for absence in absences:
        for day in _days(max(absence.first_day, first), min(absence.last_day, last)):
            away[day].append(absence)
    return {
        day: DayLayers(
            sorted(entries.get(day, ()), key=_place_in_day),
            sorted(away.get(day, ()), key=lambda one: (one.name.casefold(), one.person_id)),
        )
        for day in sorted({*entries, *away})
    }


def days_of(event: EventRow, zone: str) -> tuple[date, date]:
    """The first and the last local day of `event`; one until midnight ends on the day before."""
    if event.starts_at is None or event.ends_at is None:
        return event.first_day or date.max, event.last_day or date.min
    starts, ends = local(event.starts_at, zone), local(event.ends_at, zone)
    if ends > starts and ends.time() == time():
        return starts.date(), ends.date() - _DAY
    return starts.date(), max(starts.date(), ends.date())


def _events_by_day(
    events: Iterable[EventRow], zone: str, first: date, last: date
) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = defaultdict(list)
    for event in events:
        begins, ends = days_of(event, zone)
        for day in _days(max(begins, first), min(ends, last)):
            at = None
            if event.starts_at is not None and day == begins:
                at = local(event.starts_at, zone).time()
            found[day].append(Entry(event, at, day == begins, day == ends))
    return found


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def _place_in_day(entry: Entry) -> tuple[bool, time, str, str]:
    row = entry.row
    return entry.at is not None, entry.at or time(), row.calendar_name.casefold(), row.title
