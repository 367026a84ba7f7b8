"""One SMTP conversation from the relay's side (RFC 5321): strict about order, faulty as told."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import time
from typing import TYPE_CHECKING

from calendar_app import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.smtp_faults import Fault, Point
    from tests.support.smtp_log import Verdict
    from tests.support.smtp_sink import SmtpSink
    from tests.support.smtp_wire import Wire

SENDER = re.compile(r"FROM:\s*<([^<>]*)>", re.IGNORECASE)
RECIPIENT = re.compile(r"TO:\s*<([^<>]+)>", re.IGNORECASE)


class Conversation:
    """One connection, from greeting to goodbye."""

    def __init__(self, sink: SmtpSink, wire: Wire, number: int) -> None:
        self.sink = sink
        self.wire = wire
        self.number = number
        self.greeted = False
        self.secure = sink.tls == "implicit"
        self.user: str | None = None
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.verbs: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": lambda _: self._say("250 2.0.0 OK"),
            "VRFY": lambda _: self._say("252 2.5.0 Send some mail and see"),
            "QUIT": self._quit,
        }

    def run(self) -> None:
        with contextlib.suppress(OSError):
            if self.secure:
                self._encrypt()
            self._say(self._reach("connect") or "220 sink ESMTP")
            self._reach("greeted")
            while True:
                self._obey(self.wire.line())

    def _obey(self, line: str) -> None:
        verb, _, argument = line.partition(" ")
        self.verbs.get(verb.upper(), self._unknown)(argument.strip())

    def _unknown(self, _: str) -> None:
        self._say("500 5.5.2 No such command")

    def _reach(self, point: Point) -> str | None:
        """Suffer what is programmed here; the reply to give instead. Raises OSError at an end."""
        recipients = self.recipients[-1:] if point == "rcpt" else self.recipients
        for fault in self.sink.faults.visit(point, recipients):
            self.sink.note("fault", self.number, point=point, action=fault.action)
            if fault.action == "answer":
                return fault.reply
            self._suffer(fault)
        return None

    def _suffer(self, fault: Fault) -> None:
        if fault.action == "wait":
            self._wait(fault.seconds)
            return
        if fault.action == "reset":
            self.wire.reset_at_the_end()
        raise ConnectionAbortedError

    def _wait(self, seconds: float | None) -> None:
        released = self.sink.released
        deadline = None if seconds is None else time.monotonic() + seconds
        while not (released.is_set() or (deadline is not None and time.monotonic() >= deadline)):
            if self.sink.stopping.is_set() or self.wire.mailer_left(0.01):
                raise ConnectionAbortedError

    def _say(self, *lines: str) -> None:
        self.wire.send(*lines)
        if lines[-1].startswith("421"):
            raise ConnectionAbortedError

    def _ehlo(self, name: str) -> None:
        reply = self._reach("ehlo")
        if reply is None:
            self._begin()
            offers = [f"sink greets {name}", *self._offers()]
            self._say(*(f"250-{offer}" for offer in offers), "250 SIZE 50000000")
        else:
            self._say(reply)

    def _offers(self) -> list[str]:
        offers = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        if self._in_clear:
            return [*offers, "STARTTLS"]
        return [*offers, "AUTH PLAIN LOGIN"] if self.sink.users else offers

    @property
    def _in_clear(self) -> bool:
        return self.sink.tls == "starttls" and not self.secure

    def _helo(self, name: str) -> None:
        reply = self._reach("ehlo")
        if reply is None:
            self._begin()
        self._say(reply or f"250 sink greets {name}")

    def _begin(self) -> None:
        self._forget()
        self.greeted = True

    def _starttls(self, _: str) -> None:
        reply = self._reach("starttls")
        if reply is None and not self._in_clear:
            reply = "503 5.5.1 No STARTTLS here"
        self._say(reply or "220 2.0.0 Begin")
        if reply is None:
            self._encrypt()
            # RFC 3207 §4.2: the relay forgets what it learned in clear.
            self._forget()
            self.greeted = False

    def _encrypt(self) -> None:
        assert self.sink.tls_context is not None
        self.wire.encrypt(self.sink.tls_context)
        self.secure = True

    def _auth(self, argument: str) -> None:
        mechanism, _, initial = argument.partition(" ")
        reply = self._reach("auth") or self._refusal_of_auth(mechanism.upper())
        if reply is None:
            user, password = self._credentials(mechanism.upper(), initial)
            self.user = user if password and self.sink.users.get(user) == password else None
            reply = "235 2.7.0 Welcome" if self.user else "535 5.7.8 Wrong user or password"
        self._say(reply)

    def _refusal_of_auth(self, mechanism: str) -> str | None:
        if self._in_clear:
            return "538 5.7.11 Encryption required"
        if not self.sink.users or mechanism not in {"PLAIN", "LOGIN"}:
            return "504 5.5.4 No such mechanism"
        return None

    def _credentials(self, mechanism: str, initial: str) -> tuple[str, str]:
        if mechanism == "LOGIN":
            user = _decoded(initial) if initial else self._ask("Username:")
            return user, self._ask("Password:")
        parts = (_decoded(initial) if initial else self._ask("")).split("\0")
        return (parts[1], parts[2]) if len(parts) == 3 else ("", "")

    def _ask(self, question: str) -> str:
        self._say("334 " + base64.b64encode(question.encode()).decode("ascii"))
        return _decoded(self.wire.line())

    def _mail(self, argument: str) -> None:
        address = SENDER.match(argument)
        reply = self._reach("mail") or self._refusal_of_mail()
        if reply is None and address is not None:
            self._forget()
            self.sender = address[1]
            reply = "250 2.1.0 OK"
        self._say(reply or "501 5.5.4 MAIL FROM:<address>")

    def _refusal_of_mail(self) -> str | None:
        if not self.greeted:
            return "503 5.5.1 Say EHLO first"
        if self._in_clear:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if self.sink.users and self.user is None:
            return "530 5.7.0 Authentication required"
        return None

    def _rcpt(self, argument: str) -> None:
        address = RECIPIENT.match(argument)
        if self.sender is None:
            self._say("503 5.5.1 Say MAIL first")
        elif address is None:
            self._say("501 5.5.4 RCPT TO:<address>")
        else:
            self._say(self._verdict_on(address[1]))

    def _verdict_on(self, address: str) -> str:
        self.recipients.append(address)
        reply = self._reach("rcpt")
        if reply is not None:
            self.recipients.pop()
        return reply or "250 2.1.5 OK"

    def _data(self, _: str) -> None:
        if not self.recipients:
            self._say("503 5.5.1 No valid recipients")
            return
        reply = self._reach("data")
        self._say(reply or "354 Go on")
        if reply is None:
            self._judge(self._body())
            self._reach("answered")
            self._forget()

    def _body(self) -> bytes:
        try:
            self.wire.await_bytes()
            self._reach("body")
            return self.wire.until_dot()
        except OSError:
            self._record(self.wire.take_all(), "cut")
            raise

    def _judge(self, raw: bytes) -> None:
        try:
            refusal = self._reach("dot")
        except OSError:
            self._record(raw, "dropped")
            raise
        number = self._record(raw, "rejected" if refusal else "accepted")
        reply = refusal or self._reach("accepted") or f"250 2.0.0 OK message {number}"
        self.sink.note("answer", self.number, message=number, reply=reply)
        self._say(reply)

    def _record(self, raw: bytes, verdict: Verdict) -> int:
        return self.sink.journal.add_message(
            {
                "kind": "message",
                "time": clock.now().timestamp(),
                "connection": self.number,
                "sender": self.sender,
                "recipients": self.recipients,
                "raw": base64.b64encode(raw).decode("ascii"),
                "verdict": verdict,
                "tls": self.secure,
                "user": self.user,
            }
        )

    def _rset(self, _: str) -> None:
        self._forget()
        self._say("250 2.0.0 OK")

    def _quit(self, _: str) -> None:
        self._say("221 2.0.0 Bye")
        raise ConnectionAbortedError

    def _forget(self) -> None:
        self.sender = None
        self.recipients = []


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
