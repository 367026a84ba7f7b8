"""The way out for web requests, against real servers: what it fetches, and what it does not."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from calendar_app import outbound
from calendar_app.outbound import (
    Fetched,
    Unfetched,
    fetch,
    masked,
    may_reach,
    origin_of,
    web_address,
)
from calendar_app.reminders.models import LONGEST_ORIGIN
from tests.support.certificate import self_signed
from tests.support.outside import Outside, drips, drips_headers, leads_to, says

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def outside() -> Iterator[Outside]:
    with Outside() as server:
        yield server


def there(*addresses: str) -> outbound.LookUp:
    """A look-up that finds these addresses, whatever the host."""
    return lambda _host, _port: list(addresses)


def refusal(address: str, allowed: Sequence[str] = LOOPBACK, **more: object) -> str:
    with pytest.raises(Unfetched) as refused:
        fetch(address, allowed, **more)  # type: ignore[arg-type]  # as the caller says
    return str(refused.value)


def test_a_calendar_is_fetched_with_its_marks(outside: Outside) -> None:
    outside.pages["/a.ics?key=1"] = says(200, b"BEGIN", etag='"v1"', last_modified="Tue")

    got = fetch(outside.url("/a.ics?key=1"), LOOPBACK)

    assert got == Fetched(b"BEGIN", '"v1"', "Tue")
    assert outside.asked[0].headers["host"] == f"127.0.0.1:{outside.port}"
    assert outside.asked[0].headers["user-agent"].startswith("Kapstok/")
    assert not {"cookie", "authorization", "referer"} & outside.asked[0].headers.keys()


def test_what_is_still_the_same_is_not_sent_again(outside: Outside) -> None:
    outside.pages["/a.ics"] = says(304)

    got = fetch(outside.url("/a.ics"), LOOPBACK, etag='"v1"', last_modified="Tue")

    assert got is None
    assert outside.asked[0].headers["if-none-match"] == '"v1"'
    assert outside.asked[0].headers["if-modified-since"] == "Tue"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "There is nothing at this address (404)."),
        (410, "There is nothing at this address (410)."),
        (401, "The other side wants a sign-in (401)."),
        (403, "The other side wants a sign-in (403)."),
        (500, "The other side gives an error (500)."),
        (304, "The other side gives an error (304)."),
        (204, "The other side gives an error (204)."),
    ],
)
def test_another_answer_is_told_in_words(outside: Outside, status: int, words: str) -> None:
    outside.pages["/a.ics"] = says(status)

    assert words in refusal(outside.url("/a.ics"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a.ics",
        "ftp://a.example/a.ics",
        "file:///etc/passwd",
        "gopher://a.example/",
        "https://",
        "https://a.example:poort/",
        "https://a.example:0/",
        "https://[::1",
        "https://a.example/a b",
        "https://a.example/\r\nHost: b.example",
        "http:///a.ics",
    ],
)
def test_only_web_addresses_are_fetched(address: str) -> None:
    assert "Give an address that begins with https://" in refusal(address)


def test_an_address_with_a_password_or_without_an_end_is_refused() -> None:
    assert "the password" in refusal("https://sanne:geheim@a.example/a.ics")
    assert "too long" in refusal("https://a.example/" + "a" * 1000)


LONGEST = ".".join(["a" * 63] * 3 + ["a" * 61])


def test_a_host_that_no_name_server_can_know_is_refused() -> None:
    assert "too long" in refusal(f"https://{'a' * 64}.example/a.ics")
    assert "too long" in refusal(f"https://a{LONGEST}/a.ics")
    assert len(origin_of(f"https://{LONGEST}.:65535/")) <= LONGEST_ORIGIN


def test_webcal_is_https() -> None:
    assert web_address(" webcal://a.example/a.ics ") == "https://a.example/a.ics"
    assert web_address("WEBCAL://a.example/a.ics") == "https://a.example/a.ics"
    assert web_address("http://a.example/a.ics") == "http://a.example/a.ics"
    assert web_address("a.example") == "a.example"


def test_a_secret_address_is_shown_by_its_host_alone() -> None:
    assert masked("https://agenda.example:8443/geheim/a.ics?key=1") == "agenda.example/…"
    assert masked(f"https://{LONGEST}/geheim") == f"{LONGEST[:100]}…/…"


CLOSED = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),  # noqa: S104
    *("169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1"),
    *("ff02::1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1", "64:ff9b::10.1.2.3"),
    *("2002:a01:203::", "2001:db8::1", "no address"),
]


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_of_the_open_internet_is_not_reached(address: str) -> None:
    assert not may_reach("a.example", address, ())
    assert "inside a closed network" in refusal("http://a.example/", (), look_up=there(address))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::8.8.8.8"]
)
def test_the_open_internet_is_reached(address: str) -> None:
    assert may_reach("a.example", address, ())


def test_the_operator_allows_a_host_an_address_or_a_network() -> None:
    assert may_reach("exchange.intra.example", "10.1.2.3", ("exchange.intra.example",))
    assert may_reach("EXCHANGE.intra.example.", "10.1.2.3", ("exchange.intra.example",))
    assert may_reach("a.example", "10.1.2.3", ("10.1.0.0/16",))
    assert may_reach("a.example", "::ffff:10.1.2.3", ("10.1.0.0/16",))
    assert not may_reach("a.example", "10.2.2.3", ("10.1.0.0/16", "b.example"))


def test_a_host_with_one_address_inside_is_not_reached_at_its_other() -> None:
    words = refusal("http://a.example/", (), look_up=there("93.184.215.14", "10.1.2.3"))

    assert "inside a closed network" in words


def test_a_name_that_points_elsewhere_the_next_moment_changes_nothing(outside: Outside) -> None:
    """The host is looked up once; the connection goes to the address that was judged."""
    outside.pages["/a.ics"] = says(200, b"BEGIN")
    told = iter([["127.0.0.1"], ["10.1.2.3"]])

    got = fetch(
        outside.url("/a.ics", host="rebinding.example"),
        LOOPBACK,
        look_up=lambda _host, _port: next(told),
    )

    assert got == Fetched(b"BEGIN")
    assert list(told) == [["10.1.2.3"]]
    assert outside.asked[0].headers["host"] == f"rebinding.example:{outside.port}"


def test_a_redirect_is_followed_to_another_host(outside: Outside) -> None:
    outside.pages["/old"] = leads_to("/older", 301)
    outside.pages["/older"] = leads_to(outside.url("/new", host="b.example"), 308)
    outside.pages["/new"] = says(200, b"BEGIN")

    got = fetch(outside.url("/old", host="a.example"), LOOPBACK, look_up=there("127.0.0.1"))

    assert got == Fetched(b"BEGIN")
    assert [asked.path for asked in outside.asked] == ["/old", "/older", "/new"]


@pytest.mark.parametrize(
    "inside", ["http://10.1.2.3/", "http://[::1]:80/", "http://169.254.169.254/latest/meta-data/"]
)
def test_a_redirect_to_a_private_address_is_not_followed(outside: Outside, inside: str) -> None:
    outside.pages["/a.ics"] = leads_to(inside)

    assert "inside a closed network" in refusal(outside.url("/a.ics"))
    assert len(outside.asked) == 1


@pytest.mark.parametrize(
    "elsewhere", ["file:///etc/passwd", "ftp://a.example/", "http://sanne:x@127.0.0.1/", "http://["]
)
def test_a_redirect_to_what_is_no_web_address_is_not_followed(
    outside: Outside, elsewhere: str
) -> None:
    outside.pages["/a.ics"] = leads_to(elsewhere)

    assert refusal(outside.url("/a.ics"))
    assert len(outside.asked) == 1


def test_a_redirect_without_an_end_is_given_up_after_the_third(outside: Outside) -> None:
    outside.pages["/a.ics"] = leads_to("/a.ics")

    assert "leads on and on" in refusal(outside.url("/a.ics"))
    assert len(outside.asked) == 4


@pytest.mark.parametrize("drip", [drips(), drips_headers()], ids=["body", "headers"])
def test_a_server_that_drips_is_cut_off_in_time(outside: Outside, drip: object) -> None:
    outside.pages["/a.ics"] = drip  # type: ignore[assignment]  # one of the two above
    began = time.monotonic()

    words = refusal(outside.url("/a.ics"), seconds=0.6)

    assert "did not answer in time" in words
    assert time.monotonic() - began < 5


def test_redirects_share_one_time_limit(outside: Outside) -> None:
    outside.pages["/a.ics"] = leads_to("/drip")
    outside.pages["/drip"] = drips()

    assert "did not answer in time" in refusal(outside.url("/a.ics"), seconds=0.6)


def test_a_look_up_that_hangs_is_not_waited_for(outside: Outside) -> None:
    def hang(_host: str, _port: int) -> list[str]:
        answered.wait()
        return []

    answered = threading.Event()
    try:
        assert "did not answer in time" in refusal(outside.url("/"), seconds=0.2, look_up=hang)
    finally:
        answered.set()


def test_a_host_that_nobody_knows_is_named() -> None:
    def nobody(_host: str, _port: int) -> list[str]:
        raise OSError("Name or service not known")

    words = refusal("https://agenda.example/", look_up=nobody)

    assert words == "There is no computer with the name agenda.example."


def test_a_closed_port_is_told_and_a_second_address_is_tried(outside: Outside) -> None:
    outside.pages["/a.ics"] = says(200, b"BEGIN")
    address = outside.url("/a.ics", host="a.example")

    got = fetch(address, LOOPBACK, look_up=there("127.0.0.2", "127.0.0.1"))

    assert got == Fetched(b"BEGIN")
    assert "cannot be reached" in refusal(address, look_up=there("127.0.0.2"))


def test_more_than_two_megabytes_are_not_read(outside: Outside) -> None:
    outside.pages["/just"] = says(200, b"x" * outbound.MOST_BYTES)
    outside.pages["/more"] = says(200, b"x" * (outbound.MOST_BYTES + 1))

    got = fetch(outside.url("/just"), LOOPBACK)

    assert got is not None
    assert len(got.body) == outbound.MOST_BYTES
    assert "2 MB at most" in refusal(outside.url("/more"))


def test_a_packed_answer_is_unpacked_and_a_bomb_is_not(outside: Outside) -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 200_000_000, 9), 9)
    outside.pages["/packed"] = says(200, gzip.compress(b"BEGIN"), content_encoding="gzip")
    outside.pages["/bomb"] = says(200, bomb, content_encoding="gzip, gzip")
    outside.pages["/broken"] = says(200, b"BEGIN", content_encoding="gzip")
    assert len(bomb) < 10_000

    assert fetch(outside.url("/packed"), LOOPBACK) == Fetched(b"BEGIN")
    assert "2 MB at most" in refusal(outside.url("/bomb"))
    assert "cannot be reached" in refusal(outside.url("/broken"))


def test_an_answer_that_breaks_off_is_not_taken_for_whole(outside: Outside) -> None:
    outside.pages["/a.ics"] = says(200, b"BEGIN", content_length="100")

    assert "cannot be reached" in refusal(outside.url("/a.ics"))


def test_what_is_no_http_is_told(outside: Outside) -> None:
    outside.pages["/a.ics"] = lambda _asked, line: line.sendall(b"220 mail.example ESMTP\r\n")

    assert "cannot be reached" in refusal(outside.url("/a.ics"))


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path / "server.pem", name="agenda.example")


@pytest.fixture
def safe_outside(certificate: Path) -> Iterator[Outside]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with Outside(tls=tls) as server:
        server.pages["/a.ics"] = says(200, b"BEGIN")
        yield server


def test_a_certificate_that_nobody_vouches_for_is_refused(safe_outside: Outside) -> None:
    address = safe_outside.url("/a.ics", host="agenda.example")

    assert "certificate is not right" in refusal(address, look_up=there("127.0.0.1"))
    assert safe_outside.asked == []


def test_a_certificate_counts_for_the_name_in_the_address(
    safe_outside: Outside, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    here = there("127.0.0.1")

    got = fetch(safe_outside.url("/a.ics", host="agenda.example"), LOOPBACK, look_up=here)
    words = refusal(safe_outside.url("/a.ics", host="andere.example"), look_up=here)

    assert got == Fetched(b"BEGIN")
    assert "certificate is not right" in words


def test_a_safe_address_does_not_lead_to_an_unsafe_one(
    safe_outside: Outside,
    outside: Outside,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    safe_outside.pages["/a.ics"] = leads_to(outside.url("/a.ics"))
    address = safe_outside.url("/a.ics", host="agenda.example")

    assert "to an unsafe one" in refusal(address, look_up=there("127.0.0.1"))
    assert outside.asked == []


def test_a_mark_that_is_too_long_to_keep_is_forgotten(outside: Outside) -> None:
    outside.pages["/a.ics"] = says(200, b"BEGIN", etag="x" * 301)

    got = fetch(outside.url("/a.ics"), LOOPBACK)

    assert got == replace(Fetched(b"BEGIN"), etag="")
