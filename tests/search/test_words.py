"""The words of what people type, and where a text holds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.search.words import (
    LONGEST_WORD,
    MOST_WORDS,
    Piece,
    excerpt,
    marked,
    words,
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Vacature", ("vacature",)),
        ("  vac   SPOED ", ("vac", "spoed")),
        ("coördinatie Réanimatie", ("coordinatie", "reanimatie")),
        ("reu\u0308nie", ("reunie",)),
        ("9u30, meet-up", ("9u30", "meet", "up")),
        ("https://www.linkedin.com/jobs", ("https", "www", "linkedin", "com", "jobs")),
        ('"; DROP TABLE post --', ("drop", "table", "post")),
        ("NEAR(a b) OR title:x*", ("near", "a", "b", "or", "title", "x")),
        ("dag dag Dag", ("dag",)),
        ("snake_case", ("snake", "case")),
        ("…!?\"'()*:^~", ()),
        ("\x00\ud800", ()),
        ("", ()),
        ("İstanbul", ("istanbul",)),
        ("Ελλάδα Київ", ("ελλάδα", "київ")),
    ],
)
def test_only_letters_and_digits_are_looked_for(query: str, found: tuple[str, ...]) -> None:
    assert words(query) == found


def test_a_paste_of_ten_thousand_letters_is_cut() -> None:
    assert words("a" * 10_000) == ("a" * LONGEST_WORD,)
    assert len(words(" ".join(str(number) for number in range(10_000)))) == MOST_WORDS


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_is_an_error(text: str) -> None:
    for word in words(text):
        assert word
        assert not any(letter in word for letter in " \"'*:()&|!<\\\x00")


@given(st.text(), st.text())
def test_the_pieces_together_are_the_text(text: str, query: str) -> None:
    pieces = marked(text, words(query))

    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


def test_whole_words_that_begin_so_are_marked() -> None:
    assert marked("Een vacature, vacant!", ["vac"]) == [
        Piece("Een "),
        Piece("vacature", found=True),
        Piece(", "),
        Piece("vacant", found=True),
        Piece("!"),
    ]


@pytest.mark.parametrize(
    ("word", "query", "found"),
    [
        ("Coördinatie", "coord", True),
        ("reu\u0308nie", "reün", True),
        ("vacature", "vacatures", True),
        ("vac", "vacature", False),
        ("dag", "dagen", False),
        ("vacature", "vacaturesite", False),
        ("evacueren", "vac", False),
    ],
)
def test_accents_and_endings_do_not_matter(word: str, query: str, *, found: bool) -> None:
    assert marked(word, words(query)) == [Piece(word, found=found)]


def test_an_excerpt_shows_the_first_match_with_some_words_around_it() -> None:
    before, after = "begin " * 40, " einde" * 60

    pieces = excerpt(f"{before}\n vacature{after}", ["vac"])

    text = "".join(piece.text for piece in pieces)
    assert Piece("vacature", found=True) in pieces
    assert text.startswith("… begin")
    assert text.endswith("einde …")
    assert len(text) < 260


def test_a_short_text_is_shown_whole_and_one_without_a_match_not_at_all() -> None:
    assert excerpt("Kom  langs\nbij ons", ["langs"]) == [
        Piece("Kom "),
        Piece("langs", found=True),
        Piece(" bij ons"),
    ]
    assert excerpt("Kom langs", ["vac"]) == []


def test_an_endless_word_is_never_cut_off() -> None:
    endless = "v" * 1_000

    assert Piece(endless, found=True) in excerpt(f"a {endless} b", ["vv"])
