"""The bytes of one SMTP connection: lines in, replies out, in clear or encrypted."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

# Not every system tells of a hang-up while bytes wait unread; Linux does.
HUNG_UP = getattr(select, "POLLRDHUP", select.POLLHUP)


class Wire:
    """One connection; every method raises OSError when it is broken."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = connection
        self.buffer = bytearray()

    def line(self) -> str:
        while (end := self.buffer.find(b"\n")) < 0:
            self._fill()
        return self._take(end + 1).decode("utf-8", "replace").strip("\r\n")

    def await_bytes(self) -> None:
        if not self.buffer:
            self._fill()

    def until_dot(self) -> bytes:
        """The body up to the line with a single dot, without dot-stuffing (RFC 5321 §4.5.2)."""
        while (end := self._end_of_body()) < 0:
            self._fill()
        raw = self._take(end)
        self._take(len(b".\r\n"))
        return re.sub(rb"(\A|\r\n)\.", rb"\1", raw)

    def take_all(self) -> bytes:
        return self._take(len(self.buffer))

    def send(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def encrypt(self, context: ssl.SSLContext) -> None:
        # What was sent in clear after STARTTLS must not be obeyed (CVE-2011-0411).
        self.buffer.clear()
        secure = context.wrap_socket(
            self.connection, server_side=True, do_handshake_on_connect=False
        )
        self.connection = secure
        secure.do_handshake()

    def mailer_left(self, seconds: float) -> bool:
        """Whether the other side hangs up within `seconds`; what it sent before stays unread."""
        poll = select.poll()
        poll.register(self.connection, HUNG_UP)
        return bool(poll.poll(seconds * 1000))

    def reset_at_the_end(self) -> None:
        """Let `close` send a TCP reset instead of a goodbye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def break_off(self) -> None:
        """Wake whoever reads or writes here; from another thread."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.connection.close()

    def _end_of_body(self) -> int:
        if self.buffer.startswith(b".\r\n"):
            return 0
        end = self.buffer.find(b"\r\n.\r\n")
        return end if end < 0 else end + len(b"\r\n")

    def _fill(self) -> None:
        received = self.connection.recv(65536)
        if not received:
            raise ConnectionAbortedError
        self.buffer += received

    def _take(self, count: int) -> bytes:
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken
