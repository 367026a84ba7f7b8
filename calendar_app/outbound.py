"""The way out of the house for web requests: what Kapstok fetches from, and brings to, an address.

An address from outside is a way in as well: a name may point at a machine of the own network, a
server may lead on to one, answer without an end or unpack to more than there is memory. So each
host is looked up once, every one of its addresses is judged, and the connection goes to an address
that was judged: a name server that says something else the next moment changes nothing. Private
addresses are reached only where the operator allows them (KAPSTOK_OUTBOUND_ALLOW).
"""

from __future__ import annotations

import ipaddress
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from calendar_app import __version__
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.text import clean_line

USER_AGENT = f"Kapstok/{__version__}"
MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 3
SECONDS = 10.0
LONGEST_ADDRESS = 1000
# RFC 1035 §2.3.4: of the name of a host, and of each of its parts between the dots.
LONGEST_HOST = 253
LONGEST_LABEL = 63

_CHUNK = 64 * 1024
# A host with several addresses may have some that do not answer here (IPv6 without a route).
_SECONDS_AN_ADDRESS = 4.0
_LONGEST_MARK = 300
_LONGEST_SHOWN = 100
_LONGEST_WORDS = 2000
# Linux tells of a hang-up before anything is read; elsewhere a broken line shows when it is used.
_HUNG_UP = getattr(select, "POLLRDHUP", select.POLLHUP) | select.POLLHUP | select.POLLERR
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Of protocols, not of machines (RFC 6890 §2.2.2); older Pythons call some of it open.
_OF_PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")

# What a connection may end in; urllib3 lets through what it has from the standard library.
_TROUBLE = (OSError, HTTPError, HTTPException)

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp: TypeAlias = Callable[[str, int], Sequence[str]]


class Unfetched(Refused):
    """What an address names could not be fetched, in words for the person who gave the address."""


class Closed(Unfetched):
    """The address lies in a closed network: nobody goes there unless the operator allows it."""


class Unanswered(Unfetched):
    """Something was handed over and no whole answer came: it may have arrived."""


@dataclass(frozen=True)
class Fetched:
    """What a server answered: the unpacked body, and the marks to ask with the next time."""

    body: bytes
    etag: str = ""
    last_modified: str = ""


def fetch(
    address: str,
    allowed: Sequence[str] = (),
    *,
    etag: str = "",
    last_modified: str = "",
    seconds: float = SECONDS,
    look_up: LookUp | None = None,
) -> Fetched | None:
    """What the http or https `address` names; None when it is still what the marks belong to.

    It takes `seconds` at most, all in all, and at most MOST_BYTES and MOST_REDIRECTS. `allowed` are
    hosts and networks that may be reached though private; `look_up` gives the addresses of a host.
    Raises Unfetched.
    """
    ends_at = time.monotonic() + seconds
    marks = _marks(etag, last_modified)
    target = expect_address(address)
    for _step in range(MOST_REDIRECTS + 1):
        answer = _ask(target, allowed, marks, ends_at, look_up or addresses_of)
        if not isinstance(answer, str):
            return answer
        target = _led_on(target, answer)
    raise Unfetched(N_("This address leads on and on. Ask for the address where it ends."))


@dataclass(frozen=True)
class Reply:
    """What a server answered to what was brought: its status, and the first words of its body."""

    status: int
    words: str
    # The header Retry-After as it came: seconds or a date (RFC 9110 §10.2.3).
    retry_after: str = ""


