"""An SMTP relay on loopback that takes mail, refuses it, stalls or breaks off, as it is told.

In a thread:    `with SmtpSink() as sink:` with sink.url, sink.messages,
                sink.program([answer("rcpt", "451 4.3.0 Later", times=2)])
As a process:   `with SinkProcess(log) as sink:` (smtp_process.py), the same questions and orders
By hand:        python -m tests.support.smtp_sink --port 2525 --log mails.jsonl

It speaks RFC 5321 with PIPELINING, STARTTLS or implicit TLS, AUTH PLAIN and LOGIN. A message is in
the log, flushed, before its answer is sent.
"""

from __future__ import annotations

import argparse
import json
import socket
import ssl
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from calendar_app import clock
from tests.support.smtp_conversation import Conversation
from tests.support.smtp_faults import Fault, Program
from tests.support.smtp_log import Event, Journal, Seen
from tests.support.smtp_wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

HOST = "127.0.0.1"
Tls = Literal["none", "starttls", "implicit"]


class SmtpSink(Seen):
    """A relay in threads of this process. `url` is what KAPSTOK_SMTP_URL takes."""

    def __init__(
        self,
        *,
        port: int = 0,
        log: Path | None = None,
        users: Mapping[str, str] | None = None,
        tls: Tls = "none",
        certificate: Path | None = None,
    ) -> None:
        """A relay for `port` (0: any); with `users` mail needs a sign-in, TLS a `certificate`."""
        self.users = dict(users or {})
        self.tls: Tls = tls
        self.tls_context = _tls_context(certificate) if tls != "none" else None
        self.faults = Program()
        self.released = threading.Event()
        self.stopping = threading.Event()
        self.port = port
        self.journal = Journal(log)
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._open: set[Wire] = set()
        self._lock = threading.Lock()
        self._count = self.connections

    def __enter__(self) -> Self:
        """Start listening."""
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop and wait for every thread."""
        self.stop()

    @property
    def url(self) -> str:
        """The address for a mailer, without user and password."""
        return address_of(self.tls, self.port)

    def events(self) -> list[Event]:
        """All events so far, in order."""
        return self.journal.events()

    def program(self, faults: Iterable[Fault] = ()) -> None:
        """Replace what will go wrong from now on."""
        self.faults.replace(faults)

    def release(self) -> None:
        """Let every conversation that waits go on."""
        self.released.set()
        self.released = threading.Event()

    def refuse(self) -> None:
        """Refuse new connections, as a relay that is down; open ones go on."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Wakes the thread that waits in accept().
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def listen(self) -> None:
        """Take connections, at first or again, always on the same port."""
        if self._listener is None:
            self._listener = socket.create_server((HOST, self.port), backlog=256)
            self.port = self._listener.getsockname()[1]
            self._in_thread(self._take_connections, self._listener)

    def stop(self) -> None:
        """Break every conversation off and wait for the threads."""
        self.stopping.set()
        self.refuse()
        with self._lock:
            for wire in self._open:
                wire.break_off()
        for thread in self._threads:
            thread.join(10)
        self.journal.close()

    def note(self, kind: str, connection: int, **facts: Any) -> None:
        """Put an event into the log."""
        self.journal.add(
            {"kind": kind, "time": clock.now().timestamp(), "connection": connection, **facts}
        )

    def _take_connections(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            wire = Wire(connection)
            with self._lock:
                self._open.add(wire)
                self._count += 1
            self.note("connection", self._count)
            self._in_thread(self._serve, wire, self._count)

    def _serve(self, wire: Wire, number: int) -> None:
        try:
            Conversation(self, wire, number).run()
        finally:
            with self._lock:
                self._open.discard(wire)
            wire.close()

    def _in_thread(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()


def main(arguments: list[str] | None = None) -> None:
    """Run a sink until it is terminated; prints its ports as one line of JSON when it listens."""
    options = _parser().parse_args(arguments)
    sink = SmtpSink(
        port=options.port,
        log=options.log,
        users=dict(user.split(":", 1) for user in options.user),
        tls=options.tls,
        certificate=options.certificate,
    )
    with sink, socket.create_server((HOST, options.control_port)) as control:
        ports = {"port": sink.port, "control_port": control.getsockname()[1]}
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        while True:
            _take_order(sink, control)


def _take_order(sink: SmtpSink, control: socket.socket) -> None:
    connection, _ = control.accept()
    with connection, connection.makefile("rw", encoding="utf-8") as wire:
        _obey_order(sink, json.loads(wire.readline() or "{}"))
        wire.write("ok\n")


def _obey_order(sink: SmtpSink, order: dict[str, Any]) -> None:
    if "program" in order:
        sink.program(Fault(**fault) for fault in order["program"])
    if "listening" in order:
        (sink.listen if order["listening"] else sink.refuse)()
    if order.get("release"):
        sink.release()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.support.smtp_sink", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--tls", choices=get_args(Tls), default="none")
    parser.add_argument("--certificate", type=Path, help="PEM with certificate and key")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD")
    return parser


def address_of(tls: Tls, port: int) -> str:
    """A sink's address, in the form of KAPSTOK_SMTP_URL."""
    scheme = "smtps" if tls == "implicit" else "smtp"
    query = "?starttls=required" if tls == "starttls" else ""
    return f"{scheme}://{HOST}:{port}{query}"


def _tls_context(certificate: Path | None) -> ssl.SSLContext:
    if certificate is None:
        raise ValueError("A sink with TLS needs a certificate.")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


if __name__ == "__main__":
    main()
