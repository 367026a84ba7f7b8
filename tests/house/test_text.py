"""The cleaner at the door."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.text import clean_line, clean_text, safe_link

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Een dag op de spoed \n", "Een dag op de spoed"),
        ("regel 1\r\nregel 2\rregel 3", "regel 1\nregel 2\nregel 3"),
        ("nul\x00 bel\x07 esc\x1b", "nul bel esc"),
        ("half\ud800 paar", "half paar"),
        ("om\u202egekeerd", "omgekeerd"),
        ("cafe\u0301", "café"),
        ("👩‍⚕️ blijft heel", "👩‍⚕️ blijft heel"),
        ("tab\tblijft", "tab\tblijft"),
    ],
)
def test_text_from_people_is_cleaned(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    assert clean_text(clean_text(typed)) == clean_text(typed)
    assert clean_line(clean_line(typed)) == clean_line(typed)


@given(ANY_TEXT)
def test_what_is_cleaned_can_go_anywhere(typed: str) -> None:
    cleaned = clean_text(typed)

    cleaned.encode("utf-8")
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in cleaned)
    assert "\n" not in clean_line(typed)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://delinde.example/werk", "https://delinde.example/werk"),
        ("http://a.example", "http://a.example"),
        ("mailto:hr@delinde.example", "mailto:hr@delinde.example"),
        ("javascript:alert(1)", None),
        (" JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//evil.example", None),
        ("https://", None),
        ("https://[", None),
        ("www.delinde.example", None),
    ],
)
def test_only_web_and_mail_addresses_become_links(address: str, kept: str | None) -> None:
    assert safe_link(address) == kept
