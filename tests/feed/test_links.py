"""The buttons to subscribe, the names of programs, and the shelf of rendered feeds."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from calendar_app.feed.cache import RenderedFeeds
from calendar_app.feed.links import feed_address, reachable_from_outside, subscribe_links
from calendar_app.feed.programs import BROWSER, program

ADDRESS = feed_address("https://kapstok.example", "abc-DEF_123")
LINKS = subscribe_links(ADDRESS, "Outlook & werk, één")


def test_the_address_is_a_file_under_feeds() -> None:
    assert ADDRESS == "https://kapstok.example/feeds/abc-DEF_123.ics"


@pytest.mark.parametrize(
    ("link", "host"),
    [(LINKS.outlook_work, "outlook.office.com"), (LINKS.outlook_personal, "outlook.live.com")],
)
def test_outlook_on_the_web_gets_the_https_address_and_the_name(link: str, host: str) -> None:
    parts = urlsplit(link)

    assert (parts.scheme, parts.netloc, parts.path) == ("https", host, "/calendar/0/addfromweb")
    assert parse_qs(parts.query) == {"url": [ADDRESS], "name": ["Outlook & werk, één"]}


def test_google_gets_the_webcal_address() -> None:
    parts = urlsplit(LINKS.google)

    assert (
        f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://calendar.google.com/calendar/r"
    )
    assert parse_qs(parts.query) == {"cid": [LINKS.webcal]}
    assert "%3A%2F%2F" in parts.query


def test_apple_and_classic_outlook_get_webcal() -> None:
    assert LINKS.webcal == "webcal://kapstok.example/feeds/abc-DEF_123.ics"


@pytest.mark.parametrize(
    ("base_url", "reachable"),
    [
        ("https://kapstok.example", True),
        ("https://kapstok.delinde.nl:8443", True),
        ("http://kapstok.delinde.nl", False),
        ("https://localhost", False),
        ("https://kapstok", False),
        ("https://kapstok.local", False),
        ("https://10.0.0.7", False),
        ("https://127.0.0.1:8000", False),
        ("https://[::1]", False),
        ("https://9.9.9.9", True),
    ],
)
def test_only_a_public_https_address_is_within_reach_of_outlook_on_the_web(
    base_url: str, *, reachable: bool
) -> None:
    assert reachable_from_outside(base_url) is reachable


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)", "Outlook"),
        ("Microsoft.Exchange/15.20 (Calendar)", "Outlook"),
        ("Outlook-iOS/2.0", "Outlook"),
        ("Google-Calendar-Importer", "Google"),
        ("macOS/14.4 (23E214) CalendarAgent/1010", "Apple"),
        ("iOS/17.4 (21E219) dataaccessd/1.0", "Apple"),
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/128.4.0", "Thunderbird"),
        ("Evolution/3.52.3", "Evolution"),
        ("ICSx5/2.2 (Linux; Android)", "ICSx⁵"),
        ("Nextcloud Webcal Service", "Nextcloud"),
        ("vdirsyncer/0.19", "khal"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131 Safari/537.36", BROWSER),
        ("MyCalendar/1.0 (+https://example.org)", "MyCalendar"),
        ("", ""),
        ("x" * 200, "x" * 40),
    ],
)
def test_a_program_has_the_name_that_people_know(user_agent: str, name: str) -> None:
    assert program(user_agent) == name


def test_a_rendered_feed_is_found_again() -> None:
    shelf = RenderedFeeds()

    shelf.keep("a", b"feed")

    assert shelf.get("a") == b"feed"
    assert shelf.get("b") is None


def test_the_feed_that_nobody_asked_for_longest_leaves_first() -> None:
    shelf = RenderedFeeds(most_bytes=10)
    shelf.keep("a", b"1234")
    shelf.keep("b", b"1234")
    shelf.get("a")

    shelf.keep("c", b"1234")

    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == (b"1234", None, b"1234")


def test_a_feed_kept_twice_counts_once() -> None:
    shelf = RenderedFeeds(most_bytes=10)
    for _ in range(5):
        shelf.keep("a", b"1234")

    shelf.keep("b", b"1234")

    assert shelf.get("a") == b"1234"


def test_a_feed_too_large_to_keep_is_not_kept() -> None:
    shelf = RenderedFeeds(most_bytes=10)

    shelf.keep("a", b"1" * 11)

    assert shelf.get("a") is None
