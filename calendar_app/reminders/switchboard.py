"""The way out for messages: to one service (its scheme, host and port), over HTTP.

Like a mail relay (`post_office`) it hands over in two steps: `offer` looks the host up, judges its
addresses and connects, which sends nothing; `finish` writes the request. From there on only an
answer can tell: none is "unknown", and nobody repeats that by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus

from calendar_app.config import Config
from calendar_app.language import N_, noted
from calendar_app.outbound import Call, Closed, Reply, Unanswered, Unfetched, dial
from calendar_app.post_office import Answer, Mail
from calendar_app.reminders.push import PUSH, Subscription, sealed

# For so long an address may ask to be left alone: a day, whatever it says.
_LONGEST_WAIT = 86_400.0
# What stands for the service's own reason, and holds no text of others and no address.
_CODE = re.compile(r'"code"\s*:\s*"([A-Za-z][\w.]{1,60})"')
_WORD = re.compile(r"[a-z][a-z_]{1,60}")
# Nothing will ever arrive there: the address is wrong, its right was taken back, or it is gone.
_GONE = frozenset({401, 403, 404, 405, 410})
# Not now; 5xx below are those with which a server says that it did nothing.
_LATER = frozenset({408, 421, 423, 425, 429, 500, 503, 507})
# A gateway got no answer from what stands behind it, which may have done it.
_UNKNOWN = frozenset({502, 504})


@dataclass(frozen=True)
class Message(Mail):
    """One message as it goes out: `recipient` is its secret address, `raw` JSON in ASCII."""

    kind: str
    useful_until: datetime


@dataclass(frozen=True)
class _AtTheDoor:
    message: Message
    call: Call


class Switchboard:
    """A service that takes messages over HTTP. See PostOffice."""

    width = 4

    def __init__(
        self, name: str, config: Config, clock: Callable[[], datetime], seconds: float = 10.0
    ) -> None:
        self.name = name
        self._config = config
        self._clock = clock
        self._seconds = seconds
        self._door: list[_AtTheDoor] = []

    def offer(self, mails: Sequence[Mail]) -> list[Answer | None]:
        """Connect for each. See PostOffice."""
        messages = [mail for mail in mails if isinstance(mail, Message)]
        with ThreadPoolExecutor(self.width) as side_by_side:
            calls = list(side_by_side.map(self._connect, messages))
        answers: list[Answer | None] = []
        for message, call in zip(messages, calls, strict=True):
            if isinstance(call, Answer):
                answers.append(call)
            else:
                self._door.append(_AtTheDoor(message, call))
                answers.append(None)
        return answers

    def finish(self, chosen: Sequence[bool]) -> list[Answer]:
        """Write the requests of the chosen, and hear the answers. See PostOffice."""
        door, self._door = self._door, []
        # Read once and here: a clock may belong to the thread that asks.
        now = self._clock()
        with ThreadPoolExecutor(self.width) as side_by_side:
            return list(side_by_side.map(partial(self._let_go, now), door, chosen))

    def rest(self) -> None:
        """No connection is held."""

    def close(self) -> None:
        """Hang up what stands at the door."""
        self.finish([False] * len(self._door))

    def _connect(self, message: Message) -> Call | Answer:
        try:
            allowed = self._config.outbound_allow
            return dial(_address_of(message), allowed, seconds=self._seconds)
        except Closed as error:
            return Answer("never", noted(error.message, **error.values))
        except Unfetched as error:
            return Answer("unreachable", noted(error.message, **error.values))

    def _let_go(self, now: datetime, one: _AtTheDoor, goes: bool) -> Answer:  # noqa: FBT001
        if not goes:
            one.call.hang_up()
            return Answer("untried", "")
        if one.call.is_cut():
            # Nothing was written yet: no doubt about that.
            one.call.hang_up()
            return Answer("unreachable", N_("The other side closed the connection."))
        body, headers = self._written(one.message, now)
        try:
            reply = one.call.post(body, headers, self._seconds)
        except Unanswered as error:
            return Answer("unknown", noted(error.message, **error.values))
        return verdict(reply, now)

    def _written(self, message: Message, now: datetime) -> tuple[bytes, dict[str, str]]:
        body, headers = message.raw, {"Content-Type": "application/json; charset=utf-8"}
        if message.kind == PUSH:
            to = Subscription.from_text(message.recipient)
            body, headers = sealed(self._config, to, body, message.useful_until, now)
        return body, {"Accept": "*/*", "Content-Length": str(len(body)), **headers}


def _address_of(message: Message) -> str:
    if message.kind == PUSH:
        return Subscription.from_text(message.recipient).endpoint
    return message.recipient


def verdict(reply: Reply, now: datetime) -> Answer:
    """What an answer means."""
    words, status = words_of(reply), reply.status
    if 200 <= status < 300:
        return Answer("accepted", words)
    if status in _UNKNOWN:
        return Answer("unknown", words)
    if status in _LATER or status >= 500:
        return Answer("later", words, wait=_wait(reply.retry_after, now))
    return Answer("never", words, gone=status in _GONE)


def words_of(reply: Reply) -> str:
    """The status, and the service's own short reason; nothing that could hold a secret."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = ""
    code = _CODE.search(reply.words)
    word = _WORD.fullmatch(reply.words)
    reason = code[1] if code else word[0] if word else ""
    return " ".join(part for part in (str(reply.status), phrase, reason) if part)


def _wait(retry_after: str, now: datetime) -> float:
    """The seconds that Retry-After asks for (RFC 9110 §10.2.3), a day at most."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:9]), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max(0.0, (until - now).total_seconds()), _LONGEST_WAIT)
