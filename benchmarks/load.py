"""A small load generator: some connections held open, the same request again and again on each."""

from __future__ import annotations

import re
import socket
import threading
import time
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\nContent-Length: *(\d+)\r\n", re.IGNORECASE)
_NO_BODY = (b"304", b"204")


@dataclass
class Load:
    """Requests to one path of a server on loopback; any answer but `status` raises."""

    bind: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    connections: int = 8

    def requests_a_second(self, seconds: float = 4.0) -> float:
        """Answers a second over `seconds`, after a second to warm up."""
        counts = [0] * self.connections
        stop_at = time.monotonic() + 1.0 + seconds
        threads = [
            threading.Thread(target=self._ask, args=(counts, place, stop_at))
            for place in range(self.connections)
        ]
        for thread in threads:
            thread.start()
        time.sleep(1.0)
        before, began = sum(counts), time.monotonic()
        for thread in threads:
            thread.join()
        if min(counts) == 0:
            raise RuntimeError(f"a connection to {self.path} got no answer")
        return (sum(counts) - before) / (time.monotonic() - began)

    def body(self) -> bytes:
        """What the server answers to one request."""
        with socket.create_connection(self._address()) as connection:
            connection.sendall(self._request())
            return self._answer(connection)

    def _ask(self, counts: list[int], place: int, stop_at: float) -> None:
        with socket.create_connection(self._address()) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            request = self._request()
            while time.monotonic() < stop_at:
                connection.sendall(request)
                self._answer(connection)
                counts[place] += 1

    def _address(self) -> tuple[str, int]:
        host, _, port = self.bind.rpartition(":")
        return host, int(port)

    def _request(self) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {self.bind}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def _answer(self, connection: socket.socket) -> bytes:
        held = b""
        while b"\r\n\r\n" not in held:
            held += self._more(connection)
        head, _, body = held.partition(b"\r\n\r\n")
        if head.split(b" ", 2)[1] != str(self.status).encode():
            raise RuntimeError(f"{self.path} answered {head.splitlines()[0]!r}")
        length = _LENGTH.search(head + b"\r\n")
        wanted = 0 if head.split(b" ", 2)[1] in _NO_BODY or length is None else int(length[1])
        parts = [body]
        missing = wanted - len(body)
        while missing > 0:
            parts.append(self._more(connection))
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self, connection: socket.socket) -> bytes:
        received = connection.recv(262_144)
        if not received:
            raise RuntimeError(f"the server closed the connection on {self.path}")
        return received


def row(
    name: str, value: float, unit: str, *, against: float, at_least: float, aim: float
) -> dict[str, object]:
    """A figure where more is better, as a ratio to `against`."""
    ratio = value / against
    return _row(name, value, unit, against, at_least, aim, holds=ratio >= at_least)


def limit(
    name: str,
    value: float,
    unit: str,
    at_least: float,
    aim: float,
    *,
    against: float | None = None,
) -> dict[str, object]:
    """A figure where less is better, as a ratio to `against` when there is one."""
    measured = value if against is None else value / against
    return _row(name, value, unit, against, at_least, aim, holds=measured <= at_least)


def _row(
    name: str,
    value: float,
    unit: str,
    against: float | None,
    at_least: float,
    aim: float,
    *,
    holds: bool,
) -> dict[str, object]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "against": None if against is None else round(against, 3),
        "ratio": None if against is None else round(value / against, 3),
        "at_least": at_least,
        "aim": aim,
        "holds": holds,
    }
