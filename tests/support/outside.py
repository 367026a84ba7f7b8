"""A web server on loopback that stands for all servers outside: polite, slow, broken or hostile."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
Answer = Callable[["Asked", socket.socket], None]


@dataclass(frozen=True)
class Asked:
    """One request as it came in: its path and its header lines, names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes = b""


def says(status: int, body: bytes = b"", **headers: str) -> Answer:
    """An answer with this status, body and headers (`content_type` is Content-Type)."""

    def answer(_asked: Asked, line: socket.socket) -> None:
        told = {"Content-Length": str(len(body)), "Content-Type": "text/calendar"}
        told.update({name.replace("_", "-").title(): value for name, value in headers.items()})
        lines = [f"HTTP/1.1 {status} Here", *(f"{name}: {value}" for name, value in told.items())]
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return answer


def stalls(seconds: float = 8) -> Answer:
    """Take what is brought, and say nothing, until the other side has had enough."""

    def answer(_asked: Asked, line: socket.socket) -> None:
        line.settimeout(seconds)
        line.recv(1)

    return answer


def hangs_up() -> Answer:
    """Take what is brought, and close."""
    return lambda _asked, _line: None


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other; the last one again and again."""
    rest = list(answers)

    def answer(asked: Asked, line: socket.socket) -> None:
        (rest.pop(0) if len(rest) > 1 else rest[0])(asked, line)

    return answer


def leads_to(address: str, status: int = 302) -> Answer:
    """An answer that leads on."""
    return says(status, location=address)


def drips(seconds: float = 0.05) -> Answer:
    """A body without an end, a byte now and then."""

    def answer(_asked: Asked, line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 Here\r\nContent-Type: text/calendar\r\n\r\n")
        pause = threading.Event()
        while not pause.wait(seconds):
            line.sendall(b"x")

    return answer


def drips_headers(seconds: float = 0.05) -> Answer:
    """Headers without an end, a byte now and then."""

    def answer(_asked: Asked, line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 Here\r\nX-Long: ")
        pause = threading.Event()
        while not pause.wait(seconds):
            line.sendall(b"x")

    return answer


@dataclass
class Outside:
    """The server. `pages` are its answers by path; whatever else is asked is not there (404)."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._listening = socket.create_server((HOST, 0))
        self.port: int = self._listening.getsockname()[1]
        self._lines: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._door = threading.Thread(target=self._open_door)
        self._door.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._door.join(10)
        for line in self._lines:
            line.close()
        for thread in self._threads:
            thread.join(10)

    def url(self, path: str = "/", host: str = HOST) -> str:
        """The address of `path` here."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    def _open_door(self) -> None:
        while True:
            try:
                line, _who = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(line,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, line: socket.socket) -> None:
        try:
            line.settimeout(10)
            if self.tls is not None:
                line = self.tls.wrap_socket(line, server_side=True)
            self._lines.append(line)
            asked = _heard(line)
            self.asked.append(asked)
            self.pages.get(asked.path, says(404))(asked, line)
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            # Whoever asked has hung up, as some of the tests want.
            pass
        finally:
            line.close()


def _heard(line: socket.socket) -> Asked:
    heard = b""
    while b"\r\n\r\n" not in heard:
        more = line.recv(4096)
        if not more:
            raise ConnectionError
        heard += more
    head, _blank, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (each.partition(": ") for each in lines)
    headers = {name.lower(): value for name, _colon, value in pairs}
    while len(body) < int(headers.get("content-length", "0")):
        more = line.recv(65536)
        if not more:
            raise ConnectionError
        body += more
    return Asked(first.split()[1], headers, body)
