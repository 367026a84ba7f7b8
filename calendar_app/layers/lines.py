"""An iCalendar file as its content lines (RFC 5545 §3.1), reduced to what a layer needs of them.

Files from outside are long and often not quite right: one bad line must not lose the rest, and who
attends or what was discussed is nobody's business here. So only the few properties below are kept,
of each event apart, and a line is read no further than asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.layers.repetition import NotUnderstood
from calendar_app.text import clean_text

# Of an event; of a zone, with the name of its half; and of the calendar itself.
_OF_EVENT = frozenset(
    {
        *("UID", "RECURRENCE-ID", "SUMMARY", "LOCATION", "URL", "STATUS", "CLASS"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
    }
)
_OF_ZONE = frozenset({"TZID", "TZOFFSETTO"})
_OF_CALENDAR = frozenset({"X-WR-TIMEZONE"})
_WANTED = {
    "VCALENDAR": _OF_CALENDAR,
    "VEVENT": _OF_EVENT,
    **dict.fromkeys(("VTIMEZONE", "STANDARD", "DAYLIGHT"), _OF_ZONE),
}
_PARTS = _WANTED.keys()
_DEEPEST = 8
_FOLD = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NAME = re.compile(r"[A-Za-z0-9-]{1,40}(?=[;:])")
_LONGEST_LINE = 20_000
_PRIVATE = re.compile(r"CLASS(?:;[^:]*)?:\s*(?:PRIVATE|CONFIDENTIAL)\s*$", re.IGNORECASE)
_ABOUT = frozenset({"SUMMARY", "LOCATION", "URL"})


class Unreadable(Refused):
    """A file is no calendar, in words for the person who gave it."""


@dataclass(frozen=True)
class Line:
    """One property: its parameters by name, in capitals, and its value as it was written."""

    parameters: Mapping[str, str]
    value: str


@dataclass
class Block:
    """An event, a zone or one half of it: what was written of it, by the name of the property."""

    kind: str
    written: dict[str, list[str]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.written

    def lines(self, name: str) -> list[Line]:
        """The properties called `name`. Raises NotUnderstood."""
        return [line(written) for written in self.written.get(name, ())]

    def first(self, name: str) -> Line | None:
        """The first property called `name`. Raises NotUnderstood."""
        found = self.written.get(name)
        return line(found[0]) if found else None

    def value(self, name: str) -> str:
        """The value of the first property called `name`; "" without one."""
        return "".join(self.written.get(name, [])[:1]).partition(":")[2].strip()


@dataclass(frozen=True)
class File:
    """The events of a file in their order, and the halves of its zones by the zone's name.

    `zone_name` is the zone of times that have none of their own, "" when the file does not say.
    """

    events: Sequence[Block]
    zones: Mapping[str, Sequence[Block]]
    zone_name: str


def line(written: str) -> Line:
    """What a content line says. Raises NotUnderstood."""
    try:
        _name, parameters, value = Contentline(written).parts()
    except ValueError as error:
        raise NotUnderstood(written[:40]) from error
    plain = {name.upper(): _as_text(given) for name, given in parameters.items()}
    return Line(plain, str(value))


def slim(raw: bytes) -> str:
    """The file `raw` without what a layer does not need; again slimmed it is the same.

    Raises Unreadable.
    """
    return "\n".join(_kept(_text(raw)))


def file(raw: bytes) -> File:
    """The events and zones of the file `raw`. Raises Unreadable."""
    blocks: list[Block] = []
    for written in _kept(_text(raw)):
        name, _colon, rest = written.partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN":
            blocks.append(Block(rest))
        elif name != "END" and blocks:
            blocks[-1].written.setdefault(name, []).append(written)
    zone_name = next((block.value("X-WR-TIMEZONE") for block in blocks), "")
    events = [block for block in blocks if block.kind == "VEVENT"]
    return File(events, _halves(blocks), zone_name)


def _halves(blocks: Sequence[Block]) -> dict[str, list[Block]]:
    """The halves of each zone, which follow it, by its name."""
    found: dict[str, list[Block]] = defaultdict(list)
    zone = ""
    for block in blocks:
        if block.kind == "VTIMEZONE":
            zone = block.value("TZID")
        elif block.kind in {"STANDARD", "DAYLIGHT"}:
            found[zone].append(block)
    return found


def _kept(text: str) -> Iterator[str]:
    """The lines that matter; of a private event (RFC 5545 §3.8.1.3) not what it is about."""
    event: list[str] | None = None
    for written in _lines(text):
        if written == "BEGIN:VEVENT":
            # One that was never ended ends with the next.
            yield from _without_secrets(event or [])
            event = []
        if event is None:
            yield written
            continue
        event.append(written)
        if written == "END:VEVENT":
            yield from _without_secrets(event)
            event = None
    # And the last one with the file.
    yield from _without_secrets(event or [])


def _without_secrets(event: list[str]) -> list[str]:
    if not any(map(_PRIVATE.match, event)):
        return event
    # When it is stays: it may stand for one time of a series that is not private.
    return [written for written in event if _name_of(written) not in _ABOUT]


def _name_of(written: str) -> str:
    return re.split("[;:]", written, maxsplit=1)[0].upper()


def _lines(text: str) -> Iterator[str]:
    """The lines that matter, with where each event and each half of a zone begins and ends."""
    inside: list[str] = []
    for written in text.split("\n"):
        found = _NAME.match(written)
        if found is None or len(written) > _LONGEST_LINE:
            continue
        name = found[0].upper()
        if name in {"BEGIN", "END"}:
            kind = written.partition(":")[2].strip().upper()
            _step(inside, name, kind)
            if kind in _PARTS:
                yield f"{name}:{kind}"
        elif inside and name in _WANTED.get(inside[-1], ()):
            yield written


def _step(inside: list[str], name: str, kind: str) -> None:
    """Go into a part of the file or out of it; what was never ended ends with what is around it."""
    if name == "BEGIN":
        if kind == "VEVENT":
            del inside[1:]
        if len(inside) < _DEEPEST:
            inside.append(kind)
    elif kind in inside:
        del inside[inside.index(kind) :]


def _text(raw: bytes) -> str:
    """The characters of `raw`, a content line a line. Raises Unreadable for what is no calendar."""
    text = clean_text("\n".join(map(_decoded, _unfolded(raw))))
    if "BEGIN:VCALENDAR" in text[:4000].upper():
        return text
    if text[:1] == "<":
        raise Unreadable(
            N_("This is a web page, not a calendar. Look for an address that ends in .ics.")
        )
    raise Unreadable(N_("This is no calendar file. Look for one that ends in .ics."))


def _unfolded(raw: bytes) -> list[bytes]:
    """The content lines; joined before they are decoded, since some are cut inside a character."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    return _LINE_END.split(_FOLD.sub(b"", raw))


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # What older programs on Windows write.
        return line.decode("cp1252", "replace")


def _as_text(given: object) -> str:
    return str(given[0]) if isinstance(given, list) and given else str(given)
