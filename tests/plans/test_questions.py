"""The question of step 1: its sentence in both languages, and what it still lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from calendar_app.plans.questions import Question, sentence

WHOLE = Question("nurses", "apply", date(2027, 7, 1), "applications a month")


def test_a_whole_question_is_one_sentence() -> None:
    assert sentence(WHOLE, "en") == (
        "How can we help nurses to apply before 1 July 2027, measured by applications a month?"
    )


def test_a_question_that_lacks_everything_names_its_four_places() -> None:
    assert sentence(Question(), "en") == (
        "How can we help [group] to [behaviour] before [date], measured by [measure]?"
    )


def test_the_sentence_speaks_dutch_with_a_dutch_date() -> None:
    question = Question("verpleegkundigen", "te solliciteren", date(2027, 7, 1), "sollicitaties")

    assert sentence(question, "nl") == (
        "Hoe kunnen we verpleegkundigen helpen om te solliciteren vóór 1 juli 2027, "
        "gemeten in sollicitaties?"
    )


def test_a_stop_at_the_end_of_a_part_does_not_end_the_sentence_early() -> None:
    question = replace(WHOLE, group="nurses. ", measure="applications?")

    assert "nurses to apply" in sentence(question, "en")
    assert sentence(question, "en").endswith("by applications?")


def test_a_percent_sign_in_a_part_is_only_a_percent_sign() -> None:
    question = replace(WHOLE, measure="100% more %(group)s")

    assert sentence(question, "en").endswith("by 100% more %(group)s?")


def test_a_question_is_begun_with_its_first_part() -> None:
    assert not Question().is_begun
    assert Question(measure="clicks").is_begun
    assert Question(before=date(2027, 1, 1)).is_begun
