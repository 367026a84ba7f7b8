"""The calendar part of an invitation (iMIP, RFC 6047): what Outlook accepts, updates and cancels.

It holds one UID. The ORGANIZER is the sender of the mail, and the only ATTENDEE is who gets it: a
mail never says who else takes part. Nobody has to answer. A withdrawal names the series alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from calendar_app.feed.ics import FeedEntry, event_lines, joined, zones
from calendar_app.invitations.shown import read_back
from calendar_app.invitations.versions import CANCEL
from calendar_app.text import clean_line

PRODUCT = "-//Kapstok//Invitation//EN"
# What may stand in a mailto: address as it is (RFC 6068).
_PLAIN = "!#$&'*+/=?^_`{|}~@"


@dataclass(frozen=True)
class Sheet:
    """One version of an invitation, the same for all who get it; `text` holds its entries."""

    method: str
    sequence: int
    stamped_at: datetime
    text: str
    # Zones are explained up to this year.
    last_year: int


@dataclass(frozen=True)
class Mailbox:
    """A name and an address."""

    name: str
    address: str


def calendar_part(sheet: Sheet, organizer: Mailbox, attendee: Mailbox) -> str:
    """The whole file, with CRLF, folded at 75 octets."""
    entries = [_of_version(entry, sheet) for entry in read_back(sheet.text)]
    shown = entries[:1] if sheet.method == CANCEL else entries
    head = [
        "BEGIN:VCALENDAR",
        f"PRODID:{PRODUCT}",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"METHOD:{sheet.method}",
    ]
    people = [_organizer(organizer), _attendee(attendee)]
    events = [joined(_with_people(entry, people)) for entry in shown]
    return "".join(
        [joined(head), *zones(shown, sheet.last_year), *events, joined(["END:VCALENDAR"])]
    )


def _of_version(entry: FeedEntry, sheet: Sheet) -> FeedEntry:
    status = "CANCELLED" if sheet.method == CANCEL else "CONFIRMED"
    told = replace(entry, sequence=sheet.sequence, changed_at=sheet.stamped_at)
    return replace(told, status=status, busy=sheet.method != CANCEL)


def _with_people(entry: FeedEntry, people: Sequence[str]) -> Iterator[str]:
    *lines, end = event_lines(entry)
    yield from (*lines, *people, end)


def _organizer(organizer: Mailbox) -> str:
    return f'ORGANIZER;CN="{_quoted(organizer.name)}":{_mailto(organizer.address)}'


def _attendee(attendee: Mailbox) -> str:
    return (
        f'ATTENDEE;CN="{_quoted(attendee.name)}";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT'
        f";PARTSTAT=NEEDS-ACTION;RSVP=FALSE:{_mailto(attendee.address)}"
    )


def _quoted(name: str) -> str:
    """What may stand between quotation marks (RFC 5545 §3.2): all but those."""
    return clean_line(name).replace('"', "'")


def _mailto(address: str) -> str:
    return "mailto:" + quote(clean_line(address), safe=_PLAIN)