class Call:
    """A connection that stands, over which nothing was said yet."""

    def __init__(self, target: SplitResult, connection: HTTPConnection) -> None:
        self._target = target
        self._connection = connection

    def is_cut(self) -> bool:
        """Whether the other side has hung up, as far as our side of the line can tell."""
        sock = self._connection.sock
        if sock is None:
            return True
        poll = select.poll()
        poll.register(sock, _HUNG_UP)
        return bool(poll.poll(0))

    def post(self, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Reply:
        """Bring `body` and hear the answer, all in all within `seconds`; leads nowhere on.

        Raises Unanswered: from the first byte on nobody can tell whether it arrived.
        """
        ends_at = time.monotonic() + seconds
        told = {"Host": self._target.netloc, "User-Agent": USER_AGENT, "Connection": "close"}
        try:
            with (
                _words_for_trouble(),
                closing(self._connection),
                _cut_off(self._connection, ends_at),
            ):
                self._connection.sock.settimeout(seconds)
                path, headers = _path(self._target), {**told, **headers}
                self._connection.request("POST", path, body, headers, preload_content=False)
                return _reply(self._connection.getresponse())
        except Unfetched as error:
            raise Unanswered(error.message) from error

    def hang_up(self) -> None:
        """Close without a word."""
        self._connection.close()


def dial(
    address: str,
    allowed: Sequence[str] = (),
    *,
    seconds: float = SECONDS,
    look_up: LookUp | None = None,
) -> Call:
    """A connection to the host of `address`, to bring something there: nothing is sent yet.

    Its addresses are judged as those of `fetch` are. Raises Unfetched, Closed.
    """
    ends_at = time.monotonic() + seconds
    target = expect_address(address)
    with _words_for_trouble():
        return Call(target, _connected(target, allowed, ends_at, look_up or addresses_of))


def origin_of(address: str) -> str:
    """The scheme, host and port of `address`, as one compares them: "https://hooks.slack.com"."""
    parts = expect_address(address)
    host = str(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def web_address(typed: str) -> str:
    """`typed` as an address to fetch: cleaned, and `webcal` read as `https`."""
    cleaned = clean_line(typed)
    scheme, colon, rest = cleaned.partition("://")
    if colon and scheme.lower() in {"webcal", "webcals"}:
        return f"https://{rest}"
    return cleaned


def expect_address(address: str) -> SplitResult:
    """The parts of an http or https address without a name and password. Raises Unfetched."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _no_address() from error
    plain = address.isascii() and address.isprintable() and " " not in address
    if not plain or parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise _no_address()
    if "@" in parts.netloc:
        raise Unfetched(N_("Leave the name and the password out of the address."))
    if len(address) > LONGEST_ADDRESS or not _can_be_a_host(parts.hostname):
        raise Unfetched(N_("This address is too long."))
    return parts


def _can_be_a_host(host: str) -> bool:
    """Whether a name server could know a host of this length."""
    name = host.removesuffix(".")
    labels = name.split(".")
    return len(name) <= LONGEST_HOST and all(len(label) <= LONGEST_LABEL for label in labels)


def masked(address: str) -> str:
    """As much of `address` as may be shown: its host, cut when it is long. The rest is secret."""
    host = urlsplit(address).hostname or ""
    return f"{host}/…" if len(host) <= _LONGEST_SHOWN else f"{host[:_LONGEST_SHOWN]}…/…"


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of `host` in the order of the system's preference. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[4][0]) for place in found))


def may_reach(host: str, address: str, allowed: Sequence[str]) -> bool:
    """Whether `address`, where `host` is, is on the open internet or one that is `allowed`."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        # With a scope ("fe80::1%eth0"), and so never of the open internet.
        return False
    return (
        host.rstrip(".").lower() in allowed
        or any(_lies_in(found, network) for network in allowed)
        or all(_is_open(each) for each in (found, *_inside(found)))
    )


def _is_open(address: Address) -> bool:
    closed = address.is_multicast or address.is_reserved or getattr(address, "is_site_local", False)
    if address in _OF_PROTOCOLS:
        return False
    # NAT64 counts as reserved, but what matters there is the address inside.
    return address.is_global and (not closed or address in _NAT64)


def _inside(address: Address) -> Iterator[Address]:
    """The IPv4 addresses that an IPv6 address is another way to write, or a tunnel to."""
    if isinstance(address, ipaddress.IPv6Address):
        tunnels = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()))
        yield from (inner for inner in tunnels if inner is not None)
        if address in _NAT64 or int(address) < 2**32:
            yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _lies_in(address: Address, network: str) -> bool:
    """Whether `address`, or the IPv4 address that it is another way to write, is of `network`."""
    mapped = getattr(address, "ipv4_mapped", None)
    try:
        return (mapped or address) in ipaddress.ip_network(network)
    except ValueError:
        return False


def _no_address() -> Unfetched:
    return Unfetched(N_("Give an address that begins with https:// or http://."))


def _marks(etag: str, last_modified: str) -> dict[str, str]:
    named = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in named.items() if value}


def _led_on(target: SplitResult, location: str) -> SplitResult:
    """Where `target` leads on to. Raises Unfetched, also when what was safe would no longer be."""
    try:
        following = expect_address(urljoin(target.geturl(), location))
    except ValueError as error:
        raise _no_address() from error
    if target.scheme == "https" and following.scheme == "http":
        raise Unfetched(N_("This address leads from a safe one to an unsafe one."))
    return following


def _ask(
    target: SplitResult,
    allowed: Sequence[str],
    marks: Mapping[str, str],
    ends_at: float,
    look_up: LookUp,
) -> Fetched | str | None:
    """What `target` answers, None for nothing new, or where it leads on to."""
    with _words_for_trouble():
        connection = _connected(target, allowed, ends_at, look_up)
        with closing(connection), _cut_off(connection, ends_at):
            connection.request(
                "GET", _path(target), headers=_headers(target, marks), preload_content=False
            )
            return _read(connection.getresponse(), ends_at, was_known=bool(marks))


@contextmanager
def _words_for_trouble() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Unfetched(N_("The connection is not safe: the certificate is not right.")) from error
    except TimeoutError as error:
        raise _too_slow() from error
    except _TROUBLE as error:
        caused = error.__cause__ or error.__context__
        if isinstance(caused, TimeoutError):
            raise _too_slow() from error
        raise Unfetched(N_("The other side cannot be reached.")) from error


def _too_slow() -> Unfetched:
    return Unfetched(N_("The other side did not answer in time."))


def _connected(
    target: SplitResult, allowed: Sequence[str], ends_at: float, look_up: LookUp
) -> HTTPConnection:
    """A connection to the first of the host's addresses that takes one. Raises OSError and others.

    All of them must be ones to reach: a host that is also inside is not what it says it is.
    """
    host, port = str(target.hostname), target.port or _PORTS[target.scheme]
    found = _in_time(lambda: look_up(host, port), ends_at)
    if not found:
        raise Unfetched(N_("There is no computer with the name %(host)s."), host=host)
    if not all(may_reach(host, address, allowed) for address in found):
        raise Closed(
            N_(
                "This address is inside a closed network, so Kapstok does not go there. "
                "Who runs Kapstok can allow it."
            )
        )
    *others, last = found
    for address in others:
        try:
            return _connection(target, address, port, ends_at)
        except _TROUBLE:
            continue
    return _connection(target, last, port, ends_at)


def _in_time(look_up: Callable[[], Sequence[str]], ends_at: float) -> Sequence[str]:
    """What `look_up` finds, nothing when there is nothing. Raises TimeoutError at `ends_at`."""
    found: list[Sequence[str]] = []

    def look() -> None:
        try:
            found.append(look_up())
        except (OSError, UnicodeError):
            found.append(())

    # The system's own look-up cannot be told how long it may take.
    looking = threading.Thread(target=look, daemon=True, name="look-up of a host")
    looking.start()
    looking.join(max(0.0, ends_at - time.monotonic()))
    if not found:
        raise TimeoutError
    return found[0]


def _connection(target: SplitResult, address: str, port: int, ends_at: float) -> HTTPConnection:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    patience = min(_SECONDS_AN_ADDRESS, left)
    connection: HTTPConnection
    if target.scheme == "https":
        connection = HTTPSConnection(
            address,
            port,
            timeout=patience,
            # The name in the address is the one that the certificate must have.
            server_hostname=target.hostname,
            ssl_context=ssl.create_default_context(),
        )
    else:
        connection = HTTPConnection(address, port, timeout=patience)
    try:
        connection.connect()
    except BaseException:
        connection.close()
        raise
    # From here on an answer may take all the time that is left.
    connection.timeout = max(0.1, ends_at - time.monotonic())
    return connection


@contextmanager
def _cut_off(connection: HTTPConnection, ends_at: float) -> Iterator[None]:
    """Hang up at `ends_at`, whatever is being waited for; a byte now and then would go on for ever.

    Raises TimeoutError when it came to that.
    """
    sock = connection.sock

    def hang_up() -> None:
        try:
            # Past the TLS, which another thread is using; it only finds its line dead.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            return

    timer = threading.Timer(max(0.0, ends_at - time.monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    except _TROUBLE as error:
        if time.monotonic() >= ends_at:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()


def _path(target: SplitResult) -> str:
    path = target.path or "/"
    return f"{path}?{target.query}" if target.query else path


def _headers(target: SplitResult, marks: Mapping[str, str]) -> dict[str, str]:
    return {
        "Host": target.netloc,
        "User-Agent": USER_AGENT,
        "Accept": "text/calendar, */*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **marks,
    }


def _read(response: BaseHTTPResponse, ends_at: float, *, was_known: bool) -> Fetched | str | None:
    if response.status in _REDIRECTS and response.headers.get("Location"):
        return str(response.headers["Location"])
    if response.status == 304 and was_known:
        return None
    if response.status != 200:
        raise _refused_with(response.status)
    body = _body(response)
    if time.monotonic() >= ends_at:
        # Without a length, a line that was cut looks like the end.
        raise TimeoutError
    return Fetched(body, _mark(response, "ETag"), _mark(response, "Last-Modified"))


def _reply(response: BaseHTTPResponse) -> Reply:
    """A status is the answer; what follows it is only words, and not waited for to the end."""
    words = b""
    with suppress(*_TROUBLE):
        words = response.read(_LONGEST_WORDS, decode_content=False)
    return Reply(
        response.status,
        clean_line(words.decode("utf-8", "replace")),
        clean_line(response.headers.get("Retry-After", ""))[:_LONGEST_MARK],
    )


def _body(response: BaseHTTPResponse) -> bytes:
    """The unpacked body. Raises Unfetched as soon as it is more than MOST_BYTES."""
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unfetched(
                N_("This is more than Kapstok reads: %(most)s MB at most."), most=MOST_BYTES >> 20
            )
    return bytes(body)


def _mark(response: BaseHTTPResponse, name: str) -> str:
    mark = clean_line(response.headers.get(name, ""))
    # A mark that was cut off would be another one.
    return mark if len(mark) <= _LONGEST_MARK and mark.isascii() else ""


def _refused_with(status: int) -> Unfetched:
    if status in {401, 403}:
        return Unfetched(
            N_("The other side wants a sign-in (%(status)s). Ask for a public or secret address."),
            status=status,
        )
    if status in {404, 410}:
        return Unfetched(N_("There is nothing at this address (%(status)s)."), status=status)
    return Unfetched(N_("The other side gives an error (%(status)s)."), status=status)
