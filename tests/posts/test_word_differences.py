"""What changed between two texts, word by word."""

from __future__ import annotations

import time as stopwatch
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calendar_app.posts.word_differences import ADDED, MOST_WORDS, REMOVED, SAME, parts, shortened

TEXTS = st.one_of(st.text(), st.text(alphabet="ab \n\t", max_size=40))


def told(before: str, after: str) -> list[tuple[str, str]]:
    found = parts(before, after)
    assert found is not None
    return [(part.kind, part.text) for part in found]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("", "", []),
        ("", "Kom langs.", [(ADDED, "Kom langs.")]),
        ("Kom langs.", "", [(REMOVED, "Kom langs.")]),
        ("Kom langs.", "Kom langs.", [(SAME, "Kom langs.")]),
        (
            "Kom morgen langs.",
            "Kom vandaag langs.",
            [(SAME, "Kom"), (REMOVED, " morgen"), (ADDED, " vandaag"), (SAME, " langs.")],
        ),
        # What is added at the end, or before the beginning, leaves the other words as they are.
        ("Kom", "Kom langs", [(SAME, "Kom"), (ADDED, " langs")]),
        ("langs", "Kom langs", [(ADDED, "Kom "), (SAME, "langs")]),
        ("a  b", "a\nb", [(SAME, "a"), (REMOVED, "  "), (ADDED, "\n"), (SAME, "b")]),
    ],
)
def test_a_text_is_told_by_its_words(before: str, after: str, found: list[tuple[str, str]]) -> None:
    assert told(before, after) == found


@given(TEXTS, TEXTS)
@example("a ", "a")
@example(" ", "\n")
def test_the_parts_make_up_both_texts_exactly(before: str, after: str) -> None:
    found = told(before, after)

    assert "".join(text for kind, text in found if kind != ADDED) == before
    assert "".join(text for kind, text in found if kind != REMOVED) == after
    assert all(text for _kind, text in found)
    assert all(one[0] != next_one[0] for one, next_one in pairwise(found))


def test_more_words_than_anybody_reads_are_not_compared() -> None:
    many = "woord " * MOST_WORDS

    assert parts(many, f"{many} meer") is None
    assert parts(f"{many} meer", "") is None
    assert parts(many.strip(), many.strip()) is not None


def test_what_stays_is_cut_to_what_stands_beside_a_change() -> None:
    same = " ".join(f"woord{number}" for number in range(40))
    found = parts(f"een {same} twee {same} drie", f"EEN {same} TWEE {same} drie")
    assert found is not None

    shown = shortened(found)

    assert [part for part in shown if part.kind != SAME] == [
        part for part in found if part.kind != SAME
    ]
    middle, end = (part.text for part in shown if part.kind == SAME)
    assert middle == " woord0 woord1 woord2 woord3 … woord36 woord37 woord38 woord39"
    assert end == " woord0 woord1 woord2 woord3 … "
    assert shortened(found[:0]) == []


def test_what_is_short_stays_whole() -> None:
    found = parts("Kom morgen langs.", "Kom vandaag langs.")
    assert found is not None

    assert shortened(found) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [("a ", "a b "), ("a b ", "b a "), ("woord{} ", "anders{} "), ("woord{} de ", "de woord{} ")],
)
def test_the_longest_texts_are_compared_soon(one: str, other: str) -> None:
    """Each word anew against a list of where it stands would take minutes of what repeats."""

    def seconds(words: int) -> float:
        count = words // len(one.split())
        before = "".join(one.format(number) for number in range(count))
        after = "".join(other.format(number) for number in range(count // len(other.split())))
        began = stopwatch.process_time()
        assert parts(before.strip(), after.strip()) is not None
        return stopwatch.process_time() - began

    few, many = (min(seconds(words) for _ in range(3)) for words in (500, 2_000))

    assert many < 20 * few
