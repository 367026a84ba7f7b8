from __future__ import annotations

import socket

import pytest

from tests.support.network import OutsideNetworkError, is_local


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_connection_to_another_machine_is_refused(method: str) -> None:
    with socket.socket() as outgoing, pytest.raises(OutsideNetworkError, match=r"192\.0\.2\.1"):
        getattr(outgoing, method)(("192.0.2.1", 80))


def test_a_packet_to_another_machine_is_refused() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as outgoing,
        pytest.raises(OutsideNetworkError, match=r"192\.0\.2\.1"),
    ):
        outgoing.sendto(b"x", 0, ("192.0.2.1", 53))


def test_a_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(OutsideNetworkError, match=r"kapstok\.example"):
        socket.create_connection(("kapstok.example", 443))


def test_this_machine_may_be_reached_by_name_and_by_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, port), timeout=10).close()


def test_a_unix_socket_may_be_used() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")

        assert other.recv(1) == b"x"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::1%lo", True),
        (b"localhost", True),
        (None, True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens here
        ("10.0.0.1", False),
        ("fe80::1", False),
        ("localhost.example", False),
    ],
)
def test_only_loopback_is_this_machine(host: object, local: bool) -> None:  # noqa: FBT001 - a table
    assert is_local(host) is local
