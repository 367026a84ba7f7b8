"""The ways out for what is no mail: our own switchboard, and Apprise for all other services.

Apprise knows over a hundred services. It opens its own connections, so the addresses come from who
runs Kapstok alone (KAPSTOK_APPRISE), never from a web page; people choose one by its name. It tells
little of what became of a message: what it does not tell counts as unknown, and is not repeated.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from calendar_app.config import Config
from calendar_app.language import N_
from calendar_app.outbound import Reply
from calendar_app.post_office import Answer, Mail, PostOffice
from calendar_app.reminders.switchboard import Switchboard, verdict

ORIGIN_PREFIX = "apprise:"
_SECONDS = 10.0
# What it says when a service answered with a status, and when it was not reached at all.
_STATUS = re.compile(r"\berror=(\d{3})\b")
_NOT_REACHED = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|Connection refused|SSLCertVerification"
)
_NOT_SET_UP = N_("The setting for this service is gone or cannot be used.")
_NOT_SAID = N_("The service did not say what became of it.")


def office_of(origin: str, config: Config, clock: Callable[[], datetime]) -> PostOffice:
    """The way out to `origin`: a scheme, host and port, or "apprise:" and a name."""
    if origin.startswith(ORIGIN_PREFIX):
        return AppriseService(origin, config, clock)
    return Switchboard(origin, config, clock)


class AppriseService:
    """One service that the operator named, by way of Apprise. See PostOffice."""

    # Its library keeps state that is shared by all of a process.
    width = 1

    def __init__(self, name: str, config: Config, clock: Callable[[], datetime]) -> None:
        self.name = name
        self._address = dict(config.apprise).get(name.removeprefix(ORIGIN_PREFIX))
        self._clock = clock
        self._door: list[tuple[Mail, Any]] = []

    def offer(self, mails: Sequence[Mail]) -> list[Answer | None]:
        """Read the address; nothing is sent yet. See PostOffice."""
        service = None if self._address is None else _service(self._address)
        if service is None:
            return [Answer("never", _NOT_SET_UP, gone=True) for _mail in mails]
        self._door = [(mail, service) for mail in mails]
        return [None for _mail in mails]

    def finish(self, chosen: Sequence[bool]) -> list[Answer]:
        """Let the chosen go. See PostOffice."""
        door, self._door = self._door, []
        return [
            self._send(mail, service) if goes else Answer("untried", "")
            for (mail, service), goes in zip(door, chosen, strict=True)
        ]

    def rest(self) -> None:
        """No connection is held."""

    def close(self) -> None:
        """Take back what stands at the door."""
        self._door = []

    def _send(self, mail: Mail, service: Any) -> Answer:
        import apprise  # noqa: PLC0415

        said: list[str] = []
        sender = apprise.Apprise()
        sender.add(service)
        told = json.loads(mail.raw)
        result = sender.notify(
            body=told["body"],
            title=told["title"],
            body_format=apprise.NotifyFormat.TEXT,
            timeout=_SECONDS,
            log_callback=lambda entry, _service: said.append(entry.message),
            log_level=logging.DEBUG,
        )
        if result:
            return Answer("accepted", "")
        if len(service) > 1:
            # Some of those that it goes to may have it, and none gets it twice.
            return Answer("unknown", _NOT_SAID)
        return _answer_of(" ".join(said), self._clock())


def _service(address: str) -> Any:
    """What Apprise makes of an address, told to try once; None when it makes nothing of it."""
    # Imported here: it costs 45 MB, and most installations do without.
    import apprise  # noqa: PLC0415

    # Its log lines hold addresses and go nowhere; what matters of them comes by its callback.
    lines = logging.getLogger("apprise")
    lines.propagate = False
    lines.setLevel(logging.DEBUG)
    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is not None:
        service.retry = 0
    return service


def _answer_of(said: str, now: datetime) -> Answer:
    """What became of a message that Apprise calls failed. Its words may hold secrets: not kept."""
    status = _STATUS.search(said)
    if status is not None:
        found = verdict(Reply(int(status[1]), ""), now)
        return Answer(found.kind, found.words)
    if _NOT_REACHED.search(said):
        return Answer("unreachable", N_("The other side cannot be reached."))
    return Answer("unknown", _NOT_SAID)
