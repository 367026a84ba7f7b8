"""From a channel to the page where somebody writes on it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.posts.channel_editors import LINK, MOST_CHARACTERS, TEXT, editor_of

LINK_TOLD = "https://delinde.example/werken-bij?a=1&b=2"
NAMES = st.sampled_from(["LinkedIn", "X", "Facebook", "Instagram", "Viva Engage", "Intranet"])


@pytest.mark.parametrize(
    ("name", "host", "filled", "told"),
    [
        ("LinkedIn De Linde", "www.linkedin.com", TEXT, {"text": "Kom & kijk #1"}),
        ("X (Twitter)", "x.com", TEXT, {"text": "Kom & kijk #1"}),
        ("Facebook", "www.facebook.com", LINK, {"u": LINK_TOLD}),
        ("Instagram", "www.instagram.com", "", {}),
        ("Yammer", "engage.cloud.microsoft", "", {}),
    ],
)
def test_a_known_channel_has_its_editor(
    name: str, host: str, filled: str, told: dict[str, str]
) -> None:
    found = editor_of(name, "", "Kom & kijk #1", LINK_TOLD)

    assert found is not None
    parts = urlsplit(found.address)
    assert (parts.scheme, parts.hostname, found.filled) == ("https", host, filled)
    assert {key: values[0] for key, values in parse_qs(parts.query).items()}.items() >= told.items()


def test_a_channel_of_the_team_is_written_on_where_the_plan_says() -> None:
    found = editor_of("LinkedIn", "https://cms.delinde.example/nieuw", "Tekst", LINK_TOLD)

    assert found is not None
    assert (found.address, found.filled) == ("https://cms.delinde.example/nieuw", "")


@pytest.mark.parametrize(
    "address",
    ["", "http://cms.example/", "javascript:alert(1)", "https://", "https://[", "https://a b/"],
)
def test_what_is_no_https_address_leads_nowhere(address: str) -> None:
    assert editor_of("Nieuwsbrief", address, "Tekst", "") is None


def test_facebook_without_a_link_has_only_its_page() -> None:
    found = editor_of("Facebook", "", "Tekst", "")

    assert found is not None
    assert (found.address, found.filled) == ("https://www.facebook.com/", "")


def test_a_text_too_long_for_an_address_is_not_put_in_one() -> None:
    found = editor_of("LinkedIn", "", "é" * 3_000, "")

    assert found is not None
    assert (found.filled, len(found.address) < 100) == ("", True)


@given(NAMES, st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_typed_the_way_is_https_to_a_host(
    name: str, text: str, link: str, address: str
) -> None:
    found = editor_of(name, address, text.encode("utf-8", "ignore").decode(), link)

    if found is not None:
        assert found.address.startswith("https://")
        assert len(found.address) <= MOST_CHARACTERS
        assert not any(sign.isspace() for sign in found.address)
