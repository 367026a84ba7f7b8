"""Calendar files for tests."""

from __future__ import annotations


def a_file(*events: str, head: str = "") -> bytes:
    """A calendar file of these events, each given by its lines beside the UID, below `head`."""
    blocks = (
        f"BEGIN:VEVENT\nUID:event-{number}\n{event.strip()}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = (
        f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//NL\n{head}{''.join(blocks)}END:VCALENDAR\n"
    )
    return text.replace("\n", "\r\n").encode()


def a_day(title: str = "Week van de zorg", day: str = "20261110", more: str = "") -> str:
    """The lines of an event on one whole day."""
    return f"SUMMARY:{title}\nDTSTART;VALUE=DATE:{day}\n{more}"
