"""A post as its channels show it: what is seen, what is folded away, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.plans.models import Channel
from calendar_app.posts.channel_length import kind_of, length_on
from calendar_app.posts.channel_preview import Preview, previews
from calendar_app.posts.content import Content

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = "Vandaag lopen we mee met Samira op de spoed van ons ziekenhuis. " * 60
TEXTS = st.text("ab \n.é\U0001f600", max_size=900)
NAMES = ("LinkedIn", "X", "Facebook", "Instagram", "Intranet")


def channel(name: str, limit: int | None = None, number: int = 1) -> Channel:
    return Channel(id=number, name=name, character_limit=limit)


def shown(text: str, name: str = "LinkedIn", limit: int | None = None, link: str = "") -> Preview:
    content = Content("Rooster", text=text, link=link, channels=(channel(name, limit),))
    return previews(content)[0]


def test_what_is_short_is_seen_as_a_whole() -> None:
    found = shown("Zelf je rooster maken.")

    assert (found.seen, found.folded, found.lost) == ("Zelf je rooster maken.", "", "")
    assert (found.letters, found.limit, found.over) == (22, 3000, 0)


@pytest.mark.parametrize(
    ("name", "letters"), [("LinkedIn", 210), ("Facebook", 480), ("Instagram", 125)]
)
def test_a_channel_folds_what_is_long_at_a_word(name: str, letters: int) -> None:
    found = shown(LONG[:2_000], name)

    assert letters - 20 <= len(found.seen) <= letters
    assert found.seen.split()[-1] in LONG.split()
    assert found.folded.split()[0] in LONG.split()
    assert found.lost == ""


def test_linkedin_folds_after_three_lines() -> None:
    found = shown("Een\nTwee\nDrie\nVier")

    assert (found.seen, found.folded) == ("Een\nTwee\nDrie", "Vier")


def test_x_folds_nothing_and_takes_no_more_than_its_limit() -> None:
    found = shown("a" * 290, "X")

    assert (len(found.seen), found.folded, len(found.lost)) == (280, "", 10)
    assert (found.letters, found.over) == (290, 10)


def test_a_link_goes_with_the_text_and_counts_as_the_channel_counts_it() -> None:
    link = "https://delinde.example/" + "werken-bij/" * 12

    on_x, elsewhere = shown("Kom je?", "X", link=link), shown("Kom je?", "Intranet", link=link)

    assert on_x.letters == len("Kom je?") + 2 + 23
    assert on_x.lost == ""
    assert elsewhere.letters == len("Kom je?") + 2 + len(link)
    assert shown(f"Kom je? {link}", "Intranet", link=link).letters == len(f"Kom je? {link}")


def test_the_limit_of_the_plan_goes_before_that_of_the_channel() -> None:
    found = shown("a" * 50, "X", limit=40)

    assert (found.limit, found.over, len(found.lost)) == (40, 10, 10)


def test_the_title_stands_where_a_channel_shows_one() -> None:
    assert shown("Tekst", "Intranet").title == "Rooster"
    assert shown("Tekst", "LinkedIn").title == ""


def test_a_channel_with_a_text_of_its_own_shows_that() -> None:
    first, second = channel("LinkedIn", number=1), channel("X", number=2)
    content = Content(
        "Rooster", text="Voor allen.", channels=(first, second), own_texts=((second, "Kort."),)
    )

    found = [(one.seen, one.is_own) for one in previews(content)]

    assert found == [("Voor allen.", False), ("Kort.", True)]


@given(TEXTS, st.sampled_from(NAMES), st.sampled_from([None, 7, 280]))
def test_nothing_of_a_text_gets_lost_between_its_parts(
    text: str, name: str, limit: int | None
) -> None:
    found = shown(text, name, limit)

    assert _letters([found.seen, found.folded, found.lost]) == _letters([text])
    if found.limit:
        # A blank at the fold is not drawn.
        kept = text[: len(text) - len(found.lost)]
        assert length_on(kind_of(name), kept) <= found.limit


def _letters(texts: Sequence[str]) -> str:
    return "".join("".join(texts).split())
