"""What an SMTP sink saw, in order: one JSON object an event, in memory and in a JSON-lines file.

Kinds of event: `connection`; `message` (a body came, whole or not, with a verdict); `answer` (the
reply to a message goes out); `fault` (a programmed fault begins). Each has `time` (seconds since
1970) and `connection` (1, 2, …).
"""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from email.message import EmailMessage
    from pathlib import Path

Event = dict[str, Any]
Verdict = Literal[
    "accepted",  # the relay has taken the message over; see `reply` for whether the mailer was told
    "rejected",  # the final dot was answered with 4xx or 5xx
    "dropped",  # the connection ended after the final dot, before acceptance
    "cut",  # the connection ended inside the body
]


@dataclass(frozen=True)
class Received:
    """One message that reached the sink, whole or in part.

    `reply` is what the sink sent after the final dot, None when the connection ended before it.
    `raw` has CRLF line ends and no dot-stuffing.
    """

    number: int
    time: float
    connection: int
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    verdict: Verdict
    reply: str | None
    tls: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)


class Seen:
    """What a sink saw, read from its events; the base of the sinks."""

    def events(self) -> list[Event]:
        """All events so far, in order."""
        raise NotImplementedError

    @property
    def received(self) -> list[Received]:
        """Every message with a body, of any verdict, in the order in which the verdicts fell."""
        return received_in(self.events())

    @property
    def accepted(self) -> list[Received]:
        """The messages that the sink took over."""
        return [one for one in self.received if one.verdict == "accepted"]

    @property
    def messages(self) -> list[EmailMessage]:
        """The accepted messages, parsed."""
        return [one.message for one in self.accepted]

    @property
    def connections(self) -> int:
        """How many connections were taken so far."""
        return len(of_kind(self.events(), "connection"))

    def wait_for_messages(self, count: int, seconds: float = 10) -> list[Received]:
        """Wait until at least `count` messages are accepted; returns them. Raises TimeoutError."""
        _wait_until(lambda: self._accepted_count() >= count, seconds, f"{count} accepted messages")
        return self.accepted

    def wait_for_fault(self, point: str, count: int = 1, seconds: float = 10) -> None:
        """Wait until `count` faults have begun at `point`. Raises TimeoutError."""
        _wait_until(lambda: self.faults_at(point) >= count, seconds, f"a fault at {point}")

    def _accepted_count(self) -> int:
        events = of_kind(self.events(), "message")
        return sum(event["verdict"] == "accepted" for event in events)

    def faults_at(self, point: str) -> int:
        """How many faults have begun at `point`."""
        return sum(event["point"] == point for event in of_kind(self.events(), "fault"))


class LogFile(Seen):
    """A sink's JSON-lines file; each question reads on from where the last one stopped."""

    def __init__(self, path: Path) -> None:
        """Read `path`; a file that is not there yet has no events."""
        self.path = path
        self._events: list[Event] = []
        self._offset = 0

    def events(self) -> list[Event]:
        """All events so far, in order; a last line that is not whole yet does not count."""
        whole, newline, _ = self._unread().rpartition(b"\n")
        self._offset += len(whole + newline)
        self._events.extend(json.loads(line) for line in whole.splitlines())
        return list(self._events)

    def _unread(self) -> bytes:
        if not self.path.exists():
            return b""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            return file.read()


class Journal:
    """The events of a running sink, in memory and in a file that is flushed at each event."""

    def __init__(self, path: Path | None) -> None:
        """Go on with what `path` holds already, so that numbers go on after a restart."""
        self._lock = threading.Lock()
        self._events = LogFile(path).events() if path else []
        self._messages = len(of_kind(self._events, "message"))
        self._file = path.open("a", encoding="utf-8") if path else None

    def events(self) -> list[Event]:
        """All events so far, in order."""
        with self._lock:
            return list(self._events)

    def add(self, event: Event) -> None:
        """Put `event` at the end."""
        with self._lock:
            self._append(event)

    def add_message(self, event: Event) -> int:
        """Put a message's event at the end under the next number, from 1; returns that number."""
        with self._lock:
            self._messages += 1
            self._append(event | {"number": self._messages})
            return self._messages

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _append(self, event: Event) -> None:
        self._events.append(event)
        if self._file is not None:
            self._file.write(json.dumps(event) + "\n")
            self._file.flush()


def of_kind(events: Iterable[Event], kind: str) -> list[Event]:
    """The events of one kind, in order."""
    return [event for event in events if event["kind"] == kind]


def received_in(events: list[Event]) -> list[Received]:
    """The messages that the events tell of, in order."""
    replies = {event["message"]: event["reply"] for event in of_kind(events, "answer")}
    return [_received(event, replies) for event in of_kind(events, "message")]


def _received(event: Event, replies: dict[int, str]) -> Received:
    fields = {name: value for name, value in event.items() if name != "kind"}
    fields["recipients"] = tuple(event["recipients"])
    fields["raw"] = base64.b64decode(event["raw"])
    return Received(**fields, reply=replies.get(event["number"]))


def _wait_until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"The sink did not see {what} within {seconds} s.")
        time.sleep(0.01)
