"""The hours of a channel: what people write, what is kept, and how it is shown again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.plans.slots import DAYS, Slot, Unclear, in_words, kept, read


@pytest.mark.parametrize(
    ("written", "is_kept"),
    [
        ("di 9:30", "TU 09:30"),
        ("dinsdag 14u", "TU 14:00"),
        ("Tue 16:00", "TU 16:00"),
        ("ma, wo 9.00", "MO 09:00,WE 09:00"),
        ("ma en wo om 9u", "MO 09:00,WE 09:00"),
        ("MA & VR 9u30", "MO 09:30,FR 09:30"),
        ("ma 9:00, wo 14:00", "MO 09:00,WE 14:00"),
        ("di 9:30 en 14 uur", "TU 09:30,TU 14:00"),
        ("di. 14 uur", "TU 14:00"),
        ("di: 9:30", "TU 09:30"),
        ("Elke donderdag 16.15", "TH 16:15"),
        ("Wednesday at 2 pm", "WE 14:00"),
        ("fri 12 am", "FR 00:00"),
        ("fri 12 pm", "FR 12:00"),
        ("sun 9:30pm", "SU 21:30"),
        ("every Thursday 16:00", "TH 16:00"),
        (
            "werkdagen 9:00",
            "MO 09:00,TU 09:00,WE 09:00,TH 09:00,FR 09:00",
        ),
        ("do 16:00\ndi 9:30\n\ndi 9.30", "TU 09:30,TH 16:00"),
        ("TU 09:30,TH 16:00", "TU 09:30,TH 16:00"),
        ("", ""),
    ],
)
def test_what_people_write_is_kept_in_one_way(written: str, is_kept: str) -> None:
    found = read(written)

    assert kept(found.slots) == is_kept
    assert found.unclear == []


@pytest.mark.parametrize(
    "line",
    [
        "di",
        "9:30",
        "9:30 di",
        "di 9",
        "di 25:00",
        "di 9:60",
        "di 13 pm",
        "di 0 am",
        "dinsdagmiddag 14:00",
        "do 9:30-10:00",
        "di 9:30 wo",
        "di 9:30 LinkedIn",
        "24-12 9:30",
    ],
)
def test_a_line_that_is_no_day_with_an_hour_is_named(line: str) -> None:
    found = read(f"ma 9:00\n\n  {line} ")

    assert found.unclear == [Unclear(3, line)]
    assert kept(found.slots) == "MO 09:00"


@pytest.mark.parametrize(
    ("language", "words"),
    [("nl", ["di 09:30", "zo 16:00"]), ("en", ["Tue 09:30", "Sun 16:00"])],
)
def test_each_hour_is_shown_in_the_language_of_the_reader(language: str, words: list[str]) -> None:
    assert in_words("TU 09:30,SU 16:00", language) == words


@given(
    st.lists(st.builds(Slot, st.integers(0, 6), st.integers(0, 24 * 60 - 1)), max_size=33),
    st.sampled_from(["nl", "en"]),
)
def test_what_is_shown_reads_as_what_is_kept(slots: list[Slot], language: str) -> None:
    text = kept(slots)

    again = read("\n".join(in_words(text, language)))

    assert again.unclear == []
    assert kept(again.slots) == kept(read(text).slots) == text


@given(st.text())
def test_any_text_is_read_or_named(text: str) -> None:
    found = read(text)

    assert all(slot.day < len(DAYS) and slot.minute < 24 * 60 for slot in found.slots)
    assert all(line.line in text for line in found.unclear)
