"""A wall around the tests: they may talk to this machine only, never to the network outside."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL_NAMES = {"", "localhost", "ip6-localhost"}


class OutsideNetworkError(AssertionError):
    """A test tried to reach another machine."""


@contextmanager
def loopback_only() -> Iterator[None]:
    """Inside, connecting, sending or looking up a name beyond loopback raises OutsideNetworkError.

    It guards Python's own sockets; libpq and child processes have their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, method, _guarded(getattr(socket.socket, method)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def is_local(host: object) -> bool:
    """Whether `host`, a name or an address, is this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _guarded(method: Any) -> Any:
    def call(self: socket.socket, *arguments: Any) -> Any:
        # sendto(data, [flags,] address) and connect(address) both end with the address
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            _check(arguments[-1][0])
        return method(self, *arguments)

    return call


def _guarded_lookup(lookup: Any) -> Any:
    def call(host: object, *arguments: Any, **named: Any) -> Any:
        if not _is_address(host):
            _check(host)
        return lookup(host, *arguments, **named)

    return call


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _check(host: object) -> None:
    if not is_local(host):
        raise OutsideNetworkError(f"A test tried to reach {host!r}; only this machine is allowed.")
