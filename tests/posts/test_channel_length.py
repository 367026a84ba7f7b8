"""How long a text is on the channel where it goes."""

from __future__ import annotations

import time as stopwatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.posts.channel_length import (
    FACEBOOK,
    INSTAGRAM,
    LINKEDIN,
    OTHER,
    VIVA_ENGAGE,
    X,
    addresses,
    kind_of,
    length_on,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("X", X),
        ("x", X),
        ("X (voorheen Twitter)", X),
        ("Twitter/X", X),
        ("LinkedIn", LINKEDIN),
        ("Linked In", LINKEDIN),
        ("LinkedIn De Linde", LINKEDIN),
        ("LinkedIn-pagina", LINKEDIN),
        ("LinkedIn: De Linde", LINKEDIN),
        ("Facebook-pagina", FACEBOOK),
        ("Facebookpagina", FACEBOOK),
        ("FB", FACEBOOK),
        ("Instagram-stories", INSTAGRAM),
        ("Insta", INSTAGRAM),
        ("X-account", X),
        ("Facebook", FACEBOOK),
        ("Instagram", INSTAGRAM),
        ("Yammer", VIVA_ENGAGE),
        ("Viva Engage", VIVA_ENGAGE),
        ("Nieuwsbrief", OTHER),
        ("X-ray nieuws", OTHER),
        ("Extranet", OTHER),
        ("", OTHER),
    ],
)
def test_a_channel_is_known_by_its_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("text", "on_x", "on_linkedin", "elsewhere"),
    [
        ("", 0, 0, 0),
        ("Zelf je rooster maken.", 22, 22, 22),
        # An accent that stands by itself is one with its letter.
        ("cafe\u0301", 4, 4, 4),
        ("\U0001f389", 2, 2, 1),
        (FAMILY, 2, 11, 7),
        ("\U0001f44d\U0001f3fd", 2, 4, 2),
        ("\U0001f1f3\U0001f1f1", 2, 4, 2),
        ("1\ufe0f\u20e3", 2, 3, 3),
        ("\u2764\ufe0f", 2, 2, 2),
        ("\xa9 2026", 6, 6, 6),
        ("漢字", 4, 2, 2),
        # The three dots in one sign are none of the light ones, nor is the euro sign.
        ("“Ja” \u2013 echt…", 13, 12, 12),
        ("€ 3.500", 8, 7, 7),
        ("https://www.delinde.example/werken-bij/verpleegkundige?bron=x", 23, 61, 61),
        ("http://a.nl", 23, 11, 11),
        ("Zie delinde.nl/werk.", 4 + 23 + 1, 20, 20),
        ("Zie (https://delinde.nl).", 5 + 23 + 2, 25, 25),
        ("werkenbij.app/vacature-verpleegkundige-op-de-afdeling", 23, 53, 53),
        ("zorg.health en stad.gent", 23 + 4 + 23, 24, 24),
        # Without a path, or something before it, X makes no link of a country's ending.
        ("delinde.nl", 10, 10, 10),
        ("www.delinde.nl", 23, 14, 14),
        ("delinde.co", 23, 10, 10),
        # No addresses: a time, a mail address and two sentences without a blank.
        ("Om 9.30 bij mo@delinde.nl.Kom", 29, 29, 29),
    ],
)
def test_each_channel_counts_in_its_own_way(
    text: str, on_x: int, on_linkedin: int, elsewhere: int
) -> None:
    assert length_on(X, text) == on_x
    assert length_on(LINKEDIN, text) == length_on(FACEBOOK, text) == on_linkedin
    assert length_on(OTHER, text) == elsewhere


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lees https://a.nl/b(c), nu!", ["https://a.nl/b(c)"]),
        ("www.delinde.nl en delinde.com.", ["www.delinde.nl", "delinde.com"]),
        ("HTTPS://DELINDE.NL", ["HTTPS://DELINDE.NL"]),
        ("e.g. dit, o.a. dat en 3.500", []),
        ("mo@delinde.nl", []),
        ("bestand.nlx en a.nl-b", []),
        ("stad.gent, zorg.ai en werkenbij.app", ["stad.gent", "zorg.ai", "werkenbij.app"]),
    ],
)
def test_addresses_are_found_without_what_closes_the_sentence(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in addresses(text)] == found


@given(st.text(), st.text())
def test_two_lines_are_as_long_as_each_and_the_line_end(one: str, other: str) -> None:
    for kind in (X, LINKEDIN, OTHER):
        both = length_on(kind, f"{one}\n{other}")
        assert both == length_on(kind, one) + 1 + length_on(kind, other)


@pytest.mark.parametrize(
    "piece", ["a.", "https://", "a-", "\U0001f468\u200d", "nl.", "(", "1", ".,"]
)
def test_four_times_the_characters_take_no_sixteen_times_as_long(piece: str) -> None:
    def seconds(characters: int) -> float:
        text = (piece * characters)[:characters]
        began = stopwatch.process_time()
        length_on(X, text)
        return stopwatch.process_time() - began

    few, many = (min(seconds(characters) for _ in range(5)) for characters in (25_000, 100_000))

    assert many < 12 * few
