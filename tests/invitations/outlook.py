"""A calendar that takes invitations by mail, after the rules of RFC 5546 and as Outlook does.

Written apart from the product: mails are taken apart by `email`, calendars by `icalendar`, and
repeats written out by `recurring_ical_events`.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

import recurring_ical_events
from icalendar import Calendar

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage

    from tests.support.smtp_log import Received


def read(raw: bytes) -> EmailMessage:
    """The mail in these bytes."""
    message = message_from_bytes(raw, policy=policy.default)
    assert not message.defects
    return message


def calendar_in(message: EmailMessage) -> tuple[str, bytes]:
    """The method in the head of the calendar part, and the part."""
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert message.get_content_type() == "multipart/alternative"
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    part = list(message.iter_parts())[-1]
    assert part.get_content_disposition() == "inline"
    assert part.get_content_charset() == "utf-8"
    file = part.get_payload(decode=True)
    assert isinstance(file, bytes)
    return part["Content-Type"].params["method"], file


class Outlook:
    """One person's calendar, which accepts everything that comes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.held: dict[str, Calendar] = {}
        self.sequences: dict[str, int] = {}
        self.methods: list[str] = []
        self._seen: set[str] = set()

    def take(self, mails: list[Received]) -> list[str]:
        """Take the mails that are new and for this person, in their order; their methods."""
        new = []
        for mail in mails:
            message = read(mail.raw)
            if mail.recipients != (self.address,) or message["Message-ID"] in self._seen:
                continue
            self._seen.add(message["Message-ID"])
            method, file = calendar_in(message)
            self._apply(method, Calendar.from_ical(file), message)
            new.append(method)
        self.methods += new
        return new

    def _apply(self, method: str, calendar: Any, message: EmailMessage) -> None:
        assert calendar["METHOD"] == method
        events = calendar.events
        (uid,) = {str(event["UID"]) for event in events}
        (sequence,) = {int(event["SEQUENCE"]) for event in events}
        for event in events:
            assert event["ORGANIZER"].partition(":")[2] == message["From"].addresses[0].addr_spec
            assert event["ATTENDEE"] == f"mailto:{self.address}"
            assert event["ATTENDEE"].params["RSVP"] == "FALSE"
        assert sum("RECURRENCE-ID" not in event for event in events) == 1
        # What is older than what is known is thrown away; here nothing older may come at all.
        assert sequence > self.sequences.get(uid, -1)
        self.sequences[uid] = sequence
        if method == "CANCEL":
            assert {event["STATUS"] for event in events} == {"CANCELLED"}
            assert uid in self.held
            del self.held[uid]
        else:
            assert method == "REQUEST"
            self.held[uid] = calendar

    def starts(self, first: datetime, last: datetime) -> list[datetime]:
        """When something begins from `first` to before `last`, ascending; of each UID."""
        found = []
        for calendar in self.held.values():
            query = recurring_ical_events.of(calendar, components=["VEVENT"])
            found += [event.start for event in query.between(first, last)]
        return sorted(start for start in found if first <= start < last)
