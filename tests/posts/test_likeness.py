"""Texts that say the same are known again, however they were copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.posts.likeness import SHORTEST, key_of

TEXT = "Kom naar de open dag, lees alles op https://delinde.example/open-dag?dag=24"


@pytest.mark.parametrize(
    "same",
    [
        "KOM NAAR DE OPEN DAG, lees alles op HTTPS://delinde.example/open-dag?dag=24",
        "  Kom naar de\n\nopen dag,\tlees\xa0alles op https://delinde.example/open-dag?dag=24\n",
        "Kom naar de o\xadpen dag, lees\u200b alles op https://delinde.example/open-dag?dag=24",
        "\uff2bom naar de open dag, lees alles op https://delinde.example/open-dag?dag=24",
        f"{TEXT}&utm_source=linkedin&utm_medium=post",
        TEXT.replace("?dag=24", "?fbclid=Iw.1&dag=24&gclid"),
    ],
)
def test_what_differs_in_no_word_is_the_same(same: str) -> None:
    assert key_of(same) == key_of(TEXT)


@pytest.mark.parametrize(
    "other",
    [
        f"{TEXT}!",
        TEXT.replace("open", "dichte"),
        TEXT.replace("dag=24", "dag=25"),
        TEXT.replace("dag=24", "dag=24#route"),
        TEXT.replace("?dag=24", ""),
        TEXT.replace("dag=24", "trkdag=24"),
    ],
)
def test_another_word_or_another_page_is_another_text(other: str) -> None:
    assert key_of(other) not in {key_of(TEXT), None}


def test_a_link_keeps_what_stands_around_it() -> None:
    followed = "Lees het (https://delinde.example/dag?utm_source=x). Tot dan!"

    assert key_of(followed) == key_of("Lees het (https://delinde.example/dag). Tot dan!")


def test_letters_that_fold_apart_are_the_same_as_those_that_were_apart() -> None:
    assert key_of("Straße in İstanbul, kom je ook?") == key_of("STRASSE in i̇stanbul, kom je ook?")


@pytest.mark.parametrize(
    "short", ["", "   \n ", "Tot morgen!", "x" * (SHORTEST - 1), "a" + " " * 40]
)
def test_an_empty_or_short_text_is_not_known_again(short: str) -> None:
    assert key_of(short) is None


def test_twenty_letters_are_enough() -> None:
    assert key_of("x" * SHORTEST) is not None


@given(st.text(st.characters(), max_size=200))
def test_a_key_fits_its_column_and_blanks_never_change_it(text: str) -> None:
    key = key_of(text)

    assert key is None or (len(key) == 32 and key.isalnum())
    assert key_of(f"\n {text} ") == key
