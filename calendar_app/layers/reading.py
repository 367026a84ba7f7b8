"""What stands in a calendar file: each event of some months, with those that come back laid out.

Read in the spirit of RFC 5545 rather than to its letter: what is wrong with one event costs that
event, or its repetition, and the reader says how many were not understood.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

from icalendar.prop import vDuration, vText

from calendar_app.layers import lines, repetition, zones
from calendar_app.layers.lines import Block, Line
from calendar_app.layers.repetition import NotUnderstood, Rule
from calendar_app.layers.zones import Offsets
from calendar_app.text import clean_line, safe_link

MOST_EVENTS = 2000
# A daily event has some 430 days in the window.
MOST_OF_ONE = 500
BEFORE = timedelta(days=31)
AHEAD = timedelta(days=396)
LONGEST_NAME, LONGEST_TITLE, LONGEST_PLACE, LONGEST_LINK = 255, 200, 200, 500

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=3660)
# One that comes back and lasts longer is met again before it is over.
_LOOK_BACK = timedelta(days=366)
_YEARS = range(1900, 2200)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(?:\d\d)?", re.ASCII)
_PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})

# A day, or a moment on the clocks of the zone it was written in.
Start: TypeAlias = date | datetime


@dataclass(frozen=True)
class Event:
    """One event: between two moments in UTC, or on whole days, the first and the last included.

    `uid` and `recurrence_id` are its name: which event of the file, and for one that comes back,
    when it was first meant to ("20261110", or "20261110T083000Z").
    """

    uid: str
    recurrence_id: str
    title: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    first_day: date | None = None
    last_day: date | None = None
    place: str = ""
    url: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class Reading:
    """The events of a file within the window, each once, in the file's order.

    `unread` is how many events were not understood, or not how they come back; `is_cut`, whether
    there were more than are kept.
    """

    events: Sequence[Event]
    unread: int = 0
    is_cut: bool = False


def read(raw: bytes, zone: str, today: date, stop: Callable[[], bool] = lambda: False) -> Reading:
    """The events of the file `raw` from BEFORE `today` to AHEAD of it, MOST_EVENTS at most.

    Times without a zone are those of `zone`. `stop` is asked again and again, and ends the reading
    early. Raises Unreadable for what is no calendar.
    """
    reader = _Reader(lines.file(raw), zone, today, stop)
    return reader.laid_out(reader.entries())


@dataclass(frozen=True)
class _Entry:
    """One VEVENT. `meant_for` is which one of a repeated event it is instead of."""

    event: Event
    start: Start
    length: timedelta
    meant_for: Start | None = None
    rules: Sequence[Rule] = ()
    more: Sequence[Start] = ()
    less: frozenset[str] = frozenset()

    @property
    def comes_back(self) -> bool:
        return self.meant_for is None and bool(self.rules or self.more)


class _Reader:
    """One reading: the window, the clocks of the file, and how it goes."""

    def __init__(self, file: lines.File, home: str, today: date, stop: Callable[[], bool]) -> None:
        self.first, self.last = today - BEFORE, today + AHEAD
        self._file = file
        self._stop = stop
        self._unread = 0
        self._is_cut = False
        self._clocks = _Clocks(file, home, today.year)

    def entries(self) -> list[_Entry]:
        """What the file says of each event that may be seen."""
        found = []
        for number, block in enumerate(self._file.events):
            if self._stop():
                self._is_cut = True
                break
            try:
                entry = self._entry(block, number)
            except NotUnderstood:
                self._unread += 1
                continue
            if entry is not None:
                found.append(entry)
        return found

    def laid_out(self, entries: Sequence[_Entry]) -> Reading:
        """The events that the entries come to; a changed one stands in for the one it was."""
        changed = {(one.event.uid, _name(one.meant_for)) for one in entries if one.meant_for}
        found: dict[tuple[str, str], Event] = {}
        for entry in entries:
            for event in self._events(entry):
                name = (event.uid, event.recurrence_id)
                if self._holds(event) and not (entry.comes_back and name in changed):
                    found[name] = event
            if len(found) > MOST_EVENTS or self._stop():
                self._is_cut = True
                break
        return Reading(list(islice(found.values(), MOST_EVENTS)), self._unread, self._is_cut)

    def _entry(self, block: Block, number: int) -> _Entry | None:
        """What `block` says; None for what is private or long over. Raises NotUnderstood."""
        if block.value("CLASS").upper() in _PRIVATE:
            return None
        start = self._start(block.first("DTSTART"))
        meant_for = self._start(block.first("RECURRENCE-ID")) if "RECURRENCE-ID" in block else None
        comes_back = "RRULE" in block or "RDATE" in block
        if not comes_back and meant_for is None and _day(start) + _LONGEST < self.first:
            return None
        rules = self._rules(block)
        return _Entry(
            event=_told(block, number),
            start=start,
            length=self._length(block, start),
            meant_for=meant_for,
            rules=rules,
            more=self._starts(block, "RDATE"),
            less=frozenset(_name(each) for each in self._starts(block, "EXDATE")),
        )

    def _events(self, entry: _Entry) -> Iterator[Event]:
        """`entry` on each of its starts that may lie in the window."""
        if not entry.comes_back:
            name = "" if entry.meant_for is None else _name(entry.meant_for)
            yield _placed(entry, entry.start, name)
            return
        for start in islice(self._repeated(entry), MOST_OF_ONE):
            name = _name(start)
            if name not in entry.less and _name(_day(start)) not in entry.less:
                yield _placed(entry, start, name)

    def _repeated(self, entry: _Entry) -> Iterator[Start]:
        low = self.first - min(entry.length, _LOOK_BACK) - _DAY
        for rule in entry.rules:
            last = min(self.last + _DAY, self._clocks.last_day(rule, entry.start))
            for day in repetition.days(rule, _day(entry.start), low, last, self._stop):
                yield _on(entry.start, day)
        if not entry.rules:
            yield entry.start
        yield from entry.more

    def _rules(self, block: Block) -> list[Rule]:
        """How `block` comes back; when that is not understood, it counts but is there once."""
        try:
            return [repetition.rule(each.value) for each in block.lines("RRULE")]
        except NotUnderstood:
            self._unread += 1
            return []

    def _length(self, block: Block, start: Start) -> timedelta:
        usual = timedelta(0) if isinstance(start, datetime) else _DAY
        if "DTEND" in block:
            length = _between(start, self._start(block.first("DTEND")))
        elif "DURATION" in block:
            length = _duration(block.first("DURATION"))
        else:
            length = usual
        return min(max(length, usual), _LONGEST)

    def _starts(self, block: Block, name: str) -> list[Start]:
        """The days or moments that the lines `name` list; those that make no sense are left out."""
        found = []
        for line in block.lines(name):
            for value in line.value.split(","):
                try:
                    # Of a period, when it starts.
                    found.append(self._start(replace(line, value=value.partition("/")[0])))
                except NotUnderstood:
                    continue
        return found

    def _start(self, line: Line | None) -> Start:
        if line is None:
            raise NotUnderstood("no start")
        return self._clocks.start(line.value, line.parameters.get("TZID"))

    def _holds(self, event: Event) -> bool:
        """Whether some of `event` lies in the window; a day too much does no harm."""
        first, last = event.first_day, event.last_day
        if event.starts_at is not None and event.ends_at is not None:
            first, last = event.starts_at.date() - _DAY, event.ends_at.date() + _DAY
        if first is None or last is None:
            return False
        return first <= self.last and last >= self.first


class _Clocks:
    """The time zones of a file, by the names that it gives them."""

    def __init__(self, file: lines.File, home: str, year: int) -> None:
        described = {name: _offsets(halves) for name, halves in file.zones.items()}
        self._described = {name: found for name, found in described.items() if found is not None}
        self._home = home
        self._year = year
        self._known: dict[str, tzinfo] = {"": ZoneInfo(home)}
        self._floating = self._zone(file.zone_name)

    def start(self, text: str, zone_name: str | None, zone: tzinfo | None = None) -> Start:
        """The day or moment that `text` writes ("20261110T093000"). Raises NotUnderstood."""
        found = _MOMENT.fullmatch(text.strip())
        if found is None:
            raise NotUnderstood(text[:40])
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        if year not in _YEARS:
            raise NotUnderstood(text)
        try:
            on = date(year, month, day)
            if found[4] is None:
                return on
            # A leap second is the last second here.
            at = time(hour, minute, min(second, 59))
        except ValueError as error:
            raise NotUnderstood(text) from error
        if found[7]:
            return datetime.combine(on, at, UTC)
        return datetime.combine(
            on, at, zone or (self._zone(zone_name) if zone_name else self._floating)
        )

    def last_day(self, rule: Rule, start: Start) -> date:
        """The last day on which an event with this `start` may come back by `rule`."""
        if not rule.until:
            return date.max
        zone = start.tzinfo if isinstance(start, datetime) else None
        try:
            until = self.start(rule.until, None, zone)
        except NotUnderstood:
            return date.max
        if not isinstance(until, datetime) or not isinstance(start, datetime):
            return _day(until)
        local = until.astimezone(start.tzinfo)
        return local.date() - (_DAY if start.time() > local.time() else timedelta(0))

    def _zone(self, name: str) -> tzinfo:
        if name not in self._known:
            self._known[name] = zones.zone_of(name, self._described, self._home, self._year)
        return self._known[name]


def _told(block: Block, number: int) -> Event:
    """What `block` says of itself, beside when. Raises NotUnderstood."""
    uid = _words(block, "UID", LONGEST_NAME * 4)
    if not uid or len(uid) > LONGEST_NAME:
        # None, or one that is not kept whole: a name of our own, the same each time.
        uid = hashlib.sha256(f"{uid or number}".encode()).hexdigest()
    link = block.first("URL")
    url = safe_link(link.value) or "" if link is not None else ""
    return Event(
        uid=uid,
        recurrence_id="",
        title=_words(block, "SUMMARY", LONGEST_TITLE),
        place=_words(block, "LOCATION", LONGEST_PLACE),
        url=url if url.startswith("http") and len(url) <= LONGEST_LINK else "",
        is_cancelled=block.value("STATUS").upper() == "CANCELLED",
    )


def _words(block: Block, name: str, longest: int) -> str:
    line = block.first(name)
    return "" if line is None else clean_line(str(vText.from_ical(line.value)))[:longest].strip()


def _placed(entry: _Entry, start: Start, name: str) -> Event:
    """The event of `entry` as it is when it starts at `start`."""
    if isinstance(start, datetime):
        starts_at, ends_at = _utc(start), _utc(start + entry.length)
        return replace(entry.event, recurrence_id=name, starts_at=starts_at, ends_at=ends_at)
    last_day = start + max(entry.length, _DAY) - _DAY
    return replace(entry.event, recurrence_id=name, first_day=start, last_day=last_day)


def _name(start: Start | None) -> str:
    """How iCalendar writes a day, or a moment in UTC."""
    if isinstance(start, datetime):
        return f"{_utc(start):%Y%m%dT%H%M%SZ}"
    return "" if start is None else f"{start:%Y%m%d}"


def _utc(at: datetime) -> datetime:
    return at.replace(fold=0).astimezone(UTC)


def _day(start: Start) -> date:
    return start.date() if isinstance(start, datetime) else start


def _on(start: Start, day: date) -> Start:
    """`start` on another `day`, at the same hour of its clock."""
    return datetime.combine(day, start.timetz()) if isinstance(start, datetime) else day


def _between(start: Start, end: Start) -> timedelta:
    """How long it is on the clock of the start; nothing when the two do not compare."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        # Of the same zone, Python subtracts what the clock shows.
        return end.astimezone(start.tzinfo) - start
    if isinstance(start, datetime) or isinstance(end, datetime):
        return timedelta(0)
    return end - start


def _duration(line: Line | None) -> timedelta:
    try:
        found = vDuration.from_ical("" if line is None else line.value.strip())
    except (ValueError, OverflowError) as error:
        raise NotUnderstood("DURATION") from error
    return found if isinstance(found, timedelta) else timedelta(0)


def _offsets(halves: Sequence[Block]) -> Offsets | None:
    """What the halves of a zone say of its offsets, those that stand last; None without any."""
    found: Mapping[str, timedelta | None] = {half.kind: _offset(half) for half in halves}
    standard, daylight = found.get("STANDARD"), found.get("DAYLIGHT")
    if standard is None:
        return None if daylight is None else Offsets(daylight)
    return Offsets(standard, daylight)


def _offset(half: Block) -> timedelta | None:
    found = _OFFSET.fullmatch(half.value("TZOFFSETTO"))
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if offset >= _DAY:
        return None
    return -offset if found[1] == "-" else offset
